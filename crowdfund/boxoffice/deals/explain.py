"""A deal in words, and worked through for an example: what a form shows beside its fields. Plain data and Sentences, no HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crowdfund.boxoffice.deals.checking import percent_text
from crowdfund.boxoffice.deals.split import Counted, Owed, Run, Showing, Taken
from crowdfund.boxoffice.deals.steps import (
    WHOLE_BPS,
    Cap,
    Deal,
    Fixed,
    Guarantee,
    HigherOf,
    Marginal,
    Measure,
    Recoupment,
    Retroactive,
    Term,
    Tier,
    Weekly,
)
from crowdfund.money import Amount
from crowdfund.refusal import Sentence

# Texts with places, and names of choices; `said` puts them into the reader's language.
TEXT = {
    "base.gross": "of the gross",
    "base.divisible": "of what is divisible",
    "base.remainder": "of what is left",
    "percentage.gross": "{percent} % of the gross",
    "percentage.divisible": "{percent} % of what is divisible",
    "percentage.remainder": "{percent} % of what is left",
    "over.gross": "{percent} % of the gross over {allowance}",
    "over.divisible": "{percent} % of what is divisible over {allowance}",
    "over.remainder": "{percent} % of what is left over {allowance}",
    "weekly.gross": "{percents} % of the gross, week by week, the last for all weeks after",
    "weekly.divisible": "{percents} % of what is divisible, week by week, the last for all weeks after",
    "weekly.remainder": "{percents} % of what is left, week by week, the last for all weeks after",
    "fixed": "{amount}, or what there is",
    "marginal.gross": "a percentage of the gross in tiers, each for its part",
    "marginal.divisible": "a percentage of what is divisible in tiers, each for its part",
    "marginal.remainder": "a percentage of what is left in tiers, each for its part",
    "retroactive.gross": "a percentage of the gross, that of the tier reached, from the first ticket on",
    "retroactive.divisible": "a percentage of what is divisible, that of the tier reached, from the first ticket on",
    "retroactive.remainder": "a percentage of what is left, that of the tier reached, from the first ticket on",
    "tier.gross": "{percent} % for a gross above {above}, up to {up_to}",
    "tier.gross.last": "{percent} % for a gross above {above}",
    "tier.admissions": "{percent} % for more than {above} admissions, up to {up_to}",
    "tier.admissions.last": "{percent} % for more than {above} admissions",
    "higher_of": "the highest of these",
    "cap": "the first of these, but no more than the second",
    "guarantee": "at least {amount}; what is lacking comes from {bearer}",
    "rest": "all that is left",
    "recoupment": "takes back {amount} from {source}'s share first",
    "recoupment.part": "takes back {amount} from {source}'s share, {percent} % of it at a time",
    "owed": "{bearer} owes {payee} {amount}: the tickets don't bring what step {number} guarantees.",
    "of.example": "{num} × {price} is a gross of {gross}",
}  # fmt: skip

PERIOD_TEXT = {"screening": "for each screening", "week": "for each week", "run": "over the whole run"}
ROLE_TEXT = {
    "special_fund": "Special film fund", "tax": "Tax and surcharge", "circuit": "Cinema circuit", "cinema": "Cinema",
    "distributor": "Distributor", "producer": "Producer", "platform": "Platform", "festival": "Festival",
    "guarantor": "Guarantor", "sales_agent": "Sales agent", "venue": "Venue",
}  # fmt: skip

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the worked example. number: of the step; None for the rest and for recoupments. says: what it gives, in words.

    terms: what the step chooses from. period: key of PERIOD_TEXT, None where it doesn't matter. amount_minor: what the payee
    gets by it. left_minor: what is then left to divide; None once nothing is divided any more.
    """

    number: int | None
    payee: str
    says: Sentence
    terms: Sequence[Sentence]
    period: str | None
    amount_minor: int
    left_minor: int | None
    deduction: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A deal worked through. shares: what each payee has in the end, in the deal's order; they come to the gross."""

    says: Sentence
    gross_minor: int
    rows: Sequence[Row]
    shares: Mapping[str, int]
    owed: Sequence[Sentence]


def example(deal: Deal, price_minor: int, tickets: int, *, screenings: int = 1, names: Names | None = None) -> Example:
    """What becomes of some tickets of one price, spread over screenings of the first week as evenly as they can be.

    tickets: none or more; screenings: one or more. names: how the reader calls the payees, from `names_of`;
    where it is left out, the deal's own names, else English roles.
    """
    taken = _spread(price_minor, tickets, screenings)
    run, known = Run(deal, taken), names or names_of(deal)
    gross_minor = price_minor * tickets
    values = {"num": tickets, "gross": Amount(gross_minor, deal.currency), "price": Amount(price_minor, deal.currency)}
    says = Sentence(TEXT["of.example"], values=values)
    owed = [_owed(one, deal.currency, known) for one in run.owed()]
    return Example(says, gross_minor, _rows(deal, run, known), run.shares, owed)


