"""Sales, for staff: several funds over which one fan may give so much together. A fund joins before it opens."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.api.bodies import JoinIn, SaleIn, SaleOut
from crowdfund.campaigns.api.own import campaign_in
from crowdfund.campaigns.models import Campaign, Sale
from crowdfund.campaigns.once import make_sale_once
from crowdfund.campaigns.queries import funds_of_sale
from crowdfund.campaigns.sales import join_sale, leave_sale
from crowdfund.database.ids import public
from crowdfund.refusal import NotFound
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post


async def _shown(sale: Sale) -> SaleOut:
    return SaleOut(
        id=public(sale.id), slug=sale.slug, name=sale.name, currency=sale.currency,
        amount_per_fan_max_minor=sale.amount_per_fan_max_minor, funds=[public(fund.id) for fund in await funds_of_sale(sale.id)],
    )  # fmt: skip


async def list_sales(request: Request) -> Response:
    """All sales, the newest first."""
    asked = api.cursor(request)
    before = asked.after_id if asked.after_id is not None else 2**63 - 1
    rows = await Sale.filter(id__lt=before).order_by("-id").limit(asked.limit + 1)
    shown = {sale.id: await _shown(sale) for sale in rows[: asked.limit]}
    return api.paged(request, rows, asked, lambda sale: shown[sale.id], lambda sale: sale.id)


async def _found(request: Request) -> Sale:
    return await api.row_in(request, "sale", Sale, NotFound("There is no such sale."))


async def show_sale(request: Request) -> SaleOut:
    """One sale and its funds."""
    return await _shown(await _found(request))


async def make_sale(request: Request, body: SaleIn) -> SaleOut:
    """A new sale. What one fan may give never changes."""
    return await _shown(
        await make_sale_once(
            **body.model_dump(), by=request.state.person.id, key=f"api:{request.state.idempotency_key}"
        )
    )


async def join(request: Request, body: JoinIn) -> SaleOut:
    """Put a fund into a sale, before it opens."""
    sale, missing = await _found(request), NotFound("There is no such fund.", field="campaign")
    campaign = await Campaign.get_or_none(id=api.known_id(body.campaign, missing))
    if campaign is None:
        raise missing
    await join_sale(campaign.id, sale.id, by=request.state.person.id)
    return await _shown(sale)


async def leave(request: Request) -> SaleOut:
    """Take a fund out of a sale again, before it opens."""
    sale, campaign = await _found(request), await campaign_in(request)
    if campaign.sale_id != sale.id:
        raise NotFound("There is no such fund.")
    await leave_sale(campaign.id, sale.id, by=request.state.person.id)
    return await _shown(sale)


_REVIEW, _ADMIN = bearer("staff:review", staff="reviewer"), bearer("staff:review", staff="admin")
_ALL = "/api/v1/staff/sales"
_ONE = f"{_ALL}/{{sale}}"
routes = [
    get(_ALL, list_sales, may=_REVIEW, gives=SaleOut, lists=True, summary="Sales"),
    get(_ONE, show_sale, may=_REVIEW, gives=SaleOut, summary="One sale and its funds"),
    post(_ALL, make_sale, may=_ADMIN, takes=SaleIn, gives=SaleOut, creates=True, summary="A new sale"),
    post(f"{_ONE}/funds", join, may=_ADMIN, takes=JoinIn, gives=SaleOut, summary="Put a fund into a sale"),
    post(f"{_ONE}/funds/{{campaign}}/removal", leave, may=_ADMIN, gives=SaleOut, summary="Take a fund out of a sale"),
]  # fmt: skip
