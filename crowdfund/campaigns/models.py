"""Tables of the campaigns room, and the life of a campaign."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.moves import Event


class CampaignState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    PRELAUNCH = "prelaunch"
    LIVE = "live"
    SETTLING = "settling"
    FUNDED = "funded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUSPENDED = "suspended"
    DELIVERING = "delivering"
    COMPLETED = "completed"
    # A transfer fund with a named target goes this way once it has collected what it needs.
    FUNDED_HELD = "funded_held"  # collected; nothing is paid before the player is registered
    DEAL_AGREED = "deal_agreed"
    REGISTERED = "registered"  # staff has seen the registration; another of them releases the money
    RELEASED = "released"
    OUTCOME_FAILED = "outcome_failed"  # the deal fell through; three days in which backers may object
    ELECTING = "electing"  # each backer decides where her money goes
    REFUNDING = "refunding"
    REDIRECTING = "redirecting"
    CLOSED = "closed"


S = CampaignState
MOVES: dict[CampaignState, set[CampaignState]] = {
    S.DRAFT: {S.SUBMITTED},
    S.SUBMITTED: {S.CHANGES_REQUESTED, S.APPROVED, S.REJECTED, S.DRAFT},
    S.CHANGES_REQUESTED: {S.SUBMITTED},
    S.APPROVED: {S.PRELAUNCH},
    S.REJECTED: set(),
    S.PRELAUNCH: {S.LIVE, S.CANCELLED},
    S.LIVE: {S.SETTLING, S.CANCELLED, S.SUSPENDED},
    S.SETTLING: {S.FUNDED, S.FAILED, S.FUNDED_HELD},
    S.FUNDED: {S.DELIVERING},
    S.FAILED: set(),
    S.CANCELLED: set(),
    S.SUSPENDED: {S.LIVE, S.CANCELLED},
    S.DELIVERING: {S.COMPLETED},
    S.COMPLETED: set(),
    S.FUNDED_HELD: {S.DEAL_AGREED, S.OUTCOME_FAILED},
    S.DEAL_AGREED: {S.REGISTERED, S.OUTCOME_FAILED},  # a medical can fail
    S.REGISTERED: {S.RELEASED, S.DEAL_AGREED},  # back where an objection was right
    S.RELEASED: {S.DELIVERING},
    S.OUTCOME_FAILED: {S.ELECTING, S.FUNDED_HELD, S.DEAL_AGREED},
    S.ELECTING: {S.REFUNDING, S.REDIRECTING, S.CLOSED},
    S.REFUNDING: {S.REDIRECTING, S.CLOSED},
    S.REDIRECTING: {S.CLOSED},
    S.CLOSED: set(),
}
EDITABLE = {S.DRAFT, S.CHANGES_REQUESTED}
GROWING = {S.PRELAUNCH, S.LIVE}  # fans see it: its page goes on in versions, what was taken of it stays
CHANGEABLE = EDITABLE | GROWING
AWAITING = {S.FUNDED_HELD, S.DEAL_AGREED, S.REGISTERED}  # what was collected waits for a deal
FELL_THROUGH = {S.OUTCOME_FAILED, S.ELECTING, S.REFUNDING, S.REDIRECTING, S.CLOSED}
SUCCEEDED = {S.FUNDED, S.RELEASED, S.DELIVERING, S.COMPLETED}
PUBLIC = {S.PRELAUNCH, S.LIVE, S.SETTLING, S.FAILED, S.CANCELLED, S.SUSPENDED} | SUCCEEDED | AWAITING | FELL_THROUGH
OWES_WORD = PUBLIC - {
    S.PRELAUNCH,
    S.FAILED,
    S.CANCELLED,
    S.COMPLETED,
    S.CLOSED,
}  # its makers owe the next update by a day


class Kind(StrEnum):
    FILM = "film"
    TRANSFER = "transfer"  # pays a transfer fee, and nothing else


class Rule(StrEnum):
    """When a fund has succeeded, judged on money collected."""

    STRICT = "strict"  # the whole goal
    THRESHOLD = "threshold"  # a share of the goal, told before launch
    FLEXIBLE = "flexible"  # whatever comes


class Campaign(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    title_id = fields.BigIntField()
    organisation_id = fields.BigIntField()
    kind = fields.TextField()
    slug = fields.TextField()
    name = fields.TextField()
    tagline = fields.TextField(default="")
    state = fields.TextField()
    currency = fields.TextField()
    goal_minor = fields.BigIntField(default=0)
    rule = fields.TextField(default=Rule.STRICT.value)
    threshold_bps = fields.BigIntField(default=10_000)
    fee_bps = fields.BigIntField()
    sale_id = fields.BigIntField(null=True)
    share_price_minor = fields.BigIntField(null=True)
    shares_per_fan_max = fields.BigIntField(null=True)
    opens_at = InstantField(null=True)
    launched_at = InstantField(null=True)
    closes_at = InstantField(null=True)
    closed_at = InstantField(null=True)
    settle_by = InstantField(null=True)
    ended_at = InstantField(null=True)
    page_version = fields.BigIntField(default=1)
    promised_minor = fields.BigIntField(default=0)
    pledges_live = fields.BigIntField(default=0)
    promised_at_close_minor = fields.BigIntField(default=0)
    pledges_at_close = fields.BigIntField(default=0)
    collected_minor = fields.BigIntField(default=0)
    refunded_minor = fields.BigIntField(default=0)
    made_at = InstantField()
    cap_minor = fields.BigIntField(null=True)
    fallback_id = fields.BigIntField(null=True)
    update_due_at = InstantField(null=True)
    counts_box_office = fields.BigIntField(default=0)  # 1: what is recognised at the box office counts towards the goal

    class Meta:
        table = "campaign"

    @property
    def path(self) -> str:
        return f"/campaigns/{self.slug}"

    @property
    def desk_path(self) -> str:
        return f"/desk/campaigns/{self.slug}"

    @property
    def needed_minor(self) -> int:
        """What has to be collected for the fund to succeed."""
        if self.rule == Rule.FLEXIBLE:
            return 1
        # Rounded up: a threshold of 80 % means no cent less than 80 %.
        return max(1, -(-self.goal_minor * self.threshold_bps // 10_000))

    @property
    def is_public(self) -> bool:
        return self.state in PUBLIC


class CampaignPage(Model):
    # Tortoise wants one column as key; the pair is unique in the schema and rows are only ever filtered and created.
    campaign_id = fields.BigIntField(primary_key=True, generated=False)
    version = fields.BigIntField()
    story = fields.TextField()
    risks = fields.TextField(default="")
    by_person_id = fields.BigIntField(null=True)
    made_at = InstantField()

    class Meta:
        table = "campaign_page"


class BudgetLine(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    campaign_id = fields.BigIntField()
    position = fields.BigIntField()
    name = fields.TextField()
    amount_minor = fields.BigIntField()
    part = fields.TextField(default="cost")

    class Meta:
        table = "budget_line"


class Tier(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    campaign_id = fields.BigIntField()
    position = fields.BigIntField()
    name = fields.TextField()
    description = fields.TextField(default="")
    price_minor = fields.BigIntField()
    size = fields.BigIntField(null=True)
    taken = fields.BigIntField(default=0)
    per_fan_max = fields.BigIntField(default=1)
    opens_at = InstantField(null=True)
    closes_at = InstantField(null=True)
    ships = fields.TextField(default="nothing")
    delivers_on = fields.TextField(default="")
    seats = fields.BigIntField(default=0)  # in a cinema, for each one taken; what each may cost at most:
    seat_worth_minor = fields.BigIntField(default=0)
    image_id = fields.BigIntField(null=True)
    first_taken_at = InstantField(null=True)
    image_alt = ""  # what the picture shows, where it was looked up

    class Meta:
        table = "tier"

    @property
    def left(self) -> int | None:
        return None if self.size is None else self.size - self.taken

    @property
    def is_promised(self) -> bool:
        """Fans took it, though all of them may have left it again."""
        return self.first_taken_at is not None


class CampaignImage(Model):
    """A picture of a campaign's story. Tortoise wants one column as key; the pair is unique in the schema."""

    campaign_id = fields.BigIntField(primary_key=True, generated=False)
    image_id = fields.BigIntField()
    position = fields.BigIntField()

    class Meta:
        table = "campaign_image"


