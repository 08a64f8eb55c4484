"""On-screen products at their makers' desk: written down, cleared, opened to sellers, asked about, retired."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.pages.pictures import need_words, sent_picture
from crowdfund.merch.screen import products as verbs
from crowdfund.merch.screen import wanting
from crowdfund.merch.screen.forms import KINDS, SPOILERS, ClearanceForm, ProductForm, product_typed
from crowdfund.merch.screen.models import OnscreenProduct, OnscreenProductEvent
from crowdfund.merch.screen.pages.own import (
    DESK,
    appearance_path,
    base_of,
    id_in,
    product_path,
    screen_page,
    title_in,
)
from crowdfund.merch.screen.pages.shown import picture_of
from crowdfund.merch.screen.queries import appearances_of, has_backers, products_of, seen_of, wearers_of
from crowdfund.merch.screen.rules import why_not_cleared
from crowdfund.merch.screen.timecode import clock_text
from crowdfund.people.models import Image, Person
from crowdfund.titles.models import Title
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post
from crowdfund.web.told import told_at

Verb = Callable[..., Awaitable[Any]]


async def product_of(request: Request) -> tuple[Title, OnscreenProduct]:
    title = await title_in(request)
    return title, await verbs.product_in(title.id, id_in(request, "product"))


async def show(request: Request) -> Response:
    title = await title_in(request)
    seen, wearers = await seen_of(title.id), {one.id: one for one in await wearers_of(title.id)}
    cards = [
        (one, product_path(request, one), picture_of(one, title), wearers.get(one.wearer_id or 0), seen[one.id])
        for one in await products_of(title.id)
    ]
    return await screen_page(
        request, "desk_products.html", "products", title, cards=cards, kinds=KINDS, clock_text=clock_text
    )


async def new(request: Request) -> Response:
    form = ProductForm({"key": token_urlsafe(16), "spoiler": "0", "kind": "jewellery"})
    return await _new_page(request, await title_in(request), form)


async def _new_page(request: Request, title: Title, form: ProductForm, status: int = 200) -> Response:
    return await screen_page(
        request, "desk_product_new.html", "products", title, status, form=form, kinds=KINDS.items(), spoilers=SPOILERS.items(),
        wearers=await wearers_of(title.id),
    )  # fmt: skip


async def make(request: Request) -> Response:
    title, form = await title_in(request), await ProductForm.read(request)
    image_id = await sent_picture(request, form)
    need_words(form, image_id)
    if not form.errors:
        with form.showing_refusals():
            by, key = request.state.person.id, f"form:{form.key or token_urlsafe(16)}"
            made = await verbs.make_product_once(title.id, form.facts, worn=form.worn, by=by, key=key)
            await verbs.picture_product(made.id, image_id, alt=form.image_alt, by=by)
            told = _("Here it is, as a draft. Write down who agreed, then it can be cleared.")
            return redirect(request, product_path(request, made), ("good", told))
    return await _new_page(request, title, form, form.status)


async def show_one(request: Request) -> Response:
    return await _one(request, *await product_of(request))


async def _one(
    request: Request, title: Title, product: OnscreenProduct, form: Form | None = None, status: int = 200
) -> Response:
    """form: the one that was sent, where something is to mend."""
    wearer = next((one for one in await wearers_of(title.id) if one.id == product.wearer_id), None)
    image = await Image.get_or_none(id=product.image_id) if product.image_id else None
    worn = (wearer.name, wearer.actor) if wearer else ("", "")
    facts_form = (
        form if isinstance(form, ProductForm) else ProductForm(product_typed(product, worn, image.alt if image else ""))
    )
    clearances = {"design": product.design_clearance, "likeness": product.likeness_clearance}
    missing = why_not_cleared(
        design=product.design_cleared_at is not None,
        likeness=product.likeness_cleared_at is not None,
        has_wearer=wearer is not None,
    )
    events = await OnscreenProductEvent.filter(onscreen_product_id=product.id).order_by("-id").limit(50)
    names = {one.id: one.name for one in await Person.filter(id__in=[e.by_person_id for e in events if e.by_person_id])}
    return await screen_page(
        request, "desk_product.html", "products", title, status, product=product, path=product_path(request, product),
        facts_form=facts_form, clearance_form=form if isinstance(form, ClearanceForm) else ClearanceForm(clearances),
        form=form or Form(), picture=picture_of(product, title), wearer=wearer, kinds=KINDS.items(), spoilers=SPOILERS.items(),
        wearers=await wearers_of(title.id), missing=missing, has_backers=await has_backers(title.id), is_asked=wanting.is_asked(product),
        rows=[
            (f"{clock_text(one.start_ms)} – {clock_text(one.end_ms)}", appearance_path(request, one), one)
            for one in await appearances_of(title.id, product.id)
        ],
        history=[(event, names.get(event.by_person_id or 0, "")) for event in events],
    )  # fmt: skip


async def change(request: Request) -> Response:
    title, product = await product_of(request)
    form = await ProductForm.read(request)
    image_id = await sent_picture(request, form)
    need_words(form, image_id or product.image_id)
    if not form.errors:
        with form.showing_refusals():
            by = request.state.person.id
            await verbs.change_product(product.id, form.facts, worn=form.worn, by=by)
            await verbs.picture_product(product.id, image_id, alt=form.image_alt, by=by)
            return redirect(request, product_path(request, product), ("good", _("Saved.")))
    return await _one(request, title, await OnscreenProduct.get(id=product.id), form, form.status)


async def write_clearances(request: Request) -> Response:
    title, product = await product_of(request)
    form = await ClearanceForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await verbs.write_clearances(
                product.id, design=form.design, likeness=form.likeness, by=request.state.person.id
            )
            return redirect(request, product_path(request, product), ("good", _("Saved.")))
    return await _one(request, title, await OnscreenProduct.get(id=product.id), form, form.status)


def _path_in(request: Request) -> str:
    return f"{base_of(request)}/products/{request.path_params['product']}"


def _button(verb: Verb, name: str) -> Callable[[Request], Awaitable[Response]]:
    """A button of a product's page: what it does; what is said when it is done stands in TEXT."""

    @told_at(_path_in)
    async def press(request: Request) -> Response:
        _title, product = await product_of(request)
        await verb(product.id, by=request.state.person.id)
        return redirect(request, _path_in(request), ("good", _(TEXT[name])))

    return press


