"""A cinema's and a producer's desk for programs: the whole way from a venue to sold tickets, and what is refused on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from crowdfund import clock
from crowdfund.database.ids import private, public
from crowdfund.people.models import Role
from crowdfund.screenings.models import Screening
from crowdfund.web.api import instant
from tests.bank import books_proven
from tests.cinema import held, ordered, paid
from tests.http.campaign_world import a_producer
from tests.http.conftest import SiteUnderTest
from tests.http.desk_world import a_cinema_owner, a_member_of, with_hall
from tests.http.program import Program, code_of, fields_of, program_of
from tests.unit.test_seating_files import pretix_sample
from tests.world import a_fan

pytestmark = pytest.mark.pages

VENUE = {
    "name": "Grand Theatre",
    "address": "20 Huanghe Road",
    "city": "Shanghai",
    "country": "CN",
    "zone": "Asia/Shanghai",
}
USUAL = {"category": "usual", "name": "Full", "price_minor": 12_00}
CSV = "zone,row,seat,category,kind,capacity\nStalls,A,1,Standard,,\nStalls,A,2,Standard,,\nFloor,,,Standing,,200\n"


def terms(**more: Any) -> dict[str, Any]:
    opens = instant(clock.now() - timedelta(minutes=5))
    price = {"category": "c1", "name": "Full", "price_minor": 12_00}
    ladder = [{"hours_before": 24, "share_bps": 10_000}]
    return {"length_minutes": 120, "sale_opens_at": opens, "currency": "EUR", "fee_minor": 50, "prices": [price],
            "refund_steps": ladder, **more}  # fmt: skip


def starts(*days: float) -> list[str]:
    return [instant(clock.now() + timedelta(days=day)) for day in days]


async def test_from_a_venue_to_a_week_on_sale(site: SiteUnderTest) -> None:
    gu, lin = await a_cinema_owner(site), await a_producer(site)
    cinema, studio = await program_of(site, gu.browser.person), await program_of(site, lin.browser.person)
    hers, his = f"/organisations/{public(gu.organisation.id)}", f"/organisations/{public(lin.organisation.id)}"
    venue = await cinema.make(f"{hers}/venues", VENUE)
    assert (venue["slug"], venue["zone"]) == ("grand-theatre-shanghai", "Asia/Shanghai")
    changed = await cinema.do(f"{hers}/venues/{venue['id']}", {**VENUE, "access": "Lift from the street."})
    assert changed["access"] == "Lift from the street." and await cinema.all(f"{hers}/venues") == [changed]

    looked = await cinema.do(f"{hers}/seat-plans/preview", {"name": "Hall 1", "file": CSV})
    assert (looked["form"], looked["seats"], looked["zones"], looked["standing"]) == ("csv", 2, 2, 200)
    hall = await cinema.make(f"{hers}/venues/{venue['id']}/halls", {"name": "Hall 1", "file": pretix_sample()})
    assert hall["seats"] == 2 and hall["found"]["plan"]["version"] == 1
    numbers = {"rows": 4, "seats_a_row": 5, "wheelchairs": 1}
    replaced = await cinema.do(
        f"{hers}/venues/{venue['id']}/halls/{hall['id']}/plan", {"name": "Hall 1", "numbers": numbers}
    )
    assert (replaced["seats"], replaced["found"]["wheelchairs"], replaced["found"]["form"]) == (20, 1, None)
    [listed] = await cinema.all(f"{hers}/venues/{venue['id']}/halls")
    assert (listed["name"], listed["seats"]) == ("Hall 1", 20)

    film = await studio.make(f"{his}/titles", {"name": "Ferry Girl", "line": "She rows at night."})
    assert film["picture_url"].endswith(".svg") and (film["cinemas"], film["has_fund"]) == (0, False)
    [found] = await cinema.all(f"{hers}/bookable-titles?q=ferry")
    assert (found["id"], found["producer"], found["booked"]) == (film["id"], "Lin Pictures", None)
    booking = await cinema.make(f"{hers}/bookings", {"title": film["id"], "note": "In March."})
    assert (booking["state"], booking["turn"], booking["history"][0]["because"]) == ("asked", "producer", "In March.")
    refused = await cinema.post(f"{hers}/bookings/{booking['id']}/agreement", {})
    assert code_of(refused) == (404, "not_yours")
    agreed = await studio.do(f"{his}/bookings/{booking['id']}/agreement", {"note": "With joy."})
    assert (agreed["state"], agreed["turn"]) == ("agreed", None)
    assert [one["state"] for one in await cinema.all(f"{hers}/bookings")] == ["agreed"]

    wish = terms(title=film["id"], hall=hall["id"], starts_at=starts(3, 4, 5), prices=[USUAL])
    made = (await cinema.make(f"{hers}/screenings", wish))["screenings"]
    assert [one["state"] for one in made] == ["draft"] * 3 and made[0]["places"] == made[0]["free"] == 20
    first = made[0]["id"]
    edit = {**wish, "starts_at": wish["starts_at"][0], "note": "With subtitles", "stamp": made[0]["stamp"]}
    edit = {name: value for name, value in edit.items() if name not in ("title", "hall")}
    changed = await cinema.do(f"{hers}/screenings/{first}/content", edit)
    assert changed["note"] == "With subtitles" and changed["stamp"] != made[0]["stamp"]
    assert code_of(await cinema.post(f"{hers}/screenings/{first}/content", edit)) == (409, "changed_meanwhile")
    on_sale = await cinema.do(f"{hers}/screenings/sale", {"screenings": [one["id"] for one in made[:2]]})
    assert [one["state"] for one in on_sale["screenings"]] == ["on_sale"] * 2
    assert (await cinema.do(f"{hers}/screenings/{made[2]['id']}/withdrawal"))["state"] == "cancelled"
    assert len(await cinema.all(f"{hers}/screenings?limit=1")) == 2, "what was put away is nobody's programme"
    assert len(await studio.all(f"{his}/screenings")) == 2

    blocked = await cinema.do(
        f"{hers}/screenings/{first}/blocked-seats", {"seats": ["A-1", "A-2"], "because": "for guests"}
    )
    assert (blocked["blocked_seats"], blocked["free"]) == (["A-1", "A-2"], 18)
    assert (await cinema.do(f"{hers}/screenings/{first}/blocked-seats/release", {"seats": ["A-2"]}))["free"] == 19
    screening, mei = await Screening.get(id=private(first)), await a_fan("Mei")
    await paid((await ordered(mei, await held(mei, screening, "B-1"), "B-1")).id)
    [ticket] = await cinema.all(f"{hers}/screenings/{first}/tickets?q=mei")
    assert (ticket["name"], ticket["place_id"], ticket["price_minor"]) == ("Mei", "B-1", 12_00) and "@" not in str(
        ticket
    )
    assert code_of(await studio.get(f"{his}/screenings/{first}/tickets")) == (404, "no_such_screening")
    seen = await studio.read(f"{his}/screenings/{first}")
    assert (seen["sold"], seen["gross_minor"]) == (1, 12_00)
    prices = [{"category": "usual", "name": "Full", "price_minor": 9_00}]
    assert (await cinema.do(f"{hers}/screenings/{first}/prices", {"prices": prices}))["prices"][0][
        "price_minor"
    ] == 9_00
    reason = {"reason": "The projector is broken."}
    assert (await cinema.do(f"{hers}/screenings/{first}/sale/closure", reason))["state"] == "closed"
    reopened = await cinema.do(f"{hers}/screenings/{first}/sale/reopening", {"reason": "It is mended."})
    assert [one["to_state"] for one in reopened["history"]][:2] == ["on_sale", "closed"]
    assert (await studio.do(f"{his}/bookings/{booking['id']}/end", {"reason": "No more prints."}))["state"] == "ended"
    assert (await studio.read(f"{his}/titles/{film['id']}"))["sold"] == 1
    await books_proven()


async def a_cinema_program(site: SiteUnderTest) -> tuple[Program, str, dict[str, str]]:
    """A cinema with a hall and a booked film of its own."""
    gu = await a_cinema_owner(site)
    program, path = await program_of(site, gu.browser.person), f"/organisations/{public(gu.organisation.id)}"
    venue, hall = await with_hall(gu)
    film = await program.make(f"{path}/titles", {"name": "Film club"})
    assert (await program.make(f"{path}/bookings", {"title": film["id"]}))["state"] == "agreed", "its own"
    return program, path, {"venue": public(venue.id), "hall": public(hall.id), "title": film["id"]}


async def test_what_cant_be_is_a_problem_and_changes_nothing(site: SiteUnderTest) -> None:
    program, path, ids = await a_cinema_program(site)
    halls = f"{path}/venues/{ids['venue']}/halls"
    for address, body, status, code in (
        (f"{path}/venues", {**VENUE, "zone": "Mars/Base"}, 422, "invalid"), (f"{path}/venues", {**VENUE, "country": "XX"}, 422, "invalid"),
        (halls, {"name": "Hall 2"}, 422, "invalid"), (halls, {"name": "Hall 2", "file": '{"version": 1'}, 422, "plan_not_understood"),
        (halls, {"name": "Hall 2", "numbers": {"rows": 4, "seats_a_row": 5, "aisles_after": [9]}}, 422, "hall_not_understood"),
        (halls, {"name": "Hall 1", "numbers": {"rows": 4, "seats_a_row": 5}}, 409, "hall_name_taken"),
        (f"{path}/bookings", {"title": public(7)}, 404, "no_such_title"),
        (f"{path}/bookings", {"title": ids["title"]}, 409, "booked_already"),
    ):  # fmt: skip
        assert code_of(await program.post(address, body, key=f"key-{status}-{code}-{len(str(body))}")) == (
            status,
            code,
        ), body
    usual = {"category": "usual", "name": "Full", "price_minor": 12_00}
    wish = terms(title=ids["title"], hall=ids["hall"], starts_at=starts(3), prices=[usual])
    for number, (more, status, code) in enumerate((
        ({"title": public(7)}, 404, "no_such_title"), ({"hall": public(7)}, 404, "no_such_hall"),
        ({"starts_at": starts(-1)}, 422, "wrong_hours"), ({"starts_at": []}, 422, "invalid"),
        ({"starts_at": starts(3, 3.02)}, 409, "hall_busy"), ({"fee_minor": 7_00}, 422, "wrong_price"),
        ({"sale_closes_minutes": 130}, 422, "wrong_hours"), ({"prices": []}, 422, "price_missing"),
        ({"prices": [usual, usual]}, 422, "wrong_price"), ({"prices": [{**usual, "category": "sofa"}]}, 422, "wrong_price"),
        ({"prices": [{**usual, "price_minor": 10**18}]}, 422, "wrong_price"), ({"currency": "ZZZ"}, 422, "wrong_price"),
        ({"refund_steps": [{"hours_before": 2, "share_bps": 5_000}, {"hours_before": 24, "share_bps": 5_000}]}, 422, "invalid"),
        ({"starts_at": ["2027-01-01T20:00"]}, 422, "invalid"), ({"starts_at": "2027-01-01T20:00:00Z"}, 422, "invalid"),
    )):  # fmt: skip
        answer = await program.post(f"{path}/screenings", {**wish, **more}, key=f"key-{number}")
        assert answer.status_code == status, more
        assert code_of(answer) == (status, code), (more, answer.text)
    assert await Screening.all().count() == 0
    answer = await program.post(f"{path}/screenings", {**wish, "per_fan_max": 51}, key="k")
    assert fields_of(answer) == ["per_fan_max"]
    [made] = (await program.make(f"{path}/screenings", wish))["screenings"]
    again = await program.post(f"{path}/screenings", wish, key="twice")
    assert code_of(again) == (409, "hall_busy")
    one = f"{path}/screenings/{made['id']}"
    for address, body, status, code in (
        ("sale/closure", {"reason": "Too early."}, 409, "move_refused"),
        ("sale/reopening", {"reason": "Too early."}, 409, "not_on_sale_yet"),
        ("blocked-seats", {"seats": ["Z-9"]}, 422, "no_such_place"), ("blocked-seats", {"seats": []}, 422, "invalid"),
        ("prices", {"prices": []}, 422, "price_missing"),
    ):  # fmt: skip
        assert code_of(await program.post(f"{one}/{address}", body)) == (status, code), address
    await program.do(f"{one}/sale")
    assert code_of(await program.post(f"{one}/sale")) == (409, "not_a_draft")
    assert code_of(await program.post(f"{one}/withdrawal")) == (409, "not_a_draft")
    several = {"screenings": [made["id"], public(7)]}
    assert code_of(await program.post(f"{path}/screenings/sale", several)) == (404, "no_such_screening")


async def test_the_same_key_makes_one_of_each(site: SiteUnderTest) -> None:
    program, path, ids = await a_cinema_program(site)
    wish = terms(title=ids["title"], hall=ids["hall"], starts_at=starts(3, 4), prices=[USUAL])
    halls = f"{path}/venues/{ids['venue']}/halls"
    for address, body in (
        (f"{path}/venues", VENUE), (halls, {"name": "Hall 2", "file": CSV}), (f"{path}/titles", {"name": "Reading"}),
        (f"{path}/screenings", wish),
    ):  # fmt: skip
        first, again = await program.post(address, body, key="one"), await program.post(address, body, key="one")
        assert first.status_code == again.status_code == 201, first.text
        assert first.json() == again.json()
    assert await Screening.all().count() == 2
    reading = (await program.all(f"{path}/titles"))[0]
    asked = [await program.post(f"{path}/bookings", {"title": reading["id"]}, key="ask") for _ in range(2)]
    assert asked[0].json()["id"] == asked[1].json()["id"]


async def test_a_viewers_token_looks_only(site: SiteUnderTest) -> None:
    gu = await a_cinema_owner(site)
    vera = await a_member_of(site, gu, Role.VIEWER, "Vera")
    program, path = await program_of(site, vera.person), f"/organisations/{public(gu.organisation.id)}"
    assert await program.all(f"{path}/venues") == []
    assert code_of(await program.post(f"{path}/venues", VENUE, key="k")) == (403, "not_allowed")
    reads = await program_of(site, gu.browser.person, "screenings:read")
    assert code_of(await reads.post(f"{path}/venues", VENUE, key="k")) == (403, "scope_missing")
