"""Tables of listings: what is offered, in which variants, how many there are, where they are sent, and who doubts it."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.ids import public
from crowdfund.database.moves import Event


class Match(StrEnum):
    """How what is sold stands to what was filmed: said by its seller, and never missing."""

    LICENSED_REPLICA = "licensed_replica"  # made after it, with a licence of those who own it
    IDENTICAL = "identical"  # the same model, off the shelf
    SAME_MAKER = "same_maker"  # another piece of whoever made the one on screen
    INSPIRED = "inspired"  # in its spirit, nothing more


class ListingState(StrEnum):
    DRAFT = "draft"
    LIVE = "live"
    PAUSED = "paused"  # by its seller: nothing is sold, it can go on
    STOPPED = "stopped"  # by staff or the studio, with a reason
    RETIRED = "retired"  # for good


L = ListingState
MOVES: dict[ListingState, set[ListingState]] = {
    L.DRAFT: {L.LIVE, L.RETIRED},
    L.LIVE: {L.PAUSED, L.STOPPED, L.RETIRED},
    L.PAUSED: {L.LIVE, L.STOPPED, L.RETIRED},
    L.STOPPED: {L.PAUSED, L.RETIRED},
    L.RETIRED: set(),
}
SHOWN = (L.LIVE, L.PAUSED, L.STOPPED)  # somebody may have its address: the page says how it stands


class StoppedBy(StrEnum):
    NOBODY = ""
    STAFF = "staff"
    STUDIO = "studio"


class VariantState(StrEnum):
    OFFERED = "offered"
    WITHDRAWN = "withdrawn"


class ReportState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"  # the listing was stopped
    DISMISSED = "dismissed"


REPORT_MOVES: dict[ReportState, set[ReportState]] = {
    ReportState.OPEN: {ReportState.UPHELD, ReportState.DISMISSED},
    ReportState.UPHELD: set(),
    ReportState.DISMISSED: set(),
}


class Listing(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    organisation_id = fields.BigIntField()
    product_id = fields.BigIntField()
    title_id = fields.BigIntField()
    licence_id = fields.BigIntField(null=True)
    name = fields.TextField()
    about = fields.TextField(default="")
    match = fields.TextField()
    currency = fields.TextField()
    discount_bps = fields.BigIntField(default=0)  # paid by the seller
    ships_within_days = fields.BigIntField()
    state = fields.TextField()
    stopped_by = fields.TextField(default=StoppedBy.NOBODY.value)
    note = fields.TextField(default="")  # why it was stopped
    version = fields.BigIntField(default=1)
    stars_sum = fields.BigIntField(default=0)
    stars_count = fields.BigIntField(default=0)
    made_at = InstantField()
    live_since = InstantField(null=True)

    class Meta:
        table = "listing"

    @property
    def path(self) -> str:
        return f"/listings/{public(self.id)}"

    def path_in(self, desk: str) -> str:
        """Its page on the desk of its seller. desk: the path of that."""
        return f"{desk}{self.path}"


class ListingEvent(Event):
    listing_id = fields.BigIntField()

    class Meta:
        table = "listing_event"


class Variant(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    listing_id = fields.BigIntField()
    name = fields.TextField(default="")
    sku = fields.TextField(default="")
    price_minor = fields.BigIntField()
    on_hand = fields.BigIntField(default=0)
    reserved = fields.BigIntField(default=0)
    sold = fields.BigIntField(default=0)
    position = fields.BigIntField()
    state = fields.TextField()

    class Meta:
        table = "variant"

    @property
    def left(self) -> int:
        """Pieces that somebody may still buy."""
        return int(self.on_hand - self.reserved)


class ListingImage(Model):
    image_id = fields.BigIntField(primary_key=True, generated=False)
    listing_id = fields.BigIntField()
    position = fields.BigIntField()
    alt = fields.TextField()

    class Meta:
        table = "listing_image"


class ShippingZone(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    organisation_id = fields.BigIntField()
    name = fields.TextField()
    countries = fields.TextField()
    currency = fields.TextField()
    first_minor = fields.BigIntField()
    more_minor = fields.BigIntField()
    days_min = fields.BigIntField()
    days_max = fields.BigIntField()
    made_at = InstantField()

    class Meta:
        table = "shipping_zone"


class RealReport(Model):
    """Somebody doubts that a listing is what it says."""

    id = fields.BigIntField(primary_key=True, generated=False)
    listing_id = fields.BigIntField()
    person_id = fields.BigIntField()
    words = fields.TextField()
    state = fields.TextField()
    answer = fields.TextField(default="")
    made_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table = "real_report"


class RealReportEvent(Event):
    real_report_id = fields.BigIntField()

    class Meta:
        table = "real_report_event"
