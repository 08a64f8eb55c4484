"""What a run's states and moments are called for people."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.merch.runs.models import ProductionRun, ProductionRunEvent, RunState
from crowdfund.web.formats import moment_text, number
from crowdfund.web.i18n import _, pgettext

R = RunState
Step = tuple[str, object, str, str]


def state_words(state: str) -> str:
    return {
        R.OPEN: pgettext("run", "Takes orders"), R.TIPPED: pgettext("run", "It tips"), R.CHARGING: pgettext("run", "Cards are charged"),
        R.FUNDED: pgettext("run", "Will be made"), R.IN_PRODUCTION: pgettext("run", "Being made"),
        R.SHIPPING: pgettext("run", "Being sent"), R.CLOSED: pgettext("run", "All sent"),
        R.FAILED: pgettext("run", "Came to nothing"), R.CANCELLED: pgettext("run", "Called off"),
    }[RunState(state)]  # fmt: skip


def tone_of(state: str) -> str:
    return {R.OPEN: "wait", R.FAILED: "stop", R.CANCELLED: "stop"}.get(RunState(state), "go")


def headline(run: ProductionRun) -> str:
    """How it stands, in one sentence."""
    taken, needed = number(run.units_taken), number(run.minimum_units)
    if run.state == R.OPEN:
        return _("%(taken)s of %(needed)s ordered") % {"taken": taken, "needed": needed}
    if run.state in (R.TIPPED, R.CHARGING):
        return _("%(paid)s of %(needed)s paid") % {"paid": number(run.units_paid), "needed": needed}
    if run.state == R.FAILED:
        return _("It did not come to %(needed)s") % {"needed": needed}
    if run.state == R.CANCELLED:
        return _("Called off by its maker")
    return _("%(paid)s are made") % {"paid": number(run.units_paid)}


def steps_of(run: ProductionRun, history: list[ProductionRunEvent]) -> list[Step]:
    """What happened and what comes, as `ui/steps.html` draws it."""
    at = {event.to_state: event.at for event in history}
    order = [R.OPEN, R.CHARGING, R.FUNDED, R.IN_PRODUCTION, R.SHIPPING, R.CLOSED]
    words = {
        R.OPEN: _("Orders until %(when)s") % {"when": moment_text(run.closes_at)},
        R.CHARGING: _("Enough are ordered: the cards are charged"),
        R.FUNDED: _("Enough are paid: it will be made"), R.IN_PRODUCTION: _("It is being made"),
        R.SHIPPING: _("The first parcels are sent"), R.CLOSED: _("All is sent, by %(when)s") % {"when": moment_text(run.ships_by)},
    }  # fmt: skip
    if run.state in (R.FAILED, R.CANCELLED):
        reached = [state for state in order if state in at]
        rows: list[Step] = [(words[state], at[state], "", "done") for state in reached]
        return [*rows, (state_words(run.state), run.ended_at, run.reason, "stopped")]
    now = R.CHARGING if run.state == R.TIPPED else RunState(run.state)
    place = order.index(now)
    return [
        (words[state], at.get(state), "", "done" if i < place or run.state == R.CLOSED else "now" if i == place else "")
        for i, state in enumerate(order)
    ]


def is_late(run: ProductionRun) -> bool:
    return run.state in (R.FUNDED, R.IN_PRODUCTION, R.SHIPPING) and clock.now() >= run.ships_by
