"""A film is paid piece by piece: what is released goes to its makers less fees, what is not stays whole. To the cent, on both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError

from crowdfund import clock
from crowdfund.campaigns.milestones import tranches
from crowdfund.campaigns.milestones.models import Milestone
from crowdfund.campaigns.milestones.rules import MoreThanHeld
from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql, atomic
from crowdfund.database.moves import MoveRefused
from crowdfund.ledger import Entry, FloorBroken, Posting, balance_minor, chart, post
from crowdfund.payments.models import Refund
from crowdfund.payouts.models import Payout
from crowdfund.pledges.milestones import queries, releases
from crowdfund.pledges.milestones.models import ReleaseRequest
from crowdfund.pledges.milestones.rules import NothingWaits, ObjectedAlready
from crowdfund.pledges.refunding import GoingBackToAll, refund_pledge
from crowdfund.pledges.transfers.rules import AnotherPerson, NotYet, TooLate
from crowdfund.refusal import NotFound, Refusal
from tests.bank import books_proven, fans_with, pass_time, states
from tests.milestones import a_film_draft, a_film_studio, a_funded_film, a_plan, asked_for, left_of, opened, states_of
from tests.money import at_the_processor, books, stripe_fee_minor
from tests.transfers import a_document
from tests.world import a_fan, again, pledged

BECAUSE = "The rushes are there: we have seen them."
NOT_SO = "No scene was shot on the river this year."


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await books_proven()


async def fund_minor(campaign: Campaign) -> int:
    return await balance_minor(chart.fund(campaign.id, "EUR"))


async def paid(campaign: Campaign) -> list[tuple[str, int]]:
    return [(one.state, one.amount_minor) for one in await Payout.filter(campaign_id=campaign.id).order_by("id")]


async def test_the_first_is_paid_at_once_and_the_rest_waits_whole() -> None:
    campaign, _owner, _pledges = await a_funded_film(50_00, 50_00)
    assert (await states_of(campaign), await left_of(campaign)) == (
        ["released", "planned", "planned"],
        [30_00, 50_00, 20_00],
    )
    cost = 2 * stripe_fee_minor(50_00)
    assert (await fund_minor(campaign), cost) == (70_00, 2_00)
    await pass_time(days=1)
    assert await paid(campaign) == [("paid", 30_00 - 60 - 1_50)], (
        "60 % of nothing: 30 % of the processor's 2.00, 5 % of 30.00"
    )
    with pytest.raises(NotFound):
        await releases.release_due(1)


async def test_a_release_nobody_objects_to_is_paid_after_five_days_not_a_second_sooner() -> None:
    campaign, owner, _pledges = await a_funded_film(50_00, 50_00)
    milestone, request_id = await asked_for(campaign, owner)
    request = await ReleaseRequest.get(id=request_id)
    assert request.objections_until - request.filed_at == timedelta(days=5)
    with pytest.raises(NotYet):
        await asked_for(campaign, owner)
    clock.advance(request.objections_until - clock.now() - timedelta(seconds=1))
    assert (await queries.due_releases(), await releases.release_due(milestone.id)) == ([], False)
    clock.advance(request.objections_until - clock.now())
    assert await queries.due_releases() == [milestone.id]
    await pass_time(seconds=1)
    assert await states_of(campaign) == ["released", "released", "planned"]
    await pass_time(days=1)
    assert await paid(campaign) == [("paid", 27_90), ("paid", 50_00 - 1_00 - 2_50)]
    assert (await ReleaseRequest.get(id=request_id)).ended_as == "released"
    await asked_for(campaign, owner)
    await pass_time(days=6)
    assert (await fund_minor(campaign), [minor for _state, minor in await paid(campaign)]) == (0, [27_90, 46_50, 18_60])
    with pytest.raises(NothingWaits):
        await asked_for(campaign, owner)


@pytest.mark.parametrize(("seconds", "may"), [(-1, True), (0, False), (1, False)])
async def test_objections_are_taken_until_the_fifth_day_ends(seconds: int, may: bool) -> None:
    campaign, owner, [pledge, *_more] = await a_funded_film(50_00, 50_00, 50_00, 50_00)
    _milestone, request_id = await asked_for(campaign, owner)
    until = (await ReleaseRequest.get(id=request_id)).objections_until
    clock.advance(until - clock.now() + timedelta(seconds=seconds))
    if may:
        await releases.object_to(request_id, NOT_SO, by=pledge.person_id)
        return
    with pytest.raises(TooLate):
        await releases.object_to(request_id, NOT_SO, by=pledge.person_id)


async def test_three_backers_pause_it_two_do_not() -> None:
    campaign, owner, pledges = await a_funded_film(*[25_00] * 4)
    milestone, request_id = await asked_for(campaign, owner)
    assert (await ReleaseRequest.get(id=request_id)).pauses_at == 3
    with pytest.raises(Refusal, match="Only backers"):
        await releases.object_to(request_id, NOT_SO, by=(await a_fan("Nobody")).id)
    for pledge in pledges[:2]:
        await releases.object_to(request_id, NOT_SO, by=pledge.person_id)
    with pytest.raises(ObjectedAlready):
        await releases.object_to(request_id, NOT_SO, by=pledges[0].person_id)
    assert await states_of(campaign) == ["released", "requested", "planned"]
    await releases.object_to(request_id, NOT_SO, by=pledges[2].person_id)
    assert await states_of(campaign) == ["released", "paused", "planned"]
    await pass_time(days=6)
    assert await states_of(campaign) == ["released", "paused", "planned"], "a person decides now"
    with pytest.raises(MoveRefused):
        await releases.take_request_back(milestone.id, "too late for that", by=owner.id)
    await releases.ask_for_more(milestone.id, "Show the rushes, please.", by=(await a_fan("Ada")).id)
    assert await states_of(campaign) == ["released", "planned", "planned"]
    milestone, second = await asked_for(campaign, owner)
    await releases.object_to(second, NOT_SO, by=pledges[0].person_id)
    await pass_time(days=5)
    assert (await states_of(campaign), await fund_minor(campaign)) == (["released", "released", "planned"], 20_00)


async def test_what_is_not_released_goes_back_to_all_pro_rata_and_to_the_last_cent() -> None:
    campaign, owner, pledges = await a_funded_film(33_33, 33_33, 33_35)
    _milestone, request_id = await asked_for(campaign, owner)
    for pledge in pledges:
        await releases.object_to(request_id, NOT_SO, by=pledge.person_id)
    before = await books(campaign)
    staff = await a_fan("Ada")
    assert await releases.give_rest_back(campaign.id, "Nothing was shot, and nothing will be.", by=staff.id) == 70_01
    with pytest.raises(GoingBackToAll):
        await refund_pledge(pledges[0].id, amount_minor=1_00, reason="she asked", by_person_id=staff.id)
    with pytest.raises(NothingWaits):
        await releases.give_rest_back(campaign.id, "once more, to be sure", by=staff.id)
    await pass_time(minutes=1)
    back = [one.amount_minor for one in await Refund.filter(campaign_id=campaign.id).order_by("id")]
    assert (sum(back), [abs(minor - 70_01 * gave / 100_01) < 1 for minor, gave in zip(back, (33_33, 33_33, 33_35), strict=True)]) == (
        70_01, [True, True, True],
    )  # fmt: skip
    assert (await fund_minor(campaign), await states_of(campaign)) == (0, ["released", "refunded", "refunded"])
    after = await books(campaign)
    assert after["fee"] == before["fee"] == 1_50, "our fee is of what was released, and of nothing else"
    assert await at_the_processor("refunds") == (3, 70_01)
    assert await states(campaign) == {"collected": 3}
    assert (await ReleaseRequest.get(id=request_id)).ended_as == "refunded"


async def test_its_makers_give_up_before_anything_was_released_and_everybody_has_all_of_it() -> None:
    campaign, owner, _pledges = await a_funded_film(10_00, 20_00, 30_00, plan=a_plan(at_once=False))
    assert await releases.give_rest_back(campaign.id, "We can't make it.", by=owner.id) == 60_00
    await pass_time(minutes=1)
    assert (await states(campaign), await fund_minor(campaign)) == ({"refunded": 3}, 0)
    assert (await again(campaign)).refunded_minor == 60_00


async def test_two_people_release_the_same_tranche_and_the_money_moves_once() -> None:
    campaign, owner, pledges = await a_funded_film(*[25_00] * 4)
    milestone, request_id = await asked_for(campaign, owner)
    for pledge in pledges[:3]:
        await releases.object_to(request_id, NOT_SO, by=pledge.person_id)
    ada, grace = await a_fan("Ada"), await a_fan("Grace")
    ended = await asyncio.gather(
        *(releases.release_paused(milestone.id, BECAUSE, by=one.id) for one in (ada, grace, ada, grace)),
        releases.give_rest_back(campaign.id, "It is not to be.", by=grace.id),
        return_exceptions=True,
    )
    released = [one for one in ended[:4] if one is None]
    assert len(released) in (0, 1) and all(one is None or isinstance(one, MoveRefused) for one in ended[:4])
    assert ended[4] == (20_00 if released else 70_00)
    assert (await states_of(campaign))[1] == ("released" if released else "refunded")
    await pass_time(minutes=1)
    assert await fund_minor(campaign) == 0
    assert await at_the_processor("refunds") == (4, ended[4])


async def test_who_makes_the_film_does_not_release_its_money_for_the_platform() -> None:
    campaign, owner, _pledges = await a_funded_film(50_00, 50_00)
    milestone, _request_id = await asked_for(campaign, owner)
    await releases.pause(milestone.id, "a call came in about it", by=(await a_fan("Ada")).id)
    with pytest.raises(AnotherPerson):
        await releases.release_paused(milestone.id, BECAUSE, by=owner.id)
    assert (await states_of(campaign))[1] == "paused"


async def test_the_sweep_and_a_person_at_the_same_moment() -> None:
    campaign, owner, _pledges = await a_funded_film(50_00, 50_00)
    milestone, _request_id = await asked_for(campaign, owner)
    clock.advance(timedelta(days=5))
    ended = await asyncio.gather(
        *(releases.release_due(milestone.id) for _ in range(4)),
        releases.pause(milestone.id, "a call came in about it", by=(await a_fan("Ada")).id),
        return_exceptions=True,
    )
    won = [one for one in ended[:4] if one is True]
    assert (len(won), await fund_minor(campaign)) in ((1, 20_00), (0, 70_00))
    assert (await states_of(campaign))[1] == ("released" if won else "paused")


async def test_a_milestone_larger_than_what_is_held_is_refused_by_a_sentence_and_by_the_database() -> None:
    campaign, owner, _pledges = await a_funded_film(*[25_00] * 4)
    milestone, _request_id = await asked_for(campaign, owner)
    await atomic(Milestone.filter(id=milestone.id).update)(amount_minor=500_00)
    clock.advance(timedelta(days=5))
    with pytest.raises(MoreThanHeld, match="more than this fund holds"):
        await releases.release_due(milestone.id)
    assert (await states_of(campaign), await fund_minor(campaign)) == (["released", "requested", "planned"], 70_00)
    fund, payable = chart.fund(campaign.id, "EUR"), chart.payable(campaign.organisation_id, "EUR")
    with pytest.raises(FloorBroken):
        await atomic(post)(
            [Entry("milestone:1:released", "tranche_released", "campaign:1", [Posting(fund, payable, 500_00)])]
        )
    await atomic(Milestone.filter(id=milestone.id).update)(amount_minor=50_00)


async def test_the_plan_is_promised_once_it_is_open_whoever_writes() -> None:
    studio, owner = await a_film_studio()
    campaign = await opened(await a_film_draft(studio, owner), owner)
    [first, *_rest] = await tranches.plan_of(campaign.id)
    changes = [
        f"UPDATE milestone SET share_bps = 1 WHERE id = {first.id}",
        f"UPDATE milestone SET evidence = '' WHERE id = {first.id}",
        f"DELETE FROM milestone WHERE id = {_rest[1].id}",
        f"""INSERT INTO milestone (id, campaign_id, position, title, evidence, expected_on, share_bps, state)
            VALUES (1, {campaign.id}, 9, 'more', 'nothing', '2027-01', 1, 'planned')""",
    ]
    for change in changes:
        with pytest.raises(IntegrityError):
            await atomic(Sql(change).__call__)()
    draft = await a_film_draft(studio, owner, name="Another")
    with pytest.raises(IntegrityError):
        await atomic(
            Sql(f"""INSERT INTO milestone (id, campaign_id, position, title, evidence, expected_on, share_bps, state)
            VALUES (1, {draft.id}, 9, 'more', 'nothing', '2027-01', 1, 'planned')""").__call__
        )()


async def test_requests_in_the_wrong_order_by_the_wrong_person_with_the_wrong_paper_change_nothing() -> None:
    studio, owner = await a_film_studio()
    campaign = await opened(await a_film_draft(studio, owner), owner)
    with pytest.raises(NotYet):
        await asked_for(campaign, owner)
    [fan] = await fans_with("instant")
    await pledged(fan, campaign, amount_minor=100_00)
    funded, other, _pledges = await a_funded_film(100_00)
    with pytest.raises(NotFound):
        await releases.request_release(
            funded.id, words="It is all shot, you see.", papers=[await a_document(owner.id)], by=other.id
        )
    with pytest.raises(Refusal, match="Choose the paper"):
        await releases.request_release(funded.id, words="It is all shot, you see.", papers=[], by=other.id)
    with pytest.raises(Refusal, match="Say what was done"):
        await releases.request_release(funded.id, words="shot", papers=[await a_document(other.id)], by=other.id)
    milestone, request_id = await asked_for(funded, other)
    with pytest.raises(MoveRefused):
        await releases.release_paused(milestone.id, BECAUSE, by=fan.id)
    await releases.take_request_back(milestone.id, "the wrong paper", by=other.id)
    assert (await ReleaseRequest.get(id=request_id)).ended_as == "taken_back"
    with pytest.raises(TooLate):
        await releases.object_to(request_id, NOT_SO, by=_pledges[0].person_id)
    assert (await states_of(funded), await fund_minor(funded)) == (["released", "planned", "planned"], 70_00)
