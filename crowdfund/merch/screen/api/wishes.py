"""What backers would buy, through the API."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.merch.screen import wanting
from crowdfund.merch.screen.api.bodies import WishOut
from crowdfund.merch.screen.forms import WANTS
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.merch.screen.pages.shown import picture_of
from crowdfund.merch.screen.queries import wants_of
from crowdfund.merch.screen.rules import NoSuchProduct
from crowdfund.screenings.titles import NoSuchTitle
from crowdfund.settings import current
from crowdfund.titles.models import Title
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post


async def _title_in(request: Request) -> Title:
    return await api.row_in(request, "title", Title, NoSuchTitle("There is no such title."))


def _out(one: OnscreenProduct, title: Title, mine: set[int]) -> WishOut:
    return WishOut(
        id=public(one.id), name=one.name, kind=one.kind, about=one.about, designer=one.designer, wanted=one.wanted,
        picture_url=current().base_url + picture_of(one, title), mine=one.id in mine,
    )  # fmt: skip


async def list_wishes(request: Request) -> Response:
    """Products of a film that its backers are asked about."""
    title, asked = await _title_in(request), api.cursor(request)
    mine = await wants_of(request.state.person.id, title.id)
    found = OnscreenProduct.filter(title_id=title.id, state__in=list(wanting.OPEN), id__gt=asked.after_id or 0)
    rows = await found.exclude(asked_at=None).order_by("id").limit(asked.limit + 1)
    return api.paged(request, rows, asked, lambda one: _out(one, title, mine), lambda one: one.id)


async def _asked_about(request: Request) -> tuple[Title, OnscreenProduct]:
    """Raises NoSuchProduct for what nobody is asked about, as for none."""
    title, missing = await _title_in(request), NoSuchProduct("There is no such product.")
    product = await api.row_in(request, "product", OnscreenProduct, missing, title_id=title.id)
    if not wanting.is_asked(product):
        raise missing
    return title, product


async def want_onscreen_product(request: Request) -> WishOut:
    """Say that I would buy it; said twice it counts once. Only backers of the film's fund are asked."""
    title, product = await _asked_about(request)
    await wanting.want_it(product.id, by=request.state.person.id)
    return await _now(request, title, product.id)


async def want_onscreen_product_no_more(request: Request) -> WishOut:
    """Take it back."""
    title, product = await _asked_about(request)
    await wanting.want_it_no_more(product.id, by=request.state.person.id)
    return await _now(request, title, product.id)


async def _now(request: Request, title: Title, product_id: int) -> WishOut:
    mine = await wants_of(request.state.person.id, title.id)
    return _out(await OnscreenProduct.get(id=product_id), title, mine)


_ALL = "/api/v1/titles/{title}/wishes"
_ONE = f"{_ALL}/{{product}}"
_SAY = bearer("pledges:write", confirmed=True)
routes = [
    get(
        _ALL,
        list_wishes,
        may=bearer("pledges:read"),
        gives=WishOut,
        lists=True,
        summary="What backers of a film are asked about",
    ),
    post(_ONE, want_onscreen_product, may=_SAY, gives=WishOut, limit=WANTS, summary="Say that I would buy this"),
    post(
        f"{_ONE}/withdrawal",
        want_onscreen_product_no_more,
        may=_SAY,
        gives=WishOut,
        limit=WANTS,
        summary="Take that back",
    ),
]
