"""How a transfer ends: the deal, the registration and the release, or an outcome that leaves each backer to decide.

Everything competes on the campaign's row: who files, who objects and who releases wait for each other.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.campaigns.models import MOVES as CAMPAIGN_MOVES
from crowdfund.campaigns.models import Campaign, CampaignEvent, CampaignState, Kind
from crowdfund.campaigns.transfers.models import Transfer
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.moves import MoveRefused, move
from crowdfund.people.audit import record
from crowdfund.people.documents import own_document
from crowdfund.people.models import Member
from crowdfund.pledges.models import Pledge, PledgeState
from crowdfund.pledges.transfers import rules
from crowdfund.pledges.transfers.models import (
    MOVES,
    UNDECIDED,
    Objection,
    Outcome,
    OutcomeEvent,
    OutcomeKind,
    OutcomeState,
)
from crowdfund.pledges.transfers.releasing import release_money
from crowdfund.refusal import NotFound, Refusal

_GOOD = {CampaignState.FUNDED_HELD, CampaignState.DEAL_AGREED}


async def _locked(campaign_id: int) -> tuple[Campaign, Transfer]:
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    transfer = await Transfer.get_or_none(campaign_id=campaign_id)
    if campaign.kind != Kind.TRANSFER or transfer is None:
        raise NotFound("This is no transfer fund.")
    return campaign, transfer


async def _move(campaign: Campaign, to: CampaignState, because: str, by: int | None, **changes: Any) -> None:
    was = campaign.state
    await move(campaign, to, moves=CAMPAIGN_MOVES, because=because, by=by, events=CampaignEvent, **changes)
    subject = f"campaign:{campaign.id}"
    await record(f"campaign_{to}", subject, by=by, reason=because, before={"state": was}, after={"state": to})


@atomic
async def agree_deal(campaign_id: int, *, words: str, document_id: int, by: int) -> None:
    """The clubs have agreed; the player is not registered yet, and nothing is paid. Raises MoveRefused."""
    campaign, _transfer = await _locked(campaign_id)
    await own_document(document_id, by=by)
    if campaign.state != CampaignState.FUNDED_HELD:
        raise MoveRefused("There is no money that waits for a deal.")
    await _move(campaign, CampaignState.DEAL_AGREED, words, by)
    agreed = {"agreed_words": words, "agreed_document_id": document_id, "agreed_at": clock.now()}
    await Transfer.filter(campaign_id=campaign_id).update(**agreed)
    await outbox.enqueue("deal_agreed", {"campaign": campaign_id}, key=f"deal_agreed:{campaign_id}")


@atomic
async def file_outcome(campaign_id: int, kind: OutcomeKind, *, words: str, document_id: int, by: int) -> int:
    """Say how the transfer ended, with evidence; backers have three days to object. Gives its id.

    by: of the club, or of staff. Raises OutcomeFiled where one stands already, NotYet, Invalid.
    """
    await own_document(document_id, by=by)
    return await _file(campaign_id, kind, words=words, document_id=document_id, by=by)


async def _file(campaign_id: int, kind: OutcomeKind, *, words: str, document_id: int | None, by: int | None) -> int:
    campaign, transfer = await _locked(campaign_id)
    now = clock.now()
    rules.refuse_filing(kind, words, campaign.state, now, transfer.window_closes_at)
    if await Outcome.exists(campaign_id=campaign_id, state__not=OutcomeState.WITHDRAWN):
        raise rules.OutcomeFiled("The outcome of this transfer has been filed already.")
    outcome = await Outcome.create(
        id=new_id(), campaign_id=campaign_id, kind=kind, state=OutcomeState.FILED, words=words, document_id=document_id,
        filed_by_id=by, filed_at=now, objections_until=now + rules.OBJECTIONS,
    )  # fmt: skip
    await record("outcome_filed", f"campaign:{campaign_id}", by=by, reason=words, after={"outcome": kind})
    if kind == OutcomeKind.SIGNED:
        if campaign.state == CampaignState.FUNDED_HELD:
            await _move(campaign, CampaignState.DEAL_AGREED, "the player is signed", by)
    else:
        await _move(campaign, CampaignState.OUTCOME_FAILED, words, by)
    await outbox.enqueue("outcome_filed", {"outcome": outcome.id}, key=f"outcome_filed:{outcome.id}")
    return outcome.id


@atomic
async def close_window(campaign_id: int) -> bool:
    """Nobody filed anything: that the window has closed is the outcome. Gives whether it was filed now."""
    campaign, transfer = await _locked(campaign_id)
    due = transfer.window_closes_at is not None and clock.now() >= transfer.window_closes_at + rules.EVIDENCE_WITHIN
    filed = await Outcome.exists(campaign_id=campaign_id, state__not=OutcomeState.WITHDRAWN)
    lately = clock.now_us() - rules.EVIDENCE_WITHIN // timedelta(microseconds=1)
    filed = filed or await Outcome.exists(
        campaign_id=campaign_id, decided_at__gt=lately
    )  # who was wronged has three days again
    if not due or filed or not transfer.is_contingent or campaign.state not in _GOOD:
        return False
    words = "The registration window has closed, and nobody has shown that the player was registered."
    await _file(campaign_id, OutcomeKind.WINDOW_CLOSED, words=words, document_id=None, by=None)
    return True


# --- objecting ---


@atomic
async def object_to(outcome_id: int, text: str, *, by: int) -> int:
    """A backer says that it was not so; staff answers before anything moves. Once a person; gives its id.

    Raises NotFound for who does not back the fund, TooLate after three days, AlreadyChosen for a second one.
    """
    outcome = await _outcome(outcome_id)
    backs = await Pledge.exists(
        campaign_id=outcome.campaign_id, person_id=by, state__in=[PledgeState.COLLECTED, PledgeState.DISPUTED]
    )
    if not backs:
        raise Refusal("Only who has paid into this fund can object.")
    if outcome.state not in UNDECIDED or clock.now() >= outcome.objections_until:
        raise rules.TooLate("The three days to object are over.")
    if await Objection.exists(outcome_id=outcome_id, person_id=by):
        raise rules.AlreadyChosen("You have objected already. A person reads it.")
    objection = await Objection.create(id=new_id(), outcome_id=outcome_id, person_id=by, text=text, made_at=clock.now())
    await outbox.enqueue("objection_made", {"objection": objection.id}, key=f"objection_made:{objection.id}")
    return objection.id


@atomic
async def dismiss_objection(objection_id: int, answer: str, *, by: int) -> None:
    """Staff has looked into it, and the outcome stands. Raises Refusal where it was answered before."""
    objection = await Objection.get(id=objection_id)
    outcome = await _outcome(objection.outcome_id)
    answered = await Objection.filter(id=objection_id, answered_at=None).update(
        answer=answer, answered_by_id=by, answered_at=clock.now()
    )
    if not answered:
        raise Refusal("This objection was answered already.")
    await record("objection_dismissed", f"campaign:{outcome.campaign_id}", by=by, reason=answer)
    await outbox.enqueue("objection_answered", {"objection": objection_id}, key=f"objection_answered:{objection_id}")


@atomic
async def withdraw_outcome(outcome_id: int, because: str, *, by: int) -> None:
    """Staff finds that it was not so: the money waits for a deal again. Raises MoveRefused once it stands."""
    outcome = await _outcome(outcome_id)
    campaign = await Campaign.get(id=outcome.campaign_id)
    await move(
        outcome, OutcomeState.WITHDRAWN, moves=MOVES, because=because, by=by, events=OutcomeEvent, decided_by_id=by,
        decided_at=clock.now(),
    )  # fmt: skip
    await Objection.filter(outcome_id=outcome_id, answered_at=None).update(
        answer=because, answered_by_id=by, answered_at=clock.now()
    )
    if campaign.state == CampaignState.OUTCOME_FAILED:
        await _move(campaign, CampaignState.FUNDED_HELD, because, by)
    elif campaign.state == CampaignState.REGISTERED:
        await _move(campaign, CampaignState.DEAL_AGREED, because, by)
    await outbox.enqueue("outcome_withdrawn", {"outcome": outcome_id}, key=f"outcome_withdrawn:{outcome_id}")


async def _outcome(outcome_id: int) -> Outcome:
    """An outcome as it is now that its campaign is locked. Raises NotFound."""
    found = await Outcome.get_or_none(id=outcome_id)
    if found is None:
        raise NotFound("There is no such outcome.")
    await counters.lock_one(found.campaign_id)
    return await Outcome.get(id=outcome_id)


# --- deciding ---


@atomic
async def check_evidence(outcome_id: int, because: str, *, by: int) -> None:
    """The first of two: staff has seen that the player is registered. Raises AnotherPerson for who filed it."""
    outcome = await _outcome(outcome_id)
    if outcome.kind != OutcomeKind.SIGNED:
        raise Refusal("Only a registration is checked: other outcomes stand by themselves after three days.")
    if outcome.filed_by_id == by:
        raise rules.AnotherPerson("You have filed this. Somebody else has to check it.")
    await _refuse_insider(outcome, by)
    await move(
        outcome, OutcomeState.CHECKED, moves=MOVES, because=because, by=by, events=OutcomeEvent, checked_by_id=by,
        checked_at=clock.now(),
    )  # fmt: skip
    await _move(await Campaign.get(id=outcome.campaign_id), CampaignState.REGISTERED, because, by)


@atomic
async def release(outcome_id: int, because: str, *, by: int) -> None:
    """The second of two: after three days without an open objection the money goes to the club.

    Raises AnotherPerson for who filed or checked it, NotYet before its time.
    """
    outcome = await _outcome(outcome_id)
    if outcome.state != OutcomeState.CHECKED:
        raise MoveRefused("The registration has to be checked first, and the money is released once.")
    if by in (outcome.checked_by_id, outcome.filed_by_id):
        raise rules.AnotherPerson("Two people confirm a registration, and you have done your part.")
    await _refuse_insider(outcome, by)
    await _refuse_open(outcome)
    await move(
        outcome, OutcomeState.STANDING, moves=MOVES, because=because, by=by, events=OutcomeEvent, decided_by_id=by,
        decided_at=clock.now(),
    )  # fmt: skip
    campaign = await Campaign.get(id=outcome.campaign_id)
    await _move(campaign, CampaignState.RELEASED, because, by, ended_at=clock.now())
    await release_money(campaign, await Transfer.get(campaign_id=campaign.id))
    await outbox.enqueue("campaign_funded", {"campaign": campaign.id}, key=f"campaign_funded:{campaign.id}")
    await outbox.enqueue("fund_made_it", {"campaign": campaign.id}, key=f"fund_made_it:{campaign.id}")


async def _refuse_insider(outcome: Outcome, by: int) -> None:
    """Who works for the club does not confirm for the platform that the club may be paid, whatever else she is."""
    campaign = await Campaign.get(id=outcome.campaign_id)
    if await Member.exists(organisation_id=campaign.organisation_id, person_id=by):
        raise rules.AnotherPerson("You belong to this club. Somebody who does not has to confirm it.")


async def _refuse_open(outcome: Outcome) -> None:
    if clock.now() < outcome.objections_until:
        raise rules.NotYet("Backers can still object. Come back when the three days are over.")
    if await Objection.exists(outcome_id=outcome.id, answered_at=None):
        raise rules.NotYet("An objection has not been answered yet.")


@atomic
async def begin_election(outcome_id: int) -> bool:
    """The deal fell through, and nobody objects: from now on each backer decides. Gives whether it began now."""
    outcome = await _outcome(outcome_id)
    if outcome.state != OutcomeState.FILED or outcome.kind == OutcomeKind.SIGNED:
        return False
    try:
        await _refuse_open(outcome)
    except rules.NotYet:
        return False
    now = clock.now()
    await move(
        outcome,
        OutcomeState.STANDING,
        moves=MOVES,
        because="nobody has objected",
        by=None,
        events=OutcomeEvent,
        decided_at=now,
    )
    campaign = await Campaign.get(id=outcome.campaign_id)
    await _move(campaign, CampaignState.ELECTING, "each backer decides now", None, ended_at=now)
    until = now + timedelta(days=rules.ELECTION_DAYS)
    await Transfer.filter(campaign_id=campaign.id).update(elections_until=until)
    for day in rules.REMIND_ON_DAYS:
        key, due_at = f"election_reminder:{campaign.id}:{day}", clock.to_us(now + timedelta(days=day))
        await outbox.enqueue("election_reminder", {"campaign": campaign.id}, key=key, due_at_us=due_at)
    return True
