"""The live total as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import lru_cache
from time import monotonic

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from crowdfund.campaigns.live import WATCHERS_MAX, Total, watch
from crowdfund.campaigns.queries import public_campaign
from crowdfund.web import formats, i18n
from crowdfund.web.chart import bands_of
from crowdfund.web.routes import anyone, get

# A stream ends by itself and the browser comes back: so a server that stops is not held up, and a lost one is not kept.
STREAM_SECONDS = 120


@lru_cache(maxsize=1024)
def message(total: Total, locale: str) -> bytes:
    """One event, made once for everybody who reads this language. Keys are what live-total.js looks for."""
    with i18n.speaking(locale):
        shown_minor = total.collected_minor if total.state == "settling" else total.promised_minor
        bands = bands_of(total.promised_minor, total.collected_minor, total.goal_minor)
        told = {
            "state": total.state, "promised_minor": total.promised_minor, "collected_minor": total.collected_minor,
            "promised": formats.money_short(total.promised_minor, total.currency),
            "collected": formats.money_short(total.collected_minor, total.currency),
            "backers": total.backers, "backers_text": formats.number(total.backers),
            "percent": shown_minor * 100 // max(1, total.goal_minor),
            "percent_text": formats.percent(shown_minor, total.goal_minor),
            "bar": {"promised": bands.promised, "collected": bands.collected, "goal": bands.goal},
        }  # fmt: skip
    return b"data: " + orjson.dumps(told) + b"\n\n"


async def live(request: Request) -> Response:
    """A stream of the fund's total: at once, then whenever it changes. 204 tells a browser not to come back."""
    campaign = await public_campaign(request.path_params["slug"])
    if campaign.state not in ("live", "settling") or watch.watchers >= WATCHERS_MAX:
        return Response(status_code=204)
    return StreamingResponse(
        _stream(campaign.id, i18n.locale()),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _stream(campaign_id: int, locale: str) -> AsyncIterator[bytes]:
    ends_at = monotonic() + STREAM_SECONDS
    yield b"retry: 3000\n\n"
    async with aclosing(watch.totals(campaign_id)) as totals:
        async for total in totals:
            yield message(total, locale) if total is not None else b": still here\n\n"
            if monotonic() > ends_at:
                return


routes = [get("/campaigns/{slug}/live", live, may=anyone)]
