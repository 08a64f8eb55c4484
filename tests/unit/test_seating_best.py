"""The best seats of halls that are drawn as text, and of halls that nobody drew."""

from __future__ import annotations

import random
from itertools import product
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdfund.screenings.seating.best import best_seats, orphans
from crowdfund.screenings.seating.generate import make_hall, row_label
from crowdfund.screenings.seating.layout import APART, ROWS_APART
from crowdfund.screenings.seating.plan import Category, Colour, Kind, Looking, Plan, Row, Screen, Seat, Zone
from crowdfund.screenings.seating.reading import checked
from tests.pace import slowness


def drawn(picture: str) -> tuple[Plan, set[str]]:
    """A hall with its screen above, and which of its seats are free.

    A row a line: `.` free, `x` taken, `|` an aisle, `p` a free Premium seat, `W` a free wheelchair space, `C` its companion's seat.
    """
    rows, free = [], set()
    lines = [line.strip() for line in picture.split() if line.strip()]
    for number, line in enumerate(lines, start=1):
        seats: list[Seat] = []
        for column, sign in enumerate(line):
            if sign == "|":
                continue
            id = f"{row_label(number)}{len(seats) + 1}"
            kind = {"W": Kind.WHEELCHAIR, "C": Kind.COMPANION}.get(sign, Kind.SEAT)
            space = seats[-1].id if kind is Kind.COMPANION else None
            category = "premium" if sign == "p" else "standard"
            x, y = 50 + column * APART, 80 + number * ROWS_APART
            seats.append(Seat(id, str(len(seats) + 1), x, y, category, kind, space))
            free |= {id} if sign != "x" else set()
        rows.append(Row(row_label(number), row_label(number), tuple(seats)))
    across = max(len(line) for line in lines)
    screen = Screen(Looking.SCREEN, 50 + (across - 1) * APART / 2, 50, 100)
    categories = Category("standard", "Standard", Colour.SKY), Category("premium", "Premium", Colour.ROSE)
    zone = Zone("hall", "Hall", tuple(rows))
    return checked(Plan("Hall", 5000, 5000, screen, categories, (zone,))), free


def best(picture: str, quantity: int, category_id: str | None = None, wheelchairs: int = 0) -> str:
    plan, free = drawn(picture)
    return " ".join(best_seats(plan, free, quantity, category_id=category_id, wheelchairs=wheelchairs))


EMPTY = "....... ....... ....... ......."


def test_the_middle_two_thirds_back() -> None:
    assert best(EMPTY, 1) == "C4"
    assert best(EMPTY, 3) == "C3 C4 C5"
    assert best(EMPTY, 2) == "C3 C4", "the same from both sides: the left one, each time"


def test_no_seat_is_left_alone_at_a_wall_an_aisle_or_a_taken_seat() -> None:
    assert best(".......", 2) == "A3 A4", "A2 A3 and A5 A6 would leave A1 or A7"
    assert best("....", 2) == "A1 A2", "the middle would leave two alone"
    assert best("x....x", 2) == "A2 A3"
    assert best("..|....|..", 2) == "A3 A4"
    assert best("x...x ....", 2) == "B3 B4", "A would leave one alone, so it is the worse row"


def test_an_orphan_only_where_nothing_else_is_possible() -> None:
    assert best("x...x", 2) == "A2 A3"
    assert best("...", 2) == "A1 A2"
    assert best("x.x", 1) == "A2", "it was alone before"


def test_over_an_aisle_rather_than_an_orphan() -> None:
    assert best("xx..|..xx", 4) == "A3 A4 A5 A6"
    assert best("...|.....", 6) == "A3 A4 A5 A6 A7 A8"


def test_neighbouring_rows_where_no_row_has_enough() -> None:
    assert best("x..x xxxx x..x x..x", 4) == "C2 C3 D2 D3"
    assert best("...x x... xxxx", 5) == "A1 A2 A3 B2 B3"
    assert best("..xx..... x.......x", 8).count("A") == 4, "four and four, not seven and one"


