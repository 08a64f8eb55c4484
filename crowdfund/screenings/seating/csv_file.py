"""A plan from a plain table, our own form of CSV:

    zone,row,seat,category,kind,x,y,capacity
    Stalls,A,1,Standard,,,,
    Stalls,A,2,Standard,,,,
    Stalls,A,4,Standard,wheelchair,,,
    Stalls,A,5,Standard,companion,,,
    Floor,,,Standing,,,,200

The first line names the columns, in any order; `zone`, `row`, `seat` and `category` have to be there. A line is a seat, or, where it
has a capacity and no seat, an area to stand in. `kind` is seat, wheelchair or companion; a companion's seat belongs to the nearest
wheelchair space of its row. Either every seat has x and y, or none has: then rows are laid out in the order of the file, the
first one nearest to the screen, in gentle curves, with an aisle where a number is left out. Commas or semicolons, UTF-8.
"""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass, field
from functools import reduce
from hashlib import sha256
from itertools import pairwise
from typing import Any

from crowdfund.screenings.seating.fields import PlanNotUnderstood, decoded, is_text
from crowdfund.screenings.seating.layout import APART, Laid, lay_out
from crowdfund.screenings.seating.placing import bounded
from crowdfund.screenings.seating.plan import Area, Category, Colour, Kind, Plan, Row, Seat, Zone
from crowdfund.screenings.seating.reading import CAPACITY_MAX, CATEGORIES_MAX, SEATS_MAX, SIZE_MAX, checked

COLUMNS = ("zone", "row", "seat", "category", "kind", "x", "y", "capacity")
_NEEDED = {"zone", "row", "seat", "category"}
_MOST = {"zone": 60, "row": 16, "seat": 12, "category": 40}
_AISLE_MAX = 3  # seats wide, however many numbers are left out


@dataclass
class _Line:
    """One line as it was read. number: its place in the file, from 1."""

    number: int
    zone: str
    row: str
    seat: str
    category: str
    kind: Kind
    spot: tuple[float, float] | None
    capacity: int | None


@dataclass
class _Zone:
    rows: dict[str, list[_Line]] = field(default_factory=dict)
    areas: list[_Line] = field(default_factory=list)


def read_csv(content: str | bytes, name: str) -> Plan:
    """A plan called `name`. Raises PlanNotUnderstood, which names the line."""
    zones: dict[str, _Zone] = {}
    lines = _lines(decoded(content))
    for line in lines:
        zone = zones.setdefault(line.zone, _Zone())
        if line.capacity is not None:
            zone.areas.append(line)
        else:
            zone.rows.setdefault(line.row, []).append(line)
    if not zones:
        raise PlanNotUnderstood("This plan has no seat, and no area to stand in.")
    categories = list(dict.fromkeys(line.category for line in lines))
    if len(categories) > CATEGORIES_MAX:
        raise PlanNotUnderstood(
            "{place}: at most {most}; this has {given}.", place="category", most=CATEGORIES_MAX, given=len(categories)
        )
    laid = lay_out([([_columns(row) for row in zone.rows.values()], len(zone.areas)) for zone in zones.values()])
    measured = any(line.spot for line in lines)
    made = _Making({one: f"c{i}" for i, one in enumerate(categories, start=1)}, laid, measured=measured)
    return checked(
        bounded(
            name,
            tuple(
                Category(made.categories[one], one, list(Colour)[i % len(Colour)]) for i, one in enumerate(categories)
            ),
            tuple(made.zone(i, name, zone) for i, (name, zone) in enumerate(zones.items())),
            screen=None if measured else laid.screen,
        )
    )


def _lines(text: str) -> list[_Line]:
    first = text.split("\n", 1)[0]
    reader = csv.reader(text.splitlines(), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True)
    try:
        table = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error:
        raise PlanNotUnderstood("Line {line}: a quotation mark is not closed.", line=reader.line_num) from None
    header = [name.lower() for name in table[0][1]] if table else []
    if len(set(header)) != len(header) or not _NEEDED <= set(header) <= set(COLUMNS):
        raise PlanNotUnderstood(
            "Line 1 names the columns: {columns}. The last four may be left out.", columns=", ".join(COLUMNS)
        )
    lines = [_line(number, header, cells) for number, cells in table[1:] if any(cells)]
    _refuse_lines(lines)
    return lines


def _line(number: int, header: list[str], cells: list[str]) -> _Line:
    if len(cells) != len(header):
        raise PlanNotUnderstood(
            "Line {line} has {given} cells, and line 1 has {most}.", line=number, given=len(cells), most=len(header)
        )
    cell = dict.fromkeys(COLUMNS, "") | dict(zip(header, cells, strict=True))
    stands = bool(cell["capacity"]) and not cell["seat"]
    for name, most in _MOST.items():
        if not is_text(cell[name], most) and not (stands and name in ("row", "seat") and not cell[name]):
            raise PlanNotUnderstood(
                "Line {line}: {column} has 1 to {most} characters.", line=number, column=name, most=most
            )
    if cell["kind"].lower() not in ("", *Kind):
        raise PlanNotUnderstood("Line {line}: kind is seat, wheelchair, companion or empty.", line=number)
    return _Line(
        number=number, zone=cell["zone"], row=cell["row"], seat=cell["seat"], category=cell["category"],
        kind=Kind(cell["kind"].lower() or "seat"), spot=_spot(number, cell), capacity=_capacity(number, cell),
    )  # fmt: skip


