"""The end of a transfer through the API: the deal, the outcome, objections, and each backer's own choice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from pydantic import StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.api.own import own_campaign
from crowdfund.campaigns.api.reading import ONE, public_campaign
from crowdfund.campaigns.models import Campaign
from crowdfund.database.ids import public
from crowdfund.pledges.api.own import ONE as ONE_PLEDGE
from crowdfund.pledges.api.own import own
from crowdfund.pledges.transfers import elections, outcomes, queries
from crowdfund.pledges.transfers.models import Choice, Election, ElectionState, Objection, Outcome, OutcomeKind
from crowdfund.pledges.transfers.pages.backers import evidence
from crowdfund.pledges.transfers.rules import WORDS_MAX, WORDS_MIN
from crowdfund.refusal import NotFound
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.api import LINES, READABLE, In, Out, PublicId
from crowdfund.web.rate_limit import OBJECTING, PUBLIC_API
from crowdfund.web.routes import Handler, bearer, get, post
from crowdfund.web.routes import public as everybody

_OUTCOME = "/api/v1/outcomes/{outcome}"
_Words = Annotated[
    str, StringConstraints(min_length=WORDS_MIN, max_length=WORDS_MAX, pattern=LINES, strip_whitespace=True), READABLE
]
_Because = Annotated[
    str, StringConstraints(min_length=10, max_length=1_000, pattern=LINES, strip_whitespace=True), READABLE
]
_Kind = Literal[
    "signed", "signed_without_fund", "loan_instead", "collapsed", "player_elsewhere", "window_closed", "rule_blocked",
    "organiser_withdrew",
]  # fmt: skip


class DealIn(In):
    """words: what was agreed, for backers. document: a paper that shows it, sent before."""

    words: _Words
    document: PublicId


class OutcomeIn(In):
    """How it ended. words: what happened, for backers. document: the evidence, sent before; everybody can read it."""

    kind: _Kind
    words: _Words
    document: PublicId


class ObjectionIn(In):
    text: _Words


class BecauseIn(In):
    because: _Because


class ChoiceIn(In):
    """Where her money goes, for good. charity: which one, where it is that."""

    choice: Literal["refund", "fallback", "next", "charity"]
    charity: PublicId | None = None


class OutcomeOut(Out):
    """evidence_url and evidence_sha256: none where the window closed in silence."""

    id: str
    kind: str
    state: str
    words: str
    filed_at: str
    objections_until: str
    objections: int
    open_objections: int
    evidence_url: str | None
    evidence_sha256: str | None


class ElectedOut(Out):
    """How many backers decided so, and how much that is."""

    state: str
    backers: int
    amount_minor: int


class AgreedOut(Out):
    """What the clubs agreed, as backers read it. paper_url: the paper that shows it."""

    words: str
    told_at: str
    paper_url: str | None
    paper_sha256: str | None


class EndOut(Out):
    """How a transfer ends. deal: none until the clubs agree; outcome: none until one is filed.

    kept_minor: what backers of earlier targets keep for this one.
    """

    campaign: str
    state: str
    deal: AgreedOut | None
    outcome: OutcomeOut | None
    elections_until: str | None
    elections: list[ElectedOut]
    kept_minor: int


class ElectionOut(Out):
    """One's own choice. recipient: whom it was given to; kept_until: when it comes back if there is no next target."""

    pledge: str
    state: str
    until: str | None
    chosen_by: str
    chosen_at: str | None
    amount_minor: int
    currency: str
    recipient: str | None
    kept_until: str | None


class ObjectionOut(Out):
    id: str
    text: str
    made_at: str
    answer: str
    answered_at: str | None


async def _end_of(campaign: Campaign) -> EndOut:
    whole = await queries.whole_transfer(await Campaign.get(id=campaign.id))
    if whole is None:
        raise NotFound("This is no transfer fund.")
    return EndOut(
        campaign=public(campaign.id), state=whole.campaign.state, outcome=_outcome_out(whole), kept_minor=whole.kept[1],
        deal=_agreed_out(whole), elections_until=api.instant_or_none(whole.transfer.elections_until),
        elections=[
            ElectedOut(state=state, backers=backers, amount_minor=minor)
            for state, (backers, minor) in sorted(whole.elections.items())
        ],
    )  # fmt: skip


