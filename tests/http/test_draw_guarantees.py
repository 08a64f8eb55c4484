"""A draw is drawn once, whoever does it and whenever it is begun; what is frozen stays in the database itself. On both engines."""

from __future__ import annotations

import asyncio
from itertools import product
from typing import Any

import pytest

from crowdfund import clock
from crowdfund.community.draws import actions, queries, winners
from crowdfund.community.draws.actions import announce_draw, cancel_draw, enter, leave
from crowdfund.community.draws.algorithm import drawn
from crowdfund.community.draws.drawing import close_draw, draw_now
from crowdfund.community.draws.due import work_on_draws
from crowdfund.community.draws.file import holds
from crowdfund.community.draws.models import (
    MOVES,
    WINNER_MOVES,
    Draw,
    DrawEntry,
    DrawEvent,
    DrawSeed,
    DrawState,
    DrawWinner,
    DrawWinnerEvent,
    WinnerState,
)
from crowdfund.community.draws.rules import (
    DrawnAlready,
    DrawNotOpen,
)
from crowdfund.community.draws.winners import confirm, decline
from crowdfund.database import Sql, atomic, new_id
from crowdfund.database.moves import MoveRefused, move
from crowdfund.refusal import Refusal
from crowdfund.worker import SWEEPS, run_sweep, work_until_idle
from tests.http.draw_world import (
    YES,
    a_backer,
    a_drafted_draw,
    a_draw,
    a_fund,
    again,
    drawn_draw,
    entrants,
    pass_to,
    ranked,
    state_of,
    terms,
    told,
    with_a_number,
    worked,
)
from tests.walks import walk_every_pair
from tests.world import a_fan_with_card, a_tier

pytestmark = pytest.mark.usefixtures("database")


# --- once, whoever does it and whenever it is begun ---


async def test_entering_twice_at_once_is_one_entry() -> None:
    campaign, lin = await a_fund()
    draw = await a_draw(campaign, by=lin)
    fans = [await a_backer(campaign) for _ in range(4)]
    entered = await asyncio.gather(*(enter(draw.id, person_id=fan.id) for fan in fans * 5))
    assert len({entry.entry for entry in entered}) == 4
    assert (await DrawEntry.filter(draw_id=draw.id).count(), (await again(draw)).entries) == (4, 4)


async def test_entering_and_leaving_at_once_keeps_the_count_right() -> None:
    campaign, lin = await a_fund()
    draw = await a_draw(campaign, by=lin)
    fans = await entrants(draw, campaign, 3)
    verbs = [verb(draw.id, person_id=fan.id) for fan in fans for verb in (leave, enter, leave, enter)]
    await asyncio.gather(*verbs)
    standing_now = await DrawEntry.filter(draw_id=draw.id, withdrawn_at=None).count()
    assert (await again(draw)).entries == standing_now


async def test_entering_in_the_moment_of_the_close_is_in_the_list_or_refused() -> None:
    campaign, lin = await a_fund()
    draw = await a_draw(campaign, by=lin)
    await entrants(draw, campaign, 3)
    late = [await a_backer(campaign) for _ in range(6)]
    pass_to(draw.closes_at, milliseconds=-30)
    tries = [enter(draw.id, person_id=fan.id) for fan in late]
    answers = await asyncio.gather(*tries, asyncio.sleep(0.04), return_exceptions=True)
    await close_draw(draw.id)
    inside = [answer for answer in answers if isinstance(answer, DrawEntry)]
    assert all(isinstance(answer, DrawEntry | DrawNotOpen | None) for answer in answers)
    assert (await again(draw)).entries == 3 + len(inside) == len(await queries.listed(draw.id))


async def test_many_who_draw_at_once_make_one_draw() -> None:
    """The sweep of two workers and three presses of the button."""
    campaign, lin = await a_fund()
    draw = await a_draw(campaign, by=lin)
    await entrants(draw, campaign, 6)
    pass_to(draw.closes_at)
    presses = [draw_now(draw.id, by=lin) for _ in range(3)]
    answers = await asyncio.gather(work_on_draws(), work_on_draws(), *presses, return_exceptions=True)
    assert all(
        not isinstance(answer, Exception) or isinstance(answer, DrawnAlready | MoveRefused) for answer in answers
    )
    assert await DrawWinner.filter(draw_id=draw.id).count() == 4
    assert await DrawEvent.filter(draw_id=draw.id, to_state="drawn").count() == 1
    assert holds(await queries.file_of(await again(draw)))
    await work_until_idle()
    first, *_ = await ranked(draw)
    assert (await told(first)).count("You won: A day on the boat") == 1


