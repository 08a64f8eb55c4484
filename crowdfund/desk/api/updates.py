"""The updates of a fund as the token's person may read them: what is for backers only is whole for those."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.api.bodies import UpdateOut
from crowdfund.campaigns.api.reading import ONE, public_campaign, update_out
from crowdfund.campaigns.queries import updates_before
from crowdfund.desk.updates import reader_of
from crowdfund.web import api
from crowdfund.web.routes import bearer, get


async def list_updates(request: Request) -> Response:
    """All updates of a fund, the newest first; the text of each that is for me, or for everyone."""
    campaign, asked = await public_campaign(request), api.cursor(request)
    reader = await reader_of(request.state.person, campaign)
    rows = await updates_before(campaign.id, asked.after_id, limit=asked.limit + 1)
    return api.paged(request, rows, asked, lambda update: update_out(update, reader), lambda update: update.id)


routes = [
    get(
        f"{ONE}/updates", list_updates, may=bearer("pledges:read"), gives=UpdateOut, lists=True,
        summary="The updates of a fund, those for me too",
    ),
]  # fmt: skip
