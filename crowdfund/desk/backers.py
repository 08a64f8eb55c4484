"""Who backs a fund, for everybody: those who show themselves, a page at a time, however many there are."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns.models import CampaignState
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.campaigns.queries import public_campaign
from crowdfund.database.ids import private_or_none, public
from crowdfund.desk.queries import BACKERS_PAGE, backers_before
from crowdfund.refusal import NotFound
from crowdfund.titles.models import Title
from crowdfund.web.page import page
from crowdfund.web.routes import anyone, get


async def backers(request: Request) -> Response:
    """The newest first. A page reads so many pledges and shows those with a name, so no page costs more than another."""
    campaign = await public_campaign(request.path_params["slug"])
    if campaign.state == CampaignState.PRELAUNCH:
        raise NotFound("Nobody can back this fund yet.")
    before = private_or_none(request.query_params.get("before", ""))
    found = await backers_before(campaign.id, before)
    rows, title = found[:BACKERS_PAGE], await Title.get(id=campaign.title_id)
    named = [{"name": r["name"], "at": clock.from_us(r["made_at"]), "text": r["tier"] or ""} for r in rows if r["name"]]
    here = f"{campaign.path}/backers"
    return page(
        request, "desk/backers.html", campaign=campaign, title=title, art_url=art_of(title), backers=named,
        unnamed=len(rows) - len(named), newer=here if before is not None else "",
        older=f"{here}?before={public(rows[-1]['id'])}" if len(found) > BACKERS_PAGE else "",
    )  # fmt: skip


routes = [get("/campaigns/{slug}/backers", backers, may=anyone)]
