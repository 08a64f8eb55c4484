"""What clubs and staff may send about recipients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crowdfund.campaigns.recipients.actions import ABOUT_MAX, ABOUT_MIN, BODY_MAX, BODY_MIN, REPORT_DAYS, About
from crowdfund.campaigns.recipients.models import OF_A_CLUB, Recipient, RecipientKind
from crowdfund.web import fields
from crowdfund.web.form import Form
from crowdfund.web.i18n import lazy
from crowdfund.web.rate_limit import Limit

REPORTS = Limit("report_use", 12, 3600, by="person")  # each is a mail to everybody who gave
KINDS = {
    RecipientKind.ACADEMY: lazy("Youth academy"), RecipientKind.SQUAD: lazy("Development squad"),
    RecipientKind.CHARITY: lazy("Charity"),
}  # fmt: skip


class RecipientForm(Form):
    name = fields.text(max=80)
    about = fields.text(min=ABOUT_MIN, max=ABOUT_MAX, lines=True)
    report_days = fields.whole(min=REPORT_DAYS[0], max=REPORT_DAYS[1])

    @property
    def said(self) -> About:
        return About(self.name, self.about, self.report_days)


class OwnRecipientForm(RecipientForm):
    kind = fields.choice({kind.value: None for kind in OF_A_CLUB})
    key = fields.text(max=64, min=0)


def _organisations(given: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = given["organisations"]
    return found


class CharityForm(RecipientForm):
    """Read with the organisations that can be a charity, by slug."""

    organisation = fields.choice(_organisations)
    key = fields.text(max=64, min=0)


def _gifts(given: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = given["funds"]
    return found


class UseForm(Form):
    """Read with the funds that gave something, by slug."""

    fund = fields.choice(_gifts)
    body = fields.text(min=BODY_MIN, max=BODY_MAX, lines=True)
    document = fields.document()
    key = fields.text(max=64, min=0)


class OfferForm(Form):
    because = fields.text(min=10, max=600, lines=True)


def recipient_typed(recipient: Recipient) -> dict[str, str]:
    return {"name": recipient.name, "about": recipient.about, "report_days": str(recipient.report_days)}
