"""Plans from our JSON, from pretix, from a table and from a few numbers: what is taken, and what is wrong where."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdfund.screenings.seating.colours import nearest_colours
from crowdfund.screenings.seating.csv_file import read_csv
from crowdfund.screenings.seating.drawing import drawing_of
from crowdfund.screenings.seating.fields import PlanNotUnderstood
from crowdfund.screenings.seating.generate import HallNotUnderstood, make_hall
from crowdfund.screenings.seating.plan import (
    Area,
    Category,
    Colour,
    Kind,
    Looking,
    Plan,
    Row,
    Screen,
    Seat,
    Sign,
    Zone,
)
from crowdfund.screenings.seating.pretix import read_pretix
from crowdfund.screenings.seating.reading import checked, read_plan, stored_plan
from tests.conftest import TEST_DATA


def small() -> dict[str, Any]:
    """Three seats, one of them a wheelchair space with its companion's seat, and a floor for 200."""
    return {
        "version": 1, "name": "Hall 2", "width": 700, "height": 500,
        "screen": {"kind": "screen", "x": 350, "y": 30, "width": 400},
        "categories": [{"id": "premium", "name": "Premium", "colour": "amber"}],
        "zones": [{
            "id": "stalls", "name": "Stalls",
            "rows": [{"id": "F", "label": "F", "seats": [
                {"id": "F-1", "label": "1", "x": 60, "y": 300, "category": "premium", "kind": "wheelchair"},
                {"id": "F-2", "label": "2", "x": 90.125, "y": 300, "category": "premium", "kind": "companion", "companion_of": "F-1"},
                {"id": "F-3", "label": "3", "x": 120, "y": 300, "category": "premium"}]}],
            "areas": [{"id": "floor", "name": "Floor", "capacity": 200, "category": "premium",
                       "shape": [[40, 60], [660, 60], [660, 200]]}]}],
        "signs": [{"text": "Bar", "x": 650, "y": 480}],
    }  # fmt: skip


def test_what_a_plan_says() -> None:
    plan = read_plan(json.dumps(small()))
    assert (plan.seat_count, plan.place_count, len(plan.areas)) == (3, 203, 1)
    assert str(plan.label("F-3")) == "Stalls, row F, seat 3"
    assert str(plan.label("floor")) == "Floor"
    assert plan.category_of("F-1").name == plan.category_of("floor").name == "Premium"
    where = plan.where("F-2")
    assert where is not None and (where.row.label, where.zone.name, where.seat.x) == ("F", "Stalls", 90.12)
    assert plan.seat("F-2") == where.seat and where.seat.companion_of == "F-1"
    assert (plan.seat("G-1"), plan.area("F-1"), plan.where("floor"), plan.category("x")) == (None, None, None, None)
    with pytest.raises(KeyError):
        plan.label("G-1")


def test_a_text_reads_back_as_the_same_plan() -> None:
    plan = read_plan(json.dumps(small(), indent=3))
    again = read_plan(plan.to_json())
    assert again == plan and again.to_json() == plan.to_json() and hash(again) == hash(plan)
    assert stored_plan(plan.to_json()) is stored_plan(plan.to_json())
    assert read_plan(b"\xef\xbb\xbf" + plan.to_json().encode()) == plan


