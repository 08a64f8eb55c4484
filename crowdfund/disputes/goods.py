"""Disputes about goods: each order of a purchase bears its share, and has it back, to the cent, from exactly those who had it.

In the caller's transaction, with the payment and its orders locked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crowdfund import clock, money
from crowdfund.database import outbox
from crowdfund.database.moves import move
from crowdfund.disputes.models import Dispute, DisputeState
from crowdfund.disputes.queries import orders_paid_by, taken_in
from crowdfund.ledger import Account, balance_minor, chart
from crowdfund.ledger.chart import number_of, role_of
from crowdfund.orders.goods.models import (
    GOODS_ORDER_MOVES,
    PURCHASE_MOVES,
    GoodsLine,
    GoodsOrder,
    GoodsOrderEvent,
    GoodsOrderState,
    Purchase,
    PurchaseEvent,
    PurchaseState,
)
from crowdfund.orders.goods.shares import kept_of
from crowdfund.orders.returns import queries
from crowdfund.orders.returns.giving_back import Pieces, to_be_sold_again, write_down
from crowdfund.orders.returns.locking import lock_order
from crowdfund.orders.returns.models import OPEN, RETURN_MOVES, GoodsReturn, GoodsReturnEvent, ReturnState
from crowdfund.orders.returns.money import Back, part_of_rest, rest_of, sources_of
from crowdfund.payments.models import Charge

Parts = list[tuple[Account, int]]
LOST = "the dispute was lost"


@dataclass(frozen=True, slots=True)
class Share:
    """What of a disputed payment one order bears. is_whole: all that was left of it."""

    order: GoodsOrder
    lines: list[GoodsLine]
    backs: list[Back]
    is_whole: bool


async def lock(charge: Charge) -> None:
    """The payment and all orders that it paid for, as who gives money back locks them."""
    await queries.lock_charge(charge.subject)
    for order in await orders_paid_by(charge.subject):
        await queries.lock_order(order.id)


async def _shares(dispute: Dispute, amount_minor: int) -> list[Share]:
    """What each order bears: by what is left of it after what went back before.

    A bank that takes a part takes it of each order, and within it of everybody who has a share of it: its seller, us, the production
    and the state. That is what a refund of so much would do.
    """
    charge = await Charge.get(id=dispute.charge_id)
    found = [await lock_order(order.id) for order in await orders_paid_by(charge.subject)]
    whole = [await _whole(order, lines) for order, lines in found if order.state in ("paid", "refunded")]
    lefts = [sum(back.total_minor for back in share.backs) for share in whole]
    if not sum(lefts) or amount_minor >= sum(lefts):
        return whole
    parts = money.split_minor(amount_minor, lefts)
    return [
        Share(share.order, share.lines, part_of_rest(share.backs, part), False)
        for share, part in zip(whole, parts, strict=True) if part
    ]  # fmt: skip


async def _whole(order: GoodsOrder, lines: list[GoodsLine]) -> Share:
    shipping = order.shipping_minor - await queries.shipping_given_back(order.id)
    return Share(order, lines, rest_of(lines, shipping), True)


async def bearers(dispute: Dispute, amount_minor: int) -> Parts:
    """Whose money is frozen. What a refund has set aside of the payment stands in clearing: that part nobody bears but us."""
    parts = Parts()
    for share in await _shares(dispute, amount_minor):
        parts += await sources_of(share.order, share.backs)
    parts = await _as_far_as_it_reaches(parts)
    borne = sum(minor for _, minor in parts)
    return _some([*parts, (chart.dispute_cost(dispute.currency), amount_minor - borne)])


async def _as_far_as_it_reaches(parts: Parts) -> Parts:
    """Several orders may owe from one account, of which each saw all that is there: what it does not reach for is owed to us."""
    left: dict[str, int] = {}
    found = Parts()
    for account, minor in parts:
        if role_of(account.code) != "earnings":
            found.append((account, minor))
            continue
        if account.code not in left:
            left[account.code] = await balance_minor(account)
        here = min(left[account.code], minor)
        left[account.code] -= here
        found += [(account, here), (chart.receivable(_owner(account), account.currency), minor - here)]
    return found


def _owner(account: Account) -> int:
    number = number_of(account.code)
    assert number is not None
    return number


def _some(parts: Sequence[tuple[Account, int]]) -> Parts:
    """Each account once, those that have a part."""
    summed: dict[str, tuple[Account, int]] = {}
    for account, minor in parts:
        summed[account.code] = (account, summed.get(account.code, (account, 0))[1] + minor)
    return [(account, minor) for account, minor in summed.values() if minor]


async def given_back(dispute: Dispute, amount_minor: int) -> Parts:
    """A won dispute gives each what was taken from it. What a seller owed for it and has repaid meanwhile she has earned again."""
    charge, parts, left = await Charge.get(id=dispute.charge_id), Parts(), amount_minor
    for account, taken in await taken_in(dispute.id, charge.held_for):
        minor = min(taken, left)
        left -= minor
        if role_of(account.code) == "receivable":
            owed = min(await balance_minor(account), minor)
            parts += [(account, owed), (chart.earnings(_owner(account), account.currency), minor - owed)]
        else:
            parts.append((account, minor))
    return _some([*parts, (chart.dispute_cost(dispute.currency), left)])


async def end(dispute: Dispute, state: DisputeState) -> None:
    """Won: all is as before. Lost: what her bank gave her counts as given back, piece by piece, and nothing more is sent."""
    if dispute.is_inquiry:
        return
    if state == DisputeState.LOST:
        shares = await _shares(dispute, dispute.amount_minor)
        for share in shares:
            await _lose(dispute, share)
        if dispute.purchase_id is not None and all(share.is_whole for share in shares):
            purchase = await Purchase.get(id=dispute.purchase_id)
            if PurchaseState.LOST in PURCHASE_MOVES[PurchaseState(purchase.state)]:
                await move(
                    purchase, PurchaseState.LOST, moves=PURCHASE_MOVES, because=LOST, by=None, events=PurchaseEvent
                )
    await outbox.enqueue("dispute_ended", {"dispute": dispute.id}, key=f"dispute_ended:{dispute.id}")


async def _lose(dispute: Dispute, share: Share) -> None:
    order, lines = share.order, share.lines
    await write_down(order, share.backs, dispute_id=dispute.id)
    if not share.is_whole:
        await _stand_for_less(share)
        return
    left = [line for line in lines if line.kept]
    unsent = [Pieces(line, line.to_ship, unsent=True, restock=True) for line in left if line.to_ship]
    rows = [{"id": one.id, "n": one.kept, "unsent": one.to_ship, "asked": one.asked_back} for one in left]
    if not await queries.give_back(rows):
        raise RuntimeError(f"the pieces of order {order.id} can't be counted")
    await to_be_sold_again(order, unsent)
    for found in await GoodsReturn.filter(order_id=order.id, state__in=list(OPEN)):
        await move(
            found, ReturnState.CANCELLED, moves=RETURN_MOVES, because=LOST, by=None, events=GoodsReturnEvent,
            ended_at=clock.now(),
        )  # fmt: skip
    await move(order, GoodsOrderState.LOST, moves=GOODS_ORDER_MOVES, because=LOST, by=None, events=GoodsOrderEvent)


async def _stand_for_less(share: Share) -> None:
    """Of what a bank took a part the rest is still hers to be sent, or sent back: each piece that was not paid back is worth less."""
    for back in share.backs:
        if back.line is not None:
            left = kept_of(back.line, back.line.returned) - back.part
            await GoodsLine.filter(id=back.line.id).update(
                parted_after=back.line.returned, left_net_minor=left.net_minor, left_tax_minor=left.tax_minor,
                left_commission_minor=left.commission_minor, left_royalty_minor=left.royalty_minor,
            )  # fmt: skip
