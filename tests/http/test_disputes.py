"""A bank takes money back: while the fund settles, after it succeeded, after it was paid out; answered, won, lost."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crowdfund.campaigns.models import Campaign
from crowdfund.disputes.actions import AnswerRefused, DisputeClosed, answer_dispute, follow_dispute
from crowdfund.disputes.models import Dispute
from crowdfund.ledger import balance_minor, chart
from crowdfund.payments.models import Refund
from crowdfund.payouts.models import Payout
from crowdfund.people.models import Mail
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.refunding import BankIsDeciding, NothingToRefund, pay_another_way, refund_pledge
from crowdfund.refusal import Refusal
from crowdfund.worker import work_until_idle
from tests.bank import (
    a_studio_with_account,
    ask,
    books_proven,
    close_now,
    fault,
    no_faults,
    pass_time,
    pledges_with,
    states,
)
from tests.money import again_pledge, at_the_processor, attempts, books, read, save_card, stripe_fee_minor
from tests.world import Fan, a_campaign, a_fan, a_studio, again

FEE = 20_00  # what the simulated processor takes for a dispute, and never gives back
COST = stripe_fee_minor(100_00)
OWED = 100_00 - 5_00 - COST  # what a studio is owed of one pledge of 100.00


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await books_proven()


async def funded(*, paid_out: bool = False) -> tuple[Campaign, Pledge]:
    """A fund that one pledge of 100.00 has funded; paid_out: and whose studio has its money."""
    campaign = await a_campaign(goal_minor=100_00, studio_id=await a_studio_with_account() if paid_out else None)
    (pledge,) = await pledges_with(campaign, "ok", amount_minor=100_00)
    await close_now(campaign)
    if paid_out:
        await pass_time(days=3)
        assert (await Payout.get(campaign_id=campaign.id)).state == "paid"
    return await again(campaign), await again_pledge(pledge)


async def disputed(pledge: Pledge, **more: object) -> Dispute:
    """The fan tells her bank; we hear of it."""
    charge = (await attempts(pledge))[-1]
    opened = await ask("POST", f"charges/{charge.stripe_charge_id}/dispute", more)
    await follow_dispute(opened["id"])
    return await Dispute.get(stripe_dispute_id=opened["id"])


async def decided(dispute: Dispute, *, won: bool) -> Dispute:
    """The bank decides; we hear of it."""
    await ask("POST", f"disputes/{dispute.stripe_dispute_id}/close", {"won": won})
    await follow_dispute(dispute.stripe_dispute_id)
    await work_until_idle()
    return await Dispute.get(id=dispute.id)


async def test_a_dispute_freezes_the_pledges_share() -> None:
    campaign, pledge = await funded()
    dispute = await disputed(pledge, reason="product_not_received")
    assert (dispute.state, dispute.amount_minor, dispute.reason) == ("needs_response", 100_00, "product_not_received")
    assert ((await again_pledge(pledge)).state, (await again(campaign)).collected_minor) == ("disputed", 0)
    taken_from_us_minor = 100_00 - OWED
    assert await books(campaign) == {
        "receivable": taken_from_us_minor, "fee": 5_00, "dispute": FEE, "stripe": 100_00 - COST - 100_00 - FEE,
    }  # fmt: skip


async def test_hearing_of_it_ten_times_books_it_once() -> None:
    campaign, pledge = await funded()
    dispute = await disputed(pledge)
    before = await books(campaign)
    for _ in range(10):
        await follow_dispute(dispute.stripe_dispute_id)
    assert (await Dispute.all().count(), await books(campaign)) == (1, before)


async def test_won_before_the_payout_everybody_has_what_she_had_but_for_the_banks_fee() -> None:
    campaign, pledge = await funded()
    before = await books(campaign)
    dispute = await decided(await disputed(pledge), won=True)
    assert (dispute.state, (await again_pledge(pledge)).state) == ("won", "collected")
    assert await books(campaign) == {**before, "dispute": FEE, "stripe": before["stripe"] - FEE}
    assert (await again(campaign)).collected_minor == 100_00


async def test_lost_before_the_payout_the_studio_bears_it() -> None:
    campaign, pledge = await funded()
    dispute = await decided(await disputed(pledge), won=False)
    assert (dispute.state, (await again_pledge(pledge)).state) == ("lost", "lost")
    assert (await books(campaign))["receivable"] == 100_00 - OWED
    assert (await again(campaign)).collected_minor == 0


async def test_after_the_payout_it_is_what_the_studio_owes_us() -> None:
    campaign, pledge = await funded(paid_out=True)
    dispute = await disputed(pledge)
    assert (await books(campaign))["receivable"] == 100_00
    await decided(dispute, won=False)
    assert (await books(campaign))["receivable"] == 100_00


async def test_won_after_the_payout_the_studio_owes_nothing_any_more() -> None:
    campaign, pledge = await funded(paid_out=True)
    await decided(await disputed(pledge), won=True)
    assert await books(campaign) == {"fee": 5_00, "dispute": FEE, "stripe": 5_00 - FEE}


async def test_money_that_was_frozen_at_the_payout_is_paid_out_when_it_is_won() -> None:
    campaign = await a_campaign(goal_minor=600_00, studio_id=await a_studio_with_account())
    first, _ = await pledges_with(campaign, "ok", "ok", amount_minor=300_00)
    await close_now(campaign)
    dispute = await disputed(await again_pledge(first))
    await pass_time(days=3)
    owed_minor = 600_00 - 30_00 - 2 * stripe_fee_minor(300_00)
    assert await paid_out() == [owed_minor - 300_00]
    await decided(dispute, won=True)
    await pass_time(days=1)
    assert await paid_out() == [owed_minor - 300_00, 300_00]
    assert await books(campaign) == {"fee": 30_00, "dispute": FEE, "stripe": 30_00 - FEE}


async def test_a_payout_waits_while_a_dispute_has_left_too_little_with_us() -> None:
    """A dispute costs us 20.00 and our fee was 10.00: what the studio is owed is not all there."""
    campaign = await a_campaign(goal_minor=200_00, studio_id=await a_studio_with_account())
    first, _ = await pledges_with(campaign, "ok", "ok", amount_minor=100_00)
    await close_now(campaign)
    await disputed(await again_pledge(first))
    await pass_time(days=3)
    (payout,) = await Payout.all()
    assert (payout.state, payout.note) == ("due", "waits until the charges are available")
    assert (await books(campaign))["payable"] == 200_00 - 10_00 - 2 * COST - 100_00


async def paid_out() -> list[int]:
    return [payout.amount_minor for payout in await Payout.filter(state="paid").order_by("id")]


async def settling() -> tuple[Campaign, Pledge, Pledge]:
    """A fund that needs 150.00, has collected 100.00, and waits for a card of 50.00."""
    campaign = await a_campaign(goal_minor=150_00)
    (good,) = await pledges_with(campaign, "ok", amount_minor=100_00)
    (waiting,) = await pledges_with(campaign, "saved_lost", amount_minor=50_00)
    assert (await close_now(campaign)).state == "settling"
    return await again(campaign), await again_pledge(good), await again_pledge(waiting)


async def test_disputed_while_it_settles_the_fund_has_not_collected_it_and_fails() -> None:
    campaign, good, waiting = await settling()
    dispute = await disputed(good)
    assert (await again(campaign)).collected_minor == 0
    await save_card(waiting, "ok")
    await work_until_idle()
    assert ((await again(campaign)).state, await states(campaign)) == ("failed", {"disputed": 1, "refunded": 1})
    await decided(dispute, won=True)  # back in the fund, and from there to the fan: a failed fund keeps nothing
    assert (await states(campaign), (await again(campaign)).refunded_minor) == ({"refunded": 2}, 150_00)
    assert "fund" not in await books(campaign)


async def test_disputed_while_it_settles_and_lost_it_costs_us_the_fee_only() -> None:
    campaign, good, _ = await settling()
    await decided(await disputed(good), won=False)
    await pass_time(days=7)
    assert ((await again(campaign)).state, await states(campaign)) == ("failed", {"lost": 1, "dropped": 1})
    assert await books(campaign) == {"dispute": FEE, "processor": COST, "stripe": -FEE - COST}


async def test_won_after_the_fund_succeeded_without_it_goes_to_the_studio_less_our_fee() -> None:
    studio_id = await a_studio_with_account()
    campaign = await a_campaign(goal_minor=1_000_00, rule="threshold", threshold_bps=5_000, studio_id=studio_id)
    first, _ = await pledges_with(campaign, "ok", "ok", amount_minor=500_00)
    await pledges_with(campaign, "saved_lost", amount_minor=25_00)
    await close_now(campaign)
    dispute = await disputed(await again_pledge(first))
    await pass_time(days=7)
    ended = await again(campaign)
    assert (ended.state, ended.collected_minor) == ("funded", 500_00)
    await decided(dispute, won=True)
    await pass_time(days=1)
    assert (await again(campaign)).collected_minor == 1_000_00
    assert await paid_out() == [500_00 - 25_00 - 2 * stripe_fee_minor(500_00), 500_00 - 25_00]
    assert await books(campaign) == {"fee": 50_00, "dispute": FEE, "stripe": 50_00 - FEE}


@pytest.mark.landing
async def test_what_a_studio_owes_is_taken_from_its_next_fund() -> None:
    first, pledge = await funded(paid_out=True)
    dispute = await decided(await disputed(pledge), won=False)
    assert (await books(first))["receivable"] == 100_00
    second = await a_campaign(goal_minor=300_00, studio_id=first.organisation_id, name="Red Dust")
    await pledges_with(second, "ok", amount_minor=300_00)
    await close_now(second)
    await pass_time(days=3)
    owed_minor = 300_00 - 15_00 - stripe_fee_minor(300_00)
    assert (await Payout.get(campaign_id=second.id)).amount_minor == owed_minor - 100_00
    assert "receivable" not in await books(second)
    assert dispute.state == "lost"


async def test_a_debt_repaid_and_then_won_back_is_owed_to_the_studio_again() -> None:
    first, pledge = await funded(paid_out=True)
    dispute = await disputed(pledge)
    await answer_dispute(dispute.id, evidence="She came to the premiere.", by_person_id=(await a_fan("Owner")).id)
    second = await a_campaign(goal_minor=300_00, studio_id=first.organisation_id, name="Red Dust")
    await pledges_with(second, "ok", amount_minor=300_00)
    await close_now(second)
    await pass_time(days=3)
    await decided(dispute, won=True)
    await pass_time(days=1)
    assert sum(await paid_out()) == OWED + 300_00 - 15_00 - stripe_fee_minor(300_00)
    assert await books(second) == {"fee": 20_00, "dispute": FEE}  # our fees have just paid the bank's


async def test_part_of_a_pledge_may_be_disputed() -> None:
    campaign, pledge = await funded(paid_out=True)
    dispute = await disputed(pledge, amount=30_00)
    assert ((await again(campaign)).collected_minor, (await books(campaign))["receivable"]) == (70_00, 30_00)
    await decided(dispute, won=True)
    assert ((await again(campaign)).collected_minor, "receivable" in await books(campaign)) == (100_00, False)


# --- answering ---


async def test_evidence_is_sent_once_and_the_bank_decides_by_it() -> None:
    _, pledge = await funded()
    dispute, owner = await disputed(pledge), await a_fan("Owner")
    await answer_dispute(dispute.id, evidence="winning_evidence", by_person_id=owner.id)
    dispute = await Dispute.get(id=dispute.id)
    assert (dispute.evidence, dispute.answered_by_id) == ("winning_evidence", owner.id)
    at_the_bank = await read(f"disputes/{dispute.stripe_dispute_id}")
    assert at_the_bank["evidence"]["uncategorized_text"] == "winning_evidence"
    with pytest.raises(DisputeClosed):
        await answer_dispute(dispute.id, evidence="losing_evidence", by_person_id=owner.id)
    await pass_time(seconds=2)
    assert ((await Dispute.get(id=dispute.id)).state, (await again_pledge(pledge)).state) == ("won", "collected")


async def test_an_answered_dispute_is_under_review_until_the_bank_has_decided() -> None:
    _, pledge = await funded()
    dispute = await disputed(pledge)
    await answer_dispute(dispute.id, evidence="She came to the premiere.", by_person_id=(await a_fan("Owner")).id)
    await pass_time(days=20)
    assert ((await Dispute.get(id=dispute.id)).state, (await again_pledge(pledge)).state) == (
        "under_review",
        "disputed",
    )
    assert (await decided(dispute, won=True)).state == "won"


async def test_evidence_that_does_not_convince_loses() -> None:
    _, pledge = await funded()
    dispute = await disputed(pledge)
    await answer_dispute(dispute.id, evidence="losing_evidence", by_person_id=(await a_fan("Owner")).id)
    await pass_time(seconds=2)
    assert ((await Dispute.get(id=dispute.id)).state, (await again_pledge(pledge)).state) == ("lost", "lost")


async def test_an_answer_whose_sending_was_cut_off_is_sent_again() -> None:
    _, pledge = await funded()
    dispute = await disputed(pledge)
    await fault("refuse", "disputes.update")
    await answer_dispute(dispute.id, evidence="winning_evidence", by_person_id=(await a_fan("Owner")).id)
    assert (await Dispute.get(id=dispute.id)).state == "answering"
    await no_faults()
    await work_until_idle()
    await pass_time(seconds=2)
    assert (await Dispute.get(id=dispute.id)).state == "won"


async def test_an_answer_that_came_too_late_is_told_and_the_dispute_is_lost() -> None:
    _, pledge = await funded()
    dispute, owner = await disputed(pledge), await a_fan("Owner")
    await ask("POST", "clock", {"advance_seconds": 15 * 86_400})  # at the bank only: our sweep has not run
    await answer_dispute(dispute.id, evidence="winning_evidence", by_person_id=owner.id)
    assert ((await Dispute.get(id=dispute.id)).state, (await again_pledge(pledge)).state) == ("lost", "lost")


async def test_an_answer_that_is_not_taken_may_be_written_again() -> None:
    _, pledge = await funded()
    dispute, owner = await disputed(pledge), await a_fan("Owner")
    with pytest.raises(AnswerRefused):
        await answer_dispute(dispute.id, evidence="x" * 200_001, by_person_id=owner.id)
    assert (await Dispute.get(id=dispute.id)).state == "needs_response"
    await answer_dispute(dispute.id, evidence="winning_evidence", by_person_id=owner.id)
    await pass_time(seconds=2)
    assert (await Dispute.get(id=dispute.id)).state == "won"


async def test_nobody_answers_and_it_is_lost_after_its_time() -> None:
    _, pledge = await funded()
    dispute = await disputed(pledge)
    await pass_time(days=15)
    assert ((await Dispute.get(id=dispute.id)).state, (await again_pledge(pledge)).state) == ("lost", "lost")


async def test_the_studios_owner_is_told_when_it_opens_and_when_it_ends() -> None:
    owner = await a_fan("Owner")
    campaign = await a_campaign(goal_minor=100_00, studio_id=await a_studio(owner=owner))
    await pledges_with(campaign, "disputed", amount_minor=100_00)
    await close_now(campaign)
    await pass_time(seconds=2)
    (dispute,) = await Dispute.all()
    await decided(dispute, won=False)
    subjects = [mail.subject for mail in await Mail.filter(to_address=owner.email).order_by("id")]
    assert [s for s in subjects if s.startswith("Disputed")] == ["Disputed: €100.00 of River Moon"] * 2


# --- disputes and refunds of the same charge ---


async def test_a_disputed_pledge_is_not_refunded_besides() -> None:
    _, pledge = await funded()
    await disputed(pledge)
    with pytest.raises(NothingToRefund):
        await refund_pledge(pledge.id, amount_minor=None, reason="she asked", by_person_id=(await a_fan("Staff")).id)


async def test_after_a_won_dispute_it_may_be_refunded() -> None:
    campaign, pledge = await funded()
    await decided(await disputed(pledge), won=True)
    await refund_pledge(pledge.id, amount_minor=None, reason="she asked", by_person_id=(await a_fan("Staff")).id)
    await work_until_idle()
    assert ((await again_pledge(pledge)).state, (await again(campaign)).refunded_minor) == ("refunded", 100_00)


async def a_refund_that_a_dispute_kept_from_her(staff: Fan) -> tuple[Campaign, Pledge, Dispute]:
    """A failed fund has promised her refund; before it is sent, her bank takes the money."""
    campaign, good, _ = await settling()
    charge = (await attempts(good))[-1]
    await fault("refuse", "refunds.create")
    await pass_time(days=7)
    assert ((await again(campaign)).state, [r.state for r in await Refund.all()]) == ("failed", ["pending"])
    opened = await ask("POST", f"charges/{charge.stripe_charge_id}/dispute")
    await no_faults()
    await Refund.filter(state="pending").update(sent_at=0)  # a minute later
    await work_until_idle()
    assert [r.state for r in await Refund.all()] == ["failed"]
    return campaign, good, await Dispute.get(stripe_dispute_id=opened["id"])


@pytest.mark.landing
async def test_a_refund_kept_by_a_lost_dispute_is_not_paid_a_second_time() -> None:
    staff = await a_fan("Staff")
    campaign, good, dispute = await a_refund_that_a_dispute_kept_from_her(staff)
    assert (await books(campaign))["clearing"] == 100_00
    await decided(dispute, won=False)
    (refund,) = await Refund.all()
    assert (refund.state, (await again_pledge(good)).state) == ("paid_another_way", "lost")
    with pytest.raises(Refusal):
        await pay_another_way(refund.id, note="by transfer")
    assert await books(campaign) == {"dispute": FEE, "processor": COST, "stripe": -FEE - COST}


async def test_nobody_pays_a_refund_by_bank_while_her_bank_may_still_give_it_to_her() -> None:
    _, _, dispute = await a_refund_that_a_dispute_kept_from_her(await a_fan("Staff"))
    (refund,) = await Refund.all()
    with pytest.raises(BankIsDeciding):
        await pay_another_way(refund.id, note="by transfer")
    assert (await Refund.get(id=refund.id)).state == "failed"
    await decided(dispute, won=False)


@pytest.mark.landing
async def test_a_refund_kept_by_a_won_dispute_is_sent_to_her_card_after_all() -> None:
    campaign, good, dispute = await a_refund_that_a_dispute_kept_from_her(await a_fan("Staff"))
    await decided(dispute, won=True)
    await pass_time(minutes=2)
    (refund,) = await Refund.all()
    assert (refund.state, (await again_pledge(good)).state) == ("succeeded", "refunded")
    assert await at_the_processor("refunds") == (1, 100_00)
    assert "clearing" not in await books(campaign)


async def test_what_a_lost_dispute_leaves_of_a_charge_goes_back_when_the_fund_fails() -> None:
    """Of 100.00 her bank takes 30.00 for good; the other 70.00 are hers, by bank where the card is past taking them."""
    campaign, good, _ = await settling()
    await decided(await disputed(good, amount=30_00), won=False)
    assert (await again_pledge(good)).state == "lost"
    await pass_time(days=7)
    assert (await again(campaign)).state == "failed"
    await pass_time(minutes=2)
    (refund,) = await Refund.all()
    assert (refund.amount_minor, refund.state, (await books(campaign))["clearing"]) == (70_00, "failed", 70_00)
    await pay_another_way(refund.id, note="by transfer")
    assert (await books(campaign))["bank"] == -70_00
    assert await balance_minor(chart.fund(campaign.id, "EUR")) == 0


async def test_a_bank_that_only_asks_takes_nothing_from_anybody() -> None:
    """Her pledge counts on, and the makers, who are told, are owed what they were owed; asking no more ends it."""
    owner = await a_fan("Owner")
    campaign = await a_campaign(goal_minor=100_00, studio_id=await a_studio(owner=owner))
    (pledge,) = await pledges_with(campaign, "ok", amount_minor=100_00)
    await close_now(campaign)
    before = await books(campaign)
    dispute = await disputed(pledge, inquiry=True)
    assert (dispute.state, dispute.amount_minor, dispute.asked_minor) == ("needs_response", 0, 100_00)
    assert ((await again_pledge(pledge)).state, (await again(campaign)).collected_minor) == ("collected", 100_00)
    await books_proven()
    await work_until_idle()
    await answer_dispute(dispute.id, evidence="She was at the premiere.", by_person_id=owner.id)
    assert (await Dispute.get(id=dispute.id)).state == "under_review"
    assert ((await decided(dispute, won=True)).state, await books(campaign)) == ("won", before)
    asked, ended = [
        m.text_body for m in await Mail.filter(to_address=owner.email).order_by("id") if "Disputed" in m.subject
    ]
    assert "has taken nothing yet" in asked and "The bank asks no more: it has taken nothing." in ended


async def test_a_bank_that_asks_first_and_then_takes_is_answered_twice() -> None:
    campaign, pledge = await funded()
    dispute = await disputed(pledge, inquiry=True)
    ada = await a_fan("Ada")
    await answer_dispute(dispute.id, evidence="She was at the premiere.", by_person_id=ada.id)
    await ask("POST", f"disputes/{dispute.stripe_dispute_id}/escalate")
    await follow_dispute(dispute.stripe_dispute_id)
    await follow_dispute(dispute.stripe_dispute_id)  # events come twice, too
    taken = await Dispute.get(id=dispute.id)
    assert (taken.state, taken.amount_minor) == ("needs_response", 100_00)
    assert ((await again_pledge(pledge)).state, (await again(campaign)).collected_minor) == ("disputed", 0)
    await books_proven()
    await answer_dispute(dispute.id, evidence="She was at the premiere, and wrote to us.", by_person_id=ada.id)
    won = await decided(dispute, won=True)
    assert (won.state, (await again(campaign)).collected_minor) == ("won", 100_00)
    assert (await again_pledge(pledge)).state == "collected"


async def test_what_a_bank_only_asks_about_can_be_given_back() -> None:
    campaign, pledge = await funded()
    dispute = await disputed(pledge, inquiry=True)
    await refund_pledge(pledge.id, amount_minor=None, reason="she asked", by_person_id=(await a_fan("Ada")).id)
    await pass_time(minutes=10)
    assert (await again_pledge(pledge)).state == "refunded"
    assert (await again(campaign)).refunded_minor == 100_00
    await decided(dispute, won=True)
    assert (await again_pledge(pledge)).state == "refunded"
