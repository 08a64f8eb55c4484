"""What sellers have earned is paid out once a day, and what a fan has back after that is asked of them again, to the cent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.database import atomic
from crowdfund.ledger import Entry, Posting, chart, post
from crowdfund.payments import stripe
from crowdfund.payouts.actions import make_due_payouts, send_due_payouts
from crowdfund.payouts.models import Payout
from crowdfund.payouts.sellers.models import Reversal
from crowdfund.payouts.sellers.reversals import take_back_what_is_owed
from crowdfund.people.models import Organisation
from crowdfund.worker import work_until_idle
from tests.bank import ask, fault, no_faults, pass_time
from tests.earnings import (
    Split,
    a_seller,
    earned,
    earnings_proven,
    given_back,
    holds,
    payouts_of,
    reversals_of,
    there_is_money,
)
from tests.money import at_the_processor, read
from tests.world import a_studio

ENOUGH = 1_000_00


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await no_faults()
    await earnings_proven()


async def sellers() -> tuple[Split, Split]:
    """The two orders of one purchase of 23970: earrings of A, with 10 % commission and 8 % royalty, and the jacket of B."""
    await there_is_money(ENOUGH)
    earrings = Split(await a_seller(), 69_62, others=8_10 + 6_48, tax=5_67, fee=2_80)
    jacket = Split(await a_seller(), 110_33, others=12_90 + 10_32, tax=9_03, fee=4_45)
    assert (earrings.gross, jacket.gross, earrings.gross + jacket.gross) == (92_67, 147_03, 239_70)
    return earrings, jacket


async def test_two_sellers_of_one_purchase_are_paid_each_its_own() -> None:
    earrings, jacket = await sellers()
    await earned(earrings, jacket)
    await work_until_idle()
    assert await payouts_of(earrings.seller) == [("paid", 69_62, 1)]
    assert await payouts_of(jacket.seller) == [("paid", 110_33, 1)]
    assert (await holds(earrings.seller), await holds(jacket.seller)) == ({}, {})
    assert await at_the_processor("transfers") == (2, 179_95)
    transfers = {one["transfer_group"]: one["amount"] for one in (await read("transfers"))["data"]}
    assert transfers == {f"earnings:{earrings.seller}:EUR": 69_62, f"earnings:{jacket.seller}:EUR": 110_33}


async def test_a_refund_after_the_payout_is_taken_back_from_the_transfer() -> None:
    """One of two earrings: 4334 = 3321 of the seller, 405 commission, 324 royalty, 284 tax."""
    earrings, jacket = await sellers()
    await earned(earrings, jacket)
    await work_until_idle()
    await given_back(earrings, net=33_21, others=4_05 + 3_24, tax=2_84)
    assert await holds(earrings.seller) == {"owes": 33_21}
    await work_until_idle()
    assert await reversals_of(earrings.seller) == [("done", 33_21, 1)]
    assert (await holds(earrings.seller), await reversals_of(jacket.seller)) == ({}, [])
    assert await at_the_processor("reversals") == (1, 33_21)
    [paid] = await Payout.filter(organisation_id=earrings.seller)
    assert (paid.amount_minor - paid.reversed_minor, paid.state) == (36_41, "paid")
    [told] = (await read(f"transfers/{paid.stripe_transfer_id}/reversals"))["data"]
    assert told["metadata"] == {"reversal": str((await Reversal.get(organisation_id=earrings.seller)).id)}


async def test_a_refund_before_the_payout_makes_it_less() -> None:
    earrings, _ = await sellers()
    await earned(earrings)
    await given_back(earrings, net=33_21, others=4_05 + 3_24, tax=2_84)
    await work_until_idle()
    assert (await payouts_of(earrings.seller), await reversals_of(earrings.seller)) == ([("paid", 36_41, 1)], [])


async def test_what_is_earned_on_one_day_goes_out_as_one() -> None:
    earrings, _ = await sellers()
    await earned(earrings)
    await work_until_idle()
    await earned(Split(earrings.seller, 10_00), Split(earrings.seller, 5_00))
    await pass_time(hours=12)
    assert (await payouts_of(earrings.seller), await holds(earrings.seller)) == (
        [("paid", 69_62, 1)],
        {"earned": 15_00},
    )
    await pass_time(hours=12)
    assert await payouts_of(earrings.seller) == [("paid", 69_62, 1), ("paid", 15_00, 1)]
    keys = [payout.key for payout in await Payout.all().order_by("id")]
    assert keys == [f"earnings:{earrings.seller}:EUR:payout:{number}" for number in (1, 2)]


async def test_what_is_not_available_yet_is_tried_again_as_the_same_payout() -> None:
    """Fans' cards were charged today: the processor has it in two days."""
    seller = await a_seller()
    await there_is_money(10_00)
    await earned(Split(seller, 69_62))
    await work_until_idle()
    [payout] = await Payout.filter(organisation_id=seller)
    assert await payouts_of(seller) == [("due", 69_62, 2)]
    assert (payout.note, await holds(seller)) == ("waits until the charges are available", {"earned": 69_62})
    await there_is_money(100_00)
    await given_back(Split(seller, 0), net=9_62)
    await pass_time(days=1)
    assert await payouts_of(seller) == [("paid", 60_00, 2)]
    assert (await Payout.get(organisation_id=seller)).id == payout.id


