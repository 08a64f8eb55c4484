"""A fan's own pledges through the API: read, changed, cancelled, paid, sent to her."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.payments.models import Refund
from crowdfund.people.models import Organisation
from crowdfund.pledges import actions, deliveries, queries
from crowdfund.pledges.api.bodies import AddressIn, AmendIn, PledgeOut, ReceiptOut, RefundOut
from crowdfund.pledges.api.shown import pledge_out, refund_out
from crowdfund.pledges.forms import terms_shown
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.rules import NoSuchTier
from crowdfund.refusal import NotFound
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post

ONE = "/api/v1/pledges/{pledge}"


async def own(request: Request) -> Pledge:
    """The pledge in the path, where it is the token's person's. Raises NotFound, for another's in the same words as for none."""
    pledge_id = api.id_in(request, "pledge", NotFound("There is no such pledge."))
    return await actions.own_pledge(pledge_id, request.state.person.id)


async def as_it_is(pledge: Pledge) -> PledgeOut:
    return pledge_out(await queries.shown(await Pledge.get(id=pledge.id)))


async def list_pledges(request: Request) -> Response:
    """A fan's own pledges, newest first."""
    asked = api.cursor(request)
    pledges = await queries.pledges_of(request.state.person.id, before_id=asked.after_id, limit=asked.limit + 1)
    return api.paged(request, await queries.shown_many(pledges), asked, pledge_out, lambda shown: shown.pledge.id)


async def show_pledge(request: Request) -> PledgeOut:
    """One pledge of the fan's own."""
    return await as_it_is(await own(request))


async def amend_pledge(request: Request, body: AmendIn) -> PledgeOut:
    """Change tier, quantity, amount or name while the fund is open. What is left out stays; a tier of null is none."""
    pledge, said = await own(request), body.model_fields_set
    changes: dict[str, int | None] = {
        name: getattr(body, name) for name in ("quantity", "amount_minor") if name in said
    }
    if "tier" in said:
        missing = NoSuchTier("There is no such tier in this fund.", field="tier")
        changes["tier_id"] = api.known_id(body.tier, missing) if body.tier is not None else None
    shown_as = ("nobody" if body.anonymous else "name") if "anonymous" in said else None
    if said:
        await actions.amend_pledge(
            pledge.id, person_id=pledge.person_id, shown_as=shown_as, agreed=terms_shown(), ticked=None, **changes
        )
    return await as_it_is(pledge)


async def cancel_pledge(request: Request) -> PledgeOut:
    """Take a pledge back while the fund is open."""
    pledge = await own(request)
    await actions.cancel_pledge(pledge.id, person_id=pledge.person_id)
    return await as_it_is(pledge)


# --- what was paid ---


async def receipt(request: Request) -> ReceiptOut:
    """What was paid for a pledge. Not found where nothing was."""
    found = await queries.shown(await own(request))
    if not found.is_paid or found.charge is None:
        raise NotFound("Nothing was paid for this pledge.")
    pledge, campaign = found.pledge, found.campaign
    organisation = await Organisation.get(id=campaign.organisation_id)
    shown = pledge_out(found)
    return ReceiptOut(
        pledge=shown.id, campaign=shown.campaign, campaign_name=campaign.name, organisation=organisation.name,
        tier=found.tier.name if found.tier else "", quantity=pledge.quantity, amount_minor=found.charge.amount_minor,
        currency=found.charge.currency, card=found.card.label if found.card else "",
        paid_at=api.instant_or_none(found.charge.ended_at),
        refunds=[refund_out(refund) for refund in await queries.refunds_on(pledge)],
    )  # fmt: skip


async def list_refunds(request: Request) -> Response:
    """What of a pledge was given back, or is on its way, the newest first."""
    pledge, asked = await own(request), api.cursor(request)
    query = Refund.filter(subject=f"pledge:{pledge.id}", id__lt=2**63 - 1 if asked.after_id is None else asked.after_id)
    rows = await query.order_by("-id").limit(asked.limit + 1)
    return api.paged(request, rows, asked, refund_out, lambda row: row.id)


# --- getting it ---


async def give_address(request: Request, body: AddressIn) -> PledgeOut:
    """Where to send it; it may be changed until it is sent."""
    pledge = await own(request)
    await deliveries.give_address(pledge.id, recipient=body.recipient, address=body.address, country=body.country)
    return await as_it_is(pledge)


async def mark_received(request: Request) -> PledgeOut:
    """It arrived."""
    pledge = await own(request)
    await deliveries.mark_received(pledge.id)
    return await as_it_is(pledge)


_SEE, _WRITE = bearer("pledges:read"), bearer("pledges:write")
routes = [
    get("/api/v1/pledges", list_pledges, may=_SEE, gives=PledgeOut, lists=True, summary="My pledges"),
    get(ONE, show_pledge, may=_SEE, gives=PledgeOut, summary="One of my pledges"),
    post(f"{ONE}/amendment", amend_pledge, may=_WRITE, takes=AmendIn, gives=PledgeOut, summary="Change a pledge"),
    post(f"{ONE}/cancellation", cancel_pledge, may=_WRITE, gives=PledgeOut, summary="Take a pledge back"),
    get(f"{ONE}/receipt", receipt, may=_SEE, gives=ReceiptOut, summary="What I paid"),
    get(f"{ONE}/refunds", list_refunds, may=_SEE, gives=RefundOut, lists=True, summary="What was given back of a pledge"),
    post(f"{ONE}/address", give_address, may=_WRITE, takes=AddressIn, gives=PledgeOut, summary="Say where to send my reward"),
    post(f"{ONE}/arrival", mark_received, may=_WRITE, gives=PledgeOut, summary="My reward has arrived"),
]  # fmt: skip
