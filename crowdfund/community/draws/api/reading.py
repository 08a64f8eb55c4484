"""What everybody may read of draws through the API."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns.api.reading import ONE as CAMPAIGN
from crowdfund.campaigns.api.reading import public_campaign
from crowdfund.community.draws import queries
from crowdfund.community.draws.api.bodies import DrawListed, DrawnOut, DrawOut, EntriesOut, FileOut
from crowdfund.community.draws.models import Draw, DrawState
from crowdfund.community.draws.pages.public import FILES, written_file
from crowdfund.database.ids import public
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.api import instant, instant_or_none
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import get
from crowdfund.web.routes import public as everybody

ONE = "/api/v1/draws/{draw}"
_READ = Limit("public_draws", 300, 60)


async def draw_in(request: Request) -> Draw:
    """The draw in the path, where everybody may see it. Raises NotFound for a draft, in the same words as for none."""
    return await queries.draw_of(api.id_in(request, "draw", queries.no_such_draw()))


def listed(draw: Draw) -> DrawListed:
    return DrawListed(
        id=public(draw.id), campaign=public(draw.campaign_id), url=f"{current().base_url}{draw.path}", state=draw.state,
        title=draw.title, places=draw.places, persons_each=draw.persons_each, reserves=draw.reserves, entries=draw.entries,
        entries_min=draw.entries_min, is_open=draw.is_open(clock.now()), closes_at=instant(draw.closes_at),
        answer_by=instant(draw.answer_by), happens_at=instant(draw.happens_at),
    )  # fmt: skip


async def facts(draw: Draw) -> dict[str, Any]:
    """One draw, for the models that are made of it."""
    same = (
        "about", "place", "included", "not_included", "travel", "capacity", "capacity_by", "public_what", "public_value",
        "public_source", "commitment", "list_hash", "seed",
    )  # fmt: skip
    moments = ("public_at", "announced_at", "closed_at", "drawn_at")
    rows = await queries.winners_of(draw.id) if draw.is_drawn else []
    ended = [event for event in await queries.events_of(draw.id) if event.to_state == DrawState.CANCELLED]
    return {
        **listed(draw).model_dump(), **{name: getattr(draw, name) for name in same},
        **{name: instant_or_none(getattr(draw, name)) for name in moments},
        "tiers": [public(tier.id) for tier in await queries.tiers_of(draw)], "because": ended[0].because if ended else "",
        "winners": [DrawnOut(rank=r["rank"], entry=r["entry"], state=r["state"], name=r["public_name"]) for r in rows],
    }  # fmt: skip


async def list_draws(request: Request) -> Response:
    """A fund's draws, the newest first."""
    campaign, asked = await public_campaign(request), api.cursor(request)
    rows = [d for d in await queries.draws_of(campaign.id) if asked.after_id is None or d.id < asked.after_id]
    return api.paged(request, rows[: asked.limit + 1], asked, listed, lambda draw: draw.id)


async def show_draw(request: Request) -> DrawOut:
    """One draw. Its seed stands here from the moment of the drawing on."""
    return DrawOut(**await facts(await draw_in(request)))


async def show_entries(request: Request) -> EntriesOut:
    """The list of entries, frozen when the draw closed; not found before."""
    published = await queries.published(await draw_in(request))
    return EntriesOut(
        draw=public(published.draw.id), list_hash=str(published.draw.list_hash), entries=published.entries
    )


async def show_file(request: Request) -> Response:
    """All that it takes to draw it again, as `crowdfund draw verify` takes it; not found before it is drawn."""
    written = await written_file(await draw_in(request))
    return Response(written, headers={"cache-control": "no-store"}, media_type="application/json")


routes = [
    get(f"{CAMPAIGN}/draws", list_draws, may=everybody, limit=_READ, gives=DrawListed, lists=True, summary="A fund's draws"),
    get(ONE, show_draw, may=everybody, limit=_READ, gives=DrawOut, summary="One draw"),
    get(f"{ONE}/entries", show_entries, may=everybody, limit=FILES, gives=EntriesOut, summary="The frozen list of a draw"),
    get(f"{ONE}/file", show_file, may=everybody, limit=FILES, gives=FileOut, summary="The file of a draw"),
]  # fmt: skip
