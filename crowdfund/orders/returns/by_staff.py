"""Staff pays pieces of an order back, where a buyer and a seller do not come to terms."""

from __future__ import annotations

from crowdfund.database import atomic
from crowdfund.orders.returns.giving_back import Pieces, give_back
from crowdfund.orders.returns.locking import lock_order
from crowdfund.orders.returns.rules import MoreThanBought, Wants, chosen


@atomic
async def pay_back(order_id: int, wants: Wants, reason: str, *, by: int) -> int:
    """Pieces that were not paid back yet, those that are not sent first; gives how much, in minor units.

    Pieces in a return that is not over wait for its end. Raises NothingChosen, MoreThanBought, NothingPaid, BankDecides.
    """
    order, lines = await lock_order(order_id)
    own, pieces = {line.id: line for line in lines}, list[Pieces]()
    for line_id, number in chosen(wants).items():
        line = own.get(line_id)
        if line is None or number > line.kept - line.asked_back:
            raise MoreThanBought("There are not so many pieces that could be paid back.", field="pieces")
        unsent = min(number, line.to_ship)
        pieces += [Pieces(line, unsent, unsent=True)] if unsent else []
        pieces += [Pieces(line, number - unsent)] if number > unsent else []
    paid = 0
    for one in pieces:  # one after the other: each is rounded over what went before
        paid += await give_back(order, lines, [one], reason=reason, by=by)
    return paid
