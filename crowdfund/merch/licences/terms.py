"""The terms of a licence as a studio writes them, and what no licence can say: pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from crowdfund.merch.licences.models import EVERYWHERE, Exclusivity
from crowdfund.merch.licences.rules import Claim
from crowdfund.money import AMOUNT_MAX_MINOR
from crowdfund.refusal import Invalid

ROYALTY_BPS = 800  # what is offered where nobody says otherwise: the mean of entertainment licences is near nine per cent of net sales
ROYALTY_MAX_BPS = 5_000
DAYS_MIN, DAYS_MAX = 1, 3_653
SELL_OFF_DAYS_MAX = 365
UNITS_MAX = 10_000_000
PRODUCTS_MAX = 40
NOTE_MAX = 2_000
ANSWER_DAYS = 14  # an offer that nobody takes reserves nothing for longer
REPORT_MONTHS = (1, 3, 6, 12)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a studio offers. royalty_bps: of net sales, that is without tax and shipping and after returns."""

    product_ids: frozenset[int]
    countries: frozenset[str]
    exclusivity: Exclusivity
    category: str
    royalty_bps: int
    minimum_minor: int
    currency: str
    unit_cap: int | None
    starts_at: datetime
    ends_at: datetime
    sell_off_days: int
    report_months: int
    note: str

    def claim(self, categories: Mapping[int, str]) -> Claim:
        """What it reserves. categories: of products, by id."""
        kinds = frozenset(categories[one] for one in self.product_ids if categories.get(one))
        return Claim(
            self.exclusivity, self.category, self.product_ids, kinds, self.countries, self.starts_at, self.ends_at
        )


def refuse_terms(terms: Terms, now: datetime) -> None:
    """Raises Invalid for what no licence can say."""
    if not terms.product_ids:
        raise Invalid("Choose what may be made.", field="products")
    if len(terms.product_ids) > PRODUCTS_MAX:
        raise Invalid("At most {most} products in one licence.", field="products", most=PRODUCTS_MAX)
    if not terms.countries:
        raise Invalid("Say where it may be sold.", field="countries")
    if EVERYWHERE in terms.countries and len(terms.countries) > 1:
        raise Invalid("Everywhere, or in some countries: not both.", field="countries")
    if (terms.exclusivity == Exclusivity.CATEGORY) != bool(terms.category):
        raise Invalid("An exclusive right to a category names the category, no other one does.", field="category")
    if not 0 <= terms.royalty_bps <= ROYALTY_MAX_BPS:
        raise Invalid("A royalty is at most half of net sales.", field="royalty")
    if not 0 <= terms.minimum_minor <= AMOUNT_MAX_MINOR:
        raise Invalid("That amount is too large.", field="minimum")
    if terms.unit_cap is not None and not 1 <= terms.unit_cap <= UNITS_MAX:
        raise Invalid("A limit of units is at least one.", field="unit_cap")
    if not 0 <= terms.sell_off_days <= SELL_OFF_DAYS_MAX:
        raise Invalid("A sell-off takes at most a year.", field="sell_off_days")
    if terms.report_months not in REPORT_MONTHS:
        raise Invalid("Reports come every 1, 3, 6 or 12 months.", field="report_months")
    _refuse_window(terms.starts_at, terms.ends_at, now)


def _refuse_window(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if ends_at <= now:
        raise Invalid("This moment has passed already. Choose a later one.", field="ends_at")
    if ends_at < starts_at + timedelta(days=DAYS_MIN):
        raise Invalid("It has to end at least a day after it begins.", field="ends_at")
    if ends_at > starts_at + timedelta(days=DAYS_MAX):
        raise Invalid("A licence lasts at most ten years.", field="ends_at")


def answer_by(ends_at: datetime, now: datetime) -> datetime:
    """Until when an offer stands."""
    return min(now + timedelta(days=ANSWER_DAYS), ends_at)
