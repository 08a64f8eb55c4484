"""Where watched funds stand, looked up once a second for all of them together, however many people watch."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from crowdfund.campaigns.queries import totals_of

EVERY_SECONDS = 1.0
WATCHERS_MAX = 4_000
_log = logging.getLogger("crowdfund.live")


@dataclass(frozen=True, slots=True)
class Total:
    """Where a fund stands. promised_minor: now, or at its close once cards are being charged."""

    state: str
    currency: str
    goal_minor: int
    promised_minor: int
    collected_minor: int
    backers: int


def total_of(row: dict[str, Any]) -> Total:
    charging = row["state"] == "settling"
    return Total(
        state=row["state"], currency=row["currency"], goal_minor=row["goal_minor"],
        promised_minor=row["promised_at_close_minor"] if charging else row["promised_minor"],
        collected_minor=row["collected_minor"], backers=row["pledges_live"],
    )  # fmt: skip


class Watch:
    """The funds that somebody of this process looks at. One task asks while there is anybody; it ends with the last."""

    def __init__(self, every_seconds: float = EVERY_SECONDS) -> None:
        self._every_seconds = every_seconds
        self._watched: Counter[int] = Counter()
        self._known: dict[int, Total] = {}
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def watchers(self) -> int:
        return self._watched.total()

    async def totals(self, campaign_id: int, *, silence_seconds: float = 15) -> AsyncGenerator[Total | None]:
        """The fund's total, and again whenever it has changed; None after a silence, so that the asker can say it lives."""
        self._watched[campaign_id] += 1
        self._keep_asking()
        last: Total | None = None
        try:
            while True:
                changed, now = self._changed, self._known.get(campaign_id)
                if now is not None and now != last:
                    last = now
                    yield now
                    continue
                try:
                    await asyncio.wait_for(changed.wait(), silence_seconds)
                except TimeoutError:
                    self._keep_asking()
                    yield None
        finally:
            self._watched[campaign_id] -= 1
            if self._watched[campaign_id] <= 0:
                del self._watched[campaign_id]
                self._known.pop(campaign_id, None)

    def _keep_asking(self) -> None:
        if self._task is None or self._task.done():
            self._changed = asyncio.Event()
            self._task = asyncio.get_running_loop().create_task(self._ask())

    async def _ask(self) -> None:
        while self._watched:
            try:
                found = {row["id"]: total_of(row) for row in await totals_of(list(self._watched))}
            except Exception:
                _log.exception("the totals could not be read")
            else:
                if any(self._known.get(campaign_id) != total for campaign_id, total in found.items()):
                    self._known = found
                    changed, self._changed = self._changed, asyncio.Event()
                    changed.set()
            await asyncio.sleep(self._every_seconds)


watch = Watch()
