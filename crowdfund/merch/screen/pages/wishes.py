"""What backers of a film would buy: asked before it is made, once each."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import PUBLIC, Campaign
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.database.ids import private, public
from crowdfund.merch.screen.forms import WANTS
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.merch.screen.pages.shown import picture_of
from crowdfund.merch.screen.queries import backs_title, wants_of, wearers_of
from crowdfund.merch.screen.rules import NoSuchProduct
from crowdfund.merch.screen.wanting import asked_of, is_asked, want_it, want_it_no_more
from crowdfund.refusal import NotFound
from crowdfund.titles.models import Title
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import anyone, confirmed, get, post
from crowdfund.web.told import told_at


async def show(request: Request) -> Response:
    """Everybody may look; who backs the film may press."""
    title = await _title_in(request)
    asked = await asked_of(title.id)
    if not asked:
        raise NotFound("There is nothing here under that address.")
    person = request.scope["state"].get("person")
    wearers = {one.id: one for one in await wearers_of(title.id)}
    campaign = await Campaign.filter(title_id=title.id, state__in=PUBLIC).order_by("-id").first()
    return page(
        request, "merch/screen/wishes.html", title=title, art=art_of(title), campaign=campaign,
        cards=[(one, picture_of(one, title), wearers.get(one.wearer_id or 0)) for one in asked],
        wants=await wants_of(person.id, title.id) if person else set(), backs=bool(person) and await backs_title(person.id, title.id),
        here=f"/watch/{public(title.id)}/wishes",
    )  # fmt: skip


async def _title_in(request: Request) -> Title:
    title = await Title.get_or_none(id=private(request.path_params["title"]))
    if title is None:
        raise NotFound("There is nothing here under that address.")
    return title


async def _product_in(request: Request) -> OnscreenProduct:
    title_id, number = private(request.path_params["title"]), private(request.path_params["product"])
    product = await OnscreenProduct.get_or_none(id=number, title_id=title_id)
    if product is None or (not is_asked(product) and not product.is_cleared):
        raise NoSuchProduct("There is no such product.")
    return product


async def _back(request: Request) -> str:
    """The page that the button was pressed on: the product's own, where the form says so and it is there for all."""
    sent = await request.form()
    product = await _product_in(request)
    if sent.get("on") == "item" and product.is_cleared:
        return product.path
    return f"/watch/{request.path_params['title']}/wishes" if is_asked(product) else product.path


@told_at(_back)
async def press(request: Request) -> Response:
    product = await _product_in(request)
    await want_it(product.id, by=request.state.person.id)
    return redirect(request, await _back(request), ("good", _("Noted: you would buy it. Sellers see how many would.")))


@told_at(_back)
async def take_back(request: Request) -> Response:
    product = await _product_in(request)
    await want_it_no_more(product.id, by=request.state.person.id)
    return redirect(request, await _back(request), ("good", _("Taken back.")))


_ONE = "/watch/{title}/wishes"
routes = [
    get(_ONE, show, may=anyone),
    post(f"{_ONE}/{{product}}", press, may=confirmed, limit=WANTS),
    post(f"{_ONE}/{{product}}/withdrawal", take_back, may=confirmed, limit=WANTS),
]
