"""What a backer of a shipped tier is owed: asked for an address when the fund succeeds, sent by the producer, received by her.

Only a backer whose money is there is owed anything: a delivery ends with its pledge, and waits while a bank decides about it.
Who doesn't say where to send it is reminded twice, and after sixty days of silence holds nobody up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crowdfund import clock
from crowdfund.campaigns import actions, counters
from crowdfund.database import Sql, as_rows, atomic, new_id, outbox
from crowdfund.database.moves import move
from crowdfund.people.audit import record
from crowdfund.pledges.models import (
    DELIVERY_MOVES,
    UNSENT,
    Delivery,
    DeliveryEvent,
    DeliveryState,
    Pledge,
    PledgeState,
)
from crowdfund.refusal import NotFound, Refusal

CLAIM_MAX = 500
REMIND_AFTER_DAYS = (7, 21)
SILENT_AFTER = timedelta(days=60)


class NotDeliverable(Refusal):
    pass


# --- asking where to send it ---

_OWE = """
    INSERT INTO delivery (pledge_id, campaign_id, tier_id, state, asked_at)
    SELECT p.id, p.campaign_id, p.tier_id, 'awaiting_address', CAST($2 AS BIGINT)
    FROM pledge p JOIN tier t ON t.id = p.tier_id AND t.ships = 'post' JOIN campaign c ON c.id = p.campaign_id
    WHERE p.{which} = $1 AND p.id > $4 AND p.state = 'collected' AND c.state IN ('funded', 'released', 'delivering', 'completed')
      AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.pledge_id = p.id)
    ORDER BY p.id LIMIT $3
    RETURNING pledge_id AS id"""
_OWED_BY_FUND = Sql(_OWE.format(which="campaign_id"))
_OWED_TO_PLEDGE = Sql(_OWE.format(which="id"))
_EVENTS = Sql("""
    INSERT INTO delivery_event (id, delivery_id, from_state, to_state, because, by_person_id, at)
    SELECT CAST(value->>'event_id' AS BIGINT), CAST(value->>'id' AS BIGINT), value->>'from_state', value->>'to_state',
           value->>'because', NULL, CAST(value->>'at' AS BIGINT)
    FROM {rows}""")


@atomic
async def ask_for_addresses(campaign_id: int, *, after_id: int = 0) -> int | None:
    """Owe a delivery to the backers of shipped tiers of a funded fund, some hundred at a time.

    after_id: the last pledge of the page before. Gives that of this one; none where nobody was left to ask.
    """
    await counters.lock_one(campaign_id)
    asked = await _OWED_BY_FUND(campaign_id, clock.now_us(), CLAIM_MAX, after_id)
    await _ask(asked)
    return max((row["id"] for row in asked), default=None)


async def ask_late(pledge_id: int) -> int:
    """A pledge is collected (again) when its fund has succeeded already, as after a won dispute; gives whether it is asked now.

    In the transaction that collects it, its campaign locked. Before the verdict it does nothing: then all are asked.
    """
    return await _ask(await _OWED_TO_PLEDGE(pledge_id, clock.now_us(), 1, 0))


async def _ask(made: list[dict[str, Any]]) -> int:
    """Ask now, and again after some days: the jobs of those who have answered by then do nothing."""
    await _tell(made, from_states={}, to=DeliveryState.AWAITING_ADDRESS, because="the fund has succeeded")
    await outbox.enqueue_many([("address_wanted", {"pledge": r["id"]}, f"address:{r['id']}") for r in made])
    for days in REMIND_AFTER_DAYS:
        due_at_us = clock.to_us(clock.now() + timedelta(days=days))
        reminders = [("address_missing", {"pledge": r["id"]}, f"address:{r['id']}:{days}") for r in made]
        await outbox.enqueue_many(reminders, due_at_us=due_at_us)
    return len(made)


async def _tell(rows: list[dict[str, Any]], *, from_states: dict[int, str], to: DeliveryState, because: str) -> None:
    """The history of many deliveries that the site itself has moved."""
    at = clock.now_us()
    events = [
        {
            "event_id": new_id(), "id": row["id"], "from_state": from_states.get(row["id"], ""), "to_state": to,
            "because": because, "at": at,
        }
        for row in rows
    ]  # fmt: skip
    if events:
        await _EVENTS(as_rows(events))


def silent_from(delivery: Delivery) -> datetime:
    """Until when the makers wait for an address; from then on its silence holds nobody up."""
    return delivery.asked_at + SILENT_AFTER


# --- from the address to the door ---


@atomic
async def give_address(pledge_id: int, *, recipient: str, address: str, country: str) -> None:
    """Where to send it; may be changed until it is sent. Raises NotDeliverable."""
    pledge, delivery = await _locked(pledge_id)
    if delivery is None or delivery.state not in UNSENT:
        raise NotDeliverable("This has been sent already, or there is nothing to send.")
    if pledge.state != PledgeState.COLLECTED:
        raise NotDeliverable("Nothing is sent while a bank decides about this payment.")
    await move(
        delivery, DeliveryState.READY, moves=DELIVERY_MOVES, because="the backer said where to", by=pledge.person_id,
        events=DeliveryEvent, recipient=recipient, address=address, country=country,
    )  # fmt: skip


@atomic
async def mark_sent(pledge_id: int, *, campaign_id: int, tracking: str, by: int) -> None:
    """A producer has sent it. Raises NotFound for another fund's, NotDeliverable where it isn't to be sent (any more)."""
    if not await Delivery.exists(pledge_id=pledge_id, campaign_id=campaign_id):
        raise NotFound("There is nothing to send under that number.")
    pledge, delivery = await _locked(pledge_id)
    if delivery is None or delivery.state != DeliveryState.READY:
        raise NotDeliverable("This was sent already, or is not to be sent any more.")
    if pledge.state != PledgeState.COLLECTED:
        raise NotDeliverable("Nothing is sent while a bank decides about this payment.")
    await move(
        delivery, DeliveryState.SENT, moves=DELIVERY_MOVES, because="sent by the producer", by=by, events=DeliveryEvent,
        tracking=tracking, sent_at=clock.now(),
    )  # fmt: skip
    await record("delivery_sent", f"pledge:{pledge_id}", by=by, after={"tracking": tracking})
    await outbox.enqueue("delivery_sent", {"pledge": pledge_id}, key=f"delivery_sent:{pledge_id}")


@atomic
async def mark_received(pledge_id: int) -> None:
    """It arrived, says its backer. Raises NotDeliverable."""
    pledge, delivery = await _locked(pledge_id)
    if delivery is None or delivery.state != DeliveryState.SENT:
        raise NotDeliverable("It has not been sent yet, or you have told us already.")
    await move(
        delivery, DeliveryState.RECEIVED, moves=DELIVERY_MOVES, because="the backer has it", by=pledge.person_id,
        events=DeliveryEvent, received_at=clock.now(),
    )  # fmt: skip


async def _locked(pledge_id: int) -> tuple[Pledge, Delivery | None]:
    """A pledge and its delivery as they are now that the campaign is locked: nothing refunds it meanwhile."""
    await counters.lock_one((await Pledge.get(id=pledge_id)).campaign_id)
    return await Pledge.get(id=pledge_id), await Delivery.get_or_none(pledge_id=pledge_id)


# --- when nothing is owed any more ---

_UNSENT_OF = Sql("""
    SELECT pledge_id AS id, state FROM delivery
    WHERE pledge_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) AND state IN ('awaiting_address', 'ready')""")
_WITHDRAW = Sql("""
    UPDATE delivery SET state = 'withdrawn' WHERE pledge_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})""")


async def withdraw(pledge_ids: Iterable[int], because: str) -> None:
    """These pledges have ended: what was not sent is not owed any more. In the transaction that ends them, campaigns locked."""
    unsent = await _UNSENT_OF(as_rows({"id": pledge_id} for pledge_id in pledge_ids))
    if unsent:
        await _WITHDRAW(as_rows({"id": row["id"]} for row in unsent))
        was = {row["id"]: row["state"] for row in unsent}
        await _tell(unsent, from_states=was, to=DeliveryState.WITHDRAWN, because=because)


@atomic
async def complete_campaign(campaign_id: int, *, by: int) -> None:
    """Say that all that was promised has been sent. Raises NotDeliverable while something has not."""
    await counters.lock_one(campaign_id)
    if (await standing_of(campaign_id)).owed:
        raise NotDeliverable("Backers still wait for what they were promised.")
    await actions.complete(campaign_id, by=by)


# --- how far it is ---

_STANDING = Sql("""
    SELECT d.state, p.state AS pledge_state, COUNT(*) AS n,
           CAST(SUM(CASE WHEN d.asked_at <= $2 THEN 1 ELSE 0 END) AS BIGINT) AS asked_long_ago
    FROM delivery d JOIN pledge p ON p.id = d.pledge_id WHERE d.campaign_id = $1 GROUP BY d.state, p.state""")
_PAGE = Sql("""
    SELECT d.pledge_id FROM delivery d JOIN pledge p ON p.id = d.pledge_id
    WHERE d.campaign_id = $1 AND d.state = $2 AND d.pledge_id > $3
      AND (d.state NOT IN ('awaiting_address', 'ready') OR p.state = 'collected')
    ORDER BY d.pledge_id LIMIT $4""")
_LATE = Sql("""
    SELECT t.id FROM tier t
    WHERE t.campaign_id = $1 AND t.ships = 'post' AND t.delivers_on <> '' AND t.delivers_on < $2
      AND EXISTS (SELECT 1 FROM delivery d JOIN pledge p ON p.id = d.pledge_id AND p.state = 'collected'
                  WHERE d.tier_id = t.id AND d.state IN ('awaiting_address', 'ready')
                    AND (d.state = 'ready' OR d.asked_at > $3))""")


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a fund's deliveries are. counts: by state, of what is unsent only what is owed to a backer whose money is there.

    waits: unsent while a bank decides about its payment. silent: of those without an address, asked sixty days ago or longer.
    """

    counts: Counter[str]
    waits: int
    silent: int

    @property
    def ready(self) -> int:
        return self.counts[DeliveryState.READY]

    @property
    def asked(self) -> int:
        """Who still has time to say where to send it."""
        return self.counts[DeliveryState.AWAITING_ADDRESS] - self.silent

    @property
    def owed(self) -> int:
        """What has to be sent before all that was promised is."""
        return self.ready + self.asked


