"""What happens to a poll: written, announced, opened, closed, decided; each once, and told to whoever it is about."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from crowdfund import clock
from crowdfund.campaigns.actions import NotReady
from crowdfund.campaigns.models import Campaign
from crowdfund.community.polls.models import (
    MOVES,
    Audience,
    Candidate,
    Decision,
    DecisionKind,
    Label,
    Poll,
    PollEvent,
    PollState,
    Results,
)
from crowdfund.community.polls.queries import eligible_for, lock_poll
from crowdfund.community.polls.rules import (
    ASKS,
    OVER,
    POLLS_MAX,
    Asked,
    NoSuchCandidate,
    PollClosed,
    judge,
    refuse_asked,
    refuse_decision,
    stands,
    tally,
    what_is_missing,
)
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.moves import move
from crowdfund.database.once import once
from crowdfund.people.audit import record
from crowdfund.refusal import Refusal


class PollFrozen(Refusal):
    """Fans were asked this: it can't be changed any more."""


class CannotAskNow(Refusal):
    pass


class NotClosedYet(Refusal):
    pass


# --- writing it ---


@atomic
async def make_poll_once(campaign: Campaign, asked: Asked, *, by: int, key: str) -> Poll:
    """A new draft, or the one that this key made. Raises CannotAskNow, Invalid, KeyUsedForAnother."""

    async def make() -> int:
        return (await _make(campaign.id, asked, by=by)).id

    wish = [campaign.id, {name: str(value) for name, value in asdict(asked).items()}]
    return await Poll.get(id=await once(by, f"poll:{key}", wish, make))


async def _make(campaign_id: int, asked: Asked, *, by: int) -> Poll:
    campaign = await Campaign.get(id=campaign_id)
    _refuse_unless_asking(campaign)
    refuse_asked(asked, campaign.kind, clock.now())
    if await Poll.filter(campaign_id=campaign_id).count() >= POLLS_MAX:
        raise CannotAskNow("A fund can have at most {most} polls.", most=POLLS_MAX)
    poll = await Poll.create(
        id=new_id(), campaign_id=campaign_id, state=PollState.DRAFT, made_at=clock.now(), **_columns(asked)
    )
    await record("poll_made", f"campaign:{campaign_id}", by=by, after={"question": asked.question})
    return poll


def _refuse_unless_asking(campaign: Campaign) -> None:
    if campaign.state not in ASKS:
        raise CannotAskNow("Polls are for funds that people can see and that go on. Announce or launch it first.")


def _columns(asked: Asked) -> dict[str, Any]:
    return {
        "question": asked.question, "text": asked.text, "audience": asked.audience, "label": asked.label, "quorum": asked.quorum,
        "results": Results.HIDDEN if asked.hides_results else Results.SHOWN, "opens_at": asked.opens_at,
        "closes_at": asked.closes_at, "decide_by": asked.decide_by,
    }  # fmt: skip


def asked_of(poll: Poll, **other: Any) -> Asked:
    """What a poll asks, as its makers wrote it."""
    facts = {
        "question": poll.question, "text": poll.text, "audience": Audience(poll.audience), "label": Label(poll.label),
        "quorum": poll.quorum, "hides_results": poll.results == Results.HIDDEN, "opens_at": poll.opens_at,
        "closes_at": poll.closes_at, "decide_by": poll.decide_by,
    }  # fmt: skip
    return Asked(**(facts | other))


@atomic
async def change_poll(poll_id: int, asked: Asked, *, by: int) -> None:
    """Write a draft anew, all of it. Raises PollFrozen from the moment that people can see it, Invalid."""
    poll, campaign = await locked_draft(poll_id)
    refuse_asked(asked, campaign.kind, clock.now())
    await Poll.filter(id=poll_id).update(**_columns(asked))
    await record(
        "poll_changed", f"campaign:{poll.campaign_id}", by=by, before={"question": poll.question},
        after={"question": asked.question},
    )  # fmt: skip


async def _locked(poll_id: int) -> tuple[Poll, Campaign]:
    """A poll that nobody else changes, or votes in, until the caller's transaction ends; and its fund."""
    await lock_poll(poll_id)
    poll = await Poll.get(id=poll_id)
    return poll, await Campaign.get(id=poll.campaign_id)


