"""What a fund of the demo is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reward:
    """A tier. price in whole units of the currency; size None: as many as want it."""

    name: str
    description: str
    price: int
    size: int | None = None
    ships: bool = False
    month: str = ""
    per_fan_max: int = 1
    seats: int = 0  # at any cinema that shows it, each worth so much at most
    seat_worth: int = 0


@dataclass(frozen=True, slots=True)
class Film:
    """A fund of the demo. days: how long it is open; launched_days_ago; ends: the state it should be found in.

    promised: the share of the goal that fans promise, in percent. cards: how many of a hundred cards fail at the close.
    """

    name: str
    studio: str
    tagline: str
    currency: str
    budget: Sequence[tuple[str, int]]
    rewards: Sequence[Reward]
    story: str
    risks: str
    ends: str
    days: int = 30
    launched_days_ago: int = 0
    promised: int = 60
    failing_cards: int = 3
    rule: str = "strict"
    threshold_bps: int = 10_000
    fans: int = 80
    updates: Sequence[tuple[int, str, str]] = field(default_factory=tuple)  # days after the launch, title, text

    @property
    def goal(self) -> int:
        return sum(amount for _, amount in self.budget)
