"""A seller's listings: all of them at a glance, and one with its words, its variants, its pictures and what may be done with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.pages.pictures import need_words, sent_picture
from crowdfund.database.ids import private, private_or_none, public
from crowdfund.merch.listings import actions, pictures
from crowdfund.merch.listings.contents import ALT_MAX, PICTURES_MAX, VARIANTS_MAX
from crowdfund.merch.listings.forms import (
    ROWS_MORE,
    AltForm,
    ListingForm,
    PictureForm,
    VariantsForm,
    listing_typed,
    variants_typed,
)
from crowdfund.merch.listings.models import Listing, ListingState
from crowdfund.merch.listings.pages.making import offered
from crowdfund.merch.listings.pages.own import (
    DESK,
    base_of,
    desk_page,
    licences_to_choose,
    may_write,
    own_listing,
    path_of,
    seen_in,
)
from crowdfund.merch.listings.pages.shown import match_words, pictures_shown, row_shown
from crowdfund.merch.listings.pieces import offered as variants_of
from crowdfund.merch.listings.pieces import write_variants
from crowdfund.merch.listings.reading import history_of, listings_of, shelved
from crowdfund.people.models import Organisation
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import Handler, get, member, post
from crowdfund.web.told import told_at

PAGE = 60


async def listings(request: Request) -> Response:
    """The newest first, what is over last; what runs low on top."""
    after = private_or_none(request.query_params.get("after", ""))
    found = await listings_of(request.state.organisation.id, after_id=after, limit=PAGE + 1)
    desk = request.state.organisation.desk_path
    rows = [
        row_shown(
            one.listing,
            desk,
            one.product,
            one.title,
            one.variants,
            pictures_shown(one.images, one.product, one.title)[0],
        )
        for one in await shelved(found[:PAGE])
    ]
    base = base_of(request)
    return desk_page(
        request, "desk.html", rows=rows, low=[row for row in rows if row.low], newer=base if after is not None else "",
        older=f"{base}?after={public(found[PAGE - 1].id)}" if len(found) > PAGE else "",
    )  # fmt: skip


async def show(request: Request) -> Response:
    return await _show(request, await own_listing(request))


async def _show(request: Request, listing: Listing, wrong: Form | None = None) -> Response:
    """One listing. wrong: a form of this page that was sent and has to be mended."""
    product, title = await seen_in(listing)
    variants, images = await variants_of(listing.id), await pictures.pictures_of(listing.id)
    organisation: Organisation = request.state.organisation
    forms: dict[str, Any] = {
        "form": ListingForm(listing_typed(listing)),
        "variants_form": VariantsForm(variants_typed(variants, listing.currency)),
        "picture_form": PictureForm(),
    }
    if wrong is not None:
        forms[_place_of(wrong)] = wrong
    writable = listing.state in actions.WRITABLE
    return desk_page(
        request, "desk_listing.html", wrong.status if wrong is not None else 200, listing=listing, product=product, title=title,
        path=path_of(request), variants=variants, pictures=pictures_shown(images, product, title), has_pictures=bool(images),
        missing=await actions.missing_now(listing) if listing.state != ListingState.RETIRED else [],
        can_write=writable and may_write(request), can_start=listing.state in (ListingState.DRAFT, ListingState.PAUSED),
        rows=_rows(forms["variants_form"], len(variants)), licences=await licences_to_choose(organisation.id, product.id),
        match_words=match_words(listing.match), history=await history_of(listing.id), alt_max=ALT_MAX,
        is_full=len(images) >= PICTURES_MAX, wrong=wrong, **forms, **offered(),
    )  # fmt: skip


def _place_of(form: Form) -> str:
    if isinstance(form, ListingForm):
        return "form"
    return "variants_form" if isinstance(form, VariantsForm) else "picture_form"


def _rows(form: VariantsForm, there: int) -> int:
    """How many rows are shown: those that are filled, and a few more."""
    filled = [i for i in range(1, VARIANTS_MAX + ROWS_MORE + 1) if form.typed.get(f"variant_{i}_price")]
    return min(max([there, *filled]) + ROWS_MORE, VARIANTS_MAX + ROWS_MORE)


# --- writing on it ---


async def change(request: Request) -> Response:
    listing = await own_listing(request)
    licences = await licences_to_choose(listing.organisation_id, listing.product_id)
    form = await ListingForm.read(request, licences=licences)
    if not form.errors:
        with form.showing_refusals():
            await actions.change_listing(listing.id, form.written, by=request.state.person.id)
            return redirect(request, path_of(request), ("good", _("Saved.")))
    return await _show(request, listing, form)


async def change_variants(request: Request) -> Response:
    listing = await own_listing(request)
    needs_one = listing.state == ListingState.LIVE
    form = await VariantsForm.read(request, currency=listing.currency, needs_one=needs_one)
    if not form.errors:
        with form.showing_refusals():
            await write_variants(listing.id, form.variants, by=request.state.person.id)
            return redirect(
                request, f"{path_of(request)}#pieces", ("good", _("Saved. A changed price counts from now on."))
            )
    return await _show(request, listing, form)


async def add_picture(request: Request) -> Response:
    listing, form = await own_listing(request), await PictureForm.read(request)
    image_id = await sent_picture(request, form)
    need_words(form, image_id)
    if image_id is None and not form.errors:
        form.refuse("image", _("Choose a picture first."))
    if image_id is not None and not form.errors:
        with form.showing_refusals():
            await pictures.add_picture(listing.id, image_id, alt=form.image_alt, by=request.state.person.id)
            return redirect(request, f"{path_of(request)}#pictures", ("good", _("The picture is there.")))
    return await _show(request, listing, form)


@told_at(path_of)
async def describe(request: Request) -> Response:
    listing, form = await own_listing(request), await AltForm.read(request)
    if form.errors:
        return redirect(request, path_of(request), ("bad", form.errors["alt"]))
    await pictures.describe_picture(listing.id, _picture(request), alt=form.alt, by=request.state.person.id)
    return redirect(request, f"{path_of(request)}#pictures", ("good", _("Saved.")))


def _picture(request: Request) -> int:
    return private(request.path_params["picture"])


def _pressed(verb: Callable[[Request, Listing], Awaitable[None]], said: Callable[[], str], part: str = "") -> Handler:
    """A button of this page: does it, and tells on the same page what came of it, or why not."""

    @told_at(path_of)
    async def handler(request: Request) -> Response:
        await verb(request, await own_listing(request))
        return redirect(request, path_of(request) + part, ("good", said()))

    return handler


async def _publish(request: Request, listing: Listing) -> None:
    await actions.publish_listing(listing.id, by=request.state.person.id)


async def _pause(request: Request, listing: Listing) -> None:
    await actions.pause_listing(listing.id, by=request.state.person.id)


async def _retire(request: Request, listing: Listing) -> None:
    await actions.retire_listing(listing.id, by=request.state.person.id)


async def _first(request: Request, listing: Listing) -> None:
    await pictures.put_first(listing.id, _picture(request), by=request.state.person.id)


async def _drop(request: Request, listing: Listing) -> None:
    await pictures.drop_picture(listing.id, _picture(request), by=request.state.person.id)


_ONE = f"{DESK}/{{listing}}"
_PICTURE = f"{_ONE}/pictures/{{picture}}"
_RUN = member("manager")
routes = [
    get(DESK, listings, may=member("viewer")),
    get(_ONE, show, may=member("viewer")),
    post(_ONE, change, may=_RUN),
    post(f"{_ONE}/variants", change_variants, may=_RUN),
    post(f"{_ONE}/pictures", add_picture, may=_RUN, body_max=UPLOAD_MAX),
    post(_PICTURE, describe, may=_RUN),
    post(f"{_PICTURE}/first", _pressed(_first, lambda: _("It stands first now."), "#pictures"), may=_RUN),
    post(f"{_PICTURE}/removal", _pressed(_drop, lambda: _("The picture is gone."), "#pictures"), may=_RUN),
    post(f"{_ONE}/publication", _pressed(_publish, lambda: _("It is on sale.")), may=_RUN),
    post(
        f"{_ONE}/pause",
        _pressed(_pause, lambda: _("It is off sale. Orders that are paid are still yours to send.")),
        may=_RUN,
    ),
    post(f"{_ONE}/retirement", _pressed(_retire, lambda: _("It has ended. Nothing of it is sold any more.")), may=_RUN),
]
