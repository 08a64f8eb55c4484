"""What the makers of a fund may send about an expense."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crowdfund import money
from crowdfund.payouts.expenses.actions import Told
from crowdfund.payouts.expenses.rules import PAYEE_MAX, WORDS_MAX, WORDS_MIN
from crowdfund.web import fields
from crowdfund.web.form import Form
from crowdfund.web.i18n import _

NO_LINE = "none"


def _lines(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return {NO_LINE: None, **given["lines"]}


class ExpenseForm(Form):
    """Read with the currency, and the lines of the budget by public id."""

    line = fields.choice(_lines)
    amount = fields.money(max_minor=money.AMOUNT_MAX_MINOR)
    payee = fields.text(max=PAYEE_MAX)
    spent_on = fields.day()
    words = fields.text(min=WORDS_MIN, max=WORDS_MAX, lines=True)
    document = fields.document()
    key = fields.text(max=64, min=0)

    def check(self) -> None:
        if self.document is None:
            self.refuse("document", _("Choose the receipt: who gave reads it."))

    @property
    def told(self) -> Told:
        line = self.given["lines"].get(self.line)
        return Told(line.id if line else None, self.amount, self.payee, self.spent_on, self.words)


class TakeBackForm(Form):
    because = fields.text(min=WORDS_MIN, max=WORDS_MAX, lines=True)
