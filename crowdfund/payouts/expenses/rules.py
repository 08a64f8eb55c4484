"""What may be told of as an expense: pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from crowdfund.campaigns.models import BudgetLine
from crowdfund.campaigns.transfers.models import Part
from crowdfund.money import Amount
from crowdfund.refusal import Invalid, Refusal

PAYEE_MAX = 120
WORDS_MIN, WORDS_MAX = 10, 600
# The platform takes its fee itself, and what others committed never came here.
_NOT_THEIRS = {Part.PLATFORM_FEE, Part.COMMITTED}


class NothingPaidOut(Refusal):
    """No money of the fund has reached its makers."""


class MoreThanPaidOut(Invalid):
    """More would be told of than the fund has paid out."""


class TakenBackAlready(Refusal):
    pass


def spendable(budget: Sequence[BudgetLine]) -> list[BudgetLine]:
    """The lines of a budget that its makers pay for themselves."""
    return [line for line in budget if line.part not in _NOT_THEIRS]


def refuse_expense(amount_minor: int, spent_on: datetime, *, told_minor: int, paid: Amount, now: datetime) -> None:
    """Raises a Refusal for an expense that can't be. told_minor: what is told of already; paid: what the fund has paid out."""
    if paid.amount_minor <= 0:
        raise NothingPaidOut("Nothing of this fund was paid out yet, so there is nothing to tell of.")
    if spent_on > now:
        raise Invalid("That day has not come yet.", field="spent_on")
    left_minor = paid.amount_minor - told_minor
    if amount_minor > left_minor:
        left = Amount(left_minor, paid.currency)
        raise MoreThanPaidOut(
            "{paid} was paid out, and all but {left} of it is told of already.", field="amount", paid=paid, left=left
        )
