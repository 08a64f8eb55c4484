"""What time itself does: sessions expire, refunds fail, payouts arrive, disputes are decided."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from crowdfund.sandbox import checkout, disputes, payouts, refunds
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.errors import ApiError
from crowdfund.sandbox.store import Store


def _expire_session(account: Account, session_id: str) -> None:
    session = account.get("checkout.session", session_id)
    if session["status"] == "open":
        checkout.end(account, session)


_ACTS: dict[str, Callable[[Account, str], object]] = {
    "automatic_payout": payouts.empty,
    "decide_dispute": disputes.decide,
    "dispute": disputes.open_dispute,
    "dispute_unanswered": disputes.unanswered,
    "expire_session": _expire_session,
    "fail_refund": refunds.fail,
    "pay_payout": payouts.pay,
}


def run(account: Account) -> None:
    """Do what is due in an account by its own time, oldest first, each in a transaction of its own."""
    store = account.store
    if store.next_due.get(account.n, account.now + 1) > account.now:
        return
    while (row := store.first_due(account.n, account.now)) is not None:
        with store.transaction():
            store.drop_due(account.n, row)
            with suppress(ApiError), store.savepoint():  # it may be too late, as for a dispute of what was refunded
                _ACTS[row[1]](account, row[2])
    store.look_up_next_due(account.n)


def run_connected(account: Account) -> None:
    """Do what is due in the accounts connected to a platform's, before their money is counted on."""
    for n in list(account.store.next_due):
        owner = account.store.owner(n)
        if owner.platform == account.n and n != account.n:
            run(Account(account.store, owner, origin=account.origin))


def run_all(store: Store, origin: str) -> None:
    """Do what is due in every account."""
    for n in list(store.next_due):
        run(Account(store, store.owner(n), origin=origin))
