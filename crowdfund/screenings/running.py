"""A cinema's programme while it runs: a week put on sale, a sale taken up again, a draft put away."""

from __future__ import annotations

from collections.abc import Sequence

from crowdfund import clock
from crowdfund.database import atomic
from crowdfund.refusal import Refusal
from crowdfund.screenings.holding import lock
from crowdfund.screenings.hours import WrongHours
from crowdfund.screenings.models import ScreeningState
from crowdfund.screenings.programme import NotADraft, locked, move_screening, put_on_sale


class NotOnSaleYet(Refusal):
    pass


class NothingChosen(Refusal):
    pass


@atomic
async def put_all_on_sale(screening_ids: Sequence[int], *, by: int) -> None:
    """Several drafts at once, all or none. Raises NothingChosen, and as `put_on_sale`."""
    if not screening_ids:
        raise NothingChosen("Choose the screenings that go on sale.", field="screening")
    await lock(screening_ids)
    for screening_id in sorted(set(screening_ids)):
        await put_on_sale(screening_id, by=by)


@atomic
async def reopen_sale(screening_id: int, reason: str, *, by: int) -> None:
    """Sell again what was closed. Raises WrongHours where the sale's own hour is over, MoveRefused."""
    screening = await locked(screening_id)
    if screening.state == ScreeningState.CLOSED and screening.sale_closes_at <= clock.now():
        raise WrongHours("The hour at which the sale ends has passed.")
    if screening.state == ScreeningState.DRAFT:
        raise NotOnSaleYet("It was not on sale yet.")
    await move_screening(screening, ScreeningState.ON_SALE, reason, by)


@atomic
async def withdraw_draft(screening_id: int, *, by: int) -> None:
    """Put a draft away that no fan has seen: its hall is free again. Raises NotADraft."""
    screening = await locked(screening_id)
    if screening.state != ScreeningState.DRAFT:
        raise NotADraft("It is no draft any more.")
    await move_screening(screening, ScreeningState.CANCELLED, "put away", by)
