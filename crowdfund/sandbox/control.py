"""What tests, demos and replays may do to the sandbox that nobody can do to Stripe: faults, time, disputes, cards by the thousand.

JSON in and out below /_sandbox/, with the key as bearer token, for that key's account alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crowdfund.sandbox import cards, connect, disputes, due, methods, payouts, sums
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.door import Door
from crowdfund.sandbox.errors import ApiError, invalid, missing
from crowdfund.sandbox.ids import new_id
from crowdfund.sandbox.shape import Obj, shown

MOST_CARDS = 50_000
MOST_SECONDS = 10 * 365 * 86_400

Work = Callable[[Account, dict[str, Any], Request], Any]


def routes(door: Door) -> list[Route]:
    """The addresses of the controls."""

    def at(path: str, method: str, work: Work) -> Route:
        return Route(f"/_sandbox/{path}", _endpoint(door, work), methods=[method])

    def list_faults(account: Account, wanted: dict[str, Any], request: Request) -> Any:
        return {"faults": door.faults.list(account.owner.platform)}

    def add_fault(account: Account, wanted: dict[str, Any], request: Request) -> Any:
        return door.faults.add(account.owner.platform, wanted).told()

    def clear_faults(account: Account, wanted: dict[str, Any], request: Request) -> Any:
        door.faults.clear(account.owner.platform)
        return {"faults": []}

    return [
        at("faults", "GET", list_faults),
        at("faults", "POST", add_fault),
        at("faults", "DELETE", clear_faults),
        at("charges/{id}/dispute", "POST", _dispute),
        at("disputes/{id}/close", "POST", _close_dispute),
        at("disputes/{id}/escalate", "POST", _escalate_dispute),
        at("payouts/{id}/fail", "POST", _fail_payout),
        at("accounts/{id}/onboarding", "POST", _onboard),
        at("cards", "POST", _make_cards),
        at("payment_methods/{id}/renewal", "POST", _renew_card),
        at("payment_methods/{id}/removal", "POST", _remove_card),
        at("totals", "GET", _totals),
        at("clock", "POST", _advance),
    ]


def _endpoint(door: Door, work: Work) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            account = door.account_of(request)
            due.run(account)
            wanted = orjson.loads(await request.body() or b"{}")
            if not isinstance(wanted, dict):
                raise invalid("The body is a JSON object.")
            return JSONResponse(work(account, wanted, request))
        except orjson.JSONDecodeError:
            error = invalid("The body is a JSON object.")
        except ApiError as refusal:
            error = refusal
        return JSONResponse(error.body(), error.status)

    return endpoint


def _dispute(account: Account, wanted: dict[str, Any], request: Request) -> Obj:
    amount = wanted.get("amount")
    if amount is not None and not isinstance(amount, int):
        raise invalid("amount is a whole number of minor units.", param="amount")
    with account.store.transaction():
        reason = str(wanted.get("reason", "fraudulent"))
        inquiry = wanted.get("inquiry") is True
        made = disputes.open_dispute(account, request.path_params["id"], reason=reason, amount=amount, inquiry=inquiry)
        return shown(made)


def _escalate_dispute(account: Account, _wanted: dict[str, Any], request: Request) -> Obj:
    with account.store.transaction():
        return shown(disputes.escalate(account, request.path_params["id"]))


def _close_dispute(account: Account, wanted: dict[str, Any], request: Request) -> Obj:
    if not isinstance(wanted.get("won"), bool):
        raise invalid("won is true or false.", param="won")
    with account.store.transaction():
        return shown(disputes.close(account, request.path_params["id"], won=wanted["won"]))


def _fail_payout(account: Account, wanted: dict[str, Any], request: Request) -> Obj:
    """A payout of this account, or of one connected to it."""
    payout_id = request.path_params["id"]
    found = account.store.find("payout", payout_id)
    if found is None or account.store.owner(found[0]).platform != account.owner.platform:
        raise missing("payout", payout_id)
    of = Account(account.store, account.store.owner(found[0]), origin=account.origin, request_id=account.request_id)
    with account.store.transaction():
        return shown(payouts.fail(of, payout_id))


def _onboard(account: Account, wanted: dict[str, Any], request: Request) -> Obj:
    if wanted.get("outcome") not in connect.OUTCOMES:
        raise invalid(f"outcome is one of {', '.join(connect.OUTCOMES)}.", param="outcome")
    with account.store.transaction():
        return shown(connect.onboard(account, request.path_params["id"], wanted["outcome"]))


def _make_cards(account: Account, wanted: dict[str, Any], request: Request) -> Any:
    """Customers with one saved card each, in one transaction and without events; any card can be saved this way."""
    names = wanted.get("cards")
    if names is None:
        count = wanted.get("count", 1)
        names = [wanted.get("card", "ok")] * count if isinstance(count, int) and 0 <= count <= MOST_CARDS else None
    if not isinstance(names, list) or len(names) > MOST_CARDS or not set(names) <= cards.BY_NAME.keys():
        message = f"Give count and card, or cards: at most {MOST_CARDS} of {', '.join(cards.BY_NAME)}."
        raise invalid(message, param="cards")
    customers = [new_id("cus_") for _ in names]
    methods = [new_id("pm_") for _ in names]
    with account.store.transaction():
        account.store.insert_many(account.n, _customers(account, customers))
        account.store.insert_many(account.n, _methods(account, names, customers, methods))
    return {"customers": customers, "payment_methods": methods}


def _customers(account: Account, ids: list[str]) -> Iterator[Obj]:
    now = account.now
    for customer_id in ids:  # a small form is stored as well as a whole one
        yield {"object": "customer", "id": customer_id, "created": now}


def _methods(account: Account, names: list[str], customers: list[str], ids: list[str]) -> Iterator[Obj]:
    models = {
        name: {
            "object": "payment_method", "created": account.now,
            "card": cards.card_members(cards.BY_NAME[name], account.now), "_": {"set_up": True},
        }
        for name in set(names)
    }  # fmt: skip
    for name, customer, method_id in zip(names, customers, ids, strict=True):
        yield {**models[name], "id": method_id, "customer": customer}


def _renew_card(account: Account, wanted: dict[str, Any], request: Request) -> Obj:
    """A bank renews a saved card: exp_month and exp_year, or card for another of the test cards; automatically unless false."""
    changes: dict[str, Any] = {name: wanted[name] for name in ("exp_month", "exp_year") if name in wanted}
    if not all(isinstance(value, int) for value in changes.values()) or not 1 <= changes.get("exp_month", 1) <= 12:
        raise invalid("exp_month and exp_year are whole numbers, the month from 1 to 12.", param="exp_month")
    if "card" in wanted:
        if wanted["card"] not in cards.BY_NAME:
            raise invalid(f"card is one of {', '.join(cards.BY_NAME)}.", param="card")
        changes = {**cards.card_members(cards.BY_NAME[wanted["card"]], account.now), **changes}
    if not changes:
        raise invalid("Give exp_month and exp_year, or card.", param="exp_month")
    with account.store.transaction():
        automatically = wanted.get("automatically", True) is not False
        return shown(methods.renew(account, request.path_params["id"], changes, automatically=automatically))


def _remove_card(account: Account, wanted: dict[str, Any], request: Request) -> Obj:
    """Somebody detaches a saved card where the site has no part in it, as in Stripe's dashboard."""
    with account.store.transaction():
        return shown(methods.detach(account, {}, request.path_params["id"]))


def _totals(account: Account, wanted: dict[str, Any], request: Request) -> Any:
    """What was counted since the account began: number and sum per currency."""
    return sums.tallies(account.store, account.n)


def _advance(account: Account, wanted: dict[str, Any], request: Request) -> Any:
    """Move this key's own time forward, on top of the site's clock, and do what became due by it."""
    seconds = wanted.get("advance_seconds")
    if not isinstance(seconds, int) or not 0 <= seconds <= MOST_SECONDS:
        raise invalid("advance_seconds is a whole number of seconds, not negative.", param="advance_seconds")
    account.store.advance(account.owner.platform, seconds)
    due.run_all(account.store, account.origin)
    return {"now": account.now, "ahead_seconds": account.store.ahead_seconds(account.owner.platform)}
