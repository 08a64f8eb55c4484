"""For buyers' programs: where it is, calling off, sending back, claiming, saying how it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.merch.listings.models import SHOWN, Listing
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder
from crowdfund.orders.parcels import sending
from crowdfund.orders.parcels.models import Parcel, ParcelState
from crowdfund.orders.returns import asking, cancelling, photos
from crowdfund.orders.returns.api.bodies import (
    BoughtOut,
    CallOffIn,
    CarrierIn,
    PiecesIn,
    ReturnIn,
    ReturnOut,
    ReviewIn,
    ReviewOut,
    bought_out,
    return_out,
)
from crowdfund.orders.returns.forms import PHOTOS
from crowdfund.orders.returns.models import REASONS, GoodsReturn, Kind, Reason
from crowdfund.orders.returns.rules import MoreThanBought
from crowdfund.orders.returns.shown import ReturnShown, after_sale
from crowdfund.orders.reviews import actions as reviews
from crowdfund.orders.reviews.queries import NEWEST, reviews_of_listing
from crowdfund.refusal import Invalid, NotFound
from crowdfund.web import api, images
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.routes import bearer, get, post

TOLD = ["paid", "refunded", "lost"]
_NO_ORDER, _NO_RETURN = NotFound("There is no such order."), NotFound("There is no such return.")
_NO_PHOTO = NotFound("There is no such photo.")


class ClaimWordsMissing(Invalid):
    pass


def wants_of(lines: Sequence[PiecesIn]) -> dict[int, int]:
    """How many pieces by line. Raises MoreThanBought for a line that is none of ours."""
    missing = MoreThanBought("There is no such line in this order.", field="lines")
    found: dict[int, int] = {}
    for one in lines:
        line_id = api.known_id(one.line, missing)
        found[line_id] = found.get(line_id, 0) + one.quantity
    return found


async def _own(request: Request) -> GoodsOrder:
    return await api.row_in(request, "order", GoodsOrder, _NO_ORDER, person_id=request.state.person.id, state__in=TOLD)


async def list_bought(request: Request) -> Response:
    """What a fan has bought and paid, an order for each seller, the newest first."""
    asked = api.cursor(request)
    before = NEWEST if asked.after_id is None else asked.after_id
    query = GoodsOrder.filter(person_id=request.state.person.id, state__in=TOLD, id__lt=before)
    rows = [await after_sale(one) for one in await query.order_by("-id").limit(asked.limit + 1)]
    return api.paged(request, rows, asked, bought_out, lambda found: found.order.id)


async def show_bought(request: Request) -> BoughtOut:
    """One seller's part of a purchase: how far it is, its parcels, what goes back."""
    return bought_out(await after_sale(await _own(request)))


async def call_off(request: Request, body: CallOffIn) -> BoughtOut:
    """Call off what is not sent: at once where it is late, else its seller is asked."""
    order, by = await _own(request), request.state.person.id
    if (await after_sale(order)).is_late:
        await cancelling.cancel_late(order.id, wants_of(body.lines), by=by)
    else:
        wish = asking.Wish(order.id, Kind.CANCELLATION, Reason.CHANGED_MIND, body.words, wants_of(body.lines))
        await asking.ask(wish, by=by, key=f"api:{request.state.idempotency_key}")
    return bought_out(await after_sale(order))


async def ask_back(request: Request, body: ReturnIn) -> ReturnOut:
    """Ask to send something back, or claim that something is wrong. Who says nothing for a week has agreed."""
    order, reason = await _own(request), Reason(body.reason)
    kind = Kind.CLAIM if reason in REASONS[Kind.CLAIM] else Kind.RETURN
    if kind == Kind.CLAIM and len(body.words) < 10:
        raise ClaimWordsMissing("Please say in a sentence or two what is wrong.", field="words")
    wish = asking.Wish(order.id, kind, reason, body.words, wants_of(body.lines))
    made = await asking.ask(wish, by=request.state.person.id, key=f"api:{request.state.idempotency_key}")
    return return_out(await shown_return(made))


async def shown_return(row: GoodsReturn) -> ReturnShown:
    found = await after_sale(await GoodsOrder.get(id=row.order_id))
    return next(one for one in found.returns if one.row.id == row.id)


async def _own_return(request: Request) -> GoodsReturn:
    return await api.row_in(request, "return", GoodsReturn, _NO_RETURN, person_id=request.state.person.id)


async def show_return(request: Request) -> ReturnOut:
    """One return, claim or calling off of mine."""
    return return_out(await shown_return(await _own_return(request)))


async def withdraw(request: Request) -> ReturnOut:
    """Keep it after all."""
    row = await _own_return(request)
    await asking.withdraw(row.id, by=request.state.person.id)
    return return_out(await shown_return(row))


