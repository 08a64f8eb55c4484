"""What the accounts and the kinds of entries of a statement are called, as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping

from crowdfund.campaigns.models import Kind
from crowdfund.web.i18n import _, lazy

ACCOUNTS = {
    "stripe": lazy("At the payment company"), "bank": lazy("At the platform's bank"), "fund": lazy("Held in the fund"),
    "payable": lazy("Owed to the makers"), "receivable": lazy("Owed by the makers"),
    "carried": lazy("Kept for the club's next target"), "refund:clearing": lazy("On its way back to backers"),
    "payout:transit": lazy("Payouts on their way"), "fee:platform": lazy("The platform's fee"),
    "expense:processor": lazy("Cost of charging cards, borne by the platform"),
    "expense:dispute": lazy("Cost of disputes, borne by the platform"),
}  # fmt: skip
KINDS = {
    "pledge_collected": lazy("Cards charged"), "processor_fee": lazy("The payment company's fees"),
    "fund_succeeded": lazy("Shared out when it succeeded"), "tranche_released": lazy("Shared out when a milestone was released"),
    "refund_promised": lazy("Refunds promised"),
    "refund_sent": lazy("Refunds that left"), "refund_returned": lazy("Refunds that came back"),
    "refund_paid_another_way": lazy("Refunds paid another way"), "dispute": lazy("Disputes with banks"),
    "redirected": lazy("Given on, by backers' choice"), "surplus_given": lazy("Given on, as more was collected than needed"),
    "surplus_rest": lazy("Odd cents of a surplus"), "carried": lazy("Kept for the club's next target"),
    "kept_used": lazy("Used for the next target"), "payout_set_aside": lazy("Payouts begun"),
    "payout_paid": lazy("Payouts that left"), "payout_back": lazy("Payouts that came back"),
    "receivable_repaid": lazy("Debts taken from what was owed"),
}  # fmt: skip


_OF_A_CLUB = {"payable": lazy("Owed to the club"), "receivable": lazy("Owed by the club")}


def account_said(account: str, recipients: Mapping[str, str], fund: str = Kind.FILM) -> str:
    """An account by its name in a statement. recipients: names by address. fund: of which kind it is."""
    role, _colon, slug = account.partition(":")
    if role == "recipient":
        return _("Given to %(name)s, and not paid out yet") % {"name": recipients.get(slug, slug)}
    if fund == Kind.TRANSFER and account in _OF_A_CLUB:
        return str(_OF_A_CLUB[account])
    return str(ACCOUNTS[account]) if account in ACCOUNTS else account


def kind_said(kind: str) -> str:
    """A kind of entry; one that nobody has put into words, by its own name."""
    return str(KINDS[kind]) if kind in KINDS else kind.replace("_", " ").capitalize()
