"""Webhooks on their way: signed as Stripe signs, a bounded number at a time, tried again with growing pauses, then given up.

What waits is in the database, so a restart loses nothing. It runs beside the API and waits for it, never the other way round.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging

import orjson

from crowdfund import clock
from crowdfund.sandbox import events
from crowdfund.sandbox.faults import Fault, Faults
from crowdfund.sandbox.post import Poster
from crowdfund.sandbox.shape import Obj, unpack
from crowdfund.sandbox.store import Store

_log = logging.getLogger(__name__)

AT_A_TIME = 16
RETRY_AFTER_SECONDS = (1, 5, 30, 120, 600)  # Stripe goes on for three days; a test or a demo has no use for that
_REORDER_SECONDS = 0.3

_Waiting = tuple[int, str, str, int]  # seq, event, endpoint, attempt


def signature(payload: bytes, secret: str, at: int) -> str:
    """The Stripe-Signature header: a time and an HMAC over it and the payload (Stripe docs, "Webhooks", read 2026-11)."""
    signed = f"{at}.".encode() + payload
    return f"t={at},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


class Deliveries:
    def __init__(self, store: Store, faults: Faults) -> None:
        self._store = store
        self._faults = faults
        self._poster = Poster()
        self._woken = asyncio.Event()
        self._flying: dict[int, asyncio.Task[None]] = {}
        store.on_delivery = self._woken.set

    async def run(self) -> None:
        """Deliver until cancelled."""
        self._woken.set()  # what a former process left
        try:
            while True:
                self._woken.clear()
                for row in self._due():
                    task = asyncio.create_task(self._deliver(row))
                    self._flying[row[0]] = task
                    task.add_done_callback(lambda _, seq=row[0]: self._landed(seq))  # type: ignore[misc]
                await self._pause()
        finally:
            for task in self._flying.values():
                task.cancel()
            self._poster.close()

    def _due(self) -> list[_Waiting]:
        free = AT_A_TIME - len(self._flying)
        if free <= 0:
            return []
        sql = "SELECT seq, event, endpoint, attempt FROM delivery WHERE at_us <= ? ORDER BY at_us, seq LIMIT ?"
        rows = self._store.db.execute(sql, (clock.wall_now_us(), free + len(self._flying)))
        return [row for row in rows if row[0] not in self._flying][:free]

    async def _pause(self) -> None:
        """Until something is queued or lands, or the next retry is due."""
        at_us = None
        if len(self._flying) < AT_A_TIME:
            sql = "SELECT min(at_us) FROM delivery WHERE at_us > ?"
            at_us = self._store.db.execute(sql, (clock.wall_now_us(),)).fetchone()[0]
        seconds = None if at_us is None else max(0.0, (at_us - clock.wall_now_us()) / 1e6)
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return

    def _landed(self, seq: int) -> None:
        self._flying.pop(seq, None)
        self._woken.set()

    async def _deliver(self, row: _Waiting) -> None:
        seq, event_id, endpoint_id, attempt = row
        found = self._store.db.execute("SELECT account, json FROM object WHERE id = ?", (event_id,)).fetchone()
        endpoint = self._store.find("webhook_endpoint", endpoint_id)
        if found is None or endpoint is None:
            self._done(seq)
            return
        event: Obj = unpack(orjson.loads(found[1]))
        await self._store.settled()
        fault = self._faults.for_delivery(endpoint[0], event["type"]) if attempt == 0 else None
        if fault is None or self._struck(fault, row):
            event["pending_webhooks"] = events.pending(self._store, event_id)
            arrived = await self._send(endpoint[1], events.body(event))
            if arrived:
                self._done(seq)
            else:
                self._again(seq, attempt)

    def _struck(self, fault: Fault, row: _Waiting) -> bool:
        """Do what a fault does to a delivery. Returns whether it is still to be sent now."""
        seq, event_id, endpoint_id, _ = row
        if fault.kind == "wh_lose":
            self._done(seq)
            return False
        if fault.kind == "wh_duplicate":
            sql = "INSERT INTO delivery (event, endpoint, attempt, at_us) VALUES (?, ?, 1, ?)"
            self._store.db.execute(sql, (event_id, endpoint_id, clock.wall_now_us()))
            return True
        seconds = fault.seconds if fault.kind == "wh_late" else _REORDER_SECONDS * (1 + fault.draw.random())
        self._later(seq, 1, seconds)
        return False

    async def _send(self, endpoint: Obj, payload: bytes) -> bool:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(payload, endpoint["_"]["secret"], clock.wall_now_us() // 1_000_000),
            "User-Agent": "crowdfund sandbox (simulated Stripe)",
        }
        try:
            return 200 <= await self._poster.post(endpoint["url"], headers, payload) < 300
        except (OSError, TimeoutError, ValueError, asyncio.LimitOverrunError) as error:
            _log.info("webhook to %s: %s", endpoint["url"], error)
            return False

    def _done(self, seq: int) -> None:
        with self._store.part():
            self._store.db.execute("DELETE FROM delivery WHERE seq = ?", (seq,))

    def _again(self, seq: int, attempt: int) -> None:
        if attempt >= len(RETRY_AFTER_SECONDS):
            self._done(seq)
        else:
            self._later(seq, attempt + 1, RETRY_AFTER_SECONDS[attempt])

    def _later(self, seq: int, attempt: int, seconds: float) -> None:
        sql = "UPDATE delivery SET attempt = ?, at_us = ? WHERE seq = ?"
        self._store.db.execute(sql, (attempt, clock.wall_now_us() + int(seconds * 1e6), seq))
