"""A fan sends tickets back: what she gets is what the ladder says that she was shown when she ordered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.ledger import chart
from crowdfund.orders.credits import return_seats
from crowdfund.orders.following import end_wholly_refunded
from crowdfund.orders.locking import lock_order
from crowdfund.orders.models import Order, OrderState, PaidBy
from crowdfund.orders.queries import bank_holds
from crowdfund.payments.models import Charge, ChargeState, Refund
from crowdfund.payments.refunds import RefundIntent, make_refunds
from crowdfund.refusal import Invalid, Refusal
from crowdfund.screenings import holding, rules, selling
from crowdfund.screenings.models import TO_COME, Screening, Ticket, TicketState

SHE_CANCELLED = "you sent the tickets back"


class NotReturnable(Refusal):
    """It was used, given away, sent back already, or it is too late."""


class NothingChosen(Invalid):
    pass


class ShareChanged(Refusal):
    """Between the page and the button a step of the ladder was over: she sees the new share before she agrees to it."""


@dataclass(frozen=True, slots=True)
class Back:
    """What a ticket gives back now, in minor units, of what was paid for it."""

    ticket: Ticket
    paid_minor: int
    back_minor: int


def backs(order: Order, tickets: Sequence[Ticket], starts_at_us: int, now: int) -> list[Back]:
    """What each ticket that can be sent back gives back at this moment."""
    bps = rules.share_back_bps(rules.read_ladder(order.refund_steps), starts_at_us, now)
    return [
        Back(t, t.price_minor + t.fee_minor, (t.price_minor + t.fee_minor) * bps // 10_000)
        for t in tickets
        if t.state == TicketState.SOLD
    ]


def backs_now(order: Order, screening: Screening, tickets: Sequence[Ticket]) -> list[Back]:
    """What she who ordered can send back now of these tickets: none where nothing is to come, nor what she gave away."""
    if order.state != OrderState.PAID or screening.state not in TO_COME:
        return []
    hers = [t for t in tickets if t.person_id == order.person_id and t.screening_id == screening.id]
    return backs(order, hers, clock.to_us(screening.starts_at), clock.now_us())


@atomic
async def send_back(order_id: int, ticket_ids: Collection[int], *, expected_minor: int, by: int) -> int:
    """Give tickets of one screening back to the hall, and the fan her share; gives how much, in minor units.

    expected_minor: what she was shown. Raises NothingChosen, NotReturnable, ShareChanged.
    """
    if not ticket_ids:
        raise NothingChosen("Please choose the tickets to send back.", field="ticket")
    screenings = {t.screening_id for t in await Ticket.filter(order_id=order_id, id__in=list(ticket_ids))}
    if len(screenings) != 1:
        raise NotReturnable("These tickets can't be sent back together.")
    await holding.lock(screenings)
    order, screening = await lock_order(order_id), await Screening.get(id=screenings.pop())
    if order.state != OrderState.PAID or screening.state not in TO_COME:
        raise NotReturnable("These tickets can't be sent back.")
    if await bank_holds([order_id]):
        raise NotReturnable("Your bank disputes this payment: it decides about the money.")
    tickets = await Ticket.filter(order_id=order_id, id__in=list(ticket_ids)).order_by("id")
    returned = backs(order, tickets, clock.to_us(screening.starts_at), clock.now_us())
    if len(returned) != len(set(ticket_ids)) or any(back.ticket.person_id != by for back in returned):
        raise NotReturnable("One of these tickets was used, given away or sent back already. Please look again.")
    back_minor = sum(back.back_minor for back in returned)
    if back_minor != expected_minor:
        raise ShareChanged("What you get back has changed meanwhile. Please look again.")
    await give_back(order, returned, reason=SHE_CANCELLED, by=by, ticket_by=by)
    return back_minor


async def give_back(
    order: Order, returned: Sequence[Back], *, reason: str, by: int | None, ticket_by: int | None
) -> None:
    """Tickets of one screening die and their money goes back, in the caller's transaction, with the screening locked."""
    refund_id, back_minor = None, sum(back.back_minor for back in returned)
    screening_id = returned[0].ticket.screening_id
    if order.paid_by == PaidBy.SEATS:
        await return_seats(order, [back.ticket for back in returned], back_minor, screening_id=screening_id)
    elif back_minor:
        charge = await Charge.get(subject=order.subject, state=ChargeState.SUCCEEDED)
        refund_id = new_id()
        await make_refunds([
            RefundIntent(
                charge_id=charge.id, subject=order.subject, campaign_id=None, held_for=f"screening:{screening_id}",
                amount_minor=back_minor, currency=order.currency, stripe_charge_id=str(charge.stripe_charge_id),
                reason=reason, by_person_id=by, sources=[(chart.escrow(screening_id, order.currency), back_minor)],
                ordinal=1 + await Refund.filter(charge_id=charge.id).count(), id=refund_id,
            )
        ])  # fmt: skip
    rows: list[dict[str, Any]] = await selling.lock_tickets(order.id, [back.ticket.id for back in returned])
    of = {back.ticket.id: back.back_minor for back in returned}
    await selling.take_back(
        [row | {"refunded_minor": of[row["id"]]} for row in rows],
        TicketState.REFUNDED, because=reason, by=ticket_by, refund_id=refund_id,
    )  # fmt: skip
    await end_wholly_refunded(order, because=reason, by=by)
