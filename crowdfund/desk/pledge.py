"""A fan's pledge, and where its money went: the one is the pledges room's, the other is told from the whole fund."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import Campaign
from crowdfund.desk.ledger.pages import where_hers_went
from crowdfund.desk.ledger.queries import mine_of, money_of
from crowdfund.pledges.card_pages import own
from crowdfund.pledges.models import PledgeState
from crowdfund.pledges.pages import pledge_page
from crowdfund.web.routes import get, signed_in

_CHARGED = (PledgeState.COLLECTED, PledgeState.DISPUTED, PledgeState.REFUNDED, PledgeState.LOST)


async def show(request: Request) -> Response:
    pledge = await own(request)
    if pledge.state not in _CHARGED:
        return await pledge_page(request, pledge, None)
    money = await money_of(await Campaign.get(id=pledge.campaign_id))
    where = where_hers_went(await mine_of(pledge, money), money, pledge)["where"]
    return await pledge_page(request, pledge, where)


routes = [get("/pledges/{pledge}", show, may=signed_in)]