def test_wherever_there_is_room_and_nobody_where_there_is_not() -> None:
    assert sorted(best(".xxx xxxx xxx.", 2).split()) == ["A1", "C4"]
    assert best(".xxx xxxx xxx.", 3) == ""
    assert best("x..x", 2) == "A2 A3"
    assert (best("...", 0), best("...", 4), best("...", 2, wheelchairs=3)) == ("", "", "")


def test_a_category_is_kept_to() -> None:
    picture = "....... ..ppp.. ......."
    assert best(picture, 2, "premium") == "B3 B4"
    assert best(picture, 4, "premium") == ""
    assert best(picture, 3, "standard") in ("C3 C4 C5", "C2 C3 C4")


def test_wheelchair_spaces_only_for_who_asks_and_the_companion_beside() -> None:
    picture = "....... WC...WC"
    assert best(picture, 2, wheelchairs=1) == "B6 B7"
    assert best(picture, 4, wheelchairs=2) == "B1 B6 B2 B7"
    assert best("xxxxxx WCxxxx", 2) == "", "they are for nobody else"
    assert best("..... WC...", 3, wheelchairs=1).startswith("B1 B2 B"), "who else comes sits near by"
    assert best("..... WC...", 1, wheelchairs=1) == "B1"
    assert best(".....", 1, wheelchairs=1) == ""


@pytest.mark.parametrize(
    ("picture", "chosen", "left"),
    [
        (".....", "A2 A3", "A1"),
        (".....", "A1 A2", ""),
        (".....", "A2 A4", "A1 A3 A5"),
        ("...|..", "A4", "A5"),
        ("x.x..", "A5", "A4"),
        ("x.x..", "A4 A5", ""),
        (".WC..", "A4", "A5"),
        ("..WC.", "A1", "A2"),
        ("... ...", "A2 B1", "A1 A3"),
    ],
)
def test_what_a_choice_leaves_alone(picture: str, chosen: str, left: str) -> None:
    plan, free = drawn(picture)
    assert " ".join(orphans(plan, free, chosen.split())) == left
    assert " ".join(orphans(plan, free - set(chosen.split()), chosen.split())) == left, (
        "chosen ones may be held already"
    )


PICTURES = st.lists(st.text("....xxx|p", min_size=1, max_size=12), min_size=1, max_size=5).filter(
    lambda lines: all(line.strip("|") for line in lines)
)


@given(PICTURES, st.integers(1, 7), st.sampled_from([None, "premium", "standard"]))
def test_whatever_is_free(lines: list[str], quantity: int, category: str | None) -> None:
    """Never a taken seat, never one twice, as many as asked for; no orphan where some row has room for all without one."""
    plan, free = drawn(" ".join(line.strip("|") for line in lines))
    may = {seat.id for seat in plan.seats if seat.id in free and category in (None, seat.category_id)}
    chosen = best_seats(plan, free, quantity, category_id=category)
    assert set(chosen) <= may
    assert len(set(chosen)) == len(chosen) == (quantity if len(may) >= quantity else 0)
    windows = [
        window
        for row, start in product(plan.zones[0].rows, range(12))
        if len(window := row.seats[start : start + quantity]) == quantity
        and all(seat.id in may for seat in window)
        and window[-1].x - window[0].x == (quantity - 1) * APART
    ]
    if any(not orphans(plan, free, [seat.id for seat in window]) for window in windows):
        assert orphans(plan, free, chosen) == []
    if windows and chosen:
        assert len({plan.where(id).row.id for id in chosen}) == 1  # type: ignore[union-attr]


@pytest.mark.alone
def test_a_thousand_seats_are_searched_in_five_milliseconds() -> None:
    plan = make_hall("Large", rows=25, seats_a_row=40, aisles_after=[10, 30], wheelchairs=4)
    best_seats(plan, plan.seat_ids, 1)
    took = {}
    for share, quantity in product((1.0, 0.6, 0.2), (1, 2, 6, 10)):
        free = {seat.id for seat in plan.seats if random.Random(f"{seat.id}{share}").random() < share}
        times = []
        for _ in range(5):
            began = perf_counter()
            assert len(best_seats(plan, free, quantity)) == quantity
            times.append(perf_counter() - began)
        took[share, quantity] = min(times) * 1000
    assert max(took.values()) < 5 * slowness(), took
