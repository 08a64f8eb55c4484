"""For who backs a transfer: where her money goes when it falls through, and her word when an outcome is not as it was."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.campaigns.queries import public_campaign
from crowdfund.campaigns.recipients.models import Recipient
from crowdfund.campaigns.recipients.queries import charities
from crowdfund.database.ids import private, private_or_none
from crowdfund.people.models import Document
from crowdfund.pledges.actions import own_pledge
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.queries import shown
from crowdfund.pledges.transfers import elections, outcomes, queries
from crowdfund.pledges.transfers.forms import OBJECTION_MAX, ElectionForm, ObjectionForm
from crowdfund.pledges.transfers.models import Choice, ElectionState, Outcome, OutcomeKind
from crowdfund.pledges.transfers.pages.words import BY_SILENCE, OUTCOMES, Way, by_whom, ways
from crowdfund.refusal import NotFound
from crowdfund.titles.models import Title
from crowdfund.web import documents
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.rate_limit import OBJECTING, Limit
from crowdfund.web.routes import anyone, get, post, signed_in

_CHOOSE = Limit("elect", 30, 60, by="person")


async def _hers(request: Request) -> Pledge:
    """Her own pledge in a transfer that fell through. Raises NotFound, for another's in the same words as for none."""
    pledge = await own_pledge(private(request.path_params["pledge"]), request.state.person.id)
    if await queries.election_of(pledge.id) is None:
        raise NotFound("There is no such choice to make.")
    return pledge


async def election(request: Request) -> Response:
    pledge = await _hers(request)
    return await _election(request, pledge, ElectionForm({"choice": ""}))


async def _ways(pledge: Pledge) -> list[Way]:
    """What was announced when she pledged, whatever the fund says now."""
    return ways(await _announced(pledge), await charities())


async def _announced(pledge: Pledge) -> Recipient | None:
    return await Recipient.get(id=pledge.fallback_id) if pledge.fallback_id else None


async def _election(request: Request, pledge: Pledge, form: ElectionForm, status: int = 200) -> Response:
    found = await queries.election_of(pledge.id)
    campaign = await Campaign.get(id=pledge.campaign_id)
    title = await Title.get(id=campaign.title_id)
    whole = await queries.whole_transfer(campaign)
    assert found is not None and whole is not None
    return page(
        request, "pledges/election.html", status, pledge=pledge, campaign=campaign, colour=title.colour, art_url=art_of(title),
        shown=await shown(pledge), election=found, form=form, ways=await _ways(pledge),
        to_read=[one for one in (await _announced(pledge), *await charities()) if one is not None],
        by_silence=BY_SILENCE[pledge.if_it_fails],
        outcome=OUTCOMES[OutcomeKind(whole.outcome.kind)] if whole.outcome else "", is_open=found.election.state == ElectionState.ASKED,
        decided_by=by_whom(found.election, pledge.if_it_fails) if found.election.chosen_by else "",
    )  # fmt: skip


async def elect(request: Request) -> Response:
    """She decides, for good."""
    pledge = await _hers(request)
    form = await ElectionForm.read(request, ways=[value for value, _words, _more in await _ways(pledge)])
    if not form.errors:
        with form.showing_refusals():
            await elections.choose(pledge.id, Choice(form.way), charity_id=form.charity_id, person_id=pledge.person_id)
            return redirect(request, f"{pledge.path}/election", ("good", _("It is done as you said.")))
    return await _election(request, pledge, form, form.status)


async def own_election(request: Request) -> Response:
    """From a reminder: to the choice that is hers in this fund."""
    campaign = await public_campaign(request.path_params["slug"])
    pledge = await Pledge.filter(campaign_id=campaign.id, person_id=request.state.person.id, state="collected").first()
    if pledge is None or await queries.election_of(pledge.id) is None:
        return redirect(request, campaign.path, ("note", _("There is nothing for you to decide in this fund.")))
    return redirect(request, f"{pledge.path}/election")


# --- what is said of the outcome ---


async def _outcome_in(request: Request) -> Outcome:
    outcome_id = private_or_none(request.path_params["outcome"])
    outcome = await Outcome.get_or_none(id=outcome_id) if outcome_id else None
    if outcome is None:
        raise NotFound("There is no such outcome.")
    return outcome


async def evidence(request: Request) -> Response:
    """The paper that shows how it ended: everybody may read it."""
    outcome = await _outcome_in(request)
    if outcome.document_id is None:
        raise NotFound("No paper belongs to this outcome.")
    document = await Document.get(id=outcome.document_id)
    return documents.send(document.id, document.name, document.media_type)


async def deal_paper(request: Request) -> Response:
    """The paper that shows that the clubs agree: everybody may read it."""
    whole = await queries.whole_transfer(await public_campaign(request.path_params["slug"]))
    if whole is None or whole.deal_paper is None:
        raise NotFound("No paper belongs to this deal.")
    return documents.send(whole.deal_paper.id, whole.deal_paper.name, whole.deal_paper.media_type)


async def object_to(request: Request) -> Response:
    """A backer says that it was not so. What is wrong with that she reads beside what she wrote."""
    outcome, form = await _outcome_in(request), await ObjectionForm.read(request)
    campaign = await Campaign.get(id=outcome.campaign_id)
    back = f"{campaign.path}#outcome"
    if not form.errors:
        with form.showing_refusals():
            await outcomes.object_to(outcome.id, form.text, by=request.state.person.id)
            return redirect(request, back, ("good", _("We look into it before anything moves.")))
    return page(
        request, "pledges/objection.html", form.status, campaign=campaign, form=form, back=back, action=request.url.path,
        label=_("What you know"), text_max=OBJECTION_MAX,
        hint=_("A person looks into it before any money moves. Say where it can be checked."),
    )  # fmt: skip


routes = [
    get("/pledges/{pledge}/election", election, may=signed_in),
    post("/pledges/{pledge}/election", elect, may=signed_in, limit=_CHOOSE),
    get("/campaigns/{slug}/election", own_election, may=signed_in),
    get("/campaigns/{slug}/deal/paper", deal_paper, may=anyone),
    get("/outcomes/{outcome}/evidence", evidence, may=anyone),
    post("/outcomes/{outcome}/objections", object_to, may=signed_in, limit=OBJECTING),
]
