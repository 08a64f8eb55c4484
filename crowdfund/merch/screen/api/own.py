"""What every call about what is on screen asks first: which title, whose it is, and whether the token's person may do that there."""

from __future__ import annotations

from starlette.requests import Request

from crowdfund.merch.screen.models import Appearance, Cut, OnscreenProduct, Scene
from crowdfund.merch.screen.rules import NoSuchAppearance, NoSuchCut, NoSuchProduct, NoSuchScene
from crowdfund.people.api.own import own_organisation
from crowdfund.people.models import Role
from crowdfund.screenings.titles import NoSuchTitle, own_title
from crowdfund.titles.models import Title
from crowdfund.web import api
from crowdfund.web.routes import bearer

ONE = "/api/v1/organisations/{organisation}/titles/{title}/screen"
SEE, WRITE = bearer("screen:read"), bearer("screen:write")


async def title_in(request: Request, needed: Role = Role.MANAGER) -> Title:
    organisation, _role = await own_organisation(request, needed)
    return await own_title(organisation.id, api.id_in(request, "title", NoSuchTitle("There is no such title.")))


async def scene_in(request: Request) -> tuple[Title, Scene]:
    title, missing = await title_in(request), NoSuchScene("There is no such scene.")
    return title, await api.row_in(request, "scene", Scene, missing, title_id=title.id)


async def product_in(request: Request, needed: Role = Role.MANAGER) -> tuple[Title, OnscreenProduct]:
    title, missing = await title_in(request, needed), NoSuchProduct("There is no such product.")
    return title, await api.row_in(request, "product", OnscreenProduct, missing, title_id=title.id)


async def appearance_in(request: Request) -> tuple[Title, Appearance]:
    title, missing = await title_in(request), NoSuchAppearance("There is no such appearance.")
    return title, await api.row_in(request, "appearance", Appearance, missing, title_id=title.id)


async def cut_in(request: Request) -> tuple[Title, Cut]:
    title, missing = await title_in(request), NoSuchCut("There is no such cut.")
    return title, await api.row_in(request, "cut", Cut, missing, title_id=title.id)


def key_of(request: Request) -> str:
    return f"api:{request.state.idempotency_key}"
