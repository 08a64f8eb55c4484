"""What a fund says of itself, as programs send and read it; and sales, which several funds share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from crowdfund.campaigns.forms import RISKS_MAX, SHARES_MAX, TAGLINE_MAX
from crowdfund.campaigns.rules import BUDGET_LINES_MAX, STORY_MAX, STORY_MIN
from crowdfund.money import AMOUNT_MAX_MINOR, CHARGE_MAX_MINOR
from crowdfund.web.api import LINES, ONE_LINE, READABLE, STRAIGHT, ChargeMinor, Currency, In, Moment, Out, PublicId

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=80, pattern=ONE_LINE, strip_whitespace=True), READABLE, STRAIGHT
]
Tagline = Annotated[
    str, StringConstraints(max_length=TAGLINE_MAX, pattern=ONE_LINE, strip_whitespace=True), READABLE, STRAIGHT
]
Story = Annotated[str, StringConstraints(max_length=STORY_MAX, pattern=LINES, strip_whitespace=True), READABLE]
StoryTold = Annotated[
    str, StringConstraints(min_length=STORY_MIN, max_length=STORY_MAX, pattern=LINES, strip_whitespace=True), READABLE
]
Risks = Annotated[str, StringConstraints(max_length=RISKS_MAX, pattern=LINES, strip_whitespace=True), READABLE]
Label = Annotated[
    str, StringConstraints(min_length=1, max_length=80, pattern=ONE_LINE, strip_whitespace=True), READABLE, STRAIGHT
]
BudgetMinor = Annotated[int, Field(gt=0, le=AMOUNT_MAX_MINOR)]


class CampaignIn(In):
    """A new draft. organisation: the id of one that the token's person manages."""

    organisation: PublicId
    name: Name
    currency: Currency


class BudgetLineIn(In):
    name: Annotated[
        str,
        StringConstraints(min_length=1, max_length=120, pattern=ONE_LINE, strip_whitespace=True),
        READABLE,
        STRAIGHT,
    ]
    amount_minor: BudgetMinor


class ContentIn(In):
    """All that a draft says but its tiers. The goal is the sum of the budget. threshold_bps counts with that rule alone.

    share_price_minor and shares_per_fan_max: both, and fans take shares of one price instead of tiers; left out, they choose.
    counts_box_office: what is recognised at the title's box office counts towards the goal.
    """

    name: Name
    tagline: Tagline = ""
    story: Story = ""
    risks: Risks = ""
    budget: Annotated[list[BudgetLineIn], Field(max_length=BUDGET_LINES_MAX, default_factory=list)]
    opens_at: Moment | None = None
    closes_at: Moment | None = None
    rule: Literal["strict", "threshold", "flexible"] = "strict"
    threshold_bps: Annotated[int, Field(ge=5_000, le=10_000)] = 10_000
    share_price_minor: ChargeMinor | None = None
    shares_per_fan_max: Annotated[int, Field(ge=1, le=SHARES_MAX)] | None = None
    counts_box_office: bool = False


class TierIn(In):
    """size left out: as many as want it. delivers_on: a month, `2027-09`.

    seats: in a cinema, for each one taken; seat_worth_minor: what each may cost at most, with its booking fee.
    """

    name: Label
    description: Annotated[str, StringConstraints(max_length=600, pattern=LINES, strip_whitespace=True), READABLE] = ""
    price_minor: ChargeMinor
    size: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    per_fan_max: Annotated[int, Field(ge=1, le=100)] = 1
    opens_at: Moment | None = None
    closes_at: Moment | None = None
    ships: Literal["nothing", "post"] = "nothing"
    delivers_on: Annotated[str, StringConstraints(pattern=r"^(20[0-9]{2}-(0[1-9]|1[0-2]))?$")] = ""
    seats: Annotated[int, Field(ge=0, le=20)] = 0
    seat_worth_minor: Annotated[int, Field(ge=0, le=CHARGE_MAX_MINOR)] = 0


class PageIn(In):
    """What may change once people can see it: Markdown, both."""

    story: StoryTold
    risks: Risks = ""


class SaleIn(In):
    """A sale: what one fan may give to all its funds together never changes."""

    name: Name
    currency: Currency
    amount_per_fan_max_minor: Annotated[int, Field(gt=0, le=AMOUNT_MAX_MINOR)]


class JoinIn(In):
    """campaign: a fund that has not opened."""

    campaign: PublicId


class CampaignListed(Out):
    """A fund as lists have it. promised_minor counts pledges; collected_minor is money; one is never the other."""

    id: str
    slug: str
    url: str
    name: str
    tagline: str
    kind: str
    state: str
    currency: str
    goal_minor: int
    rule: str
    threshold_bps: int
    promised_minor: int
    promised_at_close_minor: int
    collected_minor: int
    refunded_minor: int
    pledges: int
    opens_at: str | None
    launched_at: str | None
    closes_at: str | None
    ended_at: str | None
    organisation: str
    art_url: str


class TierOut(Out):
    id: str
    name: str
    description: str
    price_minor: int
    size: int | None
    taken: int
    left: int | None
    per_fan_max: int
    opens_at: str | None
    closes_at: str | None
    ships: str
    delivers_on: str
    seats: int
    seat_worth_minor: int
    picture_url: str | None
    picture_alt: str


class BudgetLineOut(Out):
    name: str
    amount_minor: int


class UpdateOut(Out):
    """body: Markdown, null for who may not read it. audience: `everyone`, `backers`, or `tier`. next_by: the day promised with it."""

    number: int
    title: str
    body: str | None
    published_at: str
    audience: str
    tier: str | None
    next_by: str | None


class BoxOfficeOut(Out):
    """The makers' share of what the title's screenings have brought, by how certain it is. None of it is ever collected here."""

    sold_minor: int
    locked_minor: int
    recognised_minor: int
    settled_minor: int


class CampaignOut(CampaignListed):
    """One fund. story and risks: Markdown, of this page_version. next_update_by: a day, null where none is owed.

    counts_box_office: what is recognised of box_office counts towards the goal, as was said before it was open.
    """

    story: str
    risks: str
    page_version: int
    share_price_minor: int | None
    shares_per_fan_max: int | None
    tiers: list[TierOut]
    budget: list[BudgetLineOut]
    updates: list[UpdateOut]
    next_update_by: str | None
    update_is_overdue: bool
    counts_box_office: bool
    box_office: BoxOfficeOut | None


class MissingOut(Out):
    field: str
    sentence: str


class RemarkOut(Out):
    """What the reviewer remarked. answered_at: none until its makers have answered."""

    id: str
    text: str
    made_at: str
    answer: str
    answered_at: str | None


class DraftOut(CampaignOut):
    """A campaign of one's own: missing is what keeps it from being handed in."""

    missing: list[MissingOut]
    remarks: list[RemarkOut]


class PageVersionOut(Out):
    """What the page said once: who pledged then was told this."""

    version: int
    story: str
    risks: str
    made_at: str


class SaleOut(Out):
    """amount_per_fan_max_minor: what one fan may give to all its funds together."""

    id: str
    slug: str
    name: str
    currency: str
    amount_per_fan_max_minor: int
    funds: list[str]
