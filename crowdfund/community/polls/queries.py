"""What pages, letters and sweeps read of polls. No page counts votes: they are counted as they are cast."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.community.polls.models import (
    PUBLIC,
    Candidate,
    Decision,
    DecisionKind,
    Label,
    Poll,
    PollEvent,
    PollState,
    Results,
    Vote,
)
from crowdfund.community.polls.rules import POLLS_MAX, NoSuchPoll, Tally, in_order, is_late, stands, tally
from crowdfund.database import Sql
from crowdfund.people.models import Image


@dataclass(frozen=True, slots=True)
class PollNow:
    """A poll with its candidates, and where it stands at this moment: by its hours, whatever was written down so far."""

    poll: Poll
    candidates: list[Candidate]
    standing: PollState
    now: datetime
    decision: Decision | None = None
    ended_because: str = ""

    @property
    def is_open(self) -> bool:
        return self.standing == PollState.OPEN

    @property
    def is_counted(self) -> bool:
        """The vote is over, one way or the other."""
        return self.standing in (PollState.CLOSED, PollState.DECIDED, PollState.CANCELLED)

    @property
    def shows_results(self) -> bool:
        return self.is_counted or (self.is_open and self.poll.results == Results.SHOWN)

    @property
    def tally(self) -> Tally:
        """What it says so far, or said. A cancelled one says nothing."""
        if self.standing == PollState.CANCELLED:
            return Tally(False, frozenset())
        return tally({one.id: one.votes for one in self.candidates}, self.poll.voters, self.poll.quorum)

    @property
    def ranked(self) -> list[Candidate]:
        return in_order(self.candidates)

    @property
    def leaders(self) -> list[Candidate]:
        return [one for one in self.ranked if one.id in self.tally.leaders]

    @property
    def is_late(self) -> bool:
        return is_late(self.standing, self.poll.decide_by, self.now)

    @property
    def decided_late(self) -> bool:
        """Published after the day that was promised."""
        promised, decision = self.poll.decide_by, self.decision
        return (
            decision is not None and promised is not None and decision.made_at >= promised
            and decision.kind != DecisionKind.MOOT
        )  # fmt: skip

    @property
    def is_binding(self) -> bool:
        return self.poll.label == Label.BINDING

    @property
    def decided_for(self) -> Candidate | None:
        if self.decision is None or self.decision.candidate_id is None:
            return None
        return next(one for one in self.candidates if one.id == self.decision.candidate_id)


async def poll_now(poll: Poll) -> PollNow:
    """All that is told of a poll."""
    return (await polls_now([poll]))[0]


async def polls_now(polls: Sequence[Poll]) -> list[PollNow]:
    """All that is told of some polls, in as many look-ups as of one."""
    if not polls:
        return []
    now, ids = clock.now(), [poll.id for poll in polls]
    candidates = await _candidates_of(ids)
    decisions = {one.poll_id: one for one in await Decision.filter(poll_id__in=ids)}
    ended = {one.poll_id: one for one in await PollEvent.filter(poll_id__in=ids, to_state=PollState.CANCELLED)}
    return [
        PollNow(
            poll, candidates[poll.id], stands(poll.state, poll.opens_at, poll.closes_at, now), now, decisions.get(poll.id),
            ended[poll.id].because if poll.id in ended else "",
        )
        for poll in polls
    ]  # fmt: skip


async def _candidates_of(poll_ids: Collection[int]) -> dict[int, list[Candidate]]:
    """By poll, as they were named, each knowing what its picture shows."""
    found = await Candidate.filter(poll_id__in=list(poll_ids)).order_by("position", "id")
    if pictured := [one.image_id for one in found if one.image_id is not None]:
        words = {image.id: image.alt for image in await Image.filter(id__in=pictured)}
        for one in found:
            one.image_alt = words.get(one.image_id or 0, "")
    return {poll_id: [one for one in found if one.poll_id == poll_id] for poll_id in poll_ids}


async def public_poll(campaign: Campaign, poll_id: int) -> Poll:
    """A poll that everybody may see. Raises NoSuchPoll for a draft, in the same words as for none."""
    poll = await Poll.get_or_none(id=poll_id, campaign_id=campaign.id)
    if poll is None or not poll.is_public:
        raise NoSuchPoll("There is no such poll.")
    return poll


async def poll_of(campaign: Campaign, poll_id: int) -> Poll:
    """A poll of this fund, in any state. Raises NoSuchPoll."""
    poll = await Poll.get_or_none(id=poll_id, campaign_id=campaign.id)
    if poll is None:
        raise NoSuchPoll("There is no such poll.")
    return poll


async def polls_of(campaign_id: int, *, limit: int, states: Collection[str] = PUBLIC) -> list[PollNow]:
    """A fund's polls, the newest first."""
    found = await Poll.filter(campaign_id=campaign_id, state__in=sorted(states)).order_by("-id").limit(limit)
    return await polls_now(found)


