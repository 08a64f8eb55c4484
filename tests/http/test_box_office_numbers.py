"""Sold, locked, recognised, settled: what each is when, who sees which, as a page and as a file; and settlements on both desks."""

from __future__ import annotations

import csv
import io

import pytest

from crowdfund import clock
from crowdfund.boxoffice.figures import curve_of, figures_of, report_of
from crowdfund.boxoffice.net import net_of
from crowdfund.boxoffice.pages.reports import csv_of
from crowdfund.database.ids import public
from crowdfund.screenings.models import Screening, Ticket
from crowdfund.titles.models import Title
from crowdfund.web.csv import harmless
from tests.bank import pass_time
from tests.boxoffice import Run, a_run, a_scale, agreed, on_sale, settled, shown, sold
from tests.cinema import tickets_of
from tests.http.conftest import SiteUnderTest
from tests.http.test_deal_pages import at_desk

pytestmark = pytest.mark.usefixtures("proven_when_idle")


async def four(run: Run) -> tuple[int, int, int, int]:
    sums = report_of(await figures_of(title_id=run.title.id), "title").whole["EUR"]
    return sums.sold_minor, sums.locked_minor, sums.recognised_minor, sums.settled_minor


async def until(screening: Screening, hours_before: float) -> None:
    left = screening.starts_at - clock.now()
    await pass_time(seconds=left.total_seconds() - hours_before * 3600)


async def test_a_ticket_is_sold_then_locked_then_recognised_then_settled(database: str) -> None:
    """Up to 24 hours before all of it goes back, up to 2 hours half of it, then nothing; 3 % are kept for refunds."""
    run = await a_run()
    await agreed(run)
    screening = await on_sale(run)
    await sold(screening, "A-1", "A-2")
    assert await four(run) == (20_00, 0, 0, 0)
    await until(screening, 12)
    assert await four(run) == (20_00, 9_70, 0, 0)
    await until(screening, 1)
    assert await four(run) == (20_00, 19_40, 0, 0)
    await shown(screening)
    assert await four(run) == (20_00, 19_40, 20_00, 0)
    await settled(screening)
    assert await four(run) == (20_00, 20_00, 20_00, 20_00)


async def test_who_was_let_in_is_recognised_before_the_end(database: str) -> None:
    run = await a_run()
    await agreed(run)
    screening = await on_sale(run)
    [order, _other] = await sold(screening, "A-1", "A-2")
    [ticket] = await tickets_of(order)
    await Ticket.filter(id=ticket.id).update(state="admitted")
    assert (await four(run))[2] == 10_00
    await Ticket.filter(id=ticket.id).update(state="sold")
    assert (await four(run))[2] == 0


async def test_a_screening_that_was_called_off_locks_nothing(database: str) -> None:
    run = await a_run()
    await agreed(run)
    screening = await on_sale(run)
    await sold(screening, "A-1")
    await until(screening, 1)
    await Screening.filter(id=screening.id).update(state="cancelled")
    assert await four(run) == (10_00, 0, 0, 0)


async def test_the_producers_share_of_each_number(database: str) -> None:
    """40 % up to 50.00, 60 % of all of it above: what is settled is 20.00, what is sold is 66.00."""
    run = await a_run()
    await agreed(run, a_scale((50_00, 4000), (None, 6000)))
    first, second = await on_sale(run, fee_minor=0), await on_sale(run, days=30, fee_minor=0)
    await sold(first, *(f"A-{n}" for n in range(1, 6)))
    await settled(first)
    await sold(second, *(f"A-{n}" for n in range(1, 6)), "B-1")
    net = await net_of(run.title, "EUR")
    assert (net.settled_minor, net.recognised_minor, net.locked_minor, net.sold_minor) == (20_00, 20_00, 20_00, 66_00)
    await shown(second)
    net = await net_of(run.title, "EUR")
    assert (net.settled_minor, net.recognised_minor) == (20_00, 66_00)


async def test_days_before_the_show(database: str) -> None:
    run = await a_run()
    screening = await on_sale(run, days=30)
    await sold(screening, "A-1", "A-2")
    await pass_time(days=10)
    await sold(screening, "A-3")
    curve = dict(await curve_of(await figures_of(title_id=run.title.id)))
    assert (curve[22], curve[20]) == (2, 1) and sum(curve.values()) == 3


@pytest.mark.parametrize("text", ["=1+1", "+49", "-x", "@a", "\tx", "=HYPERLINK(0)", "\uff1d1"])
async def test_no_cell_is_a_formula(database: str, text: str) -> None:
    assert harmless(text) == f"'{text}"


