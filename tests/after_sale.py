"""What was bought, for a test of what comes after: `bought(fan, a_jacket, an_earring)` is paid, an order for each seller.

The example of every story here, in US cents, with 7 % tax: two earrings of 45.00, 10 % off, under a licence of 8 %, and a jacket of
129.00 of another shop, likewise; 6.00 and 9.00 of shipping; our commission is 10 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import orjson

from crowdfund import clock
from crowdfund.database import Sql, atomic, new_id
from crowdfund.ledger import Account, Entry, Posting, balance_minor, chart, post
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.listings import stock
from crowdfund.merch.listings.models import Listing, Variant
from crowdfund.orders.goods import shares
from crowdfund.orders.goods.earning import share_fees
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder, GoodsOrderState, Purchase, PurchaseState
from crowdfund.payments.checkouts import begin_checkout, look_at_checkout, open_page
from crowdfund.payments.models import Checkout
from crowdfund.people.models import Organisation
from tests.bank import work_done
from tests.cinema import pay_at
from tests.listings import a_licence, a_listing, a_product, a_shop, a_title
from tests.world import Fan

_numbers = count(1)


@dataclass(frozen=True)
class Wanted:
    """So many of a variant, as it is sold."""

    shop: Organisation
    listing: Listing
    variant: Variant
    quantity: int
    discount_bps: int
    shipping_minor: int


@dataclass(frozen=True)
class Bought:
    fan: Fan
    purchase: Purchase
    orders: list[GoodsOrder]

    async def line(self, number: int = 0) -> GoodsLine:
        return await GoodsLine.get(order_id=self.orders[number].id)


async def wanted(
    name: str, price_minor: int, quantity: int, *, discount_bps: int = 0, shipping_minor: int = 0, owner: Fan | None = None,
    on_hand: int = 10,
) -> Wanted:  # fmt: skip
    shop = await a_shop(f"Shop of {name} {next(_numbers)}", owner=owner)
    product = await a_product(await a_title())
    licence = await a_licence(shop, product)
    listing, variant = await a_listing(
        shop, product, licence=licence, price_minor=price_minor, on_hand=on_hand, name=name, discount_bps=discount_bps
    )
    return Wanted(shop, listing, variant, quantity, discount_bps, shipping_minor)


async def earrings(*, quantity: int = 2, owner: Fan | None = None) -> Wanted:
    """9267 altogether: 8100 net, 600 to ship, 567 tax."""
    return await wanted("Pearl drop earring", 45_00, quantity, discount_bps=1000, shipping_minor=6_00, owner=owner)


async def a_jacket(*, owner: Fan | None = None) -> Wanted:
    """14703 altogether: 12900 net, 900 to ship, 903 tax."""
    return await wanted("River jacket", 129_00, 1, shipping_minor=9_00, owner=owner)


async def bought(fan: Fan, *wants: Wanted, fee_known: bool = True) -> Bought:
    """Paid on the processor's page, each seller's part in her order's own account. fee_known: what it cost is known, too."""
    purchase = await _placed(fan, wants)
    checkout = await Checkout.get(subject=purchase.subject)
    url = await open_page(
        checkout, [("Goods", 1, purchase.total_minor)], description="Goods",
        success_url="http://127.0.0.1:8000/back", cancel_url="http://127.0.0.1:8000/cancel",
    )  # fmt: skip
    answer = await pay_at(url)
    assert answer.status_code == 303, answer.text[:500]

    async def paid(charge_id: int) -> None:
        await _paid(purchase)

    async def expired() -> None:
        raise AssertionError

    await look_at_checkout(await Checkout.get(id=checkout.id), paid, expired)
    if fee_known:
        await work_done()
        await share_fees()
    orders = await GoodsOrder.filter(purchase_id=purchase.id).order_by("id")
    return Bought(fan, await Purchase.get(id=purchase.id), orders)


