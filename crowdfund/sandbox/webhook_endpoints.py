"""Webhook endpoints: where events are sent, and the secret their signatures are made with."""

from __future__ import annotations

from urllib.parse import urlsplit

from crowdfund.sandbox import API_VERSION, events
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.errors import invalid
from crowdfund.sandbox.ids import random_letters
from crowdfund.sandbox.methods import Params
from crowdfund.sandbox.shape import Obj, private

CREATE = frozenset({"api_version", "connect", "description", "enabled_events", "metadata", "url"})
MOST = 16


def create(account: Account, params: Params) -> Obj:
    """A new endpoint; this answer alone shows its secret. connect: it hears of connected accounts, and of them only."""
    parts = urlsplit(params["url"])
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise invalid("The url of a webhook endpoint starts with http:// or https://.", param="url", code="url_invalid")
    if params.get("api_version", API_VERSION) != API_VERSION:
        raise invalid(f"The sandbox speaks {API_VERSION} only.", param="api_version")
    if len(events.endpoints_of(account.store, account.n)) >= MOST:
        raise invalid(f"An account has at most {MOST} webhook endpoints.")
    endpoint = account.new(
        "webhook_endpoint", api_version=params.get("api_version"), description=params.get("description") or None,
        enabled_events=params["enabled_events"], metadata=params.get("metadata") or {}, url=params["url"],
    )  # fmt: skip
    private(endpoint).update(connect=params.get("connect", False), secret=f"whsec_{random_letters(32)}")
    account.insert(endpoint)
    events.forget_endpoints(account.store, account.n)
    return {**endpoint, "secret": endpoint["_"]["secret"]}


def delete(account: Account, params: Params, endpoint_id: str) -> Obj:
    account.get("webhook_endpoint", endpoint_id)
    account.store.delete(endpoint_id)
    account.store.db.execute("DELETE FROM delivery WHERE endpoint = ?", (endpoint_id,))
    events.forget_endpoints(account.store, account.n)
    return {"id": endpoint_id, "object": "webhook_endpoint", "deleted": True}
