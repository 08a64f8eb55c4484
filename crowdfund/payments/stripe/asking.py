"""One call to Stripe: under a key of ours, with a definite no told apart from a doubt."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from typing import Any, TypeVar

import stripe as library
from stripe import HTTPXClient, StripeClient

from crowdfund.database import outside_transaction
from crowdfund.refusal import Refusal
from crowdfund.settings import current

API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = 20  # the library's own is 80: a page can't wait that long
T = TypeVar("T")


class Refused(Exception):
    """Stripe said no, and nothing happened. code: Stripe's."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class PaymentsUnavailable(Refusal):
    status_code = 503
    retry_after_seconds = 10


class Unknown(PaymentsUnavailable):
    """Nobody can tell whether it happened. A person who waits for it is told to come back; what it was stands in the log."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("Our payment company can't be reached just now. Please try again in a minute.")
        self.detail = detail

    def __str__(self) -> str:
        return self.detail or self.sentence

    @property
    def code(self) -> str:
        return "payments_unavailable"


_clients: dict[tuple[str, str], StripeClient] = {}


def client() -> StripeClient:
    settings = current()
    key = settings.stripe_key or "sk_test_sandbox_site"
    address = settings.sandbox_origin if settings.sandbox else "https://api.stripe.com"
    if (key, address) not in _clients:
        _clients[key, address] = StripeClient(
            key,
            stripe_version=API_VERSION,
            base_addresses={"api": address},
            http_client=HTTPXClient(timeout=TIMEOUT_SECONDS, verify_ssl_certs=address.startswith("https:")),
            max_network_retries=1,
        )
    return _clients[key, address]


async def close() -> None:
    """Close the connections to Stripe: when the process ends, or its event loop does."""
    for one in _clients.values():
        await one._requestor._get_http_client().close_async()
    _clients.clear()


async def ask(call: Awaitable[T]) -> T:
    """One call: Refused for a definite no, Unknown for everything that leaves a doubt.

    A wrong key and an account of ours that was stopped are Unknown too: they say nothing about what was asked, and whoever
    took them for a no would give up every refund of a fund for one mistyped setting.
    """
    outside_transaction("a call to Stripe")
    try:
        return await call
    except (library.CardError, library.InvalidRequestError) as error:
        raise Refused(str(error.user_message or error), error.code or "") from error
    except Exception as error:  # the library lets some transport errors through unwrapped
        raise Unknown(str(error)) from error


async def all_of(page: Any) -> AsyncIterator[Any]:
    """All objects of a list, page by page."""
    while True:
        for found in page.data:
            yield found
        if not page.has_more:
            return
        page = await ask(page.next_page_async())


def is_for(found: Any, what: str, number: int) -> bool:
    """Whether an object at Stripe was made for this row of ours: each carries its number."""
    return getattr(found.metadata, what, None) == str(number)


def under(key: str) -> library.RequestOptions:
    return {"idempotency_key": key}


def id_of(reference: Any) -> str | None:
    return reference if reference is None or isinstance(reference, str) else str(reference.id)
