"""Any deal, any tickets: strategies for Hypothesis, made so that every deal is a valid one."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from crowdfund.boxoffice.deals.split import Ticket

PAYEES = ["fund", "tax", "circuit", "cinema", "distributor", "producer"]
Json = dict[str, Any]
Draw = Any


@st.composite
def any_tiers(draw: Draw, most_bps: int) -> list[Json]:
    bounds = sorted(draw(st.sets(st.integers(1, 20_000), max_size=3)))
    return [
        {"above": above, "up_to": up_to, "bps": draw(st.integers(0, most_bps))}
        for above, up_to in zip([0, *bounds], [*bounds, None], strict=True)
    ]


@st.composite
def any_term(draw: Draw, most_bps: int, bases: list[str], *, by_unit: bool, depth: int = 1) -> Json:
    kinds = ["percentage", "percentage", "fixed", "marginal", "retroactive"] + (["weekly"] if by_unit else [])
    kind = draw(st.sampled_from(kinds + (["higher_of", "cap"] if depth < 3 else [])))
    inside = any_term(most_bps, bases, by_unit=by_unit, depth=depth + 1)
    if kind == "fixed":
        return {"kind": kind, "amount_minor": draw(st.integers(1, 5000))}
    if kind == "higher_of":
        return {"kind": kind, "terms": draw(st.lists(inside, min_size=2, max_size=3))}
    if kind == "cap":
        limit = draw(inside.filter(lambda one: one["kind"] in ("fixed", "percentage")))
        return {"kind": kind, "term": draw(inside), "limit": limit}
    term: Json = {"kind": kind, "base": draw(st.sampled_from(bases))}
    if kind == "percentage":
        return term | {"bps": draw(st.integers(0, most_bps)), "over_minor": draw(st.sampled_from([0, 0, 500, 3000]))}
    if kind == "weekly":
        return term | {"weeks_bps": draw(st.lists(st.integers(0, most_bps), min_size=1, max_size=3))}
    measure = draw(st.sampled_from(["gross", "admissions"]))
    return term | {"measure": measure, "tiers": draw(any_tiers(most_bps))}


@st.composite
def any_deal(draw: Draw) -> Json:
    """Deductions, then what counts by unit, then the run, then guarantees; no step can be more than its part of the gross."""
    unit = draw(st.sampled_from([None, "screening", "week"]))
    in_unit, in_run = draw(st.integers(0, 3)) if unit else 0, draw(st.integers(0, 3))
    deductions = draw(st.integers(0, 2))
    most_bps = 10_000 // max(1, in_unit + in_run + deductions)
    payee = st.sampled_from(PAYEES)
    steps: list[Json] = [
        {
            "kind": "percentage",
            "base": "gross",
            "bps": draw(st.integers(0, most_bps)),
            "payee": draw(payee),
            "deduction": True,
        }
        for _ in range(deductions)
    ]
    bases = ["gross", "divisible", "remainder"]
    for number in range(in_unit + in_run):
        by_unit = number < in_unit
        term = draw(any_term(most_bps, bases, by_unit=by_unit))
        steps.append(term | {"payee": draw(payee), "period": unit if by_unit else "run"})
    over_run = any(
        step.get("period") == "run" and (step["kind"] != "percentage" or step["over_minor"]) for step in steps
    )
    periods = ([unit] if unit and not over_run else []) + ["run"]
    steps += draw(
        st.lists(any_guarantee(periods), max_size=2).map(
            lambda some: sorted(some, key=lambda one: one["period"] == "run")
        )
    )
    return {
        "currency": "EUR", "payees": [{"key": key} for key in PAYEES], "steps": steps, "rest": draw(payee),
        "recoupments": draw(st.lists(any_recoupment(), max_size=2)),
    }  # fmt: skip


@st.composite
def any_guarantee(draw: Draw, periods: list[str]) -> Json:
    payee, bearer = draw(st.permutations(PAYEES))[:2]
    amount_minor = draw(st.integers(1, 20_000))
    return {
        "kind": "guarantee",
        "payee": payee,
        "bearer": bearer,
        "amount_minor": amount_minor,
        "period": draw(st.sampled_from(periods)),
    }


@st.composite
def any_recoupment(draw: Draw) -> Json:
    source, to = draw(st.permutations(PAYEES))[:2]
    return {
        "advance_minor": draw(st.integers(1, 20_000)),
        "from": source,
        "to": to,
        "bps": draw(st.integers(1, 10_000)),
    }


@st.composite
def any_tickets(draw: Draw, most: int = 25) -> list[Ticket]:
    rows = draw(
        st.lists(
            st.tuples(st.sampled_from("abc"), st.integers(0, 3000), st.integers(1, 3), st.integers(0, 4)), max_size=most
        )
    )
    return [
        Ticket(str(number), screening, gross, week, admissions)
        for number, (screening, gross, week, admissions) in enumerate(rows)
    ]
