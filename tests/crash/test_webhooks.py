"""Events in any order, twice, half of them, late, or never: our rows and our books end the same."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from crowdfund import clock, settings
from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql, atomic, close_database, open_database
from crowdfund.disputes.models import Dispute
from crowdfund.ledger import balance_minor, chart
from crowdfund.payments import inbox, stripe
from crowdfund.payments.inbox import BadSignature
from crowdfund.payments.models import CardSetup, Charge, Refund, SavedCard, WebhookEvent
from crowdfund.people.models import Organisation
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.refunding import refund_pledge, send_due_refunds
from crowdfund.worker import work_until_idle
from tests.bank import a_studio_with_account, ask, books_proven, close_now, fault, no_faults, pledges_with, states
from tests.databases import a_copy
from tests.hooks import Event, an_event, posted_events, signature, tell, work_off_events
from tests.money import at_the_processor, attempts, confirm_and_close_the_browser, fill_in_card, read
from tests.world import a_campaign, a_fan, pledged


@dataclass(frozen=True)
class Story:
    """A site that has not heard yet of what happened at the processor; and the events that tell it."""

    url: str
    events: list[Event]
    account_id: str


async def a_story(url: str) -> Story:
    """Behind our back: a payment confirmed, one withdrawn, a refund sent back, three disputes, a card saved, an account stopped."""
    await open_database(url)
    studio_id = await a_studio_with_account()
    ended = await a_campaign(goal_minor=100_00, studio_id=studio_id)
    won, lost, open_still, returned = await pledges_with(ended, "ok", "ok", "ok", "refund_fails", amount_minor=100_00)
    waiting = await a_campaign(goal_minor=100_00, studio_id=studio_id, days=30.1)
    await pledges_with(waiting, "ok", amount_minor=100_00)
    confirmed, withdrawn = await pledges_with(waiting, "authentication_always", "authentication_always")
    live = await a_campaign(studio_id=studio_id, days=90)
    started = await pledged(await a_fan(), live)
    await close_now(ended)
    await close_now(waiting)
    await refund_pledge(returned.id, amount_minor=60_00, reason="she asked", by_person_id=returned.person_id)
    await send_due_refunds()

    await confirm_and_close_the_browser(confirmed)
    await stripe.cancel_charge(str((await attempts(withdrawn))[0].stripe_payment_intent_id))
    for pledge in (won, lost, open_still):
        charge = (await attempts(pledge))[0]
        dispute = await ask("POST", f"charges/{charge.stripe_charge_id}/dispute")
        if pledge is not open_still:
            await ask("POST", f"disputes/{dispute['id']}/close", {"won": pledge is won})
    await fill_in_card(await Pledge.get(id=started.id), "ok")
    account_id = str((await Organisation.get(id=studio_id)).stripe_account_id)
    await ask("POST", f"accounts/{account_id}/onboarding", {"outcome": "rejected"})
    events = [*await posted_events(), an_event("account.updated", account_id, account=account_id)]
    await close_database()
    return Story(url, events, account_id)


async def as_it_stands() -> dict[str, Any]:
    """All that events may change, in one comparable piece."""
    accounts = await Sql("SELECT code, sign, currency, floor_minor FROM account ORDER BY code")()
    return {
        "pledges": {p.id: p.state for p in await Pledge.all()},
        "charges": {c.id: (c.state, c.decline_code) for c in await Charge.all()},
        "refunds": {r.id: r.state for r in await Refund.all()},
        "disputes": sorted([(d.pledge_id, d.state) for d in await Dispute.all()]),
        "campaigns": {c.id: (c.state, c.collected_minor, c.refunded_minor, c.promised_minor) for c in await Campaign.all()},
        "cards": sorted([(c.person_id, c.state) for c in await SavedCard.all()]),
        "visits": {v.id: v.state for v in await CardSetup.all()},
        "payouts": {o.id: o.payouts_state for o in await Organisation.all()},
        "balances": {
            a["code"]: minor for a in accounts if (minor := await balance_minor(chart.Account(**a)))
        },
    }  # fmt: skip


async def told(story: Story, events: list[Event]) -> dict[str, Any]:
    """How the story ends for a site that is told these events, and then does its regular work."""
    await open_database(await a_copy(story.url))
    await tell(*events)
    await work_off_events()
    heard = await as_it_stands()
    await work_until_idle()
    done = await as_it_stands()
    await books_proven()
    await close_database()
    return {"heard": heard, "done": done}


def _shuffled(seed: int) -> Callable[[list[Event]], list[Event]]:
    return lambda events: random.Random(seed).sample(events, len(events))


def _some(seed: int) -> Callable[[list[Event]], list[Event]]:
    def pick(events: list[Event]) -> list[Event]:
        chance = random.Random(seed)
        return [event for event in chance.sample(events, len(events)) if chance.random() < 0.5]

    return pick


@pytest.mark.landing
async def test_every_order_ends_the_same(site_settings: settings.Settings, long: bool) -> None:
    story = await a_story(site_settings.database_url)
    try:
        alone = await told(story, [])  # the reconciler, with every event lost
        assert sorted(state for _, state in alone["done"]["disputes"]) == ["lost", "needs_response", "won"]
        assert sorted(alone["done"]["refunds"].values()) == ["failed"]
        counts = sorted(alone["done"]["pledges"].values())
        assert counts == ["active", "collected", "collected", "collected", "collected", "disputed", "errored", "lost"]
        in_order = await told(story, story.events)
        assert in_order["done"] == alone["done"]
        all_of_them = [
            lambda events: events[::-1],
            lambda events: events * 5,
            *map(_shuffled, range(60 if long else 3)),
        ]
        for order in all_of_them:
            ended = await told(story, order(story.events))
            assert ended == in_order
        for part in map(_some, range(60 if long else 3)):
            assert (await told(story, part(story.events)))["done"] == alone["done"]
    finally:
        await stripe.close()


# --- one by one ---


@pytest.fixture
async def open_site(database: str) -> None:
    """A site whose database is open."""


async def stored() -> list[tuple[str, str]]:
    return [(event.type, event.state) for event in await WebhookEvent.all().order_by("id")]


async def test_the_event_may_come_before_the_answer(open_site: None) -> None:
    campaign = await a_campaign(goal_minor=25_00)
    (pledge,) = await pledges_with(campaign, "ok")
    await fault("drop_after", "payment_intents.create", times=1)
    await fault("refuse", "payment_intents.*")
    await close_now(campaign)
    assert await states(campaign) == {"charging": 1}
    await tell(*await posted_events())
    await work_off_events()
    assert await states(campaign) == {"charging": 1}  # a hint about an object that no row of ours knows yet
    await no_faults()
    await Charge.filter(subject=f"pledge:{pledge.id}").update(sent_at=0)  # a minute later
    await work_until_idle()
    assert (await states(campaign), await at_the_processor("charges")) == ({"collected": 1}, (1, 25_00))
    await books_proven()


async def test_an_event_is_kept_once_however_often_it_comes(open_site: None) -> None:
    event = an_event("payment_intent.succeeded", "pi_of_nobody")
    await tell(*[event] * 5)
    assert await stored() == [("payment_intent.succeeded", "stored")]
    await work_off_events()
    await tell(event)
    assert await stored() == [("payment_intent.succeeded", "worked")]


@pytest.mark.parametrize(
    "type",
    ["payment_intent.succeeded", "refund.updated", "checkout.session.completed", "account.updated", "invoice.paid", "a.new.type"],
)  # fmt: skip
async def test_what_it_tells_of_something_unknown_changes_nothing(type: str, open_site: None) -> None:
    before = await as_it_stands()
    await tell(an_event(type, "x_of_nobody"))
    await work_off_events()
    assert (await stored(), await as_it_stands()) == ([(type, "worked")], before)


async def test_an_event_about_something_without_an_id_is_taken(open_site: None) -> None:
    event = {"id": "evt_1", "type": "balance.available", "data": {"object": {"object": "balance", "available": []}}}
    await tell(event)
    await work_off_events()
    assert await stored() == [("balance.available", "worked")]


async def test_an_event_that_cannot_be_worked_is_parked_after_eight_tries_and_holds_nobody_up(open_site: None) -> None:
    await tell(an_event("charge.dispute.created", "dp_of_nobody"), an_event("invoice.paid", "in_1"))
    for _ in range(8):
        await inbox.work_off({"charge.dispute.created": _fails})
        assert await inbox.work_off({"charge.dispute.created": _fails}) == 0, "it is tried again after a pause"
        clock.advance(timedelta(minutes=10))
    assert await stored() == [("charge.dispute.created", "parked"), ("invoice.paid", "worked")]


async def _fails(object_id: str) -> None:
    raise RuntimeError("a mistake of ours")


@pytest.mark.landing
async def test_while_the_processor_is_away_an_event_waits(open_site: None) -> None:
    campaign = await a_campaign(goal_minor=25_00)
    await pledges_with(campaign, "authentication_always")
    await close_now(campaign)
    (pledge,) = await Pledge.all()
    await confirm_and_close_the_browser(pledge)
    events = await posted_events()
    await fault("refuse", "payment_intents.retrieve")
    await tell(*events)
    await work_off_events()
    waiting = await WebhookEvent.filter(state="stored")
    assert {event.type for event in waiting} <= {"payment_intent.succeeded", "payment_intent.payment_failed"}
    assert {event.tries for event in waiting} <= {1, 2}, (
        "on a slow machine the first pause is over before all are worked"
    )
    await atomic(WebhookEvent.filter(state="stored").update)(next_at=clock.now_us() + 3_600_000_000)
    await work_off_events()
    tries = {event.id: event.tries for event in await WebhookEvent.filter(state="stored")}
    assert tries == {event.id: event.tries for event in waiting}, "its time has not come"
    await no_faults()
    clock.advance(timedelta(hours=1, seconds=2))
    await work_off_events()
    assert (await states(campaign), await WebhookEvent.filter(state="stored").count()) == ({"collected": 1}, 0)
    await work_until_idle()
    await books_proven()


async def test_a_hundred_events_that_nobody_can_look_into_hold_nobody_up(open_site: None) -> None:
    """An account that left us: the processor tells us nothing of it, for days. Everybody else's events pass."""
    await tell(*(an_event("account.updated", "acct_gone", number=number) for number in range(120)))
    asked: list[str] = []

    async def nobody_knows(account_id: str) -> None:
        asked.append(account_id)
        raise stripe.Unknown("You have no access to that account.")

    async def well(object_id: str) -> None:
        asked.append(object_id)

    switchboard = {"account.updated": nobody_knows, "refund.updated": well}
    await inbox.work_off(switchboard)
    await tell(an_event("refund.updated", "re_1"))
    await inbox.work_off(switchboard)
    assert "re_1" in asked
    clock.advance(timedelta(days=3, minutes=1))
    for _ in range(3):
        await inbox.work_off(switchboard)
    assert {event.state for event in await WebhookEvent.filter(type="account.updated")} == {"parked"}


