"""The address that Stripe tells its events to."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.payments import inbox
from crowdfund.settings import current
from crowdfund.web.routes import post, processor

BODY_MAX = 512 * 1024


async def take_event(request: Request) -> Response:
    """Store an event and answer; what it hints at is done later."""
    await inbox.take(await request.body(), request.headers.get("stripe-signature", ""), current().stripe_webhook_secret)
    return Response(status_code=200)


routes = [post("/webhooks/stripe", take_event, may=processor, body_max=BODY_MAX)]
