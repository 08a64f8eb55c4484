"""The sandbox as a process: it starts on a free port, keeps its data, shares the clock, and ends with whoever started it."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import httpx
import psutil
import pytest

from crowdfund import clock
from crowdfund.sandbox.process import SandboxDidNotStart, start
from tests.http.stripe_caller import Caller

pytestmark = pytest.mark.landing


async def test_a_killed_sandbox_comes_back_with_everything(tmp_path: Path) -> None:
    running = start(tmp_path / "data")
    caller = Caller(running.url)
    first = await caller.pay(amount=25_00, key="k")
    await caller.pass_time(days=3)
    await caller.v1.webhook_endpoints.create_async(
        {"url": "http://127.0.0.1:9/", "enabled_events": ["customer.created"]}
    )
    await caller.v1.customers.create_async({})
    running.process.send_signal(signal.SIGKILL)
    running.stop()
    await caller.close()

    again = start(tmp_path / "data")
    caller = Caller(again.url, key=caller.key)
    assert (await caller.v1.payment_intents.retrieve_async(first.id)).status == "succeeded"
    assert await caller.balance() == {"eur": (24_37, 0)}
    event = (await caller.v1.events.list_async({"type": "customer.created"})).data[0]
    assert event.pending_webhooks == 1
    assert len((await caller.v1.webhook_endpoints.list_async()).data) == 1
    await caller.close()
    again.stop()
    assert again.process.returncode == 0


async def test_killed_under_load_it_has_what_it_acknowledged_once(tmp_path: Path) -> None:
    running = start(tmp_path / "data")
    caller = Caller(running.url)
    made = await caller.control("POST", "cards", {"count": 3_000})
    waiting = list(enumerate(zip(made["customers"], made["payment_methods"], strict=True)))
    answered: dict[int, str] = {}

    async def charge(number: int, customer: str, method: str) -> httpx.Response:
        form = {
            "amount": "2500", "currency": "eur", "customer": customer, "payment_method": method, "off_session": "true",
            "confirm": "true",
        }  # fmt: skip
        return await caller.raw("POST", "/v1/payment_intents", form=form, idempotency_key=f"pledge:{number}")

    async def keep_charging() -> None:
        while waiting:
            number, (customer, method) = waiting.pop()
            try:
                answered[number] = (await charge(number, customer, method)).json()["id"]
            except httpx.TransportError:
                return

    work = [asyncio.create_task(keep_charging()) for _ in range(8)]
    while len(answered) < 100:
        await asyncio.sleep(0.01)
    running.process.send_signal(signal.SIGKILL)
    await asyncio.gather(*work)
    running.stop()
    await caller.close()

    again = start(tmp_path / "data")
    caller = Caller(again.url, key=caller.key)
    for number, intent_id in answered.items():
        repeated = await charge(number, made["customers"][number], made["payment_methods"][number])
        assert (repeated.headers["idempotent-replayed"], repeated.json()["id"]) == ("true", intent_id)
    found = [one.id async for one in (await caller.v1.charges.list_async({"limit": 100})).auto_paging_iter()]
    totals = await caller.control("GET", "totals")
    assert totals["charges"]["eur"] == {"count": len(found), "amount": len(found) * 25_00}
    assert len(answered) <= len(found) <= len(answered) + 8
    assert await caller.balance() == {"eur": (0, len(found) * 24_37)}
    await caller.close()
    again.stop()


async def test_it_shares_the_sites_clock(tmp_path: Path) -> None:
    clock_file = tmp_path / "clock"
    clock.share(clock_file)
    running = start(tmp_path / "data", clock_file=clock_file, origin="http://pay.example:9", merchant="Lanting")
    caller = Caller(running.url)
    try:
        session = await caller.v1.checkout.sessions.create_async(
            {"mode": "setup", "currency": "eur", "success_url": "http://127.0.0.1/back"}
        )
        assert session.url.startswith("http://pay.example:9/c/pay/")
        assert "Lanting" in (await caller.http.get(httpx.URL(session.url).path)).text
        await caller.pay()
        clock.advance(timedelta(days=30))
        assert await caller.balance() == {"eur": (24_37, 0)}
        assert (await caller.v1.checkout.sessions.retrieve_async(session.id)).status == "expired"
        assert abs((await caller.pay()).created - clock.now_us() // 1_000_000) <= 2
    finally:
        clock.unshare()
        await caller.close()
        running.stop()


async def test_time_passes_where_nobody_calls(tmp_path: Path) -> None:
    clock_file = tmp_path / "clock"
    clock.share(clock_file)
    running = start(tmp_path / "data", clock_file=clock_file)
    caller = Caller(running.url)
    got = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        got.set()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        await caller.v1.webhook_endpoints.create_async({"url": url, "enabled_events": ["checkout.session.expired"]})
        params = {"mode": "setup", "currency": "eur", "success_url": "http://127.0.0.1/back"}
        await caller.v1.checkout.sessions.create_async(params)
        clock.advance(timedelta(days=1, seconds=1))
        await asyncio.wait_for(got.wait(), 5)
    finally:
        clock.unshare()
        server.close()
        await caller.close()
        running.stop()


def test_it_ends_with_whoever_started_it(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, crowdfund.sandbox.process as p;"
        "print(p.start(pathlib.Path(sys.argv[1])).process.pid, flush=True); input()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    assert child.is_running()
    parent.kill()
    parent.communicate()
    until = time.monotonic() + 5
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_port_in_use_is_an_error_that_says_why(tmp_path: Path) -> None:
    running = start(tmp_path / "one")
    try:
        with pytest.raises(SandboxDidNotStart, match=str(httpx.URL(running.url).port)):
            start(tmp_path / "two", port=httpx.URL(running.url).port or 0)
    finally:
        running.stop()
