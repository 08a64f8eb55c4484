"""Money as running sums: what is available and pending per currency, and tallies, so that nothing adds up a whole account."""

from __future__ import annotations

from collections import defaultdict

from crowdfund.sandbox.store import Store

_ADD = (
    "INSERT INTO balance VALUES (?, ?, ?, ?)"
    " ON CONFLICT (account, currency, at) DO UPDATE SET net_minor = net_minor + excluded.net_minor"
)
_TALLY = (
    "INSERT INTO tally VALUES (?, ?, ?, 1, ?) ON CONFLICT (account, what, currency)"
    " DO UPDATE SET count = count + 1, amount_minor = amount_minor + excluded.amount_minor"
)


def add(store: Store, account: int, currency: str, net_minor: int, available_on: int, now: int) -> None:
    """Put money into an account, or take it out: at once, or from `available_on` on (seconds)."""
    store.db.execute(_ADD, (account, currency, 0 if available_on <= now else available_on, net_minor))


def available_and_pending(store: Store, account: int, now: int) -> dict[str, tuple[int, int]]:
    """Per currency: (available, pending) in minor units. What has become available is added to the first on the way."""
    _mature(store, account, now)
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    sql = "SELECT currency, at > 0, sum(net_minor) FROM balance WHERE account = ? GROUP BY 1, 2"
    for currency, pending, net in store.db.execute(sql, (account,)):
        sums[currency][pending] = net
    return {currency: (available, pending) for currency, (available, pending) in sums.items()}


def available_minor(store: Store, account: int, currency: str, now: int) -> int:
    """What may be paid out or transferred now."""
    sql = "SELECT coalesce(sum(net_minor), 0) FROM balance WHERE account = ? AND currency = ? AND at <= ?"
    net: int = store.db.execute(sql, (account, currency, now)).fetchone()[0]
    return net


def currencies(store: Store, account: int) -> list[str]:
    """In which an account has money, or had."""
    sql = "SELECT DISTINCT currency FROM balance WHERE account = ? ORDER BY currency"
    return [currency for (currency,) in store.db.execute(sql, (account,))]


def _mature(store: Store, account: int, now: int) -> None:
    sql = "SELECT currency, sum(net_minor) FROM balance WHERE account = ? AND at > 0 AND at <= ? GROUP BY currency"
    ripe = store.db.execute(sql, (account, now)).fetchall()
    if ripe:
        with store.transaction():
            store.db.execute("DELETE FROM balance WHERE account = ? AND at > 0 AND at <= ?", (account, now))
            store.db.executemany(_ADD, ((account, currency, 0, net) for currency, net in ripe))


def count(store: Store, account: int, what: str, currency: str, amount_minor: int) -> None:
    """Add one to a tally: charges, refunds, transfers and so on."""
    store.db.execute(_TALLY, (account, what, currency, amount_minor))


def tallies(store: Store, account: int) -> dict[str, dict[str, dict[str, int]]]:
    """What was counted: {"charges": {"eur": {"count": 2, "amount": 5000}}, …}."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    sql = "SELECT what, currency, count, amount_minor FROM tally WHERE account = ?"
    for what, currency, number, amount in store.db.execute(sql, (account,)):
        found.setdefault(what, {})[currency] = {"count": number, "amount": amount}
    return found
