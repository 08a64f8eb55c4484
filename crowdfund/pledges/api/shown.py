"""Pledges, refunds and deliveries as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crowdfund.campaigns.models import Tier
from crowdfund.database.ids import public
from crowdfund.payments.models import Refund
from crowdfund.pledges.api.bodies import DeliveryOut, PledgeOut, RefundOut
from crowdfund.pledges.models import Delivery
from crowdfund.pledges.queries import Shown
from crowdfund.web.api import instant, instant_or_none


def pledge_out(shown: Shown) -> PledgeOut:
    pledge = shown.pledge
    return PledgeOut(
        id=public(pledge.id), state=pledge.state, campaign=public(pledge.campaign_id),
        tier=public(pledge.tier_id) if pledge.tier_id else None, quantity=pledge.quantity, amount_minor=pledge.amount_minor,
        currency=pledge.currency, anonymous=pledge.shown_as == "nobody", card=public(pledge.card_id) if pledge.card_id else None,
        page_version=pledge.page_version, made_at=instant(pledge.made_at), charged_on=instant_or_none(shown.charged_on),
        needs_card=shown.needs_card, needs_bank=shown.needs_bank,
        mend_by=instant_or_none(shown.mend_by) if shown.needs_mending else None,
        delivery=_delivery_of(shown),
    )  # fmt: skip


def _delivery_of(shown: Shown) -> DeliveryOut | None:
    if shown.delivery is None:
        return None
    return DeliveryOut(
        **delivery_facts(shown.delivery, shown.tier),
        is_late=shown.is_late,
        address_by=instant_or_none(shown.address_by),
    )


def delivery_facts(delivery: Delivery, tier: Tier | None) -> dict[str, Any]:
    """What is told of a delivery to who gets it and to who sends it."""
    moments: dict[str, datetime | None] = {"sent_at": delivery.sent_at, "received_at": delivery.received_at}
    return {
        "state": delivery.state, "recipient": delivery.recipient, "address": delivery.address, "country": delivery.country,
        "tracking": delivery.tracking, "delivers_on": tier.delivers_on if tier else "",
        **{name: instant_or_none(at) for name, at in moments.items()},
    }  # fmt: skip


def refund_out(refund: Refund) -> RefundOut:
    return RefundOut(
        id=public(refund.id), pledge=public(int(refund.subject.removeprefix("pledge:"))), amount_minor=refund.amount_minor,
        currency=refund.currency, state=refund.state, reason=refund.reason, made_at=instant(refund.made_at),
        ended_at=instant_or_none(refund.ended_at),
    )  # fmt: skip
