"""Campaigns, tiers and updates as templates show them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from crowdfund import clock
from crowdfund.campaigns.counters import needed_minor
from crowdfund.campaigns.models import (
    AWAITING,
    FELL_THROUGH,
    SUCCEEDED,
    Audience,
    Campaign,
    CampaignState,
    CampaignUpdate,
    Tier,
)
from crowdfund.campaigns.update_dates import Owing, day_due, is_overdue, owes_word
from crowdfund.campaigns.updates import ANYBODY, Reader, excerpt
from crowdfund.database.ids import public
from crowdfund.titles.models import Title
from crowdfund.web import formats
from crowdfund.web.i18n import _, ngettext
from crowdfund.web.images import url_of
from crowdfund.web.markdown import markdown

GIVEN_BACK = (CampaignState.FAILED, CampaignState.CANCELLED)
_COUNTS = {CampaignState.SETTLING, *SUCCEEDED, *AWAITING, *FELL_THROUGH, *GIVEN_BACK}


@lru_cache(maxsize=64)
def story_html(text: str) -> Markup:
    """A story as HTML; the same text is rendered once."""
    return markdown(text)


@lru_cache(maxsize=4096)
def art_url(title_id: int, image_id: int | None, scene: str, *, small: bool = False) -> str:
    """A title's picture: what its makers sent, else what the site draws. scene: its name; empty: by the dice."""
    if image_id is not None:
        return url_of(image_id, small=small)
    return f"/art/{public(title_id)}/{scene}.svg" if scene else f"/art/{public(title_id)}.svg"


OPENING_MIN = 180


def opens_large(text: str) -> bool:
    """Whether a text begins with a paragraph long enough to carry a large first letter; beside a short one it stands forlorn."""
    first = text.lstrip().partition("\n\n")[0]
    return len(first) >= OPENING_MIN and first[0].isalpha()


def art_of(title: Title) -> str:
    return art_url(title.id, title.image_id, title.scene)


@dataclass(frozen=True, slots=True)
class Card:
    """A campaign in a list. promised_minor: what is promised, or was when it closed. collected_minor: what stays of what was got.

    needed_minor: what has to be collected. counts: whether it is judged on money collected by now, and not on promises.
    """

    id: int
    path: str
    name: str
    tagline: str
    kind: str
    state: str
    currency: str
    organisation_name: str
    organisation_slug: str
    promised_minor: int
    collected_minor: int
    got_minor: int
    goal_minor: int
    needed_minor: int
    counts: bool
    backers: int
    opens_at: datetime | None
    launched_at: datetime | None
    closes_at: datetime | None
    ended_at: datetime | None
    update_due_at: datetime | None
    colour: str
    art_url: str

    @property
    def desk_path(self) -> str:
        return f"/desk/{self.organisation_slug}{self.path}"

    @property
    def is_over(self) -> bool:
        return self.state in GIVEN_BACK

    @property
    def shown_minor(self) -> int:
        """The one figure of it: what was collected once that counts, what is promised until then."""
        return self.got_minor if self.counts else self.promised_minor


def card_of(row: Mapping[str, Any]) -> Card:
    """row: as `campaigns.queries` gives it."""
    gave_back = row["state"] in GIVEN_BACK
    return Card(
        id=row["id"], path=f"/campaigns/{row['slug']}", name=row["name"], tagline=row["tagline"], kind=row["kind"],
        state=row["state"], currency=row["currency"], organisation_name=row["organisation_name"],
        organisation_slug=row["organisation_slug"], goal_minor=row["goal_minor"],
        promised_minor=row["promised_at_close_minor"] if row["closed_at"] else row["promised_minor"],
        collected_minor=0 if gave_back else row["collected_minor"], got_minor=row["collected_minor"],
        needed_minor=needed_minor(row), counts=row["state"] in _COUNTS,
        backers=row["pledges_at_close"] if gave_back else row["pledges_live"],
        opens_at=_instant(row["opens_at"]), launched_at=_instant(row["launched_at"]), closes_at=_instant(row["closes_at"]),
        ended_at=_instant(row["ended_at"]), update_due_at=_instant(row["update_due_at"]), colour=row["colour"],
        art_url=art_url(row["title_id"], row["image_id"], row["scene"], small=True),
    )  # fmt: skip


def cards_of(rows: Iterable[Mapping[str, Any]]) -> list[Card]:
    return [card_of(row) for row in rows]


def _instant(at_us: int | None) -> datetime | None:
    return clock.from_us(at_us) if at_us is not None else None


@dataclass(frozen=True, slots=True)
class TierShown:
    """A tier on the page of its fund: what is left of it, when, and whether it can be had now."""

    id: str
    name: str
    description: str
    price_minor: int
    left: int | None
    size: int | None
    taken: int
    state_text: str
    delivers_on: str
    ships: str
    can_be_chosen: bool
    note: str
    is_late: bool = False
    image_url: str = ""
    image_alt: str = ""
    seats: str = ""


