"""What is sent to the basket and to the till."""

from __future__ import annotations

from typing import Any

from crowdfund.database.ids import private_or_none
from crowdfund.orders.goods.rules import PIECES_MAX
from crowdfund.web.fields import Field, choice, maybe, text, whole
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.region import countries

ADDRESS_LINES = 6
MOMENT_MAX = 86_400_000


class PutInForm(Form):
    """variant: what. appearance, moment: where in the film it was seen, in milliseconds; what is none is left out."""

    variant = text(max=20)
    quantity = whole(min=1, max=PIECES_MAX)

    @property
    def variant_id(self) -> int | None:
        return private_or_none(str(self.typed["variant"]))

    async def _take(self, sent: Any) -> None:
        await super()._take(sent)
        appearance, moment = str(sent.get("appearance", "")), str(sent.get("moment", ""))
        self.appearance_id = private_or_none(appearance)
        is_moment = moment.isascii() and moment.isdigit() and len(moment) < 9 and int(moment) <= MOMENT_MAX
        self.moment_ms = int(moment) if is_moment else None


class QuantityForm(Form):
    quantity = whole(min=0, max=PIECES_MAX)


class AcceptForm(Form):
    price = whole(min=0)


def _address() -> Field[str]:
    return text(max=500, min=5, lines=True)


class CheckoutForm(Form):
    name = text(max=120)
    address = _address()
    country = choice(countries)
    phone = maybe(text(max=40))
    key = text(max=64, min=8)
    total = whole()

    @property
    def address_lines(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in str(self.address).splitlines() if line.strip())

    def check(self) -> None:
        if len(self.address_lines) > ADDRESS_LINES or any(len(line) > 100 for line in self.address_lines):
            self.refuse("address", _("An address has at most 6 lines of 100 characters."))
