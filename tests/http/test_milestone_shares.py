"""One backer of a film with milestones gets her money back, or her bank takes it: nobody else's share is touched. To the cent."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crowdfund.campaigns.models import Campaign
from crowdfund.ledger import balance_minor, chart
from crowdfund.payments.models import Refund
from crowdfund.pledges.milestones import releases
from crowdfund.pledges.models import Pledge, ShareBack
from crowdfund.pledges.refunding import refund_pledge
from crowdfund.pledges.sharing_back import PAGE
from crowdfund.worker import work_until_idle
from tests.bank import books_proven, fans_with, pass_time
from tests.http.test_disputes import FEE, decided, disputed
from tests.milestones import a_film_draft, a_film_studio, a_funded_film, a_plan, asked_for, left_of, opened
from tests.money import again_pledge, attempts, books
from tests.world import a_fan, again, pledged


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await books_proven()


async def refunded(pledge: Pledge, amount_minor: int | None = None) -> None:
    await refund_pledge(pledge.id, amount_minor=amount_minor, reason="she asked", by_person_id=(await a_fan("Ada")).id)
    await work_until_idle()


async def given_up(campaign: Campaign) -> None:
    await releases.give_rest_back(campaign.id, "It is not to be.", by=(await a_fan("Ada")).id)
    await pass_time(minutes=1)


async def back_to(pledge: Pledge) -> list[int]:
    """What was given back of a pledge, the first first."""
    return [one.amount_minor for one in await Refund.filter(subject=f"pledge:{pledge.id}").order_by("id")]


async def test_a_refund_takes_as_much_of_hers_as_waits_and_the_rest_from_where_it_went() -> None:
    campaign, _owner, [first, second, third, fourth] = await a_funded_film(*[25_00] * 4)
    before = await books(campaign)
    await refunded(first)
    after = await books(campaign)
    assert await left_of(campaign) == [30_00, 37_50, 15_00], "70 % of her 25.00 waited: 12.50 and 5.00 of it"
    assert (before["fund"] - after["fund"], before["fee"] - after["fee"], after["receivable"]) == (
        17_50, 37, 7_13,
    )  # fmt: skip
    await given_up(campaign)
    assert [await back_to(one) for one in (first, second, third, fourth)] == [[25_00], [17_50], [17_50], [17_50]]


async def test_a_refund_in_part_leaves_her_the_same_share_of_what_is_left() -> None:
    campaign, _owner, [first, second] = await a_funded_film(50_00, 50_00)
    await refunded(first, 20_00)
    assert await left_of(campaign) == [30_00, 40_00, 16_00]
    await given_up(campaign)
    assert [await back_to(one) for one in (first, second)] == [[20_00, 21_00], [35_00]], "70 % of 30.00, and of 50.00"


async def test_where_nothing_was_released_all_of_a_refund_waited() -> None:
    campaign, _owner, [first, second, third] = await a_funded_film(
        10_01, 10_01, 10_01, plan=a_plan((3_333, 3_333, 3_334), at_once=False)
    )
    await refunded(first)
    assert (sum(await left_of(campaign)), "receivable" in await books(campaign)) == (20_02, False)
    await given_up(campaign)
    assert [await back_to(one) for one in (second, third)] == [[10_01], [10_01]]


async def test_a_bank_takes_first_what_of_hers_waits() -> None:
    campaign, _owner, [first, second] = await a_funded_film(50_00, 50_00)
    before = await books(campaign)
    await disputed(first)
    after = await books(campaign)
    assert await left_of(campaign) == [30_00, 25_00, 10_00]
    assert (before["fund"] - after["fund"], after["receivable"]) == (35_00, 15_00), (
        "what was released is paid out: its makers owe it"
    )
    await given_up(campaign)
    assert [await back_to(one) for one in (first, second)] == [[], [35_00]]


async def test_won_while_it_waits_everything_is_as_it_was() -> None:
    campaign, _owner, [first, _second] = await a_funded_film(50_00, 50_00)
    before = await books(campaign)
    await decided(await disputed(first), won=True)
    assert (await left_of(campaign), await books(campaign)) == (
        [30_00, 50_00, 20_00], {**before, "dispute": FEE, "stripe": before["stripe"] - FEE},
    )  # fmt: skip


async def test_won_after_a_release_that_part_goes_to_the_makers_less_our_fee() -> None:
    campaign, owner, [first, second] = await a_funded_film(50_00, 50_00)
    dispute = await disputed(first)
    await asked_for(campaign, owner)
    await pass_time(days=5)
    before = await books(campaign)
    await decided(dispute, won=True)
    after = await books(campaign)
    assert await left_of(campaign) == [30_00, 25_00, 20_00], "25.00 of hers was released meanwhile, 10.00 waits again"
    assert (after["fund"] - before["fund"], after["fee"] - before["fee"]) == (10_00, 1_25)
    await given_up(campaign)
    assert [await back_to(one) for one in (first, second)] == [[10_00], [10_00]]


async def test_won_after_the_rest_went_back_to_all_she_gets_hers_too() -> None:
    campaign, _owner, [first, second] = await a_funded_film(50_00, 50_00)
    dispute = await disputed(first)
    await given_up(campaign)
    assert [await back_to(one) for one in (first, second)] == [[], [35_00]]
    await decided(dispute, won=True)
    assert [await back_to(one) for one in (first, second)] == [[35_00], [35_00]]
    assert (await again_pledge(first)).state == "collected"


async def test_lost_after_the_rest_went_back_she_gets_nothing_twice() -> None:
    campaign, _owner, [first, second] = await a_funded_film(50_00, 50_00)
    dispute = await disputed(first)
    await given_up(campaign)
    await decided(dispute, won=False)
    assert ([await back_to(one) for one in (first, second)], (await again_pledge(first)).state) == (
        [[], [35_00]],
        "lost",
    )


async def test_a_bank_takes_her_part_while_the_rest_is_on_its_way_back() -> None:
    campaign, _owner, [first, second] = await a_funded_film(50_00, 50_00)
    await releases.give_rest_back(campaign.id, "It is not to be.", by=(await a_fan("Ada")).id)
    dispute = await disputed(second)
    share = await ShareBack.get(campaign_id=campaign.id)
    assert (share.state, share.shared_minor, await balance_minor(chart.fund(campaign.id, "EUR"))) == (
        "open",
        35_00,
        35_00,
    )
    await work_until_idle()
    assert [await back_to(one) for one in (first, second)] == [[35_00], []]
    await decided(dispute, won=True)
    assert [await back_to(one) for one in (first, second)] == [[35_00], [35_00]]
    assert await balance_minor(chart.fund(campaign.id, "EUR")) == 0


async def test_taken_before_the_result_and_won_after_it_belongs_to_all_milestones() -> None:
    studio, owner = await a_film_studio()
    campaign = await opened(await a_film_draft(studio, owner), owner)
    good, _bad = await fans_with("instant", "saved_lost")
    kept = await pledged(good, campaign, amount_minor=100_00)
    await pledged(_bad, campaign, amount_minor=10_00)
    [third] = await fans_with("instant")
    other = await Pledge.get(id=(await pledged(third, campaign, amount_minor=100_00)).id)
    assert campaign.closes_at is not None
    await pass_time(seconds=(campaign.closes_at - campaign.launched_at).total_seconds() + 1)  # type: ignore[operator]
    assert ((await again(campaign)).state, (await attempts(other))[-1].state) == ("settling", "succeeded")
    dispute = await disputed(other)
    await pass_time(days=8)
    assert ((await again(campaign)).state, await left_of(campaign)) == ("funded", [30_00, 50_00, 20_00])
    await decided(dispute, won=True)
    assert await left_of(campaign) == [30_00, 100_00, 40_00], "30.00 of it went where the first had gone"
    await given_up(campaign)
    assert [await back_to(one) for one in (await Pledge.get(id=kept.id), other)] == [[70_00], [70_00]]


@pytest.mark.landing
async def test_more_backers_than_a_page_get_the_last_cent(long: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    number = 500 if long else 30
    monkeypatch.setattr("crowdfund.pledges.sharing_back.PAGE", PAGE if long else 7)
    gave = [1_00 + n for n in range(number)]
    campaign, _owner, pledges = await a_funded_film(*gave, plan=a_plan((3_333, 3_333, 3_334)))
    waits = sum((await left_of(campaign))[1:])
    await given_up(campaign)
    back = [await back_to(one) for one in pledges]
    assert all(len(one) == 1 for one in back)
    assert sum(one[0] for one in back) == waits
    assert all(abs(one[0] - waits * minor / sum(gave)) <= 1 for one, minor in zip(back, gave, strict=True))
