"""Lists as Stripe pages them: newest first, limit, starting_after, ending_before, created, and filters by what is indexed."""

from __future__ import annotations

from typing import Any

from crowdfund.sandbox import events
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.errors import invalid, missing
from crowdfund.sandbox.shape import Obj, shown
from crowdfund.sandbox.store import COLUMNS

PAGING = frozenset({"limit", "starting_after", "ending_before"})
_COLUMN_NAMES = ("customer", "payment_intent", "about", "label")
_BOUNDS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}

Row = tuple[int, int, Obj]


def page_of(account: Account, kind: str, params: dict[str, Any], url: str, **fixed: Any) -> Obj:
    """One page of an account's objects. fixed: filters that the address itself sets, such as the customer."""
    wanted = {name: value for name, value in {**params, **fixed}.items() if name not in (*PAGING, "created", "expand")}
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("The limit is between 1 and 100.", param="limit", code="parameter_invalid_integer")
    if "starting_after" in params and "ending_before" in params:
        raise invalid("Give one of starting_after and ending_before.", param="ending_before")
    backwards = "ending_before" in params
    bounds = _bounds(account, kind, params)
    rows = _rows(account, kind, wanted, bounds, newest=not backwards, limit=limit + 1)
    page = rows[:limit]
    if backwards:
        page.reverse()
    objects = [as_it_is_now(account, obj) for _, _, obj in page]
    return {"object": "list", "data": objects, "has_more": len(rows) > limit, "url": url}


def as_it_is_now(account: Account, obj: Obj) -> Obj:
    """The object as shown: some members depend on the time of asking."""
    if obj["object"] == "balance_transaction":
        obj["status"] = "available" if obj["available_on"] <= account.now else "pending"
    elif obj["object"] == "event":
        obj["pending_webhooks"] = events.pending(account.store, obj["id"])
    return shown(obj)


def _bounds(account: Account, kind: str, params: dict[str, Any]) -> list[tuple[str, tuple[Any, ...]]]:
    bounds: list[tuple[str, tuple[Any, ...]]] = []
    created = params.get("created", {})
    if isinstance(created, int):
        bounds.append(("created = ?", (created,)))
    else:
        bounds += [(f"created {_BOUNDS[name]} ?", (value,)) for name, value in created.items()]
    for name, sign in (("starting_after", "<"), ("ending_before", ">")):
        if name in params:
            place = account.store.place(account.n, kind, params[name])
            if place is None:
                raise missing(kind, params[name], param=name)
            bounds.append((f"(created, seq) {sign} (?, ?)", place))
    if kind == "event":
        bounds.append(("created >= ?", (account.now - events.KEPT_SECONDS,)))
    return bounds


def _rows(
    account: Account,
    kind: str,
    wanted: dict[str, Any],
    bounds: list[tuple[str, tuple[Any, ...]]],
    *,
    newest: bool,
    limit: int,
) -> list[Row]:
    types = wanted.pop("types", None)
    if types is None and "*" in wanted.get("type", ""):
        types = [wanted.pop("type")]
    where = {_column(kind, name): value for name, value in wanted.items()}
    if types is None:
        return account.store.page(account.n, kind, where, bounds, newest=newest, limit=limit)
    named = {
        t for asked in types for t in events.TYPES if t == asked or (asked[-1] == "*" and t.startswith(asked[:-1]))
    }
    found: list[Row] = []
    for name in sorted(named):  # each type from its own index, then merged: never a walk over all events
        found += account.store.page(account.n, kind, {**where, "label": name}, bounds, newest=newest, limit=limit)
    found.sort(key=lambda row: row[:2], reverse=newest)
    return found[:limit]


def _column(kind: str, name: str) -> str:
    if name == "payout":  # the transaction that a payout itself made
        name = "source"
    return _COLUMN_NAMES[COLUMNS[kind].index(name)]
