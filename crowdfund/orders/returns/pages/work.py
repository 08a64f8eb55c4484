"""What of its sales waits for a shop: parcels to send, the late ones first, and buyers to answer."""

from __future__ import annotations

from crowdfund.merch.shops.work import Waits
from crowdfund.orders.returns import queries
from crowdfund.web.formats import number
from crowdfund.web.i18n import _, ngettext


async def waits_for(organisation_id: int) -> list[Waits]:
    """For the top of a shop's desk, in the reader's language."""
    counts, asked = await queries.sales_counts(organisation_id), await queries.unanswered_of(organisation_id)
    late, in_time = counts["late"], counts["to_send"] - counts["late"]
    found = []
    if late:
        said = ngettext(
            "%(num)s order is late: its buyer can call it off.",
            "%(num)s orders are late: their buyers can call them off.",
            late,
        )
        found.append(Waits(said % {"num": number(late)}, _("Send them"), "/sales?show=late", "late"))
    if asked:
        said = ngettext("%(num)s buyer waits for your answer.", "%(num)s buyers wait for your answer.", asked)
        found.append(Waits(said % {"num": number(asked)}, _("Answer"), "/returns?state=requested", "soon"))
    if in_time > 0:
        said = ngettext("%(num)s order is to be sent.", "%(num)s orders are to be sent.", in_time)
        found.append(Waits(said % {"num": number(in_time)}, _("Look"), "/sales?show=to_send"))
    return found
