"""Webhooks of the sandbox: signed as Stripe signs, delivered to whoever asked, tried again, and with faults of their own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import stripe

from tests.http.stripe_caller import Caller, a_caller

api = pytest.fixture(a_caller)


@dataclass
class Receiver:
    """A site's webhook address, on a real socket. statuses: what it answers, in turn; 200 when they are used up."""

    url: str = ""
    got: list[tuple[bytes, str]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
            except (asyncio.IncompleteReadError, ConnectionError):
                writer.close()
                return
            fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
            body = await reader.readexactly(int(fields["Content-Length"]))
            self.got.append((body, fields["Stripe-Signature"]))
            status = self.statuses.pop(0) if self.statuses else 200
            writer.write(b"HTTP/1.1 %d X\r\nContent-Length: 2\r\n\r\nok" % status)

    async def until(self, count: int, *, seconds: float = 5) -> None:
        until = time.monotonic() + seconds
        while len(self.got) < count:
            assert time.monotonic() < until, f"{len(self.got)} of {count} arrived"
            await asyncio.sleep(0.01)

    def types(self, secret: str) -> list[str]:
        """The events that arrived, each held against its signature by the library."""
        return [stripe.Webhook.construct_event(body, signature, secret).type for body, signature in self.got]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    found = Receiver()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/webhooks/stripe"
    yield found
    server.close()


async def _listen(api: Caller, receiver: Receiver, *events: str, **more: Any) -> Any:
    return await api.v1.webhook_endpoints.create_async(
        {"url": receiver.url, "enabled_events": list(events) or ["*"], **more}
    )


async def test_events_arrive_signed(api: Caller, receiver: Receiver) -> None:
    endpoint = await _listen(api, receiver, description="the site")
    assert endpoint.secret.startswith("whsec_")
    intent = await api.pay(key="pledge:7:charge:1", metadata={"pledge": "7"})
    await receiver.until(4)
    assert sorted(receiver.types(endpoint.secret)) == [
        "charge.succeeded", "charge.updated", "payment_intent.created", "payment_intent.succeeded",
    ]  # fmt: skip
    event = stripe.Webhook.construct_event(*receiver.got[-1], endpoint.secret)
    assert (event.api_version, event.request.idempotency_key) == ("2026-10-28.endive", "pledge:7:charge:1")
    assert event.data.object.metadata["pledge"] == "7"
    assert (await api.v1.events.retrieve_async(event.id)).data.object.id in (intent.id, intent.latest_charge)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(receiver.got[0][0] + b" ", receiver.got[0][1], endpoint.secret)


async def test_an_endpoint_hears_only_what_it_asked_for_and_only_while_it_exists(
    api: Caller, receiver: Receiver
) -> None:
    endpoint = await _listen(api, receiver, "payment_intent.succeeded")
    assert [one.id for one in (await api.v1.webhook_endpoints.list_async()).data] == [endpoint.id]
    assert not hasattr(await api.v1.webhook_endpoints.retrieve_async(endpoint.id), "secret")
    await api.pay()
    await receiver.until(1)
    assert (await api.v1.webhook_endpoints.delete_async(endpoint.id)).deleted is True
    await api.pay()
    await asyncio.sleep(0.2)
    assert receiver.types(endpoint.secret) == ["payment_intent.succeeded"]
    assert (await api.v1.webhook_endpoints.list_async()).data == []


async def test_connected_accounts_are_heard_by_connect_endpoints(api: Caller, receiver: Receiver) -> None:
    endpoint = await _listen(api, receiver, connect=True)
    studio = await api.account()
    await api.pay()
    await receiver.until(1)
    await asyncio.sleep(0.1)
    [event] = [stripe.Webhook.construct_event(body, signature, endpoint.secret) for body, signature in receiver.got]
    assert (event.type, event.account, event.data.object.id) == ("account.updated", studio, studio)


async def test_what_was_not_taken_is_sent_again(api: Caller, receiver: Receiver) -> None:
    endpoint = await _listen(api, receiver, "customer.created")
    receiver.statuses = [500]
    await api.v1.customers.create_async({})
    await receiver.until(1)
    waiting = (await api.v1.events.list_async({"type": "customer.created"})).data[0]
    assert waiting.pending_webhooks == 1
    await receiver.until(2)
    first, second = (stripe.Webhook.construct_event(*one, endpoint.secret).id for one in receiver.got)
    assert first == second == waiting.id
    await asyncio.sleep(0.1)
    assert (await api.v1.events.retrieve_async(waiting.id)).pending_webhooks == 0


async def test_a_lost_one_never_comes_and_a_doubled_one_comes_twice(api: Caller, receiver: Receiver) -> None:
    endpoint = await _listen(api, receiver, "customer.created", "customer.updated")
    await api.fault("wh_lose", "customer.created", times=1)
    await api.fault("wh_duplicate", "customer.updated", times=1)
    customer = await api.v1.customers.create_async({})
    await api.v1.customers.update_async(customer.id, {"name": "Mei"})
    await receiver.until(2)
    await asyncio.sleep(0.3)
    assert receiver.types(endpoint.secret) == ["customer.updated", "customer.updated"]
    assert len({stripe.Webhook.construct_event(*one, endpoint.secret).id for one in receiver.got}) == 1
    assert (await api.event_types()) == ["customer.created", "customer.updated"]  # the list has it all the same


async def test_late_ones_are_overtaken(api: Caller, receiver: Receiver) -> None:
    endpoint = await _listen(api, receiver, "customer.created", "customer.updated")
    await api.fault("wh_reorder", "customer.created", times=1)
    customer = await api.v1.customers.create_async({})
    await api.v1.customers.update_async(customer.id, {"name": "Mei"})
    await receiver.until(2)
    assert receiver.types(endpoint.secret) == ["customer.updated", "customer.created"]
    await api.fault("wh_late", "customer.updated", seconds=0.5)
    began = time.monotonic()
    await api.v1.customers.update_async(customer.id, {"name": "Kai"})
    await receiver.until(3)
    assert 0.45 < time.monotonic() - began < 3


async def test_many_events_reach_a_slow_site_without_holding_the_api_up(api: Caller, receiver: Receiver) -> None:
    endpoint = await _listen(api, receiver, "customer.created")
    slow_serve = receiver.serve

    async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        await slow_serve(reader, writer)

    server = await asyncio.start_server(slowly, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    slow_endpoint = await _listen(api, receiver, "customer.created")
    began = time.monotonic()
    await asyncio.gather(*[api.raw("POST", "/v1/customers", form={"name": str(n)}) for n in range(60)])
    assert time.monotonic() - began < 2
    await receiver.until(120, seconds=10)
    server.close()
    seen: set[tuple[str, str]] = set()
    for body, signature in receiver.got:
        for one in (endpoint, slow_endpoint):
            try:
                seen.add((one.id, stripe.Webhook.construct_event(body, signature, one.secret).id))
            except stripe.SignatureVerificationError:
                continue
    assert len(seen) == 120


async def test_endpoints_that_make_no_sense_are_refused(api: Caller) -> None:
    for params in (
        {"url": "ftp://x", "enabled_events": ["*"]},
        {"url": "http://127.0.0.1/x", "enabled_events": ["*"], "api_version": "2015-01-01"},
    ):
        with pytest.raises(stripe.InvalidRequestError):
            await api.v1.webhook_endpoints.create_async(params)
