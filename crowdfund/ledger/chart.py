"""The chart of accounts: what each account is, and whether it may run below nothing.

Assets and expenses grow by debits (sign +1), liabilities and income by credits (-1). An account that belongs to somebody has
a floor of 0 and a balance row that the database guards; platform-wide accounts have neither, as one row would be a lock that
everybody waits for.
"""

from __future__ import annotations

from dataclasses import dataclass

ASSET = EXPENSE = 1
LIABILITY = INCOME = -1


@dataclass(frozen=True, slots=True)
class Account:
    code: str
    sign: int
    currency: str
    floor_minor: int | None = None


def stripe(currency: str) -> Account:
    """What lies at the processor, available and pending."""
    return Account(f"stripe:{currency}", ASSET, currency)


def bank(currency: str) -> Account:
    return Account(f"bank:{currency}", ASSET, currency)


def fund(campaign_id: int, currency: str) -> Account:
    """What a campaign has collected and still holds for its backers."""
    return Account(f"fund:{campaign_id}", LIABILITY, currency, 0)


def escrow(screening_id: int, currency: str) -> Account:
    """What fans have paid for a screening that is not settled: prices and booking fees, so that all of it can go back."""
    return Account(f"escrow:{screening_id}", LIABILITY, currency, 0)


def purchase(purchase_id: int, currency: str) -> Account:
    """What a fan has paid for goods of several sellers, for the moment in which it is not divided among them."""
    return Account(f"purchase:{purchase_id}", LIABILITY, currency, 0)


def sale(order_id: int, currency: str) -> Account:
    """What a fan has paid one seller, until it is shipped: all of it can go back."""
    return Account(f"sale:{order_id}", LIABILITY, currency, 0)


def holding(held_for: str, currency: str) -> Account:
    """Where the money of a payment lies until it is earned. held_for: `campaign:1`, `screening:2`, `purchase:3`, `goods_order:4`."""
    kind, _, number = held_for.partition(":")
    kinds = {"campaign": fund, "screening": escrow, "purchase": purchase, "goods_order": sale}
    return kinds[kind](int(number), currency)


def earnings(organisation_id: int, currency: str) -> Account:
    """What a seller has earned by sales, or a production by royalties, less what was paid out."""
    return Account(f"earnings:{organisation_id}:{currency}", LIABILITY, currency, 0)


def royalty(licence_id: int, currency: str) -> Account:
    """What the sales under a licence owe its production, until the period's statement pays it."""
    return Account(f"royalty:{licence_id}:{currency}", LIABILITY, currency, 0)


def tax(currency: str) -> Account:
    """Tax on sales that the platform has withheld, for the state."""
    return Account(f"tax:{currency}", LIABILITY, currency)


def carried(organisation_id: int, currency: str) -> Account:
    """What backers of a transfer that fell through keep for the same club's next target."""
    return Account(f"carried:{organisation_id}:{currency}", LIABILITY, currency, 0)


def recipient(recipient_id: int, currency: str) -> Account:
    """What an academy, a squad or a charity was given, less what was paid out to it."""
    return Account(f"recipient:{recipient_id}:{currency}", LIABILITY, currency, 0)


def payable(organisation_id: int, currency: str) -> Account:
    """What is owed to an organisation: its funded funds, less what was paid out."""
    return Account(f"payable:{organisation_id}:{currency}", LIABILITY, currency, 0)


def receivable(organisation_id: int, currency: str) -> Account:
    """What an organisation owes us: a dispute lost after its money was paid out."""
    return Account(f"receivable:{organisation_id}:{currency}", ASSET, currency, 0)


def refund_clearing(currency: str) -> Account:
    """Refunds promised and not yet confirmed by the processor."""
    return Account(f"refund:clearing:{currency}", LIABILITY, currency)


def payout_transit(currency: str) -> Account:
    """Payouts on their way."""
    return Account(f"payout:transit:{currency}", LIABILITY, currency)


def fee(currency: str) -> Account:
    """What the platform earns."""
    return Account(f"fee:platform:{currency}", INCOME, currency)


def processor(currency: str) -> Account:
    """What the processor costs."""
    return Account(f"expense:processor:{currency}", EXPENSE, currency)


def dispute_cost(currency: str) -> Account:
    """What disputes cost: the processor's fees, and losses that nobody repays."""
    return Account(f"expense:dispute:{currency}", EXPENSE, currency)


_TWO_WORDS = {"refund", "payout", "fee", "expense"}


def role_of(code: str) -> str:
    """What an account is, whosever it is: `fund`, `payable`, `refund:clearing`, `expense:processor`."""
    words = code.split(":")
    return ":".join(words[: 2 if words[0] in _TWO_WORDS else 1])


def number_of(code: str) -> int | None:
    """Whose an account is: the id in its code; none of a platform-wide one."""
    number = code.split(":")[1]
    return int(number) if number.isdecimal() else None
