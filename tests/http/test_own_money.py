"""The platform's own money at the processor: what it puts in and takes out there is in the books, though nobody told us."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crowdfund.ledger import balance_minor, chart
from crowdfund.payments.found import BalanceTransaction
from crowdfund.payments.own_money import book_own_money
from crowdfund.payments.stripe import client
from crowdfund.payouts.models import Payout
from tests.bank import a_studio_with_account, ask, books_proven, close_now, pass_time, pledges_with
from tests.http.campaign_world import a_reviewer
from tests.http.conftest import SiteUnderTest
from tests.world import a_campaign


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await books_proven()


async def held() -> dict[str, int]:
    accounts = {"stripe": chart.stripe("EUR"), "bank": chart.bank("EUR"), "processor": chart.processor("EUR")}
    return {name: await balance_minor(account) for name, account in accounts.items()}


async def top_up(amount_minor: int) -> None:
    await client().v1.topups.create_async({"amount": amount_minor, "currency": "eur", "description": "a reserve"})


async def test_a_reserve_put_in_and_taken_out_in_part_is_in_the_books() -> None:
    await top_up(500_00)
    payout = await client().v1.payouts.create_async({"amount": 120_00, "currency": "eur"})
    await pass_time(minutes=6)
    assert await held() == {"stripe": 380_00, "bank": -380_00, "processor": 0}
    await ask("POST", f"payouts/{payout.id}/fail")
    await pass_time(minutes=6)
    assert await held() == {"stripe": 500_00, "bank": -500_00, "processor": 0}


async def test_what_the_account_itself_costs_is_an_expense_booked_once() -> None:
    """A monthly fee of 10.00, of which 2.00 come back; and a top-up by card costs 0.50 of its own."""
    told = [("txn_fee", "stripe_fee", -10_00, 0), ("txn_back", "stripe_fee", 2_00, 0), ("txn_top", "topup", 50_00, 50)]
    for _ in range(2):
        await book_own_money(
            BalanceTransaction(id, kind, "", amount, fee, "EUR", created=1) for id, kind, amount, fee in told
        )
    assert await held() == {"stripe": 41_50, "bank": -50_00, "processor": 8_50}
    # The processor here never heard of them, so they leave the books the way they came in.
    back = [(f"{id}_back", kind, -amount, -fee) for id, kind, amount, fee in told]
    await book_own_money(
        BalanceTransaction(id, kind, "", amount, fee, "EUR", created=1) for id, kind, amount, fee in back
    )


@pytest.mark.landing
async def test_a_payout_that_a_dispute_left_no_money_for_is_shown_to_staff_and_sent_after_a_top_up(
    site: SiteUnderTest,
) -> None:
    """One fund is paid out, then a bank takes 100.00 of it back: what the next fund is owed lies there no more."""
    studio_id = await a_studio_with_account()
    first = await a_campaign(goal_minor=100_00, studio_id=studio_id, days=1)
    await pledges_with(first, "ok", amount_minor=100_00)
    await close_now(first)
    await pass_time(days=3)
    charge = await client().v1.charges.list_async({"limit": 1})
    await ask("POST", f"charges/{charge.data[0].id}/dispute")
    second = await a_campaign(goal_minor=100_00, studio_id=await a_studio_with_account(), days=1)
    await pledges_with(second, "ok", amount_minor=100_00)
    await close_now(second)
    for _ in range(9):
        await pass_time(days=1)
    (waiting,) = await Payout.filter(campaign_id=second.id)
    assert (waiting.state, waiting.attempt > 7) == ("due", True)
    ada = await a_reviewer(site)
    await ada.get("/staff")
    assert "The balance at the processor is too small: top it up." in ada.text
    await top_up(120_00)
    await pass_time(days=1)
    assert (await Payout.get(id=waiting.id)).state == "paid"
    await ada.get("/staff")
    assert "top it up" not in ada.text
