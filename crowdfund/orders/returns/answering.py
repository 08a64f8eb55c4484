"""A seller answers: agrees, with money or with other pieces, or says no with a reason. Who says nothing in time has agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crowdfund import clock
from crowdfund.database import atomic, outbox
from crowdfund.database.moves import move
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder
from crowdfund.orders.returns import queries, rules
from crowdfund.orders.returns.asking import let_go
from crowdfund.orders.returns.cancelling import SELLER_AGREED, call_off
from crowdfund.orders.returns.giving_back import Pieces, give_back, refuse_while_bank_decides
from crowdfund.orders.returns.locking import lock_return, pieces_of
from crowdfund.orders.returns.models import (
    RETURN_MOVES,
    GoodsReturn,
    GoodsReturnEvent,
    GoodsReturnLine,
    Kind,
    Reason,
    Resolution,
    ReturnState,
)
from crowdfund.payments.in_turn import in_turn
from crowdfund.refusal import Refusal

BY_SILENCE = "nobody said anything in time, which means yes"
AGREED = "its seller agreed"
SENT_BACK, CLAIMED = "you sent it back", "your claim was right"
NO_OTHER_CAME = "no other piece was sent in time"


class AnsweredAlready(Refusal):
    pass


@atomic
async def approve(
    return_id: int, answer: str, *, by: int | None, keeps_it: bool = False, replaces: Mapping[int, int] | None = None
) -> GoodsReturn:
    """Agree. keeps_it: nothing has to be sent back. replaces: by line, how many pieces are made good by other pieces.

    What does not come back is paid back at once. Raises AnsweredAlready, MoreThanBought, BankDecides.
    """
    found, order, lines = await lock_return(return_id)
    if found.state != ReturnState.REQUESTED:
        raise AnsweredAlready("This was answered already.")
    await refuse_while_bank_decides(order)
    if found.kind == Kind.CANCELLATION:
        await _call_off(found, order, lines, answer, by)
        return found
    asked = await GoodsReturnLine.filter(return_id=found.id).order_by("id")
    some = {line_id: n for line_id, n in (replaces or {}).items() if n}
    resolution = rules.resolution_of({line.line_id: line.quantity for line in asked}, some)
    for line in asked:
        await GoodsReturnLine.filter(id=line.id).update(replaces=some.get(line.line_id, 0))
    stays = keeps_it or found.reason == Reason.NOT_ARRIVED
    send_by = clock.now() + (rules.REPLACE_WITHIN if stays else rules.SEND_WITHIN)
    await move(
        found, ReturnState.APPROVED, moves=RETURN_MOVES, because=answer or _yes(by), by=by, events=GoodsReturnEvent,
        resolution=resolution, keeps_it=int(stays), answer=answer, send_by=send_by,
    )  # fmt: skip
    if stays:
        await settle(found, order, lines, by=by)
    await outbox.enqueue("goods_return_answered", {"return": found.id}, key=f"goods_return_answered:{found.id}")
    return found


def _yes(by: int | None) -> str:
    """What a yes without a word is told as: that of somebody, or of nobody who said anything in time."""
    return BY_SILENCE if by is None else AGREED


async def _call_off(found: GoodsReturn, order: GoodsOrder, lines: list[GoodsLine], answer: str, by: int | None) -> None:
    """Of what was asked for, all that has not gone out meanwhile."""
    there = {one.line_id: one.to_ship for one in pieces_of(lines)}
    asked = await GoodsReturnLine.filter(return_id=found.id)
    wants = {line.line_id: min(line.quantity, there[line.line_id]) for line in asked}
    if not any(wants.values()):
        await let_go(found, because="it had been sent already", by=by)
    else:
        because = answer or _yes(by)
        await move(
            found, ReturnState.APPROVED, moves=RETURN_MOVES, because=because, by=by, events=GoodsReturnEvent,
            resolution=Resolution.REFUND, answer=answer,
        )  # fmt: skip
        await call_off(order, lines, wants, reason=SELLER_AGREED, by=by, restock=True, return_id=found.id)
        await _ended(found, ReturnState.REFUNDED, by)
    await outbox.enqueue("goods_return_answered", {"return": found.id}, key=f"goods_return_answered:{found.id}")


async def settle(
    found: GoodsReturn, order: GoodsOrder, lines: Sequence[GoodsLine], *, by: int | None, restock: bool = False
) -> None:
    """Nothing more comes back of it: the money goes, and where pieces are made good by others, those are still to be sent."""
    own, pieces = {line.id: line for line in lines}, list[Pieces]()
    asked = await GoodsReturnLine.filter(return_id=found.id).order_by("id")
    for one in asked:
        came = one.quantity if one.received is None else one.received
        paid = came - min(one.replaces, came)
        if paid:
            pieces.append(Pieces(own[one.line_id], paid, asked=True, restock=restock))
    is_claim = found.kind == Kind.CLAIM
    if pieces:
        reason = CLAIMED if is_claim else SENT_BACK
        await give_back(order, lines, pieces, reason=reason, by=by, return_id=found.id, freely=not is_claim)
    if not any(one.replaces for one in asked):
        await _ended(found, ReturnState.REFUNDED, by)
    else:
        await GoodsReturn.filter(id=found.id).update(send_by=clock.now() + rules.REPLACE_WITHIN)


async def _ended(found: GoodsReturn, state: ReturnState, by: int | None, because: str = "the money goes back") -> None:
    await move(
        found, state, moves=RETURN_MOVES, because=because, by=by, events=GoodsReturnEvent, ended_at=clock.now()
    )  # fmt: skip


async def resolve_by_piece(found: GoodsReturn, *, by: int) -> dict[int, int]:
    """The other pieces go out: it is over, in the caller's transaction. Gives how many pieces of which line."""
    asked = await GoodsReturnLine.filter(return_id=found.id)
    pieces = {one.line_id: one.replaces for one in asked if one.replaces}
    waits = found.state == ReturnState.RECEIVED or (found.state == ReturnState.APPROVED and found.keeps_it)
    if not waits or not pieces:
        raise AnsweredAlready("No other piece is waited for.")
    if not await queries.ask_back({line_id: -number for line_id, number in pieces.items()}):
        raise rules.MoreThanBought("There are not so many pieces in this return. Please load the page again.")
    await _ended(found, ReturnState.RESOLVED, by, "another piece was sent")
    return pieces


