"""Pieces are paid back: counted, refunded, and written down line by line. In the caller's transaction, with the order locked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crowdfund import clock
from crowdfund.database import new_id
from crowdfund.database.moves import move
from crowdfund.merch.licences.counting import give_units_back
from crowdfund.merch.listings import stock
from crowdfund.orders.goods.earning import earn
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
from crowdfund.orders.returns import queries
from crowdfund.orders.returns.models import GoodsRefund
from crowdfund.orders.returns.money import Back, back_of, shipping_back, sources_of
from crowdfund.orders.returns.rules import MoreThanBought, ship_back_too
from crowdfund.payments.models import Charge, ChargeState, Refund
from crowdfund.payments.refunds import BankDecides, RefundIntent, make_refunds
from crowdfund.refusal import Refusal


class NothingPaid(Refusal):
    pass


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of a line that are paid back. unsent: they never went out; asked: they are counted in a return; restock: they can be
    sold again."""

    line: GoodsLine
    number: int
    unsent: bool = False
    asked: bool = False
    restock: bool = False

    @property
    def uncounted(self) -> int:
        """Of these, what counts under no licence any more."""
        return self.number if self.unsent or self.restock else 0


async def refuse_while_bank_decides(order: GoodsOrder) -> None:
    if await queries.bank_holds([order.id]):
        raise BankDecides("A bank disputes this payment: it decides about the money.")


async def give_back(
    order: GoodsOrder, lines: Sequence[GoodsLine], pieces: Sequence[Pieces], *, reason: str, by: int | None,
    return_id: int | None = None, freely: bool = False,
) -> int:  # fmt: skip
    """Pay pieces back; gives how much, in minor units.

    reason: the fan reads it. freely: she sent them back because she may. The row objects are brought up to date. Raises
    BankDecides, NothingPaid, MoreThanBought.
    """
    if order.state != GoodsOrderState.PAID:
        raise NothingPaid("Nothing of this order is paid that could go back.")
    await refuse_while_bank_decides(order)
    backs = await _counted(order, lines, pieces, freely=freely)
    amount_minor, refund_id = sum(back.total_minor for back in backs), None
    if amount_minor:
        refund_id = await _refund(order, backs, amount_minor, reason=reason, by=by)
    await write_down(order, backs, return_id=return_id, refund_id=refund_id)
    await to_be_sold_again(order, pieces)
    await end_wholly_given_back(order, lines, because=reason, by=by)
    if await earn(order.id):
        order.earned_at = (await GoodsOrder.get(id=order.id)).earned_at
    return amount_minor


async def _counted(
    order: GoodsOrder, lines: Sequence[GoodsLine], pieces: Sequence[Pieces], *, freely: bool
) -> list[Back]:
    backs = [back_of(one.line, one.number, one.uncounted) for one in pieces]
    rows = [
        {"id": p.line.id, "n": p.number, "unsent": p.number if p.unsent else 0, "asked": p.number if p.asked else 0}
        for p in pieces
    ]
    if not await queries.give_back(rows):
        raise MoreThanBought("There are not so many pieces that could go back. Please load the page again.")
    own = {line.id: line for line in lines}
    for row in rows:
        line = own[row["id"]]
        line.returned += row["n"]
        line.cancelled += row["unsent"]
        line.asked_back -= row["asked"]
    was_returned = freely or await queries.was_sent_back_freely(order.id)
    if ship_back_too([(line.quantity, line.returned) for line in lines], was_returned):
        left = order.shipping_minor - await queries.shipping_given_back(order.id)
        backs += [shipping_back(left)] if left else []
    return backs


async def _refund(order: GoodsOrder, backs: Sequence[Back], amount_minor: int, *, reason: str, by: int | None) -> int:
    charge, refund_id = await Charge.get(subject=order.paid_by, state=ChargeState.SUCCEEDED), new_id()
    await make_refunds([
        RefundIntent(
            charge_id=charge.id, subject=order.subject, campaign_id=None, held_for=order.subject, amount_minor=amount_minor,
            currency=order.currency, stripe_charge_id=str(charge.stripe_charge_id), reason=reason, by_person_id=by,
            sources=await sources_of(order, backs), ordinal=1 + await Refund.filter(charge_id=charge.id).count(), id=refund_id,
        )
    ])  # fmt: skip
    return refund_id


async def write_down(
    order: GoodsOrder, backs: Sequence[Back], *, return_id: int | None = None, refund_id: int | None = None,
    dispute_id: int | None = None,
) -> None:  # fmt: skip
    """What went back, a row for each line and one for the shipping."""
    now = clock.now()
    for back in backs:
        await GoodsRefund.create(
            id=new_id(), order_id=order.id, return_id=return_id, refund_id=refund_id, dispute_id=dispute_id,
            line_id=back.line.id if back.line is not None else None, quantity=back.units, net_minor=back.part.net_minor,
            tax_minor=back.part.tax_minor, shipping_minor=back.shipping_minor, commission_minor=back.part.commission_minor,
            royalty_minor=back.part.royalty_minor, seller_minor=back.seller_minor, at=now, uncounted=back.uncounted,
        )  # fmt: skip


async def to_be_sold_again(order: GoodsOrder, pieces: Sequence[Pieces]) -> None:
    """Pieces on the shelf again; what never went out counts against no licence's limit, nor does what can be sold again."""
    if order.run_id is None:
        await stock.put_back([(p.line.variant_id, p.number) for p in pieces if p.restock])
    counted: dict[int, int] = {}
    for one in pieces:
        if one.line.licence_id is not None and one.uncounted:
            counted[one.line.licence_id] = counted.get(one.line.licence_id, 0) + one.uncounted
    for licence_id, number in sorted(counted.items()):
        await give_units_back(licence_id, number)


async def end_wholly_given_back(order: GoodsOrder, lines: Sequence[GoodsLine], *, because: str, by: int | None) -> None:
    """An order of which nothing is left is refunded, and so is a purchase of which no order is."""
    if order.state != GoodsOrderState.PAID or any(line.kept for line in lines):
        return
    await move(order, GoodsOrderState.REFUNDED, moves=GOODS_ORDER_MOVES, because=because, by=by, events=GoodsOrderEvent)
    if order.purchase_id is None or await queries.has_live_orders(order.purchase_id):
        return
    purchase = await Purchase.get(id=order.purchase_id)
    if purchase.state == PurchaseState.PAID:
        await move(purchase, PurchaseState.REFUNDED, moves=PURCHASE_MOVES, because=because, by=by, events=PurchaseEvent)
