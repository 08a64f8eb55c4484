"""The bodies of the API of what is on screen, in and out. Times on a film are whole milliseconds on its master."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from crowdfund.merch.screen.importing.rows import FILE_MAX
from crowdfund.merch.screen.masters import DELAY_MS_MAX
from crowdfund.merch.screen.rules import ABOUT_MAX, ALT_MAX, BOXES_MAX, CLEARANCE_MAX, CODE_MAX, NAME_MAX, OFFSETS_MAX
from crowdfund.merch.screen.timecode import DAY_MS
from crowdfund.screenings.api.bodies import line_of, lines_of
from crowdfund.web.api import LINES, READABLE, STRAIGHT, In, Moment, Out, PublicId

Rate = Literal["23.976", "24", "25", "29.97", "30", "48", "50", "59.94", "60"]
Ms = Annotated[int, Field(ge=0, le=DAY_MS)]
Name = Annotated[str, line_of(NAME_MAX), READABLE, STRAIGHT]
MaybeName = Annotated[str, line_of(NAME_MAX, 0), STRAIGHT]
Spoiler = Annotated[int, Field(ge=0, le=2)]
Clearance = Annotated[str, lines_of(CLEARANCE_MAX), READABLE]
BoxIn = Annotated[list[float], Field(min_length=5, max_length=5)]


class MasterIn(In):
    """fps: frames a second. airs_at: when it first airs; left out, nothing waits. delay_ms: of a live premiere."""

    fps: Rate
    duration_ms: Annotated[int, Field(gt=0, le=DAY_MS)]
    airs_at: Moment | None = None
    is_for_children: bool = False
    delay_ms: Annotated[int, Field(ge=0, le=DELAY_MS_MAX)] = 0


class MasterOut(Out):
    """video_type: empty where no film was sent. is_for_children: nothing is laid over it."""

    title: str
    fps: str
    duration_ms: int
    video_type: str
    has_captions: bool
    airs_at: str | None
    is_for_children: bool
    delay_ms: int


class CaptionsIn(In):
    """A WebVTT file as one text; empty takes the captions away."""

    text: Annotated[str, StringConstraints(max_length=1_000_000)]


class PieceIn(In):
    """Of the master, from_ms up to to_ms is in the cut, delta_ms later; earlier below zero."""

    from_ms: Ms
    to_ms: Ms
    delta_ms: Annotated[int, Field(ge=-DAY_MS, le=DAY_MS)]


class CutIn(In):
    name: Name
    pieces: Annotated[list[PieceIn], Field(min_length=1, max_length=OFFSETS_MAX)]


class CutOut(Out):
    id: str
    name: str
    pieces: list[PieceIn]


class SceneIn(In):
    """spoiler: 0 none, 1 hidden until its moment has passed, 2 until the end."""

    code: Annotated[str, line_of(CODE_MAX), READABLE, STRAIGHT]
    name: MaybeName = ""
    start_ms: Ms
    end_ms: Ms
    spoiler: Spoiler = 0


class SceneOut(Out):
    id: str
    code: str
    name: str
    start_ms: int
    end_ms: int
    spoiler: int


class OnscreenProductIn(In):
    """wearer: the character who wears or uses it, by name; empty for nobody. category: for licences by category."""

    kind: Literal["costume", "prop", "jewellery", "set"]
    name: Name
    about: Annotated[str, lines_of(ABOUT_MAX), READABLE] = ""
    category: MaybeName = ""
    designer: MaybeName = ""
    wearer: MaybeName = ""
    actor: MaybeName = ""
    embargo_until: Moment | None = None
    spoiler: Spoiler = 0


class ClearancesIn(In):
    """Who agreed, and on what paper; empty for nobody yet."""

    design: Clearance
    likeness: Clearance = ""


class HistoryOut(Out):
    from_state: str
    to_state: str
    because: str
    at: str


class OnscreenProductListed(Out):
    """state: draft, cleared, open_for_applications, licensed or retired. wanted: backers who would buy it."""

    id: str
    kind: str
    name: str
    category: str
    designer: str
    wearer: str
    actor: str
    state: str
    picture_url: str
    wanted: int
    is_asked: bool
    embargo_until: str | None
    spoiler: int


class OnscreenProductOut(OnscreenProductListed):
    about: str
    design_clearance: str
    design_cleared_at: str | None
    likeness_clearance: str
    likeness_cleared_at: str | None
    history: list[HistoryOut]


class AppearanceIn(In):
    """boxes: [seconds after start_ms, x, y, width, height] in parts of the frame, moving in a straight line from one to the next."""

    product: PublicId
    scene: PublicId | None = None
    start_ms: Ms
    end_ms: Ms
    prominence: Annotated[int, Field(ge=1, le=3)] = 2
    boxes: Annotated[list[BoxIn], Field(max_length=BOXES_MAX, default_factory=list)]
    alt: Annotated[str, line_of(ALT_MAX, 0), STRAIGHT] = ""


class AppearanceOut(Out):
    id: str
    product: str
    scene: str | None
    start_ms: int
    end_ms: int
    prominence: int
    boxes: list[list[float]]
    alt: str


class ListIn(In):
    """A list as one text: a table (CSV) or the list of an edit (EDL, CMX3600). fps, first: of an EDL. cut: whose times it has."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=FILE_MAX, pattern=LINES)]
    fps: Rate | None = None
    first: Annotated[str, StringConstraints(pattern=r"^(\d{1,2}:\d\d:\d\d[:;]\d\d)?$")] = ""
    cut: PublicId | None = None


class ProblemOut(Out):
    """line: of the list, 0 for the whole."""

    line: int
    sentence: str


class ListOut(Out):
    """What keeping the list would do, or did. form: table or edl. counted_from: the timecode that the film's first frame has."""

    form: str
    counted_from: str
    new_scenes: int
    changed_scenes: int
    new_products: list[str]
    new_appearances: int
    changed_appearances: int
    same: int
    problems: list[ProblemOut]
    hints: list[str]


class FindingOut(Out):
    """weight: stops (it can't be published), leaves_out (of what is published), hint."""

    kind: str
    weight: str
    at_ms: int
    appearances: list[str]
    sentence: str


class ChangeOut(Out):
    """kind: new, gone or other; fields: what differs of an other one."""

    kind: str
    appearance: str
    product: str
    start_ms: int
    end_ms: int
    fields: list[str]


class ScreenOut(Out):
    """What to look at before publishing, and what publishing would change for viewers."""

    findings: list[FindingOut]
    changes: list[ChangeOut]


class PublishIn(In):
    """leaving_out: publish without what is not cleared; refused otherwise."""

    leaving_out: bool = False


class RevisionListed(Out):
    id: str
    number: int
    sha256: str
    published_at: str


class RevisionOut(RevisionListed):
    """changes: from the one before."""

    appearances: int
    changes: list[ChangeOut]


class WishOut(Out):
    """A product that backers are asked about. wanted: how many would buy it. mine: whether I said so."""

    id: str
    name: str
    kind: str
    about: str
    designer: str
    picture_url: str
    wanted: int
    mine: bool
