"""What is said of an order in a run: how it stands, what happens to the money, and what she agrees to."""

from __future__ import annotations

from crowdfund.merch.runs.models import ProductionRun, RunState
from crowdfund.orders.runs.models import RunOrderState
from crowdfund.pledges.terms import Wording, wording
from crowdfund.web.formats import day, moment_text, money, number
from crowdfund.web.i18n import _, locale, pgettext

S = RunOrderState


def state_words(state: str) -> str:
    return {
        S.STARTED: pgettext("run order", "Needs a card"), S.STANDING: pgettext("run order", "Counts"),
        S.CHARGING: pgettext("run order", "Being charged"), S.ERRORED: pgettext("run order", "Not charged"),
        S.COLLECTED: pgettext("run order", "Paid"), S.CANCELLED: pgettext("run order", "Cancelled"),
        S.DROPPED: pgettext("run order", "Dropped"), S.RELEASED: pgettext("run order", "Let go"),
        S.GIVEN_BACK: pgettext("run order", "Money back"),
    }[RunOrderState(state)]  # fmt: skip


def tone_of(state: str) -> str:
    tones = {
        S.STARTED: "wait",
        S.CHARGING: "wait",
        S.ERRORED: "stop",
        S.DROPPED: "stop",
        S.STANDING: "go",
        S.COLLECTED: "go",
    }
    return tones.get(RunOrderState(state), "plain")


def happens(run: ProductionRun, total_minor: int) -> str:
    """What happens to her money, and when: beside the button."""
    amount = money(total_minor, run.currency)
    if run.state == RunState.OPEN:
        return _(
            "Nothing is charged now. Once %(needed)s are ordered your card is charged %(amount)s; until then you can cancel. "
            "If that is not so by %(when)s, nothing is charged at all."
        ) % {"needed": number(run.minimum_units), "amount": amount, "when": moment_text(run.closes_at)}  # fmt: skip
    if run.state == RunState.FUNDED:
        return _("Enough are paid, so it will be made: your card is charged %(amount)s right away.") % {
            "amount": amount
        }
    return _(
        "Enough are ordered: your card is charged %(amount)s right away. If fewer than %(needed)s are paid in the end, all of it goes back."
    ) % {"needed": number(run.minimum_units), "amount": amount}


def agreed(run: ProductionRun, total_minor: int) -> str:
    """What she agrees to, word for word as it is kept with her card."""
    return _(
        "My card may be charged %(amount)s, without me being there, once at least %(needed)s pieces of this production run are "
        "ordered, not before. Until then I can cancel. If fewer are paid, or the run is called off, I have all of it back; so I do "
        "on my wish if nothing was sent by %(day)s."
    ) % {"amount": money(total_minor, run.currency), "needed": number(run.minimum_units), "day": day(run.ships_by)}  # fmt: skip


def agreed_as(run: ProductionRun, total_minor: int) -> Wording:
    """The same, to be kept."""
    return wording(locale(), agreed(run, total_minor))
