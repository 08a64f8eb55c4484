"""A fan asks: to call off what was not sent, to send something back, to have something put right. And she thinks better of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crowdfund import clock
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.moves import begin, move
from crowdfund.database.once import once
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder, GoodsOrderState
from crowdfund.orders.returns import queries, rules
from crowdfund.orders.returns.giving_back import NothingPaid, refuse_while_bank_decides
from crowdfund.orders.returns.locking import lock_order, lock_return, pieces_of
from crowdfund.orders.returns.models import (
    RETURN_MOVES,
    GoodsReturn,
    GoodsReturnEvent,
    GoodsReturnLine,
    Kind,
    Reason,
    ReturnState,
)
from crowdfund.refusal import Refusal


class AlreadySent(Refusal):
    """It is on its way back: only its seller can end it now."""


class AskedAlready(Refusal):
    pass


@dataclass(frozen=True, slots=True)
class Wish:
    """What a fan wants of an order, and why. wants: how many pieces, by line."""

    order_id: int
    kind: Kind
    reason: Reason
    words: str
    wants: rules.Wants


async def ask(wish: Wish, *, by: int, key: str) -> GoodsReturn:
    """Ask the seller; who says nothing for a week has agreed. The same key asks once.

    Raises NothingChosen, MoreThanBought, WrongReason, TooLate, NotYet, BankDecides, AskedAlready.
    """

    async def make() -> int:
        return await _ask(wish, by)

    facts = [wish.order_id, wish.kind, wish.reason, wish.words, sorted(wish.wants.items())]
    return await GoodsReturn.get(id=await once(by, key, facts, make))


@atomic
async def _ask(wish: Wish, by: int) -> int:
    order, lines = await lock_order(wish.order_id)
    some, now = rules.chosen(wish.wants), clock.now()
    if order.state != GoodsOrderState.PAID:
        raise NothingPaid("Nothing of this order is paid that could go back.")
    await refuse_while_bank_decides(order)
    if wish.kind == Kind.CANCELLATION:
        await _may_be_called_off(order, lines, some)
    else:
        await _counted_in(order, lines, wish, some)
    made = await GoodsReturn.create(
        id=new_id(), order_id=order.id, person_id=by, kind=wish.kind, reason=wish.reason, words=wish.words,
        state=ReturnState.REQUESTED, answer_by=now + rules.ANSWER_WITHIN, made_at=now,
    )  # fmt: skip
    for line_id, number in some.items():
        await GoodsReturnLine.create(
            id=new_id(), return_id=made.id, order_id=order.id, line_id=line_id, quantity=number
        )
    await begin(made, because=wish.words or wish.reason, by=by, events=GoodsReturnEvent)
    await outbox.enqueue("goods_return_asked", {"return": made.id}, key=f"goods_return_asked:{made.id}")
    return int(made.id)


async def _may_be_called_off(order: GoodsOrder, lines: Sequence[GoodsLine], some: rules.Wants) -> None:
    rules.none_too_many(some, rules.to_ship(pieces_of(lines)))
    if await GoodsReturn.exists(order_id=order.id, kind=Kind.CANCELLATION, state=ReturnState.REQUESTED):
        raise AskedAlready("You have asked for that already: the seller has not answered yet.")


async def _counted_in(order: GoodsOrder, lines: Sequence[GoodsLine], wish: Wish, some: rules.Wants) -> None:
    rules.none_too_many(some, rules.coming_back(pieces_of(lines)))
    ways, now = await queries.ways_of(order.id), clock.now()
    for line_id in some:
        rules.may_ask(wish.kind, wish.reason, ways.get(line_id, []), order.days_max, now)
    if not await queries.ask_back(some):
        raise rules.MoreThanBought("There are not so many pieces that could go back. Please load the page again.")


async def let_go(found: GoodsReturn, *, because: str, by: int | None) -> None:
    """Pieces of a return that nobody waits for any more count as hers again, and it ends.

    Where it was agreed that nothing comes back, those are the pieces that others were to be sent for: the rest is paid back.
    """
    waits_for_another = found.state == ReturnState.APPROVED and found.keeps_it
    await move(
        found, ReturnState.CANCELLED, moves=RETURN_MOVES, because=because, by=by, events=GoodsReturnEvent, ended_at=clock.now()
    )  # fmt: skip
    if found.kind != Kind.CANCELLATION:
        lines = await GoodsReturnLine.filter(return_id=found.id)
        pieces = {line.line_id: line.replaces if waits_for_another else line.quantity for line in lines}
        if not await queries.ask_back({line_id: -number for line_id, number in pieces.items()}):
            raise rules.MoreThanBought("There are not so many pieces in this return. Please load the page again.")


@atomic
async def withdraw(return_id: int, *, by: int) -> None:
    """She keeps it after all. Raises AlreadySent where it is on its way back."""
    found, _order, _lines = await lock_return(return_id)
    if found.sent_at is not None or found.state == ReturnState.RECEIVED:
        raise AlreadySent("It is on its way back already.")
    await let_go(found, because="she keeps it", by=by)


@atomic
async def say_sent(return_id: int, carrier: str, tracking: str, *, by: int) -> None:
    """She has sent it back. Who has it counts it within two weeks, or it has arrived whole."""
    found, _order, _lines = await lock_return(return_id)
    if found.state != ReturnState.APPROVED or found.keeps_it or found.sent_at is not None:
        raise AlreadySent("Nothing has to be sent back now.")
    now = clock.now()
    await GoodsReturn.filter(id=found.id).update(
        carrier=carrier, tracking=tracking, sent_at=now, receive_by=now + rules.RECEIVE_WITHIN
    )
    await outbox.enqueue("goods_return_sent", {"return": found.id}, key=f"goods_return_sent:{found.id}")


async def lapse_unsent() -> int:
    """Returns that were agreed to and that nobody sent in time are over; gives how many."""
    ended = 0
    for return_id in await queries.unsent():
        ended += await _lapse(return_id)
    return ended


@atomic
async def _lapse(return_id: int) -> bool:
    found, _order, _lines = await lock_return(return_id)
    if found.state != ReturnState.APPROVED or found.sent_at is not None or found.keeps_it:
        return False
    await let_go(found, because="it was not sent back in time", by=None)
    await outbox.enqueue("goods_return_answered", {"return": found.id}, key=f"goods_return_ended:{found.id}")
    return True
