"""Buying a ticket by the API alone, from what is on to the code at the door; and what it refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from secrets import token_urlsafe

import pytest

from crowdfund.database.ids import public
from crowdfund.screenings.codes import token
from crowdfund.screenings.keys import public_keys
from crowdfund.screenings.models import Screening
from crowdfund.worker import work_until_idle
from tests.bank import books_proven
from tests.cinema import a_hall_plan, a_screening, pay_at
from tests.http.conftest import SiteUnderTest
from tests.http.program import Program, code_of, program_of


@pytest.fixture(autouse=True)
async def proven(site: SiteUnderTest) -> AsyncIterator[None]:
    yield
    await work_until_idle()
    await books_proven()


async def mei_with(site: SiteUnderTest) -> Program:
    return await program_of(site, (await site.signed_up("Mei")).person)


async def test_from_what_is_on_to_the_code_at_the_door(site: SiteUnderTest) -> None:
    screening, mei = await a_screening(), await mei_with(site)
    (listed,) = await mei.all("/screenings")
    shown = await mei.read(f"/screenings/{listed['id']}")
    assert (shown["name"], shown["places"], shown["fee_minor"]) == ("River Moon", 20, 1_00)
    (price,) = shown["prices"]
    best = await mei.do(f"/screenings/{listed['id']}/best", {"seats": 2})
    held = await mei.make(f"/screenings/{listed['id']}/holds", {"seats": best["seats"]})
    assert (await mei.read(f"/holds/{held['id']}"))["kept"] == sorted(best["seats"])
    gone = await mei.read(f"/screenings/{listed['id']}/places")
    assert gone["held"] == sorted(best["seats"]) and gone["next_back_at"] is not None
    lines = [{"place": seat, "price": price["id"]} for seat in best["seats"]]
    order = await mei.make("/orders", {"hold": held["id"], "lines": lines, "total_minor": 22_00})
    assert (order["state"], order["total_minor"]) == ("placed", 22_00)
    paying = await mei.do(f"/orders/{order['id']}/payment")
    assert (await pay_at(paying["url"])).status_code == 303
    paid = await mei.read(f"/orders/{order['id']}")
    assert paid["state"] == "paid" and len(paid["tickets"]) == 2
    code = token.verify(paid["tickets"][0]["code"], public_keys(screening.id))
    assert code.ticket == paid["tickets"][0]["id"]
    assert [t["id"] for t in await mei.all("/tickets")] == [t["id"] for t in reversed(paid["tickets"])]
    backs = await mei.read(f"/orders/{order['id']}/backs")
    back = backs["tickets"][0]
    assert back["back_minor"] == 11_00
    after = await mei.do(f"/orders/{order['id']}/cancellation", {"tickets": [back["ticket"]], "back_minor": 11_00})
    assert sorted(t["state"] for t in after["tickets"]) == ["refunded", "sold"]
    assert (await Screening.get(id=screening.id)).sold == 1


async def test_what_it_refuses_is_clear_and_no_mistake_of_ours(site: SiteUnderTest) -> None:
    screening, mei = await a_screening(plan=a_hall_plan(2, 5, standing=5)), await mei_with(site)
    bo = await program_of(site, (await site.signed_up("Bo")).person)
    here = f"/screenings/{public(screening.id)}"
    shown = await mei.read(here)
    price = {p["category"]: p["id"] for p in shown["prices"]}

    async def refused(path: str, body: object, who: Program = mei) -> tuple[int, str]:
        return code_of(await who.post(path, body, key=token_urlsafe(8)))

    assert await refused(f"{here}/holds", {"seats": ["Z-1"]}) == (422, "no_such_place")
    assert await refused(f"{here}/holds", {"seats": ["A-1"] * 2}) == (422, "no_such_place")
    assert await refused(f"{here}/holds", {}) == (422, "no_places_chosen")
    assert await refused(f"{here}/holds", {"seats": [f"A-{n}" for n in range(500)]}) == (422, "invalid")
    assert await refused(f"{here}/holds", {"areas": [{"area": "floor", "places": 6}]}) == (409, "area_full")
    assert await refused(f"{here}/holds", {"seats": "A-1"}) == (422, "invalid")
    assert await refused("/screenings/0000000000000/holds", {"seats": ["A-1"]}) == (404, "no_such_screening")
    held = await mei.make(f"{here}/holds", {"seats": ["A-1"]})
    assert await refused(f"{here}/holds", {"seats": ["A-1"]}, bo) == (409, "seat_in_cart")
    line = {"place": "A-1", "price": price["usual"]}
    order = {"hold": held["id"], "lines": [line], "total_minor": 11_00}
    assert await refused("/orders", order, bo) == (404, "no_such_hold")
    assert await refused("/orders", order | {"total_minor": 10_00}) == (409, "price_changed")
    assert await refused("/orders", order | {"lines": [line | {"price": price["standing"]}]}) == (409, "price_changed")
    assert await refused("/orders", order | {"lines": [line | {"place": "A-2"}]}) == (422, "places_differ")
    assert await refused("/orders", order | {"hold": held["id"][::-1]}) in ((404, "no_such_hold"), (422, "invalid"))
    placed = await mei.make("/orders", order)
    assert (await bo.get(f"/orders/{placed['id']}")).status_code == 404
    await mei.do(f"/holds/{held['id']}/release")
    assert (await mei.post(f"/orders/{placed['id']}/payment")).status_code == 409


async def test_the_same_key_makes_one_hold_and_one_order(site: SiteUnderTest) -> None:
    screening, mei = await a_screening(), await mei_with(site)
    here = f"/screenings/{public(screening.id)}"
    price = (await mei.read(here))["prices"][0]["id"]
    first = (await mei.post(f"{here}/holds", {"seats": ["A-1"]}, key="one")).json()
    assert (await mei.post(f"{here}/holds", {"seats": ["A-1"]}, key="one")).json() == first
    assert (await mei.post(f"{here}/holds", {"seats": ["A-2"]}, key="one")).status_code == 422
    body = {"hold": first["id"], "lines": [{"place": "A-1", "price": price}], "total_minor": 11_00}
    order = (await mei.post("/orders", body, key="two")).json()
    assert (await mei.post("/orders", body, key="two")).json()["id"] == order["id"]
