"""What makers may send about what is on screen."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from starlette.datastructures import FormData, UploadFile

from crowdfund.campaigns.gallery import ALT_MAX as IMAGE_ALT_MAX
from crowdfund.database.ids import private, public
from crowdfund.merch.screen import timecode
from crowdfund.merch.screen.appearances import Sighting
from crowdfund.merch.screen.cues import Offset
from crowdfund.merch.screen.importing.rows import FILE_MAX
from crowdfund.merch.screen.masters import MasterFacts
from crowdfund.merch.screen.models import Appearance, Master, OnscreenProduct, ProductKind, Scene
from crowdfund.merch.screen.products import ProductFacts, Worn
from crowdfund.merch.screen.rules import ABOUT_MAX, ALT_MAX, CLEARANCE_MAX, CODE_MAX, NAME_MAX, boxes_of, boxes_text
from crowdfund.merch.screen.scenes import SceneFacts
from crowdfund.merch.screen.timecode import RATES, clock_text, rate_name
from crowdfund.refusal import Refusal
from crowdfund.web import fields
from crowdfund.web.fields import Field, Wrong
from crowdfund.web.form import Form
from crowdfund.web.formats import said
from crowdfund.web.i18n import _, lazy
from crowdfund.web.rate_limit import Limit

FILMS = Limit("send_film", 20, 3600, by="person")  # each is up to 64 MB
LISTS = Limit("read_screen_list", 60, 3600, by="person")
WANTS = Limit("want_it", 120, 60, by="person")

KINDS = {
    ProductKind.COSTUME: lazy("Costume"), ProductKind.PROP: lazy("Prop"), ProductKind.JEWELLERY: lazy("Jewellery"),
    ProductKind.SET: lazy("Set"),
}  # fmt: skip
SPOILERS = {
    "0": lazy("No spoiler"), "1": lazy("Shown only once its moment has passed"), "2": lazy("Shown only after the end"),
}  # fmt: skip
PROMINENCES = {"1": lazy("In the background"), "2": lazy("Well seen"), "3": lazy("The scene is about it")}
_SHIFT_SIGNS = {"+": 1, "-": -1}


def moment() -> Field[int]:
    """A time on the film, in milliseconds. The form was read with `fps=`."""

    def understand(typed: str, form: Form) -> int:
        if not typed:
            raise Wrong(_("Please fill this in."))
        try:
            return timecode.understand(typed, form.given.get("fps") or Fraction(25))
        except Refusal as refusal:
            raise Wrong(said(refusal)) from None

    return Field(understand)


def _read_boxes(typed: str, form: Form) -> list[list[float]]:
    try:
        return boxes_of(typed)
    except Refusal as refusal:
        raise Wrong(said(refusal)) from None


def _read_offsets(typed: str, form: Form) -> list[Offset]:
    """A line a piece: from, to, and by how much it is later (or earlier, with a minus) in the cut."""
    found = []
    for number, line in enumerate(typed.split("\n"), 1):
        words = line.split()
        if not words:
            continue
        try:
            if len(words) != 3 or words[2][0] not in _SHIFT_SIGNS:
                raise Wrong(
                    _("Line %(line)d: a piece is from, to and shift, like 00:00:00 00:12:00 +2.5.") % {"line": number}
                )
            fps = form.given["fps"]
            start, end, shift = (
                timecode.understand(word.lstrip("+-") if i == 2 else word, fps) for i, word in enumerate(words)
            )
        except Refusal as refusal:
            raise Wrong(said(refusal)) from None
        found.append(Offset(start, end, _SHIFT_SIGNS[words[2][0]] * shift))
    return found


class _Film(Field[UploadFile | None]):
    async def take(self, name: str, sent: FormData, form: Form) -> UploadFile | None:
        found = sent.get(name)
        return found if isinstance(found, UploadFile) and found.size else None


class MasterForm(Form):
    """How the film is. A rate is chosen from those that films are made at."""

    fps = fields.choice(dict.fromkeys(RATES))
    duration = moment()
    airs_at = fields.maybe(fields.instant())
    delay = fields.maybe(fields.whole(max=3600))
    for_children = fields.checkbox()

    @property
    def facts(self) -> MasterFacts:
        return MasterFacts(RATES[self.fps], self.duration, self.airs_at, self.for_children, (self.delay or 0) * 1000)


def master_typed(master: Master | None) -> dict[str, Any]:
    if master is None:
        return {"fps": "24", "duration": "", "airs_at": "", "delay": "", "for_children": ""}
    return {
        "fps": rate_name(master.fps), "duration": clock_text(master.duration_ms),
        "airs_at": f"{master.airs_at:%Y-%m-%dT%H:%M}" if master.airs_at else "",
        "delay": str(master.cue_delay_ms // 1000 or ""), "for_children": "yes" if master.shown_without_shop else "",
    }  # fmt: skip


class FilmForm(Form):
    video = _Film(lambda typed, form: None)


class CaptionsForm(Form):
    captions = fields.document()


class PosterForm(Form):
    image = fields.image()
    image_alt = fields.text(max=IMAGE_ALT_MAX, min=0)
    image_kept = fields.text(max=13, min=0)


class CutForm(Form):
    """Read with `fps=`."""

    name = fields.text(max=NAME_MAX)
    offsets = Field(_read_offsets)


def offsets_text(offsets: list[Offset]) -> str:
    return "\n".join(
        f"{clock_text(o.from_ms)} {clock_text(o.to_ms)} {'-' if o.delta_ms < 0 else '+'}{clock_text(abs(o.delta_ms))}"
        for o in offsets
    )


class SceneForm(Form):
    """Read with `fps=`."""

    code = fields.text(max=CODE_MAX)
    name = fields.text(max=NAME_MAX, min=0)
    start = moment()
    end = moment()
    spoiler = fields.choice(SPOILERS)
    key = fields.text(max=64, min=0)

    @property
    def facts(self) -> SceneFacts:
        return SceneFacts(self.code, self.name, self.start, self.end, int(self.spoiler))


def scene_typed(scene: Scene) -> dict[str, str]:
    return {
        "code": scene.code, "name": scene.name, "start": clock_text(scene.start_ms), "end": clock_text(scene.end_ms),
        "spoiler": str(scene.spoiler),
    }  # fmt: skip


class ProductForm(Form):
    """wearer, actor: by name; a character that is new is made with it."""

    kind = fields.choice(KINDS)
    name = fields.text(max=NAME_MAX)
    about = fields.text(max=ABOUT_MAX, min=0, lines=True)
    category = fields.text(max=NAME_MAX, min=0)
    designer = fields.text(max=NAME_MAX, min=0)
    wearer = fields.text(max=NAME_MAX, min=0)
    actor = fields.text(max=NAME_MAX, min=0)
    embargo_until = fields.maybe(fields.instant())
    spoiler = fields.choice(SPOILERS)
    image = fields.image()
    image_alt = fields.text(max=IMAGE_ALT_MAX, min=0)
    image_kept = fields.text(max=13, min=0)
    key = fields.text(max=64, min=0)

    @property
    def facts(self) -> ProductFacts:
        return ProductFacts(
            ProductKind(self.kind),
            self.name,
            self.about,
            self.category,
            self.designer,
            None,
            self.embargo_until,
            int(self.spoiler),
        )

    @property
    def worn(self) -> Worn:
        return Worn(self.wearer, self.actor)


def product_typed(product: OnscreenProduct, wearer: tuple[str, str], image_alt: str) -> dict[str, str]:
    """wearer: the character and who plays it, both empty for nobody."""
    return {
        "kind": product.kind, "name": product.name, "about": product.about, "category": product.category,
        "designer": product.designer, "wearer": wearer[0], "actor": wearer[1], "spoiler": str(product.spoiler),
        "embargo_until": f"{product.embargo_until:%Y-%m-%dT%H:%M}" if product.embargo_until else "", "image_alt": image_alt,
    }  # fmt: skip


class ClearanceForm(Form):
    design = fields.text(max=CLEARANCE_MAX, min=0, lines=True)
    likeness = fields.text(max=CLEARANCE_MAX, min=0, lines=True)


def _given(name: str) -> Any:
    def options(given: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = given[name]
        return found

    return options


class AppearanceForm(Form):
    """Read with `fps=`, and `products=` and `scenes=` by their public ids (no scene: empty)."""

    product = fields.choice(_given("products"))
    scene = fields.choice(_given("scenes"))
    start = moment()
    end = moment()
    prominence = fields.choice(PROMINENCES)
    alt = fields.text(max=ALT_MAX, min=0)
    boxes = Field(_read_boxes)
    key = fields.text(max=64, min=0)

    @property
    def sighting(self) -> Sighting:
        return Sighting(
            private(self.product), self.start, self.end, private(self.scene) if self.scene else None, self.boxes,
            int(self.prominence), self.alt,
        )  # fmt: skip


def appearance_typed(one: Appearance) -> dict[str, str]:
    return {
        "product": public(one.product_id), "scene": public(one.scene_id) if one.scene_id else "", "start": clock_text(one.start_ms),
        "end": clock_text(one.end_ms), "prominence": str(one.prominence), "alt": one.alt, "boxes": boxes_text(one.box_list),
    }  # fmt: skip


class ListForm(Form):
    """A list to look at. Read with `cuts=` by their public ids. first: the timecode of the film's first frame, of an EDL."""

    file = fields.document()
    fps = fields.choice(dict.fromkeys(RATES))
    first = fields.text(max=11, min=0)
    cut = fields.choice(_given("cuts"))


class KeepListForm(Form):
    """What was looked at, and is kept now."""

    text = fields.text(max=FILE_MAX, lines=True)
    fps = fields.choice(dict.fromkeys(RATES))
    first = fields.text(max=11, min=0)
    cut = fields.choice(_given("cuts"))


class PublishForm(Form):
    leaving_out = fields.checkbox()
