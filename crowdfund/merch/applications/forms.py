"""What shops and studios may send about applications, and the numbers of the calculator."""

from __future__ import annotations

from crowdfund.merch.applications.net import PRICE_MAX_MINOR, Net, net_of
from crowdfund.merch.applications.rules import ALT_MAX, DAYS_MAX, PITCH_MAX, REASON_MAX, REASON_MIN, UNITS_MAX, Pitch
from crowdfund.merch.licences.terms import ROYALTY_BPS, ROYALTY_MAX_BPS
from crowdfund.merch.shops.forms import amount_in, bps_typed, currencies, percent
from crowdfund.settings import current
from crowdfund.web import fields
from crowdfund.web.form import Form
from crowdfund.web.formats import money
from crowdfund.web.i18n import _
from crowdfund.web.rate_limit import Limit

APPLICATIONS = Limit("make_application", 40, 3600, by="person")
SAMPLES = Limit("send_sample", 60, 3600, by="person")


class PitchForm(Form):
    price = fields.text(max=16)
    currency = currencies()
    units = fields.whole(min=1, max=UNITS_MAX)
    ships_within_days = fields.whole(min=1, max=DAYS_MAX)
    pitch = fields.text(max=PITCH_MAX, min=0, lines=True)
    key = fields.text(max=64, min=0)

    def check(self) -> None:
        self.values["price_minor"] = amount_in(self, "price", self.currency, least_minor=1)

    @property
    def written(self) -> Pitch:
        return Pitch(self.pitch, self.values["price_minor"], self.currency, self.units, self.ships_within_days)


class SampleForm(Form):
    image = fields.image()
    alt = fields.text(max=ALT_MAX, min=3)

    def check(self) -> None:
        if self.image is None:
            self.refuse("image", _("Choose a picture."))


class WordsForm(Form):
    """A word to the other side; the no has one of its own that can't be empty."""

    words = fields.text(max=REASON_MAX, min=0, lines=True)


class WhyForm(Form):
    reason = fields.text(max=REASON_MAX, min=REASON_MIN, lines=True)


class SampleAskedForm(Form):
    words = fields.text(max=REASON_MAX, min=REASON_MIN, lines=True)


class NetForm(Form):
    """The calculator: what is left of one price. It changes nothing, so it is asked by its address."""

    price = fields.text(max=16)
    currency = currencies()
    royalty = percent(max_bps=ROYALTY_MAX_BPS)
    tax = percent(max_bps=5_000)
    shipping = fields.text(max=16, min=0)
    cost = fields.text(max=16, min=0)
    units = fields.whole(min=1, max=1_000)

    def check(self) -> None:
        for name, needed in (("price", True), ("shipping", False), ("cost", False)):
            amount_minor = amount_in(self, name, self.currency, least_minor=1 if needed else 0, needed=needed)
            if amount_minor * self.units > PRICE_MAX_MINOR:
                self.refuse(
                    name, _("The most is %(most)s.") % {"most": money(PRICE_MAX_MINOR // self.units, self.currency)}
                )
            self.values[f"{name}_minor"] = amount_minor

    @property
    def net(self) -> Net:
        return net_of(
            self.values["price_minor"], self.currency, commission_bps=current().commission_bps, royalty_bps=self.royalty,
            tax_bps=self.tax, shipping_minor=self.values["shipping_minor"], units=self.units, cost_minor=self.values["cost_minor"],
        )  # fmt: skip


def net_typed(price: str = "", currency: str = "") -> dict[str, str]:
    """What the calculator begins with."""
    return {
        "price": price, "currency": currency or current().currencies[0], "royalty": bps_typed(ROYALTY_BPS), "tax": "0", "shipping": "",
        "cost": "", "units": "1",
    }  # fmt: skip
