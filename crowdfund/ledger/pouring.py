"""From several accounts to several others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crowdfund.ledger.chart import Account
from crowdfund.ledger.post import Posting


def poured(sources: Sequence[tuple[Account, int]], wants: Sequence[tuple[Account, int]]) -> list[Posting]:
    """Movements that bring all of the sources to those who are to have it, both in their order. They come to the same sum."""
    left, movements = [[account, minor] for account, minor in sources if minor], []
    for account, minor in wants:
        while minor:
            source: Any = left[0]
            part = min(source[1], minor)
            if source[0] != account:
                movements.append(Posting(source[0], account, part))
            minor, source[1] = minor - part, source[1] - part
            if not source[1]:
                left.pop(0)
    if left:
        raise ValueError(f"{left} goes to nobody")
    return movements
