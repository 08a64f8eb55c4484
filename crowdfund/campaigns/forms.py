"""What producers and reviewers may send about campaigns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from crowdfund import clock, money
from crowdfund.campaigns.gallery import ALT_MAX
from crowdfund.campaigns.models import Audience, Campaign, CampaignState, Kind, Rule, Tier
from crowdfund.campaigns.rules import BECAUSE_MIN, BUDGET_LINES_MAX, DAYS_MAX, STORY_MAX
from crowdfund.campaigns.update_dates import day_due
from crowdfund.campaigns.updates import BODY_MAX, TITLE_MAX
from crowdfund.settings import current
from crowdfund.web import fields
from crowdfund.web.form import Form
from crowdfund.web.formats import said
from crowdfund.web.i18n import _, lazy
from crowdfund.web.lines import money_lines
from crowdfund.web.rate_limit import Limit

NEW_CAMPAIGNS = Limit("new_campaign", 20, 3600, by="person")
UPDATES = Limit("publish_update", 12, 3600, by="person")  # each is a mail to every follower and backer

RISKS_MAX = 10_000
TAGLINE_MAX = 140
BUDGET_ROWS = 12  # as many rows as are sent without a script; with one they fold, and more can be added
SHIPS = {"nothing": lazy("Nothing is sent by post"), "post": lazy("Sent by post: we ask backers for their address")}
SHARES_MAX = 100  # of one fan in one fund, as many as a pledge can name
KINDS = [
    (Kind.FILM.value, lazy("A film"), ""),
    (
        Kind.TRANSFER.value,
        lazy("A transfer"),
        lazy("It pays a transfer fee and nothing else, and only if the player comes."),
    ),
]
VERDICTS = {
    CampaignState.APPROVED: lazy("Approve: it may open"),
    CampaignState.CHANGES_REQUESTED: lazy("Ask for changes"),
    CampaignState.REJECTED: lazy("Reject: it can't come back"),
}
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)


def _currencies(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return dict.fromkeys(current().currencies)


class CampaignForm(Form):
    """A new campaign: only what can't be changed later, or what its address is made of."""

    name = fields.text(max=80)
    currency = fields.choice(_currencies)
    kind = fields.choice({"": None, **{kind.value: None for kind in Kind}})  # not said: a film
    key = fields.text(max=64, min=0)


class _WithPicture(Form):
    """The form of a story, and with it one more picture for it."""

    picture = fields.image()
    picture_alt = fields.text(max=ALT_MAX, min=0)
    picture_kept = fields.text(max=13, min=0)
    stamp = fields.text(max=1_000, min=0)


class ContentForm(_WithPicture):
    """What a draft says. It may be saved half-written: what is missing is told where it is submitted."""

    name = fields.text(max=80)
    tagline = fields.text(max=TAGLINE_MAX, min=0)
    story = fields.text(max=STORY_MAX, min=0, lines=True)
    risks = fields.text(max=RISKS_MAX, min=0, lines=True)
    budget = money_lines()
    opens_at = fields.maybe(fields.instant())
    closes_at = fields.maybe(fields.instant())
    rule = fields.choice({rule.value: None for rule in Rule})
    threshold = fields.maybe(fields.whole(min=50, max=100))
    giving = fields.choice({"amounts": None, "shares": None, "": None})  # not said: fans choose
    share_price = fields.maybe(fields.money(min_minor=money.charge_min_minor))
    shares_max = fields.maybe(fields.whole(min=1, max=SHARES_MAX))
    counts_box_office = fields.checkbox()
    image = fields.image()
    image_kept = fields.text(max=13, min=0)

    @property
    def threshold_bps(self) -> int:
        return (self.threshold or 100) * 100 if self.rule == Rule.THRESHOLD else 10_000

    @property
    def share_price_minor(self) -> int | None:
        return self.share_price if self.giving == "shares" else None

    @property
    def shares_per_fan_max(self) -> int | None:
        return self.shares_max if self.giving == "shares" else None

    def check(self) -> None:
        if self.giving == "shares" and self.share_price is None:
            self.refuse("share_price", _("Say what one share costs."))
        if self.giving == "shares" and self.shares_max is None:
            self.refuse("shares_max", _("Say how many shares one fan can have."))
        if len(self.budget) > BUDGET_LINES_MAX:
            self.refuse("budget", _("At most %(max)d lines, please.") % {"max": BUDGET_LINES_MAX})
        if self.rule == Rule.THRESHOLD and self.threshold is None:
            self.refuse("threshold", _("Say which share of the goal is enough, from 50 to 100."))
        check_dates(self)


