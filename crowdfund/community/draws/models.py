"""Tables of draws, and the lives of a draw and of a winner."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.ids import public
from crowdfund.database.moves import Event


class DrawState(StrEnum):
    DRAFT = "draft"
    ANNOUNCED = "announced"  # terms and commitment stay; backers enter until it closes
    CLOSED = "closed"  # the list stays
    DRAWN = "drawn"  # the seed is out, winners answer
    COMPLETED = "completed"  # the day has come
    CANCELLED = "cancelled"


S = DrawState
MOVES: dict[DrawState, set[DrawState]] = {
    S.DRAFT: {S.ANNOUNCED},
    S.ANNOUNCED: {S.CLOSED, S.CANCELLED},
    S.CLOSED: {S.DRAWN, S.CANCELLED},
    S.DRAWN: {S.COMPLETED},
    S.COMPLETED: set(),
    S.CANCELLED: set(),
}
IS_DRAWN = {S.DRAWN, S.COMPLETED}
CAN_BE_CANCELLED = {S.ANNOUNCED, S.CLOSED}


class WinnerState(StrEnum):
    WAITING = "waiting"  # moves up where somebody doesn't come
    ASKED = "asked"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    LAPSED = "lapsed"  # did not answer in time


W = WinnerState
WINNER_MOVES: dict[WinnerState, set[WinnerState]] = {
    W.WAITING: {W.ASKED},
    W.ASKED: {W.CONFIRMED, W.DECLINED, W.LAPSED},
    W.CONFIRMED: {W.CONFIRMED, W.DECLINED},  # she may say anew how she is reached
    W.DECLINED: set(),
    W.LAPSED: set(),
}
HOLDS_PLACE = {W.ASKED, W.CONFIRMED}


class Draw(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    campaign_id = fields.BigIntField()
    state = fields.TextField()
    title = fields.TextField()
    about = fields.TextField()
    place = fields.TextField()
    included = fields.TextField()
    not_included = fields.TextField()
    travel = fields.TextField()
    happens_at = InstantField()
    places = fields.BigIntField()
    persons_each = fields.BigIntField()
    reserves = fields.BigIntField()
    entries_min = fields.BigIntField()
    capacity = fields.BigIntField(null=True)
    capacity_by = fields.TextField()
    closes_at = InstantField()
    public_what = fields.TextField()
    public_at = InstantField(null=True)
    answer_by = InstantField()
    commitment = fields.TextField(null=True)
    entries = fields.BigIntField(default=0)
    list_hash = fields.TextField(null=True)
    public_value = fields.TextField(default="")
    public_source = fields.TextField(default="")
    seed = fields.TextField(null=True)
    announced_at = InstantField(null=True)
    closed_at = InstantField(null=True)
    drawn_at = InstantField(null=True)
    made_at = InstantField()

    class Meta:
        table = "draw"

    @property
    def path(self) -> str:
        return f"/draws/{public(self.id)}"

    @property
    def is_drawn(self) -> bool:
        return self.state in IS_DRAWN

    @property
    def can_be_drawn_from(self) -> datetime:
        """When all is known that it takes."""
        return self.public_at or self.closes_at

    def is_open(self, now: datetime) -> bool:
        """Whether backers can enter: closing is a matter of time, not of whether somebody has worked off the moment."""
        return self.state == DrawState.ANNOUNCED and now < self.closes_at


class DrawTier(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    draw_id = fields.BigIntField()
    campaign_id = fields.BigIntField()
    tier_id = fields.BigIntField()

    class Meta:
        table = "draw_tier"


class DrawSeed(Model):
    """The secret of a draw until it is drawn: only `seeds` asks for it."""

    draw_id = fields.BigIntField(primary_key=True, generated=False)
    seed = fields.TextField()
    made_at = InstantField()

    class Meta:
        table = "draw_seed"


class DrawEntry(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    draw_id = fields.BigIntField()
    person_id = fields.BigIntField()
    entry = fields.TextField()
    made_at = InstantField()
    withdrawn_at = InstantField(null=True)
    listed_at = InstantField(null=True)

    class Meta:
        table = "draw_entry"

    @property
    def stands(self) -> bool:
        return self.withdrawn_at is None


class DrawEvent(Event):
    draw_id = fields.BigIntField()

    class Meta:
        table = "draw_event"


class DrawWinner(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    draw_id = fields.BigIntField()
    rank = fields.BigIntField()
    entry_id = fields.BigIntField()
    state = fields.TextField()
    place = fields.BigIntField(null=True)
    answer_by = InstantField(null=True)
    public_name = fields.TextField(default="")
    contact_name = fields.TextField(default="")
    contact = fields.TextField(default="")
    note = fields.TextField(default="")

    class Meta:
        table = "draw_winner"

    def can_answer(self, now: datetime) -> bool:
        return self.state == WinnerState.ASKED and self.answer_by is not None and now < self.answer_by


class DrawWinnerEvent(Event):
    draw_winner_id = fields.BigIntField()

    class Meta:
        table = "draw_winner_event"
