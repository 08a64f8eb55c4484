"""The balance of an account: what is available, and what is on its way."""

from __future__ import annotations

from crowdfund.sandbox import sums
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.methods import Params
from crowdfund.sandbox.shape import Obj


def retrieve(account: Account, params: Params) -> Obj:
    """Sums per currency in minor units; a currency that never moved is not in them, except that there is always one."""
    found = sums.available_and_pending(account.store, account.n, account.now) or {"eur": (0, 0)}
    return {
        "object": "balance",
        "available": [_sum(currency, available) for currency, (available, _) in sorted(found.items())],
        "connect_reserved": [{"amount": 0, "currency": currency} for currency in sorted(found)],
        "livemode": False,
        "pending": [_sum(currency, pending) for currency, (_, pending) in sorted(found.items())],
        "refund_and_dispute_prefunding": {"available": [], "pending": []},
    }


def _sum(currency: str, amount: int) -> Obj:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}
