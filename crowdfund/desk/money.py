"""My money: every pledge, what will be charged and when, receipts, refunds, and the cards that are kept."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import Campaign
from crowdfund.database.ids import NoSuchId, private, public
from crowdfund.payments.cards import cards_of
from crowdfund.pledges import queries
from crowdfund.web.page import page
from crowdfund.web.routes import get, signed_in


async def my_money(request: Request) -> Response:
    person_id = request.state.person.id
    before = _before(request.query_params.get("before", ""))
    pledges = await queries.pledges_of(person_id, before_id=before, limit=queries.PAGE + 1)
    shown = await queries.shown_many(pledges[: queries.PAGE])
    refunds = await queries.refunds_of(person_id)
    names = {c.id: c.name for c in await Campaign.filter(id__in={r["campaign_id"] for r in refunds})}
    return page(
        request, "desk/money.html", shown=shown, sums=await queries.sums_of(person_id), refunds=refunds, names=names,
        upcoming=sorted((s for s in shown if s.charged_on and not s.needs_card), key=lambda s: s.charged_on or s.pledge.made_at),
        attention=[s for s in shown if s.needs_card or s.needs_mending or s.address_by],
        cards={public(c.id): c for c in await cards_of(person_id)},
        older=public(pledges[queries.PAGE - 1].id) if len(pledges) > queries.PAGE else None,
    )  # fmt: skip


def _before(text: str) -> int | None:
    try:
        return private(text) if text else None
    except NoSuchId:
        return None


routes = [get("/money", my_money, may=signed_in)]