def _agreed_out(whole: queries.WholeTransfer) -> AgreedOut | None:
    transfer, paper = whole.transfer, whole.deal_paper
    if transfer.agreed_at is None:
        return None
    return AgreedOut(
        words=transfer.agreed_words, told_at=api.instant(transfer.agreed_at), paper_sha256=paper.sha256 if paper else None,
        paper_url=f"{current().base_url}{whole.campaign.path}/deal/paper" if paper else None,
    )  # fmt: skip


def _outcome_out(whole: queries.WholeTransfer) -> OutcomeOut | None:
    outcome = whole.outcome
    if outcome is None:
        return None
    shown = f"{current().base_url}/outcomes/{public(outcome.id)}/evidence" if whole.evidence else None
    return OutcomeOut(
        id=public(outcome.id), kind=outcome.kind, state=outcome.state, words=outcome.words, filed_at=api.instant(outcome.filed_at),
        objections_until=api.instant(outcome.objections_until), objections=whole.objected,
        open_objections=whole.open_objections, evidence_url=shown,
        evidence_sha256=whole.evidence.sha256 if whole.evidence else None,
    )  # fmt: skip


async def show_end(request: Request) -> EndOut:
    """How a transfer ends: what is filed, who objects, and where the money went."""
    return await _end_of(await public_campaign(request))


def _document_in(text: str) -> int:
    return api.known_id(text, NotFound("There is no such document.", field="document"))


async def agree_deal(request: Request, body: DealIn) -> EndOut:
    """The clubs agree; the money waits until the player is registered."""
    campaign = await own_campaign(request)
    await outcomes.agree_deal(
        campaign.id, words=body.words, document_id=_document_in(body.document), by=request.state.person.id
    )
    return await _end_of(campaign)


async def file_outcome(request: Request, body: OutcomeIn) -> EndOut:
    """Say how it ended, with evidence, for a fund of one's own. Once."""
    return await _file(await own_campaign(request), request, body)


async def file_outcome_for_staff(request: Request, body: OutcomeIn) -> EndOut:
    """Say how it ended where the club is silent. Staff alone."""
    return await _file(await public_campaign(request), request, body)


async def _file(campaign: Campaign, request: Request, body: OutcomeIn) -> EndOut:
    await outcomes.file_outcome(
        campaign.id, OutcomeKind(body.kind), words=body.words, document_id=_document_in(body.document),
        by=request.state.person.id,
    )  # fmt: skip
    return await _end_of(campaign)


async def _outcome_in(request: Request) -> Outcome:
    return await api.row_in(request, "outcome", Outcome, NotFound("There is no such outcome."))


async def object_to(request: Request, body: ObjectionIn) -> ObjectionOut:
    """Say that it was not so. Who has paid into the fund may, once, within three days."""
    outcome = await _outcome_in(request)
    objection_id = await outcomes.object_to(outcome.id, body.text, by=request.state.person.id)
    return _objection_out(await Objection.get(id=objection_id))


def _objection_out(one: Objection) -> ObjectionOut:
    return ObjectionOut(
        id=public(one.id), text=one.text, made_at=api.instant(one.made_at), answer=one.answer,
        answered_at=api.instant_or_none(one.answered_at),
    )  # fmt: skip


async def list_objections(request: Request) -> Response:
    """What backers object to an outcome, and what staff found. Staff alone."""
    outcome, asked = await _outcome_in(request), api.cursor(request)
    rows = (
        await Objection.filter(outcome_id=outcome.id, id__gt=asked.after_id or 0).order_by("id").limit(asked.limit + 1)
    )
    return api.paged(request, rows, asked, _objection_out, lambda one: one.id)


def _decide(verb: Callable[..., Awaitable[None]], name: str, what: str) -> Handler:
    async def decide(request: Request, body: BecauseIn) -> EndOut:
        outcome = await _outcome_in(request)
        await verb(outcome.id, body.because, by=request.state.person.id)
        return await _end_of(await Campaign.get(id=outcome.campaign_id))

    decide.__name__, decide.__doc__ = name, what
    return decide


