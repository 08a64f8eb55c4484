"""Sentences about what sellers earn, as the ledger books it: an order that is paid and earned, and what of it goes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tortoise.expressions import F

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.ledger import Account, Entry, Posting, balance_minor, chart, post
from crowdfund.ledger.books import RULES as LEDGER_RULES
from crowdfund.ledger.books import prove
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.orders.goods.earning import bearers, earn
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder, Purchase
from crowdfund.orders.goods.shares import part_of
from crowdfund.orders.parcels.models import Parcel, ParcelLine
from crowdfund.orders.returns.models import GoodsRefund
from crowdfund.payments import reconcile, stripe
from crowdfund.payments.models import Charge
from crowdfund.payouts.books import RULES as PAYOUT_RULES
from crowdfund.payouts.books import TIMELY as PAYOUT_TIMELY
from crowdfund.payouts.models import Payout
from crowdfund.payouts.sellers.models import Reversal
from crowdfund.people.models import Organisation
from tests.bank import ask, work_done
from tests.listings import a_listing
from tests.world import Fan, a_fan, a_studio

_numbers = count(1)


@dataclass(frozen=True)
class Split:
    """What an order of one seller is shared out to: 9267 = 6962 + 1458 + 567 + 280.

    others: commission and royalty as one, for these orders have no lines and no licence; `an_order` has.
    """

    seller: int
    net: int
    others: int = 0
    tax: int = 0
    fee: int = 0
    order: int = field(default_factory=new_id)

    @property
    def gross(self) -> int:
        return self.net + self.others + self.tax + self.fee

    def parts(self) -> list[tuple[Account, int]]:
        return [
            (account, minor)
            for account, minor in (
                (chart.earnings(self.seller, "EUR"), self.net), (chart.fee("EUR"), self.others),
                (chart.tax("EUR"), self.tax), (chart.processor("EUR"), self.fee),
            ) if minor
        ]  # fmt: skip


async def a_seller(name: str = "Ear & Co", *, owner: Fan | None = None) -> int:
    """With an account at the processor that can be paid."""
    account_id = await stripe.make_account(new_id(), "DE", "seller@example.com")
    await ask("POST", f"accounts/{account_id}/onboarding", {"outcome": "complete"})
    return await a_studio(name, owner=owner, account_id=account_id)


async def there_is_money(minor: int) -> None:
    """It lies at the processor, available: what fans have paid comes out of it here."""
    await stripe.client().v1.topups.create_async({"amount": minor, "currency": "eur", "description": "what fans paid"})
    await work_done()  # the reconciler books it


@atomic
async def earned(*orders: Split) -> None:
    """Fans paid these orders, and all of them was shipped."""
    purchase = chart.purchase(new_id(), "EUR")
    gross = sum(order.gross for order in orders)
    subject = purchase.code
    await post(
        [
            Entry(f"paid:{subject}", "collected", subject, [Posting(chart.bank("EUR"), purchase, gross)]),
            Entry(f"goods_paid:{subject}", "goods_paid", subject, [Posting(purchase, chart.sale(o.order, "EUR"), o.gross) for o in orders]),
        ]
    )  # fmt: skip
    await post(
        Entry(
            f"goods_earned:{order.order}", "goods_earned", f"goods_order:{order.order}",
            [Posting(chart.sale(order.order, "EUR"), account, minor) for account, minor in order.parts()],
        )
        for order in orders
    )  # fmt: skip


@atomic
async def given_back(order: Split, *, net: int, others: int = 0, tax: int = 0) -> None:
    """A fan has part of an order back after it was earned: of what the seller has earned as far as that goes, the rest it owes."""
    there = min(net, await balance_minor(chart.earnings(order.seller, "EUR")))
    sources = [
        (chart.earnings(order.seller, "EUR"), there), (chart.receivable(order.seller, "EUR"), net - there),
        (chart.fee("EUR"), others), (chart.tax("EUR"), tax),
    ]  # fmt: skip
    movements = [Posting(account, chart.bank("EUR"), minor) for account, minor in sources if minor]
    await post(
        [Entry(f"refund:{next(_numbers)}:{order.order}", "refund_promised", f"goods_order:{order.order}", movements)]
    )


async def holds(seller: int) -> dict[str, int]:
    """What a seller has earned and not been paid, and what it owes; empty accounts are left out."""
    accounts = {"earned": chart.earnings(seller, "EUR"), "owes": chart.receivable(seller, "EUR")}
    held = {name: await balance_minor(account) for name, account in accounts.items()}
    held["on its way"] = await balance_minor(chart.payout_transit("EUR"))
    return {name: minor for name, minor in held.items() if minor}


async def payouts_of(seller: int) -> list[tuple[str, int, int]]:
    """State, amount and number of tries of each payout."""
    found = await Payout.filter(organisation_id=seller).order_by("made_at", "id")
    return [(payout.state, payout.amount_minor, payout.attempt) for payout in found]


async def reversals_of(seller: int) -> list[tuple[str, int, int]]:
    """State, amount and number of tries of each reversal."""
    found = await Reversal.filter(organisation_id=seller).order_by("made_at", "id")
    return [(one.state, one.amount_minor, one.attempt) for one in found]


async def earnings_proven() -> None:
    """The ledger, payouts, reversals and royalties hold, and agree with the processor to the cent."""
    findings = await prove([*LEDGER_RULES, *PAYOUT_RULES, *PAYOUT_TIMELY])
    assert [f"{one.name}: {one.broken}" for one in findings if not one.holds] == []
    found = await reconcile.differences()
    assert (found.unexplained, found.balances) == ([], [])


# --- orders with their lines ---


async def an_order(
    licence: Licence,
    *,
    quantity: int = 2,
    price: int = 45_00,
    discount: int = 9_00,
    shipping: int = 6_00,
    tax: int = 5_67,
    fee: int = 2_80,
    commission: int = 8_10,
    country: str = "US",
    arrived: bool = True,
    shipped: bool = True,
    appearance_id: int | None = None,
    product: OnscreenProduct | None = None,
) -> GoodsOrder:
    """Paid by a fan; sent at once, and earned. As it stands: two earrings, 81.00 of them net, 6.48 royalty, 69.62 of the seller."""
    net, fan, now = price * quantity - discount, await a_fan("Mei"), clock.now()
    royalty, currency = (net * licence.royalty_bps + 5_000) // 10_000, licence.currency
    total = net + shipping + tax
    product = product or await OnscreenProduct.filter(title_id=licence.title_id).order_by("id").first()
    assert product is not None
    order = await _rows(
        licence, product, fan.id, now, net, royalty,
        purchase={"total_minor": total, "country": country}, money={
            "items_minor": net, "shipping_minor": shipping, "tax_minor": tax, "total_minor": total,
            "commission_minor": commission, "royalty_minor": royalty, "fee_minor": fee,
        }, line={
            "quantity": quantity, "price_minor": price, "discount_minor": discount, "tax_minor": tax, "commission_minor": commission,
            "appearance_id": appearance_id,
        },
    )  # fmt: skip
    await _paid(order)
    if shipped:
        await sent(order, arrived=arrived)
    assert currency == order.currency
    return await GoodsOrder.get(id=order.id)


async def sent(order: GoodsOrder, *, arrived: bool = True) -> None:
    """All of it goes out, so that it is earned."""
    await _on_its_way(order, arrived)
    assert await earn(order.id)


@atomic
async def _on_its_way(order: GoodsOrder, arrived: bool) -> None:
    now, line = clock.now(), await GoodsLine.get(order_id=order.id)
    parcel = await Parcel.create(
        id=new_id(), order_id=order.id, carrier="SF Express", state="delivered" if arrived else "sent", carrier_state="unknown",
        sent_at=now, delivered_at=now if arrived else None,
    )  # fmt: skip
    await ParcelLine.create(
        id=new_id(), parcel_id=parcel.id, order_id=order.id, line_id=line.id, quantity=line.quantity
    )
    await GoodsLine.filter(id=line.id).update(shipped=line.quantity)


@atomic
async def _rows(
    licence: Licence, product: OnscreenProduct, fan_id: int, now: datetime, net: int, royalty: int, *, purchase: dict[str, Any],
    money: dict[str, int], line: dict[str, Any],
) -> GoodsOrder:  # fmt: skip
    made = await Purchase.create(
        id=new_id(), person_id=fan_id, currency=licence.currency, name="Mei", address='["1 Elm Street"]', state="paid",
        reserved_until=now, key=f"key-{new_id()}", fingerprint="f", made_at=now, paid_at=now, **purchase,
    )  # fmt: skip
    order = await GoodsOrder.create(
        id=new_id(), purchase_id=made.id, organisation_id=licence.licensee_id, person_id=fan_id, currency=licence.currency,
        state="paid", ship_by=now + timedelta(days=7), days_min=3, days_max=7, country=purchase["country"], made_at=now, **money,
    )  # fmt: skip
    await Charge.create(
        id=new_id(), subject=made.subject, held_for=made.subject, person_id=fan_id, attempt=1, key=f"charge-{made.id}",
        amount_minor=made.total_minor, currency=made.currency, state="succeeded", balance_transaction_id=f"txn_{made.id}",
        fee_minor=money["fee_minor"], made_at=now, sent_at=now, ended_at=now,
    )  # fmt: skip
    await Licence.filter(id=licence.id).update(units_sold=F("units_sold") + line["quantity"])
    shop = await Organisation.get(id=licence.licensee_id)
    listing, variant = await a_listing(shop, product, licence=licence, currency=licence.currency)
    await GoodsLine.create(
        id=new_id(), order_id=order.id, variant_id=variant.id, listing_id=listing.id, product_id=product.id, title_id=licence.title_id,
        licence_id=licence.id, name=product.name, variant_name="Silver", match="licensed_replica", net_minor=net, tax_bps=700,
        commission_bps=1_000, royalty_minor=royalty, royalty_bps=licence.royalty_bps, **line,
    )  # fmt: skip
    return order


@atomic
async def _paid(order: GoodsOrder) -> None:
    purchase, sale = chart.purchase(int(order.purchase_id or 0), order.currency), chart.sale(order.id, order.currency)
    await post(
        [
            Entry(f"paid:{order.id}", "collected", purchase.code, [Posting(chart.bank(order.currency), purchase, order.total_minor)]),
            Entry(f"goods_paid:{order.id}", "goods_paid", purchase.code, [Posting(purchase, sale, order.total_minor)]),
        ]
    )  # fmt: skip


@atomic
async def sent_back(order: GoodsOrder, units: int = 1) -> None:
    """A fan has so many pieces back after it was earned; each who had a part of them gives it."""
    line = await GoodsLine.get(order_id=order.id)
    back = part_of(line, line.returned, units)
    sources = await bearers(order, [(line, back)])
    movements = [Posting(account, chart.bank(order.currency), minor) for account, minor in sources if minor]
    await post([Entry(f"refund:{next(_numbers)}:{order.id}", "refund_promised", order.subject, movements)])
    await GoodsLine.filter(id=line.id).update(returned=line.returned + units)
    await GoodsRefund.create(
        id=new_id(), order_id=order.id, line_id=line.id, quantity=units, net_minor=back.net_minor, tax_minor=back.tax_minor,
        shipping_minor=0, commission_minor=back.commission_minor, royalty_minor=back.royalty_minor, seller_minor=back.seller_minor,
        at=clock.now(),
    )  # fmt: skip