async def say_sent(request: Request, body: CarrierIn) -> ReturnOut:
    """It is on its way back."""
    row = await _own_return(request)
    await asking.say_sent(row.id, body.carrier, body.tracking, by=request.state.person.id)
    return return_out(await shown_return(row))


async def add_photo(request: Request) -> ReturnOut:
    """Show the seller what is wrong."""
    row, picture = await _own_return(request), await images.read_picture(await api.picture_in(request))
    key, size = f"api:{request.state.idempotency_key}", (picture.width, picture.height)
    await photos.add_photo(row, picture.files[""], size, by=request.state.person.id, key=key)
    return return_out(await shown_return(row))


async def take_photo_away(request: Request) -> ReturnOut:
    """Take it away again, while the seller has not answered."""
    row = await _own_return(request)
    await photos.take_away(row.id, api.id_in(request, "photo", _NO_PHOTO))
    return return_out(await shown_return(row))


async def arrived(request: Request) -> BoughtOut:
    """A parcel has arrived, by the word of who has it."""
    missing = NotFound("There is no such parcel.")
    parcel = await api.row_in(request, "parcel", Parcel, missing)
    order = await GoodsOrder.get_or_none(id=parcel.order_id, person_id=request.state.person.id)
    if order is None:
        raise missing
    if parcel.state != ParcelState.DELIVERED:
        await sending.say(parcel.id, ParcelState.DELIVERED, because="she has it", by=request.state.person.id)
    return bought_out(await after_sale(order))


async def review(request: Request, body: ReviewIn) -> ReviewOut:
    """Say how something is that was sent: once for each line."""
    line = await api.row_in(request, "line", GoodsLine, NotFound("There is no such thing among what you bought."))
    made = await reviews.review(line.id, body.stars, body.words, by=request.state.person.id)
    return ReviewOut(
        id=public(made.id), stars=made.stars, words=made.words, name=request.state.person.name, answer="",
        made_at=api.instant(made.made_at),
    )  # fmt: skip


async def list_reviews(request: Request) -> Response:
    """What buyers say of a listing, the newest first."""
    listing = await api.row_in(
        request, "listing", Listing, NotFound("There is no such listing."), state__in=list(SHOWN)
    )
    asked = api.cursor(request)
    before = NEWEST if asked.after_id is None else asked.after_id
    rows = await reviews_of_listing(listing.id, before=before, limit=asked.limit + 1)
    return api.paged(request, rows, asked, review_out, lambda row: row["id"])


def review_out(row: dict[str, Any]) -> ReviewOut:
    return ReviewOut(
        id=public(int(row["id"])), stars=row["stars"], words=row["words"], name=row["name"], answer=row["answer"],
        made_at=api.instant(row["made_at"]),
    )  # fmt: skip


_SEE, _DO = bearer("goods:read"), bearer("goods:write")
_ONE, _RETURN = "/api/v1/goods-orders/{order}", "/api/v1/goods-returns/{return}"
routes = [
    get("/api/v1/goods-orders", list_bought, may=_SEE, gives=BoughtOut, lists=True, summary="What I bought"),
    get(_ONE, show_bought, may=_SEE, gives=BoughtOut, summary="One order of mine"),
    post(f"{_ONE}/cancellation", call_off, may=_DO, takes=CallOffIn, gives=BoughtOut, creates=True,
         summary="Call off what is not sent"),
    post(f"{_ONE}/returns", ask_back, may=_DO, takes=ReturnIn, gives=ReturnOut, creates=True,
         summary="Send back, or claim"),
    get(_RETURN, show_return, may=_SEE, gives=ReturnOut, summary="One return of mine"),
    post(f"{_RETURN}/withdrawal", withdraw, may=_DO, gives=ReturnOut, summary="Keep it after all"),
    post(f"{_RETURN}/parcel", say_sent, may=_DO, takes=CarrierIn, gives=ReturnOut, summary="It is on its way back"),
    post(f"{_RETURN}/photos", add_photo, may=_DO, gives=ReturnOut, creates=True, picture=True, limit=PHOTOS, body_max=UPLOAD_MAX,
         summary="Show a photo of what is wrong"),
    post(f"{_RETURN}/photos/{{photo}}/removal", take_photo_away, may=_DO, gives=ReturnOut, summary="Take a photo away"),
    post("/api/v1/parcels/{parcel}/arrival", arrived, may=_DO, gives=BoughtOut, summary="A parcel has arrived"),
    post("/api/v1/goods-lines/{line}/review", review, may=_DO, takes=ReviewIn, gives=ReviewOut, status=201,
         summary="Say how it is"),
    get("/api/v1/listings/{listing}/reviews", list_reviews, may=_SEE, gives=ReviewOut, lists=True,
        summary="What buyers say"),
]  # fmt: skip
