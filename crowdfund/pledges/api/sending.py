"""What a producer does for her backers through the API once a fund has succeeded: addresses in, parcels out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns import actions
from crowdfund.campaigns.api.own import own_campaign
from crowdfund.campaigns.api.reading import ONE
from crowdfund.campaigns.models import Campaign, Tier
from crowdfund.database.ids import public
from crowdfund.people.models import Person
from crowdfund.pledges import deliveries
from crowdfund.pledges.api.bodies import DeliveriesOut, DispatchIn, OwedOut
from crowdfund.pledges.api.shown import delivery_facts
from crowdfund.pledges.models import UNSENT, Delivery, DeliveryState, Pledge
from crowdfund.refusal import NotFound
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post

_STATE = api.Filter(
    "state", "Those in this state; `ready` can be sent.", tuple(state.value for state in DeliveryState), default="ready"
)


async def list_deliveries(request: Request) -> Response:
    """What is owed to backers, as they pledged. With addresses, so it is for managers and owners."""
    campaign, asked, state = await own_campaign(request), api.cursor(request), _STATE.of(request)
    rows = await deliveries.page_of(campaign.id, state, after_id=asked.after_id or 0, limit=asked.limit + 1)
    shown = {one.pledge: one for one in await _owed(rows)}
    return api.paged(request, rows, asked, lambda row: shown[public(row.pledge_id)], lambda row: row.pledge_id)


async def _owed(rows: list[Delivery]) -> list[OwedOut]:
    pledges = {p.id: p for p in await Pledge.filter(id__in=[d.pledge_id for d in rows])}
    names = {p.id: p.name for p in await Person.filter(id__in={p.person_id for p in pledges.values()})}
    tiers = {t.id: t for t in await Tier.filter(id__in={d.tier_id for d in rows})}
    return [_owed_out(d, pledges[d.pledge_id], names[pledges[d.pledge_id].person_id], tiers[d.tier_id]) for d in rows]


def _owed_out(delivery: Delivery, pledge: Pledge, backer: str, tier: Tier) -> OwedOut:
    waits = delivery.state == DeliveryState.AWAITING_ADDRESS
    return OwedOut(
        **delivery_facts(delivery, tier), pledge=public(pledge.id), tier=tier.name, quantity=pledge.quantity, backer=backer,
        is_late=delivery.state in UNSENT and deliveries.is_late(tier.delivers_on, clock.now()),
        address_by=api.instant(deliveries.silent_from(delivery)) if waits else None,
    )  # fmt: skip


async def show_standing(request: Request) -> DeliveriesOut:
    """How far the deliveries of a fund are, and which tiers are late."""
    return await _standing(await own_campaign(request))


async def _standing(campaign: Campaign) -> DeliveriesOut:
    standing, late = await deliveries.standing_of(campaign.id), await deliveries.late_tiers(campaign.id)
    return DeliveriesOut(
        state=(await Campaign.get(id=campaign.id)).state, counts={s.value: standing.counts[s] for s in DeliveryState},
        owed=standing.owed, waits=standing.waits, silent=standing.silent, late_tiers=[public(i) for i in sorted(late)],
    )  # fmt: skip


async def dispatch(request: Request, body: DispatchIn) -> OwedOut:
    """A parcel is sent; its backer gets a mail."""
    campaign, missing = await own_campaign(request), NotFound("There is nothing to send under that number.")
    pledge_id = api.id_in(request, "pledge", missing)
    await deliveries.mark_sent(pledge_id, campaign_id=campaign.id, tracking=body.tracking, by=request.state.person.id)
    return (await _owed([await Delivery.get(pledge_id=pledge_id)]))[0]


async def begin(request: Request) -> DeliveriesOut:
    """Rewards begin to go out: backers see that."""
    campaign = await own_campaign(request)
    await actions.begin_delivery(campaign.id, by=request.state.person.id)
    return await _standing(campaign)


async def complete(request: Request) -> DeliveriesOut:
    """All that was promised has been sent. Refused while something has not."""
    campaign = await own_campaign(request)
    await deliveries.complete_campaign(campaign.id, by=request.state.person.id)
    return await _standing(campaign)


_SEE, _WRITE = bearer("deliveries:read"), bearer("deliveries:write")
_ALL = f"{ONE}/deliveries"
routes = [
    get(
        _ALL, list_deliveries, may=_SEE, gives=OwedOut, lists=True, filters=[_STATE], summary="What a fund of mine owes to backers"
    ),
    get(f"{_ALL}/standing", show_standing, may=_SEE, gives=DeliveriesOut, summary="How far deliveries are"),
    post(f"{_ALL}/{{pledge}}/dispatch", dispatch, may=_WRITE, takes=DispatchIn, gives=OwedOut, summary="Mark one as sent"),
    post(f"{_ALL}/start", begin, may=_WRITE, gives=DeliveriesOut, summary="Say that rewards go out"),
    post(f"{_ALL}/end", complete, may=_WRITE, gives=DeliveriesOut, summary="Say that all is sent"),
]  # fmt: skip
