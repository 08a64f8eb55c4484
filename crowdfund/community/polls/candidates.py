"""Whom fans choose from: named, described and pictured while the poll is a draft. Pictures lie in place before a verb is asked."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from crowdfund.community.polls.actions import locked_draft
from crowdfund.community.polls.models import Candidate
from crowdfund.community.polls.rules import CANDIDATES_MAX, NoSuchCandidate
from crowdfund.database import atomic, new_id
from crowdfund.database.once import once
from crowdfund.people.audit import record
from crowdfund.people.models import Image
from crowdfund.refusal import Invalid, Refusal


class TooManyCandidates(Refusal):
    pass


@dataclass(frozen=True, slots=True)
class Named:
    """A candidate as the makers write it."""

    name: str
    text: str


@atomic
async def add_candidate_once(poll_id: int, named: Named, *, by: int, key: str) -> int:
    """The id of the candidate of this wish. Raises PollFrozen, TooManyCandidates, Invalid, NoSuchCandidate where it was removed."""

    async def make() -> int:
        return await _add(poll_id, named, by=by)

    made_id = await once(by, f"candidate:{key}", [poll_id, asdict(named)], make)
    if not await Candidate.exists(id=made_id):
        raise NoSuchCandidate("That candidate was removed.")
    return made_id


async def _add(poll_id: int, named: Named, *, by: int) -> int:
    poll, _campaign = await locked_draft(poll_id)
    there = await Candidate.filter(poll_id=poll_id).order_by("position")
    if len(there) >= CANDIDATES_MAX:
        raise TooManyCandidates("A poll can have at most {most} candidates.", most=CANDIDATES_MAX)
    _refuse_twins(named, there)
    position = there[-1].position + 1 if there else 0
    made = await Candidate.create(id=new_id(), poll_id=poll_id, position=position, name=named.name, text=named.text)
    await record("candidate_added", f"campaign:{poll.campaign_id}", by=by, after={"candidate": named.name})
    return made.id


def _refuse_twins(named: Named, others: list[Candidate]) -> None:
    if named.name.casefold() in {one.name.casefold() for one in others}:
        raise Invalid("There is a candidate of this name already.", field="name")


@atomic
async def change_candidate(candidate_id: int, named: Named, *, by: int) -> None:
    """Raises PollFrozen, Invalid."""
    found = await _of_draft(candidate_id)
    _refuse_twins(named, await Candidate.filter(poll_id=found.poll_id, id__not=candidate_id))
    await Candidate.filter(id=candidate_id).update(name=named.name, text=named.text)
    await _recorded("candidate_changed", found, by=by)


@atomic
async def remove_candidate(candidate_id: int, *, by: int) -> None:
    """Raises PollFrozen."""
    found = await _of_draft(candidate_id)
    await Candidate.filter(id=candidate_id).delete()
    await _recorded("candidate_removed", found, by=by)


@atomic
async def picture_candidate(candidate_id: int, image_id: int | None, *, alt: str, by: int) -> None:
    """Show a picture with a candidate, or say in other words what it shows. image_id None: the one it has stays. Raises PollFrozen."""
    found = await _of_draft(candidate_id)
    if image_id is not None:
        await Candidate.filter(id=candidate_id).update(image_id=image_id)
        await _recorded("candidate_pictured", found, by=by)
    shown = image_id if image_id is not None else found.image_id
    if shown is not None:
        await Image.filter(id=shown).update(alt=alt)


@atomic
async def unpicture_candidate(candidate_id: int, *, by: int) -> None:
    """Take a candidate's picture away. Raises PollFrozen."""
    found = await _of_draft(candidate_id)
    await Candidate.filter(id=candidate_id).update(image_id=None)
    await _recorded("candidate_unpictured", found, by=by)


async def _of_draft(candidate_id: int) -> Candidate:
    found = await Candidate.get(id=candidate_id)
    await locked_draft(found.poll_id)
    there = await Candidate.get_or_none(id=candidate_id)
    if there is None:
        raise NoSuchCandidate("That candidate was removed.")
    return there


async def _recorded(action: str, candidate: Candidate, *, by: int) -> None:
    poll, _campaign = await locked_draft(candidate.poll_id)
    await record(action, f"campaign:{poll.campaign_id}", by=by, after={"candidate": candidate.name})
