"""A poll for everybody: what is asked, the ballot, what came of it. Who isn't signed in gets it from a cache of a second."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.followers import CAN_BE_FOLLOWED
from crowdfund.campaigns.models import Campaign, CampaignState
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.campaigns.queries import public_campaign
from crowdfund.community.polls import rules
from crowdfund.community.polls.cards import start_saving_card
from crowdfund.community.polls.casting import Ballot, cast_vote, voter_now
from crowdfund.community.polls.forms import VOTES, VoteForm
from crowdfund.community.polls.models import Audience
from crowdfund.community.polls.pages.shown import PollShown, card_terms, poll_shown
from crowdfund.community.polls.queries import PollNow, own_choice, poll_now, polls_of, public_poll
from crowdfund.database.ids import private, public
from crowdfund.payments.models import CardSetup
from crowdfund.people.models import Organisation
from crowdfund.pledges.actions import finish_visit
from crowdfund.refusal import Refusal
from crowdfund.settings import current
from crowdfund.titles.models import Title
from crowdfund.web import language, page_cache
from crowdfund.web.formats import said
from crowdfund.web.i18n import _
from crowdfund.web.page import go_to_processor, page, redirect
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import anyone, get, post, signed_in
from crowdfund.web.told import told_at

LISTED_MAX = 60
_CARDS = Limit("card_for_vote", 12, 3600, by="person")


@dataclass(frozen=True, slots=True)
class View:
    """A poll with what its page shows around it, in no language yet."""

    campaign: Campaign
    title: Title
    organisation: Organisation
    found: PollNow


@dataclass(frozen=True, slots=True)
class Way:
    """Why somebody can't vote as things stand, and what would change that: a link, or a button that sends its values."""

    sentence: str
    label: str = ""
    href: str = ""
    action: str = ""
    next: str = ""


_views: page_cache.Kept[View] = page_cache.Kept()
_bodies: page_cache.Kept[page_cache.Body] = page_cache.Kept()


async def view_of(campaign: Campaign, found: PollNow) -> View:
    title, organisation = await Title.get(id=campaign.title_id), await Organisation.get(id=campaign.organisation_id)
    return View(campaign, title, organisation, found)


async def _view(request: Request) -> View:
    campaign = await public_campaign(request.path_params["slug"])
    poll = await public_poll(campaign, private(request.path_params["poll"]))
    return await view_of(campaign, await poll_now(poll))


async def show(request: Request) -> Response:
    if not page_cache.is_for_everybody(request):
        return await _own(request, await _view(request))
    key = (request.path_params["slug"], request.path_params["poll"])

    async def make() -> page_cache.Body:
        drawn = draw(request, await _views.get(key, lambda: _view(request)))
        if "set-cookie" in drawn.headers:
            raise RuntimeError("this page would give everybody the same cookie: a form on it needs a token")
        return page_cache.body_of(bytes(drawn.body))

    return page_cache.send(request, await _bodies.get((*key, language.choose(request)), make))


async def _own(request: Request, view: View, form: VoteForm | None = None, status: int = 200) -> Response:
    """For somebody who is signed in: her ballot with her vote on it, or why she has none."""
    person, poll = request.state.person, view.found.poll
    if person is None:
        return draw(request, view)
    chosen = await own_choice(poll.id, person.id)
    form = form or VoteForm({"candidate": public(chosen) if chosen else ""}, candidates=_by_id(view))
    way = await _way(_ballot(view, person.id, 0), view) if view.found.is_open else None
    return draw(request, view, form=form, chosen=public(chosen) if chosen else "", way=way, status=status)


def _by_id(view: View) -> dict[str, int]:
    return {public(one.id): one.id for one in view.found.candidates}


def _ballot(view: View, person_id: int, candidate_id: int) -> Ballot:
    return Ballot(view.found.poll.id, person_id, candidate_id, view.campaign.id, view.campaign.organisation_id)


async def _way(ballot: Ballot, view: View) -> Way | None:
    """None where she may vote."""
    poll, campaign = view.found.poll, view.campaign
    try:
        rules.refuse_unless_open(view.found.standing, campaign.state)
        rules.refuse_voter(await voter_now(ballot), poll.audience, poll.label)
    except rules.NotVerified as refusal:
        path = poll.path_in(campaign.path)
        return Way(said(refusal), _("Send the link again"), action="/account/confirmation", next=path)
    except rules.NotAsked as refusal:
        return _way_in(said(refusal), poll.audience, campaign)
    except (rules.VotingCardNeeded, rules.CardHasVoted) as refusal:
        label = _("Save a card") if isinstance(refusal, rules.VotingCardNeeded) else _("Save another card")
        return Way(said(refusal), label, action=f"{poll.path_in(campaign.path)}/card")
    except Refusal as refusal:
        return Way(said(refusal))
    return None


