"""Money by program, against the sandbox: promised, collected, receipted, sent, given back, paid out, disputed. Books proven."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from crowdfund.campaigns.models import Campaign
from crowdfund.database.ids import private, public
from crowdfund.disputes.actions import follow_dispute
from crowdfund.payments.models import CardSetup, Refund
from crowdfund.people.models import Member, Person, StaffRole
from crowdfund.pledges.actions import finish_setup
from crowdfund.pledges.following import follow_charge
from crowdfund.pledges.models import Pledge
from crowdfund.worker import work_until_idle
from tests.bank import a_studio_with_account, ask, books_proven, close_now, fans_with, fault, no_faults, pass_time
from tests.http.conftest import SiteUnderTest
from tests.http.program import Program, code_of, program_of
from tests.money import attempts, press
from tests.world import a_campaign, a_tier, again


@pytest.fixture(autouse=True)
async def proven(site: SiteUnderTest) -> AsyncIterator[None]:
    yield
    await books_proven()


async def a_fund(site: SiteUnderTest, *, goal_minor: int = 100_00) -> tuple[Campaign, Program]:
    """A live fund of a studio that can be paid, and its owner's program."""
    lin = (await site.signed_up("Lin")).person
    studio_id = await a_studio_with_account()
    campaign = await a_campaign(goal_minor=goal_minor, studio_id=studio_id)
    await Member.create(
        id=campaign.id, organisation_id=studio_id, person_id=lin.id, role="owner", made_at=campaign.made_at
    )
    return campaign, await program_of(site, lin)


async def programs_with(site: SiteUnderTest, *cards: str) -> list[Program]:
    return [await program_of(site, await Person.get(id=fan.id)) for fan in await fans_with(*cards)]


async def pledge(program: Program, campaign: Campaign, amount_minor: int, **more: object) -> str:
    """The id of a pledge that this program makes."""
    one = {"campaign": public(campaign.id), "amount_minor": amount_minor, "currency": "EUR", **more}
    return str((await program.make("/pledges", {"pledges": [one]}))["pledges"][0]["id"])


async def an_admin(site: SiteUnderTest) -> Program:
    return await program_of(site, (await site.signed_up("Root", staff=StaffRole.ADMIN)).person)


async def test_from_two_pledges_to_parcels_and_a_payout(site: SiteUnderTest) -> None:
    campaign, lin = await a_fund(site)
    tier_id = public(await a_tier(campaign, price_minor=60_00, size=10, ships="post"))
    mei, wei = await programs_with(site, "ok", "ok")
    hers = await pledge(mei, campaign, 60_00, tier=tier_id, ref="poster")
    his = await pledge(wei, campaign, 40_00, anonymous=True)
    fund = f"/campaigns/{public(campaign.id)}"
    figures = await lin.read(f"{fund}/figures")
    assert (figures["promised_minor"], figures["pledges"], figures["collected_minor"]) == (100_00, 2, 0)
    assert [(row["tier"], row["taken"], row["amount_minor"]) for row in figures["by_tier"]] == [
        (tier_id, 1, 60_00), (None, None, 40_00),
    ]  # fmt: skip
    assert [(row["referrer"], row["amount_minor"]) for row in figures["by_referrer"]] == [
        ("poster", 60_00),
        ("", 40_00),
    ]
    assert sum(day["amount_minor"] for day in figures["by_day"]) == 100_00
    assert (figures["forecast"]["rate_bps"], figures["forecast"]["likely_minor"]) == (9_000, 90_00)
    assert code_of(await mei.get(f"/pledges/{hers}/receipt")) == (404, "not_found"), "nothing is paid yet"

    assert (await close_now(campaign)).state == "funded"
    figures = await lin.read(f"{fund}/figures")
    assert (figures["state"], figures["collected_minor"], figures["promised_at_close_minor"]) == (
        "funded",
        100_00,
        100_00,
    )
    assert (figures["settling"]["collected_minor"], figures["settling"]["dropped_minor"]) == (100_00, 0)
    of = figures["proceeds"]
    parts = of["taken_before_minor"] + of["processor_minor"] + of["fee_minor"] + of["owed_minor"]
    assert (of["collected_minor"], parts, of["fee_minor"], figures["forecast"]) == (100_00, 100_00, 5_00, None)
    receipt = await mei.read(f"/pledges/{hers}/receipt")
    assert (receipt["amount_minor"], receipt["card"], receipt["tier"], receipt["refunds"]) == (
        60_00, "Visa •••• 4242", "Two seats", [],
    )  # fmt: skip

    await pass_time(days=3)
    [payout] = await lin.all(f"{fund}/payouts")
    assert (payout["state"], payout["amount_minor"]) == ("paid", of["owed_minor"])
    assert await lin.all(f"/organisations/{public(campaign.organisation_id)}/payouts?limit=1") == [payout]
    await parcels(lin, mei, fund, hers)
    assert code_of(await wei.post(f"/pledges/{his}/address", ADDRESS)) == (409, "not_deliverable"), "he chose no reward"


