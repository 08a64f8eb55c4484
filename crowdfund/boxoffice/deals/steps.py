"""What a split deal is made of: payees, steps, the terms in them, guarantees, recoupments.

Amounts are minor units of the deal's currency, percentages basis points of their base. A deal is made by `reading.read`, which
refuses what can't be; a Deal made by hand is believed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

WHOLE_BPS = 10_000
FORMAT = 1  # of a deal's JSON


class Base(StrEnum):
    """What a percentage is of. remainder: what is left of the gross after all steps before."""

    GROSS = "gross"
    DIVISIBLE = "divisible"  # the gross after the deductions: fund, tax
    REMAINDER = "remainder"


class Kind(StrEnum):
    PERCENTAGE = "percentage"
    WEEKLY = "weekly"
    FIXED = "fixed"
    MARGINAL = "marginal"
    RETROACTIVE = "retroactive"
    HIGHER_OF = "higher_of"
    CAP = "cap"
    GUARANTEE = "guarantee"


class Period(StrEnum):
    """What a step is counted over: each screening by itself, each week of the run by itself, or the whole run."""

    SCREENING = "screening"
    WEEK = "week"
    RUN = "run"


class Measure(StrEnum):
    """What tiers are counted in."""

    GROSS = "gross"
    ADMISSIONS = "admissions"


@dataclass(frozen=True, slots=True)
class Payee:
    """One who gets a part. key: a slug, its role. name: the party's own words; empty where the role's name will do."""

    key: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Tier:
    """above: not in it any more; up_to: still in it, None without end. In minor units, or admissions."""

    above: int
    up_to: int | None
    bps: int


@dataclass(frozen=True, slots=True)
class Percentage:
    """Of the base, or of what the base has over the house allowance."""

    base: Base
    bps: int
    over_minor: int = 0


@dataclass(frozen=True, slots=True)
class Weekly:
    """A percentage for each week of the run; the last holds for all weeks after."""

    base: Base
    weeks_bps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Marginal:
    """Each tier's percentage holds for the part of the base that lies in it."""

    base: Base
    measure: Measure
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class Retroactive:
    """The percentage of the tier that was reached holds for all of the base, from the first ticket on."""

    base: Base
    measure: Measure
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class HigherOf:
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Cap:
    """A term, but never more than its limit."""

    term: Term
    limit: Percentage | Fixed


Term = Percentage | Weekly | Fixed | Marginal | Retroactive | HigherOf | Cap

KIND_OF: Mapping[type, Kind] = {
    Percentage: Kind.PERCENTAGE, Weekly: Kind.WEEKLY, Fixed: Kind.FIXED, Marginal: Kind.MARGINAL,
    Retroactive: Kind.RETROACTIVE, HigherOf: Kind.HIGHER_OF, Cap: Kind.CAP,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One payee's part, taken in turn. deduction: what is divisible comes after it.

    period: None for a plain percentage, which comes to the same over any period.
    """

    payee: str
    term: Term
    period: Period | None = None
    deduction: bool = False

    @property
    def is_by_unit(self) -> bool:
        return self.period in (Period.SCREENING, Period.WEEK)


@dataclass(frozen=True, slots=True)
class Guarantee:
    """The payee gets at least this. The bearer gives it up from its own share, and owes what that can't cover."""

    payee: str
    amount_minor: int
    bearer: str
    period: Period = Period.RUN

    @property
    def is_by_unit(self) -> bool:
        return self.period != Period.RUN


@dataclass(frozen=True, slots=True)
class Recoupment:
    """An advance that `to` once paid to `source`, and takes back from its share of this run until all of it is back.

    bps: how much of that share goes back meanwhile.
    """

    advance_minor: int
    source: str
    to: str
    bps: int = WHOLE_BPS


@dataclass(frozen=True, slots=True)
class Deal:
    """What the parties agreed. rest: who gets what is left, and with it each fraction of a cent.

    booking_fee: who gets the fee that a fan pays on top of the ticket: it is no part of the gross, and never split here.
    """

    currency: str
    payees: tuple[Payee, ...]
    steps: tuple[Step, ...]
    rest: str
    guarantees: tuple[Guarantee, ...] = ()
    recoupments: tuple[Recoupment, ...] = ()
    booking_fee: str | None = None

    @property
    def unit(self) -> Period | None:
        """What the steps that don't count over the run count by: screening or week, never both; None without such a step."""
        counted: Sequence[Step | Guarantee] = [*self.steps, *self.guarantees]
        return next((one.period for one in counted if one.is_by_unit), None)

    @property
    def steps_by_unit(self) -> int:
        """How many of the first steps are worked out in each unit by itself and then added up; the rest is over the run."""
        if any(one.is_by_unit for one in self.guarantees):
            return len(self.steps)
        return max((number for number, step in enumerate(self.steps, 1) if step.is_by_unit), default=0)


def terms_of(term: Term) -> Sequence[Term]:
    """A term and all terms inside it."""
    inside: tuple[Term, ...] = ()
    if isinstance(term, HigherOf):
        inside = term.terms
    elif isinstance(term, Cap):
        inside = (term.term, term.limit)
    return [term, *(below for one in inside for below in terms_of(one))]
