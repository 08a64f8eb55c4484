"""A hall from a few numbers, so that a small cinema needs no file."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from crowdfund.refusal import Invalid
from crowdfund.screenings.seating.layout import lay_out
from crowdfund.screenings.seating.plan import Category, Colour, Kind, Plan, Row, Seat, Zone
from crowdfund.screenings.seating.reading import checked

ROWS_MAX, SEATS_A_ROW_MAX = 60, 80
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # no I and no O: on a ticket they are read as 1 and 0


class HallNotUnderstood(Invalid):
    """Numbers that make no hall."""


def row_label(number: int) -> str:
    """The first row is A; after Z comes AA."""
    label = ""
    while number > 0:
        number, letter = divmod(number - 1, len(_LETTERS))
        label = _LETTERS[letter] + label
    return label


def make_hall(
    name: str,
    *,
    rows: int,
    seats_a_row: int,
    aisles_after: Sequence[int] = (),
    wheelchairs: int = 0,
    wheelchair_row: int | None = None,
    better_rows: Collection[int] = (),
    zone: str = "Stalls",
    usual: str = "Standard",
    better: str = "Premium",
) -> Plan:
    """Rows are counted from the screen, the first is 1; seats of a row from the left.

    aisles_after: numbers of seats that an aisle follows. wheelchairs: spaces in one row (the last, where none is named), each with
    a companion's seat beside it, from both ends of the row inwards. better_rows: those of the better category. Raises
    HallNotUnderstood with the field that is wrong.
    """
    row_of_spaces = rows if wheelchair_row is None else wheelchair_row
    _refuse(rows, seats_a_row, aisles_after, wheelchairs, row_of_spaces, better_rows)
    columns = [n + sum(aisle < n for aisle in set(aisles_after)) for n in range(1, seats_a_row + 1)]
    laid = lay_out([([columns] * rows, 0)])
    kinds = _kinds(seats_a_row, wheelchairs)
    made = tuple(
        _row(number, points, "better" if number in better_rows else "usual", kinds if number == row_of_spaces else {})
        for number, points in enumerate(laid.rows[0], start=1)
    )
    used = {seat.category_id for row in made for seat in row.seats}
    categories = (Category("better", better, Colour.ROSE), Category("usual", usual, Colour.SKY))
    return checked(
        Plan(
            name=name, width=laid.width, height=laid.height, screen=laid.screen,
            categories=tuple(one for one in categories if one.id in used), zones=(Zone("hall", zone, made),),
        )
    )  # fmt: skip


def _row(number: int, points: list[tuple[float, float]], category: str, kinds: dict[int, tuple[Kind, int]]) -> Row:
    label = row_label(number)
    seats = []
    for n, (x, y) in enumerate(points, start=1):
        kind, space = kinds.get(n, (Kind.SEAT, 0))
        seats.append(Seat(f"{label}-{n}", str(n), x, y, category, kind, f"{label}-{space}" if space else None))
    return Row(label, label, tuple(seats))


def _kinds(seats: int, wheelchairs: int) -> dict[int, tuple[Kind, int]]:
    """What stands where in the row of wheelchair spaces, and for a companion's seat which space it belongs to."""
    kinds: dict[int, tuple[Kind, int]] = {}
    for i in range(wheelchairs):
        inwards = i // 2 * 2 + 1
        space, beside = (inwards, inwards + 1) if i % 2 == 0 else (seats + 1 - inwards, seats - inwards)
        kinds[space], kinds[beside] = (Kind.WHEELCHAIR, 0), (Kind.COMPANION, space)
    return kinds


def _refuse(
    rows: int, seats: int, aisles: Collection[int], wheelchairs: int, row_of_spaces: int, better: Collection[int]
) -> None:
    if not 1 <= rows <= ROWS_MAX:
        raise HallNotUnderstood("A hall made this way has 1 to {most} rows.", field="rows", most=ROWS_MAX)
    if not 1 <= seats <= SEATS_A_ROW_MAX:
        raise HallNotUnderstood("A row has 1 to {most} seats here.", field="seats_a_row", most=SEATS_A_ROW_MAX)
    if wrong := [aisle for aisle in aisles if not 1 <= aisle < seats]:
        raise HallNotUnderstood("There is no aisle after seat {seat}.", field="aisles_after", seat=wrong[0])
    if wrong := [row for row in (*better, row_of_spaces) if not 1 <= row <= rows]:
        field = "wheelchair_row" if wrong[0] == row_of_spaces else "better_rows"
        raise HallNotUnderstood("There is no row {row}: they are counted from the screen.", field=field, row=wrong[0])
    if not 0 <= wheelchairs <= seats // 2:
        raise HallNotUnderstood(
            "A row of {seats} seats has room for {most} wheelchair spaces, each with a companion's seat.",
            field="wheelchairs", seats=seats, most=seats // 2,
        )  # fmt: skip
