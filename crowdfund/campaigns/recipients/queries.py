"""What pages and elections read of recipients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.recipients.models import Gift, Recipient, RecipientKind, RecipientState, UseReport
from crowdfund.database import Sql, as_rows
from crowdfund.people.models import Document
from crowdfund.refusal import NotFound


async def charities() -> list[Recipient]:
    """The platform's list, by name."""
    return await Recipient.filter(kind=RecipientKind.CHARITY, state=RecipientState.OFFERED).order_by("name")


async def offered_charities() -> frozenset[int]:
    """Their ids."""
    return frozenset(recipient.id for recipient in await charities())


async def of_organisation(organisation_id: int) -> list[Recipient]:
    return await Recipient.filter(organisation_id=organisation_id).order_by("name")


async def recipient_of(slug: str) -> Recipient:
    """Raises NotFound."""
    found = await Recipient.get_or_none(slug=slug)
    if found is None:
        raise NotFound("There is nothing here under that address.")
    return found


@dataclass(frozen=True, slots=True)
class Report:
    """What a recipient told of a gift. document: its name, where a paper came with it."""

    id: int
    body: str
    published_at: datetime
    document: str


@dataclass(frozen=True, slots=True)
class GiftShown:
    """What one fund's backers gave. report_by: none while more may come of that fund."""

    fund: str
    fund_path: str
    slug: str
    campaign_id: int
    currency: str
    amount_minor: int
    backers: int
    report_by: datetime | None
    reports: list[Report]

    @property
    def is_overdue(self) -> bool:
        return not self.reports and self.report_by is not None and clock.now() >= self.report_by


async def gifts_of(recipient_id: int) -> list[GiftShown]:
    """The newest first, each with what was told of it."""
    gifts = await Gift.filter(recipient_id=recipient_id)
    funds = {c.id: c for c in await Campaign.filter(id__in=[gift.campaign_id for gift in gifts])} if gifts else {}
    reports = await UseReport.filter(recipient_id=recipient_id).order_by("id")
    names = await _names([r.document_id for r in reports if r.document_id])
    shown = [
        GiftShown(
            fund=funds[gift.campaign_id].name, fund_path=funds[gift.campaign_id].path, slug=funds[gift.campaign_id].slug,
            campaign_id=gift.campaign_id, currency=gift.currency, amount_minor=gift.amount_minor, backers=gift.backers,
            report_by=gift.report_by,
            reports=[
                Report(r.id, r.body, r.published_at, names.get(r.document_id or 0, ""))
                for r in reports if r.campaign_id == gift.campaign_id
            ],
        )
        for gift in gifts
    ]  # fmt: skip
    return sorted(shown, key=lambda gift: -gift.campaign_id)


_DUE = Sql("""
    SELECT g.recipient_id, MIN(g.report_by) AS report_by FROM gift g
    WHERE g.recipient_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) AND g.report_by IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM use_report u WHERE u.recipient_id = g.recipient_id AND u.campaign_id = g.campaign_id)
    GROUP BY g.recipient_id""")


async def reports_due(recipient_ids: list[int]) -> dict[int, tuple[datetime, bool]]:
    """Of those that owe word of a gift: by when the first of it is due, and whether that day has passed."""
    rows = await _DUE(as_rows({"id": one} for one in recipient_ids)) if recipient_ids else []
    now = clock.now()
    days = {row["recipient_id"]: clock.from_us(row["report_by"]) for row in rows}
    return {one: (day, now >= day) for one, day in days.items()}


async def _names(document_ids: list[int]) -> dict[int, str]:
    return {d.id: d.name for d in await Document.filter(id__in=document_ids)} if document_ids else {}


async def gifts_from(campaign_id: int) -> list[tuple[Recipient, Gift]]:
    """Whom the backers of one fund gave to, the most first."""
    gifts = await Gift.filter(campaign_id=campaign_id).order_by("-amount_minor", "recipient_id")
    recipients = {r.id: r for r in await Recipient.filter(id__in=[g.recipient_id for g in gifts])} if gifts else {}
    return [(recipients[gift.recipient_id], gift) for gift in gifts]


async def has_told(gift: Gift) -> bool:
    """Whether its recipient has said what became of a gift."""
    return await UseReport.exists(recipient_id=gift.recipient_id, campaign_id=gift.campaign_id)
