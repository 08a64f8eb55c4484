"""A hall as the page draws it: large enough, inside its picture, nothing inline, whatever the plan says."""

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdfund.screenings.seating.csv_file import read_csv
from crowdfund.screenings.seating.drawing import SEAT, WHOLE_WIDTH, Drawing, drawing_of
from crowdfund.screenings.seating.generate import make_hall
from crowdfund.screenings.seating.plan import Category, Colour, Plan, Row, Seat, Zone
from crowdfund.screenings.seating.reading import checked, read_plan
from crowdfund.web.i18n import speaking
from crowdfund.web.templates import environment
from tests.pace import seconds_there

MACRO = environment().get_template("screenings/seat_map.html")


def page(plan: Plan, language: str = "en", **given: Any) -> str:
    with speaking(language):
        return str(MACRO.module.seat_map(drawing_of(plan), **given))  # type: ignore[attr-defined]


def corners(hall: Drawing) -> list[tuple[float, float]]:
    return [(float(seat.x), float(seat.y)) for zone in hall.zones for row in zone.rows for seat in row.seats]


@pytest.mark.parametrize("apart", [0.5, 7, 30, 400])
def test_seats_are_as_large_whatever_the_plan_was_measured_in(apart: float) -> None:
    seats = tuple(Seat(f"s{n}", f"{n}", round(1 + n * apart, 2), 5, "c") for n in range(12))
    plan = checked(
        Plan("Hall", 9000, 9000, None, (Category("c", "C", Colour.SKY),), (Zone("z", "Z", (Row("a", "A", seats),)),))
    )
    hall = drawing_of(plan)
    spots = corners(hall)
    assert min(abs(one[0] - other[0]) for one, other in combinations(spots, 2)) >= SEAT + 3
    assert all(0 < x < hall.width - SEAT and 0 < y < hall.height - SEAT for x, y in spots)


def test_seats_that_nearly_touch_by_mistake_do_not_blow_the_plan_up() -> None:
    text = (
        "zone,row,seat,category,x,y\n" + "".join(f"S,A,{n},C,{n * 30},0\n" for n in range(1, 40)) + "S,A,40,C,30.1,0\n"
    )
    assert drawing_of(read_csv(text, "Hall")).width < 1500
    far = read_csv("zone,row,seat,category,x,y\nS,A,1,C,0,0\nS,A,2,C,1,0\nS,A,3,C,40000,0\n", "Hall")
    assert drawing_of(far).width <= 12_100


TENTHS = st.integers(0, 5000).map(lambda tenths: tenths / 10)


@given(st.lists(st.tuples(TENTHS, TENTHS), min_size=1, max_size=30, unique=True))
def test_any_plan_can_be_drawn(spots: list[tuple[float, float]]) -> None:
    seats = tuple(Seat(f"s{i}", "1", x, y, "c") for i, (x, y) in enumerate(spots))
    hall = drawing_of(
        checked(
            Plan("Hall", 500, 500, None, (Category("c", "C", Colour.SKY),), (Zone("z", "Z", (Row("a", "A", seats),)),))
        )
    )
    assert all(0 <= x <= hall.width - SEAT and 0 <= y <= hall.height - SEAT for x, y in corners(hall))
    left, top, width, height = hall.zones[0].box
    assert left >= 0 and top >= 0 and left + width <= WHOLE_WIDTH + 0.2 and height >= 68


def test_what_is_left_and_what_it_costs() -> None:
    plan = make_hall("Kino", rows=4, seats_a_row=10, better_rows=[3])
    zone = drawing_of(plan).zones[0]
    amounts = {"better": 2000, "usual": 1500}
    assert (zone.free({}, {}), zone.cheapest(amounts, {}, {})) == (40, "usual")
    usual = {seat.id for seat in plan.seats if seat.category_id == "usual"}
    assert (zone.free(usual, {}), zone.cheapest(amounts, usual, {})) == (10, "better")
    assert (zone.free(plan.seat_ids, {}), zone.cheapest(amounts, plan.seat_ids, {})) == (0, None)
    floor = drawing_of(read_csv("zone,row,seat,category,capacity\nFloor,,,Standing,200\n", "Club"))
    assert floor.free({}, {}) == 200 and floor.free({}, {"Floor": 3}) == 3
    assert floor.width > 500 and floor.first_free({}, ()) == ""


