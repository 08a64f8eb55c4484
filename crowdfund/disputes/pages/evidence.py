"""What our own records say about a disputed payment, in the order in which it happened: the producer adds to it, a bank reads it.

Nothing here is claimed that no row says. What is not known, such as the end of a fund that still settles, is said to be open.
"""

from __future__ import annotations

from dataclasses import dataclass

from crowdfund.campaigns.models import Campaign, CampaignEvent, CampaignState, Rule, Tier
from crowdfund.campaigns.pages.shown import month_of
from crowdfund.disputes.answers import words_of
from crowdfund.disputes.models import Dispute
from crowdfund.disputes.pages.goods import drafted_about_goods
from crowdfund.disputes.pages.tickets import drafted_about_tickets
from crowdfund.disputes.queries import About
from crowdfund.payments.charges import was_refused
from crowdfund.payments.models import CardSetup, Charge, Refund, RefundState, SavedCard
from crowdfund.people.models import AuditEntry, Mail
from crowdfund.pledges.models import Delivery, DeliveryState, Pledge, PledgeEvent, PledgeState, Terms
from crowdfund.settings import current
from crowdfund.web.formats import moment_text, money, percent
from crowdfund.web.i18n import _


@dataclass(frozen=True, slots=True)
class Records:
    """Every row about a disputed payment, each list in the order of time."""

    pledge: Pledge
    campaign: Campaign
    charge: Charge
    card: SavedCard | None
    attempts: list[Charge]
    steps: list[PledgeEvent]
    tiers: dict[int, Tier]
    terms: dict[str, Terms]
    setup: CardSetup | None
    letters: dict[int, Mail]
    verdict: CampaignEvent | None
    delivery: Delivery | None
    refunds: list[Refund]
    is_unchanged: bool  # no tier of the fund was touched since her first step

    def amount(self, amount_minor: int) -> str:
        return money(amount_minor, self.pledge.currency)

    def reward(self, step: PledgeEvent) -> str:
        tier = self.tiers.get(step.tier_id or 0)
        if tier is None:
            return _("no reward")
        return f"{step.quantity} × “{tier.name}”" if step.quantity > 1 else f"“{tier.name}”"


async def drafted(dispute: Dispute, found: About, organisation_id: int) -> str:
    """What our records say for a payment, whatever it was for. organisation_id: who reads it; of several sellers each her part."""
    if found.goods:
        words = await words_of(dispute.id, organisation_id)
        return words or await drafted_about_goods(found, await Charge.get(id=dispute.charge_id), organisation_id)
    if found.campaign is None:
        return await drafted_about_tickets(found, await Charge.get(id=dispute.charge_id))
    return await drafted_evidence(dispute, found.campaign)


async def drafted_evidence(dispute: Dispute, campaign: Campaign) -> str:
    records = await _records(dispute, campaign)
    parts = (_promised, _agreed, _reward, _charged, _ended, _given_back, _sent)
    return "\n".join(line for part in parts for line in part(records))


async def _records(dispute: Dispute, campaign: Campaign) -> Records:
    pledge, charge = await Pledge.get(id=dispute.pledge_id), await Charge.get(id=dispute.charge_id)
    subject = f"pledge:{pledge.id}"
    steps = await PledgeEvent.filter(pledge_id=pledge.id).order_by("id")
    ends = [CampaignState.FUNDED.value, CampaignState.FAILED.value]
    hashes, ids = {s.terms for s in steps if s.terms}, {s.tier_id for s in steps if s.tier_id}
    return Records(
        pledge=pledge, campaign=campaign, charge=charge, card=await SavedCard.get_or_none(id=charge.card_id),
        attempts=await Charge.filter(subject=subject).order_by("attempt"), steps=steps,
        tiers={tier.id: tier for tier in await Tier.filter(id__in=list(ids))} if ids else {},
        terms={terms.hash: terms for terms in await Terms.filter(hash__in=list(hashes))} if hashes else {},
        setup=await CardSetup.filter(subject=subject, card_id=charge.card_id).first(),
        letters={mail.id: mail for mail in await Mail.filter(id__in=[step.id for step in steps])},
        verdict=await CampaignEvent.filter(campaign_id=campaign.id, to_state__in=ends).order_by("id").first(),
        delivery=await Delivery.get_or_none(pledge_id=pledge.id), refunds=await Refund.filter(subject=subject).order_by("id"),
        is_unchanged=not await AuditEntry.exists(action="tier_changed", subject=f"campaign:{campaign.id}", at__gte=steps[0].at),
    )  # fmt: skip


# --- what she promised, and on what words ---


def _promised(records: Records) -> list[str]:
    lines = []
    for step in records.steps:
        facts = {
            "when": moment_text(step.at), "amount": records.amount(step.amount_minor), "fund": records.campaign.name,
            "reward": records.reward(step),
        }  # fmt: skip
        if step.kind == "amended":
            lines.append(_("%(when)s: she changed her pledge to %(amount)s, with %(reward)s.") % facts)
        elif step.from_state == "":
            lines.append(_("%(when)s: the fan pledged %(amount)s to the fund “%(fund)s”, with %(reward)s.") % facts)
        elif step.to_state == PledgeState.ACTIVE:
            lines.append(
                _("%(when)s: she saved her card for it on the payment company's page. From then on it counted.") % facts
            )
    facts = {
        "number": records.pledge.page_version,
        "url": f"{current().base_url}{records.campaign.path}/versions/{records.pledge.page_version}",
    }
    return [*lines, _("What the page of the fund said then is kept as its version %(number)s: %(url)s") % facts]


