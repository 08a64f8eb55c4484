"""What every page of a seller's desk asks first: which listing, and whose it is."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private, public
from crowdfund.merch.listings.models import Listing
from crowdfund.merch.listings.queries import licences_for
from crowdfund.merch.listings.rules import NoSuchListing
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.people.models import Role
from crowdfund.people.rules import may
from crowdfund.titles.models import Title
from crowdfund.web.i18n import _
from crowdfund.web.page import page

DESK = "/desk/{organisation}/listings"


def base_of(request: Request) -> str:
    return f"/desk/{request.state.organisation.slug}/listings"


def may_write(request: Request) -> bool:
    return may(request.state.role, Role.MANAGER)


def desk_page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    return page(
        request, f"merch/listings/{template}", status, organisation=request.state.organisation, base=base_of(request),
        desk=f"/desk/{request.state.organisation.slug}", may_write=may_write(request), **context,
    )  # fmt: skip


async def own_listing(request: Request) -> Listing:
    """The listing of the path. Raises NoSuchListing for another's as for none."""
    found = await Listing.get_or_none(
        id=private(request.path_params["listing"]), organisation_id=request.state.organisation.id
    )
    if found is None:
        raise NoSuchListing("There is no such listing.")
    return found


def path_of(request: Request) -> str:
    return f"{base_of(request)}/{request.path_params['listing']}"


async def seen_in(listing: Listing) -> tuple[OnscreenProduct, Title]:
    return await OnscreenProduct.get(id=listing.product_id), await Title.get(id=listing.title_id)


async def licences_to_choose(organisation_id: int, product_id: int) -> dict[str, str]:
    """The seller's licences for a product, as a form offers them."""
    ids = await licences_for(organisation_id, product_id)
    return {public(one): _("Licence %(id)s") % {"id": public(one)} for one in ids}
