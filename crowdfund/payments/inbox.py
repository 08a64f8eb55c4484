"""Stripe's events: believed only when signed, stored once by their id, answered at once, worked off later.

An event is a hint: what it is about is fetched, and the state machines only go forward. So any order, duplicates, losses and
delays end in the same state.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crowdfund import clock
from crowdfund.database import Batch, Sql, as_rows, atomic
from crowdfund.payments import stripe
from crowdfund.refusal import Refusal

TRIES_MAX = 8
UNKNOWN_FOR_US = 3 * 86_400_000_000  # as long as Stripe itself goes on sending; after that the reconciler knows better
PAUSE_MAX_SECONDS = 600
Action = Callable[[str], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class OfAccount:
    """What to do about an object of a connected account: called with the account's id and the object's. What is the platform's own
    is passed over."""

    action: Callable[[str, str], Awaitable[object]]


Actions = Mapping[str, Action | OfAccount]
_log = logging.getLogger("crowdfund.inbox")


class BadSignature(Refusal):
    status_code = 400


_STORE = Sql("""
    INSERT INTO webhook_event (id, type, object_id, account_id, state, tries, received_at)
    SELECT value->>'id', value->>'type', value->>'object_id', value->>'account_id', 'stored', 0,
           CAST(value->>'received_at' AS BIGINT)
    FROM {rows} WHERE TRUE ON CONFLICT (id) DO NOTHING""")
_STORED = Sql("""
    SELECT id, type, object_id, account_id, tries, received_at FROM webhook_event WHERE state = 'stored' AND next_at <= $2
    ORDER BY next_at, received_at, id LIMIT $1""")
_WORKED = Sql("UPDATE webhook_event SET state = $2, tries = tries + 1 WHERE id = $1 AND state = 'stored' RETURNING id")
_LATER = Sql("""
    UPDATE webhook_event SET tries = tries + 1, next_at = $2 WHERE id = $1 AND state = 'stored' RETURNING id""")


@atomic
async def _store(events: list[dict[str, object]]) -> list[None]:
    await _STORE(as_rows({event["id"]: event for event in events}.values()))
    return [None] * len(events)


_stored = Batch[dict[str, object], None](_store)


async def take(body: bytes, signature: str, secret: str) -> None:
    """Store an event. Raises BadSignature where it is not Stripe's; a known one is stored already."""
    try:
        event_id, kind, object_id, account_id = await stripe.event_verified(body, signature, secret)
    except stripe.Refused as error:
        raise BadSignature("The signature of this event can't be verified.") from error
    await _stored.ask(
        {"id": event_id, "type": kind, "object_id": object_id, "account_id": account_id, "received_at": clock.now_us()}
    )


async def work_off(switchboard: Actions, limit: int = 100) -> int:
    """Do what stored events hint at; gives how many were worked. One that keeps failing is parked for a person."""
    worked, now = 0, clock.now_us()
    for event in await _STORED(limit, now):
        action = switchboard.get(event["type"])
        try:
            if isinstance(action, OfAccount):
                if event["account_id"]:
                    await action.action(event["account_id"], event["object_id"])
            elif action is not None:
                await action(event["object_id"])
        except stripe.Unknown:  # the reconciler finds out as well; meanwhile this one must not hold up the others
            await _try_later(event, now, give_up=now - event["received_at"] > UNKNOWN_FOR_US)
            continue
        except Exception:
            _log.exception("event %s (%s) failed", event["id"], event["type"])
            await _try_later(event, now, give_up=event["tries"] + 1 >= TRIES_MAX)
            continue
        await atomic(_WORKED.__call__)(event["id"], "worked")
        worked += 1
    return worked


async def _try_later(event: dict[str, Any], now: int, *, give_up: bool) -> None:
    """After a pause that grows; one that was given up waits for a person."""
    if give_up:
        await atomic(_WORKED.__call__)(event["id"], "parked")
        return
    pause_seconds = min(2 ** event["tries"], PAUSE_MAX_SECONDS)
    await atomic(_LATER.__call__)(event["id"], now + pause_seconds * 1_000_000)
