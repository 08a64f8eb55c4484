"""What every call about a poll of one's own asks first: which one, and whether the token's person may do that there."""

from __future__ import annotations

from starlette.requests import Request

from crowdfund.campaigns.api.bodies import MissingOut
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.rules import Missing
from crowdfund.community.polls.actions import missing_in
from crowdfund.community.polls.api.bodies import PollDraftOut
from crowdfund.community.polls.api.reading import poll_out
from crowdfund.community.polls.models import Candidate, Poll, PollState
from crowdfund.community.polls.queries import poll_now
from crowdfund.community.polls.rules import NoSuchCandidate, NoSuchPoll
from crowdfund.people.api.own import role_in
from crowdfund.people.models import Role
from crowdfund.web import api


async def own_poll(request: Request, needed: Role = Role.MANAGER) -> tuple[Poll, Campaign]:
    """A poll of an organisation of the token's person, in any state. Raises NoSuchPoll for everybody else's, NotAllowed."""
    missing = NoSuchPoll("There is no such poll.")
    poll = await api.row_in(request, "poll", Poll, missing)
    campaign = await Campaign.get(id=poll.campaign_id)
    await role_in(request, campaign.organisation_id, needed, missing)
    return poll, campaign


async def own_candidate(request: Request) -> Candidate:
    """A candidate of a poll of one's own. Raises NoSuchPoll, NoSuchCandidate, NotAllowed."""
    poll, _campaign = await own_poll(request)
    missing = NoSuchCandidate("There is no such candidate in this poll.")
    return await api.row_in(request, "candidate", Candidate, missing, poll_id=poll.id)


async def draft_out(poll_id: int) -> PollDraftOut:
    """A poll with all that its makers see, as it is now."""
    poll = await Poll.get(id=poll_id)
    campaign, is_draft = await Campaign.get(id=poll.campaign_id), poll.state == PollState.DRAFT
    return PollDraftOut(
        **poll_out(await poll_now(poll), campaign).model_dump(),
        missing=_missing(await missing_in(poll, campaign, at_once=False) if is_draft else []),
        missing_to_open_now=_missing(await missing_in(poll, campaign, at_once=True) if is_draft else []),
    )


def _missing(found: list[Missing]) -> list[MissingOut]:
    return [MissingOut(field=one.field, sentence=str(one.words)) for one in found]
