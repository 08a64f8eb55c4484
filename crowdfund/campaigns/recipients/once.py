"""Verbs of recipients that make something, made once: a button pressed twice answers what was made the first time."""

from __future__ import annotations

from dataclasses import asdict

from crowdfund.campaigns.recipients.actions import About, add_recipient, report_use
from crowdfund.campaigns.recipients.models import Recipient, RecipientKind
from crowdfund.database import atomic
from crowdfund.database.once import once
from crowdfund.people.models import Organisation


@atomic
async def add_recipient_once(
    organisation: Organisation, kind: RecipientKind, about: About, *, by: int, key: str
) -> Recipient:
    """The recipient of this wish. Raises KeyUsedForAnother, and what `add_recipient` raises."""

    async def make() -> int:
        return (await add_recipient(organisation, kind, about, by=by)).id

    return await Recipient.get(id=await once(by, f"recipient:{key}", [organisation.id, kind, asdict(about)], make))


@atomic
async def report_use_once(
    recipient_id: int, campaign_id: int, body: str, *, document_id: int | None, by: int, key: str
) -> int:
    """The id of the report of this wish; its readers get one mail."""

    async def make() -> int:
        return await report_use(recipient_id, campaign_id, body, document_id=document_id, by=by)

    return await once(by, f"use_report:{key}", [recipient_id, campaign_id, body], make)
