"""The bodies of the desks' API, in and out. Amounts in minor units; instants RFC 3339; a venue's zone says what its clocks show."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from crowdfund.people.api.bodies import Country
from crowdfund.screenings.bookings import NOTE_MAX
from crowdfund.web.api import LINES, ONE_LINE, READABLE, STRAIGHT, In, Out, PublicId

FILE_MAX = 1_000_000


def line_of(most: int, least: int = 1) -> Any:
    return StringConstraints(min_length=least, max_length=most, pattern=ONE_LINE, strip_whitespace=True)


def lines_of(most: int, least: int = 0) -> Any:
    return StringConstraints(min_length=least, max_length=most, pattern=LINES, strip_whitespace=True)


Name = Annotated[str, line_of(80), READABLE, STRAIGHT]
HallName = Annotated[str, line_of(60), READABLE, STRAIGHT]
Note = Annotated[str, lines_of(NOTE_MAX), READABLE]
Because = Annotated[str, lines_of(NOTE_MAX, 5), READABLE]
SeatId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,32}$")]


class VenueIn(In):
    """country: two letters (ISO 3166). zone: of the IANA's list. access: how one gets in without stairs."""

    name: Annotated[str, line_of(80, 2), READABLE, STRAIGHT]
    address: Annotated[str, line_of(200, 3), READABLE, STRAIGHT]
    city: Name
    country: Country
    zone: Annotated[str, StringConstraints(max_length=64, pattern=ONE_LINE)]
    access: Annotated[str, lines_of(600), READABLE] = ""


class VenueOut(Out):
    id: str
    slug: str
    name: str
    address: str
    city: str
    country: str
    zone: str
    access: str


class NumbersIn(In):
    """A hall from a few numbers. Rows are counted from the screen, seats of a row from the left, both from 1."""

    rows: Annotated[int, Field(ge=1, le=60)]
    seats_a_row: Annotated[int, Field(ge=1, le=80)]
    aisles_after: Annotated[list[int], Field(max_length=80, default_factory=list)]
    wheelchairs: Annotated[int, Field(ge=0, le=40)] = 0
    wheelchair_row: int | None = None
    better_rows: Annotated[list[int], Field(max_length=60, default_factory=list)]


class SeatsIn(In):
    """Either numbers or a file: our own plan or a seating plan of pretix (JSON), or a table (CSV), as one text."""

    name: HallName
    numbers: NumbersIn | None = None
    file: Annotated[str, StringConstraints(min_length=1, max_length=FILE_MAX)] | None = None


class HallNameIn(In):
    name: HallName


class CategoryOut(Out):
    id: str
    name: str
    colour: str


class FoundOut(Out):
    """What a plan has. form: how a file was read, none where it was made of numbers. plan: our own JSON."""

    form: str | None
    seats: int
    zones: int
    wheelchairs: int
    companions: int
    standing: int
    categories: list[CategoryOut]
    plan: dict[str, Any]


class HallListed(Out):
    id: str
    venue: str
    name: str
    seats: int
    standing: int


class HallOut(HallListed):
    """The plan in force. Screenings that exist keep the one that they were planned with."""

    found: FoundOut


class TitleIn(In):
    """A film without a fund. line: what it is about, in a sentence; it guides the drawing and is not kept."""

    name: Name
    line: Annotated[str, line_of(140, 0), STRAIGHT] = ""


class TitleNameIn(In):
    name: Name


class TitleOut(Out):
    """cinemas: that agreed to show it. sold: tickets that stand."""

    id: str
    name: str
    colour: str
    picture_url: str
    has_fund: bool
    cinemas: int
    screenings: int
    sold: int


class BookableTitleOut(Out):
    """booked: the state of this cinema's own booking, if there is a live one."""

    id: str
    name: str
    producer: str
    booked: str | None


class CinemaOut(Out):
    id: str
    name: str
    country: str


class BookingIn(In):
    """cinema: whom a producer offers it to; a cinema that asks leaves it out."""

    title: PublicId
    cinema: PublicId | None = None
    note: Note = ""


class BookingNoteIn(In):
    note: Note = ""


class BookingReasonIn(In):
    reason: Because


class SaidOut(Out):
    """from_state: empty at the beginning."""

    from_state: str
    to_state: str
    because: str
    by: str
    at: str


class BookingListed(Out):
    """turn: whose answer is awaited, `cinema` or `producer`; none where nobody is asked."""

    id: str
    title: str
    title_name: str
    cinema: str
    cinema_name: str
    producer: str
    producer_name: str
    state: str
    turn: str | None
    screenings: int
    sold: int
    made_at: str


class BookingOut(BookingListed):
    history: list[SaidOut]
