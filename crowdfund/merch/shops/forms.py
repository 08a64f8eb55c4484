"""What shops may send about themselves, and fields that forms of sellers share: percentages, countries, an amount in a chosen currency."""

from __future__ import annotations

import re

from crowdfund import money as amounts
from crowdfund.merch.shops.rules import ABOUT_MAX, RETURNS_MAX
from crowdfund.settings import current
from crowdfund.web import fields
from crowdfund.web.fields import Field, Wrong
from crowdfund.web.form import Form
from crowdfund.web.formats import money, said
from crowdfund.web.i18n import _
from crowdfund.web.region import countries

_PERCENT = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?", re.ASCII)
_PARTS = re.compile(r"[,;、，\n]+")
EVERYWHERE = "*"
EUROPEAN_UNION = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
COUNTRIES_MAX = 260


def percent(*, max_bps: int = 10_000) -> Field[int]:
    """A percentage as basis points: `8`, `8.5`, `8,25`."""

    def understand(typed: str, form: Form) -> int:
        match = _PERCENT.fullmatch(typed.removesuffix("%").strip())
        bps = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else -1
        if not 0 <= bps <= max_bps:
            raise Wrong(
                _("Please write a percentage from 0 to %(most)s, like 8 or 8.5.") % {"most": f"{max_bps / 100:g}"}
            )
        return bps

    return Field(understand)


def bps_typed(bps: int) -> str:
    return f"{bps / 100:g}"


def lands() -> Field[frozenset[str]]:
    """Countries by their two letters or their names, `EU` for all of the European Union; `*`, or nothing, for everywhere."""

    def understand(typed: str, form: Form) -> frozenset[str]:
        names = {name.casefold(): code for code, name in countries().items()}
        found: set[str] = set()
        for part in (one.strip() for one in _PARTS.split(typed)):
            if part.upper() == "EU":
                found |= EUROPEAN_UNION
            elif part == EVERYWHERE:
                found.add(EVERYWHERE)
            elif part:
                found |= {_land(word, names) for word in ([part] if part.casefold() in names else part.split())}
        if EVERYWHERE in found and len(found) > 1:
            raise Wrong(_("Everywhere, or in some countries: not both."))
        return frozenset(found) or frozenset({EVERYWHERE})

    return Field(understand)


def _land(word: str, names: dict[str, str]) -> str:
    code = names.get(word.casefold()) or word.upper()
    if code not in countries():
        raise Wrong(
            _("“%(word)s” is no country that we know. Write two letters, like CN, or a name.") % {"word": word[:40]}
        )
    return code


def lands_typed(found: frozenset[str]) -> str:
    return "" if EVERYWHERE in found else ", ".join(sorted(found))


def lands_shown(found: frozenset[str]) -> str:
    """As a person reads it: `China, France`, or everywhere."""
    if EVERYWHERE in found:
        return _("everywhere")
    if found == EUROPEAN_UNION:
        return _("the European Union")
    names = countries()
    return ", ".join(sorted(names.get(code, code) for code in found))


def currencies() -> Field[str]:
    return fields.choice(lambda given: dict.fromkeys(current().currencies))


def amount_in(form: Form, field: str, currency: str, *, least_minor: int = 0, needed: bool = True) -> int:
    """The amount that stands in a field, in a currency that was chosen in the same form; what is wrong is told beside it."""
    typed = str(form.typed.get(field, "")).strip()
    if not typed:
        if needed:
            form.refuse(field, _("Please fill this in."))
        return 0
    try:
        amount_minor = amounts.understand(typed, currency)
    except amounts.AmountNotUnderstood as refusal:
        form.refuse(field, said(refusal))
        return 0
    if amount_minor < least_minor:
        form.refuse(field, _("The least is %(least)s.") % {"least": money(least_minor, currency)})
    return amount_minor


class ShopForm(Form):
    returns_to = fields.text(max=RETURNS_MAX, min=0, lines=True)
    about_making = fields.text(max=ABOUT_MAX, min=0, lines=True)


class AwayForm(Form):
    away_from = fields.maybe(fields.day())
    away_until = fields.maybe(fields.day())
