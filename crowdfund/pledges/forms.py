"""What fans may send about their pledges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from crowdfund.campaigns.models import Tier
from crowdfund.database.ids import private
from crowdfund.payments.models import Consent
from crowdfund.pledges.terms import TEXT, Wording, wording
from crowdfund.web import fields
from crowdfund.web.form import Form
from crowdfund.web.i18n import _, locale

NO_TIER = "none"
NEW_CARD = "new"


def terms_shown() -> Wording:
    """What a fan agrees to by pressing the button, in the language in which she reads it."""
    return wording(locale(), _(TEXT))


def _tiers(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return {NO_TIER: None, **given["tiers"]}


def _cards(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return {NEW_CARD: None, **given["cards"]}


def _ways(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where the money may go when a transfer falls through: nothing ticked, or one of what this fund offers."""
    return dict.fromkeys(("", *given.get("ways", ())))


class _Choice(Form):
    """Which tier, how many, and what on top: without a tier, what is on top is the pledge. Read with tiers and the campaign.

    For a transfer fund also with `ways`: where the money may go when it falls through, as `pledges.transfers.pages.words` has it.
    """

    tier = fields.choice(_tiers)
    quantity = fields.whole(min=1, max=100)
    amount = fields.maybe(fields.money(min_minor=0))
    anonymous = fields.checkbox()
    if_it_fails = fields.choice(_ways)

    @property
    def way(self) -> str:
        """What she ticked, without which charity."""
        return "charity" if self.if_it_fails.startswith("charity-") else str(self.if_it_fails)

    @property
    def charity_id(self) -> int | None:
        return private(self.if_it_fails.removeprefix("charity-")) if self.way == "charity" else None

    @property
    def _chosen(self) -> Tier | None:
        return cast("Tier | None", self.given["tiers"].get(self.tier))

    @property
    def tier_id(self) -> int | None:
        return self._chosen.id if self._chosen else None

    @property
    def total_minor(self) -> int:
        price_minor = self._chosen.price_minor if self._chosen else self.given["share_price_minor"] or 0
        return price_minor * self.quantity + (self.amount or 0)

    @property
    def number(self) -> int:
        """How many of it; without a reward there is nothing to have several of, whatever the field said."""
        return self.quantity if self._chosen or self.given["share_price_minor"] else 1

    @property
    def shown_as(self) -> str:
        return "nobody" if self.anonymous else "name"

    def check(self) -> None:
        if self.total_minor == 0:
            self.refuse("amount", _("Choose a tier, or write how much you want to give."))


class PledgeForm(_Choice):
    """Read with the fan's saved cards too (by public id)."""

    key = fields.text(max=64, min=0)
    card = fields.choice(_cards)
    keep_card = fields.checkbox()
    ref = fields.text(max=64, min=0)

    @property
    def card_id(self) -> int | None:
        chosen = self.given["cards"].get(self.card)
        return chosen.id if chosen else None

    @property
    def consent(self) -> Consent:
        return Consent.KEEP if self.keep_card else Consent.WHILE_NEEDED


class AmendForm(_Choice):
    pass


class CardForm(Form):
    card = fields.choice(_cards)
    keep_card = fields.checkbox()


class AddressForm(Form):
    recipient = fields.text(max=120)
    address = fields.text(max=600, min=10, lines=True)
    country = fields.text(max=60, min=2)


class DispatchForm(Form):
    tracking = fields.text(max=120, min=0)


class RefundForm(Form):
    key = fields.text(max=64, min=0)
    amount = fields.maybe(fields.money())
    reason = fields.text(max=500, min=5, lines=True)
    sure = fields.checkbox()


class ReasonForm(Form):
    reason = fields.text(max=500, min=5, lines=True)
