"""What winners answer, and who moves up where one doesn't come. Each place is one person's at a time; the table sees to it."""

from __future__ import annotations

from datetime import timedelta

from crowdfund import clock
from crowdfund.community.draws import queries, rules
from crowdfund.community.draws.models import (
    HOLDS_PLACE,
    WINNER_MOVES,
    Draw,
    DrawState,
    DrawWinner,
    DrawWinnerEvent,
    WinnerState,
)
from crowdfund.database import atomic, outbox
from crowdfund.database.moves import move
from crowdfund.refusal import NotFound

REMIND_BEFORE = timedelta(days=1)


class NothingWon(NotFound):
    pass


async def _hers(draw_id: int, person_id: int) -> tuple[Draw, DrawWinner]:
    """The draw, locked, and the place that she was offered in it. Raises NothingWon."""
    await queries.lock(draw_id)
    draw = await queries.draw_of(draw_id)
    winner = await queries.winner_of(draw_id, person_id)
    if winner is None or winner.state == WinnerState.WAITING:
        raise NothingWon("You have won no place in this draw.")
    return draw, winner


@atomic
async def confirm(
    draw_id: int, *, person_id: int, contact_name: str, contact: str, note: str = "", public_name: str = ""
) -> None:
    """She comes. Said again it changes how she is reached, until the day itself.

    public_name: what everybody may read, empty where she didn't agree to that. Raises NothingWon, AnswerTooLate.
    """
    draw, winner = await _hers(draw_id, person_id)
    again = winner.state == WinnerState.CONFIRMED
    _refuse_late(draw, winner)
    because = "said anew how she is reached" if again else "comes"
    await move(
        winner, WinnerState.CONFIRMED, moves=WINNER_MOVES, because=because, by=person_id, events=DrawWinnerEvent,
        contact_name=contact_name, contact=contact, note=note, public_name=public_name,
    )  # fmt: skip


@atomic
async def decline(draw_id: int, *, person_id: int) -> None:
    """She doesn't come, also where she had said so: the next one in line is asked. Twice is once.

    Raises NothingWon, AnswerTooLate.
    """
    draw, winner = await _hers(draw_id, person_id)
    if winner.state == WinnerState.DECLINED:
        return
    _refuse_late(draw, winner)
    await _give_up(draw, winner, WinnerState.DECLINED, because="doesn't come", by=person_id)


def _refuse_late(draw: Draw, winner: DrawWinner) -> None:
    now = clock.now()
    if draw.state != DrawState.DRAWN or now >= draw.happens_at:
        raise rules.AnswerTooLate("The day itself has come: nothing can be changed any more.")
    if winner.state not in HOLDS_PLACE or (winner.state == WinnerState.ASKED and not winner.can_answer(now)):
        raise rules.AnswerTooLate("The time to answer is over, and the place has gone to somebody else.")


@atomic
async def lapse(winner_id: int) -> bool:
    """Somebody did not answer in time: the next one is asked. Gives whether that happened now."""
    await queries.lock((await DrawWinner.get(id=winner_id)).draw_id)
    winner = await DrawWinner.get(id=winner_id)
    if winner.state != WinnerState.ASKED or winner.can_answer(clock.now()):
        return False
    await _give_up(
        await Draw.get(id=winner.draw_id), winner, WinnerState.LAPSED, because="did not answer in time", by=None
    )
    await outbox.enqueue("draw_lapsed", {"winner": winner_id}, key=f"draw_lapsed:{winner_id}")
    return True


async def _give_up(draw: Draw, winner: DrawWinner, to: WinnerState, *, because: str, by: int | None) -> None:
    """What she said of herself is forgotten with it."""
    await move(
        winner, to, moves=WINNER_MOVES, because=because, by=by, events=DrawWinnerEvent, public_name="", contact_name="", contact="",
        note="",
    )  # fmt: skip
    await _ask_next(draw, winner.place)


async def _ask_next(draw: Draw, place: int | None) -> None:
    now = clock.now()
    if not rules.can_move_up(draw, now):
        return
    following = await DrawWinner.filter(draw_id=draw.id, state=WinnerState.WAITING).order_by("rank").first()
    if following is None:
        return
    answer_by = rules.answer_by(draw, now)
    await move(
        following, WinnerState.ASKED, moves=WINNER_MOVES, because="moved up", by=None, events=DrawWinnerEvent, place=place,
        answer_by=answer_by,
    )  # fmt: skip
    await tell_to_answer(following, "draw_moved_up")


async def tell_to_answer(winner: DrawWinner, kind: str) -> None:
    """Ask for the letter that says it, and for one a day before it is too late."""
    assert winner.answer_by is not None
    await outbox.enqueue(kind, {"winner": winner.id}, key=f"{kind}:{winner.id}")
    due_at = winner.answer_by - REMIND_BEFORE
    if due_at > clock.now():
        key = f"draw_answer:{winner.id}"
        await outbox.enqueue("draw_answer", {"winner": winner.id}, key=key, due_at_us=clock.to_us(due_at))
