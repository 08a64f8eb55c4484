"""What a campaign has to be before it may be submitted or opened: pure."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crowdfund import money
from crowdfund.campaigns.models import CampaignState, Kind
from crowdfund.refusal import Invalid, Refusal, Sentence

DAYS_MAX = 90
SETTLE_DAYS = 7  # after the close, in which a card that was refused can be mended
LAST_HOURS = timedelta(hours=24)  # before the close, in which no fan may take a fund below its goal
TIERS_MAX = 40
BECAUSE_MIN = 10  # letters: with less of a reason nobody can do anything
BUDGET_LINES_MAX = 30
STORY_MIN = 200
STORY_MAX = 50_000


class NotEditable(Refusal):
    """What is promised stays."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something a campaign lacks: the field it belongs to, and a sentence for its producer, with places for the values."""

    field: str
    text: str
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def words(self) -> Sentence:
        return Sentence(self.text, values=self.values)

    @property
    def told(self) -> dict[str, str]:
        """As a program reads it among the errors of an answer."""
        return {"field": self.field, "sentence": str(self.words)}


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
    organisation_state: str
    threshold_bps: int
    tiers: Sequence[Any]
    share_price_minor: int | None = None


def what_is_missing(draft: Draft, now: datetime) -> list[Missing]:
    """All that keeps a draft from being submitted; empty when it is ready."""
    missing = []
    if not draft.name:
        missing.append(Missing("name", "Give it a name."))
    if not draft.tagline:
        missing.append(Missing("tagline", "Say in one line what it is."))
    if len(draft.story) < STORY_MIN:
        missing.append(Missing("story", "Tell the story: at least {least} characters.", {"least": STORY_MIN}))
    if not draft.budget_minor:
        missing.append(Missing("budget", "Say what the money is for: the goal is the sum of these lines."))
    elif sum(draft.budget_minor) < money.charge_min_minor(draft.currency):
        missing.append(Missing("budget", "The goal is less than a single charge can be."))
    if draft.share_price_minor is not None and draft.tiers:
        missing.append(
            Missing("giving", "A fund in shares has no tiers: take them away, or let fans choose what they give.")
        )
    if draft.organisation_state != "verified":
        missing.append(Missing("organisation", "You have to be verified before your fund can be reviewed."))
    return missing + _dates(draft, now)


def _dates(draft: Draft, now: datetime) -> list[Missing]:
    if draft.closes_at is None:
        return [Missing("closes_at", "Choose when it closes.")]
    if draft.closes_at <= now:
        return [Missing("closes_at", "Its closing day has passed. Choose a later one.")]
    opens_at = max(draft.opens_at or now, now)
    if draft.closes_at <= opens_at + timedelta(hours=1):
        return [Missing("closes_at", "It has to be open for at least an hour.")]
    if draft.closes_at > opens_at + timedelta(days=DAYS_MAX):
        return [Missing("closes_at", "It may be open for at most {days} days.", {"days": DAYS_MAX})]
    sentences = dict.fromkeys(never_in_time(tier, draft.closes_at) for tier in draft.tiers)
    return [Missing("tiers", sentence) for sentence in sentences if sentence]


def refuse_tier_content(price_minor: int, currency: str, opens_at: datetime | None, closes_at: datetime | None) -> None:
    """Raises Invalid for a tier that nobody could be charged for, or could ever take."""
    if price_minor < (least_minor := money.charge_min_minor(currency)):
        least = money.Amount(least_minor, currency)
        raise Invalid("The least that can be charged is {least}.", field="price", least=least)
    if opens_at and closes_at and closes_at <= opens_at:
        raise Invalid("It has to close after it opens.", field="closes_at")


def never_in_time(tier: Any, closes_at: datetime | None) -> str:
    """Why a tier makes no sense beside the day its fund closes; empty where it does. tier: a row, or what is to be one."""
    if closes_at is None:
        return ""
    if tier.opens_at and tier.opens_at >= closes_at:
        return "One of its tiers could be taken only after the fund has closed."
    if tier.delivers_on and tier.delivers_on < f"{closes_at:%Y-%m}":
        return "One of its tiers is expected before the fund has closed."
    return ""


