"""To a fan, when her fund settles: charged, refused, dropped, let go, given back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crowdfund.campaigns.models import Campaign, CampaignState
from crowdfund.database.outbox import Job
from crowdfund.letters.letter import Letter, send
from crowdfund.payments.models import Charge, ChargeState, Refund
from crowdfund.people.models import Person
from crowdfund.pledges.models import Pledge, PledgeState
from crowdfund.web.formats import day, moment_text, money, said
from crowdfund.web.i18n import _


@dataclass(frozen=True, slots=True)
class About:
    """A pledge, as letters tell of it."""

    pledge: Pledge
    campaign: Campaign
    needs_bank: bool

    @property
    def amount(self) -> str:
        return money(self.pledge.amount_minor, self.pledge.currency)

    @property
    def fund(self) -> str:
        return self.campaign.name

    @property
    def mend_by(self) -> str:
        return moment_text(self.campaign.settle_by) if self.campaign.settle_by else ""


def _collected(about: About) -> Letter:
    return Letter(
        _("Paid: %(amount)s for %(fund)s") % {"amount": about.amount, "fund": about.fund},
        [
            _("The fund settles, and your card was charged %(amount)s.") % {"amount": about.amount},
            _("If it collects less than it needs after all, you get everything back."),
        ],
        _("Your receipt"),
        f"{about.pledge.path}/receipt",
    )


def _errored(about: About) -> Letter:
    if about.needs_bank:
        what = _("Your bank wants to see you before it pays %(amount)s for %(fund)s.") % {
            "amount": about.amount,
            "fund": about.fund,
        }
    else:
        what = _("Your card was not charged: the bank refused %(amount)s for %(fund)s.") % {
            "amount": about.amount,
            "fund": about.fund,
        }
    paragraphs = [
        what,
        _("You have until %(when)s to mend it. After that the pledge is dropped.") % {"when": about.mend_by},
    ]
    if about.pledge.next_charge_at is not None:
        paragraphs.append(_("We try the same card again on %(day)s.") % {"day": day(about.pledge.next_charge_at)})
    return Letter(
        _("Your pledge to %(fund)s needs you") % {"fund": about.fund}, paragraphs, _("Mend it"), about.pledge.path
    )


def _dropped(about: About) -> Letter:
    return Letter(
        _("Your pledge to %(fund)s was dropped") % {"fund": about.fund},
        [_("Your card could not be charged in the seven days after the close. Nothing was paid.")],
        _("See your pledge"),
        about.pledge.path,
    )


def _released(about: About) -> Letter:
    cancelled = about.campaign.state == CampaignState.CANCELLED
    why = _("The fund was cancelled.") if cancelled else _("The fund did not get what it needs.")
    return Letter(
        _("You were not charged for %(fund)s") % {"fund": about.fund},
        [why, _("Your pledge of %(amount)s is let go. Nothing was charged.") % {"amount": about.amount}],
        _("What happened"),
        about.campaign.path,
    )


def _about_pledge(write: Callable[[About], Letter], *, only: PledgeState | None = None) -> Job:
    """only: the letter is true in that state alone; what was mended meanwhile, as while mail was down, is not told any more."""

    async def job(payload: dict[str, Any]) -> None:
        pledge = await Pledge.get(id=payload["pledge"])
        if only is not None and pledge.state != only:
            return
        about = About(
            pledge,
            await Campaign.get(id=pledge.campaign_id),
            await Charge.exists(subject=f"pledge:{pledge.id}", state=ChargeState.NEEDS_ACTION),
        )
        await send(payload, await Person.get(id=pledge.person_id), lambda: write(about))

    return job


async def _refund_sent(payload: dict[str, Any]) -> None:
    refund = await Refund.get(id=payload["refund"])
    pledge = await Pledge.get(id=int(refund.subject.removeprefix("pledge:")))
    campaign = await Campaign.get(id=refund.campaign_id)

    def write() -> Letter:
        amount = money(refund.amount_minor, refund.currency)
        return Letter(
            _("%(amount)s is on its way back to you") % {"amount": amount},
            [
                _("For your pledge to %(fund)s: %(reason)s.")
                % {"fund": campaign.name, "reason": said(refund.reason.rstrip(" ."))},
                _("It arrives on your card in a few days; how many, your bank decides."),
            ],
            _("See your pledge"),
            pledge.path,
        )

    await send(payload, await Person.get(id=pledge.person_id), write)


JOBS: dict[str, Job] = {
    "pledge_collected": _about_pledge(_collected),
    "pledge_errored": _about_pledge(_errored, only=PledgeState.ERRORED),
    "pledge_dropped": _about_pledge(_dropped),
    "pledge_released": _about_pledge(_released),
    "refund_sent": _refund_sent,
}