ADDRESS = {"recipient": "Mei", "address": "1 River Road\nLanting", "country": "China"}


async def parcels(lin: Program, mei: Program, fund: str, hers: str) -> None:
    """The only parcel of a fund, from the address to the door."""
    [owed] = await lin.all(f"{fund}/deliveries?state=awaiting_address")
    assert (owed["pledge"], owed["address"]) == (hers, "")
    for wrong in ({**ADDRESS, "address": "short"}, {**ADDRESS, "recipient": "a\nb"}, {"recipient": "Mei"}):
        assert code_of(await mei.post(f"/pledges/{hers}/address", wrong)) == (422, "invalid")
    given = await mei.do(f"/pledges/{hers}/address", ADDRESS)
    assert (given["delivery"]["state"], given["delivery"]["address"]) == ("ready", "1 River Road\nLanting")
    assert code_of(await mei.post(f"/pledges/{hers}/arrival")) == (409, "not_deliverable"), "it was not sent yet"
    standing = await lin.do(f"{fund}/deliveries/start")
    assert (standing["state"], standing["owed"], standing["counts"]["ready"]) == ("delivering", 1, 1)
    assert code_of(await lin.post(f"{fund}/deliveries/end")) == (409, "not_deliverable"), "one waits"
    sent = await lin.do(f"{fund}/deliveries/{hers}/dispatch", {"tracking": "RM 1 CN"})
    assert (sent["state"], sent["tracking"], sent["backer"]) == ("sent", "RM 1 CN", "Mei")
    assert code_of(await lin.post(f"{fund}/deliveries/{hers}/dispatch", {})) == (409, "not_deliverable"), "once"
    assert (await mei.do(f"/pledges/{hers}/arrival"))["delivery"]["state"] == "received"
    assert (await lin.do(f"{fund}/deliveries/end"))["state"] == "completed"
    assert (await lin.read(f"{fund}/deliveries/standing"))["counts"]["received"] == 1


async def test_staff_gives_a_pledge_back_once_under_its_key(site: SiteUnderTest) -> None:
    campaign, lin = await a_fund(site)
    [mei] = await programs_with(site, "ok")
    hers = await pledge(mei, campaign, 100_00)
    admin = await an_admin(site)
    path, wish = f"/staff/pledges/{hers}/refunds", {"amount_minor": 30_00, "reason": "The poster never came."}
    assert code_of(await admin.post(path, wish, key="early")) == (409, "nothing_to_refund")
    await close_now(campaign)
    made = [await admin.post(path, wish, key="part") for _ in range(3)]
    assert {(answer.status_code, answer.json()["id"]) for answer in made} == {(201, made[0].json()["id"])}
    assert code_of(await admin.post(path, wish | {"amount_minor": 31_00}, key="part")) == (422, "key_used_for_another")
    assert code_of(await admin.post(path, wish | {"reason": "Another reason."}, key="part")) == (
        422,
        "key_used_for_another",
    )
    for wrong in ({"amount_minor": 0, "reason": "None at all."}, {"amount_minor": "30"}, {"reason": "x"}, {}):
        assert code_of(await admin.post(path, wrong, key="bad")) == (422, "invalid")
    too_much = await admin.post(path, wish | {"amount_minor": 70_01}, key="more")
    assert code_of(too_much) == (409, "refund_too_large")
    assert [error["field"] for error in too_much.json()["errors"]] == ["amount_minor"]
    assert await Refund.all().count() == 1
    await pass_time(minutes=10)
    [back] = await mei.all(f"/pledges/{hers}/refunds")
    assert (back["id"], back["amount_minor"], back["state"], back["reason"]) == (
        made[0].json()["id"], 30_00, "succeeded", "The poster never came.",
    )  # fmt: skip
    rest = await admin.make(path, {"reason": "All of it, then."})
    assert rest["amount_minor"] == 70_00
    await pass_time(minutes=10)
    assert (await mei.read(f"/pledges/{hers}"))["state"] == "refunded"
    assert [one["amount_minor"] for one in (await mei.read(f"/pledges/{hers}/receipt"))["refunds"]] == [30_00, 70_00]
    story = await admin.read(f"/staff/pledges/{hers}")
    assert [(c["state"], c["amount_minor"], c["refunded_minor"]) for c in story["charges"]] == [
        ("succeeded", 100_00, 100_00)
    ]
    assert [e["to_state"] for e in story["history"]] == ["active", "charging", "collected", "refunded"]
    assert [one["id"] for one in await admin.all(f"/staff/pledges?email={story['fan_email'].upper()}")] == [hers]
    assert await admin.all("/staff/pledges?email=nobody@example.com") == []
    assert code_of(await admin.get("/staff/pledges")) == (400, "bad_email")
    [line] = [
        one for one in await admin.all(f"/staff/audit?subject=pledge:{hers}") if one["reason"].startswith("The poster")
    ]
    assert (line["action"], line["after"]) == ("pledge_refunded", {"amount_minor": 30_00})
    assert (await lin.read(f"/campaigns/{public(campaign.id)}/figures"))["refunded_minor"] == 100_00


