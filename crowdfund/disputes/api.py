"""Banks that took money back, and answering them, for the makers' programs."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.disputes import answers
from crowdfund.disputes.models import Dispute, DisputeState
from crowdfund.disputes.pages.evidence import drafted
from crowdfund.disputes.queries import About, about, disputes_of
from crowdfund.people.api.own import own_organisation, role_in
from crowdfund.people.models import Member, Role
from crowdfund.refusal import NotFound
from crowdfund.web import api
from crowdfund.web.api import LINES, READABLE, In, Out
from crowdfund.web.routes import bearer, get, post


class DisputeListed(Out):
    """amount_minor: what the bank asks about. is_inquiry: it has taken none of it. due_by: until when it takes an answer.

    evidence: what was answered. It is about a pledge of a campaign, about an order of tickets, or about a purchase.
    """

    id: str
    campaign: str | None
    pledge: str | None
    order: str | None
    purchase: str | None
    amount_minor: int
    is_inquiry: bool
    currency: str
    reason: str
    state: str
    evidence: str
    due_by: str | None
    made_at: str
    ended_at: str | None


class DisputeOut(DisputeListed):
    """drafted: what our own records say for the charge, to begin an answer with."""

    drafted: str


class EvidenceIn(In):
    """evidence: what speaks for the charge, in words. A bank reads one answer."""

    evidence: Annotated[
        str, StringConstraints(min_length=50, max_length=20_000, pattern=LINES, strip_whitespace=True), READABLE
    ]


_STATE = api.Filter("state", "Only those in this state.", tuple(state.value for state in DisputeState))


def _public(number: int | None) -> str | None:
    return None if number is None else public(number)


def _listed(dispute: Dispute) -> DisputeListed:
    return DisputeListed(
        id=public(dispute.id), campaign=_public(dispute.campaign_id), pledge=_public(dispute.pledge_id),
        order=_public(dispute.order_id or dispute.goods_order_id), purchase=_public(dispute.purchase_id),
        amount_minor=dispute.asked_minor, is_inquiry=dispute.is_inquiry, currency=dispute.currency, reason=dispute.reason,
        state=dispute.state, evidence=dispute.evidence, due_by=api.instant_or_none(dispute.due_by),
        made_at=api.instant(dispute.made_at), ended_at=api.instant_or_none(dispute.ended_at),
    )  # fmt: skip


async def list_disputes(request: Request) -> Response:
    """Disputes about pledges to the funds of an organisation, and about tickets of its screenings, the newest first."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    asked, state = api.cursor(request), _STATE.of(request)
    before = asked.after_id if asked.after_id is not None else 2**63 - 1
    rows = await disputes_of(organisation.id, before=before, state=state, limit=asked.limit + 1)
    return api.paged(request, rows, asked, _listed, lambda dispute: dispute.id)


async def _own(request: Request, needed: Role) -> tuple[Dispute, About, int]:
    """The dispute in the path, and for which organisation of the token's person. Raises NotFound, NotAllowed."""
    missing = NotFound("There is no such dispute.")
    dispute = await api.row_in(request, "dispute", Dispute, missing)
    found = await about(dispute)
    ids = [one.id for one in found.organisations]
    hers = await Member.filter(person_id=request.state.person.id, organisation_id__in=ids).first()
    organisation_id = hers.organisation_id if hers is not None else ids[0]
    await role_in(request, organisation_id, needed, missing)
    return dispute, found, organisation_id


async def show_dispute(request: Request) -> DisputeOut:
    """One dispute, with what our own records say for the charge."""
    return await _shown(*await _own(request, Role.VIEWER))


async def _shown(dispute: Dispute, found: About, organisation_id: int) -> DisputeOut:
    return DisputeOut(**_listed(dispute).model_dump(), drafted=await drafted(dispute, found, organisation_id))


async def answer(request: Request, body: EvidenceIn) -> DisputeOut:
    """Send the bank what speaks for the charge. Once: a bank reads one answer, of several sellers of a purchase all that they say."""
    dispute, found, organisation_id = await _own(request, Role.MANAGER)
    await answers.answer(
        dispute, found, organisation_id=organisation_id, evidence=body.evidence, by_person_id=request.state.person.id
    )
    return await _shown(await Dispute.get(id=dispute.id), found, organisation_id)


_ONE = "/api/v1/disputes/{dispute}"
routes = [
    get(
        "/api/v1/organisations/{organisation}/disputes", list_disputes, may=bearer("money:read"), gives=DisputeListed, lists=True,
        filters=[_STATE], summary="Disputes about funds of mine",
    ),
    get(_ONE, show_dispute, may=bearer("money:read"), gives=DisputeOut, summary="One dispute"),
    post(
        f"{_ONE}/answer", answer, may=bearer("disputes:write"), takes=EvidenceIn, gives=DisputeOut, summary="Answer the bank"
    ),
]  # fmt: skip
