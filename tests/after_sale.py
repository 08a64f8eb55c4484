"""What was bought, for a test of what comes after: `bought(fan, await earrings())` is paid, an order for each seller.

The example of every story here, in US cents, with 7 % tax: two earrings of 45.00, 10 % off, under a licence of 8 %, and a jacket of
129.00 of another shop, likewise; 6.00 and 9.00 of shipping; our commission is 10 %.
"""

from __future__ import annotations

from dataclasses import dataclass

from crowdfund import settings
from crowdfund.ledger import Account, balance_minor, chart
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.listings.models import Listing
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder, Purchase
from crowdfund.people.models import Organisation
from tests.bank import work_done
from tests.goods import ForSale, for_sale, orders_of, paid_for, placed
from tests.world import Fan


@dataclass(frozen=True)
class Wanted:
    """So many of what a seller offers."""

    offer: ForSale
    quantity: int

    @property
    def shop(self) -> Organisation:
        return self.offer.shop

    @property
    def listing(self) -> Listing:
        return self.offer.listing


@dataclass(frozen=True)
class Bought:
    fan: Fan
    purchase: Purchase
    orders: list[GoodsOrder]

    async def line(self, number: int = 0) -> GoodsLine:
        return await GoodsLine.get(order_id=self.orders[number].id)


async def earrings(*, quantity: int = 2, owner: Fan | None = None) -> Wanted:
    """Of two 9267 altogether: 8100 net, 600 to ship, 567 tax."""
    return Wanted(
        await for_sale("Pearl drop earring", price_minor=45_00, discount_bps=1000, first_minor=6_00, owner=owner),
        quantity,
    )


async def a_jacket(*, owner: Fan | None = None) -> Wanted:
    """14703 altogether: 12900 net, 900 to ship, 903 tax."""
    return Wanted(await for_sale("River jacket", price_minor=129_00, first_minor=9_00, owner=owner), 1)


async def bought(fan: Fan, *wants: Wanted, fee_known: bool = True) -> Bought:
    """Paid on the processor's page, each seller's part in her order's own account. fee_known: what it cost is known, too."""
    settings.use(settings.current().with_(commission_bps=1000))
    purchase = await paid_for(await placed(fan, *[(one.offer, one.quantity) for one in wants]))
    if fee_known:
        await work_done()
    return Bought(fan, await Purchase.get(id=purchase.id), await orders_of(purchase))


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