def test_each_seat_is_a_button_and_a_box_and_both_say_the_same() -> None:
    plan = make_hall("Kino", rows=2, seats_a_row=4, wheelchairs=1)
    states = {"A-1": "taken", "A-2": "held", "A-3": "closed"}
    html = page(
        plan,
        state_of=states,
        chosen={"A-4", "A-1"},
        price_of={"usual": "€9.00"},
        amount_of={"usual": 900},
        currency="EUR",
    )
    names = dict(re.findall(r'value="(\w-\d)" data-state="\w+"[^>]* aria-label="([^"]+)"', html))
    assert names == {
        "A-1": "Row A, seat 1, Standard, €9.00, taken",
        "A-2": "Row A, seat 2, Standard, €9.00, in a cart",
        "A-3": "Row A, seat 3, Standard, €9.00, not for sale",
        "A-4": "Row A, seat 4, Standard, €9.00, chosen",
        "B-1": "Row B, seat 1, wheelchair space, Standard, €9.00, free",
        "B-2": "Row B, seat 2, companion's seat, Standard, €9.00, free",
        "B-3": "Row B, seat 3, Standard, €9.00, free",
        "B-4": "Row B, seat 4, Standard, €9.00, free",
    }
    boxes = dict(re.findall(r'<input type="checkbox" name="seat" value="(\w-\d)" data-category="usual"( \w+)?>', html))
    assert boxes == {"A-1": " disabled", "A-2": " disabled", "A-3": " disabled", "A-4": " checked"} | {
        f"B-{n}": "" for n in range(1, 5)
    }
    assert len(re.findall(r'<button class="seat [^>]*type="button" aria-disabled="true"', html)) == 3
    tabs = [tag for tag in re.findall(r'<button class="seat key[^>]*>', html) if "tabindex" not in tag]
    assert len(tabs) == 1 and 'value="A-4"' in tabs[0]


def test_hostile_names_stay_words() -> None:
    nasty = "\"'><script>{{x}}</script>"
    plan = json.loads(make_hall("Kino", rows=1, seats_a_row=2).to_json())
    plan["name"] = plan["zones"][0]["name"] = plan["categories"][0]["name"] = nasty
    plan["zones"][0]["rows"][0]["label"] = "\"'><{row}"
    plan["zones"][0]["rows"][0]["seats"][0]["label"] = '"><b>{{7}}'
    plan["signs"] = [{"text": nasty, "x": 1, "y": 1}]
    html = page(read_plan(json.dumps(plan)), price_of={"usual": nasty}, area_typed={})
    assert "<script" not in html and "<b>{{7}}" not in html and " style=" not in html and "onclick" not in html


def test_in_chinese_with_standing_places() -> None:
    plan = read_csv("zone,row,seat,category,capacity\n池座,1,1,普通,\n站区,,,站席,200\n", "一号厅")
    html = page(
        plan,
        "zh_CN",
        price_of={"c1": "¥80.00"},
        area_free={plan.areas[0].id: 7},
        area_typed={plan.areas[0].id: 2},
        most=6,
    )
    assert "1 排 1 座，普通，¥80.00，可选" in html
    assert "站区（站席）" in html and 'max="6"' in html and 'value="2"' in html
    for untranslated in ("free", "Free", "Row", "seat 1", "Screen"):
        assert untranslated not in re.sub(r"<[^>]+>", " ", html)


@pytest.mark.alone
def test_five_hundred_seats_are_drawn_in_25_milliseconds() -> None:
    plan = make_hall("Large", rows=25, seats_a_row=20, aisles_after=[10], wheelchairs=4, better_rows=[12])
    states = {seat.id: "taken" for seat in plan.seats[::3]}

    def drawn() -> str:
        return page(
            plan,
            state_of=states,
            price_of={"usual": "€9.00", "better": "€12.00"},
            amount_of={"usual": 900, "better": 1200},
        )

    assert seconds_there(drawn) < 0.025
