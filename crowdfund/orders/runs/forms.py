"""What fans may send about orders in a run."""

from __future__ import annotations

from crowdfund.payments.models import Consent
from crowdfund.web import fields
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.region import countries

NEW_CARD = "new"
LINES_MAX = 6


class OrderForm(Form):
    """Read with the fan's saved cards (by public id). total: what she was shown."""

    key = fields.text(max=64, min=0)
    quantity = fields.whole(min=1, max=99)
    country = fields.choice(countries)
    name = fields.text(max=120)
    address = fields.text(max=600, min=5, lines=True)
    phone = fields.text(max=40, min=0)
    card = fields.choice(lambda given: {NEW_CARD: None, **given["cards"]})
    keep_card = fields.checkbox()
    total = fields.text(max=20, min=0)

    def check(self) -> None:
        if len(self.lines) > LINES_MAX:
            self.refuse("address", _("Please keep the address to six lines."))

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in self.address.split("\n") if line.strip())

    @property
    def card_id(self) -> int | None:
        chosen = self.given["cards"].get(self.card)
        return chosen.id if chosen else None

    @property
    def consent(self) -> Consent:
        return Consent.KEEP if self.keep_card else Consent.WHILE_NEEDED

    @property
    def total_minor(self) -> int:
        return int(self.total) if self.total.isascii() and self.total.isdigit() else 0


class CardForm(Form):
    card = fields.choice(lambda given: {NEW_CARD: None, **given["cards"]})
    keep_card = fields.checkbox()
