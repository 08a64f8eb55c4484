"""Tables of what is on screen, and the life of a product that could be made."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction

import orjson
from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.ids import public
from crowdfund.database.moves import Event


class ProductKind(StrEnum):
    COSTUME = "costume"
    PROP = "prop"
    JEWELLERY = "jewellery"
    SET = "set"


class ProductState(StrEnum):
    DRAFT = "draft"  # written down; who owns the design and the likeness has not agreed yet
    CLEARED = "cleared"  # it may be made and shown
    OPEN_FOR_APPLICATIONS = "open_for_applications"  # sellers may ask to make it
    LICENSED = "licensed"  # somebody makes it
    RETIRED = "retired"


S = ProductState
MOVES: dict[ProductState, set[ProductState]] = {
    S.DRAFT: {S.CLEARED, S.RETIRED},
    S.CLEARED: {S.DRAFT, S.OPEN_FOR_APPLICATIONS, S.LICENSED, S.RETIRED},
    S.OPEN_FOR_APPLICATIONS: {S.CLEARED, S.LICENSED, S.RETIRED},
    S.LICENSED: {S.OPEN_FOR_APPLICATIONS, S.CLEARED, S.RETIRED},
    S.RETIRED: set(),
}
CLEARED = frozenset({S.CLEARED, S.OPEN_FOR_APPLICATIONS, S.LICENSED})  # with both clearances: may be shown to all


class Master(Model):
    """The one cut of a title that all times are told on."""

    title_id = fields.BigIntField(primary_key=True, generated=False)
    fps_num = fields.BigIntField()
    fps_den = fields.BigIntField()
    duration_ms = fields.BigIntField()
    video = fields.TextField(default="")
    video_type = fields.TextField(default="")
    poster_image_id = fields.BigIntField(null=True)
    captions = fields.TextField(default="")
    airs_at = InstantField(null=True)
    shown_without_shop = fields.BigIntField(default=0)
    cue_delay_ms = fields.BigIntField(default=0)
    made_at = InstantField()

    class Meta:
        table = "master"

    @property
    def fps(self) -> Fraction:
        return Fraction(self.fps_num, self.fps_den)


class Cut(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    title_id = fields.BigIntField()
    name = fields.TextField()
    made_at = InstantField()

    class Meta:
        table = "cut"


class CutOffset(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    cut_id = fields.BigIntField()
    from_ms = fields.BigIntField()
    to_ms = fields.BigIntField()
    delta_ms = fields.BigIntField()

    class Meta:
        table = "cut_offset"


class Scene(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    title_id = fields.BigIntField()
    code = fields.TextField()
    name = fields.TextField()
    start_ms = fields.BigIntField()
    end_ms = fields.BigIntField()
    spoiler = fields.BigIntField(default=0)

    class Meta:
        table = "scene"


class Wearer(Model):
    """A character, and who plays it."""

    id = fields.BigIntField(primary_key=True, generated=False)
    title_id = fields.BigIntField()
    name = fields.TextField()
    actor = fields.TextField(default="")

    class Meta:
        table = "wearer"


class OnscreenProduct(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    title_id = fields.BigIntField()
    wearer_id = fields.BigIntField(null=True)
    kind = fields.TextField()
    name = fields.TextField()
    about = fields.TextField(default="")
    category = fields.TextField(default="")
    designer = fields.TextField(default="")
    image_id = fields.BigIntField(null=True)
    state = fields.TextField()
    design_cleared_at = InstantField(null=True)
    design_clearance = fields.TextField(default="")
    likeness_cleared_at = InstantField(null=True)
    likeness_clearance = fields.TextField(default="")
    embargo_until = InstantField(null=True)
    spoiler = fields.BigIntField(default=0)
    asked_at = InstantField(null=True)
    wanted = fields.BigIntField(default=0)
    made_at = InstantField()

    class Meta:
        table = "onscreen_product"

    @property
    def is_cleared(self) -> bool:
        return self.state in CLEARED

    @property
    def path(self) -> str:
        """Its page for everybody."""
        return f"/watch/{public(self.title_id)}/items/{public(self.id)}"


class OnscreenProductEvent(Event):
    onscreen_product_id = fields.BigIntField()

    class Meta:
        table = "onscreen_product_event"


class Appearance(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    product_id = fields.BigIntField()
    title_id = fields.BigIntField()
    scene_id = fields.BigIntField(null=True)
    start_ms = fields.BigIntField()
    end_ms = fields.BigIntField()
    prominence = fields.BigIntField(default=2)
    boxes = fields.TextField(default="[]")
    alt = fields.TextField(default="")
    made_at = InstantField()

    class Meta:
        table = "appearance"

    @property
    def box_list(self) -> list[list[float]]:
        found: list[list[float]] = orjson.loads(self.boxes)
        return found


class CueRevision(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    title_id = fields.BigIntField()
    number = fields.BigIntField()
    sha256 = fields.TextField()
    document = fields.TextField()
    by_person_id = fields.BigIntField()
    published_at = InstantField()

    class Meta:
        table = "cue_revision"
