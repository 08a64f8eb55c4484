"""Faults of a processor, switched on for one key: an answer that is lost, late, wrong or refused, and webhooks likewise.

Kept in memory: they end with the process.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from crowdfund.sandbox.errors import ApiError, invalid

API_KINDS = {
    "refuse": "the connection is closed before any work",
    "hang": "the work is done, but only after so many seconds",
    "http500_before": "a 500, nothing was done, the key is free",
    "http500_after": "a 500, but the work is done; the same key then brings the real answer",
    "http500_sticky": "a 500, but the work is done; the same key brings the same 500",
    "rate_limit": "a 429, nothing was done",
    "drop_after": "the work is done, the connection is closed without an answer",
    "garbage": "the work is done, the answer is no JSON",
    "account_disabled": "refused: the account may not do this any more",
}
WEBHOOK_KINDS = {
    "wh_duplicate": "delivered twice",
    "wh_lose": "never delivered",
    "wh_reorder": "delivered a little later, so that later events overtake it",
    "wh_late": "delivered so many seconds late",
}


@dataclass(slots=True)
class Fault:
    """operation: a name or a pattern, for webhooks a type of event. times: how often it strikes; None is always.

    probability: how likely it strikes at all, drawn from a sequence that the seed fixes.
    """

    operation: str
    kind: str
    times: int | None
    probability: float
    seconds: float
    draw: random.Random
    hits: int = 0

    def strikes(self, operation: str) -> bool:
        if self.times is not None and self.hits >= self.times:
            return False
        if not fnmatchcase(operation, self.operation) or self.draw.random() >= self.probability:
            return False
        self.hits += 1
        return True

    def told(self) -> dict[str, Any]:
        names = ("operation", "kind", "times", "probability", "seconds", "hits")
        return {name: getattr(self, name) for name in names}


class Faults:
    """The faults of every key."""

    def __init__(self) -> None:
        self._of: dict[int, list[Fault]] = defaultdict(list)

    def add(self, platform: int, wanted: dict[str, Any]) -> Fault:
        """Switch a fault on. Raises ApiError where it is not understood."""
        kind = wanted.get("kind")
        if kind not in API_KINDS and kind not in WEBHOOK_KINDS:
            raise invalid(f"kind is one of {', '.join([*API_KINDS, *WEBHOOK_KINDS])}.", param="kind")
        unknown = wanted.keys() - {"operation", "kind", "times", "probability", "seed", "seconds"}
        if unknown:
            raise invalid(f"Received unknown parameter: {min(unknown)}", param=min(unknown), code="parameter_unknown")
        times, probability, seconds = wanted.get("times"), wanted.get("probability", 1.0), wanted.get("seconds", 1.0)
        if times is not None and (not isinstance(times, int) or times < 1):
            raise invalid("times is a whole number of at least 1.", param="times")
        for name, value, most in (("probability", probability, 1), ("seconds", seconds, 3600)):
            if not isinstance(value, (int, float)) or not 0 <= value <= most:
                raise invalid(f"{name} is a number from 0 to {most}.", param=name)
        draw = random.Random(wanted.get("seed", 0))  # noqa: S311  repeatable on purpose
        fault = Fault(str(wanted.get("operation", "*")), str(kind), times, float(probability), float(seconds), draw)
        self._of[platform].append(fault)
        return fault

    def clear(self, platform: int) -> None:
        self._of.pop(platform, None)

    def list(self, platform: int) -> list[dict[str, Any]]:
        return [fault.told() for fault in self._of.get(platform, ())]

    def for_call(self, platform: int, operation: str) -> Fault | None:
        """The first fault that strikes this call."""
        mine = self._of.get(platform, ())
        return next((fault for fault in mine if fault.kind in API_KINDS and fault.strikes(operation)), None)

    def for_delivery(self, platform: int, event_type: str) -> Fault | None:
        """The first fault that strikes the delivery of this event."""
        mine = self._of.get(platform, ())
        return next((fault for fault in mine if fault.kind in WEBHOOK_KINDS and fault.strikes(event_type)), None)


def refused_account(operation: str) -> ApiError:
    """What Stripe says when an account was disabled: the connected one for transfers and payouts, else the caller's."""
    if operation == "transfers.create":
        message = "The destination account has no active capability for transfers."
        return invalid(message, param="destination", code="insufficient_capabilities_for_transfer")
    if operation == "payouts.create":
        return invalid("Payouts are not enabled for this account.", code="payouts_not_allowed")
    return ApiError(403, "This account may not do that any more.", code="account_invalid")
