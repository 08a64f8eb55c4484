"""Deals for the demo's cinemas, by the verbs that both sides use."""

from __future__ import annotations

from collections.abc import Mapping

from crowdfund.boxoffice.deals.templates import templates
from crowdfund.boxoffice.models import Deal
from crowdfund.boxoffice.versions import DealContent, agree_deal, draft_deal, offer_deal
from crowdfund.screenings.models import Booking
from crowdfund.titles.models import Title


async def agree_on_a_deal(
    booking: Booking, template: str, currency: str, *, producer: int, cinema: int, who: Mapping[str, int] | None = None
) -> Deal:
    """The producer offers a template as it is, and the cinema agrees. producer, cinema: who does it. who: other payees by role."""
    title = await Title.get(id=booking.title_id)
    terms = next(one.json for one in templates(currency) if one.key == template)
    content = DealContent(terms, who or {}, note="As we talked about on the phone.")
    deal = await draft_deal(booking.id, content, side=title.organisation_id, by=producer)
    await offer_deal(deal.id, side=title.organisation_id, by=producer)
    return await agree_deal(deal.id, side=booking.organisation_id, by=cinema)
