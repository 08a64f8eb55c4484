"""Steps and terms of a deal as they were sent; `reading` has their form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from crowdfund import money
from crowdfund.boxoffice.deals.checking import DealRefused, refuse_tiers
from crowdfund.boxoffice.deals.steps import (
    WHOLE_BPS,
    Base,
    Cap,
    Fixed,
    Guarantee,
    HigherOf,
    Kind,
    Marginal,
    Measure,
    Percentage,
    Period,
    Retroactive,
    Step,
    Term,
    Tier,
    Weekly,
)

TERMS_MAX, TIERS_MAX, WEEKS_MAX, DEPTH_MAX = 6, 12, 52, 3
_NOT_SHOWN = re.compile(r"[^!-~]", re.ASCII)
_OF_STEP = {"kind", "payee", "period", "deduction"}
_OF_KIND: Mapping[Kind, set[str]] = {
    Kind.PERCENTAGE: {"base", "bps", "over_minor"}, Kind.WEEKLY: {"base", "weeks_bps"}, Kind.FIXED: {"amount_minor"},
    Kind.MARGINAL: {"base", "measure", "tiers"}, Kind.RETROACTIVE: {"base", "measure", "tiers"}, Kind.HIGHER_OF: {"terms"},
    Kind.CAP: {"term", "limit"}, Kind.GUARANTEE: {"amount_minor", "bearer"},
}  # fmt: skip


def step_of(given: Any, number: int, known: set[str]) -> Step | Guarantee:
    kind = _kind(given, number)
    _refuse_strange(given, _OF_STEP | _OF_KIND[kind], number)
    payee, deduction = given.get("payee"), given.get("deduction") or False
    if not isinstance(payee, str) or payee not in known:
        raise DealRefused("Step {number}: say who gets it, one of the payees.", number=number, field=f"step-{number}")
    if not isinstance(deduction, bool):
        raise DealRefused(
            "Step {number}: say yes or no to whether it is a deduction.", number=number, field=f"step-{number}"
        )
    if deduction and kind == Kind.GUARANTEE:
        raise DealRefused("Step {number}: a guarantee is no deduction.", number=number, field=f"step-{number}")
    if kind == Kind.GUARANTEE:
        return _guarantee(given, number, payee, known)
    term = _term(given, number)
    period = _period(given, number, Period.WEEK if kind == Kind.WEEKLY else Period.RUN)
    plain = isinstance(term, Percentage) and not term.over_minor
    return Step(payee, term, None if plain else period, deduction)


def _guarantee(given: Mapping[str, Any], number: int, payee: str, known: set[str]) -> Guarantee:
    bearer = given.get("bearer")
    if not isinstance(bearer, str) or bearer not in known or bearer == payee:
        raise DealRefused(
            "Step {number}: a guarantee needs a payee who bears it, another than the one who gets it.",
            number=number, field=f"step-{number}",
        )  # fmt: skip
    return Guarantee(payee, _amount(given, number, "amount_minor"), bearer, _period(given, number, Period.RUN))


def _kind(given: Any, number: int) -> Kind:
    name = given.get("kind") if isinstance(given, Mapping) else None
    if not isinstance(name, str) or name not in set(Kind):
        raise DealRefused("Step {number}: say what kind of step it is.", number=number, field=f"step-{number}")
    return Kind(name)


def _refuse_strange(given: Mapping[str, Any], known: set[str], number: int) -> None:
    strange = sorted(str(name) for name, value in given.items() if name not in known and value is not None)
    if strange:
        raise DealRefused(
            "Step {number} has {name}, which a step of its kind doesn't have.",
            number=number, name=shown(strange[0]), field=f"step-{number}",
        )  # fmt: skip


def _term(given: Mapping[str, Any], number: int, depth: int = 1) -> Term:
    kind = _kind(given, number)
    if depth > 1:
        _refuse_strange(given, _OF_KIND[kind] | {"kind"}, number)
    if kind == Kind.HIGHER_OF:
        return HigherOf(_terms(given, number, depth))
    if kind == Kind.CAP:
        return _cap(given, number, depth)
    if kind == Kind.FIXED:
        return Fixed(_amount(given, number, "amount_minor"))
    if kind == Kind.GUARANTEE:
        raise DealRefused(
            "Step {number}: a guarantee is a step of its own; inside another step it is a fixed amount.",
            number=number, field=f"step-{number}",
        )  # fmt: skip
    base = _base(given, number)
    if kind == Kind.PERCENTAGE:
        over = given.get("over_minor")
        return Percentage(
            base, _bps(given.get("bps"), number), 0 if over is None else _amount(given, number, "over_minor", 0)
        )
    if kind == Kind.WEEKLY:
        return Weekly(base, _weeks(given, number))
    tiered = Marginal if kind == Kind.MARGINAL else Retroactive
    return tiered(base, _measure(given, number), _tiers(given, number))


def _terms(given: Mapping[str, Any], number: int, depth: int) -> tuple[Term, ...]:
    terms = list_of(given.get("terms"), f"step-{number}")
    if not 2 <= len(terms) <= TERMS_MAX or depth >= DEPTH_MAX:
        raise DealRefused(
            "Step {number}: name 2 to {most} terms, of which the highest counts.",
            number=number, most=TERMS_MAX, field=f"step-{number}",
        )  # fmt: skip
    return tuple(_term(one, number, depth + 1) for one in terms)


def _cap(given: Mapping[str, Any], number: int, depth: int) -> Cap:
    if given.get("term") is None or given.get("limit") is None or depth >= DEPTH_MAX:
        raise DealRefused("Step {number}: say what is capped, and at what.", number=number, field=f"step-{number}")
    limit = _term(given["limit"], number, depth + 1)
    if not isinstance(limit, Percentage | Fixed):
        raise DealRefused(
            "Step {number}: a cap is a fixed amount or a percentage.", number=number, field=f"step-{number}"
        )
    return Cap(_term(given["term"], number, depth + 1), limit)


def _base(given: Mapping[str, Any], number: int) -> Base:
    name = given.get("base")
    if not isinstance(name, str) or name not in set(Base):
        raise DealRefused(
            "Step {number}: say what it is a percentage of: gross, divisible or remainder.",
            number=number, field=f"step-{number}",
        )  # fmt: skip
    return Base(name)


def _measure(given: Mapping[str, Any], number: int) -> Measure:
    name = given.get("measure", Measure.GROSS)
    if not isinstance(name, str) or name not in set(Measure):
        raise DealRefused(
            "Step {number}: tiers are counted in gross or in admissions.", number=number, field=f"step-{number}"
        )
    return Measure(name)


def _period(given: Mapping[str, Any], number: int, usual: Period) -> Period:
    name = given.get("period") or usual
    if not isinstance(name, str) or name not in set(Period):
        raise DealRefused(
            "Step {number}: it counts by screening, by week, or over the run.", number=number, field=f"step-{number}"
        )
    return Period(name)


def _amount(given: Mapping[str, Any], number: int, name: str, least: int = 1) -> int:
    amount = given.get(name)
    if not is_whole(amount, least, money.AMOUNT_MAX_MINOR):
        raise DealRefused(
            "Step {number}: say how much it is, an amount above zero.", number=number, field=f"step-{number}"
        )
    return int(amount)


def _bps(given: Any, number: int) -> int:
    if not is_whole(given, 0, WHOLE_BPS):
        raise DealRefused(
            "Step {number}: a percentage lies between 0 and 100 %.", number=number, field=f"step-{number}"
        )
    return int(given)


def _weeks(given: Mapping[str, Any], number: int) -> tuple[int, ...]:
    weeks = list_of(given.get("weeks_bps"), f"step-{number}")
    if not 1 <= len(weeks) <= WEEKS_MAX:
        raise DealRefused(
            "Step {number}: name a percentage for each week, for 1 to {most} weeks.",
            number=number, most=WEEKS_MAX, field=f"step-{number}",
        )  # fmt: skip
    return tuple(_bps(one, number) for one in weeks)


def _tiers(given: Mapping[str, Any], number: int) -> tuple[Tier, ...]:
    tiers = list_of(given.get("tiers"), f"step-{number}")
    if not 1 <= len(tiers) <= TIERS_MAX:
        raise DealRefused(
            "Step {number}: name 1 to {most} tiers.", number=number, most=TIERS_MAX, field=f"step-{number}"
        )
    return refuse_tiers([_tier(one, number) for one in tiers], number)


def _tier(given: Any, number: int) -> Tier:
    whole = given if isinstance(given, Mapping) else {}
    above, up_to = whole.get("above"), whole.get("up_to")
    fits = is_whole(above, 0, money.AMOUNT_MAX_MINOR) and (up_to is None or is_whole(up_to, 0, money.AMOUNT_MAX_MINOR))
    if not fits or set(whole) - {"above", "up_to", "bps"}:
        raise DealRefused(
            "Step {number}: each tier says above what it begins and up to what it goes, in numbers that are not negative.",
            number=number, field=f"step-{number}",
        )  # fmt: skip
    return Tier(above, up_to, _bps(whole.get("bps"), number))  # type: ignore[arg-type]


def is_whole(value: Any, least: int, most: int) -> TypeGuard[int]:
    return type(value) is int and least <= value <= most


def list_of(given: Any, field: str) -> Sequence[Any]:
    """What should be a list; nothing is an empty one."""
    if given is not None and not isinstance(given, list | tuple):
        raise DealRefused("What stands under {name} is no list.", name=field, field=field)
    return given or []


def shown(name: str) -> str:
    return _NOT_SHOWN.sub("?", name[:60])
