"""What a shop may be, when it is away, and what it lacks before it can sell: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crowdfund.merch.shops.models import Shop
from crowdfund.refusal import Invalid, Sentence

RETURNS_MAX = 400
ABOUT_MAX = 2_000
AWAY_DAYS_MAX = 366


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What is known of a shop that would like to sell. zones: places it ships to; listings: what it has on sale."""

    state: str
    payouts_state: str
    returns_to: str
    zones: int
    listings: int


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is needed before anything is sold. path: below the shop's desk."""

    name: str
    done: bool
    sentence: Sentence
    path: str


def steps(facts: ShopFacts) -> Sequence[Step]:
    """All that a shop needs, in the order in which it is best done."""
    return (
        Step("verified", facts.state == "verified", Sentence("We know who you are"), "/verification"),
        Step("payouts", facts.payouts_state == "enabled", Sentence("You can be paid"), "/verification"),
        Step("returns", bool(facts.returns_to), Sentence("Buyers know where to send things back to"), "/shop/details"),
        Step("zone", facts.zones > 0, Sentence("You ship to at least one country"), "/listings/shipping"),
        Step("listing", facts.listings > 0, Sentence("Your first listing is on sale"), "/listings"),
    )


def is_away(shop: Shop, now: datetime) -> bool:
    """Whether nothing of it is sold now, because it said so."""
    if shop.away_from is None or now < shop.away_from:
        return False
    return shop.away_until is None or now < shop.away_until


def away_changes_at(shop: Shop, now: datetime) -> datetime | None:
    """When that changes by itself; none where it doesn't."""
    return min((at for at in (shop.away_from, shop.away_until) if at is not None and at > now), default=None)


def refuse_away(away_from: datetime, away_until: datetime | None, now: datetime) -> None:
    """Raises Invalid for days that no shop can be away."""
    if away_until is None:
        return
    if away_until <= now:
        raise Invalid("This day has passed already. Choose a later one.", field="away_until")
    if away_until <= away_from:
        raise Invalid("It has to end after it begins.", field="away_until")
    if away_until > away_from + timedelta(days=AWAY_DAYS_MAX):
        raise Invalid("At most a year. Say later that it takes longer.", field="away_until")
