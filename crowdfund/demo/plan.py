"""What has to happen in the demo's world, in order of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Plan:
    """now: the present, where it ends. events: (when, in which order, what)."""

    now: datetime
    events: list[tuple[datetime, int, Callable[[], object]]] = field(default_factory=list)

    def at(self, when: datetime, what: Callable[[], object]) -> None:
        self.events.append((when, len(self.events), what))
