"""Sentences about what sellers earn, as the ledger books it: an order that is paid and earned, and what of it goes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from crowdfund.database import atomic, new_id
from crowdfund.ledger import Account, Entry, Posting, balance_minor, chart, post
from crowdfund.payments import stripe
from crowdfund.payouts.models import Payout
from crowdfund.payouts.sellers.models import Reversal
from crowdfund.worker import work_until_idle
from tests.bank import ask
from tests.world import Fan, a_studio

_numbers = count(1)


@dataclass(frozen=True)
class Split:
    """What an order of one seller is shared out to: 9267 = 6962 + 810 + 648 + 567 + 280."""

    seller: int
    net: int
    commission: int = 0
    royalty: int = 0
    tax: int = 0
    fee: int = 0
    licence: int = 0
    order: int = field(default_factory=new_id)

    @property
    def gross(self) -> int:
        return self.net + self.commission + self.royalty + self.tax + self.fee

    def parts(self) -> list[tuple[Account, int]]:
        return [
            (account, minor)
            for account, minor in (
                (chart.earnings(self.seller, "EUR"), self.net), (chart.fee("EUR"), self.commission),
                (chart.royalty(self.licence, "EUR"), self.royalty), (chart.tax("EUR"), self.tax), (chart.processor("EUR"), self.fee),
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
    await work_until_idle()  # the reconciler books it


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
async def given_back(order: Split, *, net: int, commission: int = 0, royalty: int = 0, tax: int = 0) -> None:
    """A fan has part of an order back after it was earned: of what the seller has earned as far as that goes, the rest it owes."""
    there = min(net, await balance_minor(chart.earnings(order.seller, "EUR")))
    sources = [
        (chart.earnings(order.seller, "EUR"), there), (chart.receivable(order.seller, "EUR"), net - there),
        (chart.fee("EUR"), commission), (chart.royalty(order.licence, "EUR"), royalty), (chart.tax("EUR"), tax),
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