def refuse_tier_dates(content: Any, was: Any, closes_at: datetime | None, now: datetime) -> None:
    """Raises Invalid for moments and months that have passed, and for those that the fund's close leaves no time for.

    was: the tier as it stands, none for a new one; what stood there already may stay. closes_at: of its fund.
    """
    if content.closes_at and content.closes_at <= now and (was is None or content.closes_at != was.closes_at):
        raise Invalid("This moment has passed already. Choose a later one.", field="closes_at")
    if content.opens_at and closes_at and content.opens_at >= closes_at:
        raise Invalid("The fund has closed by then: nobody could take it.", field="opens_at")
    if not content.delivers_on or (was is not None and content.delivers_on == was.delivers_on):
        return
    if content.delivers_on < f"{now:%Y-%m}":
        raise Invalid("That month is over. Choose a later one.", field="delivers_on")
    if closes_at and content.delivers_on < f"{closes_at:%Y-%m}":
        raise Invalid("The fund is still open then. Choose a later month.", field="delivers_on")


SEATS_MAX = 20


def refuse_tier_seats(content: Any, kind: str) -> None:
    """Cinema seats come with a film's tier, each with what it may cost: its producer pays for it when a backer takes it."""
    if not 0 <= content.seats <= SEATS_MAX:
        raise Invalid("At most {most} seats come with a tier.", field="seats", most=SEATS_MAX)
    if content.seats and kind != Kind.FILM:
        raise Invalid("Seats in a cinema come with a film only.", field="seats")
    if bool(content.seats) != bool(content.seat_worth_minor):
        raise Invalid("Say how many seats, and what each may cost at most.", field="seat_worth")
    if content.seats * content.seat_worth_minor > content.price_minor:  # who pays for them has no more than that of it
        raise Invalid("The seats of a tier are worth no more than the tier costs.", field="seat_worth")


# What a tier said when a fan took it, and the sentence that holds a producer to it.
_KEPT = {
    "name": "Fans have taken this tier: its name stays.",
    "description": "Fans have taken this tier: what they get stays.",
    "price_minor": "Fans have taken this tier: its price stays.",
    "ships": "Fans have taken this tier: how it reaches them stays.",
    "delivers_on": "Fans have taken this tier: the month it is expected in stays.",
    "seats": "Fans have taken this tier: the seats that come with it stay.",
    "seat_worth_minor": "Fans have taken this tier: what its seats may cost stays.",
}


def broken_promises(tier: Any, content: Any) -> list[Missing]:
    """What this content would take from the fans of a tier that was taken: all but more places, dates and more for one fan."""
    broken = [
        Missing(name.removesuffix("_minor"), sentence)
        for name, sentence in _KEPT.items()
        if getattr(content, name) != getattr(tier, name)
    ]
    if content.size is not None and (tier.size is None or content.size < tier.size):
        broken.append(Missing("size", "Fans have taken this tier: its number may only rise."))
    return broken


def closes_after_pause(closes_at: datetime, paused_at: datetime, now: datetime) -> datetime:
    """When a fund closes that was paused: later by as long as that was, counted in whole minutes, as people read it."""
    minutes = -(-(now - paused_at) // timedelta(minutes=1)) if now - paused_at >= timedelta(minutes=1) else 0
    return closes_at + timedelta(minutes=minutes)


def refuse_shares(price_minor: int | None, per_fan_max: int | None, currency: str) -> None:
    """Raises Invalid for shares that nobody could be charged for. Both are None in a fund in which fans choose what they give."""
    if price_minor is None and per_fan_max is None:
        return
    if price_minor is None or per_fan_max is None or per_fan_max < 1:
        raise Invalid("A share has a price, and there is a most that one fan can have.", field="share_price")
    if price_minor < (least_minor := money.charge_min_minor(currency)):
        least = money.Amount(least_minor, currency)
        raise Invalid("The least that can be charged is {least}.", field="share_price", least=least)
    if price_minor * per_fan_max > money.CHARGE_MAX_MINOR:
        most = money.Amount(money.CHARGE_MAX_MINOR, currency)
        sentence = "All shares of one fan are one charge, and that can be at most {most}."
        raise Invalid(sentence, field="shares_max", most=most)


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


def refuse_verdict(verdict: CampaignState, because: str) -> None:
    """A verdict is one of three, and all but an approval say why. Raises Invalid."""
    if verdict not in (CampaignState.APPROVED, CampaignState.CHANGES_REQUESTED, CampaignState.REJECTED):
        raise Invalid("Approve it, ask for changes, or reject it.", field="verdict")
    if verdict != CampaignState.APPROVED and len(because.strip()) < BECAUSE_MIN:
        raise Invalid("Say why: the producer reads it.", field="because")