LIES = {
    "another secret": lambda body: (body, signature(body, secret="whsec_other")),
    "another body": lambda body: (body + b" ", signature(body)),
    "an old one, replayed": lambda body: (body, signature(body, seconds_ago=301)),
    "no signature": lambda body: (body, ""),
    "nonsense": lambda body: (body, "t=,v1=ü"),
    "not JSON": lambda body: (b"{", signature(b"{")),
    "not UTF-8": lambda body: (b"\xff", signature(b"\xff")),
    "a list": lambda body: (b"[]", signature(b"[]")),
    "no object": lambda body: (b'{"id": "evt_1", "type": "x"}', signature(b'{"id": "evt_1", "type": "x"}')),
}


@pytest.mark.parametrize("lie", LIES)
async def test_what_is_not_signed_by_the_processor_leaves_no_row(lie: str, open_site: None) -> None:
    body, header = LIES[lie](json.dumps(an_event("payment_intent.succeeded", "pi_1")).encode())
    with pytest.raises(BadSignature):
        await inbox.take(body, header, settings.current().stripe_webhook_secret)
    assert await stored() == []


async def test_an_event_of_ours_names_what_it_is_about(open_site: None) -> None:
    campaign = await a_campaign(goal_minor=25_00)
    (pledge,) = await pledges_with(campaign, "ok")
    await close_now(campaign)
    (charge,) = await attempts(pledge)
    succeeded = [e for e in await posted_events() if e["type"] == "payment_intent.succeeded"]
    assert [e["data"]["object"]["metadata"] for e in succeeded] == [{"charge": str(charge.id)}]
    intent = await read(f"payment_intents/{charge.stripe_payment_intent_id}")
    assert (intent["transfer_group"], intent["amount"]) == (f"campaign:{campaign.id}", 25_00)