def _agreed(records: Records) -> list[str]:
    lines = []
    for terms in records.terms.values():
        steps = [step for step in records.steps if step.terms == terms.hash]
        when = "; ".join(f"{moment_text(step.at)}, {records.amount(step.amount_minor)}" for step in steps)
        facts = {"when": when, "text": terms.text, "hash": terms.hash}
        lines.append(_("She agreed to these words (%(when)s): “%(text)s” (kept as %(hash)s)") % facts)
    if not lines and records.setup is not None:
        facts = {"when": moment_text(records.setup.made_at), "text": records.setup.consent_text}
        lines.append(_("She agreed on %(when)s: %(text)s") % facts)
    for mail in records.letters.values():
        if mail.sent_at is not None:
            lines.append(_("A letter that says so was sent to her on %(when)s.") % {"when": moment_text(mail.sent_at)})
    return lines


def _reward(records: Records) -> list[str]:
    """What she was promised for what was charged, in the very words: what a tier says stays, once fans have taken it."""
    tier = records.tiers.get(records.pledge.tier_id or 0)
    if tier is None:
        return [_("She chose no reward: she gave to the fund itself.")]
    facts = {"reward": tier.name, "price": records.amount(tier.price_minor), "number": records.pledge.quantity}
    lines = [_("What she was promised: %(number)s × “%(reward)s” at %(price)s each.") % facts]
    if tier.description:
        lines.append(_("Its description: “%(text)s”") % {"text": tier.description})
    if records.is_unchanged:
        lines.append(_("Nothing of it was changed since she pledged."))
    if tier.delivers_on:
        lines.append(_("It was announced for %(month)s.") % {"month": month_of(tier.delivers_on)})
    return lines


# --- what was charged, and when ---


def _charged(records: Records) -> list[str]:
    campaign, charge = records.campaign, records.charge
    lines = []
    if campaign.closed_at is not None:
        facts = {
            "when": moment_text(campaign.closed_at), "promised": records.amount(campaign.promised_at_close_minor),
            "needed": records.amount(campaign.needed_minor), "share": percent(campaign.threshold_bps, 10_000),
        }  # fmt: skip
        rules = {
            Rule.STRICT: _("It succeeds if %(needed)s is collected, its whole goal."),
            Rule.THRESHOLD: _("It succeeds if %(needed)s is collected, %(share)s of its goal."),
            Rule.FLEXIBLE: _("It keeps what is collected, whatever that is."),
        }
        closed = _("%(when)s: the fund closed, with %(promised)s promised.") % facts
        lines.append(f"{closed} {rules[Rule(campaign.rule)] % facts}")
    for attempt in records.attempts:
        if was_refused(attempt) and attempt.ended_at is not None:
            lines.append(_("%(when)s: the card was refused.") % {"when": moment_text(attempt.ended_at)})
    if charge.ended_at is not None:
        facts = {
            "when": moment_text(charge.ended_at), "amount": records.amount(charge.amount_minor),
            "card": records.card.label if records.card else "",
        }  # fmt: skip
        lines.append(_("%(when)s: %(card)s was charged %(amount)s, as agreed, in the days after the close.") % facts)
    return lines


def _ended(records: Records) -> list[str]:
    """The verdict comes after the charges: it is made by what was collected."""
    if records.verdict is None:
        if records.campaign.settle_by is None:
            return []
        open_until = _("The fund has not ended yet: cards are charged until %(when)s at the latest.") % {
            "when": moment_text(records.campaign.settle_by)
        }
        return [f"{open_until} {_('If it collects too little, she gets everything back.')}"]
    facts = {"when": moment_text(records.verdict.at)}
    if records.verdict.to_state == CampaignState.FUNDED:
        return [_("%(when)s: after the charges, the fund had collected what its rule asks for, and succeeded.") % facts]
    return [
        _("%(when)s: after the charges, the fund had collected too little, and failed. Everybody gets everything back.")
        % facts
    ]


def _given_back(records: Records) -> list[str]:
    said = {
        RefundState.PENDING: _("A refund of %(amount)s was begun on %(when)s and is on its way."),
        RefundState.SUCCEEDED: _("A refund of %(amount)s was paid to her card on %(when)s."),
        RefundState.FAILED: _("A refund of %(amount)s was tried on %(when)s, and her bank did not take it."),
        RefundState.PAID_ANOTHER_WAY: _("A refund of %(amount)s reached her another way on %(when)s."),
    }
    return [
        said[RefundState(one.state)] % {"amount": records.amount(one.amount_minor), "when": moment_text(one.ended_at or one.made_at)}
        for one in records.refunds
    ]  # fmt: skip


# --- what was sent ---


def _sent(records: Records) -> list[str]:
    tier, delivery = records.tiers.get(records.pledge.tier_id or 0), records.delivery
    if delivery is None:
        if tier is None:
            return []
        return [
            _("Where to send it she was not asked yet.")
            if tier.ships == "post"
            else _("Nothing of it is sent by post.")
        ]
    facts = {"when": moment_text(delivery.asked_at), "tracking": delivery.tracking or _("without a tracking number")}
    lines = []
    if delivery.state == DeliveryState.AWAITING_ADDRESS:
        lines.append(_("%(when)s: she was asked where to send it, and has not answered.") % facts)
    elif delivery.state == DeliveryState.READY:
        lines.append(
            _("%(when)s: she was asked where to send it, and gave an address. It has not been sent yet.") % facts
        )
    elif delivery.sent_at is None:
        lines.append(_("It was not sent, as the money went back."))
    if delivery.sent_at is not None:
        lines.append(_("%(when)s: it was sent (%(tracking)s).") % {**facts, "when": moment_text(delivery.sent_at)})
    if delivery.received_at is not None:
        lines.append(_("%(when)s: she told us that it had arrived.") % {"when": moment_text(delivery.received_at)})
    return lines
