"""A seller sends: all of an order, a line, some pieces; or the pieces that make a claim good."""

from __future__ import annotations

from dataclasses import dataclass

from crowdfund import clock
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.moves import begin, move
from crowdfund.database.once import once
from crowdfund.merch.listings import stock
from crowdfund.orders.goods.earning import earn
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder, GoodsOrderState
from crowdfund.orders.parcels.models import (
    PARCEL_MOVES,
    CarrierState,
    Parcel,
    ParcelEvent,
    ParcelLine,
    ParcelState,
)
from crowdfund.orders.returns import queries, rules
from crowdfund.orders.returns.answering import resolve_by_piece
from crowdfund.orders.returns.asking import let_go
from crowdfund.orders.returns.locking import lock_order, lock_return, pieces_of
from crowdfund.orders.returns.models import GoodsReturn, Kind, ReturnState
from crowdfund.refusal import NotFound, Refusal


class NotToSend(Refusal):
    """It is not paid, or its money went back."""


@dataclass(frozen=True, slots=True)
class Sending:
    """carrier, tracking: who carries it, and under which number. wants: how many pieces, by line."""

    order_id: int
    carrier: str
    tracking: str
    wants: rules.Wants


async def send(sending: Sending, *, by: int, key: str) -> Parcel:
    """Write down that a parcel was sent, and tell the buyer. The same key sends once.

    Raises NothingChosen, MoreThanBought, NotToSend.
    """

    async def make() -> int:
        return await _send(sending, by)

    facts = [sending.order_id, sending.carrier, sending.tracking, sorted(sending.wants.items())]
    return await Parcel.get(id=await once(by, key, facts, make))


@atomic
async def _send(sending: Sending, by: int) -> int:
    order, lines = await lock_order(sending.order_id)
    if order.state != GoodsOrderState.PAID:
        raise NotToSend("This order is not to be sent: it is not paid, or its money went back.")
    some = rules.chosen(sending.wants)
    rules.none_too_many(some, rules.to_ship(pieces_of(lines)))
    if not await queries.ship(some):
        raise rules.MoreThanBought("There are not so many pieces left to send. Please load the page again.")
    for line in lines:
        line.shipped += some.get(line.id, 0)
    parcel = await _parcel(order, sending, some, by)
    await _too_late_to_call_off(order, lines, by)
    await earn(order.id)
    return int(parcel.id)


async def _parcel(
    order: GoodsOrder, sending: Sending, pieces: rules.Wants, by: int, return_id: int | None = None
) -> Parcel:
    parcel = await Parcel.create(
        id=new_id(), order_id=order.id, return_id=return_id, carrier=sending.carrier, tracking=sending.tracking,
        state=ParcelState.SENT, carrier_state=CarrierState.UNKNOWN, sent_at=clock.now(),
    )  # fmt: skip
    for line_id, number in pieces.items():
        await ParcelLine.create(id=new_id(), parcel_id=parcel.id, order_id=order.id, line_id=line_id, quantity=number)
    await begin(parcel, because="sent", by=by, events=ParcelEvent)
    await outbox.enqueue("goods_sent", {"parcel": parcel.id}, key=f"goods_sent:{parcel.id}")
    return parcel


async def _too_late_to_call_off(order: GoodsOrder, lines: list[GoodsLine], by: int) -> None:
    """A wish to call it off, of which nothing is left to call off, is over."""
    wish = await GoodsReturn.get_or_none(order_id=order.id, kind=Kind.CANCELLATION, state=ReturnState.REQUESTED)
    if wish is not None and not any(line.to_ship for line in lines):
        await let_go(wish, because="it was sent", by=by)


@atomic
async def send_another(return_id: int, carrier: str, tracking: str, *, by: int) -> Parcel:
    """Send the pieces that make a claim good; with them it is over. They come from what is there to sell.

    Raises AnsweredAlready where none is waited for, OutOfStock where there is none.
    """
    found, order, lines = await lock_return(return_id)
    pieces = await resolve_by_piece(found, by=by)
    if order.run_id is None:
        variants = {line.id: line.variant_id for line in lines}
        rows = [(variants[line_id], number) for line_id, number in pieces.items()]
        await stock.reserve(rows)
        await stock.sell(rows)
    return await _parcel(order, Sending(order.id, carrier, tracking, pieces), pieces, by, found.id)


# --- where it is ---


@atomic
async def say(parcel_id: int, state: ParcelState, *, because: str, by: int | None) -> Parcel:
    """Who sent it, or who has it, says what became of a parcel. Raises NotFound, MoveRefused."""
    parcel = await _locked(parcel_id)
    more = {"delivered_at": parcel.delivered_at or clock.now()} if state == ParcelState.DELIVERED else {}
    await move(parcel, state, moves=PARCEL_MOVES, because=because, by=by, events=ParcelEvent, **more)
    return parcel


@atomic
async def carrier_says(parcel_id: int, state: CarrierState) -> Parcel:
    """What the carrier's own record says; that it was delivered counts from when it was first said. Raises NotFound."""
    parcel = await _locked(parcel_id)
    if state == CarrierState.DELIVERED and parcel.delivered_at is None:
        parcel.delivered_at = clock.now()
    parcel.carrier_state = state
    await Parcel.filter(id=parcel.id).update(carrier_state=state, delivered_at=parcel.delivered_at)
    return parcel


async def _locked(parcel_id: int) -> Parcel:
    found = await Parcel.get_or_none(id=parcel_id)
    if found is None:
        raise NotFound("There is no such parcel.")
    await lock_order(found.order_id)
    return await Parcel.get(id=parcel_id)
