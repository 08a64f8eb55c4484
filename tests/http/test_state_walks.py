"""Every pair of states of every machine of the money: legal moves work once, all others change nothing. On both engines."""

from __future__ import annotations

from itertools import product

import pytest

from crowdfund.books import check
from crowdfund.campaigns.milestones.models import MOVES as MILESTONE_MOVES
from crowdfund.campaigns.milestones.models import Milestone, MilestoneEvent, MilestoneState
from crowdfund.campaigns.models import MOVES as CAMPAIGN_MOVES
from crowdfund.campaigns.models import Campaign, CampaignEvent
from crowdfund.database import Sql, atomic
from crowdfund.database.moves import MoveRefused
from crowdfund.disputes.actions import answer_dispute, follow_dispute
from crowdfund.disputes.models import MOVES as DISPUTE_MOVES
from crowdfund.disputes.models import Dispute, DisputeState
from crowdfund.ledger import balance_minor, chart
from crowdfund.payments.found import ChargeOutcome, RefundFound
from crowdfund.payments.models import CHARGE_MOVES, REFUND_MOVES, Charge, ChargeState, Refund, RefundState
from crowdfund.payouts.actions import make_due_payouts, move_payout
from crowdfund.payouts.models import MOVES as PAYOUT_MOVES
from crowdfund.payouts.models import Payout, PayoutState
from crowdfund.pledges.milestones import releases
from crowdfund.pledges.models import (
    DELIVERY_MOVES,
    LIVE,
    MOVES,
    UNSENT,
    Delivery,
    DeliveryEvent,
    DeliveryState,
    Pledge,
    PledgeEvent,
    PledgeState,
)
from crowdfund.pledges.moves import move_pledges
from crowdfund.pledges.refunding import finish_refunds, pay_another_way, refund_pledge
from crowdfund.pledges.settlement import charge_due, finish_charge
from tests.bank import ask, close_now, fault, pledges_with
from tests.milestones import a_funded_film, asked_for
from tests.money import attempts
from tests.walks import walk_every_pair
from tests.world import a_campaign, a_fan, a_pledge, a_tier, again, broken

pytestmark = pytest.mark.usefixtures("database")


async def our_books_hold() -> None:
    """The rules of our own rows; these walks put words into the processor's mouth that it never said."""
    assert broken((await check(with_processor=False, counting=False)).findings) == []


async def test_every_pair_of_states_of_a_pledge() -> None:
    campaign = await a_campaign()
    await atomic(Campaign.filter(id=campaign.id).update)(promised_minor=10**9, pledges_live=1_000)
    walk = atomic(move_pledges)
    for was, to in product(PledgeState, repeat=2):
        pledge = await a_pledge(campaign)
        await atomic(Pledge.filter(id=pledge.id).update)(state=was)
        before = await again(campaign)
        row = {"id": pledge.id, "state": was}
        if to not in MOVES[was]:
            with pytest.raises(ValueError, match="can't go"):
                await walk([row], to, because="a walk")
            assert (await Pledge.get(id=pledge.id)).state == was
            continue
        assert [moved["id"] for moved in await walk([row], to, because="a walk")] == [pledge.id]
        assert await walk([row], to, because="a walk") == []  # somebody else was faster: told, not done again
        events = await PledgeEvent.filter(pledge_id=pledge.id, from_state=was, to_state=to, because="a walk")
        assert ((await Pledge.get(id=pledge.id)).state, len(events)) == (to, 1)
        gone = 1 if was in LIVE and to not in LIVE else 0
        now = await again(campaign)
        assert (before.pledges_live - now.pledges_live, before.promised_minor - now.promised_minor) == (
            gone,
            gone * 25_00,
        )


async def test_every_pair_of_states_of_a_campaign() -> None:
    await walk_every_pair(await a_campaign(), CAMPAIGN_MOVES, CampaignEvent)


