"""The processor's events in the hands of a test: read from its record, signed, and told in any order, twice, or never."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from crowdfund import clock, settings
from crowdfund.payments import inbox
from crowdfund.webhooks import SWITCHBOARD
from tests.money import read

Event = dict[str, Any]


async def posted_events() -> list[Event]:
    """All events of this test's account, the oldest first."""
    events: list[Event] = []
    page = await read("events", limit=100)
    while True:
        events += page["data"]
        if not page["has_more"]:
            return events[::-1]
        page = await read("events", limit=100, starting_after=page["data"][-1]["id"])


def an_event(type: str, object_id: str, *, number: int = 1, **more: Any) -> Event:
    """An event that the processor could have sent."""
    return {"id": f"evt_{type}_{object_id}_{number}", "type": type, "data": {"object": {"id": object_id}}, **more}


def signature(body: bytes, *, secret: str | None = None, seconds_ago: int = 0) -> str:
    at = clock.wall_now_us() // 1_000_000 - seconds_ago
    key = (secret or settings.current().stripe_webhook_secret).encode()
    return f"t={at},v1={hmac.new(key, f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


async def tell(*events: Event) -> None:
    """Post events to the inbox, signed as the processor signs them."""
    for event in events:
        body = json.dumps(event).encode()
        await inbox.take(body, signature(body), settings.current().stripe_webhook_secret)


async def work_off_events() -> None:
    while await inbox.work_off(SWITCHBOARD):
        pass