def seats_words(tier: Tier, currency: str, quantity: int = 1) -> str:
    """The cinema seats that so many of a tier bring; nothing where there are none."""
    if not tier.seats:
        return ""
    worth = formats.money_short(tier.seat_worth_minor, currency)
    words = ngettext(
        "%(num)d cinema seat, worth up to %(worth)s",
        "%(num)d cinema seats, each worth up to %(worth)s",
        tier.seats * quantity,
    )
    return words % {"num": tier.seats * quantity, "worth": worth}


def tier_shown(tier: Tier, campaign: Campaign, now: datetime, *, late: Collection[int] = ()) -> TierShown:
    """late: the tiers whose month is over while something of them is still to be sent; the rooms above know."""
    state = _fund_state(tier, campaign) or _tier_state(tier, now)
    note = _("Only until %(day)s") % {"day": formats.day(tier.closes_at)} if tier.closes_at and not state else ""
    return TierShown(
        id=public(tier.id), name=tier.name, description=tier.description, price_minor=tier.price_minor, left=tier.left,
        size=tier.size, taken=tier.taken, state_text=state, delivers_on=month_of(tier.delivers_on),
        ships=_("Sent by post") if tier.ships == "post" else "", seats=seats_words(tier, campaign.currency),
        can_be_chosen=not state and campaign.state == CampaignState.LIVE, note=note, is_late=tier.id in late,
        image_url=url_of(tier.image_id, small=True) if tier.image_id else "", image_alt=tier.image_alt,
    )  # fmt: skip


def _fund_state(tier: Tier, campaign: Campaign) -> str:
    """What its fund's state makes of a tier: nothing while it is open."""
    if campaign.state in GIVEN_BACK:
        return _("Not given out")
    if campaign.state == CampaignState.PRELAUNCH:
        return _("%(n)s to be had") % {"n": formats.number(tier.size)} if tier.size else _("As many as want it")
    if campaign.closed_at is not None:
        return ngettext("%(n)s taken", "%(n)s taken", tier.taken) % {"n": formats.number(tier.taken)}
    return ""


def _tier_state(tier: Tier, now: datetime) -> str:
    """Why it can't be had, or nothing."""
    if tier.left is not None and tier.left <= 0:
        return _("All taken")
    if tier.opens_at is not None and now < tier.opens_at:
        return _("From %(day)s") % {"day": formats.day(tier.opens_at)}
    if tier.closes_at is not None and now >= tier.closes_at:
        return _("Closed on %(day)s") % {"day": formats.day(tier.closes_at)}
    return ""


def month_of(delivers_on: str) -> str:
    """`2027-09` as a person reads it: `Sep 2027`."""
    if not delivers_on:
        return ""
    year, _dash, month = delivers_on.partition("-")
    return formats.month(datetime(int(year), int(month), 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class UpdateShown:
    """An update in a list. audience: whom it is for, where that isn't everybody. locked: why it stands here without its text."""

    number: int
    path: str
    title: str
    published_at: datetime
    audience: str
    locked: str
    excerpt_html: Markup


def update_shown(
    update: CampaignUpdate, campaign: Campaign, tiers: Mapping[int, str], reader: Reader = ANYBODY
) -> UpdateShown:
    """tiers: their names by id."""
    locked = locked_said(update, reader)
    return UpdateShown(
        number=update.number, path=f"{campaign.path}/updates/{update.number}", title=update.title,
        published_at=update.published_at, audience=audience_said(update, tiers), locked=locked,
        excerpt_html=Markup() if locked else story_html(excerpt(update.body)),
    )  # fmt: skip


def audience_said(update: CampaignUpdate, tiers: Mapping[int, str]) -> str:
    """`For backers`; nothing where it is for everybody. tiers: their names by id."""
    if update.audience == Audience.EVERYONE:
        return ""
    if update.audience == Audience.TIER:
        return _("For backers of “%(tier)s”") % {"tier": tiers.get(update.tier_id or 0, "")}
    return _("For backers")


def locked_said(update: CampaignUpdate, reader: Reader) -> str:
    """Why somebody can't read it; nothing where she can."""
    if reader.may_read(update):
        return ""
    if update.audience == Audience.TIER:
        return _("Its text is for those who back the fund with this tier.")
    return _("Its text is for those who back the fund.")


@dataclass(frozen=True, slots=True)
class NextUpdate:
    """When the makers' next word is due. day: by the end of which it is promised. overdue_since: none while there is time."""

    day: datetime
    overdue_since: datetime | None


def next_update(campaign: Owing, now: datetime) -> NextUpdate | None:
    """None where nothing is owed: before the launch, while we have paused the fund, and once it is over."""
    due_at = campaign.update_due_at
    if due_at is None or not owes_word(campaign):
        return None
    return NextUpdate(day_due(due_at), due_at if is_overdue(campaign, now) else None)