async def test_every_pair_of_states_of_a_delivery() -> None:
    campaign = await a_campaign(goal_minor=25_00)
    tier_id = await a_tier(campaign, ships="post")
    (pledge,) = await pledges_with(campaign, "ok", tier_id=tier_id)
    await close_now(campaign)
    await walk_every_pair(await Delivery.get(pledge_id=pledge.id), DELIVERY_MOVES, DeliveryEvent)
    assert {was for was, to in DELIVERY_MOVES.items() if DeliveryState.WITHDRAWN in to} == UNSENT


async def test_every_pair_of_states_of_a_milestone() -> None:
    campaign, _owner, _pledges = await a_funded_film(50_00)
    await walk_every_pair(await Milestone.get(campaign_id=campaign.id, position=1), MILESTONE_MOVES, MilestoneEvent)


async def test_each_verb_of_a_milestone_in_each_of_its_states() -> None:
    """What a verb does not allow it refuses, and nothing has moved: neither the state nor a cent."""
    allowed = {
        releases.release_paused: {"paused"}, releases.ask_for_more: {"paused"}, releases.pause: {"requested"},
        releases.take_request_back: {"requested"},
    }  # fmt: skip
    campaign, owner, _pledges = await a_funded_film(50_00)
    (milestone, _request), staff = await asked_for(campaign, owner), await a_fan("Staff")
    for verb, state in product(allowed, MilestoneState):
        await atomic(Milestone.filter(id=milestone.id).update)(state=state)
        if state in allowed[verb]:
            continue
        with pytest.raises(MoveRefused):
            await verb(milestone.id, "a walk through all", by=staff.id)
        assert (await Milestone.get(id=milestone.id)).state == state
    assert await balance_minor(chart.fund(campaign.id, "EUR")) == 35_00


SAID = [None, ChargeState.NEEDS_ACTION, ChargeState.SUCCEEDED, ChargeState.DECLINED]


async def test_every_pair_of_states_of_a_charge() -> None:
    campaign = await a_campaign(goal_minor=100_00)
    pairs = list(product(ChargeState, SAID))
    pledges = await pledges_with(campaign, *["ok"] * len(pairs))
    await fault("refuse", "payment_intents.create")
    await atomic(Campaign.filter(id=campaign.id).update)(state="settling", settle_by=campaign.closes_at)
    while await charge_due(campaign.id):
        pass
    for (was, said), pledge in zip(pairs, pledges, strict=True):
        (charge,) = await attempts(pledge)
        assert charge.state == ChargeState.SENDING
        if was != ChargeState.SENDING:
            assert await finish_charge(charge.id, ChargeOutcome(was, f"pi_{charge.id}", f"ch_{charge.id}"))
        moved = await finish_charge(charge.id, ChargeOutcome(said, f"pi_{charge.id}", f"ch_{charge.id}"))
        legal = said is not None and said in CHARGE_MOVES[was]
        assert (moved, (await Charge.get(id=charge.id)).state) == (legal, said if legal else was)
        paid = ChargeState.SUCCEEDED in (was, said) if legal else was == ChargeState.SUCCEEDED
        tried = was != ChargeState.SENDING or legal
        expected = "collected" if paid else "errored" if tried else "charging"
        assert (await Pledge.get(id=pledge.id)).state == expected, (was, said)
    await our_books_hold()


async def test_every_pair_of_states_of_a_refund() -> None:
    staff = await a_fan("Staff")
    said = [RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED]
    pairs = list(product(RefundState, said))
    campaign = await a_campaign(goal_minor=25_00)
    pledges = await pledges_with(campaign, *["ok"] * len(pairs))
    assert (await close_now(campaign)).state == "funded"
    for (was, to), pledge in zip(pairs, pledges, strict=True):
        await refund_pledge(pledge.id, amount_minor=10_00, reason="in part", by_person_id=staff.id)
        refund = await Refund.get(subject=f"pledge:{pledge.id}")
        if was != RefundState.PENDING:
            first = RefundState.SUCCEEDED if was == RefundState.SUCCEEDED else RefundState.FAILED
            await finish_refunds([(refund.id, RefundFound(f"re_{refund.id}", first))])
        if was == RefundState.PAID_ANOTHER_WAY:
            await pay_another_way(refund.id, note="by transfer")
        moved = await finish_refunds([(refund.id, RefundFound(f"re_{refund.id}", to))])
        legal = to in REFUND_MOVES[was]
        assert (moved, (await Refund.get(id=refund.id)).state) == ((1, to) if legal else (0, was)), (was, to)
    await our_books_hold()


