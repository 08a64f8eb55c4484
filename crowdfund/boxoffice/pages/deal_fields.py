"""The fields of a deal's form, into the JSON that deals are read from, and back. What was typed and makes no sense is a sentence.

A step is one term, the higher of two, one with a cap, or a guarantee; what these can't say may be written as JSON. Rows are numbered:
`p2_key` is the second payee, `s3_a_percent` the first term of the third step, `r1_advance` a recoupment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.datastructures import FormData

from crowdfund import money
from crowdfund.boxoffice.deals.checking import STEPS_MAX
from crowdfund.boxoffice.deals.reading import PAYEES_MAX, RECOUPMENTS_MAX
from crowdfund.boxoffice.deals.reading_steps import TIERS_MAX
from crowdfund.web.formats import said
from crowdfund.web.i18n import _

Typed = dict[str, Any]
Json = dict[str, Any]
SIMPLE = ("percentage", "weekly", "fixed", "marginal", "retroactive")
PLAIN, HIGHER, CAPPED, GUARANTEE, AS_JSON = "plain", "higher_of", "cap", "guarantee", "json"
_PERCENT = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?", re.ASCII)
_NAME = re.compile(r"[ps][0-9]{1,2}_[a-z0-9_]{1,20}|r[0-9]{1,2}_[a-z]{1,12}", re.ASCII)
_NOT_SHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")
TEXT_MAX = 4_000


def rows_sent(sent: FormData) -> Typed:
    """All fields of rows, as they were typed."""
    found = {}
    for name, value in sent.items():
        if isinstance(value, str) and _NAME.fullmatch(name):
            found[name] = _NOT_SHOWABLE.sub("", value.strip())[:TEXT_MAX]
    return found


def numbers_in(typed: Typed, letter: str) -> list[int]:
    """The rows that were sent, in order."""
    most = {"p": PAYEES_MAX, "s": STEPS_MAX, "r": RECOUPMENTS_MAX}[letter]
    found = {int(name[1:].partition("_")[0]) for name in typed if name[0] == letter and name[1:2].isdigit()}
    return sorted(number for number in found if 1 <= number <= most + 1)


# --- what was typed, as a deal ---


class Reading:
    """One pass over what was typed; errors: a sentence by field."""

    def __init__(self, typed: Typed, currency: str) -> None:
        self.typed, self.currency = typed, currency
        self.errors: dict[str, str] = {}

    def text(self, name: str) -> str:
        return str(self.typed.get(name, "")).strip()

    def _said(self, name: str, sentence: str) -> None:
        self.errors.setdefault(name, sentence)

    def bps(self, name: str, *, empty: int | None = None) -> int:
        typed = self.text(name).removesuffix("%").strip()
        if not typed and empty is not None:
            return empty
        match = _PERCENT.fullmatch(typed)
        if match is None:
            self._said(name, _("Please write a percentage, like 30 or 33.5."))
            return 0
        return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))

    def minor(self, name: str, *, empty: int | None = None) -> int:
        typed = self.text(name)
        if not typed and empty is not None:
            return empty
        try:
            return money.understand(typed, self.currency)
        except money.AmountNotUnderstood as refusal:
            self._said(name, said(refusal))
            return 0

    def whole(self, name: str) -> int:
        typed = self.text(name)
        if not re.fullmatch(r"[0-9]{1,12}", typed, re.ASCII):
            self._said(name, _("Please write a whole number in plain digits."))
            return 0
        return int(typed)

    # --- parts ---

    def payees(self) -> list[Json]:
        rows = [n for n in numbers_in(self.typed, "p") if self.text(f"p{n}_key")]
        return [{"key": self.text(f"p{n}_key"), "name": self.text(f"p{n}_name")} for n in rows]

    def who(self) -> dict[str, str]:
        """The organisations that were typed, by payee: addresses as they stand after /studios/."""
        found = {}
        for number in numbers_in(self.typed, "p"):
            key, typed = self.text(f"p{number}_key"), self.text(f"p{number}_who")
            if key and typed:
                found[key] = typed.rstrip("/").rsplit("/", 1)[-1]
        return found

    def steps(self) -> list[Json]:
        return [self._step(number) for number in numbers_in(self.typed, "s")]

    def recoupments(self) -> list[Json]:
        return [
            {
                "advance_minor": self.minor(f"r{n}_advance"), "from": self.text(f"r{n}_from"), "to": self.text(f"r{n}_to"),
                "bps": self.bps(f"r{n}_percent", empty=10_000),
            }
            for n in numbers_in(self.typed, "r") if self.text(f"r{n}_advance")
        ]  # fmt: skip

    def _step(self, number: int) -> Json:
        row, how = f"s{number}", self.text(f"s{number}_how")
        if how == AS_JSON:
            return self._json(f"{row}_json")
        payee, period = self.text(f"{row}_payee"), self.text(f"{row}_period")
        if how == GUARANTEE:
            return {
                "kind": "guarantee", "payee": payee, "amount_minor": self.minor(f"{row}_a_amount"),
                "bearer": self.text(f"{row}_bearer"), "period": period or "run",
            }  # fmt: skip
        first = self._term(f"{row}_a")
        if how == HIGHER:
            first = {"kind": "higher_of", "terms": [first, self._term(f"{row}_b")]}
        elif how == CAPPED:
            first = {"kind": "cap", "term": first, "limit": self._term(f"{row}_b")}
        step = {**first, "payee": payee, "deduction": bool(self.text(f"{row}_deduction"))}
        return {**step, "period": period} if period else step

    def _json(self, name: str) -> Json:
        try:
            found = orjson.loads(self.text(name))
        except orjson.JSONDecodeError:
            found = None
        if not isinstance(found, dict):
            self._said(name, _("This is no JSON object."))
            return {}
        return found

    def _term(self, row: str) -> Json:
        kind = self.text(f"{row}_kind") or "percentage"
        if kind == "fixed":
            return {"kind": kind, "amount_minor": self.minor(f"{row}_amount")}
        base = self.text(f"{row}_base") or "gross"
        if kind == "weekly":
            return {"kind": kind, "base": base, "weeks_bps": self._weeks(f"{row}_weeks")}
        if kind in ("marginal", "retroactive"):
            measure = self.text(f"{row}_measure") or "gross"
            return {"kind": kind, "base": base, "measure": measure, "tiers": self._tiers(row, measure)}
        term = {"kind": kind, "base": base, "bps": self.bps(f"{row}_percent")}
        over = self.minor(f"{row}_over", empty=0)
        return {**term, "over_minor": over} if over else term

    def _weeks(self, name: str) -> list[int]:
        found = []
        for typed in re.split(r"[\s,;/]+", self.text(name).strip(" ,;/")):
            match = _PERCENT.fullmatch(typed.removesuffix("%"))
            if match is None:
                self._said(name, _("Please write the percentage of each week, like 70, 70, 60, 50."))
                return []
            found.append(int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")))
        return found

    def _tiers(self, row: str, measure: str) -> list[Json]:
        found: list[Json] = []
        for number in range(1, TIERS_MAX + 1):
            if not self.text(f"{row}_t{number}_percent"):
                continue
            to = f"{row}_t{number}_to"
            up_to: int | None = None
            if self.text(to):
                up_to = self.minor(to) if measure == "gross" else self.whole(to)
            above = found[-1]["up_to"] if found else 0
            found.append(
                {"above": 0 if above is None else above, "up_to": up_to, "bps": self.bps(f"{row}_t{number}_percent")}
            )
        return found


# --- a deal, as it is typed ---


def typed_of(terms: Mapping[str, Any], who: Mapping[str, str]) -> Typed:
    """The rows of a form that say this deal. who: addresses of organisations by payee, of those that were chosen."""
    currency, typed = str(terms["currency"]), Typed()
    for number, payee in enumerate(terms["payees"], 1):
        typed |= {
            f"p{number}_key": payee["key"], f"p{number}_name": payee.get("name") or "",
            f"p{number}_who": who.get(payee["key"], ""),
        }  # fmt: skip
    for number, step in enumerate(terms["steps"], 1):
        typed |= _step_typed(f"s{number}", step, currency)
    for number, one in enumerate(terms.get("recoupments") or [], 1):
        typed |= {
            f"r{number}_advance": money.plain(one["advance_minor"], currency), f"r{number}_from": one["from"],
            f"r{number}_to": one["to"], f"r{number}_percent": percent_typed(one.get("bps", 10_000)),
        }  # fmt: skip
    return typed | {"rest": terms["rest"], "booking_fee": terms.get("booking_fee") or "", "currency": currency}


def percent_typed(bps: int) -> str:
    whole, rest = divmod(bps, 100)
    return f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)


def _step_typed(row: str, step: Mapping[str, Any], currency: str) -> Typed:
    kind = step["kind"]
    typed = Typed(
        {
            f"{row}_payee": step["payee"], f"{row}_period": step.get("period") or "",
            f"{row}_deduction": "yes" if step.get("deduction") else "", f"{row}_how": PLAIN,
        }
    )  # fmt: skip
    if kind == "guarantee":
        amount = money.plain(step["amount_minor"], currency)
        return typed | {f"{row}_how": GUARANTEE, f"{row}_a_amount": amount, f"{row}_bearer": step["bearer"]}
    terms = _two_of(step)
    if terms is None:
        return typed | {f"{row}_how": AS_JSON, f"{row}_json": orjson.dumps(step, option=orjson.OPT_INDENT_2).decode()}
    if len(terms) == 2:
        typed[f"{row}_how"] = kind
    for letter, term in zip("ab", terms, strict=False):
        typed |= _term_typed(f"{row}_{letter}", term, currency)
    return typed


def _two_of(step: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """The one or two plain terms of a step; None where it is made of more."""
    if step["kind"] in SIMPLE:
        return [step]
    inside = step["terms"] if step["kind"] == "higher_of" else [step["term"], step["limit"]]
    plain = len(inside) == 2 and all(term["kind"] in SIMPLE for term in inside)
    return list(inside) if plain else None


def _term_typed(row: str, term: Mapping[str, Any], currency: str) -> Typed:
    kind = term["kind"]
    typed = Typed({f"{row}_kind": kind, f"{row}_base": term.get("base", "gross")})
    if kind == "fixed":
        return typed | {f"{row}_amount": money.plain(term["amount_minor"], currency)}
    if kind == "weekly":
        return typed | {f"{row}_weeks": ", ".join(map(percent_typed, term["weeks_bps"]))}
    if kind == "percentage":
        over = term.get("over_minor") or 0
        return typed | {
            f"{row}_percent": percent_typed(term["bps"]), f"{row}_over": money.plain(over, currency) if over else "",
        }  # fmt: skip
    typed[f"{row}_measure"] = term["measure"]
    for number, tier in enumerate(term["tiers"], 1):
        to = tier["up_to"]
        shown = "" if to is None else money.plain(to, currency) if term["measure"] == "gross" else str(to)
        typed |= {f"{row}_t{number}_to": shown, f"{row}_t{number}_percent": percent_typed(tier["bps"])}
    return typed


# --- adding, dropping and moving rows ---


def with_row(typed: Typed, letter: str) -> Typed:
    """One more row at the end, with what most begin with."""
    number = (numbers_in(typed, letter) or [0])[-1] + 1
    fresh = {
        "p": {f"p{number}_key": "", f"p{number}_name": "", f"p{number}_who": ""},
        "s": {
            f"s{number}_how": PLAIN,
            f"s{number}_payee": "",
            f"s{number}_a_kind": "percentage",
            f"s{number}_a_base": "gross",
        },
        "r": {f"r{number}_advance": "", f"r{number}_from": "", f"r{number}_to": "", f"r{number}_percent": "100"},
    }
    return typed | fresh[letter]


def reordered(typed: Typed, letter: str, order: list[int]) -> Typed:
    """The rows of one kind in another order, numbered anew; those that aren't in it are gone."""
    kept = {name: value for name, value in typed.items() if not re.match(rf"{letter}[0-9]", name)}
    for place, number in enumerate(order, 1):
        for name, value in typed.items():
            if name.startswith(f"{letter}{number}_"):
                kept[f"{letter}{place}_{name.partition('_')[2]}"] = value
    return kept


def done(typed: Typed, do: str) -> Typed:
    """What a button of the form does to its rows: `s-add`, `s-drop-2`, `s-up-3`."""
    letter, _dash, what = do.partition("-")
    if letter not in ("p", "s", "r"):
        return typed
    numbers = numbers_in(typed, letter)
    verb, _dash, which = what.partition("-")
    number = int(which) if which.isascii() and which.isdigit() else 0
    if verb == "add":
        return with_row(typed, letter)
    if number not in numbers:
        return typed
    place = numbers.index(number)
    if verb == "drop":
        return reordered(typed, letter, [n for n in numbers if n != number])
    if verb == "up" and place:
        numbers[place - 1], numbers[place] = numbers[place], numbers[place - 1]
    return reordered(typed, letter, numbers)
