"""What came back is counted by who has it, line by line; what nobody counts in time has arrived whole."""

from __future__ import annotations

from collections.abc import Mapping

from crowdfund.database import atomic, outbox
from crowdfund.database.moves import move
from crowdfund.orders.returns import queries, rules
from crowdfund.orders.returns.answering import settle
from crowdfund.orders.returns.asking import let_go
from crowdfund.orders.returns.giving_back import refuse_while_bank_decides
from crowdfund.orders.returns.locking import lock_return
from crowdfund.orders.returns.models import (
    RETURN_MOVES,
    GoodsReturn,
    GoodsReturnEvent,
    GoodsReturnLine,
    ReturnState,
)
from crowdfund.payments.in_turn import in_turn
from crowdfund.refusal import Refusal


class NotWaitedFor(Refusal):
    """It was counted already, or nothing comes back of it."""


class ReasonMissing(rules.NothingChosen):
    pass


@atomic
async def receive(
    return_id: int, counts: Mapping[int, int], *, by: int | None, restock: bool = False, words: str = ""
) -> GoodsReturn:
    """Count what came back, by line; its money goes at once. Fewer than she said, or none, needs words that she reads.

    restock: the pieces can be sold again. Raises NotWaitedFor, MoreThanBought, ReasonMissing, BankDecides.
    """
    found, order, lines = await lock_return(return_id)
    if found.state != ReturnState.APPROVED or found.keeps_it:
        raise NotWaitedFor("Nothing is waited for here.")
    await refuse_while_bank_decides(order)
    asked = await GoodsReturnLine.filter(return_id=found.id).order_by("id")
    if any(not 0 <= counts.get(one.line_id, 0) <= one.quantity for one in asked):
        raise rules.MoreThanBought("You can't count more pieces than are sent back.", field="pieces")
    missing = {one.line_id: one.quantity - counts.get(one.line_id, 0) for one in asked}
    if any(missing.values()) and not words.strip():
        raise ReasonMissing("Please say what is missing: she reads it.", field="words")
    for one in asked:
        await GoodsReturnLine.filter(id=one.id).update(received=counts.get(one.line_id, 0))
    because = words.strip() or "counted"
    if not any(counts.values()):
        await let_go(found, because=because, by=by)
    else:
        if not await queries.ask_back({line_id: -number for line_id, number in missing.items()}):
            raise rules.MoreThanBought("There are not so many pieces in this return. Please load the page again.")
        for line in lines:
            line.asked_back -= missing.get(line.id, 0)
        await _only_for_what_came(found)
        await move(found, ReturnState.RECEIVED, moves=RETURN_MOVES, because=because, by=by, events=GoodsReturnEvent)
        await settle(found, order, lines, by=by, restock=restock)
    await outbox.enqueue("goods_return_counted", {"return": found.id}, key=f"goods_return_counted:{found.id}")
    return found


async def _only_for_what_came(found: GoodsReturn) -> None:
    """Another piece is sent for those that came back, not for more."""
    for one in await GoodsReturnLine.filter(return_id=found.id):
        if one.received is not None and one.replaces > one.received:
            await GoodsReturnLine.filter(id=one.id).update(replaces=one.received)


async def receive_uncounted() -> int:
    """Returns that were sent and that nobody counted in time; gives how many."""
    return await in_turn(await queries.uncounted(), _all_of_it)


async def _all_of_it(return_id: int) -> bool:
    asked = await GoodsReturnLine.filter(return_id=return_id)
    await receive(return_id, {one.line_id: one.quantity for one in asked}, by=None)
    return True
