"""The master of a title through the API: how it is, its film, captions and cuts."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.merch.screen import files, masters
from crowdfund.merch.screen.api.bodies import CaptionsIn, CutIn, CutOut, MasterIn, MasterOut, PieceIn
from crowdfund.merch.screen.api.own import ONE, SEE, WRITE, cut_in, title_in
from crowdfund.merch.screen.captions import read_captions
from crowdfund.merch.screen.cues import Offset
from crowdfund.merch.screen.forms import FILMS
from crowdfund.merch.screen.masters import MasterFacts
from crowdfund.merch.screen.models import Cut, Master
from crowdfund.merch.screen.queries import cuts_of, master_of
from crowdfund.merch.screen.timecode import RATES, rate_name
from crowdfund.people.models import Role
from crowdfund.web import api
from crowdfund.web.routes import get, post

FILM_BODY_MAX = files.VIDEO_MAX + 1024


def _out(master: Master) -> MasterOut:
    return MasterOut(
        title=public(master.title_id), fps=rate_name(master.fps), duration_ms=master.duration_ms, video_type=master.video_type,
        has_captions=bool(master.captions), airs_at=api.instant_or_none(master.airs_at), is_for_children=bool(master.shown_without_shop),
        delay_ms=master.cue_delay_ms,
    )  # fmt: skip


async def show_master(request: Request) -> MasterOut:
    """How the master of a title of one's own is."""
    return _out(await master_of((await title_in(request, Role.VIEWER)).id))


async def keep_master(request: Request, body: MasterIn) -> MasterOut:
    """Say how long a film is and at what rate: all times are told on it. Anew, all of it at once."""
    title = await title_in(request)
    facts = MasterFacts(RATES[body.fps], body.duration_ms, body.airs_at, body.is_for_children, body.delay_ms)
    return _out(await masters.keep_master(title.id, facts, by=request.state.person.id))


async def send_film(request: Request) -> MasterOut:
    """Send the film itself, MP4 or WebM, at most 64 MB; the one before is gone then."""
    title = await title_in(request)
    await master_of(title.id)
    video = await files.keep_stream(api.video_in(request))
    await files.drop_video(await masters.show_video(title.id, video, by=request.state.person.id))
    return _out(await master_of(title.id))


async def drop_film(request: Request) -> MasterOut:
    """Take the film away for good; its products stay."""
    title = await title_in(request)
    await files.drop_video(await masters.drop_film(title.id, by=request.state.person.id))
    return _out(await master_of(title.id))


async def keep_captions(request: Request, body: CaptionsIn) -> MasterOut:
    """Captions for who can't hear the film."""
    title = await title_in(request)
    master = await master_of(title.id)
    text = read_captions(body.text.encode(), master.duration_ms) if body.text else ""
    await masters.keep_captions(title.id, text, by=request.state.person.id)
    return _out(await master_of(title.id))


# --- other cuts ---


def _cut_out(cut: Cut, offsets: list[Offset]) -> CutOut:
    return CutOut(
        id=public(cut.id), name=cut.name,
        pieces=[PieceIn(from_ms=o.from_ms, to_ms=o.to_ms, delta_ms=o.delta_ms) for o in offsets],
    )  # fmt: skip


async def list_cuts(request: Request) -> Response:
    """Other cuts of a title of one's own."""
    title, asked = await title_in(request, Role.VIEWER), api.cursor(request)
    found = sorted(await cuts_of(title.id), key=lambda one: one[0].id)
    rows = [one for one in found if one[0].id > (asked.after_id or 0)][: asked.limit + 1]
    return api.paged(request, rows, asked, lambda one: _cut_out(*one), lambda one: one[0].id)


async def keep_cut(request: Request, body: CutIn) -> CutOut:
    """Another cut, or the one of this name anew."""
    title = await title_in(request)
    offsets = [Offset(one.from_ms, one.to_ms, one.delta_ms) for one in body.pieces]
    return _cut_out(await masters.keep_cut(title.id, body.name, offsets, by=request.state.person.id), offsets)


async def drop_cut(request: Request) -> CutOut:
    """Drop a cut; what was read in its times stays."""
    title, cut = await cut_in(request)
    offsets = next((offsets for one, offsets in await cuts_of(title.id) if one.id == cut.id), [])
    await masters.drop_cut(title.id, cut.id, by=request.state.person.id)
    return _cut_out(cut, offsets)


_MASTER, _CUTS = f"{ONE}/master", f"{ONE}/cuts"
routes = [
    get(_MASTER, show_master, may=SEE, gives=MasterOut, summary="The master of a title of mine"),
    post(_MASTER, keep_master, may=WRITE, takes=MasterIn, gives=MasterOut, summary="Say how a film is"),
    post(
        f"{_MASTER}/film", send_film, may=WRITE, gives=MasterOut, video=True, body_max=FILM_BODY_MAX, limit=FILMS,
        summary="Send the film itself",
    ),
    post(f"{_MASTER}/film/removal", drop_film, may=WRITE, gives=MasterOut, summary="Take the film away"),
    post(
        f"{_MASTER}/captions", keep_captions, may=WRITE, takes=CaptionsIn, gives=MasterOut, body_max=4 * 1024 * 1024,
        summary="Captions of a film",
    ),
    get(_CUTS, list_cuts, may=SEE, gives=CutOut, lists=True, summary="Other cuts of a title of mine"),
    post(_CUTS, keep_cut, may=WRITE, takes=CutIn, gives=CutOut, summary="Another cut, or one of them anew"),
    post(f"{_CUTS}/{{cut}}/removal", drop_cut, may=WRITE, gives=CutOut, summary="Drop a cut"),
]  # fmt: skip
