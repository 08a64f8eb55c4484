"""What a producer does for her backers once a fund has succeeded: addresses in, parcels out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns import actions
from crowdfund.campaigns.models import Tier
from crowdfund.campaigns.pages.own import DESK, base_of, desk_page, own_campaign
from crowdfund.campaigns.pages.shown import month_of
from crowdfund.database.ids import private, private_or_none, public
from crowdfund.people.models import Person
from crowdfund.pledges import deliveries
from crowdfund.pledges.forms import DispatchForm
from crowdfund.pledges.models import DeliveryState, Pledge
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post
from crowdfund.web.told import told_at

PAGE = 50


async def list_deliveries(request: Request) -> Response:
    """What waits to be sent first. Addresses are for those who send, so for managers and up."""
    campaign = await own_campaign(request)
    state = request.query_params.get("state", DeliveryState.READY)
    state = state if state in set(DeliveryState) else DeliveryState.READY
    after = private_or_none(request.query_params.get("after", "")) or 0
    found = await deliveries.page_of(campaign.id, state, after_id=after, limit=PAGE + 1)
    pledges = {p.id: p for p in await Pledge.filter(id__in=[d.pledge_id for d in found])}
    names = {p.id: p.name for p in await Person.filter(id__in={p.person_id for p in pledges.values()})}
    tiers = {t.id: t for t in await Tier.filter(campaign_id=campaign.id)}
    rows = [(public(d.pledge_id), d, names[pledges[d.pledge_id].person_id], tiers[d.tier_id]) for d in found[:PAGE]]
    late = [(tiers[i].name, month_of(tiers[i].delivers_on)) for i in sorted(await deliveries.late_tiers(campaign.id))]
    standing = await deliveries.standing_of(campaign.id)
    shown = [s for s in DeliveryState if s != DeliveryState.WITHDRAWN or standing.counts[s] or s == state]
    return desk_page(
        request, "pledges/deliveries.html", campaign, rows=rows, state=state, standing=standing, late=late,
        here=_base(request), more=public(found[PAGE - 1].pledge_id) if len(found) > PAGE else None, states=shown,
        remind_after=deliveries.REMIND_AFTER_DAYS, silent_days=deliveries.SILENT_AFTER.days,
    )  # fmt: skip


def _base(request: Request) -> str:
    return f"{base_of(request)}/deliveries"


@told_at(_base)
async def dispatch(request: Request) -> Response:
    campaign = await own_campaign(request)
    form = await DispatchForm.read(request)
    if form.errors:
        return redirect(request, _base(request), ("bad", form.errors["tracking"]))
    pledge_id, by = private(request.path_params["pledge"]), request.state.person.id
    await deliveries.mark_sent(pledge_id, campaign_id=campaign.id, tracking=form.tracking, by=by)
    return redirect(request, _base(request), ("good", _("Marked as sent; the backer gets a mail.")))


@told_at(_base)
async def begin(request: Request) -> Response:
    campaign = await own_campaign(request)
    await actions.begin_delivery(campaign.id, by=request.state.person.id)
    return redirect(request, _base(request), ("good", _("Backers see that rewards are on their way.")))


@told_at(_base)
async def complete(request: Request) -> Response:
    campaign = await own_campaign(request)
    await deliveries.complete_campaign(campaign.id, by=request.state.person.id)
    return redirect(request, _base(request), ("good", _("Done: all that was promised has been sent.")))


routes = [
    post(f"{DESK}/deliveries/start", begin, may=member("manager")),
    post(f"{DESK}/deliveries/end", complete, may=member("manager")),
    get(f"{DESK}/deliveries", list_deliveries, may=member("manager")),
    post(f"{DESK}/deliveries/{{pledge}}/dispatch", dispatch, may=member("manager")),
]
