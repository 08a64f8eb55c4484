"""A backer's seats: what came with her pledge becomes tickets at any cinema that shows the film, and its producer pays for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crowdfund import clock, money
from crowdfund.campaigns.models import SUCCEEDED, Campaign, Tier
from crowdfund.database import Sql, atomic, new_id
from crowdfund.database.moves import move
from crowdfund.ledger import Entry, Posting, balance_minor, chart, post
from crowdfund.orders import paying, rules
from crowdfund.orders.locking import lock_with_screening
from crowdfund.orders.models import (
    ORDER_MOVES,
    CreditState,
    Order,
    OrderEvent,
    OrderLine,
    OrderState,
    PaidBy,
    SeatCredit,
)
from crowdfund.pledges.models import Pledge, PledgeState
from crowdfund.refusal import Refusal
from crowdfund.screenings import selling
from crowdfund.screenings.models import TO_COME, Screening, Ticket
from crowdfund.titles.models import Title

# A seat whose ticket went back for less than all of its price is used up: its producer has paid the rest for nothing.
_USED = Sql("""
    SELECT COUNT(*) FROM seat_credit c JOIN ticket t ON t.id = c.ticket_id
    WHERE c.pledge_id = $1 AND (c.state = 'used' OR t.refunded_minor < c.amount_minor)""")
_LOCK_PLEDGE = Sql("SELECT id FROM pledge WHERE id = $1 {for_update}")


class NoSeatsLeft(Refusal):
    """Her pledge has not so many seats, or each of these costs more than one of them is worth."""


@dataclass(frozen=True, slots=True)
class Seats:
    """What a pledge has left of its seats. worth_minor: what one may cost at most, with its booking fee."""

    pledge_id: int
    campaign: Campaign
    left: int
    worth_minor: int


async def seats_of(person_id: int, title_id: int, currency: str) -> Seats | None:
    """The seats that a fan's pledges have left for a film, the first pledge that has some; none where there are none."""
    for campaign in await Campaign.filter(title_id=title_id, currency=currency, state__in=list(SUCCEEDED)).order_by(
        "id"
    ):
        pledge = await Pledge.get_or_none(
            campaign_id=campaign.id, person_id=person_id, state=PledgeState.COLLECTED, tier_id__not_isnull=True
        )
        if pledge is not None and (found := await _of_pledge(pledge, campaign)) is not None:
            return found
    return None


async def seats_left(person_id: int) -> list[Seats]:
    """All seats that a fan's pledges have left, of all films, the oldest pledge first."""
    pledges = await Pledge.filter(person_id=person_id, state=PledgeState.COLLECTED, tier_id__not_isnull=True).order_by(
        "id"
    )
    with_seats = {tier.id for tier in await Tier.filter(id__in=[one.tier_id for one in pledges], seats__gt=0)}
    campaigns = {
        one.id: one for one in await Campaign.filter(id__in=[p.campaign_id for p in pledges if p.tier_id in with_seats])
    }
    found = [
        await _of_pledge(one, campaigns[one.campaign_id])
        for one in pledges
        if one.tier_id in with_seats and campaigns[one.campaign_id].state in SUCCEEDED
    ]
    return [seats for seats in found if seats is not None]


async def _of_pledge(pledge: Pledge, campaign: Campaign) -> Seats | None:
    tier = await Tier.get(id=pledge.tier_id or 0)
    used = int(await _USED.value(pledge.id))
    left = tier.seats * pledge.quantity - used
    return Seats(pledge.id, campaign, left, tier.seat_worth_minor) if left > 0 else None


