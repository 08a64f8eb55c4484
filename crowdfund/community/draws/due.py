"""What comes due by itself: closing, drawing, asking the next one, the day itself. Regular work, done once however many do it."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.community.draws import queries, rules, winners
from crowdfund.community.draws.actions import call_off, locked, move_draw
from crowdfund.community.draws.drawing import close_draw, draw_now
from crowdfund.community.draws.models import DrawState
from crowdfund.database import atomic
from crowdfund.payments.in_turn import in_turn


async def work_on_draws() -> bool:
    """Take each draw whose moment has come one step further; gives whether there may be more right now."""
    moved = await in_turn(await queries.due_to_close(clock.now_us()), close_draw)
    moved += await in_turn(await queries.due_to_draw(clock.now_us()), _draw)
    moved += await in_turn(await queries.late_winners(clock.now_us()), winners.lapse)
    moved += await in_turn(await queries.over(clock.now_us()), _complete)
    await queries.forget_contacts(clock.to_us(clock.now() - rules.CONTACTS_KEPT))
    return moved > 0


async def _draw(draw_id: int) -> bool:
    if await _end_undrawn(draw_id):
        return True
    try:
        await draw_now(draw_id, by=None)
    except rules.DrawnAlready:
        return False
    return True


@atomic
async def _end_undrawn(draw_id: int) -> bool:
    """The fund has ended, or nobody gave the announced number in time: a result without it could be one that was chosen."""
    draw, campaign = await locked(draw_id)
    if draw.state != DrawState.CLOSED:
        return False
    if campaign["state"] in rules.IS_OVER:
        await call_off(draw, because="the fund has ended, so there is nothing to visit", by=None)
        return True
    if clock.now() >= draw.answer_by:
        await call_off(draw, because="it was not drawn in time", by=None)
        return True
    return False


@atomic
async def _complete(draw_id: int) -> bool:
    draw, _campaign = await locked(draw_id)
    if draw.state != DrawState.DRAWN or clock.now() < draw.happens_at:
        return False
    await move_draw(draw, DrawState.COMPLETED, because="the day has come", by=None)
    return True
