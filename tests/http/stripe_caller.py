"""Somebody who calls the sandbox with the real `stripe` library, under a key, and so an account, of their own."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from typing import Any, Literal

import httpx
from stripe import HTTPXClient, StripeClient

from crowdfund.sandbox.process import Running


class Caller:
    """v1: the library's client. http: plain HTTP to the same sandbox, for its pages and controls."""

    def __init__(self, url: str, *, key: str | None = None, timeout_seconds: float = 10) -> None:
        self.key = key or f"sk_test_sandbox_{secrets.token_hex(8)}"
        self.url = url
        self.library = HTTPXClient(timeout=timeout_seconds, verify_ssl_certs=False)
        client = StripeClient(self.key, base_addresses={"api": url}, http_client=self.library, max_network_retries=0)
        self.v1: Any = client.v1
        self.http = httpx.AsyncClient(base_url=url, verify=False, trust_env=False, timeout=30)

    async def close(self) -> None:
        await self.library.close_async()
        await self.http.aclose()

    async def raw(
        self, method: str, path: str, *, form: dict[str, str] | None = None, **headers: str
    ) -> httpx.Response:
        """A request to the API as it is on the wire. headers: idempotency_key is Idempotency-Key."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.request(
            method, path, data=form, headers={"authorization": f"Bearer {self.key}", **named}
        )

    async def control(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        """One of the sandbox's own controls."""
        answer = await self.http.request(
            method,
            f"/_sandbox/{path}",
            json={} if body is None else body,
            headers={"authorization": f"Bearer {self.key}"},
        )
        assert answer.status_code == status, answer.text
        return answer.json()

    async def fault(self, kind: str, operation: str = "*", **more: Any) -> None:
        await self.control("POST", "faults", {"kind": kind, "operation": operation, **more})

    async def pass_time(self, *, seconds: int = 0, days: int = 0) -> None:
        await self.control("POST", "clock", {"advance_seconds": seconds + days * 86_400})

    async def saved(self, card: str = "ok") -> tuple[str, str]:
        """A customer with a saved card: both ids."""
        made = await self.control("POST", "cards", {"cards": [card]})
        return made["customers"][0], made["payment_methods"][0]

    async def pay(
        self, card: str = "ok", *, amount: int = 25_00, currency: str = "eur", key: str | None = None, **more: Any
    ) -> Any:
        """Charge a saved card off session, as a fund does when it settles."""
        customer, method = await self.saved(card)
        params = {
            "amount": amount, "currency": currency, "customer": customer, "payment_method": method,
            "off_session": True, "confirm": True, **more,
        }  # fmt: skip
        return await self.v1.payment_intents.create_async(params, {"idempotency_key": key} if key else {})

    async def account(self, outcome: str = "complete", *, payouts: Literal["daily", "manual"] = "daily") -> str:
        """A connected account, onboarded."""
        made = await self.v1.accounts.create_async(
            {
                "country": "DE", "email": "studio@example.com",
                "capabilities": {"card_payments": {"requested": True}, "transfers": {"requested": True}},
                "settings": {"payouts": {"schedule": {"interval": payouts}}},
            }
        )  # fmt: skip
        await self.control("POST", f"accounts/{made.id}/onboarding", {"outcome": outcome})
        return str(made.id)

    async def event_types(self) -> list[str]:
        """What happened, oldest first."""
        page = await self.v1.events.list_async({"limit": 100})
        return [event.type for event in reversed(page.data)]

    async def balance(self, account: str | None = None) -> dict[str, tuple[int, int]]:
        """Available and pending per currency."""
        found = await self.v1.balance.retrieve_async({}, {"stripe_account": account} if account else {})
        pending = {part.currency: part.amount for part in found.pending}
        return {part.currency: (part.amount, pending[part.currency]) for part in found.available}


async def a_caller(sandbox: Running) -> AsyncIterator[Caller]:
    """For a test module: `api = pytest.fixture(a_caller)`."""
    caller = Caller(sandbox.url)
    yield caller
    await caller.close()
