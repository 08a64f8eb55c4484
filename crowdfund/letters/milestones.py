"""About milestones: to the backers when one is asked for, released or given back, to the makers when they are objected to."""

from __future__ import annotations

from typing import Any

from crowdfund.campaigns.milestones.models import Milestone, MilestoneEvent
from crowdfund.campaigns.models import Campaign
from crowdfund.database.outbox import Job
from crowdfund.letters.crowds import PAID, tell_many
from crowdfund.letters.letter import Letter, send
from crowdfund.letters.teams import desk_path, tell_team
from crowdfund.people.models import Person
from crowdfund.pledges.milestones.models import EndedAs, ReleaseObjection, ReleaseRequest
from crowdfund.web.formats import moment_text, money, number, said
from crowdfund.web.i18n import _, ngettext


async def _about(request_id: int) -> tuple[ReleaseRequest, Milestone, Campaign]:
    request = await ReleaseRequest.get(id=request_id)
    return request, await Milestone.get(id=request.milestone_id), await Campaign.get(id=request.campaign_id)


async def _requested(payload: dict[str, Any]) -> None:
    """Every backer hears what was done and where it is shown, and until when she can object."""
    request, milestone, campaign = await _about(payload["request"])
    if request.ended_as == EndedAs.TAKEN_BACK:
        return

    def write() -> Letter:
        facts = {
            "fund": campaign.name, "title": milestone.title, "amount": money(milestone.left_minor, campaign.currency),
            "when": moment_text(request.objections_until), "num": number(request.pauses_at),
        }  # fmt: skip
        paused = ngettext(
            "If it is not so, object by %(when)s. If %(num)s backer objects, we look into it before anything is paid.",
            "If it is not so, object by %(when)s. If %(num)s backers object, we look into it before anything is paid.",
            request.pauses_at,
        )
        asked = _("Its makers ask for the next part of the money: %(amount)s for “%(title)s”. They write:")
        return Letter(
            _("%(fund)s: %(title)s") % facts, [asked % facts, request.words, paused % facts], _("See what they show"),
            f"{campaign.path}#milestones",
        )  # fmt: skip

    await tell_many(payload, campaign, write, readers=(PAID,))


async def _objected(payload: dict[str, Any]) -> None:
    objection = await ReleaseObjection.get(id=payload["objection"])
    _request, milestone, campaign = await _about(objection.request_id)
    path = f"{await desk_path(campaign)}/milestones"

    def write() -> Letter:
        facts = {"fund": campaign.name, "title": milestone.title}
        return Letter(
            _("A backer of %(fund)s objects to “%(title)s”") % facts,
            [objection.text, _("You can answer her, for all to read.")], _("Answer"), path,
        )  # fmt: skip

    await tell_team(payload, campaign, write)


async def _paused(payload: dict[str, Any]) -> None:
    request, milestone, campaign = await _about(payload["request"])
    path = f"{await desk_path(campaign)}/milestones"

    def write() -> Letter:
        facts = {"fund": campaign.name, "title": milestone.title}
        sentences = [
            _("“%(title)s” is paused: nothing is paid until we have looked into it.") % facts,
            _("Answer what backers object; if you have more to show, send it to us."),
        ]
        return Letter(_("%(fund)s: a milestone is paused") % facts, sentences, _("Go to it"), path)

    if request.is_open:
        await tell_team(payload, campaign, write)


async def _sent_back(payload: dict[str, Any]) -> None:
    _request, milestone, campaign = await _about(payload["request"])
    path = f"{await desk_path(campaign)}/milestones"
    because = await _last_reason(milestone.id)

    def write() -> Letter:
        facts = {"fund": campaign.name, "title": milestone.title}
        sentences = [
            _("We need to see something else before “%(title)s” is paid. Ask for it again with that.") % facts,
            because,
        ]
        return Letter(_("%(fund)s: show something else") % facts, sentences, _("Go to it"), path)

    await tell_team(payload, campaign, write)


async def _last_reason(milestone_id: int) -> str:
    event = await MilestoneEvent.filter(milestone_id=milestone_id).order_by("-id").first()
    return event.because if event else ""


async def _released(payload: dict[str, Any]) -> None:
    """Every backer hears that a part of her money was paid, and how much still waits."""
    milestone = await Milestone.get(id=payload["milestone"])
    campaign = await Campaign.get(id=milestone.campaign_id)

    def write() -> Letter:
        facts = {
            "fund": campaign.name, "title": milestone.title, "amount": money(milestone.left_minor, campaign.currency),
        }  # fmt: skip
        sentence = _("%(amount)s was released to its makers for “%(title)s”; fees come out of that.") % facts
        return Letter(
            _("%(fund)s: a milestone is paid") % facts,
            [sentence],
            _("See where the money is"),
            f"{campaign.path}#milestones",
        )

    await tell_many(payload, campaign, write, readers=(PAID,))


async def _given_back(payload: dict[str, Any]) -> None:
    """Every backer hears that the rest comes back to her, and why; what hers is, the letter of her refund says."""
    campaign = await Campaign.get(id=payload["campaign"])

    def write() -> Letter:
        facts = {"fund": campaign.name, "amount": money(payload["minor"], campaign.currency)}
        sentences = [
            _("%(amount)s was never released. It goes back to all backers, each her share, and no fee is taken of it.")
            % facts,
            said(payload["because"]),
            _("Yours goes to the card that you paid with. You get another mail when it is sent."),
        ]
        return Letter(
            _("%(fund)s: the rest goes back to you") % facts,
            sentences,
            _("Go to the fund"),
            f"{campaign.path}#milestones",
        )

    await tell_many(payload, campaign, write, readers=(PAID,))


async def _answered(payload: dict[str, Any]) -> None:
    objection = await ReleaseObjection.get(id=payload["objection"])
    _request, milestone, campaign = await _about(objection.request_id)

    def write() -> Letter:
        facts = {"fund": campaign.name, "title": milestone.title}
        title = _("Your objection to “%(title)s” of %(fund)s") % facts
        return Letter(title, [said(objection.answer)], _("Go to it"), f"{campaign.path}#milestones")

    await send(payload, await Person.get(id=objection.person_id), write)


JOBS: dict[str, Job] = {
    "release_requested": _requested,
    "release_objected": _objected,
    "release_paused": _paused,
    "release_sent_back": _sent_back,
    "release_objection_answered": _answered,
    "milestone_released": _released,
    "rest_given_back": _given_back,
}