TEXT = {
    "clearing": "It is cleared: it may be shown and made.",
    "draft": "It is a draft again.",
    "opening": "Sellers can ask to make it now.",
    "closing": "Nobody can ask any more.",
    "retirement": "It is put away.",
    "question": "Backers of its fund are asked whether they would buy it.",
    "question/withdrawal": "Nobody is asked any more. What was said counts on.",
    "picture/removal": "It has no picture of yours now.",
}
_BUTTONS: dict[str, Verb] = {
    "clearing": verbs.clear_product, "draft": verbs.take_back_to_draft, "opening": verbs.open_applications,
    "closing": verbs.close_applications, "retirement": verbs.retire_product, "question": wanting.ask_backers,
    "question/withdrawal": wanting.stop_asking, "picture/removal": verbs.unpicture_product,
}  # fmt: skip

_ALL = f"{DESK}/products"
_ONE = f"{_ALL}/{{product}}"
_RUN = member("manager")
routes = [
    get(_ALL, show, may=member("viewer")),
    get(f"{_ALL}/new", new, may=_RUN),
    post(_ALL, make, may=_RUN, body_max=UPLOAD_MAX),
    get(_ONE, show_one, may=member("viewer")),
    post(_ONE, change, may=_RUN, body_max=UPLOAD_MAX),
    post(f"{_ONE}/clearances", write_clearances, may=_RUN),
    *(post(f"{_ONE}/{name}", _button(verb, name), may=_RUN) for name, verb in _BUTTONS.items()),
]