@atomic
async def _placed(fan: Fan, wants: Sequence[Wanted]) -> Purchase:
    lines = [
        shares.freeze(
            price_minor=one.variant.price_minor, discount_minor=one.variant.price_minor * one.discount_bps // 10_000,
            quantity=one.quantity, tax_bps=700, commission_bps=1000, royalty_bps=800,
        )
        for one in wants
    ]  # fmt: skip
    totals = [shares.freeze_order([line], one.shipping_minor) for line, one in zip(lines, wants, strict=True)]
    now = clock.now()
    purchase = await Purchase.create(
        id=new_id(), person_id=fan.id, currency="USD", total_minor=sum(one.total_minor for one in totals), country="US",
        name="Mei Lin", address=orjson.dumps(["1 Main Street", "Portland"]).decode(), state=PurchaseState.PLACED,
        reserved_until=now + timedelta(minutes=30), key=f"purchase-{next(_numbers)}", fingerprint="x", made_at=now,
    )  # fmt: skip
    for one, line, total in zip(wants, lines, totals, strict=True):
        order = await GoodsOrder.create(
            id=new_id(), purchase_id=purchase.id, organisation_id=one.shop.id, person_id=fan.id, currency="USD",
            items_minor=total.items_minor, shipping_minor=total.shipping_minor, tax_minor=total.tax_minor,
            total_minor=total.total_minor, commission_minor=total.commission_minor, royalty_minor=total.royalty_minor,
            state=GoodsOrderState.PLACED, ship_by=now + timedelta(days=7), days_min=3, days_max=10, country="US", made_at=now,
        )  # fmt: skip
        frozen = {name: getattr(line, name) for name in line.__slots__}
        await GoodsLine.create(
            id=new_id(), order_id=order.id, variant_id=one.variant.id, listing_id=one.listing.id,
            product_id=one.listing.product_id, title_id=one.listing.title_id, licence_id=one.listing.licence_id,
            name=one.listing.name, variant_name=one.variant.name, match=one.listing.match, **frozen,
        )  # fmt: skip
        await stock.reserve([(one.variant.id, one.quantity)])
    await begin_checkout(
        subject=purchase.subject, held_for=purchase.subject, person_id=fan.id, amount_minor=purchase.total_minor,
        currency="USD", give_up_at=now + timedelta(hours=1),
    )  # fmt: skip
    return purchase


_TAKE = Sql("UPDATE licence SET units_sold = units_sold + $2 WHERE id = $1")


@atomic
async def _paid(purchase: Purchase) -> None:
    orders = await GoodsOrder.filter(purchase_id=purchase.id)
    source = chart.purchase(purchase.id, purchase.currency)
    movements = [Posting(source, chart.sale(one.id, one.currency), one.total_minor) for one in orders]
    await post([Entry(f"goods_paid:{purchase.id}", "goods_paid", purchase.subject, movements)])
    await Purchase.filter(id=purchase.id).update(state=PurchaseState.PAID, paid_at=clock.now())
    await GoodsOrder.filter(purchase_id=purchase.id).update(state=GoodsOrderState.PAID)
    for line in await GoodsLine.filter(order_id__in=[one.id for one in orders]):
        await stock.sell([(line.variant_id, line.quantity)])
        await _TAKE(line.licence_id, line.quantity)


async def again(order: GoodsOrder) -> GoodsOrder:
    return await GoodsOrder.get(id=order.id)


async def money_of(order: GoodsOrder) -> dict[str, int]:
    """Who has what of an order, those with something: sale, seller, owes, royalty, fee, tax, clearing."""
    currency = order.currency
    line = await GoodsLine.filter(order_id=order.id).first()
    licence = await Licence.get(id=line.licence_id) if line is not None and line.licence_id is not None else None
    accounts: dict[str, Account] = {
        "sale": chart.sale(order.id, currency), "seller": chart.earnings(order.organisation_id, currency),
        "owes": chart.receivable(order.organisation_id, currency), "fee": chart.fee(currency), "tax": chart.tax(currency),
        "clearing": chart.refund_clearing(currency),
    }  # fmt: skip
    if licence is not None:
        accounts["royalty"] = chart.royalty(licence.id, currency)
        accounts["studio owes"] = chart.receivable(licence.licensor_id, currency)
    found = {name: await balance_minor(account) for name, account in accounts.items()}
    return {name: minor for name, minor in found.items() if minor}