@atomic
async def pay_with_seats(order_id: int, *, by: int) -> None:
    """Pay all of an order with seats of a pledge, at once: tickets, and the producer's money in the screening's escrow.

    Raises HoldEnded, NoSeatsLeft.
    """
    order = await lock_with_screening((await paying.own_order(order_id, by)).id)
    screening = await Screening.get(id=order.screening_id)
    lines: list[dict[str, Any]] = await OrderLine.filter(order_id=order_id).order_by("id").values()
    if screening.state not in TO_COME or await paying.is_too_many(order, screening):
        raise rules.NotSoldNow("No tickets are sold for this screening now.")
    if order.state != OrderState.PLACED or not await selling.can_be_sold(screening.id, order.hold_id, lines):
        raise rules.HoldEnded("The time in which these places were kept for you is over. Please choose again.")
    seats = await seats_of(by, screening.title_id, screening.currency)
    if seats is not None:
        await _LOCK_PLEDGE(seats.pledge_id)
        seats = await seats_of(by, screening.title_id, screening.currency)
    if seats is None or seats.left < len(lines):
        raise NoSeatsLeft("Your pledge has not so many seats left.")
    if any(line["price_minor"] + line["fee_minor"] > seats.worth_minor for line in lines):
        worth = money.Amount(seats.worth_minor, order.currency)
        raise NoSeatsLeft("A seat of your pledge is worth at most {worth}: one of these costs more.", worth=worth)
    tickets = await selling.sell(order.id, order.hold_id, by, lines, order.currency)
    await _use(seats, tickets, lines, order)
    await move(
        order, OrderState.PAID, moves=ORDER_MOVES, because="paid with seats of her pledge", by=by, events=OrderEvent,
        paid_by=PaidBy.SEATS, paid_at=clock.now(),
    )  # fmt: skip


async def _use(seats: Seats, tickets: Sequence[int], lines: Sequence[dict[str, Any]], order: Order) -> None:
    title = await Title.get(id=seats.campaign.title_id)
    taken = {credit.number for credit in await SeatCredit.filter(pledge_id=seats.pledge_id, state=CreditState.USED)}
    free = [number for number in range(1, len(taken) + len(tickets) + 1) if number not in taken]
    for ticket_id, line, number in zip(tickets, lines, free, strict=False):
        await SeatCredit.create(
            id=new_id(), pledge_id=seats.pledge_id, number=number, organisation_id=title.organisation_id, ticket_id=ticket_id,
            amount_minor=line["price_minor"] + line["fee_minor"], currency=order.currency, state=CreditState.USED, made_at=clock.now(),
        )  # fmt: skip
    await _pay(title.organisation_id, order)


async def _pay(organisation_id: int, order: Order) -> None:
    """From what is owed to the producer, and where that is too little from what it owes us: its later shares repay it."""
    currency, total_minor = order.currency, order.total_minor
    payable, escrow = chart.payable(organisation_id, currency), chart.escrow(order.screening_id, currency)
    held = min(await balance_minor(payable), total_minor)
    parts = [(payable, held), (chart.receivable(organisation_id, currency), total_minor - held)]
    movements = [Posting(account, escrow, minor) for account, minor in parts if minor > 0]
    if movements:
        await post([Entry(f"order:{order.id}:credit", "seats_taken", f"screening:{order.screening_id}", movements)])


async def return_seats(order: Order, tickets: Sequence[Ticket], back_minor: int, *, screening_id: int) -> None:
    """Tickets that were paid with seats went back: what went back whole can be used again, and the producer has its money again.

    In the caller's transaction. back_minor: what of their price goes back; the rest stays with the screening, as for everybody.
    """
    credits = await SeatCredit.filter(ticket_id__in=[ticket.id for ticket in tickets], state=CreditState.USED)
    if not credits:
        return
    await SeatCredit.filter(id__in=[credit.id for credit in credits]).update(
        state=CreditState.RETURNED, ended_at=clock.now()
    )
    organisation_id, currency = credits[0].organisation_id, order.currency
    receivable = chart.receivable(organisation_id, currency)
    owed = min(await balance_minor(receivable), back_minor)
    escrow, payable = chart.escrow(screening_id, currency), chart.payable(organisation_id, currency)
    movements = [
        Posting(escrow, account, minor)
        for account, minor in ((receivable, owed), (payable, back_minor - owed))
        if minor > 0
    ]
    if movements:
        key = f"order:{order.id}:credit:back:{min(credit.id for credit in credits)}"
        await post([Entry(key, "seats_returned", f"screening:{screening_id}", movements)])
