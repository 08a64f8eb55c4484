"""What every page about what is on screen asks first: which title, whose it is, what its master is."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private, public
from crowdfund.merch.screen.models import Appearance, Master, OnscreenProduct, Scene
from crowdfund.people.models import Role
from crowdfund.people.rules import may
from crowdfund.screenings.titles import own_title
from crowdfund.titles.models import Title
from crowdfund.web.page import page

DESK = "/desk/{organisation}/screen/{title}"


async def title_in(request: Request) -> Title:
    """Raises NoSuchTitle for another's as for none."""
    return await own_title(request.state.organisation.id, private(request.path_params["title"]))


def base_of(request: Request) -> str:
    """Where all about this title's screen hangs."""
    return f"/desk/{request.state.organisation.slug}/screen/{request.path_params['title']}"


def may_write(request: Request) -> bool:
    return may(request.state.role, Role.MANAGER)


async def screen_page(
    request: Request, template: str, now: str, title: Title, status: int = 200, **context: Any
) -> Response:
    """A page of this desk. now: its tab."""
    desk = f"/desk/{request.state.organisation.slug}"
    master = await Master.get_or_none(title_id=title.id)
    return page(
        request, f"merch/screen/{template}", status, organisation=request.state.organisation, base=base_of(request), now_tab=now,
        title=title, master=master, may_write=may_write(request), desk=desk, title_path=f"{desk}/titles/{public(title.id)}", **context,
    )  # fmt: skip


def id_in(request: Request, name: str) -> int:
    return private(request.path_params[name])


def product_path(request: Request, product: OnscreenProduct | int) -> str:
    number = product if isinstance(product, int) else product.id
    return f"{base_of(request)}/products/{public(number)}"


def appearance_path(request: Request, one: Appearance | int) -> str:
    return f"{base_of(request)}/appearances/{public(one if isinstance(one, int) else one.id)}"


def scene_path(request: Request, scene: Scene) -> str:
    return f"{base_of(request)}/scenes/{public(scene.id)}"