class Sale(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    slug = fields.TextField()
    name = fields.TextField()
    currency = fields.TextField()
    amount_per_fan_max_minor = fields.BigIntField()

    class Meta:
        table = "sale"

    @property
    def staff_path(self) -> str:
        return f"/staff/sales/{self.slug}"


class BoxOffice(Model):
    """The share of a title's own organisation of what its screenings have brought, by how certain it is."""

    campaign_id = fields.BigIntField(primary_key=True, generated=False)
    sold_minor = fields.BigIntField()
    locked_minor = fields.BigIntField()
    recognised_minor = fields.BigIntField()
    settled_minor = fields.BigIntField()
    told_at = InstantField()

    class Meta:
        table = "box_office"


class CampaignEvent(Event):
    campaign_id = fields.BigIntField()

    class Meta:
        table = "campaign_event"


class ReviewRemark(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    campaign_id = fields.BigIntField()
    by_person_id = fields.BigIntField()
    text = fields.TextField()
    made_at = InstantField()
    answer = fields.TextField(default="")
    answered_by_id = fields.BigIntField(null=True)
    answered_at = InstantField(null=True)

    class Meta:
        table = "review_remark"


class Audience(StrEnum):
    """Whom an update is for; its title everybody may read."""

    EVERYONE = "everyone"
    BACKERS = "backers"
    TIER = "tier"


class CampaignUpdate(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    campaign_id = fields.BigIntField()
    number = fields.BigIntField()
    title = fields.TextField()
    body = fields.TextField()
    by_person_id = fields.BigIntField()
    published_at = InstantField()
    audience = fields.TextField(default=Audience.EVERYONE.value)
    tier_id = fields.BigIntField(null=True)
    next_due_at = InstantField(null=True)

    class Meta:
        table = "campaign_update"


class Follower(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    campaign_id = fields.BigIntField()
    person_id = fields.BigIntField()
    made_at = InstantField()

    class Meta:
        table = "follower"


class MailStop(Model):
    """A backer who wants no more news of a fund by mail."""

    id = fields.BigIntField(primary_key=True, generated=False)
    campaign_id = fields.BigIntField()
    person_id = fields.BigIntField()
    made_at = InstantField()

    class Meta:
        table = "mail_stop"
