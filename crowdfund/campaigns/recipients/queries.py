"""What pages and elections read of recipients."""

from __future__ import annotations

from crowdfund.campaigns.recipients.models import Recipient, RecipientKind, RecipientState
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
