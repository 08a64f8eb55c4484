"""To whoever ordered in a production run: it counts, it is paid, the card was refused, it is made, it is late, it comes to nothing."""

from __future__ import annotations

from typing import Any

from crowdfund.database.outbox import Job
from crowdfund.letters.crowds import tell_readers
from crowdfund.letters.letter import Letter, send
from crowdfund.merch.runs.models import ProductionRun, RunDiary, RunState
from crowdfund.merch.runs.queries import run_shown
from crowdfund.orders.runs.models import RunOrder, RunOrderState
from crowdfund.orders.runs.queries import LEFT_BEHIND, NOT_SENT, PAID, WAITING, OrderShown, order_shown
from crowdfund.payments.models import Charge, ChargeState
from crowdfund.people.models import Person
from crowdfund.web.formats import day, moment_text, money, number
from crowdfund.web.i18n import _

S = RunOrderState


async def _shown(payload: dict[str, Any]) -> OrderShown:
    return await order_shown(await RunOrder.get(order_id=payload["order"]))


async def _reader(found: OrderShown) -> Person:
    return await Person.get(id=found.order.person_id)


def _about(found: OrderShown) -> str:
    return _("%(pieces)s × %(name)s, by %(seller)s.") % {
        "pieces": number(found.order.quantity), "name": found.about.name, "seller": found.about.seller.name
    }  # fmt: skip


async def _stands(payload: dict[str, Any]) -> None:
    found = await _shown(payload)
    if found.order.state != S.STANDING:
        return

    def write() -> Letter:
        return Letter(
            _("Your order counts: %(name)s") % {"name": found.about.name},
            [
                _about(found),
                _("%(taken)s of %(needed)s are ordered.")
                % {"taken": number(found.run.units_taken), "needed": number(found.run.minimum_units)},
                _("Once enough are, your card is charged %(amount)s. Until then you can cancel.")
                % {"amount": money(found.goods.total_minor, found.goods.currency)},
                _("If that is not so by %(when)s, nothing is charged at all.")
                % {"when": moment_text(found.run.closes_at)},
            ],
            _("See your order"),
            found.order.path,
        )

    await send(payload, await _reader(found), write)


async def _paid(payload: dict[str, Any]) -> None:
    found = await _shown(payload)

    def write() -> Letter:
        return Letter(
            _("Your order is paid: %(name)s") % {"name": found.about.name},
            [
                _about(found),
                _("Paid: %(amount)s.") % {"amount": money(found.goods.total_minor, found.goods.currency)},
                _("If fewer than %(needed)s are paid in the end, all of it goes back.")
                % {"needed": number(found.run.minimum_units)},
                _("It is promised to be sent by %(day)s; later than that you can cancel for nothing.")
                % {"day": day(found.run.ships_by)},
            ],
            _("See your order"), found.order.path,
        )  # fmt: skip

    await send(payload, await _reader(found), write)


async def _errored(payload: dict[str, Any]) -> None:
    found, charge = await _shown(payload), await Charge.get(id=payload["charge"])
    mend_by = found.mend_by
    if found.order.state != S.ERRORED or mend_by is None:
        return

    def write() -> Letter:
        at_the_bank = charge.state == ChargeState.NEEDS_ACTION
        return Letter(
            _("Your order needs you: %(name)s") % {"name": found.about.name},
            [
                _about(found),
                _("Your bank wants to see you before it pays.") if at_the_bank else _("Your card was not charged."),
                _("Please see to it by %(when)s; after that your order is dropped, and others can have your pieces.")
                % {"when": moment_text(mend_by)},
            ],
            _("Confirm with my bank") if at_the_bank else _("Give another card"),
            found.order.path,
        )  # fmt: skip

    await send(payload, await _reader(found), write)


async def _dropped(payload: dict[str, Any]) -> None:
    found = await _shown(payload)

    def write() -> Letter:
        return Letter(
            _("Your order was dropped: %(name)s") % {"name": found.about.name},
            [_about(found), _("Your card could not be charged in time. Nothing was charged.")],
            _("To the run"),
            found.run.path,
        )

    await send(payload, await _reader(found), write)


async def _moved(payload: dict[str, Any]) -> None:
    """To all of a run: what is decided."""
    run, state = await ProductionRun.get(id=payload["run"]), payload["state"]
    shown = await run_shown(run)

    def write() -> Letter:
        return Letter(*_of_state(run, state, shown.name), _("To the run"), run.path)

    await tell_readers(payload, (run.id,), write, readers=(_READERS[RunState(state)],))


_READERS = {
    RunState.FUNDED: PAID, RunState.IN_PRODUCTION: PAID, RunState.FAILED: LEFT_BEHIND, RunState.CANCELLED: LEFT_BEHIND
}  # fmt: skip


def _of_state(run: ProductionRun, state: str, name: str) -> tuple[str, list[str]]:
    back = _("Whoever has paid gets all of it back; nobody else is charged.")
    if state == RunState.FUNDED:
        words = _("Enough are paid. It is promised to be sent by %(day)s.") % {"day": day(run.ships_by)}
        return _("It will be made: %(name)s") % {"name": name}, [words]
    if state == RunState.IN_PRODUCTION:
        words = _("Its maker has started. How it goes you can read in the diary.")
        return _("It is being made: %(name)s") % {"name": name}, [words]
    if state == RunState.FAILED:
        words = _("Too few were ordered, or could be charged.")
        return _("It came to nothing: %(name)s") % {"name": name}, [words, back]
    words = _("Its maker called it off: “%(reason)s”") % {"reason": run.reason}
    return _("Called off: %(name)s") % {"name": name}, [words, back]


async def _late(payload: dict[str, Any]) -> None:
    run = await ProductionRun.get(id=payload["run"])
    shown = await run_shown(run)

    def write() -> Letter:
        return Letter(
            _("It is late: %(name)s") % {"name": shown.name},
            [
                _("It was promised to be sent by %(day)s, and yours is not on its way.") % {"day": day(run.ships_by)},
                _("You can wait, or cancel for nothing and have all of it back: as you like."),
            ],
            _("See your order"),
            f"{run.path}/orders",
        )

    await tell_readers(payload, (run.id,), write, readers=(NOT_SENT,))


async def _diary(payload: dict[str, Any]) -> None:
    entry = await RunDiary.get(id=payload["entry"])
    run = await ProductionRun.get(id=entry.run_id)
    shown = await run_shown(run)

    def write() -> Letter:
        return Letter(
            _("From the maker of %(name)s") % {"name": shown.name},
            entry.words.split("\n"),
            _("Read the diary"),
            run.path,
        )

    await tell_readers(payload, (run.id,), write, readers=(WAITING,))


JOBS: dict[str, Job] = {
    "run_order_stands": _stands,
    "run_order_paid": _paid,
    "run_order_errored": _errored,
    "run_order_dropped": _dropped,
    "run_moved": _moved,
    "run_late": _late,
    "run_diary": _diary,
}
