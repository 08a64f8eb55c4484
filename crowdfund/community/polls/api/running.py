"""Polls of one's own through the API: written, put before fans, cancelled, decided."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.api.own import own_campaign
from crowdfund.campaigns.api.reading import ONE
from crowdfund.campaigns.api.running_bodies import CancelIn
from crowdfund.community.polls import actions
from crowdfund.community.polls.api.bodies import DecisionIn, PollDraftOut, PollIn, PollListed
from crowdfund.community.polls.api.own import draft_out, own_poll
from crowdfund.community.polls.api.reading import POLL, listed
from crowdfund.community.polls.forms import OPENINGS, POLLS
from crowdfund.community.polls.models import Audience, Label, PollState
from crowdfund.community.polls.queries import polls_before, polls_now
from crowdfund.community.polls.rules import Asked, NoSuchCandidate
from crowdfund.people.models import Role
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post


def _asked(body: PollIn) -> Asked:
    facts = body.model_dump() | {"audience": Audience(body.audience), "label": Label(body.label)}
    return Asked(**facts)


async def list_own_polls(request: Request) -> Response:
    """All polls of a fund of one's own, drafts too, the newest first."""
    campaign, asked = await own_campaign(request, Role.VIEWER), api.cursor(request)
    rows = await polls_before(campaign.id, asked.after_id, set(PollState), limit=asked.limit + 1)
    found = await polls_now(rows)
    return api.paged(request, found, asked, lambda one: listed(one, campaign), lambda one: one.poll.id)


async def show_poll_draft(request: Request) -> PollDraftOut:
    """A poll of one's own in any state, with what it lacks."""
    return await draft_out((await own_poll(request, Role.VIEWER))[0].id)


async def make_poll(request: Request, body: PollIn) -> PollDraftOut:
    """A new draft of a poll. The same Idempotency-Key answers the same one."""
    campaign, key = await own_campaign(request), f"api:{request.state.idempotency_key}"
    made = await actions.make_poll_once(campaign, _asked(body), by=request.state.person.id, key=key)
    return await draft_out(made.id)


async def change_poll(request: Request, body: PollIn) -> PollDraftOut:
    """Change a draft: all of it at once. From the moment that fans see it, it stays as it is."""
    poll, _campaign = await own_poll(request)
    await actions.change_poll(poll.id, _asked(body), by=request.state.person.id)
    return await draft_out(poll.id)


async def announce_poll(request: Request) -> PollDraftOut:
    """Show a draft to all; it opens at its hour."""
    poll, _campaign = await own_poll(request)
    await actions.announce_poll(poll.id, by=request.state.person.id)
    return await draft_out(poll.id)


async def take_back_poll(request: Request) -> PollDraftOut:
    """Back to a draft, as long as it has not opened."""
    poll, _campaign = await own_poll(request)
    await actions.take_back_poll(poll.id, by=request.state.person.id)
    return await draft_out(poll.id)


async def open_poll(request: Request) -> PollDraftOut:
    """Open a draft now. Backers and followers get a letter."""
    poll, _campaign = await own_poll(request)
    await actions.open_poll(poll.id, by=request.state.person.id)
    return await draft_out(poll.id)


async def withdraw_poll(request: Request) -> PollDraftOut:
    """Put a draft away for good."""
    poll, _campaign = await own_poll(request)
    await actions.withdraw_poll(poll.id, by=request.state.person.id)
    return await draft_out(poll.id)


async def cancel_poll(request: Request, body: CancelIn) -> PollDraftOut:
    """End a vote before its time, for good: its votes count for nothing, and all read why."""
    poll, _campaign = await own_poll(request)
    await actions.cancel_poll(poll.id, body.reason, by=request.state.person.id)
    return await draft_out(poll.id)


async def decide_poll(request: Request, body: DecisionIn) -> PollDraftOut:
    """Publish the decision and its reason, once. A binding vote is followed, or it is said plainly that it is not."""
    poll, _campaign = await own_poll(request)
    missing = NoSuchCandidate("There is no such candidate in this poll.", field="candidate")
    chosen = api.known_id(body.candidate, missing) if body.candidate is not None else None
    await actions.decide_poll(
        poll.id, chosen, body.reason, cannot_follow=body.cannot_follow, by=request.state.person.id
    )
    return await draft_out(poll.id)


_WRITE, _SEE = bearer("campaigns:write"), bearer("campaigns:read")
routes = [
    get(f"{ONE}/polls/own", list_own_polls, may=_SEE, gives=PollListed, lists=True, summary="All polls of a fund of mine"),
    post(f"{ONE}/polls", make_poll, may=_WRITE, takes=PollIn, gives=PollDraftOut, creates=True, limit=POLLS, summary="A new poll"),
    get(f"{POLL}/draft", show_poll_draft, may=_SEE, gives=PollDraftOut, summary="A poll of mine in any state"),
    post(f"{POLL}/content", change_poll, may=_WRITE, takes=PollIn, gives=PollDraftOut, summary="Change a draft of a poll"),
    post(f"{POLL}/announcement", announce_poll, may=_WRITE, gives=PollDraftOut, limit=OPENINGS, summary="Announce a poll"),
    post(f"{POLL}/announcement/withdrawal", take_back_poll, may=_WRITE, gives=PollDraftOut, summary="Take it back before it opens"),
    post(f"{POLL}/opening", open_poll, may=_WRITE, gives=PollDraftOut, limit=OPENINGS, summary="Open a poll now"),
    post(f"{POLL}/withdrawal", withdraw_poll, may=_WRITE, gives=PollDraftOut, summary="Put a draft of a poll away"),
    post(f"{POLL}/cancellation", cancel_poll, may=_WRITE, takes=CancelIn, gives=PollDraftOut, summary="Cancel a poll"),
    post(f"{POLL}/decision", decide_poll, may=_WRITE, takes=DecisionIn, gives=PollDraftOut, summary="Publish the decision"),
]  # fmt: skip
