"""What a campaign has to be before it may be submitted or opened: pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crowdfund import money
from crowdfund.refusal import Invalid

DAYS_MAX = 90
TIERS_MAX = 40
BUDGET_LINES_MAX = 30
STORY_MIN = 200
STORY_MAX = 50_000


@dataclass(frozen=True, slots=True)
class Missing:
    """Something a campaign lacks: the field it belongs to, and a sentence for its producer."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What the rules look at."""

    name: str
    tagline: str
    story: str
    currency: str
    budget_minor: Sequence[int]
    closes_at: datetime | None
    opens_at: datetime | None
    tier_prices_minor: Sequence[int]
    organisation_state: str
    threshold_bps: int


def what_is_missing(draft: Draft, now: datetime) -> list[Missing]:
    """All that keeps a draft from being submitted; empty when it is ready."""
    missing = []
    if len(draft.name) < 3:
        missing.append(Missing("name", "Give it a name."))
    if not draft.tagline:
        missing.append(Missing("tagline", "Say in one line what it is."))
    if len(draft.story) < STORY_MIN:
        missing.append(Missing("story", f"Tell the story: at least {STORY_MIN} characters."))
    if not draft.budget_minor:
        missing.append(Missing("budget", "Say what the money is for: the goal is the sum of these lines."))
    elif sum(draft.budget_minor) < money.charge_min_minor(draft.currency):
        missing.append(Missing("budget", "The goal is less than a single charge can be."))
    if draft.organisation_state != "verified":
        missing.append(Missing("organisation", "Your studio has to be verified before its fund can be reviewed."))
    return missing + _dates(draft, now)


def _dates(draft: Draft, now: datetime) -> list[Missing]:
    if draft.closes_at is None:
        return [Missing("closes_at", "Choose when it closes.")]
    opens_at = max(draft.opens_at or now, now)
    if draft.closes_at <= opens_at + timedelta(hours=1):
        return [Missing("closes_at", "It has to be open for at least an hour.")]
    if draft.closes_at > opens_at + timedelta(days=DAYS_MAX):
        return [Missing("closes_at", f"It may be open for at most {DAYS_MAX} days.")]
    return []


def refuse_tier_content(price_minor: int, currency: str, opens_at: datetime | None, closes_at: datetime | None) -> None:
    """Raises Invalid for a tier that nobody could be charged for, or could ever take."""
    if price_minor < (least_minor := money.charge_min_minor(currency)):
        raise Invalid(f"The least that can be charged is {money.show(least_minor, currency)}.", field="price")
    if opens_at and closes_at and closes_at <= opens_at:
        raise Invalid("It has to close after it opens.", field="closes_at")


def refuse_content(goal_minor: int, opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> None:
    """Raises Invalid for a goal no fund can have, and for moments that have passed."""
    if goal_minor > money.AMOUNT_MAX_MINOR:
        raise Invalid("That is more than any fund here can be.", field="budget")
    for field, moment in (("opens_at", opens_at), ("closes_at", closes_at)):
        if moment is not None and moment <= now:
            raise Invalid("This moment has passed already. Choose a later one.", field=field)
    if opens_at and closes_at and closes_at <= opens_at:
        raise Invalid("It has to close after it opens.", field="closes_at")


def slug_of(name: str, fallback: str) -> str:
    """An address made from a name; the fallback where a name has no letter an address can hold."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()  # Cádiz is cadiz
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].strip("-")
    return slug or fallback
