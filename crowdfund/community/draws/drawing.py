"""Closing a draw and drawing it, each exactly once: what is computed follows from what is frozen, so whoever does it, and however
often it is begun, the same comes out.
"""

from __future__ import annotations

from typing import Any

from crowdfund import clock
from crowdfund.campaigns.models import Campaign, CampaignState
from crowdfund.community.draws import queries, rules, seeds
from crowdfund.community.draws.actions import call_off, locked, move_draw
from crowdfund.community.draws.algorithm import drawn, list_hash_of
from crowdfund.community.draws.models import (
    Draw,
    DrawState,
    DrawWinner,
    DrawWinnerEvent,
    WinnerState,
)
from crowdfund.community.draws.winners import tell_to_answer
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.moves import MoveRefused, begin


@atomic
async def close_draw(draw_id: int) -> bool:
    """Freeze the list of a draw whose moment has come; gives whether something happened.

    Who is no backer any more drops out. With fewer entries than were announced it is not held: nobody's number is made smaller
    afterwards. Of a paused fund nothing is closed until it is open again.
    """
    draw, campaign = await locked(draw_id)
    now = clock.now()
    if draw.state != DrawState.ANNOUNCED:
        return False
    if campaign["state"] in rules.IS_OVER:
        await call_off(draw, because="the fund has ended, so there is nothing to visit", by=None)
        return True
    if now < draw.closes_at:
        return False
    if now >= draw.answer_by:
        await call_off(draw, because="it was not drawn in time", by=None)
        return True
    if campaign["state"] == CampaignState.SUSPENDED:
        return False
    entries = await queries.close_list(draw_id, clock.to_us(now))
    if len(entries) < draw.entries_min:
        await call_off(draw, because="fewer backers entered than it takes", by=None, entries=len(entries))
        return True
    frozen = {"entries": len(entries), "list_hash": list_hash_of(entries), "closed_at": now}
    await move_draw(draw, DrawState.CLOSED, because="the list is closed", by=None, **frozen)
    if draw.public_what:
        assert draw.public_at is not None
        key = f"draw_waits:{draw_id}"
        await outbox.enqueue("draw_waits", {"draw": draw_id}, key=key, due_at_us=clock.to_us(draw.public_at))
    return True


async def draw_now(draw_id: int, *, by: int | None, public_value: str = "", public_source: str = "") -> None:
    """Draw the winners of a draw that has closed, and reveal the seed. by None: the site itself.

    public_value, public_source: the number that was announced, and where everybody can look it up. Raises NotYetDrawable,
    DrawnAlready, Invalid.
    """
    await close_draw(draw_id)
    draw = await Draw.get(id=draw_id)
    rules.refuse_drawing(draw, (await Campaign.get(id=draw.campaign_id)).state, clock.now())
    rules.refuse_value(draw, public_value, public_source)
    entries, seed = await queries.listed(draw_id), await seeds.reveal(draw_id)
    assert draw.list_hash is not None
    winners, runners_up = drawn(
        list(entries), seed=bytes.fromhex(seed), list_hash=draw.list_hash, public_value=public_value, places=draw.places,
        reserves=draw.reserves,
    )  # fmt: skip
    ranked = [entries[entry] for entry in [*winners, *runners_up]]
    result = {"seed": seed, "public_value": public_value, "public_source": public_source, "drawn_at": clock.now()}
    try:
        await _write_result(draw_id, ranked, result, by=by)
    except MoveRefused as error:  # two at once: the other one's result is the result
        raise rules.DrawnAlready("It was drawn already, once and for all.") from error


@atomic
async def _write_result(draw_id: int, ranked: list[int], result: dict[str, Any], *, by: int | None) -> None:
    draw, _campaign = await locked(draw_id)
    if draw.is_drawn:
        raise rules.DrawnAlready("It was drawn already, once and for all.")
    answer_by = rules.answer_by(draw, clock.now())
    for rank, entry_id in enumerate(ranked, 1):
        wins = rank <= draw.places
        winner = await DrawWinner.create(
            id=new_id(), draw_id=draw_id, rank=rank, entry_id=entry_id, place=rank if wins else None,
            state=WinnerState.ASKED if wins else WinnerState.WAITING, answer_by=answer_by if wins else None,
        )  # fmt: skip
        await begin(winner, because="drawn", by=None, events=DrawWinnerEvent)
        if wins:
            await tell_to_answer(winner, "draw_won")
        else:
            await outbox.enqueue("draw_reserve", {"winner": winner.id}, key=f"draw_reserve:{winner.id}")
    await move_draw(draw, DrawState.DRAWN, because="drawn", by=by, **result)
    await outbox.enqueue("draw_drawn", {"draw": draw_id}, key=f"draw_drawn:{draw_id}")
