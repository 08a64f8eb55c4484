"""Pages that are the same for everybody who isn't signed in, kept for a second: a rush on one address is one rendering.

When a page runs out one visitor makes it anew and all others wait for that one; nobody is shown an older one.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from hashlib import blake2b
from time import monotonic
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.web import sessions

T = TypeVar("T")

SECONDS = 1.0
_KEPT_MAX = 400
_PACK_FROM = 1_000


_all: WeakSet[Kept[Any]] = WeakSet()


def forget_everything() -> None:
    """Let go of all that is kept: when the database behind this process is another one, as between tests."""
    for kept in _all:
        kept.clear()


class Kept(Generic[T]):
    """Values by key, each made at most once a second, by one of those who ask."""

    def __init__(self, seconds: float = SECONDS, kept_max: int = _KEPT_MAX) -> None:
        _all.add(self)
        self._seconds, self._max = seconds, kept_max
        self._made: dict[Hashable, tuple[float, T]] = {}
        self._making: dict[Hashable, asyncio.Task[T]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """The value of this key; `make` is called where it has run out, and what it raises everybody who waits gets."""
        key = (key, clock.offset_us())  # a moved clock is another page, at once
        found = self._made.get(key)
        if found is not None and found[0] > monotonic():
            return found[1]
        # A task of its own: who asked first may hang up, the others still get their page.
        task = self._making.get(key)
        if task is None or task.get_loop() is not asyncio.get_running_loop():
            task = self._making[key] = asyncio.ensure_future(self._make(key, make))
            task.add_done_callback(lambda done: self._end(key, done))
        return await asyncio.shield(task)

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        value = await make()
        if len(self._made) >= self._max:
            now = monotonic()
            self._made = {k: kept for k, kept in self._made.items() if kept[0] > now}
            if len(self._made) >= self._max:
                self._made.clear()
        self._made[key] = (monotonic() + self._seconds, value)
        return value

    def _end(self, key: Hashable, done: asyncio.Task[T]) -> None:
        if self._making.get(key) is done:
            del self._making[key]
        if not done.cancelled():
            done.exception()  # looked at, where everybody who waited has gone

    def clear(self) -> None:
        self._made.clear()


@dataclass(frozen=True, slots=True)
class Body:
    """A rendered page, plain and packed, with its tags."""

    plain: bytes
    packed: bytes | None
    tag: str
    media_type: str


def body_of(content: str | bytes, media_type: str = "text/html") -> Body:
    """A page ready to be sent many times. It holds nothing of anybody's, so packing it tells nobody anything."""
    plain = content.encode() if isinstance(content, str) else content
    packed = gzip.compress(plain, 5, mtime=0) if len(plain) > _PACK_FROM else None
    return Body(plain, packed, blake2b(plain, digest_size=9).hexdigest(), media_type)


def is_for_everybody(request: Request) -> bool:
    """Whether this visitor sees what everybody sees: not signed in, and no sentence waiting to be shown."""
    state = request.scope["state"]
    return state.get("person") is None and not request.cookies.get(sessions.cookie_name("flash"))


def send(request: Request, body: Body) -> Response:
    """The page, or 304 where the visitor has it. Browsers ask again each time: it may have changed a second ago."""
    headers, wanted = request.scope["headers"], b""
    packs = False
    for name, value in headers:
        if name == b"if-none-match":
            wanted = value
        elif name == b"accept-encoding":
            packs = body.packed is not None and b"gzip" in value
    tag = f'"{body.tag}{"-z" if packs else ""}"'
    answer = {"etag": tag, "cache-control": "private, no-cache", "vary": "Accept-Encoding, Accept-Language, Cookie"}
    if wanted and (
        wanted == b"*" or tag in {one.strip().removeprefix("W/") for one in wanted.decode("latin-1").split(",")}
    ):
        return Response(status_code=304, headers=answer)
    if packs and body.packed is not None:
        answer["content-encoding"] = "gzip"
        return Response(body.packed, headers=answer, media_type=body.media_type)
    return Response(body.plain, headers=answer, media_type=body.media_type)
