"""A milestone from its request to its end: asked for with evidence, objected to, released, or given back to all who gave.

Everything competes on the campaign's row: who asks, who objects, who releases and who is refunded wait for each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.campaigns.milestones.models import ASKED_FOR, MOVES, WAITING, Milestone, MilestoneEvent, MilestoneState
from crowdfund.campaigns.milestones.tranches import plan_of, release_tranche
from crowdfund.campaigns.models import SUCCEEDED, Campaign
from crowdfund.campaigns.update_dates import is_overdue
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.moves import MoveRefused, move
from crowdfund.people.audit import record
from crowdfund.people.documents import own_document
from crowdfund.people.models import Member
from crowdfund.pledges.milestones import queries, rules
from crowdfund.pledges.milestones.models import EndedAs, ReleaseObjection, ReleasePaper, ReleaseRequest
from crowdfund.pledges.models import Pledge, PledgeState
from crowdfund.pledges.sharing_back import begin_sharing_back
from crowdfund.pledges.transfers.rules import AnotherPerson, NotYet, TooLate
from crowdfund.refusal import NotFound, Refusal

_S = MilestoneState


async def _locked(milestone_id: int) -> tuple[Campaign, Milestone]:
    """A milestone and its fund as they are now that the fund is locked. Raises NotFound."""
    found = await Milestone.get_or_none(id=milestone_id)
    if found is None:
        raise NotFound("There is no such milestone.")
    await counters.lock_one(found.campaign_id)
    return await Campaign.get(id=found.campaign_id), await Milestone.get(id=milestone_id)


async def _move(milestone: Milestone, to: MilestoneState, because: str, by: int | None, **changes: Any) -> None:
    was = milestone.state
    await move(milestone, to, moves=MOVES, because=because, by=by, events=MilestoneEvent, **changes)
    await _record(milestone, was, because, by)


async def _record(milestone: Milestone, was: str, because: str, by: int | None) -> None:
    after = {"milestone": milestone.number, "state": milestone.state}
    subject = f"campaign:{milestone.campaign_id}"
    await record(f"milestone_{milestone.state}", subject, by=by, reason=because, before={"state": was}, after=after)


async def _end_request(milestone: Milestone, ended_as: EndedAs) -> ReleaseRequest | None:
    """What was asked for is decided; gives the request, none where nothing was asked for."""
    request = await ReleaseRequest.get_or_none(milestone_id=milestone.id, ended_at=None)
    if request is not None:
        await ReleaseRequest.filter(id=request.id).update(ended_as=ended_as, ended_at=clock.now())
    return request


# --- asking ---


async def may_ask(campaign: Campaign) -> Milestone:
    """The milestone that its makers can ask for now. Raises a Refusal with the reason why there is none.

    The one place for whatever keeps a fund from being paid its next milestone.
    """
    milestone = rules.next_to_ask_for(campaign.state, await plan_of(campaign.id))
    if is_overdue(campaign, clock.now()):
        raise rules.OwesWord(
            "Your backers wait for an update that is overdue. Publish it first; then ask for the next milestone."
        )
    return milestone


@atomic
async def request_release(campaign_id: int, *, words: str, papers: Sequence[int], by: int) -> int:
    """Its makers ask for the next milestone and show what they had promised for it; backers are told. Gives the request's id.

    papers: documents that `by` has sent, the evidence first. Raises NotYet, NothingWaits, OwesWord, Invalid, NotFound for another's paper.
    """
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    milestone = await may_ask(campaign)
    rules.refuse_words(words, papers)
    for document_id in papers:
        await own_document(document_id, by=by)
    now, backers = clock.now(), await queries.backers_in(campaign_id)
    request = await ReleaseRequest.create(
        id=new_id(), milestone_id=milestone.id, campaign_id=campaign_id, words=words, filed_by_id=by, filed_at=now,
        objections_until=now + rules.OBJECTIONS, backers=backers, pauses_at=rules.objections_that_pause(backers),
    )  # fmt: skip
    for document_id in dict.fromkeys(papers):
        await ReleasePaper.create(request_id=request.id, document_id=document_id)
    await _move(milestone, _S.REQUESTED, words, by)
    await outbox.enqueue("release_requested", {"request": request.id}, key=f"release_requested:{request.id}")
    return request.id


@atomic
async def take_request_back(milestone_id: int, because: str, *, by: int) -> None:
    """Its makers have shown the wrong thing, or too early: the milestone waits again. Not once it is paused. Raises MoveRefused."""
    _campaign, milestone = await _locked(milestone_id)
    if milestone.state != _S.REQUESTED:
        raise MoveRefused("Only a request that nobody has decided about can be taken back.")
    await _move(milestone, _S.PLANNED, because, by)
    request = await _end_request(milestone, EndedAs.TAKEN_BACK)
    await _answer_all(request, because, by)


# --- objecting ---


@atomic
async def object_to(request_id: int, text: str, *, by: int) -> int:
    """A backer says that it is not so; enough of them pause the release for staff. Once a person; gives its id.

    Raises NotABacker, TooLate after five days, ObjectedAlready for a second one.
    """
    request = await ReleaseRequest.get_or_none(id=request_id)
    if request is None:
        raise NotFound("There is no such request.")
    _campaign, milestone = await _locked(request.milestone_id)
    request = await ReleaseRequest.get(id=request_id)
    if not await Pledge.exists(campaign_id=request.campaign_id, person_id=by, state=PledgeState.COLLECTED):
        raise rules.NotABacker("Only backers whose money is in this fund can object.")
    if not request.is_open or clock.now() >= request.objections_until:
        raise TooLate("The five days to object are over.")
    if await ReleaseObjection.exists(request_id=request_id, person_id=by):
        raise rules.ObjectedAlready("You have objected already. Each backer counts once.")
    objection = await ReleaseObjection.create(
        id=new_id(), request_id=request_id, person_id=by, text=text, made_at=clock.now()
    )
    await outbox.enqueue("release_objected", {"objection": objection.id}, key=f"release_objected:{objection.id}")
    if milestone.state == _S.REQUESTED and await _is_enough(request):
        await _move(milestone, _S.PAUSED, "enough backers have objected", None)
        await outbox.enqueue("release_paused", {"request": request_id}, key=f"release_paused:{request_id}")
    return objection.id


async def _is_enough(request: ReleaseRequest) -> bool:
    return await ReleaseObjection.filter(request_id=request.id).count() >= request.pauses_at


@atomic
async def answer_objection(objection_id: int, answer: str, *, by: int) -> None:
    """Its makers answer a backer, for all to read. Once. Raises Refusal where it was answered before."""
    answered = await ReleaseObjection.filter(id=objection_id, answered_at=None).update(
        answer=answer, answered_by_id=by, answered_at=clock.now()
    )
    if not answered:
        raise Refusal("This objection was answered already.")
    await _tell_answered([objection_id])


async def _answer_all(request: ReleaseRequest | None, because: str, by: int | None) -> None:
    """What was decided is the answer to each objection that has none yet."""
    if request is None:
        return
    still_open = [one.id for one in await ReleaseObjection.filter(request_id=request.id, answered_at=None)]
    if still_open:
        await ReleaseObjection.filter(id__in=still_open).update(
            answer=because, answered_by_id=by, answered_at=clock.now()
        )
        await _tell_answered(still_open)


async def _tell_answered(objections: Sequence[int]) -> None:
    await outbox.enqueue_many(
        [("release_objection_answered", {"objection": one}, f"release_objection_answered:{one}") for one in objections]
    )


# --- deciding ---


@atomic
async def release_due(milestone_id: int) -> bool:
    """After five days without enough objections it is released by itself; gives whether it was, just now."""
    campaign, milestone = await _locked(milestone_id)
    request = await ReleaseRequest.get_or_none(milestone_id=milestone_id, ended_at=None)
    if milestone.state != _S.REQUESTED or request is None or clock.now() < request.objections_until:
        return False
    await _release(campaign, milestone, "five days, and too few objections", None)
    return True


@atomic
async def release_paused(milestone_id: int, because: str, *, by: int) -> None:
    """Staff has looked into what backers object, and the makers get their money.

    Raises MoveRefused once it is decided, AnotherPerson for staff who are among the makers.
    """
    campaign, milestone = await _locked(milestone_id)
    if await Member.exists(organisation_id=campaign.organisation_id, person_id=by):
        raise AnotherPerson("You belong to those who make this film. Somebody who does not has to release it.")
    if milestone.state != _S.PAUSED:
        raise MoveRefused("Only a paused milestone is released by hand, and only once.")
    await _release(campaign, milestone, because, by)


async def _release(campaign: Campaign, milestone: Milestone, because: str, by: int | None) -> None:
    was = milestone.state
    await release_tranche(campaign, milestone, because=because, by=by)
    await _record(milestone, was, because, by)
    request = await _end_request(milestone, EndedAs.RELEASED)
    if by is not None:
        await _answer_all(request, because, by)
    await outbox.enqueue("milestone_released", {"milestone": milestone.id}, key=f"milestone_released:{milestone.id}")


@atomic
async def pause(milestone_id: int, because: str, *, by: int) -> None:
    """Staff stops a release before its five days are over, however few object. Raises MoveRefused."""
    _campaign, milestone = await _locked(milestone_id)
    await _move(milestone, _S.PAUSED, because, by)
    request = await ReleaseRequest.get(milestone_id=milestone_id, ended_at=None)
    await outbox.enqueue("release_paused", {"request": request.id}, key=f"release_paused:{request.id}")


@atomic
async def ask_for_more(milestone_id: int, because: str, *, by: int) -> None:
    """Staff wants to see other evidence: the milestone waits until it is asked for again. Raises MoveRefused."""
    _campaign, milestone = await _locked(milestone_id)
    if milestone.state != _S.PAUSED:
        raise MoveRefused("Only a paused milestone is sent back.")
    await _move(milestone, _S.PLANNED, because, by)
    request = await _end_request(milestone, EndedAs.SENT_BACK)
    await _answer_all(request, because, by)
    assert request is not None
    await outbox.enqueue("release_sent_back", {"request": request.id}, key=f"release_sent_back:{request.id}")


@atomic
async def give_rest_back(campaign_id: int, because: str, *, by: int) -> int:
    """All that was not released goes back to all backers, each by what she gave, whole; gives how much.

    By staff, or by its makers who give up. Nothing of it was taken as a fee. Raises NothingWaits, NotYet.
    """
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state not in SUCCEEDED:
        raise NotYet("Before its result a fund has released nothing, and gives nothing back by this way.")
    waiting = [milestone for milestone in await plan_of(campaign_id) if milestone.state in WAITING]
    if not waiting:
        raise rules.NothingWaits("All that this fund collected has been released or given back.")
    for milestone in waiting:
        if milestone.state in ASKED_FOR:
            await _answer_all(await _end_request(milestone, EndedAs.REFUNDED), because, by)
        await _move(milestone, _S.REFUNDED, because, by, ended_at=clock.now())
    minor = sum(milestone.left_minor for milestone in waiting)
    await begin_sharing_back(campaign, minor, reason="what was not released goes back to all backers", by=by)
    payload = {"campaign": campaign_id, "because": because, "minor": minor}
    await outbox.enqueue("rest_given_back", payload, key=f"rest_given_back:{campaign_id}")
    return minor
