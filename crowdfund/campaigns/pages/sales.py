"""For staff: making sales, and putting funds into them before these open."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.forms import JoinForm, SaleForm
from crowdfund.campaigns.models import Campaign, Sale
from crowdfund.campaigns.once import make_sale_once
from crowdfund.campaigns.queries import funds_of_sale, joinable
from crowdfund.campaigns.sales import CAN_JOIN, join_sale, leave_sale, sale_by_slug
from crowdfund.refusal import NotFound, Refusal
from crowdfund.settings import current
from crowdfund.web.formats import said
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, post, staff
from crowdfund.web.told import told_at

SHOWN_MAX = 200


def _may_make(request: Request) -> bool:
    return bool(request.state.person.staff_role == "admin")


async def sales(request: Request) -> Response:
    return await _sales(request, SaleForm({"currency": current().currencies[0], "key": token_urlsafe(16)}))


async def _sales(request: Request, form: SaleForm, status: int = 200) -> Response:
    return page(
        request, "campaigns/sales.html", status, sales=await Sale.all().order_by("-id").limit(SHOWN_MAX), form=form,
        currencies=[(code, code) for code in current().currencies], may_make=_may_make(request),
    )  # fmt: skip


async def make(request: Request) -> Response:
    form = await SaleForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            sale = await make_sale_once(
                name=form.name, currency=form.currency, amount_per_fan_max_minor=form.most_minor,
                by=request.state.person.id, key=f"form:{form.key or token_urlsafe(16)}",
            )  # fmt: skip
            return redirect(
                request, sale.staff_path, ("good", _("The sale is there. Put funds into it before they open."))
            )
    return await _sales(request, form, 422)


async def sale(request: Request) -> Response:
    return await _sale(request, await sale_by_slug(request.path_params["sale"]), JoinForm(campaigns={}))


async def _sale(request: Request, found: Sale, form: JoinForm, status: int = 200) -> Response:
    return page(
        request, "campaigns/sale.html", status, sale=found, funds=await funds_of_sale(found.id), form=form,
        joinable=[(one.slug, f"{one.name} · {one.slug}") for one in await joinable(found, CAN_JOIN)],
        can_leave=[state.value for state in CAN_JOIN], may_make=_may_make(request),
    )  # fmt: skip


async def join(request: Request) -> Response:
    found = await sale_by_slug(request.path_params["sale"])
    given: dict[str, Any] = {one.slug: one.id for one in await joinable(found, CAN_JOIN)}
    form = await JoinForm.read(request, campaigns=given)
    if not form.errors:
        try:
            await join_sale(given[form.campaign], found.id, by=request.state.person.id)
            return redirect(request, found.staff_path, ("good", _("The fund is in the sale.")))
        except Refusal as refusal:
            form.refuse("campaign", said(refusal))
    return await _sale(request, found, form, 422)


@told_at(lambda request: f"/staff/sales/{request.path_params['sale']}")
async def leave(request: Request) -> Response:
    found = await sale_by_slug(request.path_params["sale"])
    campaign = await Campaign.get_or_none(slug=request.path_params["slug"], sale_id=found.id)
    if campaign is None:
        raise NotFound("There is no such fund.")
    await leave_sale(campaign.id, found.id, by=request.state.person.id)
    return redirect(request, found.staff_path, ("good", _("The fund is out of the sale.")))


routes = [
    get("/staff/sales", sales, may=staff("reviewer")),
    post("/staff/sales", make, may=staff("admin")),
    get("/staff/sales/{sale}", sale, may=staff("reviewer")),
    post("/staff/sales/{sale}/funds", join, may=staff("admin")),
    post("/staff/sales/{sale}/funds/{slug}/removal", leave, may=staff("admin")),
]