@atomic
async def decline(return_id: int, answer: str, *, by: int) -> None:
    """Say no; the buyer reads why. Raises AnsweredAlready."""
    found, _order, _lines = await lock_return(return_id)
    if found.state != ReturnState.REQUESTED:
        raise AnsweredAlready("This was answered already.")
    if found.kind != Kind.CANCELLATION:
        asked = await GoodsReturnLine.filter(return_id=found.id)
        await queries.ask_back({line.line_id: -line.quantity for line in asked})
    await move(
        found, ReturnState.DECLINED, moves=RETURN_MOVES, because=answer, by=by, events=GoodsReturnEvent, answer=answer,
        ended_at=clock.now(),
    )  # fmt: skip
    await outbox.enqueue("goods_return_answered", {"return": found.id}, key=f"goods_return_answered:{found.id}")


async def approve_unanswered() -> int:
    """Wishes whose time to answer is over are agreed to, as it was said; gives how many."""
    return await in_turn(await queries.unanswered(), _approve_by_silence)


async def _approve_by_silence(return_id: int) -> bool:
    await approve(return_id, "", by=None)
    return True


async def pay_unreplaced() -> int:
    """Other pieces that were promised and not sent in time: the money goes instead; gives of how many returns."""
    return await in_turn(await queries.unreplaced(), _pay_instead)


@atomic
async def _pay_instead(return_id: int) -> bool:
    found, order, lines = await lock_return(return_id)
    if found.state not in (ReturnState.RECEIVED, ReturnState.APPROVED):
        return False
    own, asked = {line.id: line for line in lines}, await GoodsReturnLine.filter(return_id=found.id).order_by("id")
    pieces = [Pieces(own[one.line_id], one.replaces, asked=True) for one in asked if one.replaces]
    for one in asked:
        await GoodsReturnLine.filter(id=one.id).update(replaces=0)
    await give_back(order, lines, pieces, reason=NO_OTHER_CAME, by=None, return_id=found.id)
    await _ended(found, ReturnState.REFUNDED, None, NO_OTHER_CAME)
    await outbox.enqueue("goods_return_counted", {"return": found.id}, key=f"goods_return_paid:{found.id}")
    return True
