"""On-screen products through the API: written down, cleared, opened to sellers, asked about, retired."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.api.pictures import ALT, keep_sent
from crowdfund.database.ids import public
from crowdfund.merch.screen import products as verbs
from crowdfund.merch.screen import wanting
from crowdfund.merch.screen.api.bodies import (
    ClearancesIn,
    HistoryOut,
    OnscreenProductIn,
    OnscreenProductListed,
    OnscreenProductOut,
)
from crowdfund.merch.screen.api.own import ONE, SEE, WRITE, key_of, product_in, title_in
from crowdfund.merch.screen.models import OnscreenProduct, OnscreenProductEvent, ProductKind, Wearer
from crowdfund.merch.screen.pages.shown import picture_of
from crowdfund.merch.screen.products import ProductFacts, Worn
from crowdfund.merch.screen.queries import wearers_of
from crowdfund.people.models import Role
from crowdfund.settings import current
from crowdfund.titles.models import Title
from crowdfund.web import api
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.routes import get, post


def _listed(one: OnscreenProduct, title: Title, wearers: dict[int, Wearer]) -> dict[str, Any]:
    wearer = wearers.get(one.wearer_id or 0)
    return {
        "id": public(one.id), "kind": one.kind, "name": one.name, "category": one.category, "designer": one.designer,
        "wearer": wearer.name if wearer else "", "actor": wearer.actor if wearer else "", "state": str(one.state),
        "picture_url": current().base_url + picture_of(one, title), "wanted": one.wanted, "is_asked": wanting.is_asked(one),
        "embargo_until": api.instant_or_none(one.embargo_until), "spoiler": one.spoiler,
    }  # fmt: skip


async def _wearers(title: Title) -> dict[int, Wearer]:
    return {one.id: one for one in await wearers_of(title.id)}


async def _out(title: Title, product_id: int) -> OnscreenProductOut:
    one = await OnscreenProduct.get(id=product_id)
    events = await OnscreenProductEvent.filter(onscreen_product_id=one.id).order_by("id")
    return OnscreenProductOut(
        **_listed(one, title, await _wearers(title)), about=one.about, design_clearance=one.design_clearance,
        design_cleared_at=api.instant_or_none(one.design_cleared_at), likeness_clearance=one.likeness_clearance,
        likeness_cleared_at=api.instant_or_none(one.likeness_cleared_at),
        history=[
            HistoryOut(from_state=e.from_state, to_state=e.to_state, because=e.because, at=api.instant(e.at)) for e in events
        ],
    )  # fmt: skip


def _facts(body: OnscreenProductIn) -> tuple[ProductFacts, Worn]:
    facts = ProductFacts(
        ProductKind(body.kind),
        body.name,
        body.about,
        body.category,
        body.designer,
        None,
        body.embargo_until,
        body.spoiler,
    )
    return facts, Worn(body.wearer, body.actor)


async def list_onscreen_products(request: Request) -> Response:
    """Products of a title of one's own, in every state, as they were written down."""
    title, asked = await title_in(request, Role.VIEWER), api.cursor(request)
    rows = (
        await OnscreenProduct.filter(title_id=title.id, id__gt=asked.after_id or 0)
        .order_by("id")
        .limit(asked.limit + 1)
    )
    wearers = await _wearers(title)
    return api.paged(
        request, rows, asked, lambda one: OnscreenProductListed(**_listed(one, title, wearers)), lambda one: one.id
    )


async def show_onscreen_product(request: Request) -> OnscreenProductOut:
    """A product of one's own, with its clearances and what became of it."""
    title, product = await product_in(request, Role.VIEWER)
    return await _out(title, product.id)


async def make_onscreen_product(request: Request, body: OnscreenProductIn) -> OnscreenProductOut:
    """A new draft of a product. The same Idempotency-Key answers the same one."""
    title, (facts, worn) = await title_in(request), _facts(body)
    made = await verbs.make_product_once(title.id, facts, worn=worn, by=request.state.person.id, key=key_of(request))
    return await _out(title, made.id)


async def change_onscreen_product(request: Request, body: OnscreenProductIn) -> OnscreenProductOut:
    """Write a product anew, all of it."""
    title, product = await product_in(request)
    facts, worn = _facts(body)
    await verbs.change_product(product.id, facts, worn=worn, by=request.state.person.id)
    return await _out(title, product.id)


async def write_clearances(request: Request, body: ClearancesIn) -> OnscreenProductOut:
    """Who agreed that it is made and sold. A cleared product that lacks one now is a draft again."""
    title, product = await product_in(request)
    await verbs.write_clearances(product.id, design=body.design, likeness=body.likeness, by=request.state.person.id)
    return await _out(title, product.id)


