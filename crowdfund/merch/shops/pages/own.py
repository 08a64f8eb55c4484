"""What pages of sellers and of studios that license share: the desk around them, pictures, words of states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.pages.shown import art_url
from crowdfund.database.ids import public
from crowdfund.merch.art.words import drawing_url
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.people.models import Organisation, Role
from crowdfund.people.rules import may
from crowdfund.titles.models import Title
from crowdfund.web.i18n import lazy
from crowdfund.web.images import url_of
from crowdfund.web.page import page

DESK = "/desk/{organisation}"
KINDS = {
    "costume": lazy("Costume"), "prop": lazy("Prop"), "jewellery": lazy("Jewellery"), "set": lazy("Set piece"),
}  # fmt: skip


def base_of(request: Request) -> str:
    return f"/desk/{request.state.organisation.slug}"


def may_write(request: Request) -> bool:
    return may(request.state.role, Role.MANAGER)


def desk_page(request: Request, template: str, now: str, status: int = 200, **context: Any) -> Response:
    """A page of this desk. now: its tab."""
    organisation: Organisation = request.state.organisation
    return page(
        request, f"merch/sellers/{template}", status, organisation=organisation, base=base_of(request), now_tab=now,
        may_write=may_write(request), is_shop=organisation.kind == "shop", public=public, **context,
    )  # fmt: skip


def picture_of(row: Mapping[str, Any], *, small: bool = True) -> str:
    """The picture of a product: its own, or one that is drawn. row: with its id, image_id, kind, name, category and the film's colour."""
    if row["image_id"]:
        return url_of(row["image_id"], small=small)
    return drawing_url(row["id"], row["kind"], row["colour"], row["name"], row["category"])


def picture_of_product(product: OnscreenProduct, title: Title, *, small: bool = True) -> str:
    facts = {name: getattr(product, name) for name in ("id", "image_id", "kind", "name", "category")}
    return picture_of(facts | {"colour": title.colour}, small=small)


def art_of_row(row: Mapping[str, Any]) -> str:
    return art_url(row["title_id"], row["title_image_id"], row["title_scene"])