async def foremost_polls(campaign_id: int, limit: int) -> list[PollNow]:
    """What a fund's page tells first: decisions that are overdue, then what is open, then the newest."""
    found, now = await Poll.filter(campaign_id=campaign_id, state__in=sorted(PUBLIC)).limit(POLLS_MAX), clock.now()

    def rank(poll: Poll) -> tuple[int, int]:
        standing = stands(poll.state, poll.opens_at, poll.closes_at, now)
        if is_late(standing, poll.decide_by, now):
            return 0, -poll.id
        return 1 if standing == PollState.OPEN else 2, -poll.id

    return await polls_now(sorted(found, key=rank)[:limit])


async def polls_before(campaign_id: int, before_id: int | None, states: Collection[str], *, limit: int) -> list[Poll]:
    """One page of a list by cursor, the newest first: those made before this one."""
    found = Poll.filter(campaign_id=campaign_id, state__in=sorted(states), id__lt=before_id or 2**63 - 1)
    return await found.order_by("-id").limit(limit)


async def own_choice(poll_id: int, person_id: int) -> int | None:
    """The candidate that she voted for: told to herself alone."""
    vote = await Vote.get_or_none(poll_id=poll_id, person_id=person_id)
    return vote.candidate_id if vote else None


# --- what is due ---

_LOCK = Sql("SELECT id FROM poll WHERE id = $1 {for_update}")

_DUE = Sql("""
    SELECT p.id FROM poll p WHERE (p.state = 'announced' AND p.opens_at <= $1) OR (p.state = 'open' AND p.closes_at <= $1)
    ORDER BY p.id LIMIT $2""")
_OF_ENDED_FUNDS = Sql("""
    SELECT p.id FROM poll p JOIN campaign c ON c.id = p.campaign_id
    WHERE p.state IN ('announced', 'open', 'closed') AND c.state IN ('failed', 'cancelled') ORDER BY p.id LIMIT $1""")
_LATE = Sql("""
    SELECT id FROM poll WHERE state = 'closed' AND decide_by <= $1 AND late_told_at IS NULL ORDER BY id LIMIT $2""")
_OWED = Sql("""
    SELECT p.id FROM poll p JOIN campaign c ON c.id = p.campaign_id
    WHERE c.organisation_id = $1 AND (p.state = 'closed' OR (p.state IN ('announced', 'open') AND p.closes_at <= $2))
      AND p.decide_by <= $2 AND c.state NOT IN ('failed', 'cancelled') ORDER BY p.decide_by LIMIT 20""")


async def lock_poll(poll_id: int) -> None:
    """Nobody else changes this poll, or votes in it, until the caller's transaction ends. Raises NoSuchPoll."""
    if await _LOCK.one(poll_id) is None:
        raise NoSuchPoll("There is no such poll.")


async def polls_due(now_us: int, limit: int) -> list[int]:
    """Polls whose hour to open or to close has come."""
    return [row["id"] for row in await _DUE(now_us, limit)]


async def polls_of_ended_funds(limit: int) -> list[int]:
    """Polls that still wait for something that their fund can't do any more."""
    return [row["id"] for row in await _OF_ENDED_FUNDS(limit)]


async def decisions_late(now_us: int, limit: int) -> list[int]:
    """Polls whose decision is overdue, and whose makers were not told so yet."""
    return [row["id"] for row in await _LATE(now_us, limit)]


async def decisions_due(campaign_id: int) -> list[PollNow]:
    """A fund's polls that have closed and wait for their makers' decision, the first to close first."""
    waiting = [PollState.ANNOUNCED.value, PollState.OPEN.value, PollState.CLOSED.value]
    found = await Poll.filter(campaign_id=campaign_id, state__in=waiting).order_by("closes_at").limit(20)
    return [one for one in await polls_now(found) if one.standing == PollState.CLOSED]


async def late_polls_of(organisation_id: int) -> list[Poll]:
    """Polls of all funds of an organisation whose decision is overdue, the longest first."""
    ids = [row["id"] for row in await _OWED(organisation_id, clock.now_us())]
    return sorted(await Poll.filter(id__in=ids), key=lambda poll: ids.index(poll.id)) if ids else []


