"""The site behind a real server: half-sent requests are answered, giants are refused, a stop loses nothing (S5, S6, H12)."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from crowdfund import settings
from crowdfund.database import Sql, close_database, open_database
from tests.http.browser import Page
from tests.http.conftest import PASSWORD

pytestmark = pytest.mark.landing

HOUSE = Path(__file__).parents[2]


@pytest.fixture
def engine() -> str:
    return "sqlite"


@dataclass
class Running:
    """The site as its operator runs it."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(params=["granian"])
def server(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def running(site_settings: settings.Settings, server: str) -> AsyncIterator[Running]:
    port = free_port()
    environ = {
        **os.environ,
        "CROWDFUND_DATABASE_URL": site_settings.database_url,
        "CROWDFUND_DATA": str(site_settings.data),
        "CROWDFUND_SECRET": site_settings.secret,
        "CROWDFUND_BASE_URL": f"http://127.0.0.1:{port}",
        "CROWDFUND_STRIPE_KEY": site_settings.stripe_key,
        "CROWDFUND_STRIPE_WEBHOOK_SECRET": "whsec_test",
        "CROWDFUND_SANDBOX_URL": site_settings.sandbox_url,
    }
    command = [sys.executable, "-m", "crowdfund", "serve", "--port", str(port), "--server", server]
    process = subprocess.Popen(command, env=environ, cwd=HOUSE, start_new_session=True)  # noqa: ASYNC220
    site = Running(process, port)
    try:
        await answers(site)
        yield site
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


async def answers(site: Running) -> None:
    async with httpx.AsyncClient() as client, asyncio.timeout(30):
        while True:
            try:
                if (await client.get(f"{site.origin}/healthz")).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)


async def raw(site: Running, sent: bytes, wait: float = 25) -> tuple[bytes, float]:
    """Send bytes; gives the first line that the server says, empty where it just closes, and after how many seconds."""
    start = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    said = b""
    try:
        async with asyncio.timeout(wait):
            writer.write(sent)
            await writer.drain()
            said = await reader.readline()
    except (ConnectionError, TimeoutError):
        pass
    finally:
        writer.close()
    return said.strip(), time.monotonic() - start


@pytest.mark.alone
async def test_half_sent_and_malformed_requests_end(running: Running) -> None:
    """All at once, each on a connection of its own, while the site goes on serving."""
    post = (
        b"POST /sign-in HTTP/1.1\r\nhost: x\r\norigin: http://x\r\ncontent-type: application/x-www-form-urlencoded\r\n"
    )
    close = b"connection: close\r\n"
    cases: dict[str, tuple[bytes, tuple[bytes, ...], float]] = {
        "half a header": (b"GET / HTTP/1.1\r\nhost: x\r\n", (b"", b"408"), 10),
        "half a body": (post + b"content-length: 100\r\n\r\nemail=", (b"408",), 20),
        "half a chunked body": (post + b"transfer-encoding: chunked\r\n\r\n5\r\nemail\r\n", (b"408",), 20),
        "a body that says it is long": (post + b"content-length: 900000000\r\n\r\nx", (b"413",), 5),
        "a chunked bomb": (
            post + b"transfer-encoding: chunked\r\n\r\n" + (b"10000\r\n" + b"a" * 65_536 + b"\r\n") * 8,
            (b"413", b""),
            5,
        ),
        "a giant header": (b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"a" * 400_000 + b"\r\n\r\n", (b"431", b""), 10),
        "a giant path": (
            b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n",
            (b"414", b"431", b"400", b""),
            10,
        ),
        "no length that is one": (post + b"content-length: abc\r\n\r\n", (b"400",), 5),
        "two lengths": (post + b"content-length: 5\r\ncontent-length: 6\r\n\r\nabcdef", (b"400",), 5),
        "a negative length": (post + b"content-length: -5\r\n\r\n", (b"400",), 5),
        "no HTTP at all": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 3, (b"400", b""), 10),
        "another method": (b"TRACE / HTTP/1.1\r\nhost: x\r\n" + close + b"\r\n", (b"405", b"404"), 5),
        "no host": (b"GET /healthz HTTP/1.1\r\n" + close + b"\r\n", (b"200", b"400"), 5),
        "a path of nothing": (b"GET /%00%ff%fe HTTP/1.1\r\nhost: x\r\n" + close + b"\r\n", (b"404", b"400"), 5),
    }
    tasks = {name: asyncio.create_task(raw(running, sent)) for name, (sent, _, _) in cases.items()}
    waits = []
    async with httpx.AsyncClient() as client:
        for _ in range(100):
            start = time.perf_counter()
            assert (await client.get(f"{running.origin}/healthz")).status_code == 200
            waits.append(time.perf_counter() - start)
            await asyncio.sleep(0.01)
    assert sorted(waits)[90] < 0.25, "the slow ones hold nobody up"
    wrong = {}
    for name, task in tasks.items():
        said, seconds = await task
        status = said.split(b" ")[1] if b" " in said else b""
        _, statuses, at_most = cases[name]
        if status not in statuses or seconds >= at_most:
            wrong[name] = (said, f"after {seconds:.1f} s")
    assert wrong == {}


async def sign_up(client: httpx.AsyncClient, origin: str, i: int) -> str | None:
    """Somebody signs up; gives the address where the site said that it is done."""
    page = Page((await client.get(f"{origin}/sign-up")).text)
    [form] = [form for form in page.forms if form.action == "/sign-up"]
    fields = {name: values[0] for name, values in form.fields.items()} | {
        "name": f"Fan {i}", "email": f"fan{i}@example.com", "password": PASSWORD,
    }  # fmt: skip
    try:
        response = await client.post(
            f"{origin}/sign-up", data=fields, headers={"origin": origin, "sec-fetch-site": "same-origin"}
        )
    except httpx.TransportError:
        return None
    return fields["email"] if response.status_code == 303 else None


async def test_a_stop_ends_what_is_under_way_and_loses_nothing(
    running: Running, site_settings: settings.Settings
) -> None:
    async with httpx.AsyncClient(timeout=30) as client:
        asked = [asyncio.create_task(sign_up(client, running.origin, i)) for i in range(15)]
        await asyncio.wait(
            asked, timeout=20, return_when=asyncio.FIRST_COMPLETED
        )  # others are being hashed, others wait
        running.process.send_signal(signal.SIGTERM)
        acknowledged = {email for email in await asyncio.gather(*asked) if email}
    assert await asyncio.to_thread(running.process.wait, 20) == 0
    await open_database(site_settings.database_url)
    kept = {row["email"] for row in await Sql("SELECT email FROM person")()}
    await close_database()
    assert acknowledged, "nobody was served: the test tells nothing"
    assert acknowledged <= kept


@pytest.mark.parametrize("server", ["uvicorn"], indirect=True)
async def test_the_other_server_works_too(running: Running) -> None:
    async with httpx.AsyncClient() as client:
        response = await client.get(f"{running.origin}/sign-in")
    assert response.status_code == 200 and "Sign in" in response.text
    assert not response.headers.get("server")
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
