"""What the processor's events hint at: the charge or refund is fetched, and our rows are brought to where it stands."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.payments import charges, stripe
from crowdfund.payments.in_turn import in_turn
from crowdfund.payments.models import Refund
from crowdfund.pledges.actions import finish_setup
from crowdfund.pledges.refunding import finish_refunds
from crowdfund.pledges.settlement import finish_charge

# By chance: fans who left the page without a word keep theirs open for a day, and must not hold up the others.
_OPEN_VISITS = Sql("""
    SELECT stripe_session_id FROM card_setup
    WHERE state = 'open' AND stripe_session_id IS NOT NULL AND subject NOT LIKE 'goods_order:%'
    ORDER BY RANDOM() LIMIT 50""")
_PENDING_REFUNDS = Sql("""
    SELECT stripe_refund_id FROM refund WHERE state = 'pending' AND stripe_refund_id IS NOT NULL AND campaign_id IS NOT NULL
    ORDER BY RANDOM() LIMIT 100""")
_BY_INTENT = Sql("SELECT id FROM charge WHERE stripe_payment_intent_id = $1 AND campaign_id IS NOT NULL")


async def follow_charge(payment_intent_id: str) -> bool:
    """A PaymentIntent changed; gives whether our charge moved. One whose answer never reached us is found under its key."""
    charge_id = await _BY_INTENT.value(payment_intent_id)
    return charge_id is not None and await finish_charge(charge_id, await stripe.charge_found(payment_intent_id))


async def follow_refund(stripe_refund_id: str) -> bool:
    """A refund changed, days later perhaps: a bank may send the money back. Gives whether ours moved."""
    refund = await Refund.get_or_none(stripe_refund_id=stripe_refund_id)
    if refund is None or refund.campaign_id is None:
        return False
    return await finish_refunds([(refund.id, await stripe.refund_found(stripe_refund_id))]) > 0


async def finish_what_was_left(older_than_seconds: int = 60) -> int:
    """Ask again for what a crash or a lost answer left open: charges under way, refunds the bank has not confirmed, set-ups.

    Gives how much moved; what stays unknown waits for the next round.
    """
    moved = await in_turn(await charges.charges_left("pledge", older_than_seconds), lambda found: finish_charge(*found))
    moved += await in_turn([row["stripe_refund_id"] for row in await _PENDING_REFUNDS()], follow_refund)
    return moved + await in_turn([row["stripe_session_id"] for row in await _OPEN_VISITS()], finish_setup)


async def follow_waiting_charges() -> int:
    """Charges that wait for their fan, looked up in case the event of their end was lost; gives how many moved."""
    return await in_turn(await charges.waiting_for_their_fan("pledge"), follow_charge)
