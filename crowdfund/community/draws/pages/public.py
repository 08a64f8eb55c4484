"""A draw as everybody may see it, and what is published of it: its list, its file."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from crowdfund import clock
from crowdfund.campaigns.models import Campaign, CampaignState
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.community.draws import queries
from crowdfund.community.draws.models import Draw, DrawState
from crowdfund.community.draws.pages import shown
from crowdfund.community.draws.pages.shown import Mine
from crowdfund.community.draws.rules import TAKES_PLEDGES
from crowdfund.database.ids import private
from crowdfund.settings import current
from crowdfund.titles.models import Title
from crowdfund.web import page_cache
from crowdfund.web.page import page
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import anyone, get, public

FILES = Limit("draw_files", 120, 600)
_lists: page_cache.Kept[bytes] = page_cache.Kept(seconds=300, kept_max=16)
_files: page_cache.Kept[bytes] = page_cache.Kept(seconds=300, kept_max=16)
_FOR_MINUTES = {"cache-control": "public, max-age=300"}


async def draw_in(request: Request) -> Draw:
    """The draw of the path, where everybody may see it. Raises NotFound for a draft, in the same words as for none."""
    return await queries.draw_of(private(request.path_params["draw"]))


async def fund_of(draw: Draw) -> dict[str, Any]:
    """The fund of a draw, as its pages show it."""
    campaign = await Campaign.get(id=draw.campaign_id)
    title = await Title.get(id=campaign.title_id)
    return {"campaign": campaign, "art_url": art_of(title), "colour": title.colour}


async def mine_of(request: Request, draw: Draw) -> Mine:
    person = request.state.person
    if person is None:
        return Mine()
    return Mine(
        may=draw.is_open(clock.now()) and await queries.may_enter(draw.id, person.id),
        is_maker=await queries.is_maker(draw.id, person.id), entry=await queries.entry_of(draw.id, person.id),
        winner=await queries.winner_of(draw.id, person.id) if draw.is_drawn else None,
    )  # fmt: skip


async def show(request: Request) -> Response:
    draw = await draw_in(request)
    now, mine = clock.now(), await mine_of(request, draw)
    fund = await fund_of(draw)
    state, tone = shown.state_shown(draw, now)
    events = await queries.events_of(draw.id)
    ended = next((event for event in events if event.to_state == DrawState.CANCELLED), None)
    rows = await queries.winners_of(draw.id) if draw.is_drawn else []
    person_id = request.state.person.id if mine.entry is not None else None
    return page(
        request, "community/draws/show.html", **fund, draw=draw, state=state, tone=tone, mine=mine, ended=ended,
        is_open=draw.is_open(now), places_text=shown.places_text(draw), entries_text=shown.entries_text(draw),
        tiers=await queries.tiers_of(draw), winners=shown.winners_shown(draw, rows, person_id), steps=shown.steps_of(draw, events),
        can_pledge=fund["campaign"].state in TAKES_PLEDGES - {CampaignState.PRELAUNCH}, url=f"{current().base_url}{draw.path}",
    )  # fmt: skip


async def entries(request: Request) -> Response:
    """The frozen list, an entry a line: `sha256sum` of it is the published hash."""
    draw = await draw_in(request)

    async def make() -> bytes:
        return "".join(f"{entry}\n" for entry in (await queries.published(draw)).entries).encode()

    return PlainTextResponse(await _lists.get(draw.id, make), headers=_FOR_MINUTES)


async def written_file(draw: Draw) -> bytes:
    """The file of a draw, made once for all who ask in these minutes: what is drawn stays. Raises NotFound before that."""

    async def make() -> bytes:
        return (await queries.file_of(draw)).as_bytes()

    return await _files.get(draw.id, make)


async def file(request: Request) -> Response:
    """All that it takes to draw it again, to be kept by whoever likes."""
    draw = await draw_in(request)
    written = await written_file(draw)
    name = f"draw-{request.path_params['draw']}.json"
    headers = {"content-disposition": f'attachment; filename="{name}"', **_FOR_MINUTES}
    return Response(written, headers=headers, media_type="application/json")


routes = [
    get("/draws/{draw}", show, may=anyone),
    get("/draws/{draw}/entries.txt", entries, may=public, limit=FILES),
    get("/draws/{draw}/draw.json", file, may=public, limit=FILES),
]
