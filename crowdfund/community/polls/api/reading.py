"""What everybody may read of polls through the API."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.api.reading import ONE, public_campaign
from crowdfund.campaigns.models import Campaign
from crowdfund.community.polls.api.bodies import CandidateOut, DecisionOut, PollListed, PollOut
from crowdfund.community.polls.models import PUBLIC, Candidate, Poll, PollState, Results
from crowdfund.community.polls.queries import PollNow, poll_now, polls_before, polls_now, public_poll
from crowdfund.community.polls.rules import NoSuchPoll
from crowdfund.database.ids import public
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.api import instant, instant_or_none
from crowdfund.web.images import url_of
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import get
from crowdfund.web.routes import public as everybody

_READ = Limit("public_polls", 300, 60)
POLL = "/api/v1/polls/{poll}"


def listed(found: PollNow, campaign: Campaign) -> PollListed:
    poll = found.poll
    return PollListed(
        id=public(poll.id), url=current().base_url + poll.path_in(campaign.path), campaign=public(campaign.id),
        question=poll.question, state=found.standing, audience=poll.audience, label=poll.label, quorum=poll.quorum,
        hides_results=poll.results == Results.HIDDEN, opens_at=instant_or_none(poll.opens_at),
        closes_at=instant_or_none(poll.closes_at), decide_by=instant_or_none(poll.decide_by), voters=poll.voters,
        eligible=poll.eligible, quorum_met=_quorum_met(found), is_overdue=found.is_late,
    )  # fmt: skip


def _quorum_met(found: PollNow) -> bool | None:
    """None before the vote is over."""
    return found.tally.quorum_met if found.standing in (PollState.CLOSED, PollState.DECIDED) else None


def poll_out(found: PollNow, campaign: Campaign) -> PollOut:
    return PollOut(
        **listed(found, campaign).model_dump(), text=found.poll.text,
        candidates=[_candidate_out(one, found) for one in (found.ranked if found.is_counted else found.candidates)],
        decision=_decision_out(found), cancelled_because=found.ended_because,
    )  # fmt: skip


def _candidate_out(one: Candidate, found: PollNow) -> CandidateOut:
    return CandidateOut(
        id=public(one.id), name=one.name, text=one.text, votes=one.votes if found.shows_results else None,
        picture_url=current().base_url + url_of(one.image_id) if one.image_id is not None else None,
        picture_alt=one.image_alt, leads=found.is_counted and one.id in found.tally.leaders,
    )  # fmt: skip


def _decision_out(found: PollNow) -> DecisionOut | None:
    decision = found.decision
    if decision is None:
        return None
    return DecisionOut(
        kind=decision.kind, candidate=public(decision.candidate_id) if decision.candidate_id else None, reason=decision.reason,
        published_at=instant(decision.made_at), is_late=found.decided_late,
    )  # fmt: skip


async def public_poll_in(request: Request) -> tuple[Poll, Campaign]:
    """The poll in the path, where everybody may see it. Raises NoSuchPoll for a draft, in the same words as for none."""
    missing = NoSuchPoll("There is no such poll.")
    poll = await api.row_in(request, "poll", Poll, missing)
    campaign = await Campaign.get(id=poll.campaign_id)
    if not campaign.is_public:
        raise missing
    return await public_poll(campaign, poll.id), campaign


async def list_polls(request: Request) -> Response:
    """The polls of a fund that everybody may see, the newest first."""
    campaign, asked = await public_campaign(request), api.cursor(request)
    rows = await polls_before(campaign.id, asked.after_id, PUBLIC, limit=asked.limit + 1)
    found = await polls_now(rows)
    return api.paged(request, found, asked, lambda one: listed(one, campaign), lambda one: one.poll.id)


async def show_poll(request: Request) -> PollOut:
    """One poll with its candidates, its result where that may be seen, and the decision once there is one."""
    poll, campaign = await public_poll_in(request)
    return poll_out(await poll_now(poll), campaign)


routes = [
    get(f"{ONE}/polls", list_polls, may=everybody, limit=_READ, gives=PollListed, lists=True, summary="The polls of a fund"),
    get(POLL, show_poll, may=everybody, limit=_READ, gives=PollOut, summary="One poll"),
]  # fmt: skip