async def test_who_sells_every_day_is_paid_what_has_become_available() -> None:
    """What she sold while it waited is no part of that payout: with each day's sales on it none would ever be available."""
    seller = await a_seller()
    await earned(Split(seller, 60_00))
    await work_until_idle()
    assert await payouts_of(seller) == [("due", 60_00, 2)]
    for _ in range(2):
        await earned(Split(seller, 60_00))
        await there_is_money(30_00)
        await pass_time(days=1)
    assert await payouts_of(seller) == [("paid", 60_00, 3)]
    await there_is_money(120_00)
    await pass_time(days=1)
    assert await payouts_of(seller) == [("paid", 60_00, 3), ("paid", 120_00, 1)]


async def test_a_disabled_account_is_tried_again_as_the_same_payout() -> None:
    earrings, _ = await sellers()
    await fault("account_disabled", "transfers.create", times=1)
    await earned(earrings)
    await work_until_idle()
    [payout] = await Payout.filter(organisation_id=earrings.seller)
    assert await payouts_of(earrings.seller) == [("due", 69_62, 2)]
    assert ("no active capability" in payout.note, await holds(earrings.seller)) == (True, {"earned": 69_62})
    await pass_time(days=1)
    assert await payouts_of(earrings.seller) == [("paid", 69_62, 2)]
    assert await at_the_processor("transfers") == (1, 69_62)


async def test_a_suspended_seller_and_one_that_cannot_be_paid_wait() -> None:
    earrings, jacket = await sellers()
    await fault("account_disabled", "transfers.create", times=2)
    await earned(earrings, jacket)
    await work_until_idle()
    await atomic(Organisation.filter(id=earrings.seller).update)(state="suspended")
    await atomic(Organisation.filter(id=jacket.seller).update)(payouts_state="disabled")
    account_id = str((await Organisation.get(id=jacket.seller)).stripe_account_id)
    await ask("POST", f"accounts/{account_id}/onboarding", {"outcome": "rejected"})
    await pass_time(days=3)
    notes = {payout.organisation_id: payout.note for payout in await Payout.all()}
    assert "suspended" in notes[earrings.seller] and "has to be completed" in notes[jacket.seller]
    assert await at_the_processor("transfers") == (0, 0)
    await earned(Split(earrings.seller, 1_00))
    await atomic(Organisation.filter(id=earrings.seller).update)(state="verified")
    await ask("POST", f"accounts/{account_id}/onboarding", {"outcome": "complete"})
    await pass_time(days=1)
    assert await payouts_of(earrings.seller) == [("paid", 70_62, 2)]
    await pass_time(days=1)
    assert await payouts_of(jacket.seller) == [("paid", 110_33, 2)]


async def test_a_seller_without_an_account_keeps_it_until_there_is_one() -> None:
    await there_is_money(ENOUGH)
    seller = await a_studio()
    await atomic(Organisation.filter(id=seller).update)(payouts_state="none")
    await earned(Split(seller, 20_00))
    await pass_time(days=1)
    assert (await payouts_of(seller), await holds(seller)) == ([], {"earned": 20_00})


