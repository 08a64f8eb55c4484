"""From the cart to the sellers' accounts, with everybody's real part: two sellers, one payment, parcels, payouts, books proven."""

from __future__ import annotations

import pytest

from crowdfund.database import atomic, new_id
from crowdfund.ledger import balance_minor, chart
from crowdfund.orders.goods.models import GoodsOrder
from crowdfund.payments import stripe
from crowdfund.people.models import Organisation
from tests.bank import ask, pass_time
from tests.earnings import payouts_of
from tests.goods import ForSale, bought, orders_of, sent, two_sellers
from tests.world import a_fan

pytestmark = pytest.mark.usefixtures("proven_when_idle")


async def can_be_paid(one: ForSale) -> None:
    account_id = await stripe.make_account(new_id(), "DE", "seller@example.com")
    await ask("POST", f"accounts/{account_id}/onboarding", {"outcome": "complete"})
    await atomic(Organisation.filter(id=one.shop.id).update)(stripe_account_id=account_id)


async def test_two_sellers_of_one_payment_are_paid_what_is_theirs(database: str) -> None:
    """239.70 were paid. Of each order all but tax, commission, royalty and its part of the payment company's fee is the seller's."""
    earrings, jacket = await two_sellers()
    await can_be_paid(earrings)
    await can_be_paid(jacket)
    purchase = await bought(await a_fan("Mei"), (earrings, 2), (jacket, 1))
    orders = await orders_of(purchase)
    for order in orders:
        await sent(order, earrings if order.organisation_id == earrings.shop.id else jacket)
    await pass_time(days=3)  # what a card gave is available after two days
    for order in [await GoodsOrder.get(id=one.id) for one in orders]:
        assert order.fee_minor is not None
        net = order.total_minor - order.tax_minor - order.commission_minor - order.royalty_minor - order.fee_minor
        assert [(state, minor) for state, minor, _ in await payouts_of(order.organisation_id)] == [("paid", net)]
        assert await balance_minor(chart.earnings(order.organisation_id, order.currency)) == 0