class PageForm(_WithPicture):
    """What may change once people can see it."""

    story = fields.text(max=STORY_MAX, min=200, lines=True)
    risks = fields.text(max=RISKS_MAX, min=0, lines=True)


class ScheduleForm(Form):
    opens_at = fields.maybe(fields.instant())
    closes_at = fields.instant()
    first_update_by = fields.maybe(fields.day())

    def check(self) -> None:
        check_dates(self)


def check_dates(form: Any) -> None:
    """Dates that can't be, told at once and beside the field."""
    now = clock.now()
    if form.opens_at is not None and form.opens_at <= now:
        form.refuse("opens_at", _("This moment has passed already. Choose a later one."))
    if form.closes_at is None:
        return
    if form.closes_at <= now:
        form.refuse("closes_at", _("This moment has passed already. Choose a later one."))
    elif form.closes_at <= (form.opens_at or now) + timedelta(hours=1):
        form.refuse("closes_at", _("It has to be open for at least an hour."))
    elif form.closes_at > (form.opens_at or now) + timedelta(days=DAYS_MAX):
        form.refuse("closes_at", _("It may be open for at most %(days)d days.") % {"days": DAYS_MAX})


class TierForm(Form):
    """Read with the campaign's currency."""

    name = fields.text(max=80)
    description = fields.text(max=600, min=0, lines=True)
    price = fields.money(min_minor=money.charge_min_minor)
    size = fields.maybe(fields.whole(min=1, max=1_000_000))
    per_fan_max = fields.whole(min=1, max=100)
    opens_at = fields.maybe(fields.instant())
    closes_at = fields.maybe(fields.instant())
    ships = fields.choice(SHIPS)
    delivers_on = fields.text(max=7, min=0)
    seats = fields.maybe(fields.whole(min=0, max=20))
    seat_worth = fields.maybe(fields.money())
    image = fields.image()
    image_alt = fields.text(max=ALT_MAX, min=0)
    image_kept = fields.text(max=13, min=0)
    key = fields.text(max=64, min=0)

    def check(self) -> None:
        if self.delivers_on and not _MONTH.fullmatch(self.delivers_on):
            self.refuse("delivers_on", _("Please choose a month, like 2027-09."))


