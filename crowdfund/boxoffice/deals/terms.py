"""What each kind of term gives of a gross: one small function a kind, integers only.

Every percentage is rounded down by itself, once, at the end of its own arithmetic; what is cut off stays in the remainder and ends
with the payee of the rest. So there is no tie to break: no two parts ever compete for a cent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crowdfund.boxoffice.deals.steps import (
    WHOLE_BPS,
    Base,
    Cap,
    Fixed,
    HigherOf,
    Marginal,
    Measure,
    Percentage,
    Retroactive,
    Term,
    Tier,
    Weekly,
)  # fmt: skip

# Where the numbers stand that a term looks at: one list, as a run asks for each ticket, and a list is what Python reads fastest.
GROSS, DIVISIBLE, LEFT, ADMISSIONS, WEEK = range(5)
Standing = list[int]
Amount = Callable[[Standing], int]

_PLACE_OF = {Base.GROSS: GROSS, Base.DIVISIBLE: DIVISIBLE, Base.REMAINDER: LEFT}
_MEASURED_AT = {Measure.GROSS: GROSS, Measure.ADMISSIONS: ADMISSIONS}


def amount_of(term: Term) -> Amount:
    """The term as a function of how a unit or a run stands. It may give more than is left: the caller cuts that off."""
    if isinstance(term, Percentage):
        return _over(term) if term.over_minor else _percentage(_PLACE_OF[term.base], term.bps)
    if isinstance(term, Weekly):
        return _weekly(_PLACE_OF[term.base], term.weeks_bps)
    if isinstance(term, Fixed):
        minor = term.amount_minor
        return lambda at: minor
    if isinstance(term, Marginal):
        return _marginal(_PLACE_OF[term.base], _MEASURED_AT[term.measure], term.tiers)
    if isinstance(term, Retroactive):
        return _retroactive(_PLACE_OF[term.base], _MEASURED_AT[term.measure], term.tiers)
    if isinstance(term, HigherOf):
        return _higher(tuple(amount_of(one) for one in term.terms))
    return _capped(term)


def _percentage(place: int, bps: int) -> Amount:
    return lambda at: at[place] * bps // WHOLE_BPS


def _over(term: Percentage) -> Amount:
    place, bps, over_minor = _PLACE_OF[term.base], term.bps, term.over_minor
    return lambda at: (at[place] - over_minor) * bps // WHOLE_BPS if at[place] > over_minor else 0


def _weekly(place: int, weeks_bps: Sequence[int]) -> Amount:
    last = len(weeks_bps)
    return lambda at: at[place] * weeks_bps[min(at[WEEK], last) - 1] // WHOLE_BPS


def _marginal(place: int, measured_at: int, tiers: Sequence[Tier]) -> Amount:
    """The part of the base in a tier is as large as the tier's part of what is measured.

    So 43 % of what is divisible up to a gross of 300 million, 45 % above, is one exact fraction, rounded down once. Where nothing
    is measured (a gross without admissions) the first tier holds.
    """
    first = tiers[0].bps
    # The weight of all full tiers below a tier, so that only the reached one is looked into.
    below = [
        sum((tier.up_to - tier.above) * tier.bps for tier in tiers[:n] if tier.up_to is not None)
        for n in range(len(tiers))
    ]
    reached = list(zip(tiers, below, strict=True))

    def amount(at: Standing) -> int:
        measured = at[measured_at]
        if not measured:
            return at[place] * first // WHOLE_BPS
        for tier, weight in reached:
            if tier.up_to is None or measured <= tier.up_to:
                weight += (measured - tier.above) * tier.bps
                return at[place] * weight // (measured * WHOLE_BPS)
        raise AssertionError("the last tier has no end")

    return amount


def _retroactive(place: int, measured_at: int, tiers: Sequence[Tier]) -> Amount:
    def amount(at: Standing) -> int:
        measured = at[measured_at]
        for tier in tiers:
            if tier.up_to is None or measured <= tier.up_to:
                return at[place] * tier.bps // WHOLE_BPS
        raise AssertionError("the last tier has no end")

    return amount


def _higher(amounts: Sequence[Amount]) -> Amount:
    return lambda at: max([amount(at) for amount in amounts])


def _capped(term: Cap) -> Amount:
    amount, limit = amount_of(term.term), amount_of(term.limit)
    return lambda at: min(amount(at), limit(at))