@pytest.mark.landing
async def test_a_refund_that_the_bank_takes_its_time_over_leaves_when_the_money_does() -> None:
    """Pending, and the money has left; then it came back: as a refund to some banks goes. Then another that stays."""
    staff = await a_fan("Staff")
    campaign = await a_campaign(goal_minor=25_00)
    for ended in (RefundState.FAILED, RefundState.SUCCEEDED):
        (pledge,) = await pledges_with(campaign, "ok") if campaign.state == "live" else (None,)
        if pledge is None:
            campaign = await a_campaign(goal_minor=25_00)
            (pledge,) = await pledges_with(campaign, "ok")
        campaign = await close_now(campaign)
        await refund_pledge(pledge.id, amount_minor=10_00, reason="in part", by_person_id=staff.id)
        refund = await Refund.get(subject=f"pledge:{pledge.id}")
        name = f"re_{refund.id}"
        assert await finish_refunds([(refund.id, RefundFound(name, RefundState.PENDING, f"txn_{name}"))]) == 0
        await our_books_hold()
        back = f"txn_back_{name}" if ended == RefundState.FAILED else None
        assert await finish_refunds([(refund.id, RefundFound(name, ended, f"txn_{name}", back))]) == 1
        await our_books_hold()
        steps = await Sql("SELECT key FROM journal_entry WHERE key LIKE $1 ORDER BY id")(f"refund:{refund.id}:%")
        expected = ["sent", "returned"] if ended == RefundState.FAILED else ["sent"]
        assert [row["key"].rsplit(":", 1)[1] for row in steps] == expected


async def test_every_pair_of_states_of_a_payout() -> None:
    campaign = await a_campaign(goal_minor=25_00)
    await pledges_with(campaign, "ok")
    await fault("refuse", "transfers.create")
    await close_now(campaign)
    await make_due_payouts()
    (payout,) = await Payout.all()
    for was, to in product(PayoutState, repeat=2):
        await atomic(Payout.filter(id=payout.id).update)(state=was)
        first, second = await Payout.get(id=payout.id), await Payout.get(id=payout.id)
        legal = to in PAYOUT_MOVES[was]
        assert await atomic(move_payout)(first, to) is legal
        assert await atomic(move_payout)(second, to) is False
        assert (await Payout.get(id=payout.id)).state == (to if legal else was)


async def test_every_pair_of_our_states_and_the_banks_states_of_a_dispute() -> None:
    pairs = list(product(DisputeState, ["needs_response", "under_review", "won", "lost"]))
    campaign = await a_campaign(goal_minor=25_00)
    pledges = await pledges_with(campaign, *["ok"] * len(pairs))
    await close_now(campaign)
    owner = await a_fan("Owner")
    for (ours, banks), pledge in zip(pairs, pledges, strict=True):
        (charge,) = await attempts(pledge)
        opened = await ask("POST", f"charges/{charge.stripe_charge_id}/dispute")
        await follow_dispute(opened["id"])
        dispute = await Dispute.get(stripe_dispute_id=opened["id"])
        if banks == "under_review":
            await answer_dispute(dispute.id, evidence="She came to the premiere.", by_person_id=owner.id)
        elif banks != "needs_response":
            await ask("POST", f"disputes/{opened['id']}/close", {"won": banks == "won"})
        await atomic(Dispute.filter(id=dispute.id).update)(state=ours)
        await follow_dispute(opened["id"])
        legal = banks in DISPUTE_MOVES[ours] and banks != DisputeState.NEEDS_RESPONSE
        assert (await Dispute.get(id=dispute.id)).state == (banks if legal else ours), (ours, banks)
