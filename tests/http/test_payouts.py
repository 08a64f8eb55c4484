"""Paying a studio what its funds collected: when the money is there, once, whatever the processor says and whenever we crash."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql, atomic
from crowdfund.ledger import balance_minor, chart
from crowdfund.payments import stripe
from crowdfund.payouts.actions import send_due_payouts
from crowdfund.payouts.models import Payout
from crowdfund.people.models import Mail, Organisation
from crowdfund.people.verification import follow_account
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.refunding import refund_pledge
from crowdfund.worker import work_until_idle
from tests.bank import a_studio_with_account, ask, books_proven, close_now, fault, no_faults, pass_time, pledges_with
from tests.money import at_the_processor, books, read, stripe_fee_minor
from tests.world import a_campaign, a_fan, a_studio, again

OWED = 100_00 - 5_00 - stripe_fee_minor(100_00)  # of one pledge of 100.00


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await books_proven()


async def funded(*, studio_id: int | None = None, card: str = "ok", amount_minor: int = 100_00) -> Campaign:
    campaign = await a_campaign(goal_minor=amount_minor, studio_id=studio_id or await a_studio_with_account())
    await pledges_with(campaign, card, amount_minor=amount_minor)
    assert (await close_now(campaign)).state == "funded"
    return await again(campaign)


async def payouts_of(campaign: Campaign) -> list[tuple[str, int, int]]:
    """State, amount and number of tries of each payout."""
    found = await Payout.filter(campaign_id=campaign.id).order_by("made_at", "id")
    return [(payout.state, payout.amount_minor, payout.attempt) for payout in found]


async def test_money_that_is_available_at_once_is_paid_out_at_once() -> None:
    campaign = await funded(card="instant")
    assert await payouts_of(campaign) == [("paid", OWED, 1)]
    assert await at_the_processor("transfers") == (1, OWED)
    assert await books(campaign) == {"fee": 5_00, "stripe": 5_00}


async def test_money_on_its_way_is_paid_out_when_it_is_available() -> None:
    campaign = await funded()
    assert await payouts_of(campaign) == [("due", OWED, 2)]
    assert await books(campaign) == {"payable": OWED, "fee": 5_00, "stripe": OWED + 5_00}
    (payout,) = await Payout.all()
    assert payout.note == "waits until the charges are available"
    await pass_time(days=1)
    assert await payouts_of(campaign) == [("due", OWED, 3)]
    await pass_time(days=1)
    assert await payouts_of(campaign) == [("paid", OWED, 3)]
    assert (await Payout.get(id=payout.id)).paid_at is not None


async def test_a_refund_while_it_waits_makes_it_less() -> None:
    campaign = await a_campaign(goal_minor=200_00, studio_id=await a_studio_with_account())
    pledge, _ = await pledges_with(campaign, "ok", "ok", amount_minor=100_00)
    await close_now(campaign)
    await refund_pledge(pledge.id, amount_minor=40_00, reason="she asked", by_person_id=(await a_fan("Staff")).id)
    await pass_time(days=3)
    assert [(state, minor) for state, minor, _ in await payouts_of(campaign)] == [("paid", 2 * OWED - 38_00)]
    assert "receivable" not in await books(campaign)


async def test_when_all_is_refunded_while_it_waits_nothing_is_paid() -> None:
    campaign = await funded()
    (pledge,) = await Pledge.filter(campaign_id=campaign.id)
    await refund_pledge(pledge.id, amount_minor=None, reason="she asked", by_person_id=(await a_fan("Staff")).id)
    await pass_time(days=3)
    (payout,) = await Payout.all()
    assert (payout.state, payout.note) == ("failed", "nothing is owed any more")
    assert await at_the_processor("transfers") == (0, 0)
    await pass_time(days=3)
    assert await Payout.all().count() == 1  # and nobody tries for ever


async def test_an_account_that_was_stopped_gets_a_new_payout_the_day_after_it_works_again() -> None:
    campaign = await funded(card="instant", studio_id=(studio_id := await a_studio()))
    assert await payouts_of(campaign) == [("failed", OWED, 1)]  # it says it is enabled, and has no account
    account_id = await stripe.make_account(2, "DE", "studio@example.com")
    await ask("POST", f"accounts/{account_id}/onboarding", {"outcome": "complete"})
    await atomic(Organisation.filter(id=studio_id).update)(stripe_account_id=account_id)
    await work_until_idle()
    assert await payouts_of(campaign) == [("failed", OWED, 1)]  # not on the same day
    await pass_time(days=1)
    assert await payouts_of(campaign) == [("failed", OWED, 1), ("paid", OWED, 1)]
    keys = [payout.key for payout in await Payout.all().order_by("id")]
    assert keys == [f"campaign:{campaign.id}:payout:1", f"campaign:{campaign.id}:payout:2"]
    assert await at_the_processor("transfers") == (1, OWED)


async def test_a_transfer_refused_for_a_disabled_account_is_tried_as_a_new_attempt() -> None:
    studio_id = await a_studio_with_account()
    await fault("account_disabled", "transfers.create", times=1)
    campaign = await funded(card="instant", studio_id=studio_id)
    (payout,) = await Payout.all()
    assert (payout.state, "no active capability" in payout.note) == ("failed", True)
    assert (await books(campaign))["payable"] == OWED
    await pass_time(days=1)
    assert [state for state, _, _ in await payouts_of(campaign)] == ["failed", "paid"]
    assert await at_the_processor("transfers") == (1, OWED)


async def test_a_suspended_studio_is_not_paid_until_staff_lets_it_be() -> None:
    studio_id = await a_studio_with_account()
    campaign = await funded(studio_id=studio_id)
    assert [state for state, _, _ in await payouts_of(campaign)] == ["due"]
    await atomic(Organisation.filter(id=studio_id).update)(state="suspended")
    await pass_time(days=5)
    (payout,) = await Payout.all()
    assert (payout.state, "suspended" in payout.note, (await books(campaign))["payable"]) == ("due", True, OWED)
    assert await at_the_processor("transfers") == (0, 0)
    await atomic(Organisation.filter(id=studio_id).update)(state="verified")
    await pass_time(days=1)
    assert await at_the_processor("transfers") == (1, OWED)


async def test_nothing_is_paid_while_the_books_do_not_hold() -> None:
    campaign = await funded(card="instant", studio_id=(studio_id := await a_studio()))
    account_id = await stripe.make_account(2, "DE", "studio@example.com")
    await ask("POST", f"accounts/{account_id}/onboarding", {"outcome": "complete"})
    await atomic(Organisation.filter(id=studio_id).update)(stripe_account_id=account_id)
    await atomic(Campaign.filter(id=campaign.id).update)(collected_minor=99_00)
    await atomic(Sql("UPDATE sweep SET done_at = 0 WHERE name = 'books'").__call__)()
    await pass_time(days=1)
    assert await at_the_processor("transfers") == (0, 0)
    await atomic(Campaign.filter(id=campaign.id).update)(collected_minor=100_00)
    await atomic(Sql("UPDATE sweep SET done_at = 0 WHERE name = 'books'").__call__)()
    await pass_time(days=1)
    assert await at_the_processor("transfers") == (1, OWED)


async def test_a_studio_that_is_not_enabled_is_not_paid_until_it_is_and_the_reconciler_finds_out() -> None:
    studio_id = await a_studio_with_account()
    await atomic(Organisation.filter(id=studio_id).update)(payouts_state="disabled")
    account_id = str((await Organisation.get(id=studio_id)).stripe_account_id)
    await ask("POST", f"accounts/{account_id}/onboarding", {"outcome": "rejected"})
    campaign = await funded(card="instant", studio_id=studio_id)
    await pass_time(days=2)
    assert await payouts_of(campaign) == []
    await ask("POST", f"accounts/{account_id}/onboarding", {"outcome": "complete"})
    await work_until_idle()  # no event has told us
    await work_until_idle()
    assert await payouts_of(campaign) == [("paid", OWED, 1)]
    await follow_account(account_id)
    assert (await Organisation.get(id=studio_id)).payouts_state == "enabled"


@pytest.mark.landing
async def test_an_answer_that_was_lost_is_asked_for_again_and_paid_once() -> None:
    studio_id = await a_studio_with_account()
    await fault("drop_after", "transfers.create", times=1)
    await fault("refuse", "transfers.create")
    campaign = await funded(card="instant", studio_id=studio_id)
    assert await payouts_of(campaign) == [("sending", OWED, 1)]
    assert balanced_in_transit(await books(campaign))
    await no_faults()
    await pass_time(minutes=6)
    assert await payouts_of(campaign) == [("paid", OWED, 1)]
    assert await at_the_processor("transfers") == (1, OWED)


def balanced_in_transit(held: dict[str, int]) -> bool:
    return held["transit"] == OWED and "payable" not in held


@pytest.mark.landing
async def test_a_crash_between_the_beats_pays_once() -> None:
    """The worker dies after beat one, and again after beat two; another takes over."""
    studio_id = await a_studio_with_account()
    await fault("refuse", "transfers.create")
    campaign = await funded(card="instant", studio_id=studio_id)
    (payout,) = await Payout.all()
    assert payout.state == "sending" and balanced_in_transit(await books(campaign))
    await no_faults()
    await send_due_payouts()  # it is claimed for five minutes: nobody else sends it meanwhile
    assert await at_the_processor("transfers") == (0, 0)
    await stripe.transfer(
        key=f"{payout.key}:1", amount_minor=OWED, currency="EUR", account_id=await _account(studio_id),
        group=f"campaign:{campaign.id}", payout_id=payout.id,
    )  # fmt: skip
    clock.advance(timedelta(minutes=6))
    await send_due_payouts()
    assert (await payouts_of(campaign), await at_the_processor("transfers")) == ([("paid", OWED, 1)], (1, OWED))


async def _account(studio_id: int) -> str:
    return str((await Organisation.get(id=studio_id)).stripe_account_id)


async def test_after_23_hours_a_transfer_is_looked_for_and_never_sent_blindly() -> None:
    studio_id = await a_studio_with_account()
    await fault("drop_after", "transfers.create", times=1)
    await fault("refuse", "transfers.create")
    campaign = await funded(card="instant", studio_id=studio_id)
    await no_faults()
    await pass_time(hours=25)  # the processor has forgotten the key: the same call would pay again
    assert await payouts_of(campaign) == [("paid", OWED, 1)]
    assert await at_the_processor("transfers") == (1, OWED)
    (transfer,) = (await read("transfers"))["data"]
    assert transfer["metadata"] == {"payout": str((await Payout.all())[0].id)}


async def test_after_23_hours_one_that_never_arrived_is_sent() -> None:
    studio_id = await a_studio_with_account()
    await fault("refuse", "transfers.create")
    campaign = await funded(card="instant", studio_id=studio_id)
    await no_faults()
    await pass_time(hours=25)
    assert (await payouts_of(campaign), await at_the_processor("transfers")) == ([("paid", OWED, 1)], (1, OWED))


async def test_more_than_one_transfer_can_carry_goes_in_parts() -> None:
    campaign = await a_campaign(goal_minor=1_500_000_00, studio_id=await a_studio_with_account())
    await pledges_with(campaign, "instant", "instant", amount_minor=750_000_00)
    await close_now(campaign)
    owed_minor = 1_500_000_00 - 75_000_00 - 2 * stripe_fee_minor(750_000_00)
    assert [(s, m) for s, m, _ in await payouts_of(campaign)] == [
        ("paid", 999_999_99),
        ("paid", owed_minor - 999_999_99),
    ]


async def test_the_owner_is_told_what_was_paid() -> None:
    owner = await a_fan("Owner")
    account_id = await stripe.make_account(1, "DE", "studio@example.com")
    await ask("POST", f"accounts/{account_id}/onboarding", {"outcome": "complete"})
    await funded(card="instant", studio_id=await a_studio(owner=owner, account_id=account_id))
    subjects = {mail.subject for mail in await Mail.filter(to_address=owner.email)}
    assert subjects == {"River Moon is funded", "€93.25 was paid out"}


async def test_two_funds_of_one_studio_are_paid_each_its_own() -> None:
    studio_id = await a_studio_with_account()
    first, second = (
        await a_campaign(goal_minor=100_00, studio_id=studio_id),
        await a_campaign(goal_minor=50_00, studio_id=studio_id),
    )
    await pledges_with(first, "instant", amount_minor=100_00)
    await pledges_with(second, "instant", amount_minor=50_00)
    await close_now(second)
    assert [minor for _, minor, _ in await payouts_of(first)] == [OWED]
    assert [minor for _, minor, _ in await payouts_of(second)] == [50_00 - 2_50 - stripe_fee_minor(50_00)]
    assert await balance_minor(chart.payable(studio_id, "EUR")) == 0


async def test_one_payout_that_breaks_does_not_keep_the_others_waiting() -> None:
    broken, good = await a_studio(account_id="acct_of_nobody"), await a_studio_with_account()
    await funded(card="instant", studio_id=broken)
    campaign = await funded(card="instant", studio_id=good)
    assert await payouts_of(campaign) == [("paid", OWED, 1)]
    assert {row["state"] for row in await Sql("SELECT state FROM payout")()} == {"failed", "paid"}
