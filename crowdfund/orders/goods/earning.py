"""A sale is earned when all of it was shipped, or paid back: only then its money is anybody's but the buyer's.

Until then it lies in the order's own account, so that all of it can go back. In the caller's transaction, with the order locked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from crowdfund import clock
from crowdfund.database import Sql, as_rows, atomic
from crowdfund.ledger import Account, Entry, balance_minor, chart, held_minor, post, poured
from crowdfund.orders.goods.locking import lock_goods_order
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder, GoodsOrderState
from crowdfund.orders.goods.queries import bank_holds
from crowdfund.orders.goods.shares import Part, fee_shares, kept_of
from crowdfund.payments.in_turn import in_turn

_EARNS = (GoodsOrderState.PAID, GoodsOrderState.REFUNDED)


@atomic
async def earn(order_id: int) -> bool:
    """Share out what is left of an order, once; gives whether that was done now.

    Not before each piece was shipped or paid back, the payment company's fee is known, and no bank holds the money.
    """
    order = await lock_goods_order(order_id)
    lines = await GoodsLine.filter(order_id=order_id).order_by("id")
    if order.earned_at is not None or order.fee_minor is None or order.state not in _EARNS:
        return False
    if any(line.to_ship for line in lines) or await bank_holds(order):
        return False
    await GoodsOrder.filter(id=order_id).update(earned_at=clock.now())
    sale = chart.sale(order.id, order.currency)
    left, others = await _held(sale), _others(order, lines, order.fee_minor)
    sellers = left - sum(minor for _, minor in others)
    movements = poured(
        [(sale, left), *await owed_by_seller(order, -sellers)],
        [(chart.earnings(order.organisation_id, order.currency), max(sellers, 0)), *others],
    )
    if movements:
        key = f"goods_earned:{order.id}" if order.run_id is None else f"goods_earned:{order.id}:2"
        await post([Entry(key, "goods_earned", order.subject, movements)])
    return True


def _others(order: GoodsOrder, lines: Sequence[GoodsLine], fee_minor: int) -> list[tuple[Account, int]]:
    """What all but the seller have of the pieces that were kept; the payment company keeps its fee whatever went back."""
    currency, royalties, kept = order.currency, Counter[int](), Part()
    for line in lines:
        part = kept_of(line, line.returned)
        kept += part
        if line.licence_id is not None:
            royalties[line.licence_id] += part.royalty_minor
    shared = [
        (chart.fee(currency), kept.commission_minor),
        *((chart.royalty(licence_id, currency), minor) for licence_id, minor in sorted(royalties.items())),
        (chart.tax(currency), kept.tax_minor), (chart.processor(currency), fee_minor),
    ]  # fmt: skip
    return [(account, minor) for account, minor in shared if minor]


async def _held(account: Account) -> int:
    """What an account holds, which nobody takes from under who decides by it."""
    return (await held_minor([account]))[account.code]


async def owed_by_seller(order: GoodsOrder, minor: int) -> list[tuple[Account, int]]:
    """Where an amount that a seller owes comes from: her earnings as far as they reach, and a debt for the rest."""
    if minor <= 0:
        return []
    earnings = chart.earnings(order.organisation_id, order.currency)
    there = min(minor, max(await _held(earnings), 0))
    owed = [(earnings, there), (chart.receivable(order.organisation_id, order.currency), minor - there)]
    return [(account, part) for account, part in owed if part]


@atomic
async def release_half(order_id: int) -> bool:
    """Half of what a seller will have of an order of a production run, when the production starts; gives whether it was done now."""
    order = await lock_goods_order(order_id)
    sale = chart.sale(order.id, order.currency)
    if order.state != GoodsOrderState.PAID or order.fee_minor is None or order.earned_at is not None:
        return False
    if await bank_holds(order):
        return False
    left = await _held(sale)
    lines = await GoodsLine.filter(order_id=order_id).order_by("id")
    half = (left - sum(minor for _, minor in _others(order, lines, order.fee_minor))) // 2
    if half <= 0:
        return False
    movements = poured([(sale, half)], [(chart.earnings(order.organisation_id, order.currency), half)])
    await post([Entry(f"goods_earned:{order.id}:1", "goods_earned", order.subject, movements)])
    return True


# --- what goes back ---


async def bearers(
    order: GoodsOrder, parts: Sequence[tuple[GoodsLine, Part]], shipping_minor: int = 0
) -> list[tuple[Account, int]]:
    """Whose money it is that goes back for these pieces, as the sources of a refund.

    Before the order is earned it lies in its own account, and what was released of it already the seller owes. After that each who
    had a share of the pieces gives that share; the fee of the payment company stays with the seller.
    """
    currency = order.currency
    total = sum(part.total_minor for _, part in parts) + shipping_minor
    if order.earned_at is None:
        sale = chart.sale(order.id, currency)
        there = min(total, await _held(sale))
        return [(sale, there), *await owed_by_seller(order, total - there)]
    royalties: defaultdict[int, int] = defaultdict(int)
    for line, part in parts:
        if line.licence_id is not None:
            royalties[line.licence_id] += part.royalty_minor
    sources = await owed_by_seller(order, sum(part.seller_minor for _, part in parts) + shipping_minor)
    sources += [(chart.fee(currency), sum(part.commission_minor for _, part in parts))]
    taken = Counter[str]()  # of a production that has given several licences
    for licence_id, minor in sorted(royalties.items()):
        sources += await _royalty_back(licence_id, currency, minor, taken)
    sources += [(chart.tax(currency), sum(part.tax_minor for _, part in parts))]
    return [(account, minor) for account, minor in sources if minor]


_LICENSOR = Sql("SELECT licensor_id FROM licence WHERE id = $1")


async def _royalty_back(licence_id: int, currency: str, minor: int, taken: Counter[str]) -> list[tuple[Account, int]]:
    """A royalty that goes back: out of what its licence has not paid out yet, else the production owes it.

    taken: what of each production's earnings other licences of the same sale take; it is written on.
    """
    royalty = chart.royalty(licence_id, currency)
    there = min(minor, max(await _held(royalty), 0))
    found = [(royalty, there)] if there else []
    if there < minor:
        licensor = int(await _LICENSOR.value(licence_id))
        earnings = chart.earnings(licensor, currency)
        earned = min(minor - there, max(await _held(earnings) - taken[earnings.code], 0))
        taken[earnings.code] += earned
        found += [(earnings, earned), (chart.receivable(licensor, currency), minor - there - earned)]
    return [(account, part) for account, part in found if part]


# --- the payment company's fee, and what waited for it ---

_FEES_KNOWN = Sql("""
    SELECT DISTINCT c.subject, c.fee_minor FROM goods_order o
    JOIN charge c ON c.subject = CASE WHEN o.purchase_id IS NULL THEN 'goods_order:' || CAST(o.id AS TEXT)
                                      ELSE 'purchase:' || CAST(o.purchase_id AS TEXT) END
    WHERE o.fee_minor IS NULL AND o.state IN ('paid', 'refunded', 'lost') AND c.state = 'succeeded' AND c.fee_minor IS NOT NULL
    ORDER BY c.subject LIMIT 200""")
_PAID_TOGETHER = Sql("""
    SELECT id, total_minor, fee_minor FROM goods_order
    WHERE id = $1 OR purchase_id = $2 ORDER BY id {for_update}""")
_FEE = Sql("""
    UPDATE goods_order SET fee_minor = known.fee_minor
    FROM (SELECT CAST(value->>'id' AS BIGINT) AS id, CAST(value->>'fee_minor' AS BIGINT) AS fee_minor FROM {rows}) AS known
    WHERE goods_order.id = known.id AND goods_order.fee_minor IS NULL""")
_CAN_BE_EARNED = Sql("""
    SELECT o.id FROM goods_order o
    WHERE o.earned_at IS NULL AND o.state IN ('paid', 'refunded') AND o.fee_minor IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM goods_line l WHERE l.order_id = o.id AND l.shipped + l.cancelled < l.quantity)
      AND NOT EXISTS (
          SELECT 1 FROM charge c JOIN dispute d ON d.charge_id = c.id
          WHERE c.subject = CASE WHEN o.purchase_id IS NULL THEN 'goods_order:' || CAST(o.id AS TEXT)
                                 ELSE 'purchase:' || CAST(o.purchase_id AS TEXT) END
            AND d.amount_minor > 0 AND d.state IN ('needs_response', 'answering', 'under_review'))
    ORDER BY o.id LIMIT 200""")


async def share_fees() -> int:
    """Once the real fee of a payment is known, each order that it paid for has its share; gives how many payments."""
    return await in_turn([(row["subject"], row["fee_minor"]) for row in await _FEES_KNOWN()], _share_fee)


@atomic
async def _share_fee(paid: tuple[str, int]) -> bool:
    subject, fee_minor = paid
    kind, _, number = subject.partition(":")
    rows = await _PAID_TOGETHER(*((0, int(number)) if kind == "purchase" else (int(number), 0)))
    shares = fee_shares(fee_minor, [row["total_minor"] for row in rows])
    await _FEE(as_rows({"id": r["id"], "fee_minor": share} for r, share in zip(rows, shares, strict=True)))
    return True


async def earn_due() -> int:
    """Orders that can be shared out, as the fee came later than the parcel, or a bank has decided; gives how many were."""
    return await in_turn([row["id"] for row in await _CAN_BE_EARNED()], earn)


async def left_in_sale(order: GoodsOrder) -> int:
    """What of an order's money still lies in its own account."""
    return await balance_minor(chart.sale(order.id, order.currency))