async def test_a_file_has_a_line_a_day_and_no_formulas(database: str) -> None:
    run = await a_run()
    await Title.filter(id=run.title.id).update(name="=1+1|River")
    await agreed(run)
    screening = await on_sale(run)
    await sold(screening, "A-1", "A-2")
    rows = list(csv.DictReader(io.StringIO(csv_of(report_of(await figures_of(title_id=run.title.id), "day")))))
    assert [row["title"] for row in rows] == ["'=1+1|River"]
    assert (rows[0]["territory"], rows[0]["venue"], rows[0]["sold_minor"], rows[0]["sold"]) == (
        "CN",
        "Grand Theatre",
        "20.00",
        "2",
    )


@pytest.mark.pages
async def test_each_side_sees_what_is_theirs_and_nobody_else_anything(site: SiteUnderTest) -> None:
    run, other = await a_run(), await a_run()
    await agreed(run)
    screening = await on_sale(run)
    await sold(screening, "A-1", "A-2", "A-3")
    lin, gu = await at_desk(site, run, "studio", "viewer"), await at_desk(site, run, "cinema", "viewer")
    eve = await at_desk(site, other, "studio")
    for browser, whose in ((lin, "studio"), (gu, "cinema")):
        desk = getattr(run, whose).desk_path
        await browser.get(f"{desk}/box-office")
        assert "€30.00" in browser.text and "River Moon" in browser.text
        for by in ("territory", "venue", "day", "nonsense"):
            await browser.get(f"{desk}/box-office/{public(run.title.id)}?by={by}&territory=CN&venue=")
            assert browser.status == 200 and "€30.00" in browser.text
        assert ("Your share of it" in browser.text) == (whose == "studio")
        file = await browser.get(f"{desk}/box-office/{public(run.title.id)}/report.csv?by=venue")
        assert file.status_code == 200 and "Grand Theatre" in file.text
    await eve.get(f"{other.studio.desk_path}/box-office")
    assert "€30.00" not in eve.text and "Nothing on sale yet" in eve.text
    for path in ("", "/report.csv"):
        assert (await eve.get(f"{other.studio.desk_path}/box-office/{public(run.title.id)}{path}")).status_code == 404
    assert (await eve.get(f"{other.studio.desk_path}/screenings/{public(screening.id)}/settlement")).status_code == 404


@pytest.mark.landing
@pytest.mark.pages
async def test_a_settlement_on_both_desks(site: SiteUnderTest) -> None:
    run = await a_run()
    screening = await on_sale(run)
    [order, *_] = await sold(screening, "A-1", "A-2")
    lin, gu = await at_desk(site, run, "studio"), await at_desk(site, run, "cinema")
    path = f"/screenings/{public(screening.id)}/settlement"
    await lin.get(run.studio.desk_path + path)
    assert "lies in escrow" in lin.text
    await shown(screening)
    await gu.get(run.cinema.desk_path + path)
    assert "No deal is agreed on for this booking in EUR." in gu.text
    await agreed(run)
    await gu.get(run.cinema.desk_path + path)
    assert "It is settled from" in gu.text and "€9.50" in gu.text
    await gu.submit("Tell it", counted="2", words="")
    assert gu.status == 409 or gu.status == 422
    assert "Say why you counted 2." in gu.text
    await gu.submit("Tell it", counted="2", words="The scanner had no battery.")
    assert "Your count stands beside ours." in gu.text
    await lin.get(run.studio.desk_path + path)
    assert "The scanner had no battery." in lin.text and "Tell it" not in lin.text
    await settled(screening)
    await lin.get(run.studio.desk_path + path)
    assert "everybody has their share" in lin.text and "€9.50" in lin.text
    [ticket] = await tickets_of(order)
    await gu.get(run.cinema.desk_path + path)
    await gu.submit("Give it back", code="nonsense", reason="The sound broke.")
    assert gu.status == 404 and "There is no ticket with this code" in gu.text
    await gu.submit("Give it back", code=ticket.typed_code.lower(), amount="99", reason="The sound broke.")
    assert gu.status == 422 and "Of this ticket €11.00 is left." in gu.text
    await gu.submit("Give it back", code=ticket.typed_code.lower(), amount="", reason="The sound broke.")
    assert "€11.00 goes back to the fan's card." in gu.text and "Taken back" in gu.text
    await lin.get(run.studio.desk_path + path)
    await lin.post(run.studio.desk_path + path + "/refund", {"csrf": await csrf_of(lin), "code": "x", "reason": "No."})
    assert lin.status == 404, "the cinema alone gives back"


async def csrf_of(browser: object) -> str:
    page = browser.page  # type: ignore[attr-defined]
    return next(form.fields["csrf"][0] for form in page.forms if "csrf" in form.fields)
