"""What people are told of polls: fans that they are asked, what came of it and what was decided; makers that they owe an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from crowdfund.campaigns.models import Campaign, CampaignState
from crowdfund.community.polls.models import DecisionKind, Poll, PollState
from crowdfund.community.polls.pages.shown import poll_shown
from crowdfund.community.polls.queries import ASKED, TOLD_OF_RESULTS, PollNow, poll_now
from crowdfund.community.polls.rules import OVER
from crowdfund.database import Sql
from crowdfund.database.outbox import Job
from crowdfund.letters.crowds import tell_readers
from crowdfund.letters.letter import Letter
from crowdfund.letters.teams import desk_path, tell_team
from crowdfund.web.formats import moment_text, said
from crowdfund.web.i18n import _

Words = Callable[[PollNow, Campaign, dict[str, str]], Letter]


async def _found(payload: dict[str, Any]) -> tuple[PollNow, Campaign]:
    poll = await Poll.get(id=payload["poll"])
    return await poll_now(poll), await Campaign.get(id=poll.campaign_id)


def _to_fans(write: Words, readers: Callable[[PollNow], Sequence[Sql]], only: set[PollState]) -> Job:
    """only: where the poll has to stand for the letter still to be true."""

    async def job(payload: dict[str, Any]) -> None:
        found, campaign = await _found(payload)
        if found.standing not in only or (campaign.state == CampaignState.SUSPENDED and PollState.OPEN in only):
            return
        facts = {"question": found.poll.question, "fund": campaign.name}
        sql = readers(found)
        await tell_readers(payload, (campaign.id, found.poll.id), lambda: write(found, campaign, facts), readers=sql)

    return job


def _letter(subject: str, paragraphs: list[str], button: str, found: PollNow, campaign: Campaign) -> Letter:
    news_of = (campaign.id, campaign.name)
    return Letter(subject, paragraphs, button, found.poll.path_in(campaign.path), news_of=news_of)


def _asked(found: PollNow, campaign: Campaign, facts: dict[str, str]) -> Letter:
    shown, names = poll_shown(found, campaign), ", ".join(one.name for one in found.candidates)
    sentences = [
        _("The makers of “%(fund)s” ask you: %(question)s") % facts, _("To choose from: %(names)s.") % {"names": names},
        shown.who_votes, f"{shown.label_text}. {shown.what_it_means}", f"{shown.clock}.",
    ]  # fmt: skip
    return _letter(_("You are asked: %(question)s") % facts, sentences, _("Vote"), found, campaign)


def _result(found: PollNow, campaign: Campaign, facts: dict[str, str]) -> Letter:
    shown = poll_shown(found, campaign)
    sentences = [shown.said, f"{shown.turnout}."]
    if campaign.state not in OVER and found.poll.decide_by:
        due = {"when": moment_text(found.poll.decide_by)}
        sentences.append(_("By %(when)s its makers publish what they decided, and why. We write to you then.") % due)
    return _letter(_("How fans voted: %(question)s") % facts, sentences, _("See the result"), found, campaign)


def _decided(found: PollNow, campaign: Campaign, facts: dict[str, str]) -> Letter:
    decision = poll_shown(found, campaign).decision
    assert decision is not None
    heading = _("Decided: %(name)s") % {"name": decision.name} if decision.name else _("Nothing was decided")
    sentences = [f"{heading}. {decision.kind_text}.", *decision.paragraphs]
    return _letter(_("The decision: %(question)s") % facts, sentences, _("Read it on its page"), found, campaign)


def _cancelled(found: PollNow, campaign: Campaign, facts: dict[str, str]) -> Letter:
    sentences = [_("The poll was cancelled before it closed. No vote counts."), said(found.ended_because)]
    return _letter(_("Cancelled: %(question)s") % facts, sentences, _("See the poll"), found, campaign)


# --- to its makers ---


def _to_team(write: Words) -> Job:
    async def job(payload: dict[str, Any]) -> None:
        found, campaign = await _found(payload)
        if found.standing != PollState.CLOSED:
            return
        path = found.poll.path_in(await desk_path(campaign))
        facts = {"question": found.poll.question, "fund": campaign.name, "path": path}
        await tell_team(payload, campaign, lambda: write(found, campaign, facts))

    return job


def _to_decide(found: PollNow, campaign: Campaign, facts: dict[str, str]) -> Letter:
    shown = poll_shown(found, campaign)
    assert found.poll.decide_by is not None
    sentences = [
        f"{shown.said} {shown.turnout}.",
        _("You promised to publish your decision and its reason by %(when)s. Your fans read the result now.")
        % {"when": moment_text(found.poll.decide_by)},
    ]
    return Letter(_("Your fans have voted: %(question)s") % facts, sentences, _("Publish your decision"), facts["path"])


def _late(found: PollNow, campaign: Campaign, facts: dict[str, str]) -> Letter:
    sentence = _(
        "The day that you promised has passed. The poll and the page of “%(fund)s” say so until you publish it."
    )
    title = _("Your decision is overdue: %(question)s") % facts
    return Letter(title, [sentence % facts], _("Publish your decision"), facts["path"])


def _told_of_results(found: PollNow) -> Sequence[Sql]:
    return TOLD_OF_RESULTS


def _published(found: PollNow) -> Sequence[Sql]:
    """Of what became moot nobody is written to: that the fund ended they have been told."""
    moot = found.decision is not None and found.decision.kind == DecisionKind.MOOT
    return () if moot else TOLD_OF_RESULTS


JOBS: dict[str, Job] = {
    "poll_opened": _to_fans(_asked, lambda found: ASKED[found.poll.audience], {PollState.OPEN}),
    "poll_closed": _to_fans(_result, _told_of_results, {PollState.CLOSED, PollState.DECIDED}),
    "poll_decided": _to_fans(_decided, _published, {PollState.DECIDED}),
    "poll_cancelled": _to_fans(_cancelled, _told_of_results, {PollState.CANCELLED}),
    "poll_to_decide": _to_team(_to_decide),
    "poll_decision_late": _to_team(_late),
}
