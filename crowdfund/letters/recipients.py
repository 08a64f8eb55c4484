"""About gifts: to those who gave when somebody tells what became of it, to whoever was given them when that is owed."""

from __future__ import annotations

from typing import Any

from crowdfund.campaigns.models import FELL_THROUGH, Campaign
from crowdfund.campaigns.recipients.models import Gift, Recipient, UseReport
from crowdfund.campaigns.recipients.queries import has_told
from crowdfund.campaigns.updates import excerpt
from crowdfund.database.outbox import Job
from crowdfund.letters.crowds import tell_many, tell_readers
from crowdfund.letters.letter import Letter
from crowdfund.letters.teams import tell_organisation
from crowdfund.letters.transfers import GAVE, PAID_OR_DISPUTED
from crowdfund.people.models import Organisation
from crowdfund.web.formats import day, money
from crowdfund.web.i18n import _


async def _use_reported(payload: dict[str, Any]) -> None:
    """What became of a gift: whoever's money went there hears it; of a surplus, all who paid."""
    report = await UseReport.get(id=payload["report"])
    recipient, campaign = await Recipient.get(id=report.recipient_id), await Campaign.get(id=report.campaign_id)

    def write() -> Letter:
        facts = {"recipient": recipient.name, "fund": campaign.name}
        said = _("%(recipient)s tells what it did with its part of what you gave to %(fund)s:") % facts
        link = _("Read it, with its document") if report.document_id else _("Read it")
        return Letter(
            _("What became of your gift: %(recipient)s") % facts, [said, excerpt(report.body)], link, recipient.path
        )

    if campaign.state in FELL_THROUGH:
        await tell_readers(payload, (campaign.id, recipient.id), write, readers=(GAVE,))
    else:
        await tell_many(payload, campaign, write, readers=(PAID_OR_DISPUTED,))


async def _report_due(payload: dict[str, Any]) -> None:
    """Whoever was given money is reminded of what its backers were promised, unless it has told them by now."""
    gift = await Gift.filter(campaign_id=payload["campaign"], recipient_id=payload["recipient"]).first()
    if gift is None or gift.report_by is None or await has_told(gift):
        return
    recipient, campaign = await Recipient.get(id=gift.recipient_id), await Campaign.get(id=gift.campaign_id)
    organisation = await Organisation.get(id=recipient.organisation_id)

    def write() -> Letter:
        facts = {
            "recipient": recipient.name, "fund": campaign.name, "day": day(gift.report_by) if gift.report_by else "",
            "amount": money(gift.amount_minor, gift.currency),
        }  # fmt: skip
        title = _("Tell by %(day)s what became of a gift: %(recipient)s")
        if not payload["days"]:
            title = _("%(recipient)s owes word of a gift, and all can see that")
        given = _("%(amount)s of %(fund)s was given to %(recipient)s. Its backers were promised word of it by %(day)s.")
        how = _("Say what was done with it, in numbers if you can. Who gave gets it by mail.")
        path = f"{organisation.desk_path}/recipients/{recipient.slug}"
        return Letter(title % facts, [given % facts, how], _("Tell what became of it"), path)

    await tell_organisation(payload, recipient.organisation_id, write)


JOBS: dict[str, Job] = {
    "use_reported": _use_reported,
    "report_due": _report_due,
}