def _way_in(sentence: str, audience: str, campaign: Campaign) -> Way:
    if audience == Audience.FOLLOWERS and campaign.state in CAN_BE_FOLLOWED:
        return Way(sentence, _("Follow it"), href=f"{campaign.path}/follower")
    if campaign.state == CampaignState.LIVE:
        return Way(sentence, _("Back it"), href=f"{campaign.path}/pledges/new")
    return Way(sentence)


def draw(
    request: Request, view: View, *, form: VoteForm | None = None, chosen: str = "", way: Way | None = None, preview: str = "",
    back: str = "", status: int = 200,
) -> Response:  # fmt: skip
    """The page itself. form: where somebody may vote, or would if it weren't for `way`. preview, back: as its makers see it."""
    campaign, person = view.campaign, request.scope["state"].get("person")
    shown = poll_shown(view.found, campaign, reader=person.id if person else None)
    return page(
        request, "community/polls/show.html", status, poll=shown, campaign=campaign, title=view.title, art_url=art_of(view.title),
        organisation=view.organisation, form=form, chosen=chosen, chosen_name=_name_of(shown, chosen), way=way, preview=preview,
        back=back, url=f"{current().base_url}{shown.path}", card_terms=card_terms(),
    )  # fmt: skip


def _name_of(shown: PollShown, chosen: str) -> str:
    return next((one.name for one in shown.candidates if one.id == chosen), "")


async def vote(request: Request) -> Response:
    view = await _view(request)
    form = await VoteForm.read(request, candidates=_by_id(view))
    if form.errors:
        return await _own(request, view, form, 422)
    try:
        cast = await cast_vote(_ballot(view, request.state.person.id, private(form.candidate)))
    except Refusal as refusal:
        return await _own(request, await _view(request), form.refused_by(refusal), refusal.status_code)
    thanks = _("Your vote is counted. You can change it until the poll closes.")
    changed = _("This is your vote now. You can change it until the poll closes.")
    return redirect(request, _path(request), ("good", thanks if cast.is_first else changed))


def _path(request: Request) -> str:
    return f"/campaigns/{request.path_params['slug']}/polls/{request.path_params['poll']}"


async def list_polls(request: Request) -> Response:
    campaign = await public_campaign(request.path_params["slug"])
    title = await Title.get(id=campaign.title_id)
    found = await polls_of(campaign.id, limit=LISTED_MAX)
    return page(
        request, "community/polls/list.html", campaign=campaign, title=title, art_url=art_of(title),
        polls=[poll_shown(one, campaign) for one in found],
    )  # fmt: skip


# --- a card for a vote that binds ---


@told_at(_path)
async def save_card(request: Request) -> Response:
    """To the processor's page: nothing is charged, and the card is hers to remove as soon as she has voted."""
    view = await _view(request)
    url = await start_saving_card(
        view.found.poll, view.campaign, by=request.state.person.id, path=_path(request), consent_text=card_terms()
    )
    return go_to_processor(url)


async def card_saved(request: Request) -> Response:
    """Back from there. A hint like an event: what came of the visit is asked of the processor."""
    view, visit = await _view(request), request.query_params.get("visit", "")
    number = int(visit) if visit.isascii() and visit.isdigit() and len(visit) < 19 else 0
    subject = f"poll:{view.found.poll.id}"
    setup = await CardSetup.get_or_none(id=number, person_id=request.state.person.id, subject=subject)
    if setup is None:
        return redirect(request, _path(request))
    await finish_visit(setup)
    saved = await CardSetup.exists(id=number, card_id__not_isnull=True)
    return redirect(request, _path(request), ("good", _("Your card is saved. Now vote.")) if saved else None)


_ONE = "/campaigns/{slug}/polls/{poll}"
routes = [
    get("/campaigns/{slug}/polls", list_polls, may=anyone),
    get(_ONE, show, may=anyone),
    post(f"{_ONE}/vote", vote, may=signed_in, limit=VOTES),
    post(f"{_ONE}/card", save_card, may=signed_in, limit=_CARDS),
    get(f"{_ONE}/card-saved", card_saved, may=signed_in),
]