# --- how many could vote ---

# Who could vote when it closed, and who has voted and could not any more: a pledge that ended since, a new colleague.
_COUNTS = """p.email_confirmed_at IS NOT NULL AND p.staff_role IS NULL
    AND NOT EXISTS (SELECT 1 FROM member m WHERE m.organisation_id = $2 AND m.person_id = p.id)"""
_LIVE = "g.state IN ('active', 'charging', 'errored', 'collected', 'disputed')"
_BACKS = f"EXISTS (SELECT 1 FROM pledge g WHERE g.person_id = p.id AND g.campaign_id = $1 AND {_LIVE})"  # noqa: S608
_FOLLOWS = "EXISTS (SELECT 1 FROM follower f WHERE f.campaign_id = $1 AND f.person_id = p.id)"
_OTHER_VOTERS = (
    """(SELECT COUNT(*) FROM vote v JOIN person p ON p.id = v.person_id WHERE v.poll_id = $3 AND NOT ({could}))"""
)
_BACKERS = f"""(SELECT COUNT(*) FROM pledge g JOIN person p ON p.id = g.person_id
    WHERE g.campaign_id = $1 AND {_LIVE} AND {_COUNTS})"""  # noqa: S608
_ONLY_FOLLOWERS = f"""(SELECT COUNT(*) FROM follower f JOIN person p ON p.id = f.person_id
    WHERE f.campaign_id = $1 AND {_COUNTS} AND NOT {_BACKS})"""  # noqa: S608
_ELIGIBLE = {
    "backers": Sql(f"SELECT {_BACKERS} + {_OTHER_VOTERS.format(could=f'{_COUNTS} AND {_BACKS}')} AS n"),
    "followers": Sql(
        f"SELECT {_BACKERS} + {_ONLY_FOLLOWERS}"
        f" + {_OTHER_VOTERS.format(could=f'{_COUNTS} AND ({_BACKS} OR {_FOLLOWS})')} AS n"
    ),
}


async def eligible_for(poll: Poll, organisation_id: int) -> int | None:
    """How many could vote in a poll that has closed; none where everybody could. Counted once, never for a page."""
    count = _ELIGIBLE.get(poll.audience)
    return None if count is None else int(await count.value(poll.campaign_id, organisation_id, poll.id))


# --- who is told ---

_WANTS_NEWS = "NOT EXISTS (SELECT 1 FROM mail_stop s WHERE s.campaign_id = $1 AND s.person_id = {reader}.person_id)"
_NO_VOTER = "NOT EXISTS (SELECT 1 FROM vote v WHERE v.poll_id = $2 AND v.person_id = {reader}.person_id)"
_VOTERS = Sql(f"""
    SELECT v.person_id, v.person_id AS place FROM vote v WHERE v.poll_id = $2 AND v.person_id > $3
      AND {_WANTS_NEWS.format(reader="v")} ORDER BY v.person_id LIMIT $4""")  # noqa: S608
_BACKERS_ASIDE = Sql(f"""
    SELECT g.person_id, g.id AS place FROM pledge g WHERE g.campaign_id = $1 AND {_LIVE} AND g.id > $3
      AND {_WANTS_NEWS.format(reader="g")} AND {_NO_VOTER.format(reader="g")} ORDER BY g.id LIMIT $4""")  # noqa: S608
_FOLLOWERS_ASIDE = Sql(f"""
    SELECT f.person_id, f.person_id AS place FROM follower f WHERE f.campaign_id = $1 AND f.person_id > $3
      AND NOT EXISTS (SELECT 1 FROM pledge g WHERE g.person_id = f.person_id AND g.campaign_id = $1 AND {_LIVE})
      AND {_WANTS_NEWS.format(reader="f")} AND {_NO_VOTER.format(reader="f")} ORDER BY f.person_id LIMIT $4""")  # noqa: S608

# Each reader once, a kind after the other: who voted, then backers and followers who did not.
TOLD_OF_RESULTS = (_VOTERS, _BACKERS_ASIDE, _FOLLOWERS_ASIDE)
# Who is asked. Nobody has voted yet when these are read, so they are all backers, and all followers.
ASKED = {
    "backers": (_BACKERS_ASIDE,),
    "followers": (_BACKERS_ASIDE, _FOLLOWERS_ASIDE),
    "everyone": (_BACKERS_ASIDE, _FOLLOWERS_ASIDE),
}
