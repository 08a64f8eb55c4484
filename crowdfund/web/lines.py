"""A field made of rows: words and an amount each, as `ui/field.html`'s `money_lines` sends them."""

from __future__ import annotations

from starlette.datastructures import FormData

from crowdfund.web import fields
from crowdfund.web.fields import Field, Wrong
from crowdfund.web.form import Form
from crowdfund.web.i18n import _

Line = tuple[str, int]

_LINES_MAX = 40


class _MoneyLines(Field[tuple[Line, ...]]):
    """Reads `{name}_1_name`, `{name}_1_amount` and so on; a row with nothing in it is no row."""

    def __init__(self, currency: str | None, least: int) -> None:
        super().__init__(lambda typed, form: ())
        self._least = least
        self._words = fields.text(max=120)
        self._amount = fields.money(currency, max_minor=10**12)

    async def take(self, name: str, sent: FormData, form: Form) -> tuple[Line, ...]:
        found = []
        for i in range(1, _LINES_MAX + 1):
            words, amount = f"{name}_{i}_name", f"{name}_{i}_amount"
            if any(isinstance(one := sent.get(part), str) and one.strip() for part in (words, amount)):
                found.append(await self._line(words, amount, sent, form))
        if len(found) < self._least:
            raise Wrong(_("Please fill in at least one line."))
        return tuple(line for line in found if line is not None)

    async def _line(self, words: str, amount: str, sent: FormData, form: Form) -> Line | None:
        values = []
        for part, field in ((words, self._words), (amount, self._amount)):
            try:
                values.append(await field.take(part, sent, form))
            except Wrong as wrong:
                form.errors[part] = wrong.sentence
        return (values[0], values[1]) if len(values) == 2 else None  # type: ignore[return-value]


def money_lines(currency: str | None = None, *, least: int = 0) -> Field[tuple[Line, ...]]:
    """Rows of words and an amount in minor units. least: how many there have to be."""
    return _MoneyLines(currency, least)
