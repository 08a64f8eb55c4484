"""What makers do with draws through the API: write, announce, call off, draw, and read who comes."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.api.own import own_campaign
from crowdfund.campaigns.api.reading import ONE as CAMPAIGN
from crowdfund.campaigns.models import Campaign
from crowdfund.community.draws import actions, queries
from crowdfund.community.draws.api.bodies import (
    CancelDrawIn,
    DiscardedOut,
    DrawIn,
    DrawListed,
    MissingFromDrawOut,
    OwnDrawOut,
    ResultIn,
    WinnerOut,
    WinnersOut,
)
from crowdfund.community.draws.api.reading import ONE, facts, listed
from crowdfund.community.draws.drawing import draw_now
from crowdfund.community.draws.forms import ANNOUNCING, NEW_DRAWS
from crowdfund.community.draws.models import Draw, DrawState
from crowdfund.community.draws.rules import Content
from crowdfund.database.ids import public
from crowdfund.people.api.own import role_in
from crowdfund.people.models import Role
from crowdfund.refusal import Invalid
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post


async def own_draw(request: Request, needed: Role = Role.MANAGER) -> Draw:
    """A draw of a fund of the token's person. Raises NotFound for everybody else's, NotAllowed."""
    missing = queries.no_such_draw()
    draw = await api.row_in(request, "draw", Draw, missing)
    campaign = await Campaign.get(id=draw.campaign_id)
    await role_in(request, campaign.organisation_id, needed, missing)
    return draw


async def _as_it_is(draw_id: int) -> OwnDrawOut:
    draw = await Draw.get(id=draw_id)
    missing = await actions.missing_in(draw) if draw.state == DrawState.DRAFT else []
    told = [MissingFromDrawOut(field=one.field, sentence=str(one.words)) for one in missing]
    return OwnDrawOut(**await facts(draw), missing=told)


def _content(body: DrawIn) -> Content:
    no_tier = Invalid("One of these tiers is not of this fund.", field="tiers")
    tier_ids = sorted({api.known_id(one, no_tier) for one in body.tiers})
    return Content(**body.model_dump(exclude={"tiers"}), tier_ids=tier_ids)


async def list_own_draws(request: Request) -> Response:
    """All draws of a fund of mine, drafts too, the newest first."""
    campaign, asked = await own_campaign(request, Role.VIEWER), api.cursor(request)
    found = await queries.draws_of(campaign.id, drafts=True)
    rows = [draw for draw in found if asked.after_id is None or draw.id < asked.after_id]
    return api.paged(request, rows[: asked.limit + 1], asked, listed, lambda draw: draw.id)


async def show_own_draw(request: Request) -> OwnDrawOut:
    """A draw of mine in any state, with what keeps a draft from being announced."""
    return await _as_it_is((await own_draw(request, Role.VIEWER)).id)


async def make_draw(request: Request, body: DrawIn) -> OwnDrawOut:
    """A new draft. The same Idempotency-Key answers the same one."""
    campaign = await own_campaign(request)
    key = f"api:{request.state.idempotency_key}"
    draw = await actions.make_draw_once(campaign.id, _content(body), by=request.state.person.id, key=key)
    return await _as_it_is(draw.id)


async def write_draw(request: Request, body: DrawIn) -> OwnDrawOut:
    """Change what a draft says: all of it at once."""
    draw = await own_draw(request)
    await actions.write_draw(draw.id, _content(body), by=request.state.person.id)
    return await _as_it_is(draw.id)


async def discard_draw(request: Request) -> DiscardedOut:
    """Throw a draft away."""
    draw = await own_draw(request)
    await actions.discard_draw(draw.id, by=request.state.person.id)
    return DiscardedOut(id=public(draw.id), title=draw.title)


async def announce_draw(request: Request) -> OwnDrawOut:
    """Open a draft to backers: its terms and the commitment to its seed stay from now on. You answer for the capacity."""
    draw = await own_draw(request)
    await actions.announce_draw(draw.id, by=request.state.person.id)
    return await _as_it_is(draw.id)


async def cancel_draw(request: Request, body: CancelDrawIn) -> OwnDrawOut:
    """Call it off before it is drawn; everybody who took part reads why."""
    draw = await own_draw(request)
    await actions.cancel_draw(draw.id, body.reason, by=request.state.person.id)
    return await _as_it_is(draw.id)


async def draw_winners(request: Request, body: ResultIn) -> OwnDrawOut:
    """Draw it, once and for all, with the number that was announced."""
    draw = await own_draw(request)
    await draw_now(
        draw.id, by=request.state.person.id, public_value=body.public_value, public_source=body.public_source
    )
    return await _as_it_is(draw.id)


async def show_winners(request: Request) -> WinnersOut:
    """Who was drawn, and of who comes how she is reached: for managers and owners."""
    draw = await own_draw(request)
    rows = await queries.winners_of(draw.id)
    return WinnersOut(
        draw=public(draw.id),
        winners=[
            WinnerOut(
                rank=row["rank"], entry=row["entry"], state=row["state"], answer_by=api.instant_or_none(row["answer_by"]),
                contact_name=row["contact_name"], contact=row["contact"], note=row["note"],
            )
            for row in rows
        ],
    )  # fmt: skip


_WRITE, _SEE = bearer("campaigns:write"), bearer("campaigns:read")
routes = [
    get(f"{CAMPAIGN}/draws/own", list_own_draws, may=_SEE, gives=DrawListed, lists=True, summary="Draws of a fund of mine"),
    post(
        f"{CAMPAIGN}/draws", make_draw, may=_WRITE, takes=DrawIn, gives=OwnDrawOut, creates=True, limit=NEW_DRAWS, summary="A new draw"
    ),
    get(f"{ONE}/draft", show_own_draw, may=_SEE, gives=OwnDrawOut, summary="A draw of mine in any state"),
    post(f"{ONE}/content", write_draw, may=_WRITE, takes=DrawIn, gives=OwnDrawOut, summary="Change what a draft of a draw says"),
    post(f"{ONE}/removal", discard_draw, may=_WRITE, gives=DiscardedOut, summary="Throw a draft of a draw away"),
    post(f"{ONE}/announcement", announce_draw, may=_WRITE, gives=OwnDrawOut, limit=ANNOUNCING, summary="Announce a draw"),
    post(f"{ONE}/cancellation", cancel_draw, may=_WRITE, takes=CancelDrawIn, gives=OwnDrawOut, summary="Call a draw off"),
    post(f"{ONE}/result", draw_winners, may=_WRITE, takes=ResultIn, gives=OwnDrawOut, summary="Draw the winners"),
    get(f"{ONE}/winners", show_winners, may=_SEE, gives=WinnersOut, summary="Who comes to a draw of mine"),
]  # fmt: skip
