"""The bodies of the API of draws, in and out."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from crowdfund.community.draws import rules
from crowdfund.community.draws.forms import CONTACT_MAX, NAME_MAX, NOTE_MAX, VALUE_MAX
from crowdfund.web.api import LINES, ONE_LINE, READABLE, STRAIGHT, In, Moment, Out, PublicId

Title = Annotated[
    str,
    StringConstraints(min_length=1, max_length=rules.TITLE_MAX, pattern=ONE_LINE, strip_whitespace=True),
    READABLE,
    STRAIGHT,
]
Text = Annotated[str, StringConstraints(max_length=rules.TEXT_MAX, pattern=LINES, strip_whitespace=True), READABLE]
Words = Annotated[
    str, StringConstraints(max_length=rules.LINE_MAX, pattern=ONE_LINE, strip_whitespace=True), READABLE, STRAIGHT
]


class DrawIn(In):
    """All that a draw says. persons_each: how many one place is for. entries_min: with fewer it is not held.

    capacity and capacity_by: how many the place holds, and who of it has confirmed that: needed to announce it. public_what
    and public_at: a number that nobody here controls, and when it is known, after closes_at: both or none. tiers: who may take
    part; left out, every backer.
    """

    title: Title
    about: Annotated[
        str, StringConstraints(min_length=10, max_length=rules.TEXT_MAX, pattern=LINES, strip_whitespace=True), READABLE
    ]
    place: Annotated[
        str,
        StringConstraints(min_length=1, max_length=rules.LINE_MAX, pattern=ONE_LINE, strip_whitespace=True),
        READABLE,
        STRAIGHT,
    ]
    included: Text = ""
    not_included: Text = ""
    travel: Text = ""
    happens_at: Moment
    places: Annotated[int, Field(ge=1, le=rules.PLACES_MAX)]
    persons_each: Annotated[int, Field(ge=1, le=rules.PERSONS_EACH_MAX)] = 1
    reserves: Annotated[int, Field(ge=0, le=rules.PLACES_MAX)] = 0
    entries_min: Annotated[int, Field(ge=1, le=rules.ENTRIES_MIN_MAX)]
    capacity: Annotated[int, Field(ge=1, le=rules.CAPACITY_MAX)] | None = None
    capacity_by: Words = ""
    closes_at: Moment
    public_what: Words = ""
    public_at: Moment | None = None
    answer_by: Moment
    tiers: Annotated[list[PublicId], Field(max_length=100, default_factory=list)]


class CancelDrawIn(In):
    """reason: what everybody who took part reads."""

    reason: Annotated[
        str, StringConstraints(min_length=10, max_length=600, pattern=LINES, strip_whitespace=True), READABLE
    ]


class ResultIn(In):
    """public_value: as the source has it, in plain ASCII; public_source: where everybody can look it up. Both empty where the draw
    was announced without a number from outside."""

    public_value: Annotated[str, StringConstraints(max_length=VALUE_MAX, pattern=ONE_LINE)] = ""
    public_source: Words = ""


class AcceptIn(In):
    """How the makers reach her. show_name: whether everybody may read her name beside her entry."""

    contact_name: Annotated[
        str,
        StringConstraints(min_length=1, max_length=NAME_MAX, pattern=ONE_LINE, strip_whitespace=True),
        READABLE,
        STRAIGHT,
    ]
    contact: Annotated[
        str,
        StringConstraints(min_length=1, max_length=CONTACT_MAX, pattern=ONE_LINE, strip_whitespace=True),
        READABLE,
        STRAIGHT,
    ]
    note: Annotated[str, StringConstraints(max_length=NOTE_MAX, pattern=LINES, strip_whitespace=True), READABLE] = ""
    show_name: bool = False


class DrawListed(Out):
    """A draw as lists have it. entries: how many take part, or were in the list when it closed."""

    id: str
    campaign: str
    url: str
    state: str
    title: str
    places: int
    persons_each: int
    reserves: int
    entries: int
    entries_min: int
    is_open: bool
    closes_at: str
    answer_by: str
    happens_at: str


class DrawnOut(Out):
    """Somebody who was drawn, by her entry. name: only where she agreed to that."""

    rank: int
    entry: str
    state: str
    name: str


class DrawOut(DrawListed):
    """One draw. commitment: the SHA-256 of the seed. list_hash: of the entries, once it has closed. seed: once it is drawn, and
    never before. because: why it was called off."""

    about: str
    place: str
    included: str
    not_included: str
    travel: str
    capacity: int | None
    capacity_by: str
    tiers: list[str]
    public_what: str
    public_at: str | None
    public_value: str
    public_source: str
    commitment: str | None
    list_hash: str | None
    seed: str | None
    announced_at: str | None
    closed_at: str | None
    drawn_at: str | None
    because: str
    winners: list[DrawnOut]


class MissingFromDrawOut(Out):
    field: str
    sentence: str


class OwnDrawOut(DrawOut):
    """A draw of one's own fund. missing: what keeps a draft from being announced."""

    missing: list[MissingFromDrawOut]


class EntriesOut(Out):
    """The frozen list: list_hash is the SHA-256 of all entries in this order, each followed by a line feed."""

    draw: str
    list_hash: str
    entries: list[str]


class FileOut(Out):
    """The file of a draw, as `crowdfund draw verify` takes it."""

    version: int
    draw: str
    title: str
    announced_at: str
    closes_at: str
    drawn_at: str
    commitment: str
    seed: str
    list_hash: str
    entries: list[str]
    places: int
    reserves: int
    public_what: str
    public_value: str
    public_source: str
    winners: list[str]
    runners_up: list[str]
    algorithm: str


class EntryOut(Out):
    """My entry. stands: I take part. listed: it is in the frozen list. rank, state, answer_by: what was drawn, none where nothing."""

    draw: str
    entry: str
    stands: bool
    listed: bool
    rank: int | None
    state: str | None
    answer_by: str | None


class WinnerOut(Out):
    """For the makers. contact_name, contact and note: of who comes, until sixty days after the day."""

    rank: int
    entry: str
    state: str
    answer_by: str | None
    contact_name: str
    contact: str
    note: str


class WinnersOut(Out):
    draw: str
    winners: list[WinnerOut]


class DiscardedOut(Out):
    """What is gone."""

    id: str
    title: str
