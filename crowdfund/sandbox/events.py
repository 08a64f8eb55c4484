"""Events: every change leaves one, and each is queued for the webhook endpoints that asked for its type.

Nothing is queued where no endpoint wants it. What happens in a connected account is an event of that account; it goes to the
platform's endpoints made with `connect`, as in life.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from crowdfund import clock
from crowdfund.sandbox.ids import new_id
from crowdfund.sandbox.shape import Obj, blank, shown
from crowdfund.sandbox.store import Store

if TYPE_CHECKING:
    from crowdfund.sandbox.account import Account

TYPES = (
    "account.updated charge.dispute.closed charge.dispute.created charge.dispute.funds_reinstated"
    " charge.dispute.funds_withdrawn charge.dispute.updated charge.failed charge.refund.updated charge.refunded"
    " charge.succeeded charge.updated checkout.session.completed checkout.session.expired customer.created customer.updated"
    " payment_intent.canceled payment_intent.created payment_intent.payment_failed payment_intent.requires_action"
    " payment_intent.succeeded payment_method.attached payment_method.automatically_updated payment_method.detached"
    " payment_method.updated payout.created payout.failed payout.paid"
    " refund.created refund.failed refund.updated setup_intent.canceled setup_intent.created setup_intent.requires_action"
    " setup_intent.setup_failed setup_intent.succeeded transfer.created transfer.reversed"
).split()

KEPT_SECONDS = 30 * 86_400  # Stripe lists events of the last 30 days


def emit(account: Account, type: str, obj: Obj, before: Obj | None) -> None:
    store = account.store
    content: dict[str, Any] = {"object": shown(obj)}
    if before is not None:
        content["previous_attributes"] = before
    event = {
        **blank("event"),
        "id": new_id("evt_"),
        "created": account.now,
        "data": content,
        "request": {"id": account.request_id, "idempotency_key": account.idempotency_key},
        "type": type,
    }
    if account.owner.connected:
        event["account"] = account.owner.connected
    store.insert(account.n, event)
    for endpoint in endpoints_of(store, account.owner.platform):
        if wants(endpoint, event):
            _queue(store, event["id"], endpoint["id"])


def wants(endpoint: Obj, event: Obj) -> bool:
    """Whether an endpoint asked for this event."""
    asked = endpoint["enabled_events"]
    return ("account" in event) == endpoint["_"]["connect"] and ("*" in asked or event["type"] in asked)


def endpoints_of(store: Store, platform: int) -> list[Obj]:
    """The webhook endpoints of a platform, read once."""
    if platform not in store.endpoints:
        rows = store.page(platform, "webhook_endpoint", {}, [], newest=False, limit=100)
        store.endpoints[platform] = [endpoint for _, _, endpoint in rows]
    return store.endpoints[platform]


def forget_endpoints(store: Store, platform: int) -> None:
    """To be called where endpoints came or went."""
    store.endpoints.pop(platform, None)


def pending(store: Store, event_id: str) -> int:
    """To how many endpoints an event still has to be delivered."""
    number: int = store.db.execute("SELECT count(*) FROM delivery WHERE event = ?", (event_id,)).fetchone()[0]
    return number


def _queue(store: Store, event_id: str, endpoint_id: str) -> None:
    sql = "INSERT INTO delivery (event, endpoint, attempt, at_us) VALUES (?, ?, 0, ?)"
    store.db.execute(sql, (event_id, endpoint_id, clock.wall_now_us()))
    store.on_delivery()


def body(event: Obj) -> bytes:
    """What is sent to an endpoint."""
    return orjson.dumps(shown(event))
