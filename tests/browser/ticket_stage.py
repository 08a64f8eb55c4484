"""Screenings, carts, orders and tickets as they look in each state, for who looks at every page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.database.ids import public
from crowdfund.orders import asking, cancelling
from crowdfund.orders.models import Answer, Asking, Order
from crowdfund.people.models import Organisation, Role
from crowdfund.screenings import giving
from crowdfund.screenings.blocking import block_seats
from crowdfund.screenings.door.admitting import admit, finish
from crowdfund.screenings.models import Screening, Ticket
from crowdfund.screenings.pages.on_sale import title_path
from crowdfund.screenings.programme import close_sale
from crowdfund.screenings.queries import path_of
from crowdfund.screenings.rescheduling import Hours
from tests.browser.stage import somebody
from tests.cinema import a_hall_plan, a_screening, bought, held, ordered, tickets_of, venue_of
from tests.door import a_manager, a_pass, a_scan, code, with_pass
from tests.world import Fan

Looks = dict[str, list[tuple[str, str]]]
SCREENING, DESK = "/screenings/{screening}", "/desk/{organisation}/screenings/{screening}"


@dataclass
class Evenings:
    """Screenings by how they stand."""

    open: Screening
    few: Screening
    in_carts: Screening
    sold_out: Screening
    soon: Screening
    standing: Screening
    closed: Screening
    moved: Screening
    cancelled: Screening
    quiet: Screening


async def carts_left_behind(mei: Fan) -> list[str]:
    """Days before anybody looks: a cart that nobody paid, and an order of another one."""
    screening = await a_screening(days=30)
    cart, unpaid = await held(mei, screening, "A-1"), await held(mei, screening, "B-1", "B-2")
    order = await ordered(mei, unpaid, "B-1", "B-2")
    return [f"/holds/{public(cart.id)}", f"/orders/{public(order.id)}"]


async def tickets_looked_at(
    mei: Fan, lin: Fan, funded: Campaign, left_behind: list[str], fan: str, keeper: str, nobody: str
) -> Looks:
    """mei: the fan, who has backed `funded`; lin runs the cinemas. fan, keeper, nobody: how looks name who looks."""
    evenings = await _evenings(mei, lin)
    return {
        **await _public(evenings, funded, fan, nobody),
        **await _of_the_fan(mei, evenings, funded, left_behind, fan, nobody),
        **await _of_the_cinema(evenings, keeper),
    }


async def _evenings(mei: Fan, lin: Fan) -> Evenings:
    evenings = Evenings(
        open=await a_screening(plan=a_hall_plan(9, 26), ladder=()), few=await a_screening(plan=a_hall_plan(2, 4)),
        in_carts=await a_screening(plan=a_hall_plan(1, 4)), sold_out=await a_screening(plan=a_hall_plan(1, 2)),
        soon=await a_screening(sale_opens_at=clock.now() + timedelta(days=2)), standing=await a_screening(plan=a_hall_plan(standing=50)),
        closed=await a_screening(), moved=await a_screening(), cancelled=await a_screening(days=12), quiet=await a_screening(),
    )  # fmt: skip
    for one in (evenings.open, evenings.moved, evenings.cancelled, evenings.quiet):
        await a_manager(one, Role.OWNER, lin)
    bo = await somebody("Bo")
    await block_seats(evenings.open.id, ["C-1", "C-2"], "behind the camera", by=lin.id)
    await bought(bo, evenings.open, "D-1", "D-2")
    await held(bo, evenings.open, "E-1", "E-2")
    await bought(bo, evenings.few, "A-1", "A-2", "A-3", "A-4")
    await bought(bo, evenings.in_carts, "A-1", "A-2")
    await held(bo, evenings.in_carts, "A-3", "A-4")
    await bought(bo, evenings.sold_out, "A-1", "A-2")
    await close_sale(evenings.closed.id, "The projector is broken.", by=lin.id)
    return evenings


async def _public(evenings: Evenings, funded: Campaign, fan: str, nobody: str) -> Looks:
    shown = [
        evenings.open, evenings.few, evenings.in_carts, evenings.sold_out, evenings.soon, evenings.standing, evenings.closed,
        evenings.quiet,
    ]  # fmt: skip
    return {
        "/on-sale": [(nobody, "/on-sale"), (nobody, "/on-sale?city=Shanghai"), (nobody, "/on-sale?city=Nowhere")],
        "/on-sale/{title}": [(nobody, title_path(one.title_id)) for one in (evenings.open, evenings.soon, evenings.sold_out)]
        + [(nobody, title_path(funded.title_id))],
        "/venues/{venue}": [(nobody, (await venue_of(one)).path) for one in (evenings.open, evenings.closed)],
        SCREENING: [(nobody, path_of(one.id)) for one in shown]
        + [(fan, f"{path_of(evenings.open.id)}?seat=A-1&seat=A-2"), (fan, path_of(evenings.standing.id))],
    }  # fmt: skip


async def _of_the_fan(
    mei: Fan, evenings: Evenings, funded: Campaign, left_behind: list[str], fan: str, nobody: str
) -> Looks:
    kept = await held(mei, evenings.open, "F-1", "F-2")
    unpaid = await ordered(mei, await held(mei, evenings.standing, "B-1"), "B-1")
    orders = [await bought(mei, evenings.quiet, *seats) for seats in (("A-1", "A-2"), ("B-1", "B-2"), ("C-1",))]
    whole, part, gone = orders
    first = (await tickets_of(part))[0]
    await cancelling.send_back(part.id, [first.id], expected_minor=11_00, by=mei.id)
    await cancelling.send_back(gone.id, [(await tickets_of(gone))[0].id], expected_minor=11_00, by=mei.id)
    plain, offered = await tickets_of(whole)
    gift = await giving.offer_ticket(offered.id, "bo@people.example", by=mei.id)
    secret = f"/gifts/{giving.secret_of(gift.id)}"
    asked = await _askings(mei, evenings)
    tickets = [plain, offered, first, await _used(mei)]
    shown = [f"/orders/{public(unpaid.id)}", *(order.path for order in (*orders, *asked))]
    return {
        "/holds/{hold}": [(fan, f"/holds/{public(kept.id)}"), (fan, left_behind[0])],
        "/holds/{hold}/orders": [(fan, f"/holds/{public(kept.id)}/orders")],
        "/orders/{order}": [(fan, path) for path in (*shown, *left_behind[1:])],
        "/orders/{order}/cancellation": [(fan, f"{one.path}/cancellation") for one in (whole, part)],
        "/tickets": [(fan, "/tickets")],
        "/tickets/{ticket}": [(fan, ticket.path) for ticket in tickets],
        "/tickets/{ticket}/gift": [(fan, f"{ticket.path}/gift") for ticket in (plain, offered)],
        "/gifts/{secret}": [(nobody, secret), (fan, secret)],
        "/askings/{asking}": [(fan, one.path) for one in await Asking.all()],
    }


async def _used(mei: Fan) -> Ticket:
    """A ticket that she came in with."""
    tonight = await a_screening(days=0.015)
    (ticket,) = await tickets_of(await bought(mei, tonight, "A-1"))
    await admit(a_scan(await code(ticket)), with_pass(await a_pass(tonight)))
    await finish()
    return ticket


async def _askings(mei: Fan, evenings: Evenings) -> list[Order]:
    """A screening that moved, half of it answered, and one that was cancelled."""
    moved, cancelled = await bought(mei, evenings.moved, "A-1", "A-2"), await bought(mei, evenings.cancelled, "A-1")
    starts = clock.now() + timedelta(days=14)
    hours = Hours(starts - timedelta(minutes=30), starts, starts + timedelta(hours=2), starts)
    await asking.reschedule(evenings.moved.id, hours, "The director comes a week later.", by=mei.id)
    await asking.cancel_screening(evenings.cancelled.id, "The roof leaks, and it rains.", by=mei.id)
    one = await Asking.get(screening_id=evenings.moved.id)
    await asking.answer(one.id, [(await tickets_of(moved))[0].id], Answer.KEEP, by=mei.id)
    return [moved, cancelled]


async def _of_the_cinema(evenings: Evenings, keeper: str) -> Looks:
    open_, quiet, moved, cancelled = [
        (await Organisation.get(id=one.organisation_id)).desk_path + path_of(one.id)
        for one in (evenings.open, evenings.quiet, evenings.moved, evenings.cancelled)
    ]
    return {
        DESK: [(keeper, path) for path in (open_, moved, cancelled)],
        f"{DESK}/cancellation": [(keeper, f"{open_}/cancellation")],
        f"{DESK}/reschedule": [(keeper, f"{open_}/reschedule")],
        f"{DESK}/answers": [(keeper, f"{path}/answers") for path in (moved, cancelled, quiet)],
    }
