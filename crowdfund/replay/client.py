"""A keep-alive HTTP/1.1 client on asyncio streams: a library's client makes a tenth of the requests that the site can answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import orjson

TIMEOUT_SECONDS = 30
ASKED_MAX = 20


class NotHttp(Exception):
    """The answer was none, or was cut off."""


@dataclass(slots=True)
class Answer:
    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass(slots=True)
class Times:
    """How long answers took, in seconds."""

    seconds: list[float] = field(default_factory=list)

    def percentile_ms(self, percent: float) -> float:
        if not self.seconds:
            return 0.0
        ordered = sorted(self.seconds)
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] * 1000, 2)


class Connection:
    """One connection to the site, opened when it is first used, and again after it broke."""

    def __init__(self, url: str, times: Times | None = None) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._times = times
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._asked_at: float | None = None

    async def ask(self, method: str, path: str, body: bytes = b"", headers: bytes = b"") -> Answer:
        """One request and its answer. headers: raw lines, each ended by CR LF. Raises NotHttp, OSError."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
            self._watch()
        reader, writer = self._streams
        started = self._asked_at = perf_counter()
        writer.write(
            b"%s %s HTTP/1.1\r\nhost: %s:%d\r\n%scontent-length: %d\r\n\r\n%s"
            % (method.encode(), path.encode(), self._host.encode(), self._port, headers, len(body), body)
        )
        try:
            answer = await _read(reader)
        except (asyncio.IncompleteReadError, OSError) as error:
            self.close()
            raise NotHttp(f"{method} {path}: {error!r}") from error
        self._asked_at = None
        if self._times is not None:
            self._times.seconds.append(perf_counter() - started)
        return answer

    def _watch(self) -> None:
        """Cut off a server that does not answer. One timer a connection: one a request would cost as much as the request."""
        if self._streams is None:
            return
        if self._asked_at is not None and perf_counter() - self._asked_at > TIMEOUT_SECONDS:
            self._streams[1].transport.abort()
            return
        asyncio.get_running_loop().call_later(TIMEOUT_SECONDS / 4, self._watch)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _read(reader: asyncio.StreamReader) -> Answer:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    status = int(lines[0].split()[1])
    if status in (204, 304):  # these have no body, and nothing says so
        return Answer(status, b"")
    length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), None)
    if length is None:
        raise asyncio.IncompleteReadError(head, None)
    return Answer(status, await reader.readexactly(length) if length else b"")


def bearer_json(token: str, key: str) -> bytes:
    """Headers of an API call that creates something."""
    return f"authorization: Bearer {token}\r\nidempotency-key: {key}\r\ncontent-type: application/json\r\n".encode()


async def ask_again(connection: Connection, path: str, body: bytes, *, token: str, key: str) -> Answer:
    """POSTed again under the same key where the answer is lost, or the site says that it is busy. Raises NotHttp."""
    headers = bearer_json(token, key)
    for attempt in range(ASKED_MAX):
        try:
            answer = await connection.ask("POST", path, body, headers)
        except (NotHttp, OSError):
            pass
        else:
            if answer.status != 503:
                return answer
        await asyncio.sleep(0.05 * (attempt + 1))
    raise NotHttp("the site does not answer")