async def test_a_refund_that_the_card_takes_no_more_is_paid_another_way(site: SiteUnderTest) -> None:
    campaign, _lin = await a_fund(site)
    [mei] = await programs_with(site, "refund_fails")
    hers = await pledge(mei, campaign, 100_00)
    await close_now(campaign)
    admin = await an_admin(site)
    refund = await admin.make(f"/staff/pledges/{hers}/refunds", {"reason": "She asked us to."})
    path = f"/staff/refunds/{refund['id']}/payment"
    await pass_time(days=2)
    assert [one["state"] for one in await mei.all(f"/pledges/{hers}/refunds")] == ["failed"]
    assert (await admin.read("/staff/inbox"))["counts"]["refunds"] == 1
    assert (await admin.do(path, {"reason": "By bank, on Monday."}))["state"] == "paid_another_way"
    assert code_of(await admin.post(path, {"reason": "By bank, on Monday."}))[0] == 409
    assert code_of(await admin.post(f"/staff/refunds/{'0' * 13}/payment", {"reason": "By bank."})) == (404, "not_found")


async def test_a_card_is_saved_chosen_and_forgotten(site: SiteUnderTest) -> None:
    campaign, other = await a_campaign(goal_minor=10_000_00), await a_campaign(goal_minor=10_000_00)
    eve = await program_of(site, (await site.signed_up("Eve")).person)
    hers = await pledge(eve, campaign, 25_00)
    assert (await eve.read(f"/pledges/{hers}"))["needs_card"] is True
    path, words = (
        f"/pledges/{hers}/card-setup",
        {"consent_text": (await eve.read("/terms"))["text"][:2_000], "keep": True},
    )
    pages = [await eve.post(path, words, key="card") for _ in range(3)]
    assert {answer.status_code for answer in pages} == {201}
    [url] = {answer.json()["url"] for answer in pages}
    assert await CardSetup.all().count() == 1, "the same key answers the same page"
    assert code_of(await eve.post(path, words | {"keep": False}, key="card")) == (422, "key_used_for_another")
    assert code_of(await eve.post(path, words)) == (400, "idempotency_key_missing")
    for wrong in ({"consent_text": ""}, {"consent_text": "x" * 2_001}, {"consent_text": "\x00"}, {"keep": True}):
        assert code_of(await eve.post(path, wrong, key="bad")) == (422, "invalid")
    await save(url)
    shown = await eve.read(f"/pledges/{hers}")
    [card] = await eve.all("/cards")
    assert (shown["state"], shown["needs_card"], shown["card"]) == ("active", False, card["id"])
    assert (card["brand"], card["last4"], card["keep"]) == ("visa", "4242", True)

    second = await pledge(eve, other, 25_00, card=card["id"])
    assert code_of(await eve.post(f"/cards/{card['id']}/removal")) == (409, "card_needed")
    await save((await eve.make(path, words))["url"])
    newest, first = await eve.all("/cards?limit=1")
    assert (first["id"], (await eve.read(f"/pledges/{hers}"))["card"]) == (card["id"], newest["id"])
    assert (await eve.do(f"/pledges/{second}/card", {"card": newest["id"]}))["card"] == newest["id"]
    assert (await eve.do(f"/cards/{card['id']}/removal"))["id"] == card["id"]
    assert [one["id"] for one in await eve.all("/cards")] == [newest["id"]]
    assert code_of(await eve.post(f"/cards/{card['id']}/removal")) == (404, "no_such_card")
    assert code_of(await eve.post(f"/pledges/{second}/card", {"card": card["id"]})) == (404, "no_such_card")
    mei = await program_of(site, (await site.signed_up("Mei")).person)
    for stranger in (f"/cards/{newest['id']}/removal", f"/cards/{'0' * 13}/removal"):
        assert code_of(await mei.post(stranger)) == (404, "no_such_card"), "somebody else's and none are told alike"
    cancelled = await eve.do(f"/pledges/{second}/cancellation")
    assert (cancelled["state"], await eve.do(f"/pledges/{second}/cancellation")) == ("cancelled", cancelled), (
        "twice is once"
    )
    assert code_of(await eve.post(f"/pledges/{second}/card-setup", words, key="late")) == (409, "pledge_not_changeable")


