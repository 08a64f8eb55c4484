"""A cinema from its first venue to a week on sale, with scripts and without: a hall from a table, a film asked for and agreed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crowdfund import clock
from crowdfund.people.models import Organisation
from crowdfund.screenings.models import Screening, ScreeningState
from tests.browser.cinema_stage import a_cinema, a_film
from tests.browser.conftest import Visitors
from tests.browser.stage import somebody
from tests.browser.visitor import DESKTOP, PHONE, Visitor

HALL = [
    "zone,row,seat,category,kind,capacity",
    *[f"Stalls,{row},{seat},Standard,," for row in "AB" for seat in range(1, 7)],
]
HALL += ["Stalls,C,1,Standard,wheelchair,", "Stalls,C,2,Standard,companion,", "Floor,,,Standing,,40"]


def day(days: int) -> str:
    return f"{clock.now() + timedelta(days=days, hours=8):%Y-%m-%d}"


async def looks_at_the_file(her: Visitor) -> None:
    """Of the two ways to a hall that stand side by side, the second."""
    async with her.page.expect_navigation(wait_until="load"):
        await her.page.locator("form[enctype]").get_by_role("button", name="Look at it").click(no_wait_after=True)
    await her.examine()


@pytest.mark.landing
@pytest.mark.parametrize(("name", "scripts"), [("Ferry Girl", True), ("Ferry Boy", False)])
async def test_a_week_of_screenings_goes_on_sale(visit: Visitors, tmp_path: Path, name: str, scripts: bool) -> None:
    gu, lin = await somebody("Gu"), await somebody("Lin")
    cinema, film = await a_cinema(gu, f"Grand {name}"), await a_film(lin, name)
    file, broken = tmp_path / "hall.csv", tmp_path / "broken.csv"
    file.write_text("\n".join(HALL), encoding="utf-8")
    broken.write_text("\n".join([*HALL[:4], "Stalls,A,9"]), encoding="utf-8")

    her = await visit(gu, PHONE if not scripts else DESKTOP, scripts=scripts)
    await her.goes_to(cinema.desk_path)
    await her.reads("Nothing in the next days")
    await her.follows("Venues and halls")
    await her.follows("Add the first venue")
    await her.types(name="Grand Theatre", address="20 Huanghe Road", city="Shanghai", access="Lift from the street.")
    await her.chooses(country="CN", zone="Asia/Shanghai")
    await her.presses("Add the venue")
    await her.reads("Now draw its first hall.", "Lift from the street.")
    await her.follows("Draw its first hall")
    await her.page.locator("#field-name-file").fill("Blue Hall")
    await her.hands_over("file", broken)
    await looks_at_the_file(her)
    await her.reads("Line 5 has 3 cells, and line 1 has 6.")
    assert await her.page.locator("#field-name-file").input_value() == "Blue Hall"
    await her.hands_over("file", file)
    await looks_at_the_file(her)
    await her.reads(
        "14 seats in 2 zones, 1 wheelchair space, 1 companion's seat, 40 standing", "Read as a table (CSV)."
    )
    await her.presses("Keep this hall")
    await her.reads("The hall is there.")

    await her.follows("Bookings")
    await her.follows("Find a film")
    await her.types(q=name)
    await her.presses("Find")
    await her.follows(name)
    await her.types(note="A week in our blue hall.")
    await her.presses("Ask for it")
    await her.reads("has to answer")

    his = await visit(lin, DESKTOP, scripts=scripts, dark=True)
    await his.opens_letter(f"Grand {name} would like to show {name}", lin.email)
    await his.follows_its_link()
    await his.reads("A week in our blue hall.")
    await his.types(note="With joy.")
    await his.presses("Agree")
    await his.reads("Agreed. The other side gets a letter.")

    await her.opens_letter(f"Agreed: {name}", gu.email)
    await her.follows_its_link()
    await her.reads("With joy.")
    await her.follows("Plan a screening")
    await her.presses("Go on")
    await her.reads("By the clocks of Asia/Shanghai.")
    await her.types(first_day=day(2), last_day=day(5), times="17:00, 20:15", ends_at="118", note="With subtitles")
    await her.types(price_1_name="Full", price_1_c0="12", price_1_c1="8", fee="0.50")
    await her.presses("Save as drafts")
    await her.reads("8 drafts. Look at them, then put them on sale.", "17:00", "20:15")
    await her.presses("Put on sale what is ticked", sure=True)
    await her.reads("8 screenings are on sale.", "of 54")
    assert await Screening.filter(title_id=film.id, state=ScreeningState.ON_SALE).count() == 8

    studio = await Organisation.get(id=film.organisation_id)
    await his.goes_to(f"{studio.desk_path}/screenings?from={day(2)}")
    await his.reads("of 54", "Blue Hall")
    await her.follows(name)
    await her.follows("Block seats")
    if scripts:
        await her.page.get_by_role("button", name="Row A, seat 1").first.click()
        await her.reads("Row A, seat 1")
    else:
        await her.page.locator("details.seat-list > summary").click()
        await her.page.locator("details.seat-list__zone > summary").first.click()
        await her.page.locator("input[name=seat][value='Stalls-A-1']").check()
    await her.types(because="For the director's guests")
    await her.presses("Block these seats")
    await her.reads("1 seat is blocked.", "For the director's guests")