async def standing_of(campaign_id: int) -> Standing:
    counts: Counter[str] = Counter()
    waits = silent = 0
    for row in await _STANDING(campaign_id, _long_ago_us()):
        if row["state"] in UNSENT and row["pledge_state"] != PledgeState.COLLECTED:
            waits += row["n"]
            continue
        counts[row["state"]] += row["n"]
        if row["state"] == DeliveryState.AWAITING_ADDRESS:
            silent += row["asked_long_ago"]
    return Standing(counts, waits, silent)


def _long_ago_us() -> int:
    return clock.to_us(clock.now() - SILENT_AFTER)


async def page_of(campaign_id: int, state: str, *, after_id: int, limit: int) -> list[Delivery]:
    """A fund's deliveries in a state, as backers pledged; of what is unsent only what may be sent."""
    ids = [row["pledge_id"] for row in await _PAGE(campaign_id, state, after_id, limit)]
    return await Delivery.filter(pledge_id__in=ids).order_by("pledge_id")


async def late_tiers(campaign_id: int) -> frozenset[int]:
    """The tiers whose promised month is over while something of them is still owed."""
    return frozenset(row["id"] for row in await _LATE(campaign_id, f"{clock.now():%Y-%m}", _long_ago_us()))


def is_late(delivers_on: str, now: datetime) -> bool:
    """Whether the promised month (`2027-09`) is over."""
    return bool(delivers_on) and f"{now:%Y-%m}" > delivers_on
