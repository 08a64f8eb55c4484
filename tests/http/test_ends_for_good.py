"""Every pair of states of an outcome and of an election: the database lets them go forward, and lets nothing be taken back."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.pledges.transfers.models import (
    ELECTION_MOVES,
    MOVES,
    Election,
    ElectionState,
    Outcome,
    OutcomeKind,
    OutcomeState,
)
from tests.transfers import a_document, a_recipient
from tests.world import a_campaign, a_fan, a_pledge

pytestmark = pytest.mark.usefixtures("database")


def needed(state: ElectionState, recipient_id: int) -> dict[str, Any]:
    """What an election in that state has to tell."""
    decided: dict[str, Any] = {"chosen_by": "fan", "chosen_at": clock.now(), "amount_minor": 25_00}
    by_state = {ElectionState.ASKED: {}, ElectionState.GIVEN: {**decided, "recipient_id": recipient_id}}
    return {"state": state, **by_state.get(state, decided)}


async def test_every_pair_of_states_of_an_election() -> None:
    campaign = await a_campaign()
    recipient = await a_recipient(campaign.organisation_id)
    for was, to in product(ElectionState, repeat=2):
        pledge = await a_pledge(campaign)
        election = await Election.create(
            pledge_id=pledge.id, campaign_id=campaign.id, person_id=pledge.person_id, asked_at=clock.now(),
            **needed(was, recipient.id),
        )  # fmt: skip
        change = atomic(Election.filter(pledge_id=election.pledge_id).update)
        if was == to or to in ELECTION_MOVES[was]:
            await change(**{"recipient_id": None} | needed(to, recipient.id))
            assert (await Election.get(pledge_id=pledge.id)).state == to
        else:
            with pytest.raises(IntegrityError):
                await change(**{"recipient_id": None} | needed(to, recipient.id))
            assert (await Election.get(pledge_id=pledge.id)).state == was
    with pytest.raises(IntegrityError):
        await atomic(Election.filter(campaign_id=campaign.id).delete)()
    with pytest.raises(IntegrityError):
        await atomic(Election.filter(campaign_id=campaign.id).update)(person_id=(await a_fan("Eve")).id)


async def test_every_pair_of_states_of_an_outcome() -> None:
    staff, other, owner = [await a_fan(name) for name in ("Ada", "Grace", "Jens")]
    seen = {"checked_by_id": staff.id, "checked_at": clock.now(), "decided_by_id": other.id, "decided_at": clock.now()}
    for was, to in product(OutcomeState, repeat=2):
        campaign = await a_campaign()
        outcome = await Outcome.create(
            id=new_id(), campaign_id=campaign.id, kind=OutcomeKind.SIGNED, state=was, words="He is registered since noon.",
            document_id=await a_document(owner.id), filed_by_id=owner.id, filed_at=clock.now(), objections_until=clock.now(), **seen,
        )  # fmt: skip
        change = atomic(Outcome.filter(id=outcome.id).update)
        if was == to or to in MOVES[was]:
            await change(state=to)
            assert (await Outcome.get(id=outcome.id)).state == to
        else:
            with pytest.raises(IntegrityError):
                await change(state=to)
            assert (await Outcome.get(id=outcome.id)).state == was
        for told in ({"kind": OutcomeKind.COLLAPSED}, {"words": "He stays."}, {"filed_by_id": other.id}):
            with pytest.raises(IntegrityError):
                await change(**told)
        with pytest.raises(IntegrityError):
            await atomic(Outcome.filter(id=outcome.id).delete)()
