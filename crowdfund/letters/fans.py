"""What a fan is told of her own doing: what she pledged and changed, word for word, and what her card needs until it is charged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crowdfund import clock
from crowdfund.campaigns.models import Campaign, Tier
from crowdfund.campaigns.pages.words import beside_the_button
from crowdfund.campaigns.rules import SETTLE_DAYS
from crowdfund.database.outbox import Job
from crowdfund.letters.letter import Letter, send
from crowdfund.payments.models import CardState, SavedCard
from crowdfund.people.models import Person
from crowdfund.pledges.card_changes import still_ends_too_early
from crowdfund.pledges.models import Pledge, PledgeEvent, PledgeState, Terms
from crowdfund.web.formats import day, moment_text, money, month
from crowdfund.web.i18n import _


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a pledge as its letter tells it: what she had before, what she has now, what she agreed to."""

    pledge: Pledge
    campaign: Campaign
    event: PledgeEvent
    before: PledgeEvent | None
    tier: Tier | None
    terms: str

    @property
    def amount(self) -> str:
        return money(self.event.amount_minor, self.pledge.currency)

    @property
    def reward(self) -> str:
        if self.tier is None:
            return _("no reward")
        return f"{self.event.quantity} × {self.tier.name}" if self.event.quantity > 1 else self.tier.name


async def _step(payload: dict[str, Any]) -> Step | None:
    """None where she has taken it back meanwhile: that she did so she knows."""
    pledge = await Pledge.get(id=payload["pledge"])
    if pledge.state == PledgeState.CANCELLED:
        return None
    events = await PledgeEvent.filter(pledge_id=pledge.id, to_state=PledgeState.ACTIVE.value).order_by("id")
    event = next((e for e in events if e.id == payload.get("event")), events[0])
    agreed = (
        await PledgeEvent.filter(pledge_id=pledge.id, id__lte=event.id, terms__not_isnull=True).order_by("-id").first()
    )
    terms = await Terms.get_or_none(hash=agreed.terms) if agreed else None
    return Step(
        pledge, await Campaign.get(id=pledge.campaign_id), event, next((e for e in reversed(events) if e.id < event.id), None),
        await Tier.get_or_none(id=event.tier_id) if event.tier_id else None, terms.text if terms else "",
    )  # fmt: skip


async def _pledge_made(payload: dict[str, Any]) -> None:
    step = await _step(payload)
    if step is None:
        return

    def write() -> Letter:
        counts = _("Your pledge of %(amount)s counts. Thank you.") % {"amount": step.amount}
        what = _("For it you get: %(reward)s.") % {"reward": step.reward}
        title = _("You back %(fund)s") % {"fund": step.campaign.name}
        return Letter(title, [counts, what, *_from_here(step)], _("See your pledge"), step.pledge.path)

    await send(payload, await Person.get(id=step.pledge.person_id), write)


async def _pledge_changed(payload: dict[str, Any]) -> None:
    step = await _step(payload)
    if step is None:
        return

    def write() -> Letter:
        facts = {"amount": step.amount, "when": moment_text(step.event.at), "reward": step.reward}
        changed = _("Since %(when)s your pledge is %(amount)s. For it you get: %(reward)s.") % facts
        if step.before is not None:
            changed += " " + _("Before it was %(amount)s.") % {
                "amount": money(step.before.amount_minor, step.pledge.currency)
            }
        title = _("Your pledge to %(fund)s is changed") % {"fund": step.campaign.name}
        return Letter(title, [changed, *_from_here(step)], _("See your pledge"), step.pledge.path)

    await send(payload, await Person.get(id=step.pledge.person_id), write)


def _from_here(step: Step) -> list[str]:
    """When her card is charged, as long as that is still to come, and what she agreed to."""
    said = []
    if step.pledge.state == PledgeState.ACTIVE and step.campaign.closes_at:
        said.append(_("Nothing is charged now.") + " " + beside_the_button(step.campaign, clock.now()))
    if step.terms:
        said.append(_("You agreed to this: “%(terms)s”") % {"terms": step.terms})
    return said


# --- her card ---


async def _card_ends(payload: dict[str, Any]) -> None:
    """Her card is over before the fund's last try, while her pledge still counts on it."""
    if not await still_ends_too_early(payload["pledge"], payload["card"]):
        return
    pledge, card = await Pledge.get(id=payload["pledge"]), await SavedCard.get(id=payload["card"])
    campaign = await Campaign.get(id=pledge.campaign_id)
    assert campaign.closes_at is not None
    closes_at = campaign.closes_at

    def write() -> Letter:
        facts = {
            "card": card.label, "month": month(datetime(card.expires_year, card.expires_month, 1, tzinfo=closes_at.tzinfo)),
            "fund": campaign.name, "from": day(closes_at), "until": day(closes_at + timedelta(days=SETTLE_DAYS)),
        }  # fmt: skip
        said = [
            _("%(card)s is good until the end of %(month)s. “%(fund)s” charges cards from %(from)s to %(until)s.")
            % facts,
            _(
                "Many banks renew a card by themselves, and then nothing has to be done. To be safe, give your pledge another card."
            ),
        ]
        return Letter(
            _("Your card ends before %(fund)s is paid") % facts, said, _("Give another card"), f"{pledge.path}#card"
        )

    await send(payload, await Person.get(id=pledge.person_id), write)


async def _card_gone(payload: dict[str, Any]) -> None:
    """Her card was taken away from us, at her bank's or the processor's, while her pledge counts on it."""
    pledge, card = await Pledge.get(id=payload["pledge"]), await SavedCard.get(id=payload["card"])
    needs_it = pledge.state in (PledgeState.ACTIVE, PledgeState.ERRORED) and pledge.card_id == card.id
    if not needs_it or card.state != CardState.GONE:
        return
    campaign = await Campaign.get(id=pledge.campaign_id)

    def write() -> Letter:
        facts = {"card": card.label, "fund": campaign.name, "amount": money(pledge.amount_minor, pledge.currency)}
        said = [
            _("%(card)s can't be charged any more: it is not saved with our payment company now.") % facts,
            _(
                "Your pledge of %(amount)s still counts. It needs another card, or it can't be paid when “%(fund)s” closes."
            )
            % facts,
        ]
        return Letter(
            _("Your pledge to %(fund)s needs another card") % facts, said, _("Give another card"), f"{pledge.path}#card"
        )

    await send(payload, await Person.get(id=pledge.person_id), write)


JOBS: dict[str, Job] = {
    "pledge_made": _pledge_made,
    "pledge_changed": _pledge_changed,
    "card_ends": _card_ends,
    "card_gone": _card_gone,
}
