"""What people are told by mail, and when: a job for each occasion, each a letter in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crowdfund import crowd_letters, delivery_letters, fan_letters, mailer
from crowdfund.campaigns.models import Campaign, CampaignState, ReviewRemark
from crowdfund.database import atomic, outbox
from crowdfund.database.ids import public
from crowdfund.database.outbox import Job
from crowdfund.disputes.models import Dispute, DisputeState
from crowdfund.letter import Letter, ask_for_mails, mail_to
from crowdfund.letter import send as _send
from crowdfund.payments.models import Charge, ChargeState, Refund
from crowdfund.payouts.models import Payout
from crowdfund.people import accounts
from crowdfund.people.models import Member, Organisation, Person, Role
from crowdfund.pledges import deliveries
from crowdfund.pledges.models import Pledge, PledgeState
from crowdfund.web.formats import day, moment_text, money
from crowdfund.web.i18n import _

# --- to a fan, about her pledge ---


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
        await _send(payload, await Person.get(id=pledge.person_id), lambda: write(about))

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
                % {"fund": campaign.name, "reason": refund.reason.rstrip(" .")},
                _("It arrives on your card in a few days; how many, your bank decides."),
            ],
            _("See your pledge"),
            pledge.path,
        )

    await _send(payload, await Person.get(id=pledge.person_id), write)


# --- to the people who run a campaign ---


async def _tell_team(payload: dict[str, Any], campaign: Campaign, write: Callable[[], Letter]) -> None:
    if payload.get("told"):
        return
    members = await Member.filter(
        organisation_id=campaign.organisation_id, role__in=[Role.OWNER.value, Role.MANAGER.value]
    )
    team = await Person.filter(id__in=[member.person_id for member in members]).order_by("id")
    await ask_for_mails(payload, [mail_to(payload, reader, write) for reader in team], up_to=1)


async def _desk_path(campaign: Campaign) -> str:
    organisation = await Organisation.get(id=campaign.organisation_id)
    return f"/desk/{organisation.slug}/campaigns/{campaign.slug}"


async def _reviewed(payload: dict[str, Any]) -> None:
    campaign = await Campaign.get(id=payload["campaign"])
    path = await _desk_path(campaign)
    remarks = await ReviewRemark.filter(campaign_id=campaign.id, answered_at=None).order_by("id")

    def write() -> Letter:
        sentences = {
            CampaignState.APPROVED: _("Your campaign is approved. Announce it, schedule it, or launch it."),
            CampaignState.CHANGES_REQUESTED: _(
                "The reviewer asks for changes. Answer each remark, then submit it again."
            ),
            CampaignState.REJECTED: _("Your campaign was rejected. The reason stands on its page."),
        }
        said = sentences.get(CampaignState(campaign.state), _("Your campaign was reviewed."))
        return Letter(
            _("The review of %(fund)s") % {"fund": campaign.name},
            [said, *(remark.text for remark in remarks)],
            _("Go to it"),
            path,
        )

    await _tell_team(payload, campaign, write)


async def _ended(payload: dict[str, Any]) -> None:
    campaign = await Campaign.get(id=payload["campaign"])
    path = await _desk_path(campaign)

    def write() -> Letter:
        facts = {"fund": campaign.name, "collected": money(campaign.collected_minor, campaign.currency)}
        if campaign.state == CampaignState.CANCELLED:
            return Letter(_("%(fund)s was cancelled") % facts, [_("Nobody is charged.")], _("Go to it"), path)
        if campaign.state == CampaignState.FAILED:
            sentence = _(
                "It did not get what it needs. Nobody keeps a charge: what was collected is refunded in full, without fees."
            )
            return Letter(_("%(fund)s did not make it") % facts, [sentence], _("Go to it"), path)
        sentence = (
            _("%(collected)s was collected. Our fee and the processor's are taken, the rest is on its way to you.")
            % facts
        )
        return Letter(_("%(fund)s is funded") % facts, [sentence], _("Go to it"), path)

    await _tell_team(payload, campaign, write)


async def _funded(payload: dict[str, Any]) -> None:
    """The owners hear of it, and backers of shipped tiers are asked where to send things. Its backers have a letter of their own."""
    await _ended(payload)
    while await deliveries.ask_for_addresses(payload["campaign"]):
        pass


async def _put_off(payload: dict[str, Any]) -> None:
    """A scheduled fund could not open at its hour."""
    campaign = await Campaign.get(id=payload["campaign"])
    path = await _desk_path(campaign)

    def write() -> Letter:
        sentences = [_(payload["why"]), _("It waits for you: mend that, then open it or choose another day.")]
        return Letter(_("%(fund)s could not open") % {"fund": campaign.name}, sentences, _("Go to it"), path)

    await _tell_team(payload, campaign, write)


async def _paused(payload: dict[str, Any]) -> None:
    campaign = await Campaign.get(id=payload["campaign"])
    path = await _desk_path(campaign)

    def write() -> Letter:
        sentences = [
            _("We have paused your fund while we look into this: %(reason)s") % {"reason": payload["because"]},
            _("Nothing can be pledged and nobody is charged meanwhile. Answer this mail to tell us your side."),
        ]
        return Letter(_("%(fund)s is paused") % {"fund": campaign.name}, sentences, _("Go to it"), path)

    await _tell_team(payload, campaign, write)
    key = f"fans_of_paused:{payload['id']}"
    await atomic(outbox.enqueue)("fans_of_paused", {"campaign": campaign.id}, key=key)


async def _payout_paid(payload: dict[str, Any]) -> None:
    payout = await Payout.get(id=payload["payout"])
    campaign = await Campaign.get(id=payout.campaign_id)
    path = await _desk_path(campaign)

    def write() -> Letter:
        amount = money(payout.amount_minor, payout.currency)
        sentence = _("What %(fund)s collected, less the fees, was sent to your account.") % {"fund": campaign.name}
        return Letter(_("%(amount)s was paid out") % {"amount": amount}, [sentence], _("Go to it"), path)

    await _tell_team(payload, campaign, write)


async def _dispute(payload: dict[str, Any]) -> None:
    dispute = await Dispute.get(id=payload["dispute"])
    campaign = await Campaign.get(id=dispute.campaign_id)
    organisation = await Organisation.get(id=campaign.organisation_id)

    def write() -> Letter:
        facts = {"amount": money(dispute.amount_minor, dispute.currency), "fund": campaign.name}
        if dispute.state == DisputeState.WON:
            said = _("The bank decided for you: the money is back.")
        elif dispute.state == DisputeState.LOST:
            said = _("The bank decided for the fan: the money is gone.")
        else:
            until = day(dispute.due_by) if dispute.due_by else ""
            said = _("A fan's bank took the money back. Answer with what speaks for the payment by %(day)s.") % {
                "day": until
            }
        path = f"/desk/{organisation.slug}/disputes/{public(dispute.id)}"
        return Letter(_("Disputed: %(amount)s of %(fund)s") % facts, [said], _("Look at it"), path)

    await _tell_team(payload, campaign, write)


JOBS: dict[str, Job] = {
    **mailer.JOBS,
    **accounts.JOBS,
    **fan_letters.JOBS,
    **delivery_letters.JOBS,
    **crowd_letters.JOBS,
    "pledge_collected": _about_pledge(_collected),
    "pledge_errored": _about_pledge(_errored, only=PledgeState.ERRORED),
    "pledge_dropped": _about_pledge(_dropped),
    "pledge_released": _about_pledge(_released),
    "refund_sent": _refund_sent,
    "campaign_reviewed": _reviewed,
    "launch_put_off": _put_off,
    "campaign_paused": _paused,
    "campaign_funded": _funded,
    "campaign_failed": _ended,
    "campaign_cancelled": _ended,
    "payout_paid": _payout_paid,
    "dispute_opened": _dispute,
    "dispute_ended": _dispute,
}