Change = Callable[[dict[str, Any]], Any]
SEATS = lambda plan: plan["zones"][0]["rows"][0]["seats"]  # noqa: E731
WRONG: list[tuple[Change, str]] = [
    (lambda plan: plan.pop("zones"), "zones: this is missing."),
    (lambda plan: plan.update(version=2), "version: a whole number from 1 to 1."),
    (lambda plan: plan.update(name=" "), "name: a text of 1 to 80 characters."),
    (lambda plan: plan.update(name="a\nb"), "name: a text of 1 to 80 characters."),
    (lambda plan: plan.update(width=0), "width: a number from 1 to 100000, inside the plan."),
    (lambda plan: plan.update(width=True), "width: a number."),
    (lambda plan: plan.update(zones={}), "zones: a list."),
    (lambda plan: plan.update(zones=[3]), "zones[0]: an object, in curly brackets."),
    (lambda plan: plan.update(zones=[]), "This plan has no seat, and no area to stand in."),
    (lambda plan: plan.update(zones=plan["zones"] * 2), "zones: two of them have the id stalls."),
    (lambda plan: plan.update(colour="red"), "colour: nothing is called that here."),
    (lambda plan: plan["screen"].update(kind="wall"), "screen.kind: one of these: screen, stage."),
    (lambda plan: plan["categories"][0].update(colour="#f00"), "categories[0].colour: one of these: amber"),
    (lambda plan: SEATS(plan)[2].update(x=701), "zones[0].rows[0].seats[2].x: a number from 0 to 700, inside the plan."),
    (lambda plan: SEATS(plan)[2].update(x="12"), "zones[0].rows[0].seats[2].x: a number."),
    (lambda plan: SEATS(plan)[2].update(id="F 3"), "zones[0].rows[0].seats[2].id: an id has 1 to 32 letters"),
    (lambda plan: SEATS(plan)[2].update(id="x" * 33), "zones[0].rows[0].seats[2].id: an id has 1 to 32 letters"),
    (lambda plan: SEATS(plan)[2].update(id="Ｆ3"), "zones[0].rows[0].seats[2].id: an id has 1 to 32 letters"),
    (lambda plan: SEATS(plan)[2].update(id="F-2"), "zones[0].rows[0].seats[2]: zones[0].rows[0].seats[1] has the id F-2 already."),
    (lambda plan: SEATS(plan)[2].update(id="floor"), "zones[0].areas[0]: zones[0].rows[0].seats[2] has the id floor already."),
    (lambda plan: SEATS(plan)[2].update(x=60), "zones[0].rows[0].seats[2]: zones[0].rows[0].seats[0] stands in the same spot."),
    (lambda plan: SEATS(plan)[2].update(category="vip"), "zones[0].rows[0].seats[2].category: there is no category vip."),
    (lambda plan: SEATS(plan)[2].update(category=[]), "zones[0].rows[0].seats[2].category: an id has"),
    (lambda plan: SEATS(plan)[2].update(kind="sofa"), "zones[0].rows[0].seats[2].kind: one of these"),
    (lambda plan: SEATS(plan)[2].update(kind={}), "zones[0].rows[0].seats[2].kind: one of these"),
    (lambda plan: SEATS(plan)[1].update(companion_of="F-3"), "zones[0].rows[0].seats[1]: a companion's seat says which"),
    (lambda plan: SEATS(plan)[1].pop("companion_of"), "zones[0].rows[0].seats[1]: a companion's seat says which"),
    (lambda plan: SEATS(plan)[2].update(companion_of="F-1"), "zones[0].rows[0].seats[2]: only a companion's seat"),
    (lambda plan: SEATS(plan).clear(), "zones[0].rows[0]: a row without a seat."),
    (lambda plan: plan["zones"][0]["areas"][0].update(capacity=0), "zones[0].areas[0].capacity: a whole number from 1 to 100000."),
    (lambda plan: plan["zones"][0]["areas"][0].update(capacity=2.5), "zones[0].areas[0].capacity: a whole number"),
    (lambda plan: plan["zones"][0]["areas"][0].update(shape=[[1, 1], [2, 2]]), "zones[0].areas[0].shape: 3 to 200 corners."),
    (lambda plan: plan["zones"][0]["areas"][0].update(shape=[[1, 1], 2]), "zones[0].areas[0].shape[1]: two numbers, x and y."),
    (lambda plan: plan["zones"][0].update(outline=[[1, 1]]), "zones[0].outline: 3 to 200 corners."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "says"), WRONG, ids=[says[:60] for _, says in WRONG])
def test_what_is_wrong_is_said_with_its_place(change: Change, says: str) -> None:
    plan = small()
    change(plan)
    with pytest.raises(PlanNotUnderstood) as refused:
        read_plan(json.dumps(plan))
    assert refused.value.sentence.startswith(says)
    assert (refused.value.status_code, refused.value.field) == (422, "plan")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "Line 1, column 1: this is not JSON from here on"),
        (json.dumps(small())[:400], "Line 1, column 401: this is not JSON from here on"),
        ("[]", "A plan is a JSON object"),
        ("[" * 200_000, "Line 1"),
        ('{"a":' * 100_000, "Line 1"),
        ('{"version": NaN}', "Line 1"),
        ('{"version": 1e999}', "Line 1"),
        (b"\xff\xfe{}", "This is not a text in UTF-8."),
        ('{"name": "\ud800"}', "This is not a text in UTF-8."),
        (" " * 1_000_001, "A plan has at most 1000000 bytes; this has 1000001."),
    ],
)
def test_files_that_are_no_plan(content: str | bytes, says: str) -> None:
    for read in (read_plan, read_pretix):
        with pytest.raises(PlanNotUnderstood, match="^" + says.replace("(", r"\(").split(":")[0]):
            read(content)