def _given_campaigns(given: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = given["campaigns"]
    return found


class SaleForm(Form):
    """A sale: its amount is understood in the currency that is chosen beside it."""

    name = fields.text(max=80)
    currency = fields.choice(_currencies)
    most = fields.text(max=16)
    key = fields.text(max=64, min=0)
    most_minor = 0

    def check(self) -> None:
        try:
            self.most_minor = money.understand(self.most, self.currency)
        except money.AmountNotUnderstood as refusal:
            self.refuse("most", said(refusal))


class JoinForm(Form):
    """Read with the funds that can join, by slug."""

    campaign = fields.choice(_given_campaigns)


AUDIENCES = {
    Audience.EVERYONE: lazy("Everybody"),
    Audience.BACKERS: lazy("Backers only"),
    Audience.TIER: lazy("Backers of one tier"),
}


def _given_tiers(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"": None, **given["tiers"]}


class UpdateForm(Form):
    """Read with the fund's tiers by public id. next_by: the day by which the next one comes."""

    title = fields.text(max=TITLE_MAX)
    body = fields.text(max=BODY_MAX, min=10, lines=True)
    audience = fields.choice({"": None, **{audience.value: None for audience in Audience}})
    tier = fields.choice(_given_tiers)
    next_by = fields.maybe(fields.day())
    key = fields.text(max=64, min=0)

    @property
    def readers(self) -> Audience:
        """Whom it is for; everybody where it isn't said."""
        return Audience(self.audience or Audience.EVERYONE)

    @property
    def tier_id(self) -> int | None:
        """Whose backers it is for; of no meaning beside another audience, where the list may stand on a tier all the same."""
        tier: Tier | None = self.given["tiers"].get(self.tier)
        return tier.id if tier is not None and self.readers == Audience.TIER else None


class CancelForm(Form):
    reason = fields.text(max=600, min=10, lines=True)
    sure = fields.must_tick("Tick the box: this can't be taken back.")


class AnswerForm(Form):
    answer = fields.text(max=2_000, min=2, lines=True)


class RemarkForm(Form):
    text = fields.text(max=2_000, min=5, lines=True)
    key = fields.text(max=64, min=0)


class VerdictForm(Form):
    verdict = fields.choice({verdict.value: None for verdict in VERDICTS})
    because = fields.text(max=1_000, min=0, lines=True)

    def check(self) -> None:
        if self.verdict != CampaignState.APPROVED and len(self.because) < BECAUSE_MIN:
            self.refuse("because", _("Say why: the producer reads it."))


class StaffReasonForm(Form):
    reason = fields.text(max=1_000, min=10, lines=True)


# --- what stands in them at first ---


def _moment(instant: Any) -> str:
    return f"{instant:%Y-%m-%dT%H:%M}" if instant else ""


def schedule_typed(campaign: Campaign) -> dict[str, Any]:
    first_update_by = f"{day_due(campaign.update_due_at):%Y-%m-%d}" if campaign.update_due_at else ""
    return {
        "opens_at": _moment(campaign.opens_at), "closes_at": _moment(campaign.closes_at), "first_update_by": first_update_by,
    }  # fmt: skip


def content_typed(campaign: Campaign, story: str, risks: str, budget: list[tuple[str, int]]) -> dict[str, Any]:
    """A draft as its form shows it."""
    typed: dict[str, Any] = {
        "name": campaign.name, "tagline": campaign.tagline, "story": story, "risks": risks, "rule": campaign.rule,
        "threshold": str(campaign.threshold_bps // 100) if campaign.rule == Rule.THRESHOLD else "",
        "giving": "shares" if campaign.share_price_minor else "amounts", "shares_max": str(campaign.shares_per_fan_max or ""),
        "counts_box_office": "yes" if campaign.counts_box_office else "",
        "share_price": money.plain(campaign.share_price_minor, campaign.currency) if campaign.share_price_minor else "",
        **schedule_typed(campaign),
    }  # fmt: skip
    for i, (name, amount_minor) in enumerate(budget, 1):
        typed[f"budget_{i}_name"] = name
        typed[f"budget_{i}_amount"] = money.plain(amount_minor, campaign.currency)
    return typed


def tier_typed(tier: Tier, currency: str) -> dict[str, Any]:
    return {
        "name": tier.name, "description": tier.description, "price": money.plain(tier.price_minor, currency),
        "size": "" if tier.size is None else str(tier.size), "per_fan_max": str(tier.per_fan_max),
        "opens_at": _moment(tier.opens_at), "closes_at": _moment(tier.closes_at), "ships": tier.ships,
        "delivers_on": tier.delivers_on, "seats": str(tier.seats or ""),
        "seat_worth": money.plain(tier.seat_worth_minor, currency) if tier.seat_worth_minor else "", "image_alt": tier.image_alt,
    }  # fmt: skip


def budget_rows(typed: Mapping[str, Any]) -> int:
    """How many rows the form shows: what was typed, and some spare ones."""
    filled = max((int(name.split("_")[1]) for name in typed if name.startswith("budget_") and typed[name]), default=0)
    return min(BUDGET_LINES_MAX, max(BUDGET_ROWS, filled + 3))
