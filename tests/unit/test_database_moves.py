"""`move`: legal ways only, one winner, and a history that says who and why."""

from __future__ import annotations

import asyncio
from itertools import product

import pytest

from crowdfund import clock
from crowdfund.database import new_id
from crowdfund.database.moves import MoveRefused, move
from crowdfund.people.models import ORGANISATION_MOVES, Organisation, OrganisationEvent, OrganisationState


async def an_organisation(state: OrganisationState) -> Organisation:
    number = new_id()
    return await Organisation.create(
        id=number,
        kind="studio",
        slug=f"s-{number}",
        name="Lanting",
        country="CN",
        state=state.value,
        made_at=clock.now(),
    )


async def moved(organisation: Organisation, to: OrganisationState, **more: object) -> None:
    await move(organisation, to, moves=ORGANISATION_MOVES, because="a test", by=None, events=OrganisationEvent, **more)


async def test_every_pair_of_states(database: str) -> None:
    for before, after in product(OrganisationState, OrganisationState):
        organisation = await an_organisation(before)
        if after in ORGANISATION_MOVES.get(before, set()):
            await moved(organisation, after)
            [event] = await OrganisationEvent.filter(organisation_id=organisation.id)
            assert (event.from_state, event.to_state, event.because) == (before, after, "a test")
            assert organisation.state == after
        else:
            with pytest.raises(MoveRefused):
                await moved(organisation, after)
            assert await OrganisationEvent.filter(organisation_id=organisation.id).count() == 0
        assert (await Organisation.get(id=organisation.id)).state == organisation.state


async def test_of_many_who_move_at_once_one_wins(database: str) -> None:
    organisation = await an_organisation(OrganisationState.SUBMITTED)
    rows = [await Organisation.get(id=organisation.id) for _ in range(10)]
    ways = [OrganisationState.VERIFIED, OrganisationState.DECLINED] * 5
    results = await asyncio.gather(
        *(moved(row, to) for row, to in zip(rows, ways, strict=True)), return_exceptions=True
    )
    assert sum(result is None for result in results) == 1
    assert all(result is None or isinstance(result, MoveRefused) for result in results)
    assert await OrganisationEvent.filter(organisation_id=organisation.id).count() == 1


async def test_other_columns_change_in_the_same_step(database: str) -> None:
    organisation = await an_organisation(OrganisationState.UNVERIFIED)
    await moved(organisation, OrganisationState.SUBMITTED, about="Ready to be looked at")
    assert organisation.about == (await Organisation.get(id=organisation.id)).about == "Ready to be looked at"


@pytest.mark.parametrize("change", ["UPDATE organisation_event SET because = 'x'", "DELETE FROM organisation_event"])
async def test_history_stays(database: str, change: str) -> None:
    from tortoise.exceptions import IntegrityError

    from crowdfund.database import Sql, atomic

    organisation = await an_organisation(OrganisationState.UNVERIFIED)
    await moved(organisation, OrganisationState.SUBMITTED)
    with pytest.raises(IntegrityError, match="append-only"):
        await atomic(Sql(change).__call__)()
