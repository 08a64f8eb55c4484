"""To the people who run a campaign: its review, its hour, its verdict, payouts and disputes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from crowdfund import clock
from crowdfund.campaigns.milestones.tranches import plan_of
from crowdfund.campaigns.models import Campaign, CampaignState, ReviewRemark
from crowdfund.campaigns.update_dates import day_due, owes_word
from crowdfund.community.draws.models import Draw, DrawState
from crowdfund.database import atomic, outbox
from crowdfund.database.ids import public
from crowdfund.database.outbox import Job
from crowdfund.disputes.models import Dispute, DisputeState
from crowdfund.disputes.queries import about
from crowdfund.letters.letter import Letter, ask_for_mails, mail_to
from crowdfund.money import kept
from crowdfund.payouts.models import Payout
from crowdfund.people.models import Member, Organisation, Person, Role
from crowdfund.pledges import deliveries
from crowdfund.web.formats import day, moment_text, money, said
from crowdfund.web.i18n import _


async def tell_team(payload: dict[str, Any], campaign: Campaign, write: Callable[[], Letter]) -> None:
    """Write to the owners and managers of its organisation, once, each in her language."""
    await tell_organisation(payload, campaign.organisation_id, write)


async def tell_organisation(payload: dict[str, Any], organisation_id: int, write: Callable[[], Letter]) -> None:
    """The same, where it isn't about a fund of theirs."""
    await tell_organisations(payload, [await Organisation.get(id=organisation_id)], lambda organisation: write())


async def tell_organisations(
    payload: dict[str, Any], organisations: Sequence[Organisation], write: Callable[[Organisation], Letter]
) -> None:
    """The same to several; whoever runs more than one of them reads of the first."""
    if payload.get("told"):
        return
    told, mails = set[int](), []
    for one in organisations:
        members = await Member.filter(organisation_id=one.id, role__in=[Role.OWNER.value, Role.MANAGER.value])
        team = await Person.filter(id__in=[m.person_id for m in members if m.person_id not in told]).order_by("id")
        told |= {reader.id for reader in team}
        mails += [mail_to(payload, reader, partial(write, one)) for reader in team]
    await ask_for_mails(payload, mails, up_to=1)


async def desk_path(campaign: Campaign) -> str:
    """Where its makers run it."""
    organisation = await Organisation.get(id=campaign.organisation_id)
    return f"/desk/{organisation.slug}/campaigns/{campaign.slug}"


async def _reviewed(payload: dict[str, Any]) -> None:
    campaign = await Campaign.get(id=payload["campaign"])
    path = await desk_path(campaign)
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

    await tell_team(payload, campaign, write)


async def _ended(payload: dict[str, Any]) -> None:
    campaign = await Campaign.get(id=payload["campaign"])
    path, by_milestones = await desk_path(campaign), bool(await plan_of(campaign.id))

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
            _(
                "%(collected)s was collected. It is paid to you milestone by milestone, less the fees on each: ask for the next one."
            )
            if by_milestones
            else _("%(collected)s was collected. Our fee and the processor's are taken, the rest is on its way to you.")
        ) % facts
        return Letter(_("%(fund)s is funded") % facts, [sentence], _("Go to it"), path)

    await tell_team(payload, campaign, write)


async def _funded(payload: dict[str, Any]) -> None:
    """The owners hear of it, and backers of shipped tiers are asked where to send things. Its backers have a letter of their own."""
    await _ended(payload)
    last: int | None = 0
    while last is not None:
        last = await deliveries.ask_for_addresses(payload["campaign"], after_id=last)


async def _put_off(payload: dict[str, Any]) -> None:
    """A scheduled fund could not open at its hour."""
    campaign = await Campaign.get(id=payload["campaign"])
    path = await desk_path(campaign)

    def write() -> Letter:
        sentences = [said(kept(payload["why"])), _("It waits for you: mend that, then open it or choose another day.")]
        return Letter(_("%(fund)s could not open") % {"fund": campaign.name}, sentences, _("Go to it"), path)

    await tell_team(payload, campaign, write)


async def _paused(payload: dict[str, Any]) -> None:
    campaign = await Campaign.get(id=payload["campaign"])
    path = await desk_path(campaign)

    def write() -> Letter:
        sentences = [
            _("We have paused your fund while we look into this: %(reason)s") % {"reason": payload["because"]},
            _("Nothing can be pledged and nobody is charged meanwhile. Answer this mail to tell us your side."),
        ]
        return Letter(_("%(fund)s is paused") % {"fund": campaign.name}, sentences, _("Go to it"), path)

    await tell_team(payload, campaign, write)
    key = f"fans_of_paused:{payload['id']}"
    await atomic(outbox.enqueue)("fans_of_paused", {"campaign": campaign.id}, key=key)


