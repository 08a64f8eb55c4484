"""Each deadline of a transfer at one second before, to the second, and one second after, across the clocks' changes; and races."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import time_machine

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.transfers.models import Transfer
from crowdfund.campaigns.transfers.rules import window_at
from crowdfund.payments.models import Refund
from crowdfund.payouts.models import Payout
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.rules import FundIsFull
from crowdfund.pledges.transfers import outcomes
from crowdfund.pledges.transfers.elections import choose
from crowdfund.pledges.transfers.models import Choice, Election, Outcome, OutcomeKind
from crowdfund.pledges.transfers.rules import AlreadyChosen, NotYet, OutcomeFiled, TooLate
from crowdfund.refusal import Refusal
from tests.bank import books_proven, close_now, fans_with, pass_time
from tests.money import at_the_processor
from tests.transfers import a_club, a_document, a_draft, file, opened
from tests.world import Fan, a_fan, again, pledged

ZONES = ["Europe/Berlin", "America/New_York", "Pacific/Apia"]


@pytest.fixture(autouse=True)
async def still(database: str) -> AsyncIterator[None]:
    """The wall clock stands, so that a second is a second; time passes by business time alone."""
    with time_machine.travel(clock.from_us(clock.wall_now_us()), tick=False):
        yield
        await books_proven()


async def until(moment: datetime, seconds: int) -> None:
    """To so many seconds before or after a moment, and what came due is done."""
    await pass_time(seconds=(moment - clock.now()).total_seconds() + seconds)


async def held(*, fans: int = 1, **more: object) -> tuple[Campaign, Fan, list[Fan], list[Pledge]]:
    """A transfer fund that has collected what it needs, its club's owner, its backers."""
    club, owner = await a_club()
    campaign = await opened(await a_draft(club, owner, goal_minor=fans * 50_00, **more), owner)  # type: ignore[arg-type]
    backers = await fans_with(*["instant"] * fans)
    made = [await pledged(fan, campaign, amount_minor=50_00) for fan in backers]
    assert (await close_now(campaign)).state == "funded_held"
    return await again(campaign), owner, backers, [await Pledge.get(id=one.id) for one in made]


@pytest.mark.landing
@pytest.mark.parametrize("zone", ZONES)
async def test_a_window_that_closes_in_silence_is_the_outcome_three_days_later(zone: str) -> None:
    closes = window_at((clock.now() + timedelta(days=45)).replace(second=0, microsecond=0, tzinfo=None), zone)
    campaign, _owner, _fans, _pledges = await held(window_closes_at=closes)
    await until(closes + timedelta(hours=72), -1)
    assert (await again(campaign)).state == "funded_held"
    await until(closes + timedelta(hours=72), 0)
    outcome = await Outcome.get(campaign_id=campaign.id)
    assert (outcome.kind, outcome.document_id, (await again(campaign)).state) == (
        "window_closed",
        None,
        "outcome_failed",
    )
    await until(outcome.objections_until, -1)
    assert (await again(campaign)).state == "outcome_failed"
    await until(outcome.objections_until, 0)
    assert (await again(campaign)).state == "electing"


@pytest.mark.parametrize(("second", "refused"), [(-1, False), (0, True), (1, True)])
async def test_a_choice_is_made_until_the_last_second(second: int, refused: bool) -> None:
    campaign, owner, fans, pledges = await held(fans=2)
    await file(campaign, OutcomeKind.RULE_BLOCKED, by=owner)
    await pass_time(hours=72)
    ends = (await Transfer.get(campaign_id=campaign.id)).elections_until
    assert ends is not None and ends == clock.now() + timedelta(days=14)
    clock.advance(ends - clock.now() + timedelta(seconds=second))  # nobody does the work of that moment yet
    if refused:
        with pytest.raises(TooLate):
            await choose(pledges[0].id, Choice.NEXT, person_id=fans[0].id)
    else:
        await choose(pledges[0].id, Choice.NEXT, person_id=fans[0].id)
    await until(ends, 1)
    state = "refunded" if refused else "kept"
    assert [(await Election.get(pledge_id=p.id)).state for p in pledges] == [state, "refunded"]


@pytest.mark.parametrize(("second", "refused"), [(-1, False), (0, True), (1, True)])
async def test_backers_object_until_the_last_second_and_a_release_waits_for_it(second: int, refused: bool) -> None:
    campaign, owner, fans, _pledges = await held()
    outcome_id = await file(campaign, OutcomeKind.SIGNED, by=owner)
    first, second_one = await a_fan("Ada"), await a_fan("Grace")
    await outcomes.check_evidence(outcome_id, "seen in the register", by=first.id)
    outcome = await Outcome.get(id=outcome_id)
    clock.advance(outcome.objections_until - clock.now() + timedelta(seconds=second))
    if not refused:
        await outcomes.object_to(outcome_id, "He trains elsewhere, I have seen it.", by=fans[0].id)
        with pytest.raises(NotYet):
            await outcomes.release(outcome_id, "seen in the register", by=second_one.id)
        return
    with pytest.raises(TooLate):
        await outcomes.object_to(outcome_id, "He trains elsewhere, I have seen it.", by=fans[0].id)
    await outcomes.release(outcome_id, "seen in the register", by=second_one.id)
    assert (await again(campaign)).state == "released"


