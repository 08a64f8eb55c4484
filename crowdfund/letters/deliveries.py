"""What a backer is told of what she is owed: say where to send it, say it at last, it is on its way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crowdfund.campaigns.models import Campaign, Tier
from crowdfund.database.outbox import Job
from crowdfund.letters.letter import Letter, send
from crowdfund.people.models import Person
from crowdfund.pledges.deliveries import silent_from
from crowdfund.pledges.models import UNSENT, Delivery, DeliveryState, Pledge, PledgeState
from crowdfund.web.formats import day
from crowdfund.web.i18n import _

Words = Callable[[Delivery, dict[str, str]], Letter]


def _about(write: Words, only: DeliveryState) -> Job:
    """only: the letter is true in that state alone. Nobody is asked for an address while her payment is with her bank."""

    async def job(payload: dict[str, Any]) -> None:
        delivery, pledge = await Delivery.get(pledge_id=payload["pledge"]), await Pledge.get(id=payload["pledge"])
        if delivery.state != only or (only in UNSENT and pledge.state != PledgeState.COLLECTED):
            return
        campaign, tier = await Campaign.get(id=delivery.campaign_id), await Tier.get(id=delivery.tier_id)
        facts = {"fund": campaign.name, "tier": tier.name, "path": pledge.path}
        await send(payload, await Person.get(id=pledge.person_id), lambda: write(delivery, facts))

    return job


def _address_wanted(delivery: Delivery, facts: dict[str, str]) -> Letter:
    return Letter(
        _("%(fund)s made it: where shall we send it?") % facts,
        [_("Please tell us where “%(tier)s” should go.") % facts, _waiting(delivery)],
        _("Give an address"),
        f"{facts['path']}#delivery",
    )


def _address_missing(delivery: Delivery, facts: dict[str, str]) -> Letter:
    return Letter(
        _("Still wanted: where “%(tier)s” should go") % facts,
        [_("“%(fund)s” can't send you what you were promised until you tell us where.") % facts, _waiting(delivery)],
        _("Give an address"),
        f"{facts['path']}#delivery",
    )


def _waiting(delivery: Delivery) -> str:
    until = day(silent_from(delivery))
    return _("The makers wait for it until %(day)s; later they may close the fund without it.") % {"day": until}


def _sent(delivery: Delivery, facts: dict[str, str]) -> Letter:
    said = [_("What you were promised by %(fund)s was sent. Please tell us when it arrives.") % facts]
    if delivery.tracking:
        said.append(_("Its number on the way: %(tracking)s") % {"tracking": delivery.tracking})
    return Letter(_("On its way: %(tier)s") % facts, said, _("See your pledge"), facts["path"])


JOBS: dict[str, Job] = {
    "address_wanted": _about(_address_wanted, DeliveryState.AWAITING_ADDRESS),
    "address_missing": _about(_address_missing, DeliveryState.AWAITING_ADDRESS),
    "delivery_sent": _about(_sent, DeliveryState.SENT),
}