async def clear_onscreen_product(request: Request) -> OnscreenProductOut:
    """It may be shown and made. Refused while a clearance is missing."""
    title, product = await product_in(request)
    await verbs.clear_product(product.id, by=request.state.person.id)
    return await _out(title, product.id)


async def draft_onscreen_product(request: Request) -> OnscreenProductOut:
    """Back to a draft, where nobody relies on it yet."""
    title, product = await product_in(request)
    await verbs.take_back_to_draft(product.id, by=request.state.person.id)
    return await _out(title, product.id)


async def open_onscreen_product(request: Request) -> OnscreenProductOut:
    """Sellers may ask to make it."""
    title, product = await product_in(request)
    await verbs.open_applications(product.id, by=request.state.person.id)
    return await _out(title, product.id)


async def close_onscreen_product(request: Request) -> OnscreenProductOut:
    """Nobody can ask any more; it stays cleared."""
    title, product = await product_in(request)
    await verbs.close_applications(product.id, by=request.state.person.id)
    return await _out(title, product.id)


async def retire_onscreen_product(request: Request) -> OnscreenProductOut:
    """Put it away for good."""
    title, product = await product_in(request)
    await verbs.retire_product(product.id, by=request.state.person.id)
    return await _out(title, product.id)


async def ask_about_onscreen_product(request: Request) -> OnscreenProductOut:
    """Ask backers of the film's fund whether they would buy it."""
    title, product = await product_in(request)
    await wanting.ask_backers(product.id, by=request.state.person.id)
    return await _out(title, product.id)


async def ask_no_further(request: Request) -> OnscreenProductOut:
    """Ask nobody any more; what was said counts on."""
    title, product = await product_in(request)
    await wanting.stop_asking(product.id, by=request.state.person.id)
    return await _out(title, product.id)


async def picture_onscreen_product(request: Request) -> OnscreenProductOut:
    """Show a picture of it."""
    (title, product), alt, by = await product_in(request), ALT.of(request), request.state.person.id
    await keep_sent(
        request,
        ["onscreen", product.id, alt],
        lambda image_id: verbs.picture_product(product.id, image_id, alt=alt, by=by),
    )
    return await _out(title, product.id)


async def unpicture_onscreen_product(request: Request) -> OnscreenProductOut:
    """Take its picture away: the site draws it."""
    title, product = await product_in(request)
    await verbs.unpicture_product(product.id, by=request.state.person.id)
    return await _out(title, product.id)


_ALL = f"{ONE}/products"
_ONE = f"{_ALL}/{{product}}"
_BUTTON: dict[str, Any] = {"may": WRITE, "gives": OnscreenProductOut}
routes = [
    get(_ALL, list_onscreen_products, may=SEE, gives=OnscreenProductListed, lists=True, summary="Products of a title of mine"),
    post(
        _ALL, make_onscreen_product, takes=OnscreenProductIn, creates=True, summary="A new product that is on screen", **_BUTTON
    ),
    get(_ONE, show_onscreen_product, may=SEE, gives=OnscreenProductOut, summary="A product of mine"),
    post(_ONE, change_onscreen_product, takes=OnscreenProductIn, summary="Change a product", **_BUTTON),
    post(f"{_ONE}/clearances", write_clearances, takes=ClearancesIn, summary="Write down who agreed", **_BUTTON),
    post(f"{_ONE}/clearing", clear_onscreen_product, summary="Clear a product", **_BUTTON),
    post(f"{_ONE}/draft", draft_onscreen_product, summary="Take a product back to a draft", **_BUTTON),
    post(f"{_ONE}/opening", open_onscreen_product, summary="Open a product to sellers", **_BUTTON),
    post(f"{_ONE}/closing", close_onscreen_product, summary="Close a product to sellers", **_BUTTON),
    post(f"{_ONE}/retirement", retire_onscreen_product, summary="Put a product away", **_BUTTON),
    post(f"{_ONE}/question", ask_about_onscreen_product, summary="Ask backers about a product", **_BUTTON),
    post(f"{_ONE}/question/withdrawal", ask_no_further, summary="Ask no further", **_BUTTON),
    post(
        f"{_ONE}/picture", picture_onscreen_product, filters=[ALT], creates=True, picture=True, body_max=UPLOAD_MAX,
        summary="Show a picture of a product", **_BUTTON,
    ),
    post(f"{_ONE}/picture/removal", unpicture_onscreen_product, summary="Take a product's picture away", **_BUTTON),
]  # fmt: skip
