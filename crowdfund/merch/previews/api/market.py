"""The market and its previews through the API: what is open, what one agrees to, links that end, and who has looked."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.merch.previews import actions, queries
from crowdfund.merch.previews.models import PreviewKind
from crowdfund.merch.previews.rules import NoSuchPreview, is_public
from crowdfund.merch.previews.terms import CURRENT, VERSIONS
from crowdfund.merch.screen.models import ProductKind
from crowdfund.merch.shops.api.bodies import ConsentIn, MarketOut, PreviewOut, TermsOut, ViewOut
from crowdfund.merch.shops.queries import shops_run_by
from crowdfund.people.api.own import own_organisation
from crowdfund.people.models import Role
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post

ONE = "/api/v1/organisations/{organisation}"
_KIND = api.Filter("kind", "Only of this kind.", choices=tuple(ProductKind))


def _out(row: dict[str, Any]) -> MarketOut:
    at = row["public_at"]
    return MarketOut(
        id=public(row["id"]), kind=row["kind"], name=row["name"], about=row["about"], category=row["category"],
        title=public(row["title_id"]), title_name=row["title"], studio_name=row["studio"], wanted=row["wanted"],
        applications=row["applications"], previews=row["previews"], public_at=None if is_public(at, clock.now()) else api.instant(at),
    )  # fmt: skip


async def list_market(request: Request) -> Response:
    """What of all films may be made, the newest first. Who runs a shop also sees what is under embargo."""
    asked, kind = api.cursor(request), _KIND.of(request)
    shops, now = await shops_run_by(request.state.person.id), clock.now()
    before_id = asked.after_id if asked.after_id is not None else queries.NEWEST
    found: list[dict[str, Any]] = []
    while len(found) <= asked.limit:
        rows = await queries.open_products(kind=kind, before_id=before_id, limit=asked.limit + 1)
        found += [row for row in rows if shops or is_public(row["public_at"], now)]
        if len(rows) <= asked.limit:
            break
        before_id = rows[-1]["id"]
    return api.paged(request, found[: asked.limit + 1], asked, _out, lambda row: int(row["id"]))


async def show_preview_terms(request: Request) -> TermsOut:
    """What one agrees to before one looks."""
    return TermsOut(version=CURRENT, text=VERSIONS[CURRENT])


async def agree_to_previews(request: Request, body: ConsentIn) -> TermsOut:
    """Agree to them, for a shop."""
    shop, _role = await own_organisation(request, Role.VIEWER)
    await actions.agree(request.state.person.id, shop, body.version)
    return TermsOut(version=CURRENT, text=VERSIONS[CURRENT])


async def list_previews(request: Request) -> Response:
    """Links to the previews of one product, for who asks alone."""
    shop, _role = await own_organisation(request, Role.VIEWER)
    missing, asked, by = NoSuchPreview("There is no such product."), api.cursor(request), request.state.person.id
    product_id = api.id_in(request, "product", missing)
    if not await queries.open_products(product_id=product_id, limit=1):
        raise missing
    await actions.refuse_viewer(by, shop)
    found = [one for one in await queries.previews_of(product_id) if asked.after_id is None or one.id > asked.after_id]

    def out(one: Any) -> PreviewOut:
        clip = actions.link_to(one, by, shop, part="clip") if one.kind == PreviewKind.CLIP else None
        return PreviewOut(
            id=one.public_id, kind=one.kind, start_ms=one.start_ms, end_ms=one.end_ms, words=one.words,
            picture=actions.link_to(one, by, shop, part="picture"), clip=clip,
        )  # fmt: skip

    return api.paged(request, sorted(found, key=lambda one: one.id), asked, out, lambda one: int(one.id))


async def list_views(request: Request) -> Response:
    """Who has looked at what of a studio, the newest first."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    asked = api.cursor(request)
    before_id = asked.after_id if asked.after_id is not None else queries.NEWEST
    rows = await queries.views_of(organisation.id, before_id=before_id, limit=asked.limit + 1)

    def out(row: dict[str, Any]) -> ViewOut:
        return ViewOut(
            id=public(row["id"]), at=api.instant(row["at"]), person_name=row["person"], shop_name=row["shop"],
            product_name=row["product"], kind=row["kind"],
        )  # fmt: skip

    return api.paged(request, rows, asked, out, lambda row: int(row["id"]))


_SEE = bearer("licences:read")
routes = [
    get("/api/v1/market", list_market, may=_SEE, gives=MarketOut, lists=True, filters=[_KIND], summary="What may be made"),
    get("/api/v1/market/terms", show_preview_terms, may=_SEE, gives=TermsOut, summary="What one agrees to before one looks"),
    post(
        f"{ONE}/preview-consents", agree_to_previews, may=bearer("licences:write"), takes=ConsentIn, gives=TermsOut,
        summary="Agree to keep to myself what I see",
    ),
    get(f"{ONE}/market/{{product}}/previews", list_previews, may=_SEE, gives=PreviewOut, lists=True, summary="Links to previews"),
    get(f"{ONE}/preview-views", list_views, may=_SEE, gives=ViewOut, lists=True, summary="Who has looked at our previews"),
]  # fmt: skip
