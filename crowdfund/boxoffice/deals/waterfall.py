"""How a deal divides what was taken, from cumulative counts alone: units first, then the run, then guarantees and recoupment.

1. Steps up to the last one that counts by screening or week are worked out in each unit by itself, and added up. 2. The other steps
are worked out on the run's totals. A step never gets more than what the steps before it left. What remains goes to the payee of
the rest. 3. Guarantees move money from the bearer's share to the payee's, by unit and then over the run; what the bearer's share
can't cover is owed, and no part of the split. 4. Recoupments move money from the source's share until the advance is back.
So all shares are zero or more, and come to the gross.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from crowdfund.boxoffice.deals.steps import WHOLE_BPS, Deal, Guarantee, Step
from crowdfund.boxoffice.deals.terms import DIVISIBLE, LEFT, Amount, Standing, amount_of


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Where the gross went. Lists are in the deal's order; `shares` in the order of its payees.

    left: after each step. rest_minor: what the payee of the rest got, before guarantees. guaranteed: what each guarantee moved;
    owed: what its bearer has to find elsewhere. recouped: what each recoupment moved.
    """

    shares: Sequence[int]
    steps: Sequence[int]
    left: Sequence[int]
    rest_minor: int
    guaranteed: Sequence[int]
    owed: Sequence[int]
    recouped: Sequence[int]


class Division:
    """A deal made ready to be computed many times; use `division_of`. Holds no counts."""

    def __init__(self, deal: Deal) -> None:
        self.deal = deal
        self._place = {payee.key: place for place, payee in enumerate(deal.payees)}
        self._rest = self._place[deal.rest]
        self._payee_of = [self._place[step.payee] for step in deal.steps]
        whole = [self._ready(step) for step in deal.steps]
        self._in_unit, self._in_run = whole[: deal.steps_by_unit], whole[deal.steps_by_unit :]
        self._guarantees_in_unit = [self._borne(one) for one in deal.guarantees if one.is_by_unit]
        self._guarantees_in_run = [self._borne(one) for one in deal.guarantees if not one.is_by_unit]
        self._recoupments = [
            (one.advance_minor, self._place[one.source], self._place[one.to], one.bps) for one in deal.recoupments
        ]
        self.zero_unit = [0] * (len(self._in_unit) + 2 * len(self._guarantees_in_unit))

    @staticmethod
    def _ready(step: Step) -> tuple[Amount, bool]:
        return amount_of(step.term), step.deduction

    def _borne(self, one: Guarantee) -> tuple[int, int, int]:
        return one.amount_minor, self._place[one.payee], self._place[one.bearer]

    def unit(self, gross_minor: int, admissions: int, week: int) -> list[int]:
        """What one unit adds to the run: the amount of each step in it, then what each guarantee moves, then what is owed."""
        at = [gross_minor, gross_minor, gross_minor, admissions, week]
        amounts = _pour(self._in_unit, at)
        if not self._guarantees_in_unit:
            return amounts
        shares = self._shares(amounts, at[LEFT])
        moved, owed = _guarantee(self._guarantees_in_unit, shares)
        return amounts + moved + owed

    def shares(self, gross_minor: int, admissions: int, units: list[int]) -> list[int]:
        """What each payee gets of a run. units: the sum of all its units, as `unit` gives them."""
        shares, _, _, _ = self._divided(gross_minor, admissions, units)
        for advance, source, to, bps in self._recoupments:
            _move(shares, source, to, min(advance, shares[source] * bps // WHOLE_BPS))
        return shares

    def waterfall(self, gross_minor: int, admissions: int, units: list[int]) -> Waterfall:
        """As `shares`, with the way there."""
        shares, amounts, moved, owed = self._divided(gross_minor, admissions, units)
        recouped = []
        for advance, source, to, bps in self._recoupments:
            recouped.append(min(advance, shares[source] * bps // WHOLE_BPS))
            _move(shares, source, to, recouped[-1])
        left = [gross_minor - sum(amounts[:number]) for number in range(1, len(amounts) + 1)]
        rest = left[-1] if left else gross_minor
        return Waterfall(shares, amounts, left, rest, moved, owed, recouped)

    def _divided(
        self, gross_minor: int, admissions: int, units: list[int]
    ) -> tuple[list[int], list[int], list[int], list[int]]:
        """Shares after guarantees, amounts of the steps, what guarantees moved, what is owed on them."""
        n, g = len(self._in_unit), len(self._guarantees_in_unit)
        amounts = units[:n]
        at = [gross_minor, gross_minor, gross_minor - sum(amounts), admissions, 1]
        for (_, is_deduction), minor in zip(self._in_unit, amounts, strict=True):
            if is_deduction:
                at[DIVISIBLE] -= minor
        amounts += _pour(self._in_run, at)
        shares = self._shares(amounts, at[LEFT])
        moved, owed = units[n : n + g], units[n + g :]
        for (_, payee, bearer), minor in zip(self._guarantees_in_unit, moved, strict=True):
            _move(shares, bearer, payee, minor)
        if self._guarantees_in_run:
            more_moved, more_owed = _guarantee(self._guarantees_in_run, shares)
            moved, owed = moved + more_moved, owed + more_owed
        return shares, amounts, moved, owed

    def _shares(self, amounts: Sequence[int], rest_minor: int) -> list[int]:
        shares = [0] * len(self._place)
        for place, minor in zip(self._payee_of, amounts, strict=False):
            shares[place] += minor
        shares[self._rest] += rest_minor
        return shares


@lru_cache(maxsize=256)
def division_of(deal: Deal) -> Division:
    return Division(deal)


def _pour(steps: Sequence[tuple[Amount, bool]], at: Standing) -> list[int]:
    """The amount of each step in turn; `at` is left as it stands after them."""
    amounts = []
    for amount, is_deduction in steps:
        minor = amount(at)
        if minor > at[LEFT]:
            minor = at[LEFT]
        at[LEFT] -= minor
        if is_deduction:
            at[DIVISIBLE] -= minor
        amounts.append(minor)
    return amounts


def _guarantee(guarantees: Sequence[tuple[int, int, int]], shares: list[int]) -> tuple[list[int], list[int]]:
    moved, owed = [], []
    for least, payee, bearer in guarantees:
        lacking = max(0, least - shares[payee])
        moved.append(min(lacking, shares[bearer]))
        owed.append(lacking - moved[-1])
        _move(shares, bearer, payee, moved[-1])
    return moved, owed


def _move(shares: list[int], source: int, to: int, minor: int) -> None:
    shares[source] -= minor
    shares[to] += minor
