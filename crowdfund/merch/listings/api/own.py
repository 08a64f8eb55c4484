"""A seller's listings through the API: written, put on sale, paused, ended; and its pictures."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.api.pictures import ALT, keep_sent
from crowdfund.database.ids import private_or_none
from crowdfund.merch.listings import actions, pictures
from crowdfund.merch.listings.api.bodies import ListingIn, ListingOut, NewListingIn
from crowdfund.merch.listings.api.showing import ONE, ORGANISATION, listing_out, own_listing
from crowdfund.merch.listings.contents import Written
from crowdfund.merch.listings.models import Listing, Match
from crowdfund.people.api.own import own_organisation
from crowdfund.people.models import Role
from crowdfund.web import api
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.routes import bearer, get, post


def _written(body: ListingIn) -> Written:
    licence_id = private_or_none(body.licence or "")
    if body.licence and licence_id is None:
        licence_id = 0  # of nobody, and refused as such
    return Written(
        name=body.name, about=body.about, match=Match(body.match), licence_id=licence_id, discount_bps=body.discount_bps,
        ships_within_days=body.ships_within_days,
    )  # fmt: skip


async def list_listings(request: Request) -> Response:
    """The listings of a shop of mine, as they were made."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    asked = api.cursor(request)
    found = Listing.filter(organisation_id=organisation.id, id__gt=asked.after_id or 0)
    rows = await found.order_by("id").limit(asked.limit + 1)
    shown = {one.id: await listing_out(one.id) for one in rows[: asked.limit]}
    return api.paged(request, rows, asked, lambda one: shown[one.id], lambda one: one.id)


async def make_listing(request: Request, body: NewListingIn) -> ListingOut:
    """A new draft. The same Idempotency-Key answers the same one."""
    organisation, _role = await own_organisation(request, Role.MANAGER)
    product_id = api.known_id(body.product, actions.NoSuchProduct("There is no such product, or it is not shown yet."))
    made = await actions.make_listing_once(
        organisation, product_id, _written(body), body.currency, by=request.state.person.id,
        key=f"api:{request.state.idempotency_key}",
    )  # fmt: skip
    return await listing_out(made.id)


async def show_listing(request: Request) -> ListingOut:
    """One listing of mine, with its variants, its pictures and what it lacks."""
    return await listing_out((await own_listing(request, Role.VIEWER)).id)


async def change_listing(request: Request, body: ListingIn) -> ListingOut:
    """All that a listing says. What was bought stays as it was."""
    listing = await own_listing(request)
    await actions.change_listing(listing.id, _written(body), by=request.state.person.id)
    return await listing_out(listing.id)


async def publish_listing(request: Request) -> ListingOut:
    """Put a draft, or a paused one, on sale."""
    listing = await own_listing(request)
    await actions.publish_listing(listing.id, by=request.state.person.id)
    return await listing_out(listing.id)


async def pause_listing(request: Request) -> ListingOut:
    """Take it off sale for a while."""
    listing = await own_listing(request)
    await actions.pause_listing(listing.id, by=request.state.person.id)
    return await listing_out(listing.id)


async def retire_listing(request: Request) -> ListingOut:
    """End it for good."""
    listing = await own_listing(request)
    await actions.retire_listing(listing.id, by=request.state.person.id)
    return await listing_out(listing.id)


async def picture_listing(request: Request) -> ListingOut:
    """Show one more picture with it: the body itself, or `image` of a form."""
    listing, alt, by = await own_listing(request), ALT.of(request), request.state.person.id
    await keep_sent(
        request,
        ["listing", listing.id, alt],
        lambda image_id: pictures.add_picture(listing.id, image_id, alt=alt, by=by),
    )
    return await listing_out(listing.id)


async def drop_listing_picture(request: Request) -> ListingOut:
    """Show a picture no longer."""
    listing = await own_listing(request)
    image_id = api.id_in(request, "picture", pictures.NoSuchPicture("There is no such picture."))
    await pictures.drop_picture(listing.id, image_id, by=request.state.person.id)
    return await listing_out(listing.id)


_SEE, _WRITE = bearer("listings:read"), bearer("listings:write")
_SENT: dict[str, Any] = {"creates": True, "picture": True, "body_max": UPLOAD_MAX}
routes = [
    get(f"{ORGANISATION}/listings", list_listings, may=_SEE, gives=ListingOut, lists=True, summary="Listings of a shop of mine"),
    post(f"{ORGANISATION}/listings", make_listing, may=_WRITE, takes=NewListingIn, gives=ListingOut, creates=True, summary="A new listing"),
    get(ONE, show_listing, may=_SEE, gives=ListingOut, summary="One listing of mine"),
    post(ONE, change_listing, may=_WRITE, takes=ListingIn, gives=ListingOut, summary="Change a listing"),
    post(f"{ONE}/publication", publish_listing, may=_WRITE, gives=ListingOut, summary="Put a listing on sale"),
    post(f"{ONE}/pause", pause_listing, may=_WRITE, gives=ListingOut, summary="Take a listing off sale"),
    post(f"{ONE}/retirement", retire_listing, may=_WRITE, gives=ListingOut, summary="End a listing"),
    post(f"{ONE}/pictures", picture_listing, may=_WRITE, gives=ListingOut, filters=[ALT], summary="Show a picture with a listing", **_SENT),
    post(
        f"{ONE}/pictures/{{picture}}/removal", drop_listing_picture, may=_WRITE, gives=ListingOut,
        summary="Take a listing's picture away",
    ),
]  # fmt: skip
