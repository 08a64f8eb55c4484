"""What people are told by mail, and when: a job for each occasion, each a letter in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crowdfund import clock, delivery_letters, fan_letters, mailer
from crowdfund.campaigns.actions import REMIND_BEFORE
from crowdfund.campaigns.models import Campaign, CampaignState, CampaignUpdate, ReviewRemark
from crowdfund.campaigns.updates import opening
from crowdfund.database import Sql, atomic, outbox
from crowdfund.database.ids import public
from crowdfund.database.outbox import Job
from crowdfund.disputes.models import Dispute, DisputeState
from crowdfund.letter import Letter
from crowdfund.letter import send as _send
from crowdfund.payments.models import Charge, ChargeState, Refund
from crowdfund.payouts.models import Payout
from crowdfund.people import accounts
from crowdfund.people.models import Member, Organisation, Person, Role
from crowdfund.pledges import deliveries
from crowdfund.pledges.models import Pledge, PledgeState
from crowdfund.web.formats import day, moment_text, money, number
from crowdfund.web.i18n import _, ngettext, speaking

PAGE = 500


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
                _("For your pledge to %(fund)s: %(reason)s.") % {"fund": campaign.name, "reason": refund.reason},
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
    await _ask_for_mails(payload, [_mail(payload, reader, write) for reader in team], up_to=1)


def _mail(payload: dict[str, Any], reader: Person, write: Callable[[], Letter]) -> tuple[str, dict[str, Any], str]:
    """A job of its own, so that one bad address holds nobody else up."""
    with speaking(reader.locale):
        letter = write()
    job = {"template": "letter", "to": reader.email, "locale": reader.locale, "context": letter.context(reader)}
    return "mail", job, f"mail:{payload['id']}:{reader.id}"


@atomic
async def _ask_for_mails(
    payload: dict[str, Any], jobs: list[tuple[str, dict[str, Any], str | None]], *, up_to: int
) -> None:
    """Ask for the mails of a page of readers, and write down that it was done: redone after a crash, nobody is told twice."""
    await outbox.enqueue_many(jobs)
    await outbox.has_come_to(payload | {"told": up_to})


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


# --- to followers and backers, a page of them at a time: each reader with the place in the line to go on from ---

_ALL = Sql("""
    SELECT person_id, person_id AS place FROM (
        SELECT person_id FROM follower WHERE campaign_id = $1
        UNION SELECT person_id FROM pledge WHERE campaign_id = $1 AND state IN ('active', 'charging', 'errored', 'collected', 'disputed')
    ) AS told WHERE person_id > $2 ORDER BY person_id LIMIT $3""")
_READERS = Sql("""
    SELECT person_id, person_id AS place FROM (
        SELECT person_id FROM follower WHERE campaign_id = $1
        UNION SELECT person_id FROM pledge WHERE campaign_id = $1 AND state IN ('active', 'charging', 'errored', 'collected', 'disputed')
    ) AS told WHERE person_id > $2
      AND NOT EXISTS (SELECT 1 FROM mail_stop s WHERE s.campaign_id = $1 AND s.person_id = told.person_id)
    ORDER BY person_id LIMIT $3""")
_FOLLOWERS = Sql("""
    SELECT person_id, person_id AS place FROM follower WHERE campaign_id = $1 AND person_id > $2 ORDER BY person_id LIMIT $3""")
_PAID = Sql("""
    SELECT person_id, id AS place FROM pledge WHERE campaign_id = $1 AND state = 'collected' AND id > $2 ORDER BY id LIMIT $3""")
_HOW_MANY_PAID = Sql("SELECT COUNT(*) AS n FROM pledge WHERE campaign_id = $1 AND state = 'collected'")


async def _launched(payload: dict[str, Any]) -> None:
    campaign = await Campaign.get(id=payload["campaign"])

    def write() -> Letter:
        sentence = _("The fund that you follow takes pledges from now on.")
        title = _("%(fund)s is open") % {"fund": campaign.name}
        return Letter(title, [sentence], _("Back it"), campaign.path, news_of=(campaign.id, campaign.name))

    await _tell_many(payload, campaign, write, readers=_FOLLOWERS)


async def _closing_soon(payload: dict[str, Any]) -> None:
    campaign = await Campaign.get(id=payload["campaign"])
    closes_at = campaign.closes_at
    if campaign.state != CampaignState.LIVE or closes_at is None:  # it was paused or cancelled since this was put down
        return
    if closes_at - clock.now() > REMIND_BEFORE:  # it was paused meanwhile: its new day has a reminder of its own
        return

    def write() -> Letter:
        sentence = _("The fund that you follow closes on %(when)s.") % {"when": moment_text(closes_at)}
        title = _("Two days left for %(fund)s") % {"fund": campaign.name}
        news_of = (campaign.id, campaign.name)
        return Letter(title, [sentence], _("See where it stands"), campaign.path, news_of=news_of)

    await _tell_many(payload, campaign, write, readers=_FOLLOWERS)


async def _made_it(payload: dict[str, Any]) -> None:
    """Everybody whose money the fund has hears that it succeeded, with or without something to be sent."""
    campaign = await Campaign.get(id=payload["campaign"])
    fans = int(await _HOW_MANY_PAID.value(campaign.id))

    def write() -> Letter:
        facts = {
            "fund": campaign.name,
            "collected": money(campaign.collected_minor, campaign.currency),
            "fans": number(fans),
        }
        from_whom = ngettext(
            "%(collected)s was collected from %(fans)s fan.", "%(collected)s was collected from %(fans)s fans.", fans
        )
        next_ = _("Now it is made. The makers write updates, and what was promised to you is sent when it is ready.")
        return Letter(_("%(fund)s made it") % facts, [from_whom % facts, next_], _("Go to the fund"), campaign.path)

    await _tell_many(payload, campaign, write, readers=_PAID)


async def _update_published(payload: dict[str, Any]) -> None:
    update = await CampaignUpdate.get(id=payload["update"])
    campaign = await Campaign.get(id=update.campaign_id)

    def write() -> Letter:
        path = f"{campaign.path}/updates/{update.number}"
        said, more = opening(update.body)
        sentences = [*said, _("There is more of it on the page.")] if more else said
        news_of = (campaign.id, campaign.name)
        return Letter(f"{campaign.name}: {update.title}", sentences, _("Read it on its page"), path, news_of=news_of)

    await _tell_many(payload, campaign, write, readers=_READERS)


async def _on_hold(payload: dict[str, Any]) -> None:
    """Whoever backs or follows a fund hears that it is paused and what that means for her money; why, its makers are told."""
    campaign = await Campaign.get(id=payload["campaign"])
    if campaign.state != CampaignState.SUSPENDED:
        return

    def write() -> Letter:
        sentences = [
            _("We have paused it while we look into it. No card is charged meanwhile, and nothing can be pledged."),
            _("A pledge stays as it is; you can cancel it at any time. We write to you when the fund opens again or ends."),
        ]
        return Letter(_("%(fund)s is on hold") % {"fund": campaign.name}, sentences, _("Go to the fund"), campaign.path)

    await _tell_many(payload, campaign, write)


async def _resumed(payload: dict[str, Any]) -> None:
    """Whoever backs or follows a fund that was paused hears that it is open again, and when it closes now."""
    campaign = await Campaign.get(id=payload["campaign"])
    if campaign.state != CampaignState.LIVE or campaign.closes_at is None:
        return
    closes = campaign.closes_at

    def write() -> Letter:
        sentences = [
            _("It was paused while we looked into it; now it takes pledges again."),
            _("The time it was paused is given back: it closes on %(when)s. Cards are charged after that, not before.")
            % {"when": moment_text(closes)},
        ]
        title = _("%(fund)s is open again") % {"fund": campaign.name}
        return Letter(title, sentences, _("Go to the fund"), campaign.path)

    await _tell_many(payload, campaign, write)


async def _tell_many(
    payload: dict[str, Any], campaign: Campaign, write: Callable[[], Letter], *, readers: Sql = _ALL
) -> None:
    after = payload.get("told", 0)
    while page := await readers(campaign.id, after, PAGE):
        people = await Person.filter(id__in=[row["person_id"] for row in page]).order_by("id")
        after = page[-1]["place"]
        await _ask_for_mails(payload, [_mail(payload, reader, write) for reader in people], up_to=after)


JOBS: dict[str, Job] = {
    **mailer.JOBS,
    **accounts.JOBS,
    **fan_letters.JOBS,
    **delivery_letters.JOBS,
    "pledge_collected": _about_pledge(_collected),
    "pledge_errored": _about_pledge(_errored, only=PledgeState.ERRORED),
    "pledge_dropped": _about_pledge(_dropped),
    "pledge_released": _about_pledge(_released),
    "refund_sent": _refund_sent,
    "campaign_reviewed": _reviewed,
    "campaign_launched": _launched,
    "launch_put_off": _put_off,
    "campaign_paused": _paused,
    "fans_of_paused": _on_hold,
    "campaign_resumed": _resumed,
    "campaign_funded": _funded,
    "fund_made_it": _made_it,
    "campaign_failed": _ended,
    "campaign_cancelled": _ended,
    "closing_soon": _closing_soon,
    "update_published": _update_published,
    "payout_paid": _payout_paid,
    "dispute_opened": _dispute,
    "dispute_ended": _dispute,
}
