"""Deals to begin with. All percentages and amounts are starting points: the parties edit them, and what they agree on counts.

China: chinafilminsider.com on where a ticket's money goes, en.people.cn/90782/8035476 on the scale of 2012. United States:
exhibitors on "higher of" terms and aggregate scales (boxofficeprophets.com). Both read 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crowdfund import money
from crowdfund.refusal import Sentence

Json = dict[str, Any]

TEXT = {
    "china": "Mainland China: fund, tax, and shares of what is divisible",
    "china_tiers": "Mainland China: the producers' side gets more of a great success",
    "us_weeks": "United States: less each week, or 90 % over the house allowance",
    "us_aggregate": "United States: one percentage, by the gross of the whole run",
    "festival": "Festival: a flat fee for each screening",
    "even": "Half and half, after the platform's share",
    "china.about": "5 % of the gross go to the special film fund and 3.3 % to tax and surcharge. Of the other 91.7 % the circuit "
    "gets 7 %, the cinema 50 %, digital distribution 3 %, and the producers' side the rest.",
    "china_tiers.about": "Fund, tax and circuit get 5 %, 3.3 % and 7 % as usual. The producers' side gets 43 % of what is divisible up "
    "to a gross of 300 million, 45 % up to 800 million and 47 % above, each for its part, as agreed in 2012. The cinema gets the rest.",
    "us_weeks.about": "Each week the distributor gets 70, 70, 60, 50, 40, then 35 % of the gross, or 90 % of what the week brings over "
    "the house allowance, whichever is higher. The cinema gets the rest.",
    "us_aggregate.about": "What the run has brought in the end decides the percentage of all of it, from the first ticket on: 45 % up "
    "to 20 million, 50 % up to 50 million, 55 % up to 100 million, 60 % above.",
    "festival.about": "The producer gets 500 for each screening, whether or not the tickets bring it: what they don't bring, the "
    "festival owes. The rest is the festival's.",
    "even.about": "The platform gets 5 % of the gross; the rest is halved between producer and cinema, the odd cent for the cinema.",
    "edited": "These numbers are a place to start from, and no advice: deals differ. Change them to what you agreed on.",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Template:
    """json: in the form that `reading.read` takes, ready to be edited. title, about: for people."""

    key: str
    title: Sentence
    about: Sentence
    json: Json


EDITED = Sentence(TEXT["edited"])


def templates(currency: str) -> list[Template]:
    """All of them, in a currency; amounts are as many units of it, whichever it is."""
    unit = 10 ** money.digits_of(currency)
    return [
        Template(key, Sentence(TEXT[key]), Sentence(TEXT[f"{key}.about"]), {"currency": currency, **make(unit)})
        for key, make in _MAKERS.items()
    ]


def _payees(*keys: str) -> list[Json]:
    return [{"key": key, "name": ""} for key in keys]


def _percentage(payee: str, base: str, bps: int, **more: Any) -> Json:
    return {"kind": "percentage", "payee": payee, "base": base, "bps": bps, **more}


def _tiers(unit: int, *bounds: tuple[int | None, int]) -> list[Json]:
    """bounds: (up to how many units, basis points)."""
    tiers: list[Json] = []
    for up_to, bps in bounds:
        above = tiers[-1]["up_to"] if tiers else 0
        tiers.append({"above": above, "up_to": None if up_to is None else up_to * unit, "bps": bps})
    return tiers


def _fund_and_tax() -> list[Json]:
    return [
        _percentage("special_fund", "gross", 500, deduction=True),
        _percentage("tax", "gross", 330, deduction=True),
        _percentage("circuit", "divisible", 700),
    ]


def _china(unit: int) -> Json:
    shares = [_percentage("cinema", "divisible", 5000), _percentage("distributor", "divisible", 300)]
    payees = _payees("special_fund", "tax", "circuit", "cinema", "distributor", "producer")
    return {"payees": payees, "steps": [*_fund_and_tax(), *shares], "rest": "producer"}


def _china_tiers(unit: int) -> Json:
    producer = {
        "kind": "marginal", "payee": "producer", "base": "divisible", "measure": "gross",
        "tiers": _tiers(unit, (300_000_000, 4300), (800_000_000, 4500), (None, 4700)),
    }  # fmt: skip
    payees = _payees("special_fund", "tax", "circuit", "producer", "cinema")
    return {"payees": payees, "steps": [*_fund_and_tax(), producer], "rest": "cinema"}


def _us_weeks(unit: int) -> Json:
    weekly = {"kind": "weekly", "base": "gross", "weeks_bps": [7000, 7000, 6000, 5000, 4000, 3500]}
    over = {"kind": "percentage", "base": "gross", "bps": 9000, "over_minor": 5000 * unit}
    rentals = {"kind": "higher_of", "payee": "distributor", "period": "week", "terms": [weekly, over]}
    return {"payees": _payees("distributor", "cinema"), "steps": [rentals], "rest": "cinema"}


def _us_aggregate(unit: int) -> Json:
    scale = _tiers(unit, (20_000_000, 4500), (50_000_000, 5000), (100_000_000, 5500), (None, 6000))
    rentals = {"kind": "retroactive", "payee": "distributor", "base": "gross", "measure": "gross", "tiers": scale}
    return {"payees": _payees("distributor", "cinema"), "steps": [rentals], "rest": "cinema"}


def _festival(unit: int) -> Json:
    fee = {"payee": "producer", "amount_minor": 500 * unit, "period": "screening"}
    steps = [{"kind": "fixed", **fee}, {"kind": "guarantee", "bearer": "festival", **fee}]
    return {"payees": _payees("producer", "festival"), "steps": steps, "rest": "festival"}


def _even(unit: int) -> Json:
    steps = [_percentage("platform", "gross", 500, deduction=True), _percentage("producer", "divisible", 5000)]
    return {"payees": _payees("platform", "producer", "cinema"), "steps": steps, "rest": "cinema"}


_MAKERS: Mapping[str, Callable[[int], Json]] = {
    "china": _china, "china_tiers": _china_tiers, "us_weeks": _us_weeks, "us_aggregate": _us_aggregate,
    "festival": _festival, "even": _even,
}  # fmt: skip
