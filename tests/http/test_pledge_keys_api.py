"""A key stands for the whole body of its request: with another body it is refused, and nothing of it is done."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from crowdfund.campaigns.models import Campaign
from crowdfund.database.ids import public
from crowdfund.pledges.models import Pledge
from tests.http.conftest import SiteUnderTest
from tests.http.program import Program, code_of, program_of
from tests.world import Fan, a_campaign, a_card, a_tier, again


async def a_backer(site: SiteUnderTest) -> tuple[Program, int]:
    """A fan's program, and her saved card."""
    mei = (await site.signed_up("Mei")).person
    return await program_of(site, mei, "pledges:write", "pledges:read"), await a_card(Fan(mei.id, mei.email))


def one(campaign: Campaign, **more: Any) -> dict[str, Any]:
    return {"campaign": public(campaign.id), "amount_minor": 25_00, "currency": "EUR", **more}


CHANGES: list[dict[str, Any]] = [
    {"amount_minor": 26_00}, {"quantity": 2}, {"anonymous": True}, {"ref": "newsletter"}, {"tier": "tier"}, {"card": "card"},
    {"campaign": "other"}, {"currency": "USD"},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=[next(iter(change)) for change in CHANGES])
async def test_one_pledge_in_other_words(site: SiteUnderTest, change: dict[str, Any]) -> None:
    campaign, other = await a_campaign(), await a_campaign()
    mei, card_id = await a_backer(site)
    ids = {"tier": public(await a_tier(campaign)), "card": public(card_id), "other": public(other.id)}
    changed = {name: ids.get(value, value) if isinstance(value, str) else value for name, value in change.items()}
    made = await mei.post("/pledges", {"pledges": [one(campaign)]}, key="k")
    same = await mei.post("/pledges", {"pledges": [one(campaign, anonymous=False, tier=None)]}, key="k")
    assert (made.status_code, same.json()) == (201, made.json()), "what is said in more words is the same"
    assert code_of(await mei.post("/pledges", {"pledges": [one(campaign) | changed]}, key="k")) == (
        422, "key_used_for_another",
    )  # fmt: skip
    assert await Pledge.all().count() == 1
    assert [(await again(c)).promised_minor for c in (campaign, other)] == [25_00, 0]


async def test_one_pledge_more_one_less_and_in_another_order(site: SiteUnderTest) -> None:
    """Also where the place of the additional one is still free, as the first time something was refused there."""
    funds = [await a_campaign(name=name) for name in "ABCD"]
    closed = await a_campaign(state="failed")
    mei, _card = await a_backer(site)
    body = [one(closed), one(funds[0]), one(funds[1])]
    first = await mei.post("/pledges", {"pledges": body}, key="k")
    states = [m.get("state") or m["refused"]["code"] for m in first.json()["pledges"]]
    assert (first.status_code, states) == (201, ["campaign_not_open", "active", "active"])
    assert (await mei.post("/pledges", {"pledges": body}, key="k")).json() == first.json()
    for others in (
        [*body, one(funds[2])],  # one more
        body[:2],  # one less
        [one(funds[2])],  # one alone, at the place where nothing was made
        [one(funds[2]), *body[1:]],  # another there
        [body[0], body[2], body[1]],  # in another order
        [one(funds[2]), one(funds[3])],
    ):
        answer = await mei.post("/pledges", {"pledges": others}, key="k")
        assert code_of(answer) == (422, "key_used_for_another"), others
    assert await Pledge.all().count() == 2
    assert [(await again(fund)).pledges_live for fund in funds] == [1, 1, 0, 0]


async def test_two_bodies_at_once_with_one_key(site: SiteUnderTest) -> None:
    """Twenty requests in parallel, ten of them with one pledge more: one body wins, whole, and the other gets nothing."""
    funds = [await a_campaign(name=name) for name in "ABC"]
    mei, _card = await a_backer(site)
    bodies = [[one(funds[0]), one(funds[1])], [one(funds[0]), one(funds[1]), one(funds[2])]]
    answers = await asyncio.gather(
        *(mei.post("/pledges", {"pledges": bodies[number % 2]}, key="same") for number in range(20))
    )
    made = {len(answer.json()["pledges"]) for answer in answers if answer.status_code == 201}
    assert len(made) == 1 and await Pledge.all().count() == made.pop()
    refused = [code_of(answer) for answer in answers if answer.status_code != 201]
    assert set(refused) == {(422, "key_used_for_another")} and len(refused) == 10


async def test_a_key_that_begins_like_another_is_another(site: SiteUnderTest) -> None:
    funds = [await a_campaign(name=name) for name in "ABC"]
    mei, _card = await a_backer(site)
    for key, fund in zip(("a#0", "a", "a#"), funds, strict=True):
        assert (await mei.post("/pledges", {"pledges": [one(fund)]}, key=key)).status_code == 201, key
    wei = await program_of(site, (await site.signed_up("Wei")).person, "pledges:write")
    assert (await wei.post("/pledges", {"pledges": [one(funds[1])]}, key="a")).status_code == 201, (
        "keys are a person's own"
    )


async def test_nothing_was_made_so_the_key_is_free(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei, _card = await a_backer(site)
    assert code_of(await mei.post("/pledges", {"pledges": [one(campaign, amount_minor=1)]}, key="k")) == (
        422, "amount_too_small",
    )  # fmt: skip
    assert (await mei.post("/pledges", {"pledges": [one(campaign)]}, key="k")).status_code == 201


# --- amending: what is left out stays ---


async def test_an_amendment_changes_what_it_says(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    tier_id = await a_tier(campaign, price_minor=25_00, per_fan_max=4)
    mei, _card = await a_backer(site)
    [made] = (await mei.make("/pledges", {"pledges": [one(campaign, tier=public(tier_id), anonymous=True)]}))["pledges"]
    path = f"/pledges/{made['id']}"

    async def amended(**change: Any) -> tuple[Any, ...]:
        shown = await mei.do(f"{path}/amendment", change)
        assert shown == await mei.read(path)
        return shown["amount_minor"], shown["tier"], shown["quantity"], shown["anonymous"]

    tier = public(tier_id)
    assert await amended() == (25_00, tier, 1, True), "nothing said, nothing changed"
    assert await amended(amount_minor=30_00) == (30_00, tier, 1, True), "the tier and the name stay as they were"
    assert await amended(amount_minor=60_00, quantity=2) == (60_00, tier, 2, True)
    assert await amended(anonymous=False) == (60_00, tier, 2, False)
    assert code_of(await mei.post(f"{path}/amendment", {"quantity": 3})) == (422, "amount_too_small"), "3 cost 75.00"
    assert await amended(tier=None) == (60_00, None, 2, False), "null is no reward"
    assert await amended(tier=tier) == (60_00, tier, 2, False)
    for wrong in (
        {"amount_minor": None},
        {"quantity": None},
        {"anonymous": None},
        {"anonymous": "yes"},
        {"quantity": 0},
        {"card": tier},
    ):
        assert code_of(await mei.post(f"{path}/amendment", wrong)) == (422, "invalid"), wrong
    assert code_of(await mei.post(f"{path}/amendment", {"tier": "0" * 13})) == (404, "no_such_tier")
    assert (await again(campaign)).promised_minor == 60_00