def _spread(price_minor: int, tickets: int, screenings: int) -> Taken:
    each, more = divmod(tickets, screenings)
    counts = [each + (number < more) for number in range(screenings)]
    return {Showing(str(number)): Counted(price_minor * count, count) for number, count in enumerate(counts, 1)}


def _rows(deal: Deal, run: Run, names: Names) -> list[Row]:
    fall = run.waterfall()
    rows = [
        Row(
            number, step.payee, words(step.term, deal.currency), parts(step.term, deal.currency), step.period, amount_minor,
            left_minor, step.deduction,
        )
        for number, (step, amount_minor, left_minor) in enumerate(zip(deal.steps, fall.steps, fall.left, strict=True), 1)
    ]  # fmt: skip
    rows.append(Row(None, deal.rest, Sentence(TEXT["rest"]), (), None, fall.rest_minor, 0))
    for number, (one, moved) in enumerate(zip(deal.guarantees, fall.guaranteed, strict=True), len(deal.steps) + 1):
        rows.append(Row(number, one.payee, guarantee_words(one, deal.currency, names), (), one.period, moved, None))
    for back, moved in zip(deal.recoupments, fall.recouped, strict=True):
        rows.append(Row(None, back.to, recoupment_words(back, deal.currency, names), (), None, moved, None))
    return rows


def _owed(one: Owed, currency: str, names: Names) -> Sentence:
    bearer, payee = names[one.bearer], names[one.payee]
    values = {"bearer": bearer, "payee": payee, "amount": Amount(one.minor, currency), "number": one.step}
    return Sentence(TEXT["owed"], values=values)


# --- words ---


def names_of(deal: Deal, roles: Names = ROLE_TEXT) -> dict[str, str]:
    """How each payee is called: by its own name, else by its role's. roles: ROLE_TEXT in the reader's language."""
    return {payee.key: payee.name or roles.get(payee.key, payee.key) for payee in deal.payees}


def words(term: Term, currency: str) -> Sentence:
    """What a step gives, without its payee and its period, which stand beside it."""
    if isinstance(term, Fixed):
        return Sentence(TEXT["fixed"], values={"amount": Amount(term.amount_minor, currency)})
    if isinstance(term, HigherOf):
        return Sentence(TEXT["higher_of"])
    if isinstance(term, Cap):
        return Sentence(TEXT["cap"])
    if isinstance(term, Weekly):
        percents = " / ".join(percent_text(bps) for bps in term.weeks_bps)
        return Sentence(TEXT[f"weekly.{term.base}"], values={"percents": percents})
    if isinstance(term, Marginal | Retroactive):
        return Sentence(TEXT[f"{'marginal' if isinstance(term, Marginal) else 'retroactive'}.{term.base}"])
    percent = percent_text(term.bps)
    if term.over_minor:
        allowance = Amount(term.over_minor, currency)
        return Sentence(TEXT[f"over.{term.base}"], values={"percent": percent, "allowance": allowance})
    return Sentence(TEXT[f"percentage.{term.base}"], values={"percent": percent})


def parts(term: Term, currency: str) -> list[Sentence]:
    """The terms or tiers inside a term, in words, those inside these after them."""
    if isinstance(term, Marginal | Retroactive):
        return [_tier_words(tier, term.measure, currency) for tier in term.tiers]
    inside: Sequence[Term] = ()
    if isinstance(term, HigherOf):
        inside = term.terms
    elif isinstance(term, Cap):
        inside = (term.term, term.limit)
    return [sentence for one in inside for sentence in (words(one, currency), *parts(one, currency))]


def _tier_words(tier: Tier, measure: Measure, currency: str) -> Sentence:
    def counted(number: int) -> Amount | int:
        return Amount(number, currency) if measure == Measure.GROSS else number

    values = {"percent": percent_text(tier.bps), "above": counted(tier.above)}
    if tier.up_to is None:
        return Sentence(TEXT[f"tier.{measure}.last"], values=values)
    return Sentence(TEXT[f"tier.{measure}"], values={**values, "up_to": counted(tier.up_to)})


def guarantee_words(one: Guarantee, currency: str, names: Names) -> Sentence:
    amount = Amount(one.amount_minor, currency)
    return Sentence(TEXT["guarantee"], values={"amount": amount, "bearer": names[one.bearer]})


def recoupment_words(one: Recoupment, currency: str, names: Names) -> Sentence:
    values = {"amount": Amount(one.advance_minor, currency), "source": names[one.source]}
    if one.bps == WHOLE_BPS:
        return Sentence(TEXT["recoupment"], values=values)
    return Sentence(TEXT["recoupment.part"], values={**values, "percent": percent_text(one.bps)})
