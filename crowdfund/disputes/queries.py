"""What pages, programs and letters read of disputes: whose they are, and what they are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql
from crowdfund.disputes.models import Dispute
from crowdfund.orders.models import Order
from crowdfund.people.models import Organisation
from crowdfund.screenings.models import Screening
from crowdfund.titles.models import Title

_OF = Sql("""
    SELECT d.id FROM dispute d LEFT JOIN campaign c ON c.id = d.campaign_id
    LEFT JOIN "order" o ON o.id = d.order_id LEFT JOIN screening s ON s.id = o.screening_id
    WHERE (c.organisation_id = $1 OR s.organisation_id = $1) AND d.id < $2 AND ($3 = '' OR d.state = $3)
    ORDER BY d.id DESC LIMIT $4""")
# Refunds that a dispute kept from a fan's card, where her bank has given her all that was left of the charge.
_KEPT = Sql("""
    SELECT r.id, r.currency, r.subject FROM refund r JOIN dispute d ON d.charge_id = r.charge_id AND d.state = 'lost'
    JOIN charge c ON c.id = r.charge_id
    WHERE r.state = 'failed' AND d.amount_minor >= c.amount_minor
          - (SELECT COALESCE(SUM(s.amount_minor), 0) FROM refund s WHERE s.charge_id = c.id AND s.state = 'succeeded')
    ORDER BY r.id LIMIT 100""")


async def kept_refunds() -> list[dict[str, Any]]:
    """Refunds that lost disputes have paid already: id, currency, subject."""
    return await _KEPT()


@dataclass(frozen=True, slots=True)
class About:
    """What a payment was for: a fund, or tickets of a screening. name: of the fund or the title."""

    organisation: Organisation
    name: str
    campaign: Campaign | None = None
    order: Order | None = None
    screening: Screening | None = None


async def about(dispute: Dispute) -> About:
    """Whose answer a bank waits for: of a fund its makers', of tickets the cinema's."""
    if dispute.order_id is None:
        campaign = await Campaign.get(id=dispute.campaign_id)
        return About(await Organisation.get(id=campaign.organisation_id), campaign.name, campaign)
    order = await Order.get(id=dispute.order_id)
    screening = await Screening.get(id=order.screening_id)
    title = await Title.get(id=screening.title_id)
    return About(await Organisation.get(id=screening.organisation_id), title.name, None, order, screening)


async def disputes_of(organisation_id: int, *, before: int, state: str, limit: int) -> list[Dispute]:
    """The newest first; state: empty for all."""
    ids = [row["id"] for row in await _OF(organisation_id, before, state, limit)]
    found = {one.id: one for one in await Dispute.filter(id__in=ids)} if ids else {}
    return [found[number] for number in ids]
