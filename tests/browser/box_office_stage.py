"""Deals in each state, screenings that are shown and settled, and their reports, for who looks at every page."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from crowdfund.boxoffice.jobs import settle_due
from crowdfund.boxoffice.models import Deal
from crowdfund.boxoffice.versions import DealContent, draft_deal, offer_deal
from crowdfund.campaigns.models import Campaign
from crowdfund.database.ids import public
from crowdfund.desk.statements.revenue import state_revenue
from crowdfund.people.models import Organisation
from crowdfund.screenings.door.admitting import admit, finish
from crowdfund.screenings.models import Screening, ScreeningState, Ticket
from crowdfund.screenings.queries import path_of
from crowdfund.titles.models import Title
from tests.boxoffice import EVEN, Run, agreed, on_sale
from tests.browser.cinema_stage import a_cinema, a_film
from tests.browser.stage import somebody
from tests.cinema import a_booking, a_hall, a_hall_plan, bought, tickets_of
from tests.door import a_pass, a_scan, code, with_pass
from tests.world import Fan

Looks = dict[str, list[tuple[str, str]]]


@dataclass
class BoxOffice:
    """A fund's film and two more at one cinema."""

    run: Run
    shared: Screening
    waiting: Screening
    coming: Screening
    no_deal: Run
    unshared: Screening
    fund: Campaign
    offered: Run


async def a_run_of(title: Title, cinema: Organisation, owner: Fan) -> Run:
    """The film booked by the cinema, which has a hall for it."""
    studio = await Organisation.get(id=title.organisation_id)
    booking = await a_booking(title, cinema, owner)
    return Run(owner, studio, cinema, title, booking, await a_hall(cinema, owner, a_hall_plan()))


async def come_in(screening: Screening, tickets: list[Ticket]) -> None:
    """Through its door."""
    keeper = with_pass(await a_pass(screening))
    for ticket in tickets:
        await admit(a_scan(await code(ticket)), keeper)
    await finish()


async def settled(screening: Screening) -> None:
    """It is over, and its days have passed: the site settles it within half a minute, and here at once."""
    for _ in range(120):
        await settle_due()
        if (await Screening.get(id=screening.id)).state == ScreeningState.SETTLED:
            return
        await asyncio.sleep(0.25)
    raise AssertionError("it was never settled")


async def a_box_office(fund: Campaign, lin: Fan, gu: Fan) -> BoxOffice:
    """Four days before anybody looks: one is settled by then, one shown and waiting, one is still to come."""
    cinema = await a_cinema(gu, "Grand Theatre")
    run = await a_run_of(await Title.get(id=fund.title_id), cinema, gu)
    await agreed(run)
    shared, waiting = await on_sale(run, days=0.015), await on_sale(run, days=3)
    coming = await on_sale(run, days=24)
    bo = await somebody("Bo")
    order = await bought(bo, shared, "A-1", "A-2", "A-3")
    await come_in(shared, (await tickets_of(order))[:2])
    await bought(bo, waiting, "B-1")
    await bought(bo, coming, "C-1", "C-2")
    no_deal = await a_run_of(await a_film(lin, "Nobody Agreed"), cinema, gu)
    unshared = await on_sale(no_deal, days=0.5)
    await bought(bo, unshared, "A-1")
    offered = await a_run_of(await a_film(lin, "Two Versions"), cinema, gu)
    return BoxOffice(run, shared, waiting, coming, no_deal, unshared, fund, offered)


async def box_offices_looked_at(world: BoxOffice, cinema: str, producer: str, nobody: str) -> Looks:
    """cinema, producer, nobody: how looks name who looks."""
    await _offer(world.offered)
    run, theirs = world.run, world.run.cinema.desk_path
    await state_revenue(run.title, "EUR", by=run.owner.id)
    deals = [_deal(one, one.studio) for one in (run, world.no_deal, world.offered)]
    settlement = "/desk/{organisation}/screenings/{screening}/settlement"
    report = f"/box-office/{public(run.title.id)}"
    one = "/desk/{organisation}/bookings/{booking}/deal"
    return {
        one: [*[(producer, path) for path in deals], (cinema, _deal(run, run.cinema)), (cinema, _deal(world.offered, run.cinema))],
        f"{one}/draft": [(producer, f"{deals[2]}/draft"), (cinema, f"{_deal(world.offered, run.cinema)}/draft"),
            *[(producer, f"{deals[1]}/draft?template={key}&currency=EUR") for key in ("even", "us_aggregate", "cn")]],
        f"{one}/templates": [(producer, f"{deals[1]}/templates")],
        f"{one}/versions/{{version}}": [
            (producer, f"{_deal(one_run, one_run.studio)}/versions/{deal.version}")
            for one_run in (run, world.offered) for deal in await Deal.filter(booking_id=one_run.booking.id, state__not="draft")
        ],
        settlement: [
            (who, f"{side.desk_path}{path_of(one_screening.id)}/settlement")
            for who, side in ((cinema, run.cinema), (producer, run.studio))
            for one_screening in (world.shared, world.waiting, world.coming)
        ] + [(producer, f"{world.no_deal.studio.desk_path}{path_of(world.unshared.id)}/settlement")],
        "/desk/{organisation}/shares": [(cinema, f"{theirs}/shares"), (producer, f"{run.studio.desk_path}/shares"),
            (producer, f"{world.offered.studio.desk_path}/shares")],
        "/desk/{organisation}/box-office": [(cinema, f"{theirs}/box-office"), (producer, f"{run.studio.desk_path}/box-office"),
            (producer, f"{world.offered.studio.desk_path}/box-office")],
        "/desk/{organisation}/box-office/{title}": [(producer, f"{run.studio.desk_path}{report}"), (cinema, f"{theirs}{report}"),
            (producer, f"{run.studio.desk_path}{report}?by=territory"),
            (producer, f"{world.offered.studio.desk_path}/box-office/{public(world.offered.title.id)}")],
        "/desk/{organisation}/box-office/{title}/statements": [(producer, f"{run.studio.desk_path}{report}/statements"),
            (producer, f"{world.offered.studio.desk_path}/box-office/{public(world.offered.title.id)}/statements")],
        "/campaigns/{slug}/box-office": [(nobody, f"{world.fund.path}/box-office")],
    }  # fmt: skip


def _deal(run: Run, side: Organisation) -> str:
    return f"{side.desk_path}/bookings/{public(run.booking.id)}/deal"


async def _offer(run: Run) -> None:
    """One version agreed on, another offered, and the cinema writes a third."""
    await agreed(run)
    other = {**EVEN, "steps": [EVEN["steps"][0], {**EVEN["steps"][1], "bps": 6000}]}
    deal = await draft_deal(
        run.booking.id, DealContent(other, {}, note="The first week is yours, the second ours."), side=run.studio.id, by=run.owner.id
    )  # fmt: skip
    await offer_deal(deal.id, side=run.studio.id, by=run.owner.id)
    await draft_deal(run.booking.id, DealContent(EVEN, {}), side=run.cinema.id, by=run.owner.id)
