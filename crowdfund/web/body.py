"""The body of a request: it has an end, in bytes and in seconds. Servers close half-sent headers, never half-sent bodies."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope

FORM_MAX = 256 * 1024
# More than twice what a picture may have: one that is too large is told beside its field, and the rest of the form stays.
UPLOAD_MAX = 12 * 1024 * 1024

_SILENCE_SECONDS = 15
_SECONDS_MAX = 30
_UPLOAD_SECONDS_MAX = 180  # five megabytes from a phone at the edge of the network


class Body:
    """Stands between the server and the handler. Raises HTTPException 413 past the size, 408 past the time.

    Starlette's own `max_body_size` answers by itself, in plain text; here the answer is a page or problem+json like any other.
    """

    __slots__ = ("_ended", "_ends_at", "_receive", "_size", "size_max")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._ended = False
        self._ends_at = 0.0
        self._size = 0
        self.size_max = FORM_MAX

    def expect(self, scope: Scope, size_max: int) -> None:
        """Called with the route's limit. Refuses at once what says that it is longer."""
        self.size_max = size_max
        for name, value in scope["headers"]:
            if name == b"content-length":
                if not value.isdigit() or len(value) > 12:
                    raise HTTPException(400)
                if int(value) > size_max:
                    raise HTTPException(413)

    async def whole(self) -> bytes:
        """All of it. Raises ClientDisconnect, and what `receive` raises."""
        parts = []
        while not self._ended:
            message = await self.receive()
            if message["type"] != "http.request":
                raise ClientDisconnect
            parts.append(message.get("body", b""))
        return b"".join(parts)

    async def receive(self) -> Message:
        if self._ended:  # from here on it only tells that the visitor went away, which may take as long as it likes
            return await self._receive()
        now = monotonic()
        if not self._ends_at:
            self._ends_at = now + (_SECONDS_MAX if self.size_max <= FORM_MAX else _UPLOAD_SECONDS_MAX)
        message = await _WATCH.wait(self._receive, until=min(self._ends_at, now + _SILENCE_SECONDS))
        if message["type"] == "http.request":
            self._ended = not message.get("more_body", False)
            self._size += len(message.get("body", b""))
            if self._size > self.size_max:
                raise HTTPException(413)
        return message


class _Watch:
    """Ends waits that last too long, by looking at all of them twice a second: a timer for each would cost a rush a tenth."""

    _EVERY_SECONDS = 0.5

    def __init__(self) -> None:
        self._until: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def wait(self, receive: Receive, *, until: float) -> Message:
        """What `receive` gives. Raises HTTPException 408 past the time."""
        # With the loop named: to ask for the running one is a call to the system each time.
        task = asyncio.current_task(self._loop) if self._loop is not None else None
        if task is None:
            task = self._begin()
        self._until[task] = until
        try:
            return await receive()
        except asyncio.CancelledError:
            if task not in self._late:
                raise
            task.uncancel()
            raise HTTPException(408) from None
        finally:
            self._until.pop(task, None)
            self._late.discard(task)

    def _begin(self) -> asyncio.Task[Any]:
        """Look from now on, in the loop that runs here."""
        loop = self._loop = asyncio.get_running_loop()
        loop.call_later(self._EVERY_SECONDS, self._look, loop)
        task = asyncio.current_task(loop)
        assert task is not None
        return task

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = monotonic()
        for task, until in list(self._until.items()):
            if until < now and task.get_loop() is loop:
                self._late.add(task)
                task.cancel()
        if self._until and self._loop is loop:
            loop.call_later(self._EVERY_SECONDS, self._look, loop)
        elif self._loop is loop:
            self._loop = None


_WATCH = _Watch()
