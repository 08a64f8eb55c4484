"""What waits for a shop today: the rooms above say so at the start, and its desk tells it on top."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waits:
    """sentence, label: in the reader's language. path: within the shop's desk. urgency: `late`, `soon` or nothing."""

    sentence: str
    label: str
    path: str
    urgency: str = ""


WaitsFor = Callable[[int], Awaitable[list[Waits]]]

_told: list[WaitsFor] = []


def tell(waits_for: WaitsFor) -> None:
    """waits_for: gives what waits for a shop by its id, the most urgent first. Told again, the last one counts."""
    _told[:] = [waits_for]


async def waits_for(organisation_id: int) -> list[Waits]:
    return await _told[0](organisation_id) if _told else []
