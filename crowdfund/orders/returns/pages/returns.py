"""A buyer's page of something that she sends back or claims; and what others read of a listing's buyers."""

from __future__ import annotations

from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from crowdfund.database.ids import private, private_or_none, public
from crowdfund.merch.listings.models import SHOWN, Listing
from crowdfund.merch.shops.models import Shop
from crowdfund.orders.goods.models import GoodsOrder
from crowdfund.orders.goods.pages.shown import looks_of, looks_of_lines
from crowdfund.orders.returns import asking, photos
from crowdfund.orders.returns.forms import PHOTOS, CarrierForm, PhotoForm
from crowdfund.orders.returns.models import GoodsReturn
from crowdfund.orders.returns.pages import words
from crowdfund.orders.returns.shown import after_sale, history_of
from crowdfund.orders.reviews.queries import NEWEST, reviews_of_listing, stars_of
from crowdfund.orders.words import bought_path
from crowdfund.people.models import Organisation
from crowdfund.refusal import NotFound, Refusal
from crowdfund.web import images
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.form import Form
from crowdfund.web.formats import said
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import anyone, get, post, signed_in

PAGE = 20
_NEVER_KEPT = {"cache-control": "no-store", "x-robots-tag": "noindex"}


async def _own(request: Request) -> GoodsReturn:
    found = await GoodsReturn.get_or_none(id=private(request.path_params["return"]), person_id=request.state.person.id)
    if found is None:
        raise NotFound("There is no such return.")
    return found


async def show(request: Request) -> Response:
    return await _page(request, await _own(request))


async def _page(request: Request, row: GoodsReturn, *, sent: Form | None = None, photo: Form | None = None) -> Response:
    """sent, photo: a form that was sent and refused."""
    found = await after_sale(await GoodsOrder.get(id=row.order_id))
    shown = next(one for one in found.returns if one.row.id == row.id)
    form = sent or photo or CarrierForm()
    return page(
        request, "orders/after/returned.html", form.status, found=found, order=found.order, shown=shown, row=shown.row, form=form,
        sent=sent or CarrierForm(), photo=photo or PhotoForm({"key": token_urlsafe(16)}), photos_max=photos.PHOTOS_MAX, words=words,
        path=row.path, order_path=bought_path(found.order), history=await history_of(row),
        returns_to=await _returns_to(found.order.organisation_id), looks=await looks_of_lines(found.lines),
    )  # fmt: skip


async def _returns_to(organisation_id: int) -> str:
    shop = await Shop.get_or_none(organisation_id=organisation_id)
    return "" if shop is None else shop.returns_to


async def withdraw(request: Request) -> Response:
    row = await _own(request)
    try:
        await asking.withdraw(row.id, by=request.state.person.id)
    except Refusal as refusal:
        return redirect(request, row.path, ("bad", said(refusal)))
    return redirect(request, row.path, ("good", _("You keep it.")))


async def sent_back(request: Request) -> Response:
    row = await _own(request)
    form = await CarrierForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await asking.say_sent(row.id, form.carrier, form.tracking, by=request.state.person.id)
            return redirect(request, row.path, ("good", _("Noted. The seller counts it when it is there.")))
    return await _page(request, row, sent=form)


async def add_photo(request: Request) -> Response:
    row = await _own(request)
    form = await PhotoForm.read(request)
    if not form.errors and form.image is not None:
        with form.showing_refusals():
            picture = await images.read_picture(form.image)
            key, size = f"form:{form.key or token_urlsafe(16)}", (picture.width, picture.height)
            await photos.add_photo(row, picture.files[""], size, by=request.state.person.id, key=key)
            return redirect(request, f"{row.path}#photos", ("good", _("The seller sees it now.")))
    return await _page(request, row, photo=form)


async def take_photo_away(request: Request) -> Response:
    row = await _own(request)
    try:
        await photos.take_away(row.id, private(request.path_params["photo"]))
    except Refusal as refusal:
        return redirect(request, row.path, ("bad", said(refusal)))
    return redirect(request, f"{row.path}#photos", ("good", _("Taken away.")))


async def send_photo(request: Request) -> Response:
    """For who claimed, who sells, and our staff."""
    ids = [private(request.path_params[name]) for name in ("return", "photo")]
    path = photos.FILES.path_of((await photos.photo_for(request.state.person, *ids)).file)
    if not path.is_file():
        raise NotFound("There is no such photo.")
    return FileResponse(path, media_type="image/webp", headers=_NEVER_KEPT)


async def reviews(request: Request) -> Response:
    """What buyers say of a listing, for everybody."""
    listing = await Listing.get_or_none(id=private(request.path_params["listing"]), state__in=list(SHOWN))
    if listing is None:
        raise NotFound("There is no such listing.")
    before = private_or_none(request.query_params.get("before", "")) or NEWEST
    person = request.state.person
    rows = await reviews_of_listing(
        listing.id, before=before, limit=PAGE + 1, with_hidden=person is not None and bool(person.staff_role)
    )
    here = f"{listing.path}/reviews"
    return page(
        request, "orders/after/reviews.html", listing=listing, shop=await Organisation.get(id=listing.organisation_id),
        look=(await looks_of([(listing.id, listing.product_id)]))[listing.id],
        rows=rows[:PAGE], counts=await stars_of(listing.id), newest=here if before != NEWEST else "",
        older=f"{here}?before={public(rows[PAGE - 1]['id'])}" if len(rows) > PAGE else "",
    )  # fmt: skip


_ONE = "/returns/{return}"
routes = [
    get(_ONE, show, may=signed_in),
    post(f"{_ONE}/withdrawal", withdraw, may=signed_in),
    post(f"{_ONE}/parcel", sent_back, may=signed_in),
    post(f"{_ONE}/photos", add_photo, may=signed_in, limit=PHOTOS, body_max=UPLOAD_MAX),
    get(f"{_ONE}/photos/{{photo}}", send_photo, may=signed_in),
    post(f"{_ONE}/photos/{{photo}}/removal", take_photo_away, may=signed_in),
    get("/listings/{listing}/reviews", reviews, may=anyone),
]
