"""The body of a request: it has an end, in bytes and in seconds. Servers close half-sent headers, never half-sent bodies."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

FORM_MAX = 256 * 1024
UPLOAD_MAX = 6 * 1024 * 1024

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

    async def receive(self) -> Message:
        if self._ended:  # from here on it only tells that the visitor went away, which may take as long as it likes
            return await self._receive()
        now = asyncio.get_running_loop().time()
        if not self._ends_at:
            self._ends_at = now + (_SECONDS_MAX if self.size_max <= FORM_MAX else _UPLOAD_SECONDS_MAX)
        try:
            async with asyncio.timeout_at(min(self._ends_at, now + _SILENCE_SECONDS)):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408) from None
        if message["type"] == "http.request":
            self._ended = not message.get("more_body", False)
            self._size += len(message.get("body", b""))
            if self._size > self.size_max:
                raise HTTPException(413)
        return message
