"""From the address to the door: who is owed what, who waits for whom, what is late, and who is told. On both databases."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import orjson
import pytest

from crowdfund import clock, letters
from crowdfund.campaigns.actions import begin_delivery
from crowdfund.campaigns.models import Campaign, Follower
from crowdfund.database import Sql, atomic, new_id
from crowdfund.database.ids import public
from crowdfund.disputes.actions import follow_dispute
from crowdfund.people.models import AuditEntry, Mail, Person
from crowdfund.pledges import deliveries
from crowdfund.pledges.deliveries import NotDeliverable
from crowdfund.pledges.models import Delivery, DeliveryEvent, Pledge
from crowdfund.pledges.refunding import refund_pledge
from crowdfund.refusal import NotFound
from crowdfund.worker import SWEEPS, run_sweep, work_until_idle
from tests.bank import ask, books_proven, close_now, pass_time, pledges_with
from tests.http.campaign_world import Producer, a_producer
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.money import attempts, told
from tests.world import a_campaign, a_tier, again

HOME = {"recipient": "Mei", "address": "12 Orchard Lane\n10115 Berlin", "country": "Germany"}


@pytest.fixture(autouse=True)
async def proven(site: SiteUnderTest) -> AsyncIterator[None]:
    yield
    await books_proven()


async def delivering(producer: Producer, *, backers: int, delivers_on: str = "") -> tuple[Campaign, list[Pledge]]:
    """A fund that backers of a shipped tier of 25.00 have funded, and that has begun to deliver."""
    campaign = await a_campaign(goal_minor=25_00, studio_id=producer.organisation.id)
    tier_id = await a_tier(campaign, price_minor=25_00, ships="post", delivers_on=delivers_on)
    pledges = await pledges_with(campaign, *["ok"] * backers, tier_id=tier_id)
    assert (await close_now(campaign)).state == "funded"
    await begin_delivery(campaign.id, by=producer.id)
    return await again(campaign), pledges


async def address(*pledges: Pledge) -> None:
    for pledge in pledges:
        await deliveries.give_address(pledge.id, **HOME)


async def sent(producer: Producer, *pledges: Pledge) -> None:
    for pledge in pledges:
        await deliveries.mark_sent(pledge.id, campaign_id=pledge.campaign_id, tracking="KH 4711", by=producer.id)


async def refunded(pledge: Pledge, by: int) -> None:
    await refund_pledge(pledge.id, amount_minor=None, reason="she asked", by_person_id=by)
    await work_until_idle()


async def disputed(pledge: Pledge) -> str:
    (charge,) = await attempts(pledge)
    dispute_id = str((await ask("POST", f"charges/{charge.stripe_charge_id}/dispute"))["id"])
    await follow_dispute(dispute_id)
    return dispute_id


async def decided(dispute_id: str, *, won: bool) -> None:
    await ask("POST", f"disputes/{dispute_id}/close", {"won": won})
    await follow_dispute(dispute_id)
    await work_until_idle()


async def state_of(pledge: Pledge) -> str:
    return (await Delivery.get(pledge_id=pledge.id)).state


async def history_of(pledge: Pledge) -> list[tuple[str, str, int | None]]:
    events = await DeliveryEvent.filter(delivery_id=pledge.id).order_by("id")
    return [(event.from_state, event.to_state, event.by_person_id) for event in events]


async def the_fan(site: SiteUnderTest, pledge: Pledge) -> SignedIn:
    return await site.signed_in(await Person.get(id=pledge.person_id))


# --- from state to state ---


async def test_every_step_has_its_row_and_what_a_producer_does_is_in_the_audit(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign, (pledge,) = await delivering(lin, backers=1)
    mei = await the_fan(site, pledge)
    await mei.get(pledge.path)
    await mei.submit(f"{pledge.path}/address", **HOME)
    await mei.submit(f"{pledge.path}/address", **HOME | {"address": "1 Mill Road, 10115 Berlin"})
    await lin.browser.get(f"{lin.base(campaign)}/deliveries")
    path = f"{lin.base(campaign)}/deliveries/{public(pledge.id)}/dispatch"
    assert "1 Mill Road" in lin.browser.text and "12 Orchard Lane" not in lin.browser.text
    csrf = lin.browser.form(path).fields["csrf"]
    await lin.browser.submit(path, tracking="KH 4711")
    assert "Marked as sent" in lin.browser.text
    await lin.browser.post(path, {"csrf": csrf, "tracking": "KH 4712"})
    assert "This was sent already" in lin.browser.text
    await mei.get(pledge.path)
    await mei.submit(f"{pledge.path}/arrival")
    her = pledge.person_id
    assert await history_of(pledge) == [
        ("", "awaiting_address", None), ("awaiting_address", "ready", her), ("ready", "ready", her),
        ("ready", "sent", lin.id), ("sent", "received", her),
    ]  # fmt: skip
    (line,) = await AuditEntry.filter(action="delivery_sent")
    assert (line.subject, line.by_person_id, line.after) == (f"pledge:{pledge.id}", lin.id, '{"tracking":"KH 4711"}')
    assert (await Delivery.get(pledge_id=pledge.id)).tracking == "KH 4711"


async def test_of_two_who_mark_it_sent_at_once_one_is_told(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign, (pledge,) = await delivering(lin, backers=1)
    await address(pledge)
    marks = (deliveries.mark_sent(pledge.id, campaign_id=campaign.id, tracking=f"KH {n}", by=lin.id) for n in range(10))
    answers = await asyncio.gather(*marks, return_exceptions=True)
    assert [type(answer) for answer in answers if answer is not None] == [NotDeliverable] * 9
    assert await AuditEntry.filter(action="delivery_sent").count() == 1
    await work_until_idle()
    assert len([subject for subject in await told(pledge) if subject.startswith("On its way")]) == 1


async def test_another_funds_parcel_is_none_of_hers(site: SiteUnderTest) -> None:
    lin, wei = await a_producer(site), await a_producer(site, "Wei")
    _, (pledge,) = await delivering(lin, backers=1)
    hers, _ = await delivering(wei, backers=1)
    await address(pledge)
    for number in (pledge.id, 12345):
        with pytest.raises(NotFound):
            await deliveries.mark_sent(number, campaign_id=hers.id, tracking="", by=wei.id)
    assert await state_of(pledge) == "ready"


@pytest.mark.parametrize("change", ["UPDATE delivery_event SET because = 'x'", "DELETE FROM delivery_event"])
async def test_the_history_of_a_delivery_stays(site: SiteUnderTest, change: str) -> None:
    await delivering(await a_producer(site), backers=1)
    with pytest.raises(Exception, match="append-only"):
        await atomic(Sql(change).__call__)()


# --- only whose money is there is owed anything ---


async def test_what_is_refunded_lost_or_disputed_is_not_sent_and_holds_nobody_up(site: SiteUnderTest) -> None:
    """Five backers: one is refunded before she gave an address, one after; one loses a dispute, one has one; one is sent hers."""
    lin = await a_producer(site)
    campaign, pledges = await delivering(lin, backers=5)
    early, late, lost, open_, happy = pledges
    await address(late, open_, happy)
    desk = lin.browser
    await desk.get(f"{lin.base(campaign)}/deliveries")
    assert "Ready to send (3)" in desk.text and "Waiting for an address (2)" in desk.text
    assert "Close the campaign" not in desk.text
    assert "3 parcels are still to be sent. 2 backers still have time to say where to." in desk.text

    await refunded(early, lin.id)
    await refunded(late, lin.id)
    await decided(await disputed(lost), won=False)
    dispute_id = await disputed(open_)
    assert [await state_of(one) for one in pledges] == ["withdrawn", "withdrawn", "withdrawn", "ready", "ready"]
    assert (await history_of(late))[-1] == ("ready", "withdrawn", None)
    assert (await history_of(lost))[-1] == ("awaiting_address", "withdrawn", None)

    await desk.get(f"{lin.base(campaign)}/deliveries")
    assert "Ready to send (1)" in desk.text and "Waiting for an address (0)" in desk.text
    assert "Not sent any more (3)" in desk.text and "1 backer's bank is deciding" in desk.text
    listed = [form.action.split("/")[-2] for form in desk.page.forms if form.action.endswith("/dispatch")]
    assert listed == [public(happy.id)]
    for pledge in (early, late, lost, open_):
        with pytest.raises(NotDeliverable):
            await sent(lin, pledge)
        with pytest.raises(NotDeliverable):
            await address(pledge)
    assert await AuditEntry.filter(action="delivery_sent").count() == 0

    await sent(lin, happy)
    await desk.get(f"{lin.base(campaign)}/deliveries?state=withdrawn")
    assert "These pledges have ended" in desk.text and desk.text.count("Two seats") == 3
    await desk.submit("Close the campaign")
    assert (await again(campaign)).state == "completed"

    await decided(dispute_id, won=True)  # her money is there again, and so is what she is owed
    await desk.get(f"{lin.base(campaign)}/deliveries")
    assert "Ready to send (1)" in desk.text
    await sent(lin, open_)
    for pledge, words in (
        (late, "Your pledge has ended, so nothing is sent any more."),
        (happy, "KH 4711"),
    ):
        mei = await the_fan(site, pledge)
        await mei.get(pledge.path)
        assert words in mei.text and "Send it there" not in mei.text


async def test_a_part_given_back_is_no_end(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    _, (pledge,) = await delivering(lin, backers=1)
    await refund_pledge(pledge.id, amount_minor=5_00, reason="postage", by_person_id=lin.id)
    await work_until_idle()
    await address(pledge)
    await sent(lin, pledge)
    assert await state_of(pledge) == "sent"


async def test_what_was_sent_before_the_money_went_back_stays_sent(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign, (pledge,) = await delivering(lin, backers=1)
    await address(pledge)
    await sent(lin, pledge)
    await refunded(pledge, lin.id)
    assert await state_of(pledge) == "sent"
    await lin.browser.get(f"{lin.base(campaign)}/deliveries?state=sent")
    assert "Sent (1)" in lin.browser.text and "KH 4711" in lin.browser.text


async def test_she_is_told_that_nothing_is_sent_while_her_bank_decides(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    _, (pledge,) = await delivering(lin, backers=1)
    mei = await the_fan(site, pledge)
    await mei.get("/money")
    assert "needs your address" in mei.text
    await disputed(pledge)
    await mei.get(pledge.path)
    assert "Nothing is sent while your bank decides" in mei.text and "Send it there" not in mei.text
    await mei.get("/money")
    assert "needs your address" not in mei.text


async def test_a_dispute_won_after_the_fund_succeeded_is_delivered_like_the_rest(site: SiteUnderTest) -> None:
    """100.00 were disputed while the other's card was mended; then the fund succeeded, and then the bank gave them back."""
    lin = await a_producer(site)
    campaign = await a_campaign(goal_minor=100_00, studio_id=lin.organisation.id)
    tier_id = await a_tier(campaign, price_minor=100_00, ships="post")
    late, other = await pledges_with(campaign, "ok", "ok", amount_minor=100_00, tier_id=tier_id)
    await pledges_with(campaign, "declines_later", amount_minor=25_00)
    assert (await close_now(campaign)).state == "settling"
    dispute_id = await disputed(late)
    await pass_time(days=8)
    assert (await again(campaign)).state == "funded"
    assert [delivery.pledge_id for delivery in await Delivery.all()] == [other.id]
    assert "River Moon made it: where shall we send it?" not in await told(late)
    await decided(dispute_id, won=True)
    assert await state_of(late) == "awaiting_address"
    assert (await told(late)).count("River Moon made it: where shall we send it?") == 1
    await address(late)
    await sent(lin, late)


