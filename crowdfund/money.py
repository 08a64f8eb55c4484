"""Amounts: integer minor units and an ISO currency, parsed by one rule, shown by Babel, split without losing a cent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import Any

from babel import Locale, numbers

from crowdfund.refusal import Invalid, Sentence

# One charge is at most eight digits (Stripe docs, read 2026-11); any stored amount stays far from where SQLite's SUM overflows.
CHARGE_MAX_MINOR = 99_999_999
AMOUNT_MAX_MINOR = 10**12

# Stripe's minimum charge by settlement currency, minor units (Stripe docs, "Supported currencies", read 2026-11).
_CHARGE_MIN_MINOR = {
    "USD": 50, "EUR": 50, "GBP": 30, "CNY": 400, "JPY": 50, "HKD": 400, "CHF": 50, "AUD": 50, "CAD": 50, "NZD": 50,
    "SGD": 50, "BRL": 50, "SEK": 300, "NOK": 300, "DKK": 250, "PLN": 200, "CZK": 1500, "MXN": 1000, "INR": 50,
}  # fmt: skip

_AMOUNT = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,3}))?", re.ASCII)
_WITH_COMMA = re.compile(r"([0-9]{1,12}),([0-9]+)", re.ASCII)
_TOO_LONG = re.compile(r"[0-9]{13,}(?:[.,][0-9]*)?", re.ASCII)
_NEGATIVE = re.compile(r"[-\u2212][0-9][0-9.,]*", re.ASCII)
_GROUPED = re.compile(r"[0-9]{1,3}(?:[., '\u2019\u00a0\u202f][0-9]{3})+(?:[.,][0-9]{1,3})?", re.ASCII)


class AmountNotUnderstood(Invalid):
    """why: `negative`, `too_large`, `grouped` (separators between thousands), `decimals` (more than the currency has), or
    `digits`. example: an amount of this currency as it may be typed.
    """

    def __init__(self, sentence: str, why: str, example: str) -> None:
        super().__init__(sentence, field="amount", example=example)
        self.why, self.example = why, example


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as a value of a sentence: each reader sees it as her language writes it, a program in English."""

    amount_minor: int
    currency: str

    def __str__(self) -> str:
        return show(self.amount_minor, self.currency)


# How Stripe counts amounts, where that is not in hundredths (docs.stripe.com/currencies, read 2026-11).
_WHOLE_AT_STRIPE = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())


def can_be_offered(currency: str) -> bool:
    """Whether an amount means the same to us, to the reader and to the processor.

    Not so where people have done without the hundredths that Stripe still counts (ISK, UGX), and for thousandths (KWD), of which
    Stripe charges only tens.
    """
    known = numbers.list_currencies(Locale("en"))
    return currency in known and digits_of(currency) == (0 if currency in _WHOLE_AT_STRIPE else 2)


def digits_of(currency: str) -> int:
    """How many decimals a currency has: 2 for EUR, 0 for JPY, 3 for KWD."""
    return numbers.get_currency_precision(currency)


def charge_min_minor(currency: str) -> int:
    """The least that one charge may be; refused when pledging, not when charging."""
    return _CHARGE_MIN_MINOR.get(currency, 10 ** digits_of(currency))


def parse(text: str, currency: str) -> int:
    """What was sent, in minor units: plain ASCII digits, and a point with at most the currency's decimals.

    Signs, spaces, grouping, exponents, other digits and NaN are refused: an amount has one reading or none.
    Raises AmountNotUnderstood.
    """
    digits = digits_of(currency)
    match = _AMOUNT.fullmatch(text)
    if match is None or len(match[2] or "") > digits:
        raise _not_understood(text, currency)
    amount_minor = int(match[1]) * 10**digits + int((match[2] or "").ljust(digits, "0") or "0")
    if amount_minor > AMOUNT_MAX_MINOR:
        raise _not_understood("9" * 13, currency)
    return amount_minor


def understand(text: str, currency: str) -> int:
    """What a person typed. As `parse`, and a comma is a decimal one where it can't be anything else.

    That is where it stands alone and before as many digits as the currency has decimals, unless these are three: `15,50` is
    one amount, `1,000` could be two. Raises AmountNotUnderstood.
    """
    digits = digits_of(currency)
    match = _WITH_COMMA.fullmatch(text)
    return parse(f"{match[1]}.{match[2]}" if match and len(match[2]) == digits != 3 else text, currency)


def _not_understood(text: str, currency: str) -> AmountNotUnderstood:
    digits = digits_of(currency)
    example = plain(25 * 10**digits, currency)
    if _NEGATIVE.fullmatch(text):
        return AmountNotUnderstood("An amount can't be less than zero.", "negative", example)
    if _TOO_LONG.fullmatch(text):
        return AmountNotUnderstood("That amount is too large.", "too_large", example)
    if _GROUPED.fullmatch(text):
        return AmountNotUnderstood(
            "Please leave out what separates the thousands, as in {example}.",
            "grouped", plain(1000 * 10**digits, currency),
        )  # fmt: skip
    if _AMOUNT.fullmatch(text):
        sentence = "That has more decimals than this currency. Please write it like {example}."
        return AmountNotUnderstood(sentence, "decimals", example)
    return AmountNotUnderstood("Please write the amount in plain digits, like {example}.", "digits", example)


def plain(amount_minor: int, currency: str) -> str:
    """The amount as it may be typed: 1234 EUR is `12.34`. For forms and files; pages use `show`."""
    digits = digits_of(currency)
    if digits == 0:
        return str(amount_minor)
    sign, amount_minor = ("-" if amount_minor < 0 else ""), abs(amount_minor)
    return f"{sign}{amount_minor // 10**digits}.{amount_minor % 10**digits:0{digits}d}"


def show(amount_minor: int, currency: str, locale: str = "en", *, short: bool = False) -> str:
    """The amount as a person reads it. short: without decimals where they are zero."""
    exact = Decimal(amount_minor).scaleb(-digits_of(currency))  # a float would round above 2**53
    pattern = Locale.parse(locale).currency_formats["standard"].pattern
    if short and exact == exact.to_integral_value():
        return numbers.format_currency(
            exact, currency, pattern.replace(".00", ""), locale, currency_digits=False, decimal_quantization=False
        )
    return numbers.format_currency(exact, currency, pattern, locale)


def keepable(sentence: Sentence) -> dict[str, Any]:
    """A sentence as the payload of a job keeps it, until its reader is known; `kept` gives it back."""
    values = {name: astuple(v) if isinstance(v, Amount) else v for name, v in sentence.values.items()}
    return {"text": sentence.text, "one": sentence.one, "values": values}


def kept(told: Mapping[str, Any] | str) -> Sentence:
    """told: what `keepable` gave, or words without values."""
    if isinstance(told, str):
        return Sentence(told)
    values = {name: Amount(*v) if isinstance(v, list) else v for name, v in told["values"].items()}
    return Sentence(told["text"], told["one"], values)


def share_minor(amount_minor: int, bps: int) -> int:
    """A percentage in basis points, rounded down: the fraction stays with whom the amount belongs to."""
    return amount_minor * bps // 10_000


def split_minor(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Split by weights, largest remainder first, ties to the earlier: the parts always sum to the amount.

    Raises ValueError where the weights sum to nothing.
    """
    total = sum(weights)
    if total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights must be positive")
    parts = [amount_minor * weight // total for weight in weights]
    remainders = sorted(range(len(weights)), key=lambda i: (-(amount_minor * weights[i] % total), i))
    for i in remainders[: amount_minor - sum(parts)]:
        parts[i] += 1
    return parts
