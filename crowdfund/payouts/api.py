"""What was paid to the makers of a fund, and what is on its way, for their programs."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.api.own import own_campaign
from crowdfund.campaigns.api.reading import ONE
from crowdfund.database.ids import public
from crowdfund.payouts.models import Payout
from crowdfund.people.api.own import own_organisation
from crowdfund.people.models import Role
from crowdfund.web import api
from crowdfund.web.api import Out
from crowdfund.web.routes import bearer, get


class PayoutOut(Out):
    """state: `due`, `sending`, `paid` or `failed`; of a failed one the money is the organisation's again. note: why it waits.

    of: `campaign`, `screening`, or `earnings` of a seller. reversed_minor: what of it was taken back.
    """

    id: str
    of: str
    campaign: str | None
    amount_minor: int
    currency: str
    state: str
    note: str
    made_at: str
    paid_at: str | None
    reversed_minor: int


def _payout_out(payout: Payout) -> PayoutOut:
    campaign = public(payout.campaign_id) if payout.campaign_id is not None else None
    return PayoutOut(
        id=public(payout.id), of=payout.held_for.partition(":")[0], campaign=campaign, amount_minor=payout.amount_minor,
        currency=payout.currency, state=payout.state, note=payout.note, made_at=api.instant(payout.made_at),
        paid_at=api.instant_or_none(payout.paid_at), reversed_minor=payout.reversed_minor,
    )  # fmt: skip


async def list_payouts_of_campaign(request: Request) -> Response:
    """Payouts of one fund, the newest first."""
    campaign = await own_campaign(request, Role.VIEWER)
    return await _listed(request, campaign_id=campaign.id)


async def list_payouts_of_organisation(request: Request) -> Response:
    """All payouts of an organisation, of funds, screenings and sales, the newest first."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    return await _listed(request, organisation_id=organisation.id)


async def _listed(request: Request, **whose: int) -> Response:
    asked = api.cursor(request)
    before = asked.after_id if asked.after_id is not None else 2**63 - 1
    rows = await Payout.filter(id__lt=before, **whose).order_by("-id").limit(asked.limit + 1)
    return api.paged(request, rows, asked, _payout_out, lambda row: row.id)


_SEE = bearer("money:read")
routes = [
    get(f"{ONE}/payouts", list_payouts_of_campaign, may=_SEE, gives=PayoutOut, lists=True, summary="Payouts of a fund of mine"),
    get(
        "/api/v1/organisations/{organisation}/payouts", list_payouts_of_organisation, may=_SEE, gives=PayoutOut, lists=True,
        summary="Payouts of an organisation of mine",
    ),
]  # fmt: skip
