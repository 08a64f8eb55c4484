"""What is not sent yet is called off: by the buyer where it is late or the seller agrees, by the seller who can't make it."""

from __future__ import annotations

from datetime import datetime

from crowdfund import clock
from crowdfund.database import atomic, outbox
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder, GoodsOrderState
from crowdfund.orders.returns.giving_back import NothingPaid, Pieces, give_back
from crowdfund.orders.returns.locking import lock_order, pieces_of
from crowdfund.orders.returns.rules import Wants, chosen, is_late, none_too_many, to_ship
from crowdfund.refusal import NotAllowed

NOT_SENT_IN_TIME = "it was not sent in time, and you called it off"
SELLER_AGREED = "you called it off before it was sent"


class NotLate(NotAllowed):
    """It has still time: the seller is asked first."""

    status_code = 409


def is_late_now(order: GoodsOrder, lines: list[GoodsLine], now: datetime) -> bool:
    return order.state == GoodsOrderState.PAID and is_late(order.ship_by, sum(line.to_ship for line in lines), now)


async def call_off(
    order: GoodsOrder, lines: list[GoodsLine], wants: Wants, *, reason: str, by: int | None, restock: bool,
    return_id: int | None = None,
) -> int:  # fmt: skip
    """Pieces that were not sent are paid back, in the caller's transaction, with the order locked; gives how much."""
    some = chosen(wants)
    none_too_many(some, to_ship(pieces_of(lines)))
    own = {line.id: line for line in lines}
    pieces = [Pieces(own[line_id], n, unsent=True, restock=restock) for line_id, n in some.items()]
    return await give_back(order, lines, pieces, reason=reason, by=by, return_id=return_id)


@atomic
async def cancel_late(order_id: int, wants: Wants, *, by: int) -> int:
    """A buyer calls off what should have been sent by now: nobody has to agree. Gives how much goes back, in minor units.

    Raises NotLate, NothingChosen, MoreThanBought, BankDecides.
    """
    order, lines = await lock_order(order_id)
    if not is_late_now(order, lines, clock.now()):
        raise NotLate("It is not late: its seller has to agree.")
    amount_minor = await call_off(order, lines, wants, reason=NOT_SENT_IN_TIME, by=by, restock=True)
    await outbox.enqueue(
        "goods_called_off", {"order": order.id}, key=f"goods_called_off:{order.id}:{by}:{sum_of(lines)}"
    )
    return amount_minor


def sum_of(lines: list[GoodsLine]) -> int:
    """Pieces paid back so far: what makes one calling off another than the next."""
    return sum(line.returned for line in lines)


@atomic
async def cancel_by_seller(order_id: int, wants: Wants, reason: str, *, by: int, restock: bool = False) -> int:
    """A seller can't send it: the money goes back at once, with the reason that the buyer reads. Gives how much.

    restock: whether the pieces are there and can be sold to others. Raises NothingChosen, MoreThanBought, BankDecides.
    """
    order, lines = await lock_order(order_id)
    if order.state != GoodsOrderState.PAID:
        raise NothingPaid("Nothing of this order is paid that could go back.")
    amount_minor = await call_off(order, lines, wants, reason=reason, by=by, restock=restock)
    payload = {"order": order.id, "reason": reason}
    await outbox.enqueue(
        "goods_cancelled_by_seller", payload, key=f"goods_cancelled_by_seller:{order.id}:{sum_of(lines)}"
    )
    return amount_minor
