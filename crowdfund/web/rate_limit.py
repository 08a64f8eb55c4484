"""How often somebody may try: the generic cell rate algorithm, exact at the edges, wall time.

`count` tries at once, then one more each time a `count`-th of the period has passed. Where it matters (sign-in, reset) the
count stands in the database and all processes share it; elsewhere it is kept in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.requests import Request

from crowdfund import clock
from crowdfund.database.attempts import attempt
from crowdfund.refusal import Refusal
from crowdfund.web.address import address_of

_KEPT_MAX = 50_000


class TooMany(Refusal):
    status_code = 429

    def __init__(self, wait_us: int) -> None:
        super().__init__("Too many tries. Please wait a little and try again.")
        self.retry_after_seconds = max(1, -(-wait_us // 1_000_000))


@dataclass(frozen=True)
class Limit:
    """At most `count` in `seconds` for each key. by: whose tries a route counts, `address`, `person` or `token`."""

    name: str
    count: int
    seconds: int
    by: str = "address"
    shared: bool = False
    _arrivals: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    async def take(self, key: str) -> None:
        """Count a try. Raises TooMany, with the seconds to wait; a refused try doesn't count."""
        period_us = self.seconds * 1_000_000
        step_us = period_us // self.count
        if self.shared:
            wait_us = await attempt(f"{self.name}:{key}", step_us, period_us - step_us)
        else:
            wait_us = self._take_here(key, step_us, period_us - step_us)
        if wait_us:
            raise TooMany(wait_us)

    def _take_here(self, key: str, step_us: int, ahead_us: int) -> int:
        now = clock.wall_now_us()
        arrives_at = max(self._arrivals.get(key, 0), now)
        if arrives_at > now + ahead_us:
            return arrives_at - now - ahead_us
        if len(self._arrivals) >= _KEPT_MAX:
            self._forget(now)
        self._arrivals[key] = arrives_at + step_us
        return 0

    def _forget(self, now: int) -> None:
        """Drop what has run out; where nothing has, drop everything rather than grow for ever."""
        live = {key: at for key, at in self._arrivals.items() if at > now}
        self._arrivals.clear()
        if len(live) < _KEPT_MAX:
            self._arrivals.update(live)

    def key_of(self, request: Request) -> str:
        state = request.scope["state"]
        if self.by == "token" and state.get("token") is not None:
            return str(state["token"].id)
        if self.by == "person" and state.get("person") is not None:
            return str(state["person"].id)
        return address_of(request)


API = Limit("api", 60, 60, by="token")  # what a token may do unless its route says otherwise
PUBLIC_API = Limit("public_api", 300, 60)  # what everybody may read, with a token or without
OBJECTING = Limit("object", 10, 3600, by="person")  # each one is looked into by a person
