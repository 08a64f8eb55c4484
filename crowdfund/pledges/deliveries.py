"""What a backer of a shipped tier is owed: asked for an address when the fund succeeds, sent by the producer, received by her."""

from __future__ import annotations

from datetime import datetime

from crowdfund import clock
from crowdfund.campaigns import actions
from crowdfund.database import Sql, atomic, outbox
from crowdfund.pledges.models import Delivery, DeliveryState
from crowdfund.refusal import NotFound, Refusal

CLAIM_MAX = 500

_OWED = Sql("""
    INSERT INTO delivery (pledge_id, campaign_id, tier_id, state, asked_at)
    SELECT p.id, p.campaign_id, p.tier_id, 'awaiting_address', CAST($2 AS BIGINT)
    FROM pledge p JOIN tier t ON t.id = p.tier_id AND t.ships = 'post'
    WHERE p.campaign_id = $1 AND p.state = 'collected' AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.pledge_id = p.id)
    ORDER BY p.id LIMIT $3
    RETURNING pledge_id""")


class NotDeliverable(Refusal):
    pass


@atomic
async def ask_for_addresses(campaign_id: int) -> int:
    """Owe a delivery to the backers of shipped tiers of a funded fund, some hundred at a time; gives how many were asked."""
    made = await _OWED(campaign_id, clock.now_us(), CLAIM_MAX)
    await outbox.enqueue_many(
        [("address_wanted", {"pledge": r["pledge_id"]}, f"address:{r['pledge_id']}") for r in made]
    )
    return len(made)


@atomic
async def give_address(pledge_id: int, *, recipient: str, address: str, country: str) -> None:
    """Where to send it; may be changed until it is sent."""
    moved = await Delivery.filter(
        pledge_id=pledge_id, state__in=(DeliveryState.AWAITING_ADDRESS, DeliveryState.READY)
    ).update(state=DeliveryState.READY, recipient=recipient, address=address, country=country)
    if not moved:
        raise NotDeliverable("This has been sent already, or there is nothing to send.")


@atomic
async def mark_sent(pledge_id: int, *, campaign_id: int, tracking: str) -> None:
    moved = await Delivery.filter(pledge_id=pledge_id, campaign_id=campaign_id, state=DeliveryState.READY).update(
        state=DeliveryState.SENT, tracking=tracking, sent_at=clock.now_us()
    )
    if not moved:
        raise NotFound("There is nothing to send under that number.")
    await outbox.enqueue("delivery_sent", {"pledge": pledge_id}, key=f"delivery_sent:{pledge_id}")


@atomic
async def mark_received(pledge_id: int) -> None:
    moved = await Delivery.filter(pledge_id=pledge_id, state=DeliveryState.SENT).update(
        state=DeliveryState.RECEIVED, received_at=clock.now_us()
    )
    if not moved:
        raise NotDeliverable("It has not been sent yet, or you have told us already.")


async def complete_campaign(campaign_id: int, *, by: int) -> None:
    """Say that all that was promised has been sent. Raises NotDeliverable while something has not."""
    waiting = (DeliveryState.AWAITING_ADDRESS, DeliveryState.READY)
    left = await Delivery.filter(campaign_id=campaign_id, state__in=waiting).count()
    if left:
        raise NotDeliverable(f"{left} backers still wait for what they were promised.")
    await actions.complete(campaign_id, by=by)


def is_late(delivers_on: str, now: datetime) -> bool:
    """Whether the promised month (`2027-09`) is over."""
    return bool(delivers_on) and f"{now:%Y-%m}" > delivers_on
