"""What a producer does for her backers once a fund has succeeded: addresses in, parcels out."""

from __future__ import annotations

from collections import Counter

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns import actions
from crowdfund.campaigns.models import Campaign, Tier
from crowdfund.database.ids import NoSuchId, private, public
from crowdfund.people.models import Person
from crowdfund.pledges import deliveries
from crowdfund.pledges.forms import DispatchForm
from crowdfund.pledges.models import Delivery, DeliveryState, Pledge
from crowdfund.refusal import NotFound
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, member, post

PAGE = 50


async def _campaign(request: Request) -> Campaign:
    campaign = await Campaign.get_or_none(
        slug=request.path_params["slug"], organisation_id=request.state.organisation.id
    )
    if campaign is None:
        raise NotFound("There is no such fund.")
    return campaign


async def list_deliveries(request: Request) -> Response:
    """What waits to be sent first. Addresses are for those who send, so for managers and up."""
    campaign = await _campaign(request)
    state = request.query_params.get("state", DeliveryState.READY)
    state = state if state in set(DeliveryState) else DeliveryState.READY
    after = _after(request.query_params.get("after", ""))
    found = (
        await Delivery.filter(campaign_id=campaign.id, state=state, pledge_id__gt=after)
        .order_by("pledge_id")
        .limit(PAGE + 1)
    )
    pledges = {p.id: p for p in await Pledge.filter(id__in=[d.pledge_id for d in found])}
    names = {p.id: p.name for p in await Person.filter(id__in={p.person_id for p in pledges.values()})}
    tiers = {t.id: t for t in await Tier.filter(campaign_id=campaign.id)}
    rows = [(public(d.pledge_id), d, names[pledges[d.pledge_id].person_id], tiers[d.tier_id]) for d in found[:PAGE]]
    counts = Counter({s: await Delivery.filter(campaign_id=campaign.id, state=s).count() for s in DeliveryState})
    late = [t for t in tiers.values() if t.ships == "post" and deliveries.is_late(t.delivers_on, clock.now())]
    return page(
        request, "pledges/deliveries.html", campaign=campaign, organisation=request.state.organisation, rows=rows, state=state,
        counts=counts, late=late, more=public(found[PAGE - 1].pledge_id) if len(found) > PAGE else None,
        base=_base(request), states=list(DeliveryState),
    )  # fmt: skip


def _after(text: str) -> int:
    try:
        return private(text) if text else 0
    except NoSuchId:
        return 0


def _base(request: Request) -> str:
    return f"/desk/{request.path_params['organisation']}/campaigns/{request.path_params['slug']}/deliveries"


async def dispatch(request: Request) -> Response:
    campaign = await _campaign(request)
    form = await DispatchForm.read(request)
    if form.errors:
        return redirect(request, _base(request), ("bad", form.errors["tracking"]))
    await deliveries.mark_sent(private(request.path_params["pledge"]), campaign_id=campaign.id, tracking=form.tracking)
    return redirect(request, _base(request), ("good", _("Marked as sent; the backer gets a mail.")))


async def begin(request: Request) -> Response:
    campaign = await _campaign(request)
    await actions.begin_delivery(campaign.id, by=request.state.person.id)
    return redirect(request, _base(request), ("good", _("Backers see that rewards are on their way.")))


async def complete(request: Request) -> Response:
    campaign = await _campaign(request)
    await deliveries.complete_campaign(campaign.id, by=request.state.person.id)
    return redirect(request, _base(request), ("good", _("Done: all that was promised has been sent.")))


routes = [
    post("/desk/{organisation}/campaigns/{slug}/deliveries/start", begin, may=member("manager")),
    post("/desk/{organisation}/campaigns/{slug}/deliveries/end", complete, may=member("manager")),
    get("/desk/{organisation}/campaigns/{slug}/deliveries", list_deliveries, may=member("manager")),
    post("/desk/{organisation}/campaigns/{slug}/deliveries/{pledge}/dispatch", dispatch, may=member("manager")),
]
