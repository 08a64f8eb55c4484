"""For everybody: where the box office of a fund's title comes from, screening by screening. No names of fans, no seats."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.boxoffice.figures import CALLED_OFF, day_of, figures_of, report_of
from crowdfund.campaigns.box_office import box_office_of
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.campaigns.queries import public_campaign
from crowdfund.titles.models import Title
from crowdfund.web.page import page
from crowdfund.web.routes import anyone, get

SHOWN_MAX = 400


async def trace(request: Request) -> Response:
    """The screenings of a fund's title in its currency, the newest first, and what its makers have of them."""
    campaign = await public_campaign(request.path_params["slug"])
    title = await Title.get(id=campaign.title_id)
    figures = [one for one in await figures_of(title_id=title.id) if one.row["currency"] == campaign.currency]
    sums = report_of(figures, "title").whole.get(campaign.currency)
    return page(
        request, "boxoffice/trace.html", campaign=campaign, title=title, art_url=art_of(title), sums=sums,
        box_office=await box_office_of(campaign.id), figures=list(reversed(figures))[:SHOWN_MAX], more=len(figures) > SHOWN_MAX,
        called_off=CALLED_OFF, day_of=day_of,
    )  # fmt: skip


routes = [get("/campaigns/{slug}/box-office", trace, may=anyone)]