async def locked_draft(poll_id: int) -> tuple[Poll, Campaign]:
    """A draft in the caller's hands alone. Raises PollFrozen."""
    poll, campaign = await _locked(poll_id)
    if poll.state != PollState.DRAFT:
        raise PollFrozen("Fans were asked this: what it says stays as it is.")
    return poll, campaign


def _stands(poll: Poll, now: datetime) -> PollState:
    return stands(poll.state, poll.opens_at, poll.closes_at, now)


# --- before fans ---


async def missing_in(poll: Poll, campaign: Campaign, *, at_once: bool) -> list[Any]:
    """What keeps a draft from fans. at_once: it would open now."""
    now, candidates = clock.now(), await Candidate.filter(poll_id=poll.id).count()
    asked = asked_of(poll, opens_at=None) if at_once else asked_of(poll)
    return what_is_missing(asked, candidates, now, kind=campaign.kind, at_once=at_once)


@atomic
async def announce_poll(poll_id: int, *, by: int) -> None:
    """Show it to all; it opens at its hour. Raises PollFrozen, CannotAskNow, NotReady."""
    poll, campaign = await locked_draft(poll_id)
    _refuse_unless_asking(campaign)
    if missing := await missing_in(poll, campaign, at_once=False):
        raise NotReady(missing)
    await _move(poll, PollState.ANNOUNCED, because="announced", by=by)
    await record("poll_announced", f"campaign:{campaign.id}", by=by, after={"question": poll.question})


@atomic
async def take_back_poll(poll_id: int, *, by: int) -> None:
    """Back to a draft, as long as it has not opened. Raises PollFrozen from its very hour on."""
    poll, campaign = await _locked(poll_id)
    if _stands(poll, clock.now()) != PollState.ANNOUNCED:
        raise PollFrozen("It is open: it can only be cancelled, with a reason that all read.")
    await _move(poll, PollState.DRAFT, because="taken back before it opened", by=by)
    await record("poll_taken_back", f"campaign:{campaign.id}", by=by, after={"question": poll.question})


@atomic
async def open_poll(poll_id: int, *, by: int) -> None:
    """Open a draft now, whatever hour it had. Raises PollFrozen, CannotAskNow, NotReady."""
    poll, campaign = await locked_draft(poll_id)
    _refuse_unless_asking(campaign)
    if missing := await missing_in(poll, campaign, at_once=True):
        raise NotReady(missing)
    await _move(poll, PollState.OPEN, because="opened", by=by, opens_at=clock.now())
    await record("poll_opened", f"campaign:{campaign.id}", by=by, after={"question": poll.question})
    await _ask_for_letters("poll_opened", poll_id)


@atomic
async def withdraw_poll(poll_id: int, *, by: int) -> None:
    """Put a draft away for good; nobody has seen it. Raises PollFrozen."""
    poll, campaign = await locked_draft(poll_id)
    await _move(poll, PollState.WITHDRAWN, because="withdrawn", by=by)
    await record("poll_withdrawn", f"campaign:{campaign.id}", by=by, before={"question": poll.question})


@atomic
async def cancel_poll(poll_id: int, reason: str, *, by: int) -> None:
    """End a vote before its time; the reason stands on its page, and so does what was voted so far. Raises PollClosed."""
    poll, campaign = await _locked(poll_id)
    if _stands(poll, clock.now()) not in (PollState.ANNOUNCED, PollState.OPEN):
        raise PollClosed("It is over: there is nothing to cancel.")
    await _move(poll, PollState.CANCELLED, because=reason, by=by)
    await record("poll_cancelled", f"campaign:{campaign.id}", by=by, reason=reason, before={"question": poll.question})
    await _ask_for_letters("poll_cancelled", poll_id)


async def _move(poll: Poll, to: PollState, *, because: str, by: int | None, **changes: Any) -> None:
    await move(poll, to, moves=MOVES, because=because, by=by, events=PollEvent, **changes)


async def _ask_for_letters(kind: str, poll_id: int) -> None:
    await outbox.enqueue(kind, {"poll": poll_id}, key=f"{kind}:{poll_id}")


# --- by the clock ---


async def bring_up_to_date(poll_id: int) -> bool:
    """Write down what its hours have made of it: open, closed. Gives whether it moved.

    Votes ask the clock and never wait for this; it counts who could have voted, and tells people.
    """
    poll = await Poll.get(id=poll_id)
    if _stands(poll, clock.now()) != PollState.CLOSED:
        return await _open_at_its_hour(poll_id)
    # Counted before the transaction, as it looks at everybody: nobody can vote any more.
    eligible = await eligible_for(poll, (await Campaign.get(id=poll.campaign_id)).organisation_id)
    return await _close(poll_id, eligible)


