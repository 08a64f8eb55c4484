"""What makers may send about their runs."""

from __future__ import annotations

from crowdfund import money
from crowdfund.merch.runs.rules import ABOUT_MAX, ALT_MAX, REASON_MAX, UNITS_MAX, WORDS_MAX, Asked
from crowdfund.web import fields
from crowdfund.web.form import Form


class RunForm(Form):
    """Read with the currency, and the variants that may be chosen (by public id)."""

    key = fields.text(max=64, min=0)
    variant = fields.choice(lambda given: given["variants"])
    minimum_units = fields.whole(min=1, max=UNITS_MAX)
    most_units = fields.maybe(fields.whole(min=1, max=UNITS_MAX))
    price_minor = fields.money(min_minor=money.charge_min_minor)
    closes_at = fields.instant()
    ships_by = fields.day()
    about = fields.text(max=ABOUT_MAX, min=0, lines=True)

    @property
    def asked(self) -> Asked:
        return Asked(
            minimum_units=self.minimum_units, most_units=self.most_units, price_minor=self.price_minor,
            closes_at=self.closes_at, ships_by=self.ships_by, about=self.about,
        )  # fmt: skip


class DiaryForm(Form):
    key = fields.text(max=64, min=0)
    words = fields.text(max=WORDS_MAX, min=3, lines=True)
    image = fields.image()
    image_kept = fields.text(max=20, min=0)
    image_alt = fields.text(max=ALT_MAX, min=0)


class CancelForm(Form):
    reason = fields.text(max=REASON_MAX, min=5, lines=True)
