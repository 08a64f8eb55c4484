"""The sandbox as one ASGI app: the API, the controls, the hosted pages, and what runs beside them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crowdfund import clock, settings
from crowdfund.sandbox import cards, control, due, faults, idempotency
from crowdfund.sandbox.delivery import Deliveries
from crowdfund.sandbox.door import Door
from crowdfund.sandbox.hosted.authentication_page import AuthenticationPage
from crowdfund.sandbox.hosted.checkout_page import CheckoutPage
from crowdfund.sandbox.hosted.onboarding_page import OnboardingPage
from crowdfund.sandbox.hosted.page import css, page
from crowdfund.sandbox.store import Store

TICK_SECONDS = 0.2


def create_app(data: Path, *, origin: str = "", merchant: str = "crowdfund", nonce: str = "") -> Starlette:
    """The sandbox with its data in this folder.

    origin: where people reach its pages; empty: where the API was called. merchant: what the pages call the site. nonce: told by
    /_sandbox/health, so that whoever started this process knows that it is the one that answers.
    """
    store = Store(data / "sandbox.db")
    known_faults = faults.Faults()
    door = Door(store, known_faults, origin)

    async def health(request: Request) -> Response:
        return JSONResponse({"simulated": True, "nonce": nonce})

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(Deliveries(store, known_faults).run()), asyncio.create_task(_tick(store, origin))]
        yield
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        store.close()

    api = Route("/v1/{path:path}", door.answer, methods=["GET", "POST", "DELETE"])
    routes = [api, *_pages(door, merchant), *control.routes(door), Route("/_sandbox/health", health)]
    return Starlette(routes=routes, lifespan=lifespan)


def _pages(door: Door, merchant: str) -> list[Route]:
    """What people see, each page with what its form sends."""
    checkout, bank, onboarding = (
        CheckoutPage(door, merchant),
        AuthenticationPage(door, merchant),
        OnboardingPage(door, merchant),
    )

    async def index(request: Request) -> Response:
        kinds = {**faults.API_KINDS, **faults.WEBHOOK_KINDS}
        return page(
            "index.html", cards=cards.CARDS, faults=kinds, merchant=merchant, prefix=settings.SANDBOX_KEY_PREFIX
        )

    async def stylesheet(request: Request) -> Response:
        return Response(css(), media_type="text/css", headers={"cache-control": "public, max-age=300"})

    return [
        Route("/c/pay/{session}", checkout.show),
        Route("/c/pay/{session}", checkout.submit, methods=["POST"]),
        Route("/c/pay/{session}/back", checkout.back),
        Route("/3d-secure/{secret}", bank.show),
        Route("/3d-secure/{secret}", bank.submit, methods=["POST"]),
        Route("/connect/onboarding/{token}", onboarding.show),
        Route("/connect/onboarding/{token}", onboarding.submit, methods=["POST"]),
        Route("/sandbox.css", stylesheet),
        Route("/", index),
    ]


async def _tick(store: Store, origin: str) -> None:
    """Let time do its part, also where nobody calls."""
    while True:
        await asyncio.sleep(TICK_SECONDS)
        due.run_all(store, origin)
        idempotency.purge(store, clock.now_us() // 1_000_000)