@given(st.integers(0, 1200), st.binary(max_size=3))
def test_a_truncated_or_altered_file_is_refused_or_read(cut: int, junk: bytes) -> None:
    """Whatever comes: a refusal with a sentence, or a plan that reads back."""
    content = json.dumps(small()).encode()
    try:
        plan = read_plan(content[:cut] + junk + content[cut + len(junk) :])
    except PlanNotUnderstood as refused:
        assert refused.sentence
    else:
        assert read_plan(plan.to_json()) == plan


JUNK: list[Any] = [
    None, True, -1, 0, 3.5, 1e308, 10**18, 10**30, "", "x", "w", "\u0000", "\u202e", "A" * 99, [], {}, [[]], {"x": 1, "y": 2}, {"text": 7},
]  # fmt: skip


def within(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to everything in a file."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(*here, key) for key, _ in inside] + [way for key, below in inside for way in within(below, (*here, key))]


@pytest.mark.parametrize("read", [read_plan, read_pretix])
@given(random=st.randoms(use_true_random=False))
def test_whatever_is_broken_in_a_file_it_is_refused_or_read(read: Callable[[str], Plan], random: Random) -> None:
    file = small() if read is read_plan else pretix_hall()
    for _ in range(random.randint(1, 3)):
        *way, last = random.choice(within(file))
        part: Any = file
        for key in way:
            part = part[key]
        part[last] = copy.deepcopy(random.choice(JUNK))
    try:
        plan = read(json.dumps(file))
    except PlanNotUnderstood as refused:
        assert refused.sentence
    else:
        assert read_plan(plan.to_json()) == plan and drawing_of(plan).width > 0


def test_ten_thousand_seats_and_no_more() -> None:
    def rows(seats: int) -> tuple[Row, ...]:
        return tuple(
            Row(f"r{row}", f"{row}", tuple(Seat(f"s{n}", "1", n % 100, n // 100, "c") for n in range(row, seats, 100)))
            for row in range(100)
        )

    def hall(seats: int) -> Plan:
        return Plan("Huge", 200, 200, None, (Category("c", "C", Colour.SKY),), (Zone("z", "Z", rows(seats)),))

    plan = checked(hall(5_000))
    assert plan.seat_count == 5_000 and read_plan(plan.to_json()) == plan
    with pytest.raises(PlanNotUnderstood, match="seats: at most 5000; this has 5001"):
        checked(hall(5_001))
    areas = tuple(Area(f"a{i}", "Floor", 1, "c", ((0, 0), (1, 0), (1, 1))) for i in range(101))
    with pytest.raises(PlanNotUnderstood, match="areas: at most 100; this has 101"):
        checked(Plan("Floors", 9, 9, None, (Category("c", "C", Colour.SKY),), (Zone("z", "Z", (), areas),)))


WORDS = st.text("Ab ä座'\"<&{}", min_size=1, max_size=12).map(str.strip).filter(bool)
PLACES = st.floats(0, 1000, allow_nan=False).map(lambda value: round(value, 2))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any plan there can be: names in any script, spots anywhere."""
    spots = draw(st.lists(st.tuples(PLACES, PLACES), min_size=1, max_size=20, unique=True))
    seats = [
        Seat(f"s{i}", draw(WORDS), x, y, "c", draw(st.sampled_from([Kind.SEAT, Kind.WHEELCHAIR])))
        for i, (x, y) in enumerate(spots)
    ]
    spaces = [seat.id for seat in seats if seat.kind is Kind.WHEELCHAIR]
    if spaces:
        seats.append(Seat("with", "+", 1000.5, 3, "c", Kind.COMPANION, draw(st.sampled_from(spaces))))
    rows = tuple(Row(f"r{i}", draw(WORDS), (seat,)) for i, seat in enumerate(seats))
    area = Area("floor", draw(WORDS), draw(st.integers(1, 100_000)), "c", ((0, 0), (10.25, 0), (3, 7)))
    screen = Screen(draw(st.sampled_from(Looking)), draw(PLACES), draw(PLACES), draw(PLACES))
    return Plan(
        draw(WORDS), 1001, 1000, draw(st.sampled_from([None, screen])), (Category("c", draw(WORDS), draw(st.sampled_from(Colour))),),
        (Zone("z", draw(WORDS), rows, (area,), draw(st.sampled_from([(), area.shape]))),), (Sign(draw(WORDS), 1, 2),),
    )  # fmt: skip


@given(plans())
def test_every_plan_reads_back_the_same(plan: Plan) -> None:
    assert read_plan(checked(plan).to_json()) == plan
    assert read_plan(plan.to_json()).to_json() == plan.to_json()


# pretix's own example (src/tests/api/test_seatingplan.py in pretix/pretix, AGPL): these are its facts, the file is not copied.
SAMPLE = {
    "name": "Sample plan",
    "size": (600, 500),
    "zone": "Main Area",
    "row": "0",
    "at": (40, 25),
    "seats": ("0-0", "0-1"),
}


def pretix_sample() -> str:
    """The example itself where it stands beside the repository, else one of the same shape."""
    if (file := TEST_DATA / "pretix-sample-plan.json").is_file():
        return file.read_text(encoding="utf-8")
    seats = [
        {"seat_guid": guid, "seat_number": guid, "position": {"x": 30 * i, "y": 0}, "category": "Stalls"}
        for i, guid in enumerate(SAMPLE["seats"])
    ]
    row = {"row_number": "0", "seats": seats, "position": {"x": 40, "y": 25}}
    return json.dumps(
        {
            "name": "Sample plan", "categories": [{"name": "Stalls", "color": "#33ffff"}],
            "zones": [{"name": "Main Area", "position": {"x": 0, "y": 0}, "rows": [row]}], "size": {"width": 600, "height": 500},
        }
    )  # fmt: skip


def test_the_public_example_of_pretix() -> None:
    plan = read_pretix(pretix_sample())
    assert plan.name == SAMPLE["name"] and plan.seat_ids == set(SAMPLE["seats"])
    assert str(plan.label("0-1")) == "Main Area, row 0, seat 0-1"
    first, second = plan.seats
    assert (second.x - first.x, second.y - first.y) == (30, 0)
    assert [(one.name, one.colour) for one in plan.categories] == [("Stalls", Colour.TEAL)]
    assert plan.screen is not None and plan.screen.y < first.y and plan.width >= 600
    assert read_plan(plan.to_json()) == plan


def pretix_hall() -> dict[str, Any]:
    """A zone moved by (100, 200), a row in it by (10, 20), two texts: one says Stage, on a shape that is turned."""

    def seat(guid: str, number: str, x: float, category: str = "Parkett") -> dict[str, Any]:
        return {
            "seat_guid": guid,
            "seat_number": number,
            "position": {"x": x, "y": 0},
            "category": category,
            "radius": 10,
        }

    stage = {"shape": "rectangle", "rectangle": {"width": 40, "height": 300}, "rotation": 90, "position": {"x": 300, "y": 10},
             "text": {"text": "BÜHNE", "position": {"x": 0, "y": 0}}, "color": "#ccc", "border_color": "#000", "uuid": "u"}  # fmt: skip
    bar = {
        "shape": "text",
        "position": {"x": 5, "y": 5},
        "text": {"text": "Bar", "size": 16, "position": {"x": 1, "y": 2}},
    }
    rows = [
        {"row_number": "1", "row_label": "Reihe 1", "position": {"x": 10, "y": 20}, "row_number_position": "both", "seats": [
            seat("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d", "1", 0), seat("1-2", "2", 25.5),
            seat("Tisch 1 / Platz 3 am Fenster, hinten", "3", 50)]},
        {"row_number": "2", "position": {"x": 10, "y": 60}, "seats": [
            seat("w", "1", 0, "Rollstuhl"), seat("b", "2", 25, "Begleitung"), seat("c", "3", 50, "Begleitung"), seat("n", "4", 75, "")]},
        {"row_number": "3", "position": {"x": 0, "y": 0}, "seats": []},
    ]  # fmt: skip
    return {
        "name": "Kleiner Saal", "size": {"width": 700, "height": 400},
        "categories": [{"name": "Parkett", "color": "red"}, {"name": "Rollstuhl", "color": "#2257a8"}, {"name": "Begleitung"}],
        "zones": [{"name": "Saal", "zone_id": "s", "uuid": "z", "position": {"x": 100, "y": 200}, "rows": rows, "areas": [stage, bar]}],
    }  # fmt: skip


def test_a_plan_of_pretix_with_all_that_it_can_have() -> None:
    plan = read_pretix(json.dumps(pretix_hall()))
    assert [(seat.x, seat.y) for seat in plan.seats[:3]] == [(110, 220), (135.5, 220), (160, 220)]
    long = plan.seats[2].id
    assert (
        plan.seats[0].id == "9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d"
        and long.startswith("Tisch_1_Platz_3_am_F.")
        and len(long) <= 32
    )
    space, one, other, usual = plan.zones[0].rows[1].seats
    assert (space.kind, one.kind, one.companion_of, other.companion_of) == (Kind.WHEELCHAIR, Kind.COMPANION, "w", "w")
    assert plan.category_of(usual.id).name == "Seats", "whoever draws a plan there need not give a category"
    assert [row.label for row in plan.zones[0].rows] == ["1", "2"]
    # 40 wide and 300 high, turned by 90 degrees around its corner at (400, 210): it lies to the left of it, and is 300 wide.
    assert plan.screen == Screen(Looking.STAGE, 250, 230, 300)
    assert plan.signs == (Sign("Bar", 106, 207),)
    assert [one.colour for one in plan.categories[:2]] == [Colour.ROSE, Colour.SKY], "red, and a blue of ours"
    assert (plan.width, plan.height) == (700, 400) and read_plan(plan.to_json()) == plan


def test_a_plan_of_pretix_that_lies_outside_itself_is_moved() -> None:
    hall = pretix_hall()
    hall["zones"][0]["position"] = {"x": -500, "y": -500}
    plan = read_pretix(json.dumps(hall))
    assert min(seat.x for seat in plan.seats) >= 0 and min(seat.y for seat in plan.seats) >= 0
    assert plan.seats[1].x - plan.seats[0].x == 25.5


PRETIX_WRONG: list[tuple[Change, str]] = [
    (lambda hall: hall.pop("categories"), "categories: this is missing."),
    (lambda hall: hall.pop("name"), "name: this is missing."),
    (lambda hall: hall["zones"][0].pop("position"), "zones[0].position: this is missing."),
    (lambda hall: hall["zones"][0].pop("rows"), "zones[0].rows: this is missing."),
    (lambda hall: SEATS(hall)[1].pop("seat_guid"), "zones[0].rows[0].seats[1].seat_guid: this is missing."),
    (lambda hall: SEATS(hall)[1].update(seat_guid=""), "zones[0].rows[0].seats[1].seat_guid: a text of 1 to 200"),
    (lambda hall: SEATS(hall)[1].update(seat_guid="w"), "zones[0].rows[1].seats[0]: zones[0].rows[0].seats[1] has the id w already."),
    (lambda hall: SEATS(hall)[1].update(category="Loge"), "zones[0].rows[0].seats[1].category: there is no category Loge."),
    (lambda hall: SEATS(hall)[1].update(position={"x": 1}), "zones[0].rows[0].seats[1].position.y: this is missing."),
    (lambda hall: SEATS(hall)[1]["position"].update(x=1e9), "zones[0].rows[0].seats[1].position.x: a number from"),
    (lambda hall: SEATS(hall)[1]["position"].update(x=0), "zones[0].rows[0].seats[1]: zones[0].rows[0].seats[0] stands"),
    (lambda hall: hall["zones"][0].update(rows=[]), "This plan has no seat"),
    (lambda hall: hall.update(categories=hall["categories"] * 2), "categories: two of them have the id Parkett."),
    (lambda hall: hall["zones"][0]["areas"][0].update(rotation="x"), "zones[0].areas[0].rotation: a number."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "says"), PRETIX_WRONG, ids=[says[:60] for _, says in PRETIX_WRONG])
def test_what_is_wrong_in_a_plan_of_pretix(change: Change, says: str) -> None:
    hall = pretix_hall()
    change(hall)
    with pytest.raises(PlanNotUnderstood) as refused:
        read_pretix(json.dumps(hall))
    assert refused.value.sentence.startswith(says)


def test_colours_of_others() -> None:
    assert nearest_colours(["#33ffff", "hsl(120, 80%, 40%)", "gold", "#6633cc", "hotpink"]) == [
        Colour.TEAL, Colour.PITCH, Colour.AMBER, Colour.VIOLET, Colour.ROSE,
    ]  # fmt: skip
    assert nearest_colours(["blue", "navy", "url(x)", "#888", ""]) == [
        Colour.VIOLET, Colour.SKY, Colour.AMBER, Colour.ROSE, Colour.PITCH,
    ]  # fmt: skip
    assert len(nearest_colours(["red"] * 50)) == 50


TABLE = """zone,row,seat,category,kind,x,y,capacity
Stalls,A,1,Standard,,,,
Stalls,A,2,Standard,,,,
Stalls,A,4,Standard,wheelchair,,,
Stalls,A,5,Standard,companion,,,
Stalls,B,1,Premium,,,,
Balcony,A,1,Standard,,,,
Floor,,,Standing,,,,200
"""


def test_a_table() -> None:
    for text in (TABLE, "\ufeff" + TABLE.replace(",", ";"), TABLE.replace("\n", "\r\n").encode()):
        plan = read_csv(text, "Hall")
        assert [seat.id for seat in plan.seats] == [
            "Stalls-A-1", "Stalls-A-2", "Stalls-A-4", "Stalls-A-5", "Stalls-B-1", "Balcony-A-1"
        ]  # fmt: skip
        one, two, four, five = plan.zones[0].rows[0].seats
        assert [round((b.x - a.x) / 30) for a, b in ((one, two), (two, four), (four, five))] == [1, 2, 1], (
            "an aisle for seat 3"
        )
        assert (four.kind, five.kind, five.companion_of) == (Kind.WHEELCHAIR, Kind.COMPANION, "Stalls-A-4")
        assert (plan.area("Floor").capacity, plan.area("Floor").name) == (200, "Floor")  # type: ignore[union-attr]
        assert [category.name for category in plan.categories] == ["Standard", "Premium", "Standing"]
        assert plan.screen is not None and plan.screen.y < one.y < plan.zones[1].rows[0].seats[0].y
        assert read_plan(plan.to_json()) == plan


def test_a_table_with_places_in_chinese_with_odd_numbers() -> None:
    plan = read_csv("seat,row,zone,category,x,y\n1,前排,池座,普通,-5,10\n3,前排,池座,普通,20.5,10\n", "一号厅")
    assert plan.seats[1].x - plan.seats[0].x == 25.5 and min(seat.x for seat in plan.seats) >= 0
    assert str(plan.label(plan.seats[0].id)) == "池座, row 前排, seat 1"
    assert plan.seats[0].id.startswith("s.") and plan.seat_ids == read_csv(
        "zone,row,seat,category\n池座,前排,3,普通\n池座,前排,1,普通\n", "他厅"
    ).seat_ids, "an id doesn't depend on the order of lines"  # fmt: skip
    odd = read_csv("zone,row,seat,category\n" + "".join(f"S,A,{n},C\n" for n in (1, 3, 5, 2, 4, 6)), "Hall")
    assert [seat.label for seat in odd.seats] == ["1", "2", "3", "4", "5", "6"]
    sides = read_csv("zone,row,seat,category\n" + "".join(f"S,A,{n},C\n" for n in (1, 3, 5, 9)), "Hall")
    assert [round((b.x - a.x) / 30) for a, b in zip(sides.seats, sides.seats[1:], strict=False)] == [1, 1, 2]


TABLES_WRONG = [
    ("", "Line 1 names the columns"),
    ("zone,row,seat\n", "Line 1 names the columns"),
    ("zone,row,seat,category,price\n", "Line 1 names the columns"),
    ("zone,row,seat,category\n", "This plan has no seat"),
    ("zone,row,seat,category\nS,A,1\n", "Line 2 has 3 cells, and line 1 has 4."),
    ("zone,row,seat,category\nS,A,1,C\nS,,2,C\n", "Line 3: row has 1 to 16 characters."),
    ("zone,row,seat,category\nS,A,1,\n", "Line 2: category has 1 to 40 characters."),
    ("zone,row,seat,category\nS,A,1,C\n\nS,A,1,C\n", "Line 4: this seat is in line 2 already."),
    ('zone,row,seat,category\nS,A,"1,C\n', "Line 2: a quotation mark is not closed."),
    ("zone,row,seat,category,kind\nS,A,1,C,sofa\n", "Line 2: kind is seat"),
    ("zone,row,seat,category,kind\nS,A,1,C,companion\n", "Line 2: a companion's seat needs a wheelchair space"),
    ("zone,row,seat,category,x,y\nS,A,1,C,1,\n", "Line 2: x and y are numbers"),
    ("zone,row,seat,category,x,y\nS,A,1,C,nan,1\n", "Line 2: x and y are numbers"),
    ("zone,row,seat,category,x,y\nS,A,1,C,999999,1\n", "Line 2: x and y are too large."),
    ("zone,row,seat,category,x,y\nS,A,1,C,1,1\nS,A,2,C,,\n", "Line 3 has no x and y, while others have."),
    ("zone,row,seat,category,x,y\nS,A,1,C,1,1\nS,A,2,C,1,1\n", "Line 3: the seat of line 2 stands there."),
    ("zone,row,seat,category,capacity\nF,A\u202e,,C,5\n", "Line 2: row has 1 to 16 characters."),
    ("zone,row,seat,category,capacity\nF,,,C,0\n", "Line 2: capacity is a number from 1 to 100000."),
    ("zone,row,seat,category,capacity\nF,,,C,1e3\n", "Line 2: capacity is a number from 1 to 100000."),
    ("zone,row,seat,category,capacity\nF,A,1,C,5\n", "Line 2: a seat has no capacity"),
    ("zone,row,seat,category,capacity\nF,,,C,5\nF,,,C,6\n", "zones[0].areas[1]: zones[0].areas[0] has the id F already."),
]  # fmt: skip


@pytest.mark.parametrize(("table", "says"), TABLES_WRONG)
def test_what_is_wrong_in_a_table(table: str, says: str) -> None:
    with pytest.raises(PlanNotUnderstood) as refused:
        read_csv(table, "Hall")
    assert refused.value.sentence.startswith(says)


def test_a_hall_from_a_few_numbers() -> None:
    plan = make_hall("Kino", rows=9, seats_a_row=12, aisles_after=[4, 8], wheelchairs=3, better_rows=[6, 7])
    assert plan.seat_count == 108 and [row.label for row in plan.zones[0].rows] == list("ABCDEFGHJ")
    last = plan.zones[0].rows[-1].seats
    assert "".join(seat.kind[0] for seat in last) == "wcwcsssssscw", (
        "from both ends inwards, each with its companion's seat"
    )
    assert [seat.companion_of for seat in last if seat.companion_of] == ["J-1", "J-3", "J-12"]
    assert {row.label for row in plan.zones[0].rows if row.seats[0].category_id == "better"} == {"F", "G"}
    a4, a5 = plan.zones[0].rows[0].seats[3:5]
    assert round(math.dist((a4.x, a4.y), (a5.x, a5.y)) / 30) == 2
    assert read_plan(plan.to_json()) == plan
    assert [one.id for one in make_hall("Small", rows=1, seats_a_row=1).categories] == ["usual"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rows": 0}, "rows"), ({"rows": 61}, "rows"), ({"seats_a_row": 0}, "seats_a_row"), ({"seats_a_row": 81}, "seats_a_row"),
        ({"aisles_after": [10]}, "aisles_after"), ({"aisles_after": [0]}, "aisles_after"), ({"better_rows": [6]}, "better_rows"),
        ({"wheelchair_row": 6}, "wheelchair_row"), ({"wheelchairs": 6}, "wheelchairs"), ({"wheelchairs": -1}, "wheelchairs"),
    ],
)  # fmt: skip
def test_numbers_that_make_no_hall(change: dict[str, Any], field: str) -> None:
    with pytest.raises(HallNotUnderstood) as refused:
        make_hall("Kino", **{"rows": 5, "seats_a_row": 10, **change})
    assert refused.value.field == field
