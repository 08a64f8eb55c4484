"""What recipients get, counted by fund in the transaction that gives it, and by when they tell what became of it."""

from __future__ import annotations

from datetime import timedelta

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.recipients.models import Gift, Recipient
from crowdfund.database import Sql, outbox

REMIND_DAYS_BEFORE = (7, 0)

_ADD = Sql("""
    INSERT INTO gift (campaign_id, recipient_id, currency, amount_minor, backers) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (campaign_id, recipient_id)
    DO UPDATE SET amount_minor = gift.amount_minor + excluded.amount_minor, backers = gift.backers + excluded.backers""")


async def add_gift(campaign: Campaign, recipient_id: int, amount_minor: int, *, backers: int) -> None:
    """Count what a recipient was given of a fund, in the caller's transaction. backers: how many chose it."""
    await _ADD(campaign.id, recipient_id, campaign.currency, amount_minor, backers)


async def reports_are_due(campaign_id: int) -> None:
    """All that this fund gives is given: from now on the time runs in which its recipients tell what became of it.

    They are reminded a week before the day, and on it.
    """
    now = clock.now()
    for gift in await Gift.filter(campaign_id=campaign_id, report_by=None):
        recipient = await Recipient.get(id=gift.recipient_id)
        report_by = now + timedelta(days=recipient.report_days)
        await Gift.filter(campaign_id=campaign_id, recipient_id=gift.recipient_id).update(report_by=report_by)
        for days in REMIND_DAYS_BEFORE:
            key = f"report_due:{campaign_id}:{recipient.id}:{days}"
            payload = {"campaign": campaign_id, "recipient": recipient.id, "days": days}
            due_at = clock.to_us(report_by - timedelta(days=days))
            await outbox.enqueue("report_due", payload, key=key, due_at_us=due_at)
