"""What the processor's events hint at: the charge or refund is fetched, and our rows are brought to where it stands."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.payments import charges, stripe
from crowdfund.payments.models import CardSetup, Charge, ChargeState, Refund, RefundState, SetupState
from crowdfund.pledges.actions import finish_setup
from crowdfund.pledges.refunding import finish_refunds
from crowdfund.pledges.settlement import finish_charge
from crowdfund.refusal import Refusal

_BY_METADATA = Sql("SELECT id FROM charge WHERE stripe_payment_intent_id = $1")


async def follow_charge(payment_intent_id: str) -> None:
    """A PaymentIntent changed. One whose answer never reached us is found by the sweep, under its key."""
    charge_id = await _BY_METADATA.value(payment_intent_id)
    if charge_id is not None:
        await finish_charge(charge_id, await stripe.charge_found(payment_intent_id))


async def follow_refund(stripe_refund_id: str) -> None:
    refund = await Refund.get_or_none(stripe_refund_id=stripe_refund_id)
    if refund is not None:
        state, transaction = await stripe.refund_found(stripe_refund_id)
        await finish_refunds([(refund.id, stripe_refund_id, state, transaction)])


async def finish_what_was_left(older_than_seconds: int = 60) -> int:
    """Ask again for what a crash or a lost answer left open: charges under way, refunds the bank has not confirmed, set-ups."""
    left = await charges.charges_left(older_than_seconds)
    for charge_id, outcome in left:
        await finish_charge(charge_id, outcome)
    pending = await Refund.filter(state=RefundState.PENDING, stripe_refund_id__not_isnull=True).limit(100)
    for refund in pending:
        try:
            await follow_refund(str(refund.stripe_refund_id))
        except stripe.Unknown:
            continue
    for setup in (
        await CardSetup.filter(state=SetupState.OPEN, stripe_session_id__not_isnull=True).order_by("made_at").limit(50)
    ):
        try:
            await finish_setup(str(setup.stripe_session_id))
        except (stripe.Unknown, Refusal):
            continue
    return len(left)


async def follow_waiting_charges() -> None:
    """Charges that wait for their fan, looked up in case the event of their end was lost."""
    for charge in await Charge.filter(state=ChargeState.NEEDS_ACTION).order_by("ended_at").limit(50):
        try:
            await follow_charge(str(charge.stripe_payment_intent_id))
        except stripe.Unknown:
            continue