async def test_an_answer_that_was_lost_pays_once() -> None:
    earrings, _ = await sellers()
    await fault("drop_after", "transfers.create", times=1)
    await fault("refuse", "transfers.create")
    await earned(earrings)
    await work_until_idle()
    assert (await payouts_of(earrings.seller), await holds(earrings.seller)) == (
        [("sending", 69_62, 1)],
        {"on its way": 69_62},
    )
    await earned(Split(earrings.seller, 1_00))
    await no_faults()
    await pass_time(hours=25)  # the processor has forgotten the key: it is looked for
    assert await payouts_of(earrings.seller) == [("paid", 69_62, 1)]
    assert (await at_the_processor("transfers"), await holds(earrings.seller)) == ((1, 69_62), {"earned": 1_00})


async def test_a_worker_that_dies_between_the_beats_pays_once() -> None:
    earrings, _ = await sellers()
    await earned(earrings)
    await fault("refuse", "transfers.create")
    assert await make_due_payouts() == 1
    assert await make_due_payouts() == 0  # one is under way: no second one is made
    await send_due_payouts()
    await no_faults()
    [payout] = await Payout.all()
    account_id = str((await Organisation.get(id=earrings.seller)).stripe_account_id)
    await stripe.transfer(
        key=f"{payout.key}:1", amount_minor=69_62, currency="EUR", account_id=account_id, group=payout.held_for,
        payout_id=payout.id,
    )  # fmt: skip
    clock.advance(timedelta(minutes=6))
    await send_due_payouts()
    assert (await payouts_of(earrings.seller), await at_the_processor("transfers")) == (
        [("paid", 69_62, 1)],
        (1, 69_62),
    )


# --- reversals ---


async def paid_out() -> Split:
    earrings, _ = await sellers()
    await earned(earrings)
    await work_until_idle()
    assert await payouts_of(earrings.seller) == [("paid", 69_62, 1)]
    return earrings


async def test_what_has_left_for_the_bank_is_owed_and_netted_from_what_is_earned_next() -> None:
    earrings = await paid_out()
    await pass_time(days=1)  # at midnight the processor sends it to the seller's bank
    await given_back(earrings, net=33_21)
    await work_until_idle()
    assert (await reversals_of(earrings.seller), await holds(earrings.seller)) == (
        [("refused", 33_21, 1)],
        {"owes": 33_21},
    )
    assert (await Reversal.get(organisation_id=earrings.seller)).note == "not enough is in the seller's account"
    await earned(Split(earrings.seller, 20_00))
    await work_until_idle()
    assert (await holds(earrings.seller), await payouts_of(earrings.seller)) == ({"owes": 13_21}, [("paid", 69_62, 1)])
    await earned(Split(earrings.seller, 15_00))
    await work_until_idle()
    assert await holds(earrings.seller) == {}
    assert await payouts_of(earrings.seller) == [("paid", 69_62, 1), ("paid", 1_79, 1)]
    assert await at_the_processor("reversals") == (0, 0)
    await pass_time(days=8)
    assert await reversals_of(earrings.seller) == [("refused", 33_21, 1)]  # nothing is owed any more: it is let be


async def test_one_that_was_refused_is_asked_again_in_a_week_as_the_same() -> None:
    earrings = await paid_out()
    await pass_time(days=1)
    await given_back(earrings, net=33_21)
    await work_until_idle()
    account_id = str((await Organisation.get(id=earrings.seller)).stripe_account_id)
    await pass_time(days=6)
    assert await reversals_of(earrings.seller) == [("refused", 33_21, 1)]
    await stripe.client().v1.transfers.create_async({"amount": 50_00, "currency": "eur", "destination": account_id})
    clock.advance(timedelta(days=1, minutes=1))
    await earned(Split(earrings.seller, 3_21))
    while await take_back_what_is_owed():
        pass
    assert await reversals_of(earrings.seller) == [("done", 30_00, 2)]  # what was earned meanwhile pays first
    assert await holds(earrings.seller) == {}
    await stripe.client().v1.topups.create_async({"amount": 50_00, "currency": "eur"})
    await work_until_idle()
    await by_hand(account_id)