def _spot(number: int, cell: dict[str, str]) -> tuple[float, float] | None:
    if not cell["x"] and not cell["y"]:
        return None
    if not all(re.fullmatch(r"-?[0-9]{1,6}([.][0-9]{1,6})?", cell[name], re.ASCII) for name in "xy"):
        raise PlanNotUnderstood("Line {line}: x and y are numbers like 12 or 12.5, both or neither.", line=number)
    x, y = float(cell["x"]), float(cell["y"])
    if max(abs(x), abs(y)) > SIZE_MAX / 2:
        raise PlanNotUnderstood("Line {line}: x and y are too large.", line=number)
    return x, y


def _capacity(number: int, cell: dict[str, str]) -> int | None:
    if not cell["capacity"]:
        return None
    if not re.fullmatch("[0-9]{1,6}", cell["capacity"], re.ASCII) or not 1 <= int(cell["capacity"]) <= CAPACITY_MAX:
        raise PlanNotUnderstood("Line {line}: capacity is a number from 1 to {most}.", line=number, most=CAPACITY_MAX)
    if cell["seat"]:
        raise PlanNotUnderstood("Line {line}: a seat has no capacity, and an area has no seat.", line=number)
    return int(cell["capacity"])


def _refuse_lines(lines: list[_Line]) -> None:
    """What is wrong only beside another line: a seat twice, some with a place and some without."""
    seen: dict[tuple[Any, ...], int] = {}
    seats = [line for line in lines if line.capacity is None]
    if len(seats) > SEATS_MAX:
        raise PlanNotUnderstood(
            "{place}: at most {most}; this has {given}.", place="seat", most=SEATS_MAX, given=len(seats)
        )
    measured = any(line.spot for line in seats)
    for line in seats:
        if (first := seen.setdefault((line.zone, line.row, line.seat), line.number)) != line.number:
            raise PlanNotUnderstood("Line {line}: this seat is in line {first} already.", line=line.number, first=first)
        if measured and line.spot is None:
            raise PlanNotUnderstood("Line {line} has no x and y, while others have.", line=line.number)
        if line.spot and (first := seen.setdefault(line.spot, line.number)) != line.number:
            raise PlanNotUnderstood(
                "Line {line}: the seat of line {first} stands there.", line=line.number, first=first
            )


def _columns(row: list[_Line]) -> list[int]:
    """Where seats of a row stand: a number left out is an aisle. Odd and even numbers may stand on a side each."""
    numbers = [int(line.seat) if re.fullmatch("[0-9]{1,6}", line.seat, re.ASCII) else None for line in row]
    known = [number for number in numbers if number is not None]
    if len(known) != len(numbers) or len(set(known)) != len(known):
        return list(range(len(row)))
    ordered = sorted(known)
    step = reduce(math.gcd, (after - before for before, after in pairwise(ordered)), 0) or 1
    column, columns = 0, {ordered[0]: 0}
    for before, after in pairwise(ordered):
        column += min((after - before) // step, 1 + _AISLE_MAX)
        columns[after] = column
    return [columns[number] for number in known]


class _Making:
    """Makes zones of the lines. categories: their ids by name."""

    def __init__(self, categories: dict[str, str], laid: Laid, *, measured: bool) -> None:
        self.categories, self.laid, self.measured = categories, laid, measured

    def zone(self, i: int, name: str, zone: _Zone) -> Zone:
        rows = tuple(self._row(i, j, label, lines) for j, (label, lines) in enumerate(zone.rows.items()))
        areas = tuple(self._area(i, j, line) for j, line in enumerate(zone.areas))
        return Zone(f"z{i + 1}", name, rows, areas)

    def _row(self, i: int, j: int, label: str, lines: list[_Line]) -> Row:
        spots = self.laid.rows[i][j]
        spaces = {lines[k].number: spot for k, spot in enumerate(spots) if lines[k].kind is Kind.WHEELCHAIR}
        if self.measured:
            spots = [line.spot or (0.0, 0.0) for line in lines]
            spaces = {line.number: line.spot or (0.0, 0.0) for line in lines if line.kind is Kind.WHEELCHAIR}
        by_number = {line.number: line for line in lines}
        seats = []
        for line, (x, y) in zip(lines, spots, strict=True):
            space = None
            if line.kind is Kind.COMPANION:
                if not spaces:
                    raise PlanNotUnderstood(
                        "Line {line}: a companion's seat needs a wheelchair space in its row.", line=line.number
                    )
                nearest = min(spaces, key=lambda number: math.dist(spaces[number], (x, y)))
                space = _id(by_number[nearest])
            seats.append(Seat(_id(line), line.seat, x, y, self.categories[line.category], line.kind, space))
        return Row(f"r{j + 1}", label, tuple(sorted(seats, key=lambda seat: (seat.x, seat.y))))

    def _area(self, i: int, j: int, line: _Line) -> Area:
        shape = self.laid.areas[i][j]
        if line.spot:
            x, y = line.spot
            across, down = 6 * APART, 3 * APART
            shape = ((x - across, y - down), (x + across, y - down), (x + across, y + down), (x - across, y + down))
        return Area(_id(line), line.row or line.zone, line.capacity or 0, self.categories[line.category], shape)


def _id(line: _Line) -> str:
    """What a ticket may print, where zone, row and seat are short and plain; else a part of their hash. Never by its line."""
    parts = [part for part in (line.zone, line.row, line.seat) if part]
    plain = "-".join(re.sub(r"[ _]+", "_", part) for part in parts)
    if re.fullmatch(r"[A-Za-z0-9_-]{1,32}", plain, re.ASCII) and plain.count("-") == len(parts) - 1:
        return plain
    return "s." + sha256("\x1f".join(parts).encode()).hexdigest()[:16]
