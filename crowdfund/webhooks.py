"""The switchboard: what each kind of Stripe's events makes us look at."""

from __future__ import annotations

from crowdfund.disputes.actions import follow_dispute
from crowdfund.payments.inbox import Action
from crowdfund.people.verification import follow_account
from crowdfund.pledges.actions import finish_setup
from crowdfund.pledges.card_changes import follow_card
from crowdfund.pledges.following import follow_charge, follow_refund

SWITCHBOARD: dict[str, Action] = {
    "checkout.session.completed": finish_setup,
    "checkout.session.expired": finish_setup,
    "payment_method.automatically_updated": follow_card,
    "payment_method.updated": follow_card,
    "payment_method.detached": follow_card,
    "payment_intent.succeeded": follow_charge,
    "payment_intent.payment_failed": follow_charge,
    "payment_intent.canceled": follow_charge,
    "refund.created": follow_refund,
    "refund.updated": follow_refund,
    "refund.failed": follow_refund,
    "charge.dispute.created": follow_dispute,
    "charge.dispute.updated": follow_dispute,
    "charge.dispute.funds_withdrawn": follow_dispute,
    "charge.dispute.funds_reinstated": follow_dispute,
    "charge.dispute.closed": follow_dispute,
    "account.updated": follow_account,
}
