"""From which transfers a seller's debt is asked back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Left:
    """A transfer and what is left of it. reversal_id: one that was refused and may be asked again; waits: not now."""

    payout_id: int
    left_minor: int
    reversal_id: int | None = None
    waits: bool = False


def asked_of(owes_minor: int, transfers: Sequence[Left]) -> list[tuple[Left, int]]:
    """What to ask of each transfer, the latest first, up to what is owed.

    One that was refused lately ends it: where the account had too little for that one it has too little for older ones.
    """
    asked: list[tuple[Left, int]] = []
    for one in transfers:
        if owes_minor <= 0 or one.waits:
            break
        asked.append((one, min(owes_minor, one.left_minor)))
        owes_minor -= asked[-1][1]
    return asked