async def save(url: str) -> None:
    """The fan saves a card on the page, and the event of it comes."""
    answer = await press(url, card="ok", email="fan@example.com")
    assert answer.status_code == 303
    await finish_setup(httpx.URL(url).path.rsplit("/", 1)[-1])


async def test_a_page_that_cant_be_made_is_asked_for_again(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    eve = await program_of(site, (await site.signed_up("Eve")).person)
    path = f"/pledges/{await pledge(eve, campaign, 25_00)}/card-setup"
    await fault("http500_before", "checkout.sessions.create")
    refused = await eve.post(path, {"consent_text": "I agree."}, key="card")
    assert code_of(refused) == (503, "payments_unavailable") and int(refused.headers["retry-after"]) > 0
    await no_faults()
    pages = [(await eve.post(path, {"consent_text": "I agree."}, key="card")).json()["url"] for _ in range(2)]
    assert pages[0] == pages[1] and await CardSetup.all().count() == 1, "the same wish, finished"


async def test_a_bank_wants_to_see_her(site: SiteUnderTest) -> None:
    campaign, _lin = await a_fund(site)
    good, mei = await programs_with(site, "ok", "authentication_always")
    await pledge(good, campaign, 100_00)
    hers = await pledge(mei, campaign, 25_00)
    assert code_of(await mei.post(f"/pledges/{hers}/confirmation")) == (409, "nothing_to_confirm")
    await close_now(campaign)
    shown = await mei.read(f"/pledges/{hers}")
    assert (shown["state"], shown["needs_bank"], shown["mend_by"] is not None) == ("errored", True, True)
    confirmation = await mei.do(f"/pledges/{hers}/confirmation")
    assert confirmation["url"].startswith(site.settings.sandbox_origin)
    await press(confirmation["url"], outcome="complete")
    await follow_charge(str((await attempts(await Pledge.get(id=private(hers))))[-1].stripe_payment_intent_id))
    assert (await mei.read(f"/pledges/{hers}"))["state"] == "collected"
    assert code_of(await mei.post(f"/pledges/{hers}/confirmation")) == (409, "nothing_to_confirm")
    await work_until_idle()
    assert (await again(campaign)).collected_minor == 125_00


async def test_a_bank_is_answered_once(site: SiteUnderTest) -> None:
    campaign, lin = await a_fund(site)
    [mei] = await programs_with(site, "ok")
    hers = await pledge(mei, campaign, 100_00)
    await close_now(campaign)
    charge = (await attempts(await Pledge.get(id=private(hers))))[-1]
    opened = await ask("POST", f"charges/{charge.stripe_charge_id}/dispute", {"reason": "product_not_received"})
    await follow_dispute(opened["id"])
    own = f"/organisations/{public(campaign.organisation_id)}/disputes"
    [listed] = await lin.all(f"{own}?state=needs_response")
    assert (listed["pledge"], listed["amount_minor"], listed["reason"]) == (hers, 100_00, "product_not_received")
    path = f"/disputes/{listed['id']}"
    drafted = (await lin.read(path))["drafted"]
    assert "€100.00" in drafted
    assert code_of(await lin.post(f"{path}/answer", {"evidence": "Too short."})) == (422, "invalid")
    reader = await program_of(site, await Person.get(email="lin@example.com"), "money:read")
    assert code_of(await reader.post(f"{path}/answer", {"evidence": drafted})) == (403, "scope_missing")
    answered = await lin.do(f"{path}/answer", {"evidence": drafted})
    assert (answered["state"], answered["evidence"]) == ("under_review", drafted)
    assert code_of(await lin.post(f"{path}/answer", {"evidence": drafted})) == (409, "dispute_closed")
    assert await lin.all(f"{own}?state=needs_response") == []
    assert (await mei.read(f"/pledges/{hers}"))["state"] == "disputed"
    await ask("POST", f"disputes/{opened['id']}/close", {"won": True})
    await follow_dispute(opened["id"])
    assert [(one["state"], one["ended_at"] is not None) for one in await lin.all(own)] == [("won", True)]


async def test_a_failed_fund_charges_nobody(site: SiteUnderTest) -> None:
    campaign, lin = await a_fund(site, goal_minor=100_01)
    [mei] = await programs_with(site, "ok")
    hers = await pledge(mei, campaign, 100_00)
    assert (await close_now(campaign)).state == "failed"
    assert (await mei.read(f"/pledges/{hers}"))["state"] == "released"
    figures = await lin.read(f"/campaigns/{public(campaign.id)}/figures")
    assert (figures["promised_at_close_minor"], figures["collected_minor"], figures["proceeds"]) == (100_00, 0, None)
    assert await lin.all(f"/campaigns/{public(campaign.id)}/payouts") == []
