"""Draws through the API: what the pages do, for programs."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.community.draws.file import holds, read
from crowdfund.community.draws.models import Draw, DrawEntry, DrawSeed
from crowdfund.database import atomic, new_id
from crowdfund.database.ids import public
from crowdfund.people.models import Member
from crowdfund.web.api import instant
from tests.http.campaign_world import Producer, a_producer
from tests.http.conftest import SiteUnderTest
from tests.http.draw_world import entrants, pass_to, worked
from tests.http.program import Program, code_of, fields_of, program_of
from tests.world import Fan, a_campaign, a_card, a_tier, pledged

pytestmark = pytest.mark.pages


def body(**more: Any) -> dict[str, Any]:
    now = clock.now()
    facts = {
        "title": "A day on the boat", "about": "You come aboard while we shoot.", "place": "The left bank", "places": 2, "reserves": 1,
        "entries_min": 3, "capacity": 4, "capacity_by": "Wei, who runs the boat", "closes_at": instant(now + timedelta(days=7)),
        "public_what": "the closing DAX", "public_at": instant(now + timedelta(days=8)), "answer_by": instant(now + timedelta(days=14)),
        "happens_at": instant(now + timedelta(days=30)),
    }  # fmt: skip
    return {**facts, **more}


@pytest.fixture
async def lin(site: SiteUnderTest) -> Producer:
    return await a_producer(site)


async def a_fund(lin: Producer) -> tuple[Campaign, str]:
    campaign = await a_campaign(studio_id=lin.organisation.id, days=80)
    return campaign, f"/campaigns/{public(campaign.id)}/draws"


async def a_fan_of(site: SiteUnderTest, campaign: Campaign, name: str = "Mei") -> Program:
    person = (await site.signed_up(name)).person
    fan = Fan(person.id, person.email)
    await a_card(fan)
    await pledged(fan, campaign)
    return await program_of(site, person)


async def test_a_draw_from_the_first_word_to_who_comes(site: SiteUnderTest, lin: Producer) -> None:
    campaign, draws = await a_fund(lin)
    makers, anybody = await program_of(site, lin.browser.person), Program(site.browser(), {})
    made = await makers.make(draws, body(capacity=1))
    assert (made["state"], made["commitment"], [one["field"] for one in made["missing"]]) == (
        "draft",
        None,
        ["capacity"],
    )
    one = f"/draws/{made['id']}"
    assert code_of(await makers.post(f"{one}/announcement")) == (422, "not_ready")
    assert code_of(await anybody.get(one)) == (404, "not_found") and await anybody.all(draws) == []
    assert [listed["id"] for listed in await makers.all(f"{draws}/own")] == [made["id"]]
    assert (await makers.do(f"{one}/content", body()))["missing"] == []
    announced = await makers.do(f"{one}/announcement")
    assert announced["state"] == "announced" and len(announced["commitment"]) == 64 and announced["seed"] is None
    assert (await anybody.read(one))["is_open"] is True

    mei = await a_fan_of(site, campaign)
    assert code_of(await mei.get(f"{one}/entry")) == (404, "not_found")
    entry = await mei.do(f"{one}/entry")
    assert entry == await mei.do(f"{one}/entry") == await mei.read(f"{one}/entry")
    assert (entry["stands"], entry["listed"], entry["rank"]) == (True, False, None)
    assert (await mei.do(f"{one}/entry/removal"))["stands"] is False
    assert (await mei.do(f"{one}/entry"))["entry"] == entry["entry"]
    draw = await Draw.all().first()
    assert draw is not None
    await entrants(draw, campaign, 2)
    assert code_of(await anybody.get(f"{one}/entries")) == (404, "not_found")

    pass_to(draw.closes_at)
    await worked()
    entries = await anybody.read(f"{one}/entries")
    assert len(entries["entries"]) == 3 and entry["entry"] in entries["entries"]
    assert (await mei.read(f"{one}/entry"))["listed"] is True
    assert code_of(await makers.post(f"{one}/result", {"public_value": "7", "public_source": "x"})) == (
        409,
        "not_yet_drawable",
    )
    assert code_of(await anybody.get(f"{one}/file")) == (404, "not_found")
    pass_to(draw.public_at)
    refused = await makers.post(f"{one}/result", {"public_value": "７", "public_source": "the exchange"})
    assert code_of(refused) == (422, "invalid")
    drawn = await makers.do(f"{one}/result", {"public_value": "16843", "public_source": "the exchange"})
    assert drawn["state"] == "drawn" and len(drawn["seed"]) == 64 and len(drawn["winners"]) == 3
    again = await makers.post(f"{one}/result", {"public_value": "16844", "public_source": "the exchange"})
    assert code_of(again) == (409, "drawn_already")
    file = await anybody.read(f"{one}/file")
    told = read(json.dumps(file).encode())
    assert holds(told) and told.winners == [winner["entry"] for winner in drawn["winners"][:2]]

    state = (await mei.read(f"{one}/entry"))["state"]
    accepted = await mei.post(f"{one}/acceptance", {"contact_name": "Mei", "contact": "+81 3", "show_name": True})
    if state == "waiting":
        assert code_of(accepted) == (404, "nothing_won")
    else:
        assert accepted.json()["state"] == "confirmed"
        shown = [w for w in (await anybody.read(one))["winners"] if w["entry"] == entry["entry"]]
        assert shown[0]["name"] == "Mei" and "+81 3" not in json.dumps(await anybody.read(one))
        known = [w for w in (await makers.read(f"{one}/winners"))["winners"] if w["entry"] == entry["entry"]]
        assert known[0]["contact"] == "+81 3"
        assert (await mei.do(f"{one}/refusal"))["state"] == "declined"


async def test_the_same_key_makes_one_draw(site: SiteUnderTest, lin: Producer) -> None:
    _campaign, draws = await a_fund(lin)
    makers = await program_of(site, lin.browser.person)
    sent = body()
    one, two = [await makers.post(draws, sent, key="k") for _ in range(2)]
    assert one.json() == two.json() and await Draw.all().count() == 1
    assert code_of(await makers.post(draws, sent | {"title": "Another"}, key="k")) == (422, "key_used_for_another")
    assert (await makers.do(f"/draws/{one.json()['id']}/removal"))["title"] == "A day on the boat"
    assert code_of(await makers.post(draws, sent, key="k")) == (404, "not_found")


async def test_bodies_that_cant_be(site: SiteUnderTest, lin: Producer) -> None:
    _campaign, draws = await a_fund(lin)
    makers = await program_of(site, lin.browser.person)
    elsewhere = await a_tier(await a_campaign())
    for number, (change, field) in enumerate((
        ({"places": 0}, "places"), ({"places": "2"}, "places"), ({"places": 501}, "places"), ({"title": " "}, "title"),
        ({"about": "short"}, "about"), ({"closes_at": "tomorrow"}, "closes_at"), ({"closes_at": "2031-01-01T00:00:00"}, "closes_at"),
        ({"tiers": ["nonsense"]}, "tiers.0"), ({"capacity": 0}, "capacity"), ({"seed": "00"}, "seed"), ({"commitment": "00"}, "commitment"),
    )):  # fmt: skip
        answer = await makers.post(draws, body(**change), key=f"key-{number}")
        assert code_of(answer) == (422, "invalid") and fields_of(answer) == [field], change
    wrong = [{"tiers": [public(elsewhere)]}, {"tiers": [public(new_id())]}, {"entries_min": 1}, {"public_at": None}]
    for number, change in enumerate(wrong):
        assert code_of(await makers.post(draws, body(**change), key=f"other-{number}"))[0] == 422, change
    assert await Draw.all().count() == 0


async def test_only_managers_read_who_comes_and_strangers_find_nothing(site: SiteUnderTest, lin: Producer) -> None:
    _campaign, draws = await a_fund(lin)
    makers = await program_of(site, lin.browser.person)
    one = f"/draws/{(await makers.make(draws, body()))['id']}"
    await makers.do(f"{one}/announcement")
    eve, vera = await program_of(site, (await site.signed_up("Eve")).person), (await site.signed_up("Vera")).person
    await atomic(Member.create)(
        id=new_id(), organisation_id=lin.organisation.id, person_id=vera.id, role="viewer", made_at=clock.now()
    )
    viewer = await program_of(site, vera)
    assert code_of(await eve.get(f"{one}/winners")) == (404, "not_found")
    assert code_of(await viewer.get(f"{one}/winners")) == (403, "not_allowed")
    assert (await viewer.read(f"{one}/draft"))["state"] == "announced"
    for path, sent in (
        ("announcement", None),
        ("content", body()),
        ("removal", None),
        ("result", {}),
        ("cancellation", {"reason": "Because it rains."}),
    ):
        assert code_of(await eve.post(f"{one}/{path}", sent)) == (404, "not_found")
        assert code_of(await viewer.post(f"{one}/{path}", sent)) == (403, "not_allowed")
    assert code_of(await eve.post(f"{one}/entry")) == (403, "not_among_them")
    assert code_of(await makers.post(f"{one}/entry")) == (403, "not_among_them")
    cancelled = await makers.do(f"{one}/cancellation", {"reason": "The boat has sunk, sadly."})
    assert (cancelled["state"], cancelled["because"], cancelled["seed"]) == (
        "cancelled",
        "The boat has sunk, sadly.",
        None,
    )
    assert await DrawSeed.all().count() == 1 and await DrawEntry.all().count() == 0


async def test_lists_go_on_by_cursor(site: SiteUnderTest, lin: Producer) -> None:
    _campaign, draws = await a_fund(lin)
    makers, anybody = await program_of(site, lin.browser.person), Program(site.browser(), {})
    made = [(await makers.make(draws, body(title=f"Day {n}")))["id"] for n in range(5)]
    for number in made[:4]:
        await makers.do(f"/draws/{number}/announcement")
    assert [one["id"] for one in await anybody.all(f"{draws}?limit=2")] == made[3::-1]
    assert [one["id"] for one in await makers.all(f"{draws}/own?limit=2")] == made[::-1]
