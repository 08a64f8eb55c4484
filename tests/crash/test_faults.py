"""Every fault of the processor on every call we make to it: the work ends right, once, and nobody is told otherwise.

A story begins while the fault strikes each call of one kind. Then the fault is over, and time passes: minutes, or the day for
which the processor repeats its first answer to a key. At most one charge, refund or transfer is ever made, and the books agree.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from crowdfund import clock
from crowdfund.books import check
from crowdfund.campaigns.models import Campaign
from crowdfund.database import atomic
from crowdfund.disputes.actions import answer_dispute, follow_dispute
from crowdfund.disputes.models import Dispute
from crowdfund.payments import stripe
from crowdfund.payments.models import Refund, SavedCard
from crowdfund.payouts.models import Payout
from crowdfund.people.models import Organisation, Person
from crowdfund.people.verification import follow_account, onboarding_page
from crowdfund.pledges.actions import cancel_pledge, finish_setup
from crowdfund.pledges.following import follow_charge
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.refunding import refund_pledge
from crowdfund.worker import work_until_idle
from tests.bank import a_studio_with_account, ask, books_proven, close_now, pledges_with, states
from tests.crash.trouble import KINDS, Trouble, choose, tried
from tests.money import (
    again_pledge,
    at_the_processor,
    attempts,
    confirm_and_close_the_browser,
    confirm_at_bank,
    fill_in_card,
    outcomes,
    press,
    read,
    save_card,
    told,
)
from tests.world import a_campaign, a_fan, a_studio, again, pledged

URL = "http://127.0.0.1:8000/back"


# --- cards ---


async def make_customer(trouble: Trouble) -> None:
    pledge = await Pledge.get(id=(await pledged(await a_fan(), await a_campaign())).id)
    async with trouble.at("customers.create"):
        await tried(save_card(pledge, "ok"))
    await save_card(await again_pledge(pledge), "ok")
    assert (await again_pledge(pledge)).state == "active"
    customer = (await Person.get(id=pledge.person_id)).stripe_customer_id
    card = await SavedCard.get(id=(await again_pledge(pledge)).card_id)
    assert (await read(f"payment_methods/{card.stripe_payment_method_id}"))["customer"] == customer


async def make_setup_page(trouble: Trouble) -> None:
    pledge = await Pledge.get(id=(await pledged(await a_fan(), await a_campaign())).id)
    async with trouble.at("checkout.sessions.create"):
        await tried(save_card(pledge, "ok"))
    await trouble.is_over()
    await save_card(await again_pledge(pledge), "ok")
    assert (await again_pledge(pledge)).state == "active"


async def card_found(trouble: Trouble) -> None:
    pledge = await Pledge.get(id=(await pledged(await a_fan(), await a_campaign())).id)
    session_id = await fill_in_card(pledge, "ok")
    async with trouble.at("checkout.sessions.retrieve"):
        await tried(finish_setup(session_id))
        await work_until_idle()
        assert (await again_pledge(pledge)).state == "started"
    await trouble.is_over()
    assert (await again_pledge(pledge)).state == "active"
    assert await SavedCard.all().count() == 1


async def let_card_go(trouble: Trouble) -> None:
    (pledge,) = await pledges_with(await a_campaign(), "ok")
    card = await SavedCard.get(id=pledge.card_id)
    async with trouble.at("payment_methods.detach"):
        await cancel_pledge(pledge.id, person_id=pledge.person_id)
        await work_until_idle()
    await trouble.is_over()
    assert (await SavedCard.get(id=card.id)).state == "gone"
    assert (await read(f"payment_methods/{card.stripe_payment_method_id}"))["customer"] is None


# --- charges ---


async def a_funded_story(trouble: Trouble, operation: str) -> Campaign:
    campaign = await a_campaign(goal_minor=50_00)
    pledges = await pledges_with(campaign, "ok", "ok")
    async with trouble.at(operation):
        await close_now(campaign)
        assert (await again(campaign)).state in ("settling", "funded")
    await trouble.is_over()
    assert await at_the_processor("charges") == (2, 50_00)
    assert ((await again(campaign)).state, await states(campaign)) == ("funded", {"collected": 2})
    for pledge in pledges:
        assert [s for s in await told(pledge) if "needs you" in s or "dropped" in s] == []
        assert [s for s in await told(pledge) if s.startswith("Paid")] == ["Paid: €25.00 for River Moon"]
    return campaign


async def charge_card(trouble: Trouble) -> None:
    await a_funded_story(trouble, "payment_intents.create")


async def charge_declined(trouble: Trouble) -> None:
    campaign = await a_campaign(goal_minor=25_00)
    await pledges_with(campaign, "ok")
    (lost,) = await pledges_with(campaign, "saved_lost")
    async with trouble.at("payment_intents.create"):
        await close_now(campaign)
    await trouble.is_over()
    assert await outcomes(lost) == [("declined", "lost_card")]
    assert await at_the_processor("declined") == (1, 25_00)


async def charge_found(trouble: Trouble) -> None:
    campaign = await a_campaign(goal_minor=25_00)
    (pledge,) = await pledges_with(campaign, "authentication_always")
    await close_now(campaign)
    await confirm_and_close_the_browser(pledge)
    async with trouble.at("payment_intents.retrieve"):
        await tried(follow_charge(str((await attempts(pledge))[0].stripe_payment_intent_id)))
        await work_until_idle()
        assert await states(campaign) == {"errored": 1}
    await trouble.is_over()
    assert ((await again(campaign)).state, await outcomes(pledge)) == ("funded", [("succeeded", "")])


async def charge_searched(trouble: Trouble) -> None:
    campaign = await a_campaign(goal_minor=25_00)
    (pledge,) = await pledges_with(campaign, "ok")
    async with trouble.at("payment_intents.list"), trouble.lost_for_a_day("payment_intents.create"):
        await close_now(campaign)
        assert await states(campaign) == {"charging": 1}
    await trouble.is_over()
    assert (await states(campaign), await at_the_processor("charges")) == ({"collected": 1}, (1, 25_00))
    assert await outcomes(pledge) == [("succeeded", "")]


async def authenticate(trouble: Trouble) -> None:
    campaign = await a_campaign(goal_minor=25_00)
    (pledge,) = await pledges_with(campaign, "authentication_always")
    await close_now(campaign)
    async with trouble.at("payment_intents.confirm"):
        await tried(confirm_at_bank(pledge))
    await trouble.passes(minutes=2)
    if await states(campaign) == {"errored": 1}:  # she tries once more
        await confirm_at_bank(pledge)
    await trouble.is_over()
    assert ((await again(campaign)).state, await at_the_processor("charges")) == ("funded", (1, 25_00))


async def cancel_charge(trouble: Trouble) -> None:
    campaign = await a_campaign(goal_minor=25_00)
    await pledges_with(campaign, "ok")
    (pledge,) = await pledges_with(campaign, "authentication_always")
    await close_now(campaign)
    async with trouble.at("payment_intents.cancel"):
        await trouble.passes(days=7)
    await trouble.is_over()
    assert ((await again(campaign)).state, (await again_pledge(pledge)).state) == ("funded", "dropped")
    intent = await read(f"payment_intents/{(await attempts(pledge))[0].stripe_payment_intent_id}")
    assert intent["status"] == "canceled"


async def balance_transactions(trouble: Trouble) -> None:
    await a_funded_story(trouble, "balance_transactions.list")


async def balance(trouble: Trouble) -> None:
    campaign = await a_campaign(goal_minor=25_00)
    await pledges_with(campaign, "ok")
    await close_now(campaign)
    async with trouble.at("balance.retrieve"):
        with pytest.raises(stripe.Unknown):
            await check(counting=False)
    assert (await check(counting=False)).holds


# --- refunds ---


async def a_collected_pledge(card: str = "ok") -> Pledge:
    campaign = await a_campaign(goal_minor=25_00, studio_id=await a_studio_with_account())
    (pledge,) = await pledges_with(campaign, card)
    assert (await close_now(campaign)).state == "funded"
    return pledge


async def refund(trouble: Trouble) -> None:
    pledge = await a_collected_pledge()
    async with trouble.at("refunds.create"):
        await refund_pledge(pledge.id, amount_minor=None, reason="she asked", by_person_id=pledge.person_id)
        await work_until_idle()
    await trouble.is_over()
    assert await at_the_processor("refunds") == (1, 25_00)
    assert ([r.state for r in await Refund.all()], (await again_pledge(pledge)).state) == (["succeeded"], "refunded")


async def refund_of_a_failed_fund(trouble: Trouble) -> None:
    campaign = await a_campaign(goal_minor=75_00)
    await pledges_with(campaign, "ok", "ok")
    await pledges_with(campaign, "saved_lost")
    await close_now(campaign)
    async with trouble.at("refunds.create"):
        await trouble.passes(days=7)
    await trouble.is_over()
    assert await at_the_processor("refunds") == (2, 50_00)
    assert await states(campaign) == {"refunded": 2, "dropped": 1}


async def refund_found(trouble: Trouble) -> None:
    pledge = await a_collected_pledge("refund_fails")
    await trouble.passes(days=3)
    async with trouble.at("refunds.retrieve"):
        await refund_pledge(pledge.id, amount_minor=None, reason="she asked", by_person_id=pledge.person_id)
        await work_until_idle()
        assert [r.state for r in await Refund.all()] == ["succeeded"]
    await trouble.is_over()
    assert [r.state for r in await Refund.all()] == ["failed"]


async def refund_searched(trouble: Trouble) -> None:
    pledge = await a_collected_pledge()
    async with trouble.at("refunds.list"), trouble.lost_for_a_day("refunds.create"):
        await refund_pledge(pledge.id, amount_minor=None, reason="she asked", by_person_id=pledge.person_id)
        await work_until_idle()
    await trouble.is_over()
    assert (await at_the_processor("refunds"), [r.state for r in await Refund.all()]) == ((1, 25_00), ["succeeded"])


# --- accounts and transfers ---


async def a_new_studio() -> Organisation:
    studio = await Organisation.get(id=await a_studio())
    await atomic(Organisation.filter(id=studio.id).update)(payouts_state="none")
    return await Organisation.get(id=studio.id)


async def _onboarded(studio: Organisation) -> str:
    return await onboarding_page(studio, email="studio@example.com", return_url=URL, refresh_url=URL)


async def make_account(trouble: Trouble) -> None:
    studio = await a_new_studio()
    async with trouble.at("accounts.create"):
        await tried(_onboarded(studio))
    await trouble.is_over()
    await _onboarded(await Organisation.get(id=studio.id))
    studio = await Organisation.get(id=studio.id)
    account = await read(f"accounts/{studio.stripe_account_id}")
    assert (studio.payouts_state, account["metadata"]) == ("started", {"organisation": str(studio.id)})


async def onboarding_link(trouble: Trouble) -> None:
    studio = await a_new_studio()
    async with trouble.at("account_links.create"):
        await tried(_onboarded(studio))
    studio = await Organisation.get(id=studio.id)
    await press(await _onboarded(studio), outcome="complete")
    await follow_account(str(studio.stripe_account_id))
    assert (await Organisation.get(id=studio.id)).payouts_state == "enabled"


async def account_state(trouble: Trouble) -> None:
    studio = await a_new_studio()
    await press(await _onboarded(studio), outcome="complete")
    account_id = str((await Organisation.get(id=studio.id)).stripe_account_id)
    campaign = await a_campaign(goal_minor=25_00, studio_id=studio.id)
    await pledges_with(campaign, "instant")
    async with trouble.at("accounts.retrieve"):
        await tried(follow_account(account_id))
        await close_now(campaign)
        assert (await Organisation.get(id=studio.id)).payouts_state == "started"
    await trouble.is_over()
    assert (await Organisation.get(id=studio.id)).payouts_state == "enabled"
    assert [p.state for p in await Payout.all()] == ["paid"]


async def a_paid_story(trouble: Trouble) -> None:
    (payout,) = await Payout.all()
    assert (payout.state, await at_the_processor("transfers")) == ("paid", (1, payout.amount_minor))


async def transfer(trouble: Trouble) -> None:
    campaign = await a_campaign(goal_minor=25_00, studio_id=await a_studio_with_account())
    await pledges_with(campaign, "instant")
    async with trouble.at("transfers.create"):
        await close_now(campaign)
    await trouble.is_over()
    await a_paid_story(trouble)


async def transfer_searched(trouble: Trouble) -> None:
    campaign = await a_campaign(goal_minor=25_00, studio_id=await a_studio_with_account())
    await pledges_with(campaign, "instant")
    async with trouble.at("transfers.list"), trouble.lost_for_a_day("transfers.create"):
        await close_now(campaign)
    await trouble.is_over()
    await a_paid_story(trouble)


# --- disputes ---


async def a_dispute(pledge: Pledge) -> str:
    charge = (await attempts(pledge))[0]
    return str((await ask("POST", f"charges/{charge.stripe_charge_id}/dispute"))["id"])


async def dispute_found(trouble: Trouble) -> None:
    pledge = await a_collected_pledge()
    async with trouble.at("disputes.retrieve"):
        number = await a_dispute(pledge)
        await tried(follow_dispute(number))
        await work_until_idle()
        assert (await again_pledge(pledge)).state == "collected"
    await trouble.is_over()
    assert ((await again_pledge(pledge)).state, await Dispute.all().count()) == ("disputed", 1)


async def dispute_answered(trouble: Trouble) -> None:
    pledge = await a_collected_pledge()
    await follow_dispute(await a_dispute(pledge))
    (dispute,) = await Dispute.all()
    async with trouble.at("disputes.update"):
        await tried(answer_dispute(dispute.id, evidence="winning_evidence", by_person_id=pledge.person_id))
        await work_until_idle()
    await trouble.is_over()
    assert ((await Dispute.get(id=dispute.id)).state, (await again_pledge(pledge)).state) == ("won", "collected")


CALLS: dict[str, Callable[[Trouble], Awaitable[None]]] = {
    call.__name__: call
    for call in (
        make_customer, make_setup_page, card_found, let_card_go, charge_card, charge_declined, charge_found, charge_searched,
        authenticate, cancel_charge, balance_transactions, balance, refund, refund_of_a_failed_fund, refund_found,
        refund_searched, make_account, onboarding_link, account_state, transfer, transfer_searched, dispute_found,
        dispute_answered,
    )
}  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    choose(metafunc, list(CALLS), moving=("charge_card", "refund", "transfer"))


@pytest.mark.landing
async def test_every_fault_of_every_call_ends_right(engine: str, call: str, kind: str, trouble: Trouble) -> None:
    await CALLS[call](trouble)
    await books_proven()
    assert clock.now() > datetime(2026, 1, 1, tzinfo=UTC)


def test_there_are_enough_of_them() -> None:
    assert len(CALLS) * len(KINDS) >= 72
