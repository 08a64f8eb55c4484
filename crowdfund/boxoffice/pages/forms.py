"""What producers and cinemas may send about deals and settlements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData

from crowdfund import money
from crowdfund.boxoffice.pages.deal_fields import Reading, Typed, rows_sent
from crowdfund.boxoffice.rules import NOTE_MAX, SETTLE_DAYS_MAX, WORDS_MAX
from crowdfund.refusal import Refusal
from crowdfund.web import fields
from crowdfund.web.fields import Field, Wrong
from crowdfund.web.form import Form
from crowdfund.web.formats import said
from crowdfund.web.i18n import _

TICKETS_MAX, SCREENINGS_MAX = 1_000_000, 10_000


class _Rows(Field[Typed]):
    """The payees, steps and recoupments, as they were typed."""

    async def take(self, name: str, sent: FormData, form: Form) -> Typed:
        found = rows_sent(sent)
        form.typed |= found
        return found


def _bps(typed: str, form: Form) -> int:
    reading = Reading({"percent": typed}, "EUR")
    bps = reading.bps("percent")
    if reading.errors:
        raise Wrong(reading.errors["percent"])
    if bps > 10_000:
        raise Wrong(_("There is no more than 100 %."))
    return bps


class DealForm(Form):
    """Read with the currencies that may be chosen. do: which button was pressed."""

    currency = fields.choice(lambda given: given["currencies"])
    rows = _Rows(lambda typed, form: {})
    rest = fields.text(max=40, min=0)
    booking_fee = fields.text(max=40, min=0)
    note = fields.text(max=NOTE_MAX, min=0, lines=True)
    reserve = Field(_bps)
    settle_days = fields.whole(max=SETTLE_DAYS_MAX)
    from_start = fields.checkbox()
    price = fields.text(max=16, min=0)
    tickets = fields.whole(min=1, max=TICKETS_MAX)
    screenings = fields.whole(min=1, max=SCREENINGS_MAX)
    do = fields.text(max=20, min=0)

    def terms(self) -> Mapping[str, Any]:
        """What was typed, as deals are read from; what makes no sense stands in `errors` by its field."""
        reading = Reading(self.typed, self.typed["currency"])
        found = {
            "currency": reading.currency, "payees": reading.payees(), "steps": reading.steps(), "rest": reading.text("rest"),
            "recoupments": reading.recoupments(), "booking_fee": reading.text("booking_fee") or None,
        }  # fmt: skip
        for name, sentence in reading.errors.items():
            self.errors.setdefault(name, sentence)
        return found

    def who(self) -> dict[str, str]:
        return Reading(self.typed, self.typed["currency"]).who()

    def price_minor(self) -> int:
        try:
            return money.understand(self.typed["price"] or "10", self.typed["currency"])
        except money.AmountNotUnderstood as refusal:
            self.errors.setdefault("price", said(refusal))
            return 0

    def refused_by(self, refusal: Refusal) -> DealForm:
        """Beside the row that it names: `step-3`, `payee-2`."""
        kind, _dash, number = (refusal.field or "").partition("-")
        row = {"step": f"s{number}_how", "payee": f"p{number}_who"}.get(kind) if number else None
        name = row or {"payees": "p1_key", "recoupments": "r1_advance"}.get(refusal.field or "", refusal.field or "")
        self.errors.setdefault(name if row or name in self.fields or name in self.typed else "", said(refusal))
        self.refused_with = refusal.status_code
        return self


class CountForm(Form):
    counted = fields.whole(max=1_000_000)
    words = fields.text(max=WORDS_MAX, min=0, lines=True)


class GiveBackForm(Form):
    """Read with the currency. code: the ticket's typed one. amount: empty for all that is left."""

    code = fields.text(max=20)
    amount = fields.maybe(fields.money(max_minor=money.AMOUNT_MAX_MINOR))
    reason = fields.text(min=3, max=WORDS_MAX, lines=True)