async def test_two_numbers_at_once_and_the_first_stays() -> None:
    campaign, lin = await a_fund()
    draw = await a_draw(campaign, by=lin, content=with_a_number())
    await entrants(draw, campaign, 6)
    pass_to(draw.public_at)
    presses = [draw_now(draw.id, by=lin, public_value=str(n), public_source="the exchange") for n in range(6)]
    answers = await asyncio.gather(*presses, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["DrawnAlready"] * 5 + ["NoneType"]
    drawn = await again(draw)
    assert drawn.public_value == str(answers.index(None)) and holds(await queries.file_of(drawn))


async def expected(draw: Draw) -> list[int]:
    """Whom the draw has to come to, from what is frozen of it alone."""
    entries, seed = await queries.listed(draw.id), (await DrawSeed.get(draw_id=draw.id)).seed
    closed = await again(draw)
    assert closed.list_hash is not None
    winners_, runners_up = drawn(
        list(entries), seed=bytes.fromhex(seed), list_hash=closed.list_hash, public_value="", places=draw.places, reserves=draw.reserves
    )  # fmt: skip
    return [entries[entry] for entry in [*winners_, *runners_up]]


async def who_won(draw: Draw) -> list[int]:
    return [winner.entry_id for winner in await DrawWinner.filter(draw_id=draw.id).order_by("rank")]


async def test_closed_by_one_and_drawn_by_another_it_comes_out_as_it_has_to() -> None:
    """The process that closed it is gone before it draws; the sweep of another one takes it up."""
    campaign, lin = await a_fund()
    draw = await a_draw(campaign, by=lin)
    await entrants(draw, campaign, 8)
    pass_to(draw.closes_at)
    assert await close_draw(draw.id)
    assert (await state_of(draw), await who_won(draw)) == ("closed", [])
    has_to = await expected(draw)
    await run_sweep(next(one for one in SWEEPS if one.name == "draws"), due=False)
    assert (await state_of(draw), await who_won(draw)) == ("drawn", has_to)


_FAULT = {
    "sqlite": """CREATE TRIGGER no_third BEFORE INSERT ON draw_winner WHEN NEW.rank = 3 BEGIN SELECT RAISE(ABORT, 'disk full'); END""",
    "postgres": "ALTER TABLE draw_winner ADD CONSTRAINT no_third CHECK (rank <> 3) NOT VALID",
}  # fmt: skip
_MENDED = {"sqlite": "DROP TRIGGER no_third", "postgres": "ALTER TABLE draw_winner DROP CONSTRAINT no_third"}


async def test_what_breaks_while_the_result_is_written_leaves_none_of_it(engine: str) -> None:
    """The third row of four can't be written: no winner, no letter, the same draw when the disk is there again."""
    campaign, lin = await a_fund()
    draw = await a_draw(campaign, by=lin)
    await entrants(draw, campaign, 5)
    pass_to(draw.closes_at)
    await do(_FAULT[engine])
    with pytest.raises(Exception, match=r"disk full|no_third"):
        await draw_now(draw.id, by=lin)
    jobs = await Sql("SELECT COUNT(*) FROM job WHERE kind LIKE 'draw_w%'").value()
    assert (await state_of(draw), await who_won(draw), (await again(draw)).seed, jobs) == ("closed", [], None, 0)
    has_to = await expected(draw)
    await do(_MENDED[engine])
    await worked()
    assert (await state_of(draw), await who_won(draw)) == ("drawn", has_to)


def facts(draw: Draw) -> dict[str, Any]:
    return {name: getattr(draw, name) for name in draw._meta.db_fields}


async def do(statement: str, *values: Any) -> None:
    await atomic(Sql(statement).__call__)(*values)


@pytest.mark.parametrize(
    "change",
    [
        "title = 'x'", "about = 'x'", "place = 'x'", "included = 'x'", "not_included = 'x'", "travel = 'x'",
        "happens_at = happens_at + 1", "places = 1", "persons_each = 2", "reserves = 3", "entries_min = 4", "capacity = 11",
        "capacity_by = 'x'", "closes_at = closes_at - 1", "answer_by = answer_by + 1", "public_what = 'x', public_at = closes_at + 1",
        "commitment = 'x'", "commitment = NULL", "announced_at = 1", "state = 'draft'",
    ],
)  # fmt: skip
async def test_an_announced_draw_keeps_its_terms_in_the_database(change: str) -> None:
    campaign, lin = await a_fund()
    draw = await a_draw(campaign, by=lin)
    with pytest.raises(Exception, match=r"(?i)keeps its terms|check"):
        await do(f"UPDATE draw SET {change} WHERE id = $1", draw.id)
    assert facts(await again(draw)) == facts(draw)


async def test_what_is_frozen_and_drawn_stays_in_the_database() -> None:
    campaign, lin = await a_fund()
    tier = await a_tier(campaign)
    draw = await a_draw(campaign, by=lin, content=with_a_number())
    fans = await entrants(draw, campaign, 4)
    late = await a_fan_with_card()
    add = "INSERT INTO draw_entry (id, draw_id, person_id, entry, made_at) VALUES ($1, $2, $3, 'x', 1)"
    win = "INSERT INTO draw_winner (id, draw_id, rank, entry_id, state, place, answer_by) VALUES ($1, $2, $3, $4, 'asked', 9, 1)"
    entry = await DrawEntry.filter(draw_id=draw.id).first()
    assert entry is not None
    for statement, *values in (
        ("UPDATE draw_seed SET seed = $1", "ab" * 32), ("DELETE FROM draw_seed",), ("DELETE FROM draw",),
        ("DELETE FROM draw_entry",), ("UPDATE draw_entry SET entry = 'x'",), ("UPDATE draw_entry SET person_id = $1", late.id),
        ("DELETE FROM draw_event",), ("UPDATE draw_event SET because = 'x'",),
        ("INSERT INTO draw_tier (id, draw_id, campaign_id, tier_id) VALUES (1, $1, $2, $3)", draw.id, campaign.id, tier),
        (win, new_id(), draw.id, 1, entry.id), ("UPDATE draw SET seed = $1", "ab" * 32), ("UPDATE draw SET state = 'drawn'",),
        ("UPDATE draw SET state = 'closed'",),
    ):  # fmt: skip
        with pytest.raises(Exception, match=r"(?i)append-only|stays|keeps|check|foreign"):
            await do(str(statement), *values)
    pass_to(draw.closes_at)
    await worked()
    for statement, *values in (
        (add, new_id(), draw.id, late.id), ("UPDATE draw_entry SET withdrawn_at = 1, listed_at = NULL",),
        ("UPDATE draw_entry SET listed_at = NULL",), ("UPDATE draw SET list_hash = 'x'",), ("UPDATE draw SET entries = 5",),
        ("UPDATE draw SET closed_at = 1",), ("UPDATE draw SET state = 'drawn'",),
        ("UPDATE draw SET state = 'drawn', seed = 'x', drawn_at = 1",),
    ):  # fmt: skip
        with pytest.raises(Exception, match=r"(?i)keeps|check"):
            await do(str(statement), *values)
    pass_to(draw.public_at)
    await draw_now(draw.id, by=lin, public_value="7", public_source="the exchange")
    for statement, *values in (
        (win, new_id(), draw.id, 9, entry.id), ("UPDATE draw_winner SET rank = rank + 10",), ("DELETE FROM draw_winner",),
        ("UPDATE draw_winner SET entry_id = $1 WHERE rank = 1", entry.id + 1), ("UPDATE draw SET public_value = '8'",),
        ("UPDATE draw SET public_source = 'x'",), ("UPDATE draw SET seed = $1", "ab" * 32), ("UPDATE draw SET drawn_at = 1",),
        ("UPDATE draw_winner SET state = 'confirmed', place = 1 WHERE rank = 2",), ("DELETE FROM draw_winner_event",),
        ("UPDATE draw_winner_event SET because = 'x'",),
    ):  # fmt: skip
        with pytest.raises(Exception, match=r"(?i)stays|append-only|unique|foreign"):
            await do(str(statement), *values)
    assert holds(await queries.file_of(await again(draw))) and len(fans) == 4


async def test_every_pair_of_states_of_a_draw() -> None:
    """Each pair is tried on a draw that came there as draws do."""

    async def in_state(state: DrawState) -> Draw:
        campaign, lin = await a_fund()
        draw = await a_drafted_draw(campaign, by=lin, content=with_a_number())
        if state == DrawState.DRAFT:
            return draw
        await announce_draw(draw.id, by=lin)
        await entrants(draw, campaign, 2)
        if state == DrawState.CANCELLED:
            await cancel_draw(draw.id, "The boat has sunk, sadly.", by=lin)
        if state in (DrawState.CLOSED, DrawState.DRAWN, DrawState.COMPLETED):
            pass_to(draw.public_at)
            await worked()
        if state in (DrawState.DRAWN, DrawState.COMPLETED):
            await draw_now(draw.id, by=lin, public_value="7", public_source="the exchange")
        if state == DrawState.COMPLETED:
            pass_to(draw.happens_at)
            await worked()
        return await again(draw)

    needed: dict[DrawState, dict[str, Any]] = {
        DrawState.ANNOUNCED: {"commitment": "c" * 64, "announced_at": clock.now()},
        DrawState.CLOSED: {"list_hash": "l" * 64, "entries": 2, "closed_at": clock.now()},
        DrawState.DRAWN: {
            "seed": "s" * 64,
            "drawn_at": clock.now(),
            "public_value": "7",
            "public_source": "the exchange",
        },
    }
    walk = {"moves": MOVES, "because": "a walk", "by": None, "events": DrawEvent}
    for was, to in product(DrawState, repeat=2):
        first = await in_state(was)
        second = await again(first)
        assert first.state == was
        if to not in MOVES[was]:
            with pytest.raises(MoveRefused):
                await move(first, to, **walk)  # type: ignore[arg-type]
            assert (await again(first)).state == was
            continue
        await move(first, to, **walk, **needed.get(to, {}))  # type: ignore[arg-type]
        with pytest.raises(MoveRefused):
            await move(second, to, **walk)  # type: ignore[arg-type]
        assert (await again(first)).state == to
    assert await DrawEvent.filter(because="a walk").count() == sum(len(to) for to in MOVES.values())


async def test_every_pair_of_states_of_a_winner() -> None:
    draw, _ = await drawn_draw(places=1, reserves=0)
    asked = {"place": 1, "answer_by": draw.answer_by}

    def being(state: WinnerState) -> dict[str, Any]:
        return {"place": None, "answer_by": None} if state == WinnerState.WAITING else asked

    def becoming(state: WinnerState) -> dict[str, Any]:
        return asked if state == WinnerState.ASKED else {}

    winner = await DrawWinner.get(draw_id=draw.id)
    await walk_every_pair(winner, WINNER_MOVES, DrawWinnerEvent, being=being, becoming=becoming)


async def test_every_refusal_changes_nothing_in_whatever_order_it_is_asked() -> None:
    """Each verb on a draw in each state: done, or a sentence; never anything else."""
    campaign, lin = await a_fund(days=80)
    drafted, announced = await a_drafted_draw(campaign, by=lin), await a_draw(campaign, by=lin)
    closed, drawn, off = (
        await a_draw(campaign, by=lin, content=with_a_number()),
        await a_draw(campaign, by=lin),
        await a_draw(campaign, by=lin),
    )
    mei = (await entrants(closed, campaign, 3))[0]
    await entrants(drawn, campaign, 3)
    await cancel_draw(off.id, "The boat has sunk, sadly.", by=lin)
    pass_to(drawn.closes_at)
    for draw in (closed, drawn):
        await close_draw(draw.id)
    await draw_now(drawn.id, by=lin)
    for draw in (drafted, announced, closed, drawn, off):
        verbs = (
            lambda d: enter(d, person_id=mei.id), lambda d: leave(d, person_id=mei.id), lambda d: actions.write_draw(d, terms(), by=lin),
            lambda d: draw_now(d, by=lin), lambda d: confirm(d, person_id=mei.id, **YES), lambda d: decline(d, person_id=mei.id),
            lambda d: announce_draw(d, by=lin), winners.lapse, close_draw,
        )  # fmt: skip
        for verb in verbs[:-2]:
            try:
                await verb(draw.id)
            except Refusal as refusal:
                assert refusal.sentence.endswith(".")
    assert holds(await queries.file_of(await again(drawn)))
