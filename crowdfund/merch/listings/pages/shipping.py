"""Where a seller ships to: zones, each with its countries, its price and its days."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private
from crowdfund.merch.listings.contents import ZONE_NAME_MAX
from crowdfund.merch.listings.forms import ZoneForm, zone_typed
from crowdfund.merch.listings.models import ShippingZone
from crowdfund.merch.listings.pages.own import DESK, base_of, desk_page
from crowdfund.merch.listings.pages.shown import zone_shown
from crowdfund.merch.listings.queries import zones_of
from crowdfund.merch.listings.zones import change_zone, make_zone_once, own_zone, remove_zone
from crowdfund.settings import current
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.region import countries
from crowdfund.web.routes import get, member, post
from crowdfund.web.told import told_at


def _path(request: Request) -> str:
    return f"{base_of(request)}/shipping"


async def _read(request: Request) -> ZoneForm:
    """The amounts are in the currency that was chosen with them."""
    typed = (await request.form()).get("currency")
    known = {code: code for code in current().currencies}
    currency = typed if isinstance(typed, str) and typed in known else next(iter(known))
    return await ZoneForm.read(request, currency=currency, currencies=known)


async def zones_page(request: Request) -> Response:
    form = ZoneForm({"currency": current().currencies[0], "days_min": "3", "days_max": "10", "key": token_urlsafe(16)})
    return await _all(request, form)


async def _all(request: Request, form: ZoneForm) -> Response:
    organisation_id = request.state.organisation.id
    found = (await zones_of([organisation_id]))[organisation_id]
    return desk_page(
        request, "desk_shipping.html", form.status, zones=[zone_shown(one) for one in found], form=form, **_given()
    )


def _given() -> dict[str, Any]:
    return {"currencies": [(code, code) for code in current().currencies], "name_max": ZONE_NAME_MAX}


async def make(request: Request) -> Response:
    form = await _read(request)
    if not form.errors:
        with form.showing_refusals():
            await make_zone_once(
                request.state.organisation, form.written, known=countries(), by=request.state.person.id,
                key=f"form:{form.key or token_urlsafe(16)}",
            )  # fmt: skip
            return redirect(request, _path(request), ("good", _("You ship there from now on.")))
    return await _all(request, form)


async def _zone(request: Request) -> ShippingZone:
    return await own_zone(request.state.organisation.id, private(request.path_params["zone"]))


async def zone_page(request: Request) -> Response:
    return await _one(request, ZoneForm(zone_typed(await _zone(request))))


async def _one(request: Request, form: ZoneForm) -> Response:
    zone = await _zone(request)
    path = f"{_path(request)}/{request.path_params['zone']}"
    return desk_page(request, "desk_zone.html", form.status, zone=zone, form=form, path=path, **_given())


async def change(request: Request) -> Response:
    zone, form = await _zone(request), await _read(request)
    if not form.errors:
        with form.showing_refusals():
            organisation_id, by = request.state.organisation.id, request.state.person.id
            await change_zone(organisation_id, zone.id, form.written, known=countries(), by=by)
            return redirect(request, _path(request), ("good", _("Saved. What was bought keeps what it cost to send.")))
    return await _one(request, form)


@told_at(_path)
async def remove(request: Request) -> Response:
    zone = await _zone(request)
    await remove_zone(request.state.organisation.id, zone.id, by=request.state.person.id)
    return redirect(request, _path(request), ("good", _("You ship there no longer.")))


_ALL = f"{DESK}/shipping"
_RUN = member("manager")
routes = [
    get(_ALL, zones_page, may=member("viewer")),
    post(_ALL, make, may=_RUN),
    get(f"{_ALL}/{{zone}}", zone_page, may=_RUN),
    post(f"{_ALL}/{{zone}}", change, may=_RUN),
    post(f"{_ALL}/{{zone}}/removal", remove, may=_RUN),
]
