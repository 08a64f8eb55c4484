"""A screening is cancelled, or moved to another hour: every holder is asked. Keep, move, or money back; silence is money back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from crowdfund import clock
from crowdfund.database import Sql, atomic, new_id, outbox
from crowdfund.orders import cancelling, moving
from crowdfund.orders.cancelling import Back
from crowdfund.orders.models import Answer, Asking, AskingAnswer, AskingState, Order
from crowdfund.orders.queries import bank_holds
from crowdfund.payments.in_turn import in_turn
from crowdfund.refusal import Invalid, NotFound, Refusal
from crowdfund.screenings import holding, rescheduling
from crowdfund.screenings.models import PROMISED, TO_COME, Price, PriceState, Screening, ScreeningState, Ticket
from crowdfund.screenings.plans import plan_of
from crowdfund.screenings.programme import move_screening
from crowdfund.screenings.queries import free_in
from crowdfund.screenings.rescheduling import Hours
from crowdfund.screenings.seating.best import best_seats

ANSWER_DAYS = 7
NOT_AS_SOLD = "the screening does not take place as it was sold"


class AnsweredAlready(Refusal):
    pass


class BankDecides(Refusal):
    """Her bank has the money already, or gives it back to us: then she is asked again."""


class TooFewPlaces(Refusal):
    """Another screening has not so many places that cost no more."""


class NoSuchAnswer(Invalid):
    pass


@atomic
async def cancel_screening(screening_id: int, reason: str, *, by: int) -> Asking | None:
    """It does not take place. Holders choose another screening or their money, all of it with the fees; none where nobody has one.

    Raises MoveRefused where it was shown or cancelled already.
    """
    await holding.lock([screening_id])
    screening = await Screening.get(id=screening_id)
    await move_screening(screening, ScreeningState.CANCELLED, reason, by)
    return await _ask(screening, None, reason, clock.now() + timedelta(days=ANSWER_DAYS), by)


@atomic
async def reschedule(screening_id: int, hours: Hours, reason: str, *, by: int) -> Screening:
    """It takes place at another hour: another screening with the same hall and prices, where every holder's place is kept.

    Raises WrongHours, HallBusy, MoveRefused.
    """
    await holding.lock([screening_id])
    screening = await Screening.get(id=screening_id)
    moved = await rescheduling.make_moved(screening, hours, reason, by=by)
    await move_screening(screening, ScreeningState.RESCHEDULED, reason, by)
    answer_by = _answer_by(hours.starts_at)
    asking = await _ask(screening, moved, reason, answer_by, by)
    if asking is not None:
        await _keep_places(asking, moved)
    return moved


def _answer_by(starts_at: datetime) -> datetime:
    """A week, but a day before the new hour at the latest, and an hour from now at the earliest."""
    now = clock.now()
    return max(min(now + timedelta(days=ANSWER_DAYS), starts_at - timedelta(days=1)), now + timedelta(hours=1))


async def _ask(screening: Screening, to: Screening | None, reason: str, answer_by: datetime, by: int) -> Asking | None:
    if not await Ticket.exists(screening_id=screening.id, state__in=PROMISED):
        return None
    asking = await Asking.create(
        id=new_id(), screening_id=screening.id, to_screening_id=to.id if to else None, reason=reason, answer_by=answer_by,
        state=AskingState.OPEN, by_person_id=by, made_at=clock.now(),
    )  # fmt: skip
    await _ASK(asking.id, screening.id)
    await outbox.enqueue("asking_opened", {"asking": asking.id}, key=f"asking_opened:{asking.id}")
    return asking


_ASK = Sql("""
    INSERT INTO asking_answer (ticket_id, asking_id, person_id, answer)
    SELECT id, CAST($1 AS BIGINT), person_id, 'waiting' FROM ticket WHERE screening_id = $2 AND state IN ('sold', 'admitted')""")
_HOLD_OF = Sql("UPDATE asking_answer SET hold_id = $2 WHERE ticket_id = $1 AND answer = 'waiting' RETURNING ticket_id")


async def _keep_places(asking: Asking, moved: Screening) -> None:
    tickets = await Ticket.filter(screening_id=asking.screening_id, state__in=PROMISED).order_by("id")
    for ticket in tickets:
        hold_id = await rescheduling.keep_place(moved, ticket, asking.answer_by)
        await _HOLD_OF(ticket.id, hold_id)


# --- answering ---


async def own_asking(asking_id: int, person_id: int) -> Asking:
    """Raises NotFound where nothing of it is hers."""
    asking = await Asking.get_or_none(id=asking_id)
    if asking is None or not await AskingAnswer.exists(asking_id=asking_id, person_id=person_id):
        raise NotFound("There is nothing to answer under that address.")
    return asking


@atomic
async def answer(
    asking_id: int, ticket_ids: Collection[int], what: Answer, *, by: int, to_screening_id: int | None = None
) -> None:
    """What becomes of these tickets of hers. Raises AnsweredAlready, NoSuchAnswer, TooFewPlaces, PlaceGone."""
    asking = await own_asking(asking_id, by)
    target = asking.to_screening_id if what == Answer.KEEP else to_screening_id if what == Answer.MOVE else None
    await holding.lock(i for i in (asking.screening_id, target) if i is not None)
    waiting = await _waiting(asking, ticket_ids, by)
    if what == Answer.MONEY_BACK:
        await _money_back(asking, waiting, by_default=False)
    elif what == Answer.KEEP and target is not None and await Screening.exists(id=target, state__in=TO_COME):
        await _keep(waiting, await Screening.get(id=target), by)
    elif what == Answer.MOVE and target is not None:
        await _move(asking, waiting, target, by)
    else:
        raise NoSuchAnswer("Please choose what you want.", field="answer")
    await _close_where_done(asking)


async def _waiting(asking: Asking, ticket_ids: Collection[int], by: int) -> list[tuple[AskingAnswer, Ticket]]:
    if not ticket_ids:
        raise NoSuchAnswer("Please choose the tickets that you answer for.", field="ticket")
    answers = {a.ticket_id: a for a in await AskingAnswer.filter(asking_id=asking.id, ticket_id__in=list(ticket_ids))}
    tickets = await Ticket.filter(id__in=list(answers)).order_by("id")
    hers = [(answers[t.id], t) for t in tickets if t.person_id == by and answers[t.id].answer == Answer.WAITING]
    if len(hers) != len(set(ticket_ids)) or any(t.state not in PROMISED for _, t in hers):
        raise AnsweredAlready("One of these tickets is answered already. Please look again.")
    if await bank_holds(t.order_id for _, t in hers):
        raise BankDecides("Your bank disputes this payment: it decides about the money.")
    return hers


async def _keep(waiting: Sequence[tuple[AskingAnswer, Ticket]], to: Screening, by: int) -> None:
    places = [moving.Place(t, t.place_id, a.hold_id or 0) for a, t in waiting]
    await moving.move_tickets(places, to, because="kept for the new hour", by=by)
    await _answered([a.ticket_id for a, _ in waiting], Answer.KEEP)


async def _move(asking: Asking, waiting: Sequence[tuple[AskingAnswer, Ticket]], to_id: int, by: int) -> None:
    was, to = await Screening.get(id=asking.screening_id), await Screening.get_or_none(id=to_id)
    others = to is not None and to.title_id == was.title_id and to.currency == was.currency
    if to is None or not others or to.id == was.id or not _is_open(to):
        raise NoSuchAnswer("Please choose one of these screenings.", field="screening")
    await holding.let_go([a.hold_id for a, _ in waiting if a.hold_id is not None], clock.now_us())
    places = await _places_on(to, [t for _, t in waiting])
    await moving.move_tickets(places, to, because="moved to another screening", by=by)
    await _answered([a.ticket_id for a, _ in waiting], Answer.MOVE)


def _is_open(screening: Screening) -> bool:
    """Whether anybody can buy there: who moves is no earlier than others."""
    now = clock.now()
    is_sold = screening.state == ScreeningState.ON_SALE and screening.starts_at > now
    return is_sold and screening.sale_opens_at <= now < screening.sale_closes_at


async def _places_on(to: Screening, tickets: Sequence[Ticket]) -> list[moving.Place]:
    """The best places together that cost no more than what was paid, the dearest category first; standing where there is no seat."""
    plan, now_free = await plan_of(to.plan_id), await free_in(to.id, await plan_of(to.plan_id))
    paid = min(t.price_minor + t.fee_minor for t in tickets)
    usual: dict[str, int] = {}
    for price in await Price.filter(screening_id=to.id, state=PriceState.OFFERED).order_by("position", "id"):
        usual.setdefault(price.category_id, price.price_minor)
    fitting = sorted((c for c, minor in usual.items() if minor + to.fee_minor <= paid), key=lambda c: -usual[c])
    for category_id in fitting:
        seats = best_seats(plan, plan.seat_ids - now_free.gone, len(tickets), category_id=category_id)
        if seats:
            return [moving.Place(ticket, seat) for ticket, seat in zip(tickets, seats, strict=True)]
        for area in plan.areas:
            if area.category_id == category_id and now_free.areas.get(area.id, 0) >= len(tickets):
                return [moving.Place(ticket, area.id) for ticket in tickets]
    raise TooFewPlaces(
        "There are not so many free places there that cost no more. Choose another screening, or your money back.",
        field="screening",
    )


async def _money_back(asking: Asking, waiting: Sequence[tuple[AskingAnswer, Ticket]], *, by_default: bool) -> None:
    for order_id in sorted({t.order_id for _, t in waiting}):
        tickets = [t for _, t in waiting if t.order_id == order_id]
        backs = [Back(t, t.price_minor + t.fee_minor, t.price_minor + t.fee_minor) for t in tickets]
        await cancelling.give_back(await Order.get(id=order_id), backs, reason=NOT_AS_SOLD, by=None, ticket_by=None)
    await holding.let_go([a.hold_id for a, _ in waiting if a.hold_id is not None], clock.now_us())
    await _answered([a.ticket_id for a, _ in waiting], Answer.MONEY_BACK, by_default=by_default)


async def _answered(ticket_ids: Sequence[int], what: Answer, *, by_default: bool = False) -> None:
    await AskingAnswer.filter(ticket_id__in=list(ticket_ids), answer=Answer.WAITING).update(
        answer=what, by_default=int(by_default), answered_at=clock.now()
    )


async def _close_where_done(asking: Asking) -> None:
    if not await AskingAnswer.exists(asking_id=asking.id, answer=Answer.WAITING):
        await Asking.filter(id=asking.id, state=AskingState.OPEN).update(state=AskingState.CLOSED)


# --- silence ---

AT_ONCE = 100
_DUE = Sql("SELECT id FROM asking WHERE state = 'open' AND answer_by <= $1 ORDER BY answer_by LIMIT 20")


async def end_due_askings() -> int:
    """Who said nothing by the end has all her money back, some hundred tickets at a time; gives how many askings moved on."""
    return await in_turn([row["id"] for row in await _DUE(clock.now_us())], _end)


@atomic
async def _end(asking_id: int) -> bool:
    asking = await Asking.get(id=asking_id)
    await holding.lock(i for i in (asking.screening_id, asking.to_screening_id) if i is not None)
    rows = await AskingAnswer.filter(asking_id=asking_id, answer=Answer.WAITING).order_by("ticket_id").limit(AT_ONCE)
    tickets = {t.id: t for t in await Ticket.filter(id__in=[row.ticket_id for row in rows])}
    at_the_bank = await bank_holds(ticket.order_id for ticket in tickets.values())
    live = [
        (row, tickets[row.ticket_id]) for row in rows
        if tickets[row.ticket_id].state in PROMISED and tickets[row.ticket_id].order_id not in at_the_bank
    ]  # fmt: skip
    dead = [row.ticket_id for row in rows if tickets[row.ticket_id].state not in PROMISED]
    await _money_back(asking, live, by_default=True)
    await _answered(dead, Answer.MONEY_BACK, by_default=True)
    await _close_where_done(asking)
    return bool(live or dead)
