"""Voting through the API: of one's own vote alone."""

from __future__ import annotations

from starlette.requests import Request

from crowdfund.campaigns.models import Campaign
from crowdfund.community.polls import rules
from crowdfund.community.polls.api.bodies import VoteCardIn, VoteIn, VoteOut
from crowdfund.community.polls.api.reading import POLL, public_poll_in
from crowdfund.community.polls.cards import start_saving_card
from crowdfund.community.polls.casting import Ballot, cast_vote, voter_now
from crowdfund.community.polls.forms import VOTES
from crowdfund.community.polls.models import Poll
from crowdfund.community.polls.queries import poll_now
from crowdfund.database.ids import public
from crowdfund.database.once import number_for
from crowdfund.pledges.api.bodies import PageOut
from crowdfund.refusal import Refusal
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post


def _ballot(request: Request, poll: Poll, campaign: Campaign, candidate_id: int = 0) -> Ballot:
    return Ballot(poll.id, request.state.person.id, candidate_id, campaign.id, campaign.organisation_id)


async def own_vote(request: Request) -> VoteOut:
    """My vote in a poll, and whether I may vote there as things stand. Nobody else's is told to anybody."""
    poll, campaign = await public_poll_in(request)
    return await _vote_out(request, poll, campaign)


async def _vote_out(request: Request, poll: Poll, campaign: Campaign) -> VoteOut:
    voter = await voter_now(_ballot(request, poll, campaign))
    refused: Refusal | None = None
    try:
        rules.refuse_unless_open((await poll_now(poll)).standing, campaign.state)
        rules.refuse_voter(voter, poll.audience, poll.label)
    except Refusal as refusal:
        refused = refusal
    return VoteOut(
        candidate=public(voter.voted_for) if voter.voted_for else None, may_vote=refused is None,
        code=refused.code if refused else None, sentence=refused.sentence if refused else None,
    )  # fmt: skip


async def cast_own_vote(request: Request, body: VoteIn) -> VoteOut:
    """Vote, or change my vote, until the poll closes. Twice is once: there is one vote a person."""
    poll, campaign = await public_poll_in(request)
    missing = rules.NoSuchCandidate("There is no such candidate in this poll.", field="candidate")
    await cast_vote(_ballot(request, poll, campaign, api.known_id(body.candidate, missing)))
    return await _vote_out(request, await Poll.get(id=poll.id), campaign)


async def start_card_for_vote(request: Request, body: VoteCardIn) -> PageOut:
    """The processor's page on which a card is saved for a binding vote; nothing is charged. The same key answers the same page."""
    poll, campaign = await public_poll_in(request)
    by, key = request.state.person.id, f"card_setup:api:{request.state.idempotency_key}"
    setup_id = await number_for(by, key, ["poll", poll.id, body.model_dump()])
    path = poll.path_in(campaign.path)
    url = await start_saving_card(poll, campaign, by=by, path=path, consent_text=body.consent_text, setup_id=setup_id)
    return PageOut(url=url)


_ME = bearer("account:write")
routes = [
    get(f"{POLL}/vote", own_vote, may=bearer("account:read"), gives=VoteOut, summary="My vote in a poll"),
    post(f"{POLL}/vote", cast_own_vote, may=_ME, takes=VoteIn, gives=VoteOut, limit=VOTES, summary="Vote, or change my vote"),
    post(
        f"{POLL}/card-setup", start_card_for_vote, may=_ME, takes=VoteCardIn, gives=PageOut, creates=True,
        summary="Save a card for a binding vote: the processor's page",
    ),
]  # fmt: skip