async def test_an_outcome_that_was_withdrawn_leaves_three_days_for_another() -> None:
    campaign, owner, _fans, _pledges = await held()
    closes = (await Transfer.get(campaign_id=campaign.id)).window_closes_at
    assert closes is not None
    await until(closes, 3600)
    outcome_id = await file(campaign, OutcomeKind.COLLAPSED, by=owner)
    staff = await a_fan("Ada")
    await until(closes + timedelta(hours=72), -1)
    await outcomes.withdraw_outcome(outcome_id, "The league says that he is registered.", by=staff.id)
    await until(closes + timedelta(hours=72), 1)
    assert (await again(campaign)).state == "funded_held", "the club is not told off for our time"
    await pass_time(hours=72)
    assert (await again(campaign)).state == "outcome_failed"


async def test_an_outcome_is_filed_once_and_by_who_may() -> None:
    campaign, owner, fans, _pledges = await held()
    tried = await asyncio.gather(
        *(
            file(campaign, kind, by=owner)
            for kind in (OutcomeKind.COLLAPSED, OutcomeKind.SIGNED, OutcomeKind.LOAN_INSTEAD)
        ),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in tried) == ["OutcomeFiled", "OutcomeFiled", "int"]
    with pytest.raises(OutcomeFiled):
        await file(campaign, OutcomeKind.COLLAPSED, by=owner)
    with pytest.raises(Refusal, match="no such document"):
        await outcomes.file_outcome(
            campaign.id, OutcomeKind.COLLAPSED, words="It came to nothing at all.", document_id=await a_document(owner.id),
            by=fans[0].id,
        )  # fmt: skip


# --- races ---


async def test_the_same_election_answered_at_once_moves_the_money_once() -> None:
    campaign, owner, fans, pledges = await held(fans=3)
    await file(campaign, OutcomeKind.PLAYER_ELSEWHERE, by=owner)
    await pass_time(hours=72)
    choices = [Choice.REFUND, Choice.FALLBACK, Choice.NEXT, Choice.REFUND, Choice.FALLBACK, Choice.NEXT]
    for pledge, fan in zip(pledges, fans, strict=True):
        tried = await asyncio.gather(
            *(choose(pledge.id, choice, person_id=fan.id) for choice in choices), return_exceptions=True
        )
        done = {one.state for one in tried if isinstance(one, Election)}
        others = [one for one in tried if isinstance(one, AlreadyChosen)]
        assert (len(done), len(others)) == (1, 4), "one choice, twice asked for, wins"
    moved = [(await Election.get(pledge_id=p.id)).state for p in pledges]
    await pass_time(days=14)
    assert await at_the_processor("refunds") == (moved.count("refunded"), 50_00 * moved.count("refunded"))
    assert sum(refund.amount_minor for refund in await Refund.all()) == 50_00 * moved.count("refunded")


async def test_the_last_euro_under_a_cap_is_given_once() -> None:
    club, owner = await a_club()
    campaign = await opened(await a_draft(club, owner, goal_minor=100_00, cap_minor=120_00), owner)
    fans = await fans_with(*["ok"] * 8)
    tried = await asyncio.gather(*(pledged(fan, campaign, amount_minor=25_00) for fan in fans), return_exceptions=True)
    made = [one for one in tried if not isinstance(one, BaseException)]
    full = [one for one in tried if isinstance(one, FundIsFull)]
    assert (len(made), len(full), (await again(campaign)).promised_minor) == (4, 4, 100_00)
    late = await fans_with("ok", "ok")
    tried = await asyncio.gather(*(pledged(fan, campaign, amount_minor=20_00) for fan in late), return_exceptions=True)
    assert sum(isinstance(one, FundIsFull) for one in tried) == 1
    with pytest.raises(FundIsFull, match="has all it takes"):
        await pledged((await fans_with("ok"))[0], campaign, amount_minor=50)
    assert (await again(campaign)).promised_minor == 120_00


async def test_the_same_money_is_released_once_by_two_at_once() -> None:
    campaign, owner, _fans, _pledges = await held()
    outcome_id = await file(campaign, OutcomeKind.SIGNED, by=owner)
    staff = [await a_fan(name) for name in ("Ada", "Grace", "Edsger")]
    await outcomes.check_evidence(outcome_id, "seen in the register", by=staff[0].id)
    await pass_time(hours=72)
    tried = await asyncio.gather(
        *(outcomes.release(outcome_id, "seen in the register", by=one.id) for one in (staff[1], staff[2], staff[1])),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in tried) == ["MoveRefused", "MoveRefused", "NoneType"]
    await pass_time(days=2)
    assert await Payout.filter(campaign_id=campaign.id).count() == 1
