"""The split of a run the slow way, to check the engine by: written from the rules of the trade, sharing nothing with it.

It reads the JSON of a deal, goes through all tickets each time, and counts in fractions; only a finished amount becomes cents.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any


def unit_of(deal: dict[str, Any]) -> str | None:
    for step in deal["steps"]:
        if (period := period_of(step)) in ("screening", "week"):
            return period
    return None


def period_of(step: dict[str, Any]) -> str | None:
    if step["kind"] == "percentage" and not step.get("over_minor"):
        return None
    return step.get("period") or ("week" if step["kind"] == "weekly" else "run")


def worth(term: dict[str, Any], stand: dict[str, Fraction]) -> Fraction:
    kind = term["kind"]
    if kind == "fixed":
        return Fraction(term["amount_minor"])
    if kind == "higher_of":
        return max(worth(one, stand) for one in term["terms"])
    if kind == "cap":
        return min(worth(term["term"], stand), worth(term["limit"], stand))
    base = stand[term["base"]]
    if kind == "percentage":
        return max(Fraction(0), base - (term.get("over_minor") or 0)) * Fraction(term["bps"], 10000)
    if kind == "weekly":
        weeks = term["weeks_bps"]
        index = int(stand["week"]) - 1
        return base * Fraction(weeks[index] if index < len(weeks) else weeks[-1], 10000)
    measured = stand[term.get("measure") or "gross"]
    if measured == 0:
        return base * Fraction(term["tiers"][0]["bps"], 10000)
    total = Fraction(0)
    for tier in term["tiers"]:
        if measured > tier["above"]:
            top = measured if tier["up_to"] is None else min(measured, Fraction(tier["up_to"]))
            if kind == "marginal":
                total += base * (top - tier["above"]) / measured * Fraction(tier["bps"], 10000)
            else:
                total = base * Fraction(tier["bps"], 10000)
    return total


def poured(steps: list[dict[str, Any]], stand: dict[str, Fraction]) -> list[int]:
    amounts = []
    for step in steps:
        minor = min(floor(worth(step, stand)), int(stand["remainder"]))
        stand["remainder"] -= minor
        if step.get("deduction"):
            stand["divisible"] -= minor
        amounts.append(minor)
    return amounts


def meet(guarantee: dict[str, Any], shares: dict[str, int]) -> int:
    """Meets a guarantee from the bearer's share; what is still owed."""
    lacking = max(guarantee["amount_minor"] - shares[guarantee["payee"]], 0)
    there = min(lacking, shares[guarantee["bearer"]])
    shares[guarantee["payee"]] += there
    shares[guarantee["bearer"]] -= there
    return lacking - there


def slow_shares(deal: dict[str, Any], tickets: list[Any]) -> tuple[dict[str, int], int]:
    """What each payee has, and what is owed on guarantees in all. tickets: (id, screening, gross, week, admissions)."""
    dividing = [step for step in deal["steps"] if step["kind"] != "guarantee"]
    guarantees = [step for step in deal["steps"] if step["kind"] == "guarantee"]
    unit = unit_of(deal)
    by_unit = [n for n, step in enumerate(dividing, 1) if period_of(step) in ("screening", "week")]
    early = len(dividing) if any(period_of(one) != "run" for one in guarantees) else max(by_unit, default=0)
    in_run = {payee["key"]: 0 for payee in deal["payees"]}
    owed = deducted = given = 0
    for here in units(unit, tickets) if unit else []:
        gross = Fraction(sum(ticket[2] for ticket in here))
        stand = {
            "gross": gross, "divisible": gross, "remainder": gross, "week": Fraction(here[0][3]),
            "admissions": Fraction(sum(ticket[4] for ticket in here)),
        }  # fmt: skip
        amounts = poured(dividing[:early], stand)
        in_unit = dict.fromkeys(in_run, 0)
        for step, minor in zip(dividing, amounts, strict=False):
            in_unit[step["payee"]] += minor
            deducted += minor if step.get("deduction") else 0
        given += sum(amounts)
        if early == len(dividing) and any(period_of(one) != "run" for one in guarantees):
            in_unit[deal["rest"]] += int(stand["remainder"])
            given += int(stand["remainder"])
            owed += sum(meet(one, in_unit) for one in guarantees if period_of(one) != "run")
        for key, minor in in_unit.items():
            in_run[key] += minor
    gross = Fraction(sum(ticket[2] for ticket in tickets))
    stand = {
        "gross": gross, "divisible": gross - deducted, "remainder": gross - given, "week": Fraction(1),
        "admissions": Fraction(sum(ticket[4] for ticket in tickets)),
    }  # fmt: skip
    for step, minor in zip(dividing[early:], poured(dividing[early:], stand), strict=True):
        in_run[step["payee"]] += minor
    in_run[deal["rest"]] += int(stand["remainder"])
    owed += sum(meet(one, in_run) for one in guarantees if period_of(one) == "run")
    for one in deal.get("recoupments") or []:
        back = min(one["advance_minor"], floor(Fraction(in_run[one["from"]] * (one.get("bps") or 10000), 10000)))
        in_run[one["from"]] -= back
        in_run[one["to"]] += back
    return in_run, owed


def units(unit: str | None, tickets: list[Any]) -> list[list[Any]]:
    found: dict[Any, list[Any]] = {}
    for ticket in tickets:
        found.setdefault((ticket[1], ticket[3]) if unit == "screening" else ticket[3], []).append(ticket)
    return list(found.values())
