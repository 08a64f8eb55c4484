"""What studios and shops may send about licences."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from crowdfund import clock
from crowdfund.database.ids import private_or_none, public
from crowdfund.merch.applications.rules import REASON_MAX, REASON_MIN
from crowdfund.merch.licences.models import Exclusivity
from crowdfund.merch.licences.terms import (
    NOTE_MAX,
    REPORT_MONTHS,
    ROYALTY_BPS,
    ROYALTY_MAX_BPS,
    SELL_OFF_DAYS_MAX,
    UNITS_MAX,
    Terms,
)
from crowdfund.merch.shops.forms import amount_in, bps_typed, currencies, lands, percent
from crowdfund.web import fields
from crowdfund.web.form import Form
from crowdfund.web.i18n import _, lazy
from crowdfund.web.rate_limit import Limit

OFFERS = Limit("offer_licence", 40, 3600, by="person")  # each is a letter to another organisation
EXCLUSIVITY = {
    Exclusivity.NONE: lazy("Others may make it as well"),
    Exclusivity.PRODUCT: lazy("Nobody else makes these products"),
    Exclusivity.CATEGORY: lazy("Nobody else makes anything of one category of this film"),
}
REPORTS = {
    "1": lazy("every month"), "3": lazy("every three months"), "6": lazy("twice a year"), "12": lazy("once a year"),
}  # fmt: skip


class TermsForm(Form):
    """The terms of a licence. Read with `products=`: words by public id."""

    products = fields.several(lambda given: given["products"])
    countries = lands()
    exclusivity = fields.choice(EXCLUSIVITY)
    category = fields.text(max=60, min=0)
    royalty = percent(max_bps=ROYALTY_MAX_BPS)
    currency = currencies()
    minimum = fields.text(max=16, min=0)
    unit_cap = fields.maybe(fields.whole(min=1, max=UNITS_MAX))
    starts_at = fields.day()
    ends_at = fields.day()
    sell_off_days = fields.whole(max=SELL_OFF_DAYS_MAX)
    report_months = fields.choice(dict.fromkeys(str(one) for one in REPORT_MONTHS))
    note = fields.text(max=NOTE_MAX, min=0, lines=True)
    key = fields.text(max=64, min=0)

    def check(self) -> None:
        self.values["minimum_minor"] = amount_in(self, "minimum", self.currency, needed=False)
        if not self.products:
            self.refuse("products", _("Choose what may be made."))
        if self.exclusivity == Exclusivity.CATEGORY and not self.category:
            self.refuse("category", _("Say which category is theirs alone."))

    @property
    def terms(self) -> Terms:
        ids = frozenset(number for one in self.products if (number := private_or_none(one)) is not None)
        category = self.category if self.exclusivity == Exclusivity.CATEGORY else ""
        return Terms(
            ids, self.countries, Exclusivity(self.exclusivity), category, self.royalty, self.values["minimum_minor"], self.currency,
            self.unit_cap, self.starts_at, self.ends_at, self.sell_off_days, int(self.report_months), self.note,
        )  # fmt: skip


class DirectForm(TermsForm):
    """The same, offered to a shop that has not applied. Read with `shops=`: names by public id."""

    shop = fields.choice(lambda given: given["shops"])


def usual(product_ids: list[int], currency: str) -> dict[str, Any]:
    """What an offer begins with: 8 % of net sales, a year from today, everywhere."""
    today = clock.now()
    return {
        "products": [public(one) for one in product_ids], "countries": "", "exclusivity": "none", "category": "",
        "royalty": bps_typed(ROYALTY_BPS), "currency": currency, "minimum": "", "unit_cap": "", "starts_at": f"{today:%Y-%m-%d}",
        "ends_at": f"{today + timedelta(days=365):%Y-%m-%d}", "sell_off_days": "90", "report_months": "3", "note": "",
    }  # fmt: skip


class WhyForm(Form):
    reason = fields.text(max=REASON_MAX, min=REASON_MIN, lines=True)