# --- silence ---


@pytest.mark.landing
async def test_silence_is_reminded_twice_and_holds_nobody_up_after_sixty_days(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign, (silent, slow) = await delivering(lin, backers=2)
    mei = await the_fan(site, silent)
    asked_at = (await Delivery.get(pledge_id=silent.id)).asked_at
    await mei.get(pledge_page := silent.path)
    until = f"{asked_at + timedelta(days=60):%-d %b %Y}"
    assert f"The makers wait for that until {until}" in mei.text.replace("\u202f", " ")

    async def reminders(pledge: Pledge) -> int:
        return len([subject for subject in await told(pledge) if subject.startswith("Still wanted")])

    await pass_time(days=6, hours=23)
    assert await reminders(silent) == 0
    await pass_time(hours=2)
    assert (await reminders(silent), await reminders(slow)) == (1, 1)
    await address(slow)
    await pass_time(days=15)
    assert (await reminders(silent), await reminders(slow)) == (2, 1)
    await sent(lin, slow)

    desk = lin.browser
    await desk.get(f"{lin.base(campaign)}/deliveries?state=awaiting_address")
    assert "reminded 7 and 21 days after they were asked" in desk.text and "Asked on" in desk.text
    assert "1 backer still has time to say where to." in desk.text and "Close the campaign" not in desk.text
    with pytest.raises(NotDeliverable, match="Backers still wait"):
        await deliveries.complete_campaign(campaign.id, by=lin.id)
    await pass_time(days=39)
    assert await reminders(silent) == 2
    await desk.get(f"{lin.base(campaign)}/deliveries")
    assert "1 backer has not said where to in 60 days, and holds up nothing." in desk.text
    await desk.submit("Close the campaign")
    assert (await again(campaign)).state == "completed"

    await mei.get(pledge_page)
    await mei.submit(f"{pledge_page}/address", **HOME)  # late, but hers all the same
    await desk.get(lin.base(campaign))
    assert "1 parcel can be sent." in desk.text


async def test_closing_while_something_is_owed_is_refused_where_it_was_pressed(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign, _ = await delivering(lin, backers=1)
    await lin.browser.get(f"{lin.base(campaign)}/deliveries")
    csrf = next(form.fields["csrf"] for form in lin.browser.page.forms if "csrf" in form.fields)
    await lin.browser.post(f"{lin.base(campaign)}/deliveries/end", {"csrf": csrf})
    assert "Backers still wait for what they were promised." in lin.browser.text
    assert (await again(campaign)).state == "delivering"


# --- late ---


def month(at: datetime) -> str:
    return f"{at:%Y-%m}"


@pytest.mark.landing
async def test_what_is_late_is_told_to_everybody_and_only_while_it_is(site: SiteUnderTest) -> None:
    """Promised for the month in which the fund closes; that month ends, and one of two has been sent hers."""
    lin = await a_producer(site)
    closes_in = clock.now() + timedelta(days=30)
    campaign, (first, second) = await delivering(lin, backers=2, delivers_on=month(closes_in))
    await address(first, second)
    hers, other = await the_fan(site, first), await the_fan(site, second)
    anybody = site.browser()
    late = "and late"

    async def told_late() -> list[bool]:
        found = []
        for visitor, path in (
            (hers, first.path), (other, second.path), (anybody, campaign.path), (lin.browser, lin.base(campaign)),
        ):  # fmt: skip
            await visitor.get(path)
            assert visitor.status == 200
            found.append(late in visitor.text)
        await lin.browser.get(f"{lin.base(campaign)}/deliveries")
        return [*found, "Backers see that it is late" in lin.browser.text]

    async def a_while(**time: float) -> None:
        await pass_time(**time)
        await asyncio.sleep(1.1)  # the public page is kept for a second

    assert await told_late() == [False] * 5
    await a_while(days=32)
    assert await told_late() == [True] * 5
    assert "It was promised for" in hers.text
    await sent(lin, first)
    await a_while(seconds=1)
    assert await told_late() == [False, True, True, True, True]
    await sent(lin, second)
    await a_while(seconds=1)
    assert await told_late() == [False] * 5


async def test_silent_backers_make_nothing_late_after_sixty_days(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign, _ = await delivering(lin, backers=1, delivers_on="2020-01")
    (tier_id,) = await deliveries.late_tiers(campaign.id)
    assert tier_id
    await pass_time(days=60, seconds=1)
    assert await deliveries.late_tiers(campaign.id) == frozenset()


# --- who hears that it made it ---


async def closed_but_for_the_mail(campaign: Campaign) -> Campaign:
    """The fund's close and all the work of that moment, but no job is done."""
    assert campaign.closes_at is not None
    left = (campaign.closes_at - clock.now()).total_seconds() + 1
    clock.advance(timedelta(seconds=left))
    await ask("POST", "clock", {"advance_seconds": int(left)})
    others = [sweep for sweep in SWEEPS if sweep.name != "jobs"]
    while any([await run_sweep(sweep, due=False) for sweep in others]):
        pass
    return await again(campaign)


async def made_it_mails() -> dict[str, int]:
    return dict(Counter([mail.to_address for mail in await Mail.filter(subject="River Moon made it")]))


async def test_every_backer_whose_money_is_there_hears_once_that_it_made_it(site: SiteUnderTest) -> None:
    """60.00 + 40.00 were collected of 130.00 promised: the third card was lost. Somebody follows it, and isn't told."""
    lin, eve = await a_producer(site), await site.signed_up("Eve")
    campaign = await a_campaign(goal_minor=80_00, studio_id=lin.organisation.id)
    await Follower.create(id=new_id(), campaign_id=campaign.id, person_id=eve.person.id, made_at=clock.now())
    scarf = await a_tier(campaign, price_minor=60_00, ships="post")
    (first,) = await pledges_with(campaign, "ok", amount_minor=60_00, tier_id=scarf)
    (second,) = await pledges_with(campaign, "ok", amount_minor=40_00)
    (lost,) = await pledges_with(campaign, "saved_lost", amount_minor=30_00)
    await atomic(Person.filter(id=second.person_id).update)(locale="zh_CN")
    await close_now(campaign)
    await pass_time(days=8)
    assert (await again(campaign)).state == "funded"
    assert sorted(s for s in await told(first) if "made it" in s) == [
        "River Moon made it", "River Moon made it: where shall we send it?",
    ]  # fmt: skip
    assert [s for s in await told(second) if "River Moon" in s][-1] == "“River Moon”成功了"
    assert not [s for s in await told(lost) if "made it" in s]
    assert await made_it_mails() == {(await Person.get(id=first.person_id)).email: 1}
    (letter,) = await Mail.filter(subject="River Moon made it")
    assert "€100.00 was collected from 2 fans." in letter.text_body.replace("\xa0", "")
    assert f"{site.settings.base_url}{campaign.path}" in letter.text_body


async def test_a_worker_that_dies_over_the_letters_tells_nobody_twice(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await a_campaign(goal_minor=75_00, studio_id=lin.organisation.id)
    pledges = await pledges_with(campaign, "ok", "ok", "ok")
    assert (await closed_but_for_the_mail(campaign)).state == "funded"
    job = await Sql("SELECT id, payload FROM job WHERE kind = 'fund_made_it'").one()
    assert job is not None
    lease = atomic(Sql("UPDATE job SET lease_until = $2 WHERE id = $1").__call__)
    await letters.JOBS["fund_made_it"]({"id": job["id"], **orjson.loads(job["payload"])})  # then the worker dies
    await lease(job["id"], clock.wall_now_us() + 60_000_000)
    await site.work()
    told_once = {(await Person.get(id=pledge.person_id)).email: 1 for pledge in pledges}
    assert await made_it_mails() == told_once
    await lease(job["id"], 0)  # its minute is over, and another takes the job up
    await work_until_idle()
    assert await Sql("SELECT COUNT(*) FROM job WHERE kind IN ('fund_made_it', 'mail')").value() == 0
    assert await made_it_mails() == told_once
