"""A shop through the API: what it lacks, what it says of itself, when it is away."""

from __future__ import annotations

from starlette.requests import Request

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.merch.shops import actions
from crowdfund.merch.shops.api.bodies import AwayIn, ShopIn, ShopOut, StepOut
from crowdfund.merch.shops.queries import facts_of
from crowdfund.merch.shops.rules import is_away, steps
from crowdfund.people.api.own import own_organisation
from crowdfund.people.models import Organisation, Role
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post

ONE = "/api/v1/organisations/{organisation}"


async def _out(organisation: Organisation) -> ShopOut:
    shop = await actions.shop_of(organisation)
    needed = [StepOut(name=one.name, done=one.done) for one in steps(await facts_of(organisation, shop))]
    return ShopOut(
        id=public(organisation.id), name=organisation.name, returns_to=shop.returns_to, about_making=shop.about_making,
        away_from=api.instant_or_none(shop.away_from), away_until=api.instant_or_none(shop.away_until),
        is_away=is_away(shop, clock.now()), needed=needed,
    )  # fmt: skip


async def show_shop(request: Request) -> ShopOut:
    """What the shop says of itself, and what it needs before it can sell."""
    return await _out((await own_organisation(request, Role.VIEWER))[0])


async def change_shop(request: Request, body: ShopIn) -> ShopOut:
    """Where things come back to, and how they are made."""
    organisation, _role = await own_organisation(request, Role.MANAGER)
    await actions.change_shop(organisation, body.returns_to, body.about_making, by=request.state.person.id)
    return await _out(organisation)


async def leave_shop(request: Request, body: AwayIn) -> ShopOut:
    """Sell nothing for a while; what was ordered is shipped as promised."""
    organisation, _role = await own_organisation(request, Role.MANAGER)
    await actions.go_away(organisation, body.away_from, body.away_until, by=request.state.person.id)
    return await _out(organisation)


async def reopen_shop(request: Request) -> ShopOut:
    """Sell again."""
    organisation, _role = await own_organisation(request, Role.MANAGER)
    await actions.come_back(organisation, by=request.state.person.id)
    return await _out(organisation)


_SHOP = f"{ONE}/shop"
_WRITE = bearer("licences:write")
routes = [
    get(_SHOP, show_shop, may=bearer("licences:read"), gives=ShopOut, summary="A shop of mine"),
    post(_SHOP, change_shop, may=_WRITE, takes=ShopIn, gives=ShopOut, summary="Change what my shop says"),
    post(f"{_SHOP}/away", leave_shop, may=_WRITE, takes=AwayIn, gives=ShopOut, summary="Go away for a while"),
    post(f"{_SHOP}/return", reopen_shop, may=_WRITE, gives=ShopOut, summary="Open my shop again"),
]
