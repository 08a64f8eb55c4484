"""A shop as everybody may see it: who makes these things, under which licences, and what is on sale."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.merch.licences.queries import held_by
from crowdfund.merch.shops.actions import NoShop, shop_of
from crowdfund.merch.shops.pages.own import picture_of
from crowdfund.merch.shops.queries import listings_shown, stars_of_shop
from crowdfund.merch.shops.rules import is_away
from crowdfund.people.models import Organisation
from crowdfund.web.page import page
from crowdfund.web.routes import anyone, get


async def show(request: Request) -> Response:
    """Raises NoShop for one that nobody has verified, in the same words as for none."""
    organisation = await Organisation.get_or_none(slug=request.path_params["organisation"])
    if organisation is None or organisation.kind != "shop" or not organisation.is_verified:
        raise NoShop("There is no such shop.")
    shop, now = await shop_of(organisation), clock.now()
    listings = [(row, picture_of(row)) for row in await listings_shown(organisation.id)]
    stars_sum, stars_count = await stars_of_shop(organisation.id)
    return page(
        request, "merch/sellers/front.html", organisation=organisation, shop=shop, is_away=is_away(shop, now), listings=listings,
        licences=await held_by(organisation.id), stars_sum=stars_sum, stars_count=stars_count,
    )  # fmt: skip


routes = [get("/shops/{organisation}", show, may=anyone)]
