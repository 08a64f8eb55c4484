"""Pledges as programs make them: keys, refusals as problems, and nothing that is ever a 5xx."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from crowdfund.campaigns.models import Campaign
from crowdfund.database.ids import public
from crowdfund.pledges.models import Pledge
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.world import a_campaign, a_card, again


async def a_program(site: SiteUnderTest) -> tuple[SignedIn, dict[str, str]]:
    """A fan with a saved card, and the header of her token."""
    mei = await site.signed_up("Mei")
    await a_card(mei.person)  # type: ignore[arg-type]
    return mei, await site.token(mei.person, "pledges:write", "pledges:read")


def one(campaign: Campaign, **more: Any) -> dict[str, Any]:
    return {"campaign": public(campaign.id), "amount_minor": 25_00, "currency": campaign.currency, **more}


async def sent(mei: SignedIn, token: dict[str, str], *pledges: dict[str, Any], key: str = "k1") -> httpx.Response:
    headers = {**token, "idempotency-key": key}
    return await mei.client.post("/api/v1/pledges", json={"pledges": list(pledges)}, headers=headers)


async def test_a_pledge_is_made_once_under_its_key(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei, token = await a_program(site)
    first = await sent(mei, token, one(campaign))
    again_ = await sent(mei, token, one(campaign))
    assert (first.status_code, first.json()["pledges"][0]["state"]) == (201, "active")
    assert again_.json() == first.json()
    other = await sent(mei, token, one(campaign, amount_minor=26_00))
    assert (other.status_code, other.json()["code"]) == (422, "key_used_for_another")
    assert (await again(campaign)).promised_minor == 25_00


async def test_twenty_at_once_with_one_key(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei, token = await a_program(site)
    answers = await asyncio.gather(*(sent(mei, token, one(campaign)) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["pledges"][0]["id"] for answer in answers}) == 1
    assert (await again(campaign)).pledges_live == 1


async def test_several_pledges_are_answered_each(site: SiteUnderTest) -> None:
    funds = [await a_campaign(name=name) for name in "AB"]
    closed = await a_campaign(state="failed")
    mei, token = await a_program(site)
    answer = await sent(mei, token, one(funds[0]), one(closed), one(funds[1]))
    made = answer.json()["pledges"]
    assert answer.status_code == 201
    assert [m["refused"]["code"] if m.get("refused") else m["state"] for m in made] == [
        "active",
        "campaign_not_open",
        "active",
    ]


REFUSED = [
    ({"currency": "USD"}, 422, "currency_differs"),
    ({"amount_minor": 49}, 422, "amount_too_small"),
    ({"tier": "0" * 13}, 404, "no_such_tier"),
    ({"campaign": "0" * 13}, 404, "no_such_campaign"),
    ({"card": "0" * 13}, 404, "no_such_card"),
    ({"amount_minor": -1}, 422, "invalid"),
    ({"amount_minor": 10**30}, 422, "invalid"),
    ({"amount_minor": "2500"}, 422, "invalid"),
    ({"amount_minor": 25.5}, 422, "invalid"),
    ({"quantity": 0}, 422, "invalid"),
    ({"campaign": "\x00"}, 422, "invalid"),
    ({"ref": "\ud800"}, 400, "not_json"),
    ({"surprise": 1}, 422, "invalid"),
]


@pytest.mark.parametrize(
    ("change", "status", "code"), REFUSED, ids=[code + str(i) for i, (_, _, code) in enumerate(REFUSED)]
)
async def test_each_refusal_is_a_problem_and_leaves_nothing(
    site: SiteUnderTest, change: dict[str, Any], status: int, code: str
) -> None:
    campaign = await a_campaign()
    mei, token = await a_program(site)
    body = {"pledges": [{**one(campaign), **change}]}
    headers = {**token, "idempotency-key": "k", "content-type": "application/json"}
    answer = await mei.client.post("/api/v1/pledges", content=json.dumps(body), headers=headers)
    assert (answer.status_code, answer.json()["code"]) in [(status, code), (422, "invalid")], answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert await Pledge.all().count() == 0


async def test_without_key_token_or_scope(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei, token = await a_program(site)
    body = {"pledges": [one(campaign)]}
    no_key = await mei.client.post("/api/v1/pledges", json=body, headers=token)
    no_token = await mei.client.post("/api/v1/pledges", json=body, headers={"idempotency-key": "k"})
    reader = await site.token(mei.person, "pledges:read")
    no_scope = await mei.client.post("/api/v1/pledges", json=body, headers={**reader, "idempotency-key": "k"})
    assert [(a.status_code, a.json()["code"]) for a in (no_key, no_token, no_scope)] == [
        (400, "idempotency_key_missing"),
        (401, "token_needed"),
        (403, "scope_missing"),
    ]


async def test_reading_amending_and_cancelling(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei, token = await a_program(site)
    made = (await sent(mei, token, one(campaign))).json()["pledges"][0]
    listed = (await mei.client.get("/api/v1/pledges", headers=token)).json()
    assert [item["id"] for item in listed["items"]] == [made["id"]]
    path = f"/api/v1/pledges/{made['id']}"
    amended = await mei.client.post(f"{path}/amendment", json={"amount_minor": 30_00}, headers=token)
    assert (amended.status_code, amended.json()["amount_minor"]) == (200, 30_00)
    cancelled = await mei.client.post(f"{path}/cancellation", headers=token)
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    eve = await site.signed_up("Eve")
    stranger = await site.token(eve.person, "pledges:read", "pledges:write")
    assert (await mei.client.get(path, headers=stranger)).status_code == 404


async def test_without_a_card_it_is_started_and_gets_an_address_to_save_one(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    eve = await site.signed_up("Eve")
    token = await site.token(eve.person, "pledges:read", "pledges:write")
    made = (await sent(eve, token, one(campaign))).json()["pledges"][0]
    assert made["state"] == "started"
    setup = await eve.client.post(
        f"/api/v1/pledges/{made['id']}/card-setup",
        json={"consent_text": "Charge me if it succeeds."},
        headers=token | {"idempotency-key": "c1"},
    )
    assert setup.status_code == 201 and setup.json()["url"].startswith(site.settings.sandbox_origin)