@atomic
async def _open_at_its_hour(poll_id: int) -> bool:
    poll, _campaign = await _locked(poll_id)
    if poll.state != PollState.ANNOUNCED or _stands(poll, clock.now()) == PollState.ANNOUNCED:
        return False
    await _move(poll, PollState.OPEN, because="its hour had come", by=None)
    await _ask_for_letters("poll_opened", poll_id)
    return True


@atomic
async def _close(poll_id: int, eligible: int | None) -> bool:
    poll, campaign = await _locked(poll_id)
    if poll.state not in (PollState.ANNOUNCED, PollState.OPEN):
        return False
    if poll.state == PollState.ANNOUNCED:  # nobody looked while it was open
        await _move(poll, PollState.OPEN, because="its hour had come", by=None)
    counted = None if eligible is None else max(eligible, poll.voters)
    await _move(poll, PollState.CLOSED, because="its hour had come", by=None, eligible=counted)
    await _ask_for_letters("poll_closed", poll_id)
    if campaign.state not in OVER:
        await _ask_for_letters("poll_to_decide", poll_id)
    return True


@atomic
async def end_with_fund(poll_id: int) -> bool:
    """The fund has ended without its money: nothing is left to vote on, or to decide. Gives whether it moved."""
    poll, campaign = await _locked(poll_id)
    if campaign.state not in OVER:
        return False
    sentence = "The fund ended without its money: there is nothing left to choose."
    if poll.state in (PollState.ANNOUNCED, PollState.OPEN):
        await _move(poll, PollState.CANCELLED, because=sentence, by=None)
    elif poll.state == PollState.CLOSED:
        await _decide(poll, DecisionKind.MOOT, None, sentence, by=None)
    else:
        return False
    return True


@atomic
async def tell_of_late_decision(poll_id: int) -> bool:
    """Remind its makers once that their day has passed; gives whether it was news."""
    if not await Poll.filter(id=poll_id, state=PollState.CLOSED, late_told_at=None).update(late_told_at=clock.now()):
        return False
    await _ask_for_letters("poll_decision_late", poll_id)
    return True


# --- the decision ---


async def decide_poll(
    poll_id: int, candidate_id: int | None, reason: str, *, cannot_follow: bool = False, by: int
) -> None:
    """Publish what was decided and why, once. candidate_id None: for none of them. cannot_follow: said plainly, of a binding vote.

    Raises NotClosedYet, VoteBinds, NoSuchCandidate.
    """
    await bring_up_to_date(poll_id)
    await _publish(poll_id, candidate_id, reason, cannot_follow=cannot_follow, by=by)


@atomic
async def _publish(poll_id: int, candidate_id: int | None, reason: str, *, cannot_follow: bool, by: int) -> None:
    poll, campaign = await _locked(poll_id)
    if poll.state == PollState.DECIDED:
        raise PollClosed("It was decided already: what was published stays.")
    if poll.state != PollState.CLOSED:
        raise NotClosedYet("The decision comes after the vote has closed.")
    candidates = await Candidate.filter(poll_id=poll_id)
    chosen = next((one for one in candidates if one.id == candidate_id), None)
    if candidate_id is not None and chosen is None:
        raise NoSuchCandidate("There is no such candidate in this poll.", field="candidate")
    kind = judge(poll.label, tally({one.id: one.votes for one in candidates}, poll.voters, poll.quorum), candidate_id)
    refuse_decision(kind, cannot_follow=cannot_follow)
    await _decide(poll, kind, candidate_id, reason, by=by)
    after = {"question": poll.question, "decision": chosen.name if chosen else "", "kind": kind}
    await record("poll_decided", f"campaign:{campaign.id}", by=by, reason=reason, after=after)
    await _ask_for_letters("poll_decided", poll_id)


async def _decide(poll: Poll, kind: DecisionKind, candidate_id: int | None, reason: str, *, by: int | None) -> None:
    await Decision.create(
        poll_id=poll.id, kind=kind, candidate_id=candidate_id, reason=reason, by_person_id=by, made_at=clock.now()
    )
    await _move(poll, PollState.DECIDED, because="decided", by=by)
