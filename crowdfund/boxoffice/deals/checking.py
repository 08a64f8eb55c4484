"""What a whole deal has to be, beyond its single parts: pure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from crowdfund.boxoffice.deals.steps import (
    WHOLE_BPS,
    Base,
    Cap,
    Deal,
    Fixed,
    Guarantee,
    HigherOf,
    Payee,
    Percentage,
    Period,
    Recoupment,
    Step,
    Term,
    Tier,
    Weekly,
    terms_of,
)  # fmt: skip
from crowdfund.refusal import Invalid

STEPS_MAX = 20


class DealRefused(Invalid):
    """No deal can be like this; the sentence names the step."""


def refuse_deal(
    currency: str, payees: tuple[Payee, ...], steps: Sequence[Step | Guarantee], *, rest: str,
    recoupments: tuple[Recoupment, ...], booking_fee: str | None,
) -> Deal:  # fmt: skip
    """The deal of these parts, each of them fine by itself. Raises DealRefused where they don't fit together."""
    _refuse_order(steps)
    dividing = tuple(one for one in steps if isinstance(one, Step))
    guarantees = tuple(one for one in steps if isinstance(one, Guarantee))
    _refuse_weeks(dividing)
    _refuse_deductions(dividing)
    _refuse_more_than_there_is(dividing)
    return Deal(currency, payees, dividing, rest, guarantees, recoupments, booking_fee)


def refuse_tiers(tiers: Sequence[Tier], number: int) -> tuple[Tier, ...]:
    """Tiers that begin at zero, follow each other without gap or overlap, and don't end."""
    field, reached = f"step-{number}", 0
    for place, tier in enumerate(tiers, 1):
        if tier.above > reached:
            raise DealRefused(
                "Step {number}: there is a gap before tier {tier}; it has to begin where the one before ends, the first at 0.",
                number=number, tier=place, field=field,
            )  # fmt: skip
        if tier.above < reached:
            raise DealRefused(
                "Step {number}: tier {tier} overlaps the one before it, or stands in the wrong place.",
                number=number, tier=place, field=field,
            )  # fmt: skip
        if tier.up_to is None and place < len(tiers):
            raise DealRefused(
                "Step {number}: only the last tier has no end, and tier {tier} has none.",
                number=number, tier=place, field=field,
            )  # fmt: skip
        if tier.up_to is not None and tier.up_to <= tier.above:
            raise DealRefused(
                "Step {number}: tier {tier} ends before it begins.", number=number, tier=place, field=field
            )
        reached = tier.up_to or 0
    if tiers[-1].up_to is not None:
        raise DealRefused("Step {number}: the last tier has to go on without end.", number=number, field=field)
    return tuple(tiers)


# --- order ---


def _refuse_order(steps: Sequence[Step | Guarantee]) -> None:
    """What counts by screening or week comes before what counts over the run, guarantees after all that divides."""
    unit: Period | None = None
    over_run = first_guarantee = 0
    for number, one in enumerate(steps, 1):
        field = f"step-{number}"
        if isinstance(one, Guarantee):
            first_guarantee = first_guarantee or number
        elif first_guarantee:
            raise DealRefused(
                "Step {number}: a guarantee is met when everything is divided, so step {other} has to come after this one.",
                number=number, other=first_guarantee, field=field,
            )  # fmt: skip
        if one.period == Period.RUN:
            over_run = over_run or number
        elif one.period is not None:
            if over_run:
                raise DealRefused(
                    "Step {number} counts by screening or week, and step {other} before it over the run: put it first.",
                    number=number, other=over_run, field=field,
                )  # fmt: skip
            if unit not in (None, one.period):
                raise DealRefused(
                    "Step {number}: a deal counts by screening or by week, not by both.", number=number, field=field
                )
            unit = one.period


def _refuse_weeks(steps: Sequence[Step]) -> None:
    for number, step in enumerate(steps, 1):
        if step.period == Period.RUN and any(isinstance(term, Weekly) for term in terms_of(step.term)):
            raise DealRefused(
                "Step {number} has a percentage by week, so it counts by week or by screening, not over the run.",
                number=number, field=f"step-{number}",
            )  # fmt: skip


def _refuse_deductions(steps: Sequence[Step]) -> None:
    """What is divisible is one number: no deduction is made of it, and none after somebody was given a part of it."""
    used = 0
    for number, step in enumerate(steps, 1):
        uses = any(getattr(term, "base", None) == Base.DIVISIBLE for term in terms_of(step.term))
        if step.deduction and uses:
            raise DealRefused(
                "Step {number} is a deduction: what is divisible comes after it, so it can't be a part of that.",
                number=number, field=f"step-{number}",
            )  # fmt: skip
        if step.deduction and used:
            raise DealRefused(
                "Step {number} is a deduction, and step {other} before it already shares what is divisible: put it first.",
                number=number, other=used, field=f"step-{number}",
            )  # fmt: skip
        used = used or (number if uses else 0)


# --- no more than there is ---


def _refuse_more_than_there_is(steps: Sequence[Step]) -> None:
    """Percentages alone never give more than the gross, whatever it is; fixed amounts take what is there."""
    divisible = left = Fraction(1)
    together = {Base.GROSS: 0, Base.DIVISIBLE: 0}
    for number, step in enumerate(steps, 1):
        field = f"step-{number}"
        if isinstance(step.term, Percentage) and step.term.base in together:
            together[step.term.base] += step.term.bps
        if together[Base.GROSS] > WHOLE_BPS:
            raise DealRefused(
                "Step {number}: the percentages of the gross come to {percent} %; there is no more than 100 %.",
                number=number, percent=percent_text(together[Base.GROSS]), field=field,
            )  # fmt: skip
        if together[Base.DIVISIBLE] > WHOLE_BPS:
            raise DealRefused(
                "Step {number}: the percentages of what is divisible come to {percent} %; there is no more than 100 %.",
                number=number, percent=percent_text(together[Base.DIVISIBLE]), field=field,
            )  # fmt: skip
        most = _most(step.term, divisible, left)
        if most > left:
            raise DealRefused(
                "Step {number} gives up to {percent} % of the gross, and the steps before it leave {left} %.",
                number=number, percent=percent_text(most * WHOLE_BPS), left=percent_text(left * WHOLE_BPS), field=field,
            )  # fmt: skip
        left -= most
        divisible -= most if step.deduction else 0


def _most(term: Term, divisible: Fraction, left: Fraction) -> Fraction:
    """The largest part of the gross that a term can be by its percentages."""
    if isinstance(term, HigherOf):
        return max(_most(one, divisible, left) for one in term.terms)
    if isinstance(term, Cap):
        limit = _most(term.limit, divisible, left)
        return (
            min(_most(term.term, divisible, left), limit)
            if isinstance(term.limit, Percentage)
            else _most(term.term, divisible, left)
        )
    if isinstance(term, Fixed):
        return Fraction(0)
    base = {Base.GROSS: Fraction(1), Base.DIVISIBLE: divisible, Base.REMAINDER: left}[term.base]
    if isinstance(term, Percentage):
        return base * Fraction(term.bps, WHOLE_BPS)
    highest = max(term.weeks_bps) if isinstance(term, Weekly) else max(tier.bps for tier in term.tiers)
    return base * Fraction(highest, WHOLE_BPS)


def percent_text(bps: Fraction | int) -> str:
    """Basis points as people write them: 3350 is `33.5`; a fraction of one is left out."""
    whole, rest = divmod(int(bps), 100)
    return f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)