async def by_hand(account_id: str) -> None:
    """Somebody made a transfer in the processor's dashboard: it is booked by hand, as no program knows what for."""
    transfers = (await read("transfers", destination=account_id))["data"]
    [ours] = [one for one in transfers if not one["metadata"]]
    movement = Posting(chart.bank("EUR"), chart.stripe("EUR"), ours["amount"])
    entry = Entry("by hand", "by_hand", "platform", [movement], balance_transaction_id=ours["balance_transaction"])
    await atomic(post)([entry])


async def test_more_than_the_latest_transfer_brought_is_taken_from_the_one_before_too() -> None:
    earrings = await paid_out()
    await earned(Split(earrings.seller, 10_00))
    clock.advance(timedelta(days=1, seconds=1))
    await make_due_payouts()
    await send_due_payouts()
    await given_back(earrings, net=25_00)
    await work_until_idle()
    assert sorted(await reversals_of(earrings.seller)) == [("done", 10_00, 1), ("done", 15_00, 1)]
    first, latest = await Payout.filter(organisation_id=earrings.seller).order_by("id")
    assert (first.amount_minor, first.reversed_minor) == (69_62, 15_00)
    assert (latest.amount_minor, latest.reversed_minor) == (10_00, 10_00)
    assert await holds(earrings.seller) == {}


async def test_nobody_knows_whether_it_came_back_until_it_is_asked_again() -> None:
    earrings = await paid_out()
    await given_back(earrings, net=33_21)
    await fault("drop_after", "transfers.reversals.create", times=1)
    await fault("refuse", "transfers.reversals.create")
    await work_until_idle()
    assert (await reversals_of(earrings.seller), await holds(earrings.seller)) == (
        [("sending", 33_21, 1)],
        {"owes": 33_21},
    )
    await earned(Split(earrings.seller, 40_00))
    clock.advance(timedelta(days=1))  # a payout is due; what is being asked back is not taken a second time
    await no_faults()
    await fault("refuse", "transfers.reversals.create")
    await work_until_idle()
    assert await payouts_of(earrings.seller) == [("paid", 69_62, 1), ("paid", 40_00, 1)]
    await no_faults()
    await pass_time(minutes=6)
    assert (await reversals_of(earrings.seller), await holds(earrings.seller)) == ([("done", 33_21, 1)], {})
    assert await at_the_processor("reversals") == (1, 33_21)


@pytest.mark.parametrize("hours", [1, 25])
async def test_a_worker_that_dies_while_asking_takes_it_once(hours: int) -> None:
    """It died before the call, or after it; the key is known to the processor, or forgotten."""
    earrings = await paid_out()
    await given_back(earrings, net=33_21)
    await fault("http500_after", "transfers.reversals.create", times=2)
    await work_until_idle()
    await no_faults()
    await pass_time(hours=hours)
    assert (await reversals_of(earrings.seller), await at_the_processor("reversals")) == (
        [("done", 33_21, 1)],
        (1, 33_21),
    )


async def test_what_a_bank_gave_back_meanwhile_is_hers_again() -> None:
    """A dispute is won while a reversal is under way: she owes nothing any more, so what came back is paid to her."""
    earrings = await paid_out()
    await given_back(earrings, net=33_21)
    await fault("refuse", "transfers.reversals.create")
    await work_until_idle()
    await won(earrings.seller, 33_21)
    await no_faults()
    await pass_time(minutes=6)
    assert (await reversals_of(earrings.seller), await holds(earrings.seller)) == (
        [("done", 33_21, 1)],
        {"earned": 33_21},
    )
    await pass_time(days=1)
    assert await payouts_of(earrings.seller) == [("paid", 69_62, 1), ("paid", 33_21, 1)]


@atomic
async def won(seller: int, minor: int) -> None:
    movement = Posting(chart.bank("EUR"), chart.receivable(seller, "EUR"), minor)
    await post([Entry("won", "dispute_won", "platform", [movement])])
