"""What pages, programs and letters read of disputes: whose they are, and what they are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql
from crowdfund.disputes.models import Dispute
from crowdfund.ledger import Account
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder
from crowdfund.orders.models import Order
from crowdfund.people.models import Organisation
from crowdfund.screenings.models import Screening
from crowdfund.titles.models import Title

_OF = Sql("""
    SELECT d.id FROM dispute d LEFT JOIN campaign c ON c.id = d.campaign_id
    LEFT JOIN "order" o ON o.id = d.order_id LEFT JOIN screening s ON s.id = o.screening_id
    WHERE (c.organisation_id = $1 OR s.organisation_id = $1
           OR (d.purchase_id IS NOT NULL AND EXISTS (
                   SELECT 1 FROM goods_order g WHERE g.purchase_id = d.purchase_id AND g.organisation_id = $1))
           OR EXISTS (SELECT 1 FROM goods_order g WHERE g.id = d.goods_order_id AND g.organisation_id = $1))
      AND d.id < $2 AND ($3 = '' OR d.state = $3)
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


_TAKEN = Sql("""
    SELECT a.code, a.sign, a.currency, a.floor_minor, CAST(SUM(p.amount_minor) AS BIGINT) AS minor
    FROM journal_entry e JOIN posting p ON p.entry_id = e.id JOIN account a ON a.id = p.debit_id
    WHERE e.subject = $1 AND e.kind = 'dispute' AND e.key LIKE $2 AND a.code NOT LIKE 'stripe:%' AND a.code NOT LIKE 'expense:%'
    GROUP BY a.code, a.sign, a.currency, a.floor_minor ORDER BY a.code""")


async def taken_in(dispute_id: int, subject: str) -> list[tuple[Account, int]]:
    """From which accounts a bank has taken how much, in one dispute."""
    rows = await _TAKEN(subject, f"dispute:{dispute_id}:%")
    return [(Account(row["code"], row["sign"], row["currency"], row["floor_minor"]), row["minor"]) for row in rows]


_DUE_WITH_WORDS = Sql("""
    SELECT d.id FROM dispute d WHERE d.state = 'needs_response' AND d.due_by <= $1
      AND EXISTS (SELECT 1 FROM dispute_words w WHERE w.dispute_id = d.id) ORDER BY d.due_by LIMIT 50""")


async def due_with_words(until: int) -> list[int]:
    """Disputes that are due, and about which some of several sellers have said something."""
    return [row["id"] for row in await _DUE_WITH_WORDS(until)]


async def orders_paid_by(subject: str) -> list[GoodsOrder]:
    """The orders of goods that a payment was for, in the order of their ids."""
    kind, _, number = subject.partition(":")
    column = "purchase_id" if kind == "purchase" else "id"
    return await GoodsOrder.filter(**{column: int(number)}).order_by("id")


@dataclass(frozen=True, slots=True)
class About:
    """What a payment was for: a fund, tickets of a screening, or goods of one seller or several. name: of the fund, the title, or
    what was bought. organisations: whose word counts; organisation: the first of them."""

    organisation: Organisation
    name: str
    campaign: Campaign | None = None
    order: Order | None = None
    screening: Screening | None = None
    goods: tuple[GoodsOrder, ...] = ()
    sellers: tuple[Organisation, ...] = ()

    @property
    def organisations(self) -> tuple[Organisation, ...]:
        return self.sellers or (self.organisation,)


async def about(dispute: Dispute) -> About:
    """Whose answer a bank waits for: of a fund its makers', of tickets the cinema's."""
    if dispute.is_about_goods:
        return await _about_goods(dispute)
    if dispute.order_id is None:
        campaign = await Campaign.get(id=dispute.campaign_id)
        return About(await Organisation.get(id=campaign.organisation_id), campaign.name, campaign)
    order = await Order.get(id=dispute.order_id)
    screening = await Screening.get(id=order.screening_id)
    title = await Title.get(id=screening.title_id)
    return About(await Organisation.get(id=screening.organisation_id), title.name, None, order, screening)


async def _about_goods(dispute: Dispute) -> About:
    kind, number = ("purchase", dispute.purchase_id) if dispute.purchase_id else ("goods_order", dispute.goods_order_id)
    orders = await orders_paid_by(f"{kind}:{number}")
    found = {one.id: one for one in await Organisation.filter(id__in=[order.organisation_id for order in orders])}
    sellers = tuple(found[order.organisation_id] for order in orders)
    line = await GoodsLine.filter(order_id__in=[order.id for order in orders]).order_by("id").first()
    return About(sellers[0], line.name if line is not None else "", goods=tuple(orders), sellers=sellers)


async def disputes_of(organisation_id: int, *, before: int, state: str, limit: int) -> list[Dispute]:
    """The newest first; state: empty for all."""
    ids = [row["id"] for row in await _OF(organisation_id, before, state, limit)]
    found = {one.id: one for one in await Dispute.filter(id__in=ids)} if ids else {}
    return [found[number] for number in ids]
