"""What no deal can be: each mistake is refused with a sentence that names its step, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from crowdfund.boxoffice.deals.checking import DealRefused
from crowdfund.boxoffice.deals.reading import read
from crowdfund.boxoffice.deals.steps import Period
from crowdfund.boxoffice.deals.writing import deal_hash

Json = dict[str, Any]
GOOD: Json = {
    "currency": "EUR", "rest": "cinema",
    "payees": [{"key": "fund", "name": "Film fund"}, {"key": "producer"}, {"key": "cinema"}],
    "steps": [
        {"kind": "percentage", "payee": "fund", "base": "gross", "bps": 500, "deduction": True},
        {"kind": "percentage", "payee": "producer", "base": "divisible", "bps": 4000},
    ],
}  # fmt: skip


def percentage(bps: Any = 1000, base: Any = "gross", **more: Any) -> Json:
    return {"kind": "percentage", "payee": "producer", "base": base, "bps": bps, **more}


def fixed(amount_minor: Any = 500, **more: Any) -> Json:
    return {"kind": "fixed", "payee": "producer", "amount_minor": amount_minor, **more}


def guarantee(**more: Any) -> Json:
    return {"kind": "guarantee", "payee": "producer", "bearer": "cinema", "amount_minor": 500, **more}


def tiered(*tiers: tuple[Any, Any, Any], kind: str = "marginal", **more: Any) -> Json:
    listed = [{"above": above, "up_to": up_to, "bps": bps} for above, up_to, bps in tiers]
    return {"kind": kind, "payee": "producer", "base": "gross", "tiers": listed, **more}


def weekly(*weeks_bps: Any, **more: Any) -> Json:
    return {"kind": "weekly", "payee": "producer", "base": "gross", "weeks_bps": list(weeks_bps), **more}


def inside(step: Json) -> Json:
    return {name: value for name, value in step.items() if name not in ("payee", "period")}


def with_step(*steps: Any) -> Json:
    return deepcopy(GOOD) | {"steps": [*deepcopy(GOOD["steps"]), *steps]}


STEPS: list[tuple[Any, str]] = [
    # kinds and names
    (None, "Step 3: say what kind"),
    ("half", "Step 3: say what kind"),
    ({"kind": "gift", "payee": "producer"}, "Step 3: say what kind"),
    ({"kind": ["fixed"], "payee": "producer"}, "Step 3: say what kind"),
    (percentage() | {"payee": "tax"}, "Step 3: say who gets it"),
    (percentage() | {"payee": ["fund"]}, "Step 3: say who gets it"),
    (fixed(base="gross"), "Step 3 has base, which a step of its kind doesn't have"),
    (percentage(rate="5\u202e"), "Step 3 has rate, which"),
    (percentage(deduction="yes"), "Step 3: say yes or no to whether it is a deduction"),
    # numbers
    (percentage(-1), "Step 3: a percentage lies between 0 and 100 %"),
    (percentage(10_001), "Step 3: a percentage lies between 0 and 100 %"),
    (percentage(12.5), "Step 3: a percentage lies between 0 and 100 %"),
    (percentage("500"), "Step 3: a percentage lies between 0 and 100 %"),
    (percentage(True), "Step 3: a percentage lies between 0 and 100 %"),
    (percentage(over_minor=-1), "Step 3: say how much"),
    (fixed(0), "Step 3: say how much"),
    (fixed(-500), "Step 3: say how much"),
    (fixed(10**12 + 1), "Step 3: say how much"),
    (fixed(1e3), "Step 3: say how much"),
    (fixed(None), "Step 3: say how much"),
    # bases and periods
    (percentage(base="net"), "Step 3: say what it is a percentage of"),
    (percentage(base=None), "Step 3: say what it is a percentage of"),
    (fixed(period="month"), "Step 3: it counts by screening"),
    (tiered((0, None, 1000), measure="popcorn"), "Step 3: tiers are counted in gross or in admissions"),
    # more than there is
    (percentage(9600), "Step 3: the percentages of the gross come to 101 %"),
    (percentage(6001, "divisible"), "Step 3: the percentages of what is divisible come to 100.01 %"),
    (percentage(6000), "Step 3 gives up to 60 % of the gross, and the steps before it leave 57 %"),
    (weekly(5000, 5800), "Step 3 gives up to 58 % of the gross, and the steps before it leave 57 %"),
    (tiered((0, 100, 1000), (100, None, 5701)), "Step 3 gives up to 57.01 % of the gross"),
    ({"kind": "higher_of", "payee": "producer", "terms": [inside(percentage(100)), inside(percentage(9000))]}, "Step 3 gives up to 90 %"),
    ({"kind": "cap", "payee": "producer", "term": inside(percentage(9000)), "limit": inside(fixed())}, "Step 3 gives up to 90 %"),
    # tiers
    (tiered(), "Step 3: name 1 to 12 tiers"),
    (tiered(*[(n, n + 1, 100) for n in range(13)]), "Step 3: name 1 to 12 tiers"),
    (tiered((0, 100, 1000), (200, None, 2000)), "Step 3: there is a gap before tier 2"),
    (tiered((50, None, 1000)), "Step 3: there is a gap before tier 1"),
    (tiered((0, 100, 1000), (50, None, 2000)), "Step 3: tier 2 overlaps"),
    (tiered((0, 300, 1000), (300, 800, 1000), (0, None, 2000)), "Step 3: tier 3 overlaps"),
    (tiered((0, None, 1000), (0, None, 2000)), "Step 3: only the last tier has no end, and tier 1"),
    (tiered((0, 100, 1000), (100, 100, 2000), (100, None, 1)), "Step 3: tier 2 ends before it begins"),
    (tiered((0, 100, 1000)), "Step 3: the last tier has to go on"),
    (tiered((-1, None, 1000)), "Step 3: each tier says"),
    (tiered((0, "100", 1000)), "Step 3: each tier says"),
    (tiered((0, None, -5)), "Step 3: a percentage lies"),
    (tiered() | {"tiers": "all"}, "What stands under step-3 is no list"),
    # weeks
    (weekly(), "Step 3: name a percentage for each week"),
    (weekly(*[1] * 53), "Step 3: name a percentage for each week"),
    (weekly(1000, period="run"), "Step 3 has a percentage by week"),
    # terms inside
    ({"kind": "higher_of", "payee": "producer", "terms": [inside(fixed())]}, "Step 3: name 2 to 6 terms"),
    ({"kind": "higher_of", "payee": "producer", "terms": [inside(fixed())] * 7}, "Step 3: name 2 to 6 terms"),
    ({"kind": "higher_of", "payee": "producer", "terms": [inside(fixed()), fixed()]}, "Step 3 has payee, which"),
    ({"kind": "higher_of", "payee": "producer", "terms": [inside(fixed()), inside(guarantee())]}, "Step 3: a guarantee is a step"),
    ({"kind": "higher_of", "payee": "producer", "terms": [inside(fixed()), inside(weekly(100))]}, "Step 3 has a percentage by week"),
    ({"kind": "cap", "payee": "producer", "term": inside(fixed())}, "Step 3: say what is capped"),
    ({"kind": "cap", "payee": "producer", "term": inside(fixed()), "limit": inside(weekly(1))}, "Step 3: a cap is a fixed amount or"),
    # guarantees
    (guarantee(bearer=None), "Step 3: a guarantee needs a payee who bears it"),
    (guarantee(bearer="bank"), "Step 3: a guarantee needs a payee who bears it"),
    (guarantee(bearer="producer"), "Step 3: a guarantee needs a payee who bears it, another"),
    (guarantee(amount_minor=0), "Step 3: say how much"),
    (guarantee(deduction=True), "Step 3: a guarantee is no deduction"),
    # deductions
    (percentage(100, "divisible", deduction=True), "Step 3 is a deduction: what is divisible comes after it"),
    (percentage(100, deduction=True), "Step 3 is a deduction, and step 2 before it already shares"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "sentence"), STEPS)
def test_a_step_that_can_not_be(step: Any, sentence: str) -> None:
    with pytest.raises(DealRefused, match=sentence) as refused:
        read(with_step(step))
    assert (refused.value.status_code, refused.value.code, refused.value.field) == (422, "deal_refused", "step-3")


SEVERAL: list[tuple[list[Json], str, str]] = [
    ([guarantee(), percentage(100)], "Step 4: a guarantee is met when everything is divided, so step 3", "step-4"),
    ([fixed(), fixed(period="screening")], "Step 4 counts by screening or week, and step 3 before it over the run", "step-4"),
    ([tiered((0, None, 1)), guarantee(period="screening")], "Step 4 counts by screening or week, and step 3", "step-4"),
    ([fixed(period="week"), fixed(period="screening")], "Step 4: a deal counts by screening or by week, not by both", "step-4"),
    ([guarantee(), guarantee(period="week")], "Step 4 counts by screening or week, and step 3", "step-4"),
    ([fixed()] * 19, "at most 20 steps; this one has 21", "steps"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "sentence", "field"), SEVERAL)
def test_steps_that_do_not_go_together(steps: list[Json], sentence: str, field: str) -> None:
    with pytest.raises(DealRefused, match=sentence) as refused:
        read(with_step(*steps))
    assert refused.value.field == field


def without(name: str) -> Callable[[Json], None]:
    return lambda deal: deal.pop(name)


def put(**parts: Any) -> Callable[[Json], None]:
    return lambda deal: deal.update(parts)


WHOLE: list[tuple[Callable[[Json], Any], str, str]] = [
    (without("rest"), "The steps don't reach 100 % by themselves: name the payee who gets what is left", "rest"),
    (put(rest="bank"), "name the payee who gets what is left", "rest"),
    (put(rest=["cinema"]), "name the payee who gets what is left", "rest"),
    (without("currency"), "which currency", "currency"),
    (put(currency="EURO"), "which currency", "currency"),
    (put(payees=[]), "Name 1 to 20 payees", "payees"),
    (put(payees=[{"key": f"p{n}"} for n in range(21)]), "Name 1 to 20 payees", "payees"),
    (put(payees=[{"key": "cinema"}] * 2), "Two payees have the same key", "payees"),
    (put(payees=[{"key": "The Cinema"}]), "Each payee has a key", "payees"),
    (put(payees=["cinema"]), "Each payee has a key", "payees"),
    (put(payees=[{"key": "cinema", "name": "a\nb"}]), "The name of a payee is one line", "payees"),
    (put(payees=[{"key": "cinema", "name": "x" * 81}]), "at most 80 characters", "payees"),
    (put(payees={"cinema": "Odeon"}), "What stands under payees is no list", "payees"),
    (put(steps="half and half"), "What stands under steps is no list", "steps"),
    (without("steps"), "This deal has no steps", "steps"),
    (put(booking_fee="bank"), "The booking fee goes to somebody who is no payee", "booking_fee"),
    (put(format=2), "a form that is not known here", "steps"),
    (put(colour="red"), "The deal has colour, which no deal has", "steps"),
    (put(recoupments=[{"advance_minor": 0, "from": "producer", "to": "fund"}]), "Recoupment 1: say how large", "recoupments"),
    (put(recoupments=[{"advance_minor": 5, "from": "producer", "to": "fund", "bps": 0}]), "Recoupment 1: say how large", "recoupments"),
    (put(recoupments=[{"advance_minor": 5, "from": "producer", "to": "producer"}]), "Recoupment 1: say from whose", "recoupments"),
    (put(recoupments=[{"advance_minor": 5, "from": {}, "to": []}]), "Recoupment 1: say from whose", "recoupments"),
    (put(recoupments=[{"advance_minor": 5, "from": "producer", "to": "fund"}] * 6), "at most 5 advances", "recoupments"),
    (put(recoupments=["all"]), "Recoupment 1: say how large", "recoupments"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "sentence", "field"), WHOLE)
def test_a_deal_that_can_not_be(change: Callable[[Json], Any], sentence: str, field: str) -> None:
    deal = deepcopy(GOOD)
    change(deal)
    with pytest.raises(DealRefused, match=sentence) as refused:
        read(deal)
    assert refused.value.field == field


@pytest.mark.parametrize("nothing", [None, [], "deal", 7, [GOOD]])
def test_what_is_no_deal_at_all(nothing: Any) -> None:
    with pytest.raises(DealRefused, match="This is no deal"):
        read(nothing)


def test_terms_in_terms_end_somewhere() -> None:
    term: Json = inside(fixed())
    for _ in range(500):
        term = {"kind": "higher_of", "terms": [term, inside(fixed())]}
    with pytest.raises(DealRefused, match="Step 3"):
        read(with_step(term | {"payee": "producer"}))


def test_exactly_all_of_it_is_a_deal() -> None:
    assert (
        read(with_step(percentage(6000, "divisible"), percentage(10_000, "remainder"), fixed(), guarantee())).rest
        == "cinema"
    )
    assert read(GOOD | {"steps": []}).steps == ()
    assert len(read(with_step(*[fixed()] * 18)).steps) == 20


def test_what_was_left_out_is_the_usual() -> None:
    short = read(
        with_step(fixed(), weekly(0, period="week")) | {"steps": [weekly(100), fixed(), percentage(100), guarantee()]}
    )
    assert [step.period for step in short.steps] == [Period.WEEK, Period.RUN, None]
    assert (short.guarantees[0].period, short.booking_fee, short.unit, short.steps_by_unit) == (
        Period.RUN,
        None,
        Period.WEEK,
        1,
    )


def test_the_hash_is_of_the_deal_not_of_how_it_was_sent() -> None:
    sent = deepcopy(GOOD) | {"booking_fee": None, "recoupments": [], "format": 1}
    sent["steps"][1] |= {"deduction": False, "over_minor": 0, "period": "screening"}
    assert deal_hash(read(sent)) == deal_hash(read(GOOD)), "a plain percentage comes to the same over any period"
    assert (
        len(
            {deal_hash(read(one)) for one in (GOOD, with_step(fixed()), with_step(fixed(501)), GOOD | {"rest": "fund"})}
        )
        == 4
    )
    assert deal_hash(read(GOOD)) == "461ac850fbec46634294442a210f6173a733ee71837f9048e90ea945e1340678"