async def dismiss_objection(request: Request, body: BecauseIn) -> ObjectionOut:
    """The outcome stands all the same. Staff alone."""
    outcome, missing = await _outcome_in(request), NotFound("There is no such objection.")
    objection = await api.row_in(request, "objection", Objection, missing, outcome_id=outcome.id)
    await outcomes.dismiss_objection(objection.id, body.because, by=request.state.person.id)
    return _objection_out(await Objection.get(id=objection.id))


# --- one's own choice ---


async def show_election(request: Request) -> ElectionOut:
    """One's own choice about a pledge to a transfer that fell through."""
    pledge = await own(request)
    found = await queries.election_of(pledge.id)
    if found is None:
        raise NotFound("There is no such choice to make.")
    election: Election = found.election
    return ElectionOut(
        pledge=public(pledge.id), state=election.state, chosen_by=election.chosen_by, amount_minor=election.amount_minor,
        until=api.instant_or_none(found.until) if election.state == ElectionState.ASKED else None,
        chosen_at=api.instant_or_none(election.chosen_at), currency=pledge.currency,
        recipient=public(found.recipient.id) if found.recipient else None, kept_until=api.instant_or_none(election.kept_until),
    )  # fmt: skip


async def choose(request: Request, body: ChoiceIn) -> ElectionOut:
    """Decide where the money goes, for good: it moves at once. The same choice again answers the same."""
    pledge = await own(request)
    missing = NotFound("There is no such charity.", field="charity")
    charity_id = api.known_id(body.charity, missing) if body.charity else None
    await elections.choose(pledge.id, Choice(body.choice), charity_id=charity_id, person_id=pledge.person_id)
    return await show_election(request)


_WRITE, _HERS = bearer("campaigns:write"), bearer("pledges:write")
_REVIEW, _MONEY = bearer("staff:review", staff="reviewer"), bearer("staff:money", staff="admin")
_CHECK = _decide(outcomes.check_evidence, "check_evidence", "A registration was seen: the first of two. Staff alone.")
_RELEASE = _decide(outcomes.release, "release_money", "The money goes to the club: the second of two. Staff alone.")
_WITHDRAW = _decide(outcomes.withdraw_outcome, "withdraw_outcome", "It was not so: the money waits again. Staff alone.")
routes = [
    get(f"{ONE}/outcome", show_end, may=everybody, limit=PUBLIC_API, gives=EndOut, summary="How a transfer ends"),
    post(f"{ONE}/deal", agree_deal, may=_WRITE, takes=DealIn, gives=EndOut, summary="The clubs agree"),
    post(f"{ONE}/outcome", file_outcome, may=_WRITE, takes=OutcomeIn, gives=EndOut, summary="Say how it ended"),
    post(
        "/api/v1/staff/campaigns/{campaign}/outcome", file_outcome_for_staff, may=_MONEY, takes=OutcomeIn, gives=EndOut,
        summary="Say how it ended, for a silent club",
    ),
    post(
        f"{_OUTCOME}/objections", object_to, may=_HERS, takes=ObjectionIn, gives=ObjectionOut, limit=OBJECTING,
        summary="Object to an outcome",
    ),
    get(f"{_OUTCOME}/objections", list_objections, may=_REVIEW, gives=ObjectionOut, lists=True, summary="What backers object"),
    post(
        f"{_OUTCOME}/objections/{{objection}}/answer", dismiss_objection, may=_REVIEW, takes=BecauseIn, gives=ObjectionOut,
        summary="It stands all the same",
    ),
    get(f"{_OUTCOME}/evidence", evidence, may=everybody, limit=PUBLIC_API, summary="The paper that shows how it ended"),
    post(f"{_OUTCOME}/check", _CHECK, may=_REVIEW, takes=BecauseIn, gives=EndOut, summary="A registration was seen"),
    post(f"{_OUTCOME}/release", _RELEASE, may=_MONEY, takes=BecauseIn, gives=EndOut, summary="Release the money"),
    post(f"{_OUTCOME}/withdrawal", _WITHDRAW, may=_MONEY, takes=BecauseIn, gives=EndOut, summary="Withdraw an outcome"),
    get(f"{ONE_PLEDGE}/election", show_election, may=bearer("pledges:read"), gives=ElectionOut, summary="Where my money goes"),
    post(f"{ONE_PLEDGE}/election", choose, may=_HERS, takes=ChoiceIn, gives=ElectionOut, summary="Decide where my money goes"),
]  # fmt: skip