async def _update_due(payload: dict[str, Any]) -> None:
    """The day of the next update comes, unless an update has moved it since, or nothing is owed any more."""
    campaign = await Campaign.get(id=payload["campaign"])
    due_at = campaign.update_due_at
    if due_at is None or clock.to_us(due_at) != payload["due"] or not owes_word(campaign) or due_at <= clock.now():
        return
    path = f"{await desk_path(campaign)}/updates/new"

    def write() -> Letter:
        facts = {"fund": campaign.name, "day": day(day_due(due_at))}
        title = _("Your next update for %(fund)s is due by %(day)s")
        if not payload["days"]:
            title = _("Your update for %(fund)s is due today")
        promised = _(
            "You promised the next update by %(day)s. When that day is over (UTC), the fund's page says that it is overdue."
        )
        more = _("A few lines are plenty. With them you choose the day of the one after.")
        return Letter(title % facts, [promised % facts, more], _("Write an update"), path)

    await tell_team(payload, campaign, write)


async def _payout_paid(payload: dict[str, Any]) -> None:
    payout = await Payout.get(id=payload["payout"])
    if payout.campaign_id is None:
        await _earnings_paid(payload, payout)
        return
    campaign = await Campaign.get(id=payout.campaign_id)
    path = await desk_path(campaign)

    def write() -> Letter:
        amount = money(payout.amount_minor, payout.currency)
        sentence = _("What %(fund)s collected, less the fees, was sent to your account.") % {"fund": campaign.name}
        return Letter(_("%(amount)s was paid out") % {"amount": amount}, [sentence], _("Go to it"), path)

    await tell_team(payload, campaign, write)


async def _earnings_paid(payload: dict[str, Any], payout: Payout) -> None:
    organisation = await Organisation.get(id=payout.organisation_id)

    def write() -> Letter:
        amount = money(payout.amount_minor, payout.currency)
        sentence = _("What you have earned was sent to your account. Each line of it stands on your desk.")
        path = f"{organisation.desk_path}/earnings?currency={payout.currency}"
        return Letter(_("%(amount)s was paid out") % {"amount": amount}, [sentence], _("Go to it"), path)

    await tell_organisation(payload, organisation.id, write)


async def _dispute(payload: dict[str, Any]) -> None:
    dispute = await Dispute.get(id=payload["dispute"])
    found = await about(dispute)

    def write(organisation: Organisation) -> Letter:
        facts = {"amount": money(dispute.asked_minor, dispute.currency), "fund": found.name}
        if dispute.is_inquiry and dispute.state == DisputeState.WON:
            said = _("The bank asks no more: it has taken nothing.")
        elif dispute.state == DisputeState.WON:
            said = _("The bank decided for you: the money is back.")
        elif dispute.state == DisputeState.LOST:
            said = _("The bank decided for the fan: the money is gone.")
        else:
            until = day(dispute.due_by) if dispute.due_by else ""
            sentence = (
                _(
                    "A fan's bank asks about a payment, and has taken nothing yet. Answer with what speaks for it by %(day)s."
                )
                if dispute.is_inquiry
                else _("A fan's bank took the money back. Answer with what speaks for the payment by %(day)s.")
            )
            said = sentence % {"day": until}
        path = f"/desk/{organisation.slug}/disputes/{public(dispute.id)}"
        return Letter(_("Disputed: %(amount)s of %(fund)s") % facts, [said], _("Look at it"), path)

    await tell_organisations(payload, found.organisations, write)


async def _draw_waits(payload: dict[str, Any]) -> None:
    """A draw has closed, and the number that it was announced with is known: without it nothing is drawn."""
    draw = await Draw.get(id=payload["draw"])
    if draw.state != DrawState.CLOSED:
        return
    campaign = await Campaign.get(id=draw.campaign_id)
    path = f"{await desk_path(campaign)}/draws/{public(draw.id)}"

    def write() -> Letter:
        facts = {"title": draw.title, "what": draw.public_what, "until": moment_text(draw.answer_by)}
        sentences = [
            _("“%(title)s” can be drawn: the number that you announced is known now (%(what)s).") % facts,
            _("Write it down, with the place where everybody can look it up. Undrawn by %(until)s, it is called off.")
            % facts,
        ]
        return Letter(_("Ready to be drawn: %(title)s") % facts, sentences, _("Draw it"), path)

    await tell_team(payload, campaign, write)


JOBS: dict[str, Job] = {
    "draw_waits": _draw_waits,
    "campaign_reviewed": _reviewed,
    "launch_put_off": _put_off,
    "update_due": _update_due,
    "campaign_paused": _paused,
    "campaign_funded": _funded,
    "campaign_failed": _ended,
    "campaign_cancelled": _ended,
    "payout_paid": _payout_paid,
    "dispute_opened": _dispute,
    "dispute_ended": _dispute,
}
