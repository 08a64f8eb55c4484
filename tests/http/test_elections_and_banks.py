"""What a bank takes while backers of a transfer decide: each cent goes one way, and nobody's choice moves another's money."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from crowdfund import clock
from crowdfund.books import check
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.recipients.models import Recipient
from crowdfund.database.connect import postgres_parts
from crowdfund.ledger import balance_minor, chart
from crowdfund.payments.models import Refund
from crowdfund.people.models import Mail, Organisation
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.refunding import pay_another_way, refund_pledge
from crowdfund.pledges.transfers import keeping, outcomes
from crowdfund.pledges.transfers.elections import choose
from crowdfund.pledges.transfers.models import Choice, Election, OutcomeKind
from crowdfund.refusal import Refusal
from crowdfund.worker import work_until_idle
from tests.bank import books_proven, close_now, fans_with, pass_time
from tests.http.test_disputes import decided, disputed
from tests.money import again_pledge, at_the_processor, stripe_fee_minor
from tests.transfers import a_club, a_draft, a_recipient, file, opened
from tests.world import a_fan, again, broken, pledged


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await books_proven()


async def held(number: int = 2, **ticked: object) -> tuple[Campaign, list[Pledge]]:
    """A transfer to which so many gave 50.00 each. ticked: by the first."""
    club, owner = await a_club()
    academy = await a_recipient(club.id)
    campaign = await opened(await a_draft(club, owner, goal_minor=50_00 * number, fallback=academy), owner)
    fans = await fans_with(*["instant"] * number)
    made = [await pledged(fan, campaign, amount_minor=50_00, **(ticked if fan is fans[0] else {})) for fan in fans]
    assert (await close_now(campaign)).state == "funded_held"
    return campaign, [await Pledge.get(id=one.id) for one in made]


async def falls_through(campaign: Campaign) -> None:
    await file(campaign, OutcomeKind.COLLAPSED, by=await a_fan("Jens"))
    await pass_time(hours=72)
    assert (await again(campaign)).state == "electing"


async def electing(number: int = 2) -> tuple[Campaign, int, list[int], list[Pledge]]:
    """A transfer that fell through, and that asks its backers now; its academy; its fans; their pledges."""
    campaign, pledges = await held(number)
    await falls_through(campaign)
    assert campaign.fallback_id is not None
    return campaign, campaign.fallback_id, [one.person_id for one in pledges], pledges


async def elected(pledge: Pledge) -> tuple[str, int]:
    election = await Election.get(pledge_id=pledge.id)
    return election.state, election.amount_minor


async def test_a_silent_one_who_has_her_money_keeps_nobody_else_from_theirs() -> None:
    campaign, _academy, _fans, pledges = await electing(3)
    await refund_pledge(pledges[0].id, amount_minor=None, reason="she asked", by_person_id=(await a_fan("Ada")).id)
    await decided(await disputed(pledges[1]), won=False)
    await pass_time(days=14)
    assert [await elected(one) for one in pledges] == [("void", 0), ("void", 0), ("refunded", 50_00)]
    await pass_time(minutes=1)
    assert (await again(campaign)).state == "closed"
    assert await at_the_processor("refunds") == (2, 100_00)


@pytest.mark.landing
@pytest.mark.parametrize("choice", [Choice.REFUND, Choice.FALLBACK, Choice.NEXT])
async def test_who_has_her_money_from_her_bank_moves_nobody_elses(choice: Choice) -> None:
    campaign, academy, fans, pledges = await electing()
    await decided(await disputed(pledges[0]), won=False)
    assert (await again_pledge(pledges[0])).state == "lost"
    with pytest.raises(Refusal):
        await choose(pledges[0].id, choice, person_id=fans[0])
    assert await balance_minor(chart.fund(campaign.id, "EUR")) == 50_00
    await choose(pledges[1].id, Choice.FALLBACK, person_id=fans[1])
    await pass_time(days=14)
    assert [await elected(one) for one in pledges] == [("void", 0), ("given", 50_00)]
    accounts = [chart.fund(campaign.id, "EUR"), chart.recipient(academy, "EUR")]
    assert [await balance_minor(one) for one in accounts] == [0, 50_00]


@pytest.mark.landing
@pytest.mark.parametrize(
    ("ticked", "before"), [({}, False), ({"if_it_fails": "fallback"}, False), ({"if_it_fails": "next"}, True)]
)
async def test_what_a_bank_leaves_of_a_lost_payment_goes_back_to_her(ticked: dict[str, object], before: bool) -> None:
    """before: her bank had decided when the outcome was filed."""
    campaign, pledges = await held(**ticked)
    if before:
        await decided(await disputed(pledges[0], amount=30_00), won=False)
    await falls_through(campaign)
    if not before:
        await decided(await disputed(pledges[0], amount=30_00), won=False)
    asked = [mail.to_address for mail in await Mail.filter(subject__startswith="Where shall your money go?")]
    assert len(asked) == (1 if before else 2), "she is not asked about what is hers already"
    await pass_time(days=14)
    assert [await elected(one) for one in pledges] == [("refunded", 20_00), ("refunded", 50_00)]
    await paid_by_staff(pledges[0], 20_00)
    assert (await again(campaign)).state == "closed"
    assert await balance_minor(chart.fund(campaign.id, "EUR")) == 0
    assert await at_the_processor("refunds") == (1, 50_00)


async def paid_by_staff(pledge: Pledge, minor: int) -> None:
    """To a card whose payment a bank has taken back the processor sends nothing: staff finds it, and pays it another way."""
    [refund] = await Refund.filter(subject=f"pledge:{pledge.id}")
    assert (refund.state, refund.amount_minor) == ("failed", minor)
    await pay_another_way(refund.id, note="by transfer")
    await work_until_idle()


async def test_what_a_bank_leaves_of_what_was_kept_goes_back_to_her() -> None:
    campaign, _academy, fans, pledges = await electing()
    for fan, pledge in zip(fans, pledges, strict=True):
        await choose(pledge.id, Choice.NEXT, person_id=fan)
    dispute = await disputed(pledges[0], amount=30_00)
    assert broken((await check(counting=False)).findings) == [], "what the bank left of it still lies there"
    await decided(dispute, won=False)
    await pass_time(days=15)
    carried = chart.carried(campaign.organisation_id, "EUR")
    assert (await elected(pledges[0]), await balance_minor(carried)) == (("refunded", 20_00), 50_00)
    await paid_by_staff(pledges[0], 20_00)


async def test_what_was_kept_and_a_bank_gave_up_is_kept_on() -> None:
    campaign, _academy, fans, pledges = await electing()
    await choose(pledges[0].id, Choice.NEXT, person_id=fans[0])
    await decided(await disputed(pledges[0], amount=30_00), won=True)
    assert (await elected(pledges[0]), await balance_minor(chart.carried(campaign.organisation_id, "EUR"))) == (
        ("kept", 50_00), 50_00,
    )  # fmt: skip


async def test_a_bank_and_the_next_target_take_what_was_kept_once(engine: str, database_url: str) -> None:
    """Her bank asks for it back in the moment in which it goes into the next target: one of them gets it."""
    if engine != "postgres":
        pytest.skip("on SQLite one writes at a time")
    campaign, academy, fans, pledges = await electing()
    for fan, pledge in zip(fans, pledges, strict=True):
        await choose(pledge.id, Choice.NEXT, person_id=fan)
    club, owner = await Organisation.get(id=campaign.organisation_id), await a_fan("Jens")
    second = await opened(
        await a_draft(club, owner, goal_minor=10_00, fallback=await Recipient.get(id=academy), name="Bring Otto"), owner
    )
    await work_until_idle()
    await pledged((await fans_with("instant"))[0], second, amount_minor=10_00)
    assert (await close_now(second)).state == "funded_held"
    outcome_id = await file(second, OutcomeKind.SIGNED, by=owner)
    await outcomes.check_evidence(outcome_id, "seen in the register", by=(await a_fan("Ada")).id)
    clock.advance(timedelta(hours=72))
    await outcomes.release(outcome_id, "seen in the register, too", by=(await a_fan("Grace")).id)
    parts = postgres_parts(database_url)
    other = await asyncpg.connect(**parts)
    kept = other.transaction()
    await kept.start()
    await other.execute("SELECT 1 FROM election WHERE pledge_id = $1 FOR UPDATE", pledges[0].id)
    used = asyncio.ensure_future(keeping.use_what_was_kept(second.id))
    await asyncio.sleep(0.3)
    asked = asyncio.ensure_future(disputed(pledges[0]))
    await asyncio.sleep(0.7)
    await kept.commit()
    await other.close()
    assert (await used, (await asked).state) == (2, "needs_response")
    payable = chart.payable(club.id, "EUR")
    fees = stripe_fee_minor(10_00) + 50
    assert await balance_minor(chart.carried(club.id, "EUR")) == 0
    assert await balance_minor(payable) == 10_00 - fees + 100_00, "what was used was used; her bank has it from us"
