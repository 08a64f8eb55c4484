"""Fields of a screening's form that are made of rows or of lists: prices by category, a refund ladder, hours, numbers of rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time
from typing import Any

from starlette.datastructures import FormData

from crowdfund.screenings.prices import PriceAsked
from crowdfund.screenings.rules import Ladder
from crowdfund.screenings.seating.plan import Category
from crowdfund.web import fields
from crowdfund.web.fields import Field, Wrong
from crowdfund.web.form import Form
from crowdfund.web.i18n import _

PRICE_ROWS, LADDER_ROWS = 6, 4
TIMES_MAX = 12
_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])", re.ASCII)
_NUMBERS = re.compile(r"([0-9]{1,3})(?:-([0-9]{1,3}))?", re.ASCII)


def _parts(typed: str) -> list[str]:
    return [part for part in re.split(r"[\s,;、，]+", typed) if part]


def times() -> Field[tuple[time, ...]]:
    """Hours of a day: `14:30, 17:00, 20.15`; each once, in order."""

    def understand(typed: str, form: Form) -> tuple[time, ...]:
        found = [_TIME.fullmatch(part) for part in _parts(typed)]
        if not found or None in found or len(found) > TIMES_MAX:
            raise Wrong(_("Please write hours like 14:30, 17:00, 20:15, at most %(most)d.") % {"most": TIMES_MAX})
        return tuple(sorted({time(int(match[1]), int(match[2])) for match in found if match}))

    return Field(understand)


def numbers() -> Field[tuple[int, ...]]:
    """Whole numbers and spans of them: `4, 8-10` is 4, 8, 9, 10. It may be empty."""

    def understand(typed: str, form: Form) -> tuple[int, ...]:
        found: set[int] = set()
        for part in _parts(typed):
            match = _NUMBERS.fullmatch(part)
            if match is None or int(match[2] or match[1]) < int(match[1]):
                raise Wrong(_("Please write numbers like 4, 8-10."))
            found |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
        return tuple(sorted(found))

    return Field(understand)


class _Rows(Field[Any]):
    """Several small fields, each with a name, a value and an error of its own."""

    def __init__(self) -> None:
        super().__init__(lambda typed, form: None)

    @staticmethod
    async def cell(name: str, field: Field[Any], sent: FormData, form: Form) -> Any:
        """The meaning of one cell, None where it is empty or was not understood; that is told beside it."""
        try:
            return await field.take(name, sent, form)
        except Wrong as wrong:
            form.errors[name] = wrong.sentence
            return None


class _Prices(_Rows):
    """Reads `price_1_name`, and `price_1_c0`, `price_1_c1`, … for the categories, by their order in the plan."""

    def __init__(self) -> None:
        super().__init__()
        self._name = fields.maybe(fields.text(max=40))
        self._amount = fields.maybe(fields.money(min_minor=0))

    async def take(self, name: str, sent: FormData, form: Form) -> tuple[PriceAsked, ...]:
        found: list[PriceAsked] = []
        categories: Sequence[Category] = form.given["categories"]
        for i in range(1, PRICE_ROWS + 1):
            words = await self.cell(f"price_{i}_name", self._name, sent, form)
            amounts = [
                (category, await self.cell(f"price_{i}_c{n}", self._amount, sent, form))
                for n, category in enumerate(categories)
            ]
            asked = [(category, amount) for category, amount in amounts if amount is not None]
            if asked and not words and f"price_{i}_name" not in form.errors:
                form.errors[f"price_{i}_name"] = _("Say whose price this is, like Full or Child.")
            found += [PriceAsked(category.id, words, amount) for category, amount in asked if words]
        if not found and not form.errors:
            raise Wrong(_("Say what a ticket costs."))
        return tuple(found)


def prices() -> Field[tuple[PriceAsked, ...]]:
    """Prices by kind and category; an empty cell: that kind isn't sold there. Read with `currency=` and `categories=`."""
    return _Prices()


class _Ladder(_Rows):
    """Reads `ladder_1_hours`, `ladder_1_percent` and so on; the longest time first, whatever order they came in."""

    def __init__(self) -> None:
        super().__init__()
        self._hours = fields.maybe(fields.whole(max=24 * 365))
        self._percent = fields.maybe(fields.whole(max=100))

    async def take(self, name: str, sent: FormData, form: Form) -> Ladder:
        steps: list[tuple[int, int]] = []
        for i in range(1, LADDER_ROWS + 1):
            hours = await self.cell(f"ladder_{i}_hours", self._hours, sent, form)
            percent = await self.cell(f"ladder_{i}_percent", self._percent, sent, form)
            if (hours is None) != (percent is None):
                missing = "percent" if percent is None else "hours"
                form.errors.setdefault(f"ladder_{i}_{missing}", _("Please fill this in, or leave the whole row empty."))
            elif hours is not None and percent is not None:
                steps.append((hours, percent * 100))
        return tuple(sorted(steps, reverse=True))


def ladder() -> Field[Ladder]:
    """Steps of a refund ladder: until so many hours before the start, so many per cent. None: nothing is given back."""
    return _Ladder()


def prices_typed(asked: Sequence[PriceAsked], categories: Sequence[Category], plain: Any) -> dict[str, str]:
    """Prices as their rows show them. plain: writes an amount as it may be typed."""
    typed: dict[str, str] = {}
    names = list(dict.fromkeys(price.name for price in asked))
    for i, name in enumerate(names[:PRICE_ROWS], 1):
        typed[f"price_{i}_name"] = name
        for n, category in enumerate(categories):
            found = [p.price_minor for p in asked if p.name == name and p.category_id == category.id]
            typed[f"price_{i}_c{n}"] = plain(found[0]) if found else ""
    return typed


def ladder_typed(steps: Ladder) -> dict[str, str]:
    typed: dict[str, str] = {}
    for i, (hours, bps) in enumerate(steps[:LADDER_ROWS], 1):
        typed[f"ladder_{i}_hours"], typed[f"ladder_{i}_percent"] = str(hours), str(bps // 100)
    return typed
