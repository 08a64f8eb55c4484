"""A shop's desk: what it lacks before it can sell, what it says of itself, and when it is away."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.merch.applications.queries import applications_of_shop
from crowdfund.merch.licences.queries import licences_of
from crowdfund.merch.shops import actions
from crowdfund.merch.shops.forms import AwayForm, ShopForm
from crowdfund.merch.shops.models import Shop
from crowdfund.merch.shops.pages.own import DESK, base_of, desk_page
from crowdfund.merch.shops.queries import facts_of
from crowdfund.merch.shops.rules import ABOUT_MAX, RETURNS_MAX, is_away, steps
from crowdfund.merch.shops.work import waits_for
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post


async def overview(request: Request) -> Response:
    shop = await actions.shop_of(request.state.organisation)
    return await _overview(request, shop, AwayForm())


async def _overview(request: Request, shop: Shop, form: Form) -> Response:
    organisation, base = request.state.organisation, base_of(request)
    needed = steps(await facts_of(organisation, shop))
    licences, applications = (
        await licences_of(organisation.id, limit=50),
        await applications_of_shop(organisation.id, limit=50),
    )
    offers = [(row, f"{base}/licences/{public(row['id'])}") for row in licences if row["state"] == "offered"]
    held = [(row, f"{base}/licences/{public(row['id'])}") for row in licences
            if row["state"] in ("accepted", "active", "sell_off", "suspended")]  # fmt: skip
    waiting = [(row, f"{base}/applications/{public(row['id'])}") for row in applications
               if row["state"] in ("draft", "submitted", "shortlisted", "sample_requested")]  # fmt: skip
    return desk_page(
        request, "shop.html", "shop", form.status, shop=shop, needed=needed, missing=sum(not one.done for one in needed),
        form=form, is_away=is_away(shop, clock.now()), offers=offers, held=held, waiting=waiting,
        shop_path=f"/shops/{organisation.slug}",
        work=[(one.sentence, one.label, base + one.path, one.urgency) for one in await waits_for(organisation.id)],
    )  # fmt: skip


async def details(request: Request) -> Response:
    shop = await actions.shop_of(request.state.organisation)
    return _details(request, ShopForm({"returns_to": shop.returns_to, "about_making": shop.about_making}))


def _details(request: Request, form: ShopForm) -> Response:
    return desk_page(
        request, "shop_details.html", "shop", form.status, form=form, returns_max=RETURNS_MAX, about_max=ABOUT_MAX
    )


async def change(request: Request) -> Response:
    form = await ShopForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await actions.change_shop(
                request.state.organisation, form.returns_to, form.about_making, by=request.state.person.id
            )
            return redirect(request, f"{base_of(request)}/shop", ("good", _("Saved.")))
    return _details(request, form)


async def away(request: Request) -> Response:
    form = await AwayForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await actions.go_away(
                request.state.organisation, form.away_from, form.away_until, by=request.state.person.id
            )
            said = _(
                "Your shop is away for these days: nothing of it is sold then. What was ordered is shipped as promised."
            )
            return redirect(request, f"{base_of(request)}/shop", ("good", said))
    return await _overview(request, await actions.shop_of(request.state.organisation), form)


async def back(request: Request) -> Response:
    await actions.come_back(request.state.organisation, by=request.state.person.id)
    return redirect(request, f"{base_of(request)}/shop", ("good", _("Your shop is open again.")))


_SHOP = f"{DESK}/shop"
_RUN = member("manager")
routes = [
    get(_SHOP, overview, may=member("viewer")),
    get(f"{_SHOP}/details", details, may=_RUN),
    post(f"{_SHOP}/details", change, may=_RUN),
    post(f"{_SHOP}/away", away, may=_RUN),
    post(f"{_SHOP}/return", back, may=_RUN),
]
