"""Any deal, any tickets: made so that every deal is a valid one, and each kind of step comes as often as the others."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from crowdfund.boxoffice.deals.split import Ticket

PAYEES = ["fund", "tax", "circuit", "cinema", "distributor", "producer"]
BASES = ["gross", "divisible", "remainder"]
Json = dict[str, Any]


def minor(random: Random, most: int = 3000) -> int:
    """Every other one is round, so that some meet the end of a tier exactly."""
    return random.randint(0, most) if random.random() < 0.5 else random.randint(0, most // 100) * 100


def made_tiers(random: Random, most_bps: int) -> list[Json]:
    bounds = sorted({1 + minor(random, random.choice([20, 3000, 20_000])) for _ in range(random.randint(0, 3))})
    return [
        {"above": above, "up_to": up_to, "bps": random.randint(0, most_bps)}
        for above, up_to in zip([0, *bounds], [*bounds, None], strict=True)
    ]


def made_term(random: Random, most_bps: int, *, by_unit: bool, depth: int = 1) -> Json:
    kinds = ["percentage", "over", "fixed", "marginal", "retroactive"] + (["weekly"] if by_unit else [])
    kind = random.choice(kinds + (["higher_of", "cap"] if depth < 3 else []))
    if kind == "fixed":
        return {"kind": kind, "amount_minor": random.randint(1, 5000)}
    if kind in ("higher_of", "cap"):
        terms = [made_term(random, most_bps, by_unit=by_unit, depth=depth + 1) for _ in range(random.randint(2, 3))]
        limit = {"kind": "fixed", "amount_minor": random.randint(1, 5000)}
        if random.random() < 0.3:
            limit = {"kind": "percentage", "base": random.choice(BASES), "bps": random.randint(0, most_bps)}
        return (
            {"kind": kind, "terms": terms} if kind == "higher_of" else {"kind": kind, "term": terms[0], "limit": limit}
        )
    term: Json = {"kind": kind, "base": random.choice(BASES)}
    if kind == "percentage":
        return term | {"bps": random.randint(0, most_bps)}
    if kind == "over":
        return term | {"kind": "percentage", "bps": random.randint(0, most_bps), "over_minor": random.randint(1, 3000)}
    if kind == "weekly":
        return term | {"weeks_bps": [random.randint(0, most_bps) for _ in range(random.randint(1, 3))]}
    return term | {"measure": random.choice(["gross", "admissions"]), "tiers": made_tiers(random, most_bps)}


def made_deal(random: Random) -> Json:
    """Deductions, then what counts by unit, then the run, then guarantees; no step can be more than its part of the gross."""
    unit = random.choice([None, "screening", "week"])
    in_unit, in_run, deductions = (
        random.randint(0, 3) if unit else 0,
        random.choice([0, 0, 1, 2, 3]),
        random.randint(0, 2),
    )
    most_bps = 10_000 // max(1, in_unit + in_run + deductions)
    steps: list[Json] = [
        {"kind": "percentage", "base": "gross", "bps": random.randint(0, most_bps), "deduction": True}
        for _ in range(deductions)
    ]
    for number in range(in_unit + in_run):
        by_unit = number < in_unit
        steps.append(made_term(random, most_bps, by_unit=by_unit) | {"period": unit if by_unit else "run"})
    over_run = any(
        step.get("period") == "run" and (step["kind"] != "percentage" or step.get("over_minor")) for step in steps
    )
    periods = [unit, "run"] if unit and not over_run else ["run"]
    for step in steps:
        step["payee"] = random.choice(PAYEES)
    guarantees = [made_guarantee(random, random.choice(periods)) for _ in range(random.randint(0, 2))]
    return {
        "currency": "EUR", "payees": [{"key": key} for key in PAYEES], "rest": random.choice(PAYEES),
        "steps": steps + sorted(guarantees, key=lambda one: one["period"] == "run"),
        "recoupments": [made_recoupment(random) for _ in range(random.choice([0, 0, 1, 2]))],
    }  # fmt: skip


def made_guarantee(random: Random, period: Any) -> Json:
    payee, bearer = random.sample(PAYEES, 2)
    return {
        "kind": "guarantee",
        "payee": payee,
        "bearer": bearer,
        "amount_minor": random.randint(1, 5000),
        "period": period,
    }


def made_recoupment(random: Random) -> Json:
    source, to = random.sample(PAYEES, 2)
    return {
        "advance_minor": random.randint(1, 9000),
        "from": source,
        "to": to,
        "bps": random.choice([10_000, random.randint(1, 9999)]),
    }


def made_tickets(random: Random) -> list[Ticket]:
    return [
        Ticket(
            str(number), random.choice("abc"), random.choice([0, minor(random), minor(random)]), random.randint(1, 3),
            random.randint(0, 4),
        )
        for number in range(random.choice([0, 3, 15, 25]))
    ]  # fmt: skip


any_deal = st.integers(0, 2**64).map(lambda seed: made_deal(Random(seed)))
any_tickets = st.integers(0, 2**64).map(lambda seed: made_tickets(Random(seed)))
