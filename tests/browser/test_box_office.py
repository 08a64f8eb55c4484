"""Who gets what, seen by producer and cinema; a backer's seat that becomes a ticket; and the box office beside a fund."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import expect

from crowdfund import clock
from crowdfund.boxoffice.funds import tell_fund
from crowdfund.campaigns.models import Campaign, Tier
from crowdfund.database import Sql, atomic
from crowdfund.database.ids import public
from crowdfund.screenings.queries import path_of
from crowdfund.titles.models import Title
from tests.bank import fans_with
from tests.boxoffice import on_sale
from tests.browser.box_office_stage import a_box_office, a_run_of, come_in, settled
from tests.browser.cinema_stage import a_cinema, a_film
from tests.browser.conftest import Visitors
from tests.browser.stage import a_live_film, somebody
from tests.browser.visitor import DESKTOP, PHONE, Visitor
from tests.cinema import bought, tickets_of
from tests.world import pledged

pytestmark = pytest.mark.landing


async def lines_of(visitor: Visitor) -> list[tuple[str, int]]:
    """The first table of a settlement: who, and how much in cents; the last is what it says they are together."""
    rows = visitor.page.locator("section:has(#row-1) table.ledger").first.locator("tr:has(td)")
    return [
        (await row.locator("th").inner_text(), round(float((await row.locator("td").inner_text()).strip("€")) * 100))
        for row in await rows.all()
    ]


async def test_a_deal_is_made_a_film_is_shown_and_both_see_who_has_what(visit: Visitors) -> None:
    gu, lin = await somebody("Gu"), await somebody("Lin")
    cinema, title = await a_cinema(gu, "Depot Theatre"), await a_film(lin, "Night Boat")
    run = await a_run_of(title, cinema, gu)
    screening = await on_sale(run, days=0.015, price_minor=9_99)
    his, hers = await visit(lin, size=DESKTOP), await visit(gu, size=PHONE, dark=True)

    await his.goes_to(f"{run.studio.desk_path}/bookings/{public(run.booking.id)}")
    await his.follows("The deal")
    await his.reads("Nothing is settled in EUR: no deal is agreed on.")
    await his.follows("Begin with a template")
    await his.page.locator("a[href*='template=even']").click()
    await expect(his.page.locator("#deal-worked")).to_contain_text("100 × €10.00 is a gross of €1,000.00")
    await his.page.locator("[name=price]").fill("20")
    await his.page.locator("[name=s2_a_percent]").fill("60")
    await expect(his.page.locator("#deal-worked")).to_contain_text("100 × €20.00 is a gross of €2,000.00")
    await expect(his.page.locator("#deal-worked")).to_contain_text("€1,140.00")  # 60 % of the 1,900 that are divisible
    await his.presses("Offer it")
    await his.reads("You have offered it, and wait for Depot Theatre.")

    await hers.goes_to(f"{cinema.desk_path}/bookings/{public(run.booking.id)}")
    await hers.follows("The deal")
    await hers.reads("Version 1 is offered", "60 % of what is divisible")
    await hers.presses("Agree to version 1", sure=True)
    await hers.reads("Agreed: version 1, in EUR")

    seen = await bought(await somebody("Mei"), screening, "A-1", "A-2", "A-3")
    await come_in(screening, (await tickets_of(seen))[:2])
    clock.advance(timedelta(days=4))
    await settled(screening)
    for visitor, side in ((hers, cinema), (his, run.studio)):
        await visitor.goes_to(f"{side.desk_path}{path_of(screening.id)}")
        await visitor.reads("What it took, and who has which part of it, to the cent.")
        await visitor.follows("Settlement")
        await visitor.reads("Settled: everybody has their share, and its escrow is empty.")
        *shares, whole = await lines_of(visitor)
        assert [minor for _, minor in shares] == [1_49, 17_08, 11_40], shares
        assert sum(minor for _, minor in shares) == whole[1] == 29_97
        await visitor.follows("Box office of Night Boat")
        await visitor.reads("€29.97", "Settled", "1 not seen")
    await his.reads("Your share of it, by the deals that are agreed", "€17.08")


async def test_a_backers_seat_becomes_a_ticket_at_a_cinema(visit: Visitors) -> None:
    gu, lin, mei = await somebody("Gu"), await somebody("Lin"), (await fans_with("ok"))[0]
    film = await a_live_film("Two Seats", lin, goal_minor=20_00, days=3)
    tier = await Tier.get(campaign_id=film.id, price_minor=25_00)
    await atomic(Sql("UPDATE tier SET seats = 2, seat_worth_minor = 1500 WHERE id = $1").__call__)(tier.id)
    await pledged(mei, film, amount_minor=25_00, tier_id=tier.id)
    fan = await visit(mei, size=PHONE)
    clock.advance(timedelta(days=3, minutes=1))
    await fan.goes_to(film.path)
    await fan.waits_for("Funded")
    assert (await Campaign.get(id=film.id)).state == "funded"
    screening = await on_sale(await a_run_of(await Title.get(id=film.title_id), await a_cinema(gu, "Depot"), gu))

    await fan.goes_to(path_of(screening.id))
    await fan.types(best="1")
    await fan.presses("Find")
    await fan.presses("Keep these places")
    await fan.reads("You have backed this film", "Your pledge has 2 cinema seats left.", "€15.00")
    await fan.presses("Take these places with my pledge")
    await fan.reads("Your seats are tickets now.")
    await fan.follows("Open")
    await expect(fan.page.locator(".slip__qr svg")).to_be_visible()

    await fan.goes_to(path_of(screening.id))
    await fan.types(best="2")
    await fan.presses("Find")
    await fan.presses("Keep these places")
    await fan.reads("Kept for you")
    await fan.reads_no("Take these places with my pledge")


async def test_the_box_office_stands_beside_the_pledges_and_is_never_part_of_them(visit: Visitors) -> None:
    gu, lin, mei = await somebody("Gu"), await somebody("Lin"), (await fans_with("ok"))[0]
    film = await a_live_film("Ferry at Noon", lin, goal_minor=200_00, days=40)
    await pledged(mei, film, amount_minor=60_00)
    office = await a_box_office(film, lin, gu)
    clock.advance(timedelta(days=4))
    reader = await visit(None, size=DESKTOP)
    await settled(office.shared)
    await tell_fund(film.id)
    await reader.goes_to(film.path)
    await reader.reads(
        "€60", "At the box office", "Locked at the box office: never counted as collected.",
        "None of it counts towards the goal of this fund: only pledges do.",
    )  # fmt: skip
    band = reader.page.locator("section:has(> .head #box-office)")
    await expect(band.locator(".legend--office li")).to_have_count(4)
    await expect(band.locator(".is-settled")).to_contain_text("€14.25")  # half of the 28.50 that are divisible of 30.00
    await reader.follows("Every screening of it")
    await reader.reads("The makers' share of it", "Grand Theatre, Shanghai", "€30.00")
    await reader.reads_no("Mei")
