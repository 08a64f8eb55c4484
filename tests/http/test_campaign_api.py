"""Campaigns through the API: what everybody reads, and what members do."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from crowdfund import clock
from crowdfund.campaigns import actions
from crowdfund.campaigns.models import Campaign, CampaignState, CampaignUpdate, Tier
from crowdfund.database import new_id
from crowdfund.database.ids import public
from crowdfund.people.models import Member, Role
from tests.http.campaign_world import STORY, Producer, a_draft, a_producer, launched
from tests.http.conftest import SiteUnderTest
from tests.http.program import Program, code_of
from tests.world import a_campaign, a_pledge

pytestmark = pytest.mark.pages


async def a_program(site: SiteUnderTest, producer: Producer, *scopes: str) -> Program:
    return Program(
        site.browser(),
        await site.token(
            producer.browser.person, *(scopes or ("campaigns:read", "campaigns:write", "organisations:read"))
        ),
    )


def a_content(**more: Any) -> dict[str, Any]:
    return {
        "name": "River Moon", "tagline": "She decides.", "story": STORY, "risks": "High water.",
        "budget": [{"name": "Boats", "amount_minor": 1_000_00}, {"name": "Cast", "amount_minor": 500_00}],
        "closes_at": (clock.now() + timedelta(days=30)).isoformat(), **more,
    }  # fmt: skip


async def test_a_campaign_from_draft_to_update_by_program(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    program = await a_program(site, lin)
    [studio] = (await program.get("/organisations")).json()["items"]
    assert (studio["name"], studio["role"]) == ("Lin Pictures", "owner")
    made = await program.post(
        "/campaigns", {"organisation": studio["id"], "name": "River Moon", "currency": "EUR"}, key="one"
    )
    assert made.status_code == 201
    draft = made.json()
    assert (draft["state"], {one["field"] for one in draft["missing"]}) == (
        "draft",
        {"tagline", "story", "budget", "closes_at"},
    )
    path = f"/campaigns/{draft['id']}"
    written = (await program.post(f"{path}/content", a_content())).json()
    assert (written["goal_minor"], written["missing"]) == (1_500_00, [])
    tier = {"name": "Two seats", "price_minor": 25_00, "size": 40, "ships": "post", "delivers_on": "2027-09"}
    tier_id = (await program.post(f"{path}/tiers", tier, key="two")).json()["id"]
    changed = (await program.post(f"{path}/tiers/{tier_id}", {**tier, "size": 50})).json()
    assert (changed["size"], changed["left"]) == (50, 50)
    assert (await program.post(f"{path}/submission")).json()["state"] == "submitted"
    assert code_of(await program.post(f"{path}/content", a_content())) == (409, "not_editable")
    await actions.review((await Campaign.get(slug="river-moon")).id, CampaignState.APPROVED, "", by=lin.id)
    opens, closes = clock.now() + timedelta(days=1), clock.now() + timedelta(days=20)
    scheduled = await program.post(
        f"{path}/announcement", {"opens_at": opens.isoformat(), "closes_at": closes.isoformat()}
    )
    assert scheduled.json()["state"] == "prelaunch"
    assert (await program.post(f"{path}/launch")).json()["state"] == "live"
    published = await program.post(
        f"{path}/updates", {"title": "We have a boat", "body": "She is called Heron."}, key="three"
    )
    assert published.json() == {"number": 1, "url": "http://127.0.0.1:8000/campaigns/river-moon/updates/1"}
    seen = (await site.browser().client.get(f"/api/v1{path}")).json()
    assert [update["title"] for update in seen["updates"]] == ["We have a boat"]
    assert seen["tiers"][0]["price_minor"] == 25_00 and "missing" not in seen


async def test_the_same_key_makes_one_and_another_body_is_refused(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    program = await a_program(site, lin)
    body = {"organisation": public(lin.organisation.id), "name": "Once", "currency": "EUR"}
    answers = await asyncio.gather(*(program.post("/campaigns", body, key="same") for _ in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await Campaign.filter(name="Once").count() == 1
    assert code_of(await program.post("/campaigns", {**body, "name": "Twice"}, key="same")) == (
        422,
        "key_used_for_another",
    )
    assert code_of(await program.post("/campaigns", body)) == (400, "idempotency_key_missing")
    campaign = await launched(lin)
    path = f"/campaigns/{public(campaign.id)}"
    update = {"title": "We have a boat", "body": "She is called Heron."}
    numbers = [(await program.post(f"{path}/updates", update, key="u")).json()["number"] for _ in range(3)]
    assert (numbers, await CampaignUpdate.all().count()) == ([1, 1, 1], 1)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"story": "a\x00b"}, "story"),
        ({"story": "x" * 50_001}, "story"),
        ({"tagline": "two\nlines"}, "tagline"),
        ({"budget": [{"name": "Boats", "amount_minor": 0}]}, "budget.0.amount_minor"),
        ({"budget": [{"name": "Boats", "amount_minor": "100"}]}, "budget.0.amount_minor"),
        ({"budget": [{"name": "Boats", "amount_minor": 10**12}] * 2}, "budget"),
        ({"budget": [{"name": "Boats", "amount_minor": 1}] * 31}, "budget"),
        ({"closes_at": "2030-01-01T00:00:00"}, "closes_at"),
        ({"closes_at": "2020-01-01T00:00:00Z"}, "closes_at"),
        ({"rule": "whatever"}, "rule"),
        ({"threshold_bps": 4_999}, "threshold_bps"),
        ({"goal_minor": 5}, "goal_minor"),
    ],
)
async def test_a_body_that_cant_be_is_refused_by_its_field(
    site: SiteUnderTest, change: dict[str, Any], field: str
) -> None:
    lin = await a_producer(site)
    draft = await a_draft(lin, written=False)
    program = await a_program(site, lin)
    answer = await program.post(f"/campaigns/{public(draft.id)}/content", a_content(**change))
    assert code_of(answer) == (422, "invalid")
    assert answer.json()["errors"][0]["field"] == field


async def test_tiers_obey_the_same_rules(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await launched(lin)
    program = await a_program(site, lin)
    path = f"/campaigns/{public(campaign.id)}/tiers"
    assert code_of(await program.post(path, {"name": "Cheap", "price_minor": 49}, key="a")) == (422, "invalid")
    tier = await Tier.get(campaign_id=campaign.id)
    await a_pledge(campaign, amount_minor=25_00, tier_id=tier.id)
    body = {"name": "Two seats", "price_minor": 20_00, "size": 40}
    assert code_of(await program.post(f"{path}/{public(tier.id)}", body)) == (409, "promise_broken")
    assert code_of(await program.post(f"{path}/{public(tier.id)}/removal")) == (409, "not_editable")
    assert code_of(await program.post(f"{path}/0000000000000", body)) == (404, "not_found")


async def test_only_members_with_a_token_for_it(site: SiteUnderTest) -> None:
    lin, wei = await a_producer(site), await a_producer(site, "Wei")
    draft = await a_draft(lin)
    path = f"/campaigns/{public(draft.id)}"
    stranger, reader = await a_program(site, wei), await a_program(site, lin, "campaigns:read")
    nothing = {"0000000000000", public(new_id())}
    for verb, body in (("/content", a_content()), ("/submission", None), ("/launch", None)):
        answers = [
            code_of(await stranger.post(f"{p}{verb}", body)) for p in (path, *(f"/campaigns/{n}" for n in nothing))
        ]
        assert set(answers) == {(404, "not_found")}, "somebody else's and none at all are told alike"
        assert code_of(await reader.post(f"{path}{verb}", body)) == (403, "scope_missing")
    assert code_of(await stranger.get(f"{path}/draft")) == (404, "not_found")
    assert code_of(await stranger.get(path)) == (404, "not_found")
    assert (await reader.get(f"{path}/draft")).json()["name"] == "River Moon"
    assert code_of(await site.browser().client.post(f"/api/v1{path}/launch")) == (401, "token_needed")
    own = (await reader.get(f"/organisations/{public(lin.organisation.id)}/campaigns")).json()["items"]
    assert [one["state"] for one in own] == ["draft"]
    assert code_of(await stranger.get(f"/organisations/{public(lin.organisation.id)}/campaigns")) == (404, "not_found")
    vera = await site.signed_up("Vera")
    await Member.create(
        id=new_id(),
        organisation_id=lin.organisation.id,
        person_id=vera.person.id,
        role=Role.VIEWER,
        made_at=clock.now(),
    )
    viewer = Program(
        site.browser(), await site.token(vera.person, "campaigns:read", "campaigns:write", "organisations:read")
    )
    assert (await viewer.get(f"{path}/draft")).status_code == 200
    assert code_of(await viewer.post(f"{path}/submission")) == (403, "not_allowed")


async def test_lists_are_filtered_and_go_on_by_cursor(site: SiteUnderTest) -> None:
    for number in range(7):
        await a_campaign(name=f"Film {number}")
    await a_campaign(name="Yuan", currency="CNY")
    await a_campaign(name="Over", state="failed")
    client = site.browser().client
    path, seen = "/api/v1/campaigns?limit=4", []
    while path:
        page = (await client.get(path)).json()
        seen += [item["name"] for item in page["items"]]
        path = page["next"]
    assert seen == ["Over", "Yuan", *(f"Film {number}" for number in reversed(range(7)))], "each once, the newest first"
    assert [i["name"] for i in (await client.get("/api/v1/campaigns?currency=CNY")).json()["items"]] == ["Yuan"]
    assert [i["name"] for i in (await client.get("/api/v1/campaigns?state=ended")).json()["items"]] == ["Over"]
    assert [i["name"] for i in (await client.get("/api/v1/campaigns?q=film+3")).json()["items"]] == ["Film 3"]
    assert code_of(await client.get("/api/v1/campaigns?state=nonsense")) == (400, "unknown_state")
    assert code_of(await client.get("/api/v1/campaigns?limit=0")) == (400, "bad_limit")
    assert code_of(await client.get("/api/v1/campaigns?cursor=x")) == (400, "bad_cursor")


async def test_the_description_names_every_operation(site: SiteUnderTest) -> None:
    found = (await site.browser().client.get("/api/v1/openapi.json")).json()
    operations = {
        f"{verb.upper()} {path}" for path, verbs in found["paths"].items() if "campaign" in path for verb in verbs
    }
    assert {
        "GET /api/v1/campaigns",
        "POST /api/v1/campaigns",
        "POST /api/v1/campaigns/{campaign}/content",
    } <= operations
    assert len(operations) >= 13
