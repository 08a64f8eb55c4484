"""Winners answer until the second, or somebody moves up into the very place; nobody answers for another."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from crowdfund.community.draws.models import (
    DrawEntry,
    DrawWinner,
)
from crowdfund.community.draws.rules import (
    AnswerTooLate,
)
from crowdfund.community.draws.winners import NothingWon, confirm, decline
from tests.http.draw_world import (
    YES,
    drawn_draw,
    pass_to,
    ranked,
    standing,
    state_of,
    worked,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(("seconds", "in_time"), [(-1, True), (0, False), (1, False)])
async def test_winners_answer_until_the_second(seconds: int, in_time: bool) -> None:
    draw, (first, second, *_) = await drawn_draw()
    assert (await DrawWinner.get(draw_id=draw.id, rank=1)).answer_by == draw.answer_by
    pass_to(draw.answer_by, seconds=seconds)
    for verb in (confirm(draw.id, person_id=first, **YES), decline(draw.id, person_id=second)):
        if in_time:
            await verb
        else:
            with pytest.raises(AnswerTooLate):
                await verb
    await worked()
    taken = [state for _, state, _ in await standing(draw)]
    assert taken == (
        ["confirmed", "declined", "asked", "waiting"] if in_time else ["lapsed", "lapsed", "asked", "asked"]
    )


async def test_who_moves_up_late_has_three_days_and_never_longer_than_the_day_itself() -> None:
    draw, (first, *_) = await drawn_draw(places=1, reserves=3)
    pass_to(draw.answer_by, seconds=-60)
    await decline(draw.id, person_id=first)
    second = await DrawWinner.get(draw_id=draw.id, rank=2)
    assert second.answer_by is not None and second.answer_by > draw.answer_by + timedelta(days=2)
    pass_to(draw.happens_at, days=-2)
    await worked()
    third = await DrawWinner.get(draw_id=draw.id, rank=3)
    assert (third.state, third.answer_by) == ("asked", draw.happens_at)
    pass_to(draw.happens_at, hours=-23)
    await decline(draw.id, person_id=(await ranked(draw))[2])
    assert await standing(draw) == [(1, "declined", 1), (2, "lapsed", 1), (3, "declined", 1), (4, "waiting", None)]
    pass_to(draw.happens_at)
    await worked()
    assert await state_of(draw) == "completed"


async def test_who_said_yes_may_still_fall_ill_and_then_is_forgotten() -> None:
    draw, (first, second, *_) = await drawn_draw()
    await confirm(draw.id, person_id=first, **YES, note="No nuts, please.", public_name="Mei")
    await confirm(draw.id, person_id=first, contact_name="Mei", contact="+49 30 12345")
    winner = await DrawWinner.get(draw_id=draw.id, rank=1)
    assert (winner.contact, winner.note, winner.public_name) == ("+49 30 12345", "", "")
    await decline(draw.id, person_id=first)
    winner = await DrawWinner.get(draw_id=draw.id, rank=1)
    assert (winner.state, winner.contact_name, winner.contact) == ("declined", "", "")
    assert (await DrawWinner.get(draw_id=draw.id, rank=3)).state == "asked"
    await decline(draw.id, person_id=first)
    with pytest.raises(AnswerTooLate):
        await confirm(draw.id, person_id=first, **YES)
    await confirm(draw.id, person_id=second, **YES)
    pass_to(draw.happens_at)
    with pytest.raises(AnswerTooLate):
        await decline(draw.id, person_id=second)


async def test_how_winners_are_reached_is_forgotten_sixty_days_after_the_day() -> None:
    draw, (first, *_) = await drawn_draw()
    await confirm(draw.id, person_id=first, **YES, public_name="Mei")
    for days, contact in ((59, "mei@example.com"), (60, "")):
        pass_to(draw.happens_at, days=days)
        await worked()
        assert (await DrawWinner.get(draw_id=draw.id, rank=1)).contact == contact
    assert (await DrawWinner.get(draw_id=draw.id, rank=1)).public_name == "Mei"


async def test_nobody_answers_for_another_or_before_her_turn() -> None:
    draw, (_, _, waits, _) = await drawn_draw()
    (others,) = {e.person_id for e in await DrawEntry.filter(draw_id=draw.id)} - set(await ranked(draw))
    for person_id in (waits, others, 12345):
        for verb in (confirm(draw.id, person_id=person_id, **YES), decline(draw.id, person_id=person_id)):
            with pytest.raises(NothingWon):
                await verb


async def test_the_last_place_goes_to_one_of_those_who_are_asked_at_once() -> None:
    """Both winners decline and lapse at the same moment from all sides: two move up, each to a place of its own."""
    draw, (first, second, *_) = await drawn_draw(places=2, reserves=4)
    pass_to(draw.answer_by, seconds=-1)
    tries = [decline(draw.id, person_id=person) for person in (first, second) for _ in range(4)]
    await asyncio.gather(*tries, return_exceptions=True)
    assert await standing(draw) == [
        (1, "declined", 1), (2, "declined", 2), (3, "asked", 1), (4, "asked", 2), (5, "waiting", None), (6, "waiting", None),
    ] or await standing(draw) == [
        (1, "declined", 1), (2, "declined", 2), (3, "asked", 2), (4, "asked", 1), (5, "waiting", None), (6, "waiting", None),
    ]  # fmt: skip
