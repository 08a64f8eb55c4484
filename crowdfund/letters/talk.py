"""About what is said under a fund: to who asked, to who was hidden or kept from writing, and once a day to the makers."""

from __future__ import annotations

from typing import Any

from crowdfund.campaigns.models import Campaign
from crowdfund.community.talk import queries
from crowdfund.community.talk.models import Comment, CommentBar, CommentState
from crowdfund.community.talk.pages.shown import path_of
from crowdfund.database.outbox import Job
from crowdfund.letters.letter import Letter, send
from crowdfund.letters.teams import desk_path, tell_team
from crowdfund.people.models import Organisation, Person
from crowdfund.web.formats import moment_text, number
from crowdfund.web.i18n import _, ngettext

TOLD_MAX = 10  # questions that stand in one letter; all of them are on the desk
DAY_US = 86_400_000_000


async def _question_answered(payload: dict[str, Any]) -> None:
    """The asker reads the answer in her letter; one that was taken back meanwhile is not sent."""
    answer = await Comment.get(id=payload["answer"])
    question = await Comment.get(id=answer.thread_id)
    if answer.state != CommentState.SHOWN or question.state != CommentState.SHOWN:
        return
    campaign = await Campaign.get(id=answer.campaign_id)
    makers = (await Organisation.get(id=campaign.organisation_id)).name

    def write() -> Letter:
        facts = {"makers": makers, "fund": campaign.name}
        asked = _("You asked: “%(question)s”") % {"question": _short(question.text)}
        return Letter(
            _("%(makers)s answered your question about %(fund)s") % facts, [asked, answer.text], _("Read it there"),
            path_of(answer, campaign),
        )  # fmt: skip

    await send(payload, await Person.get(id=question.person_id), write)


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= 200 else one_line[:200].rpartition(" ")[0] + " …"


async def _questions_wait(payload: dict[str, Any]) -> None:
    """What was asked since the letter of the day before and waits for an answer: one letter for all of it."""
    campaign, until_us = await Campaign.get(id=payload["campaign"]), payload["until"]
    asked = await queries.waiting_between(campaign.id, until_us - DAY_US, until_us, limit=TOLD_MAX)
    if not asked:
        return
    how_many = await queries.how_many_wait(campaign.id)
    path = f"{await desk_path(campaign)}/talk"

    def write() -> Letter:
        waiting = ngettext(
            "%(num)s question about %(fund)s waits for your answer.",
            "%(num)s questions about %(fund)s wait for your answer.",
            how_many,
        ) % {"num": number(how_many), "fund": campaign.name}
        said = [f"“{_short(one.comment.text)}”" for one in asked]
        title = _("Fans ask you about %(fund)s") % {"fund": campaign.name}
        return Letter(title, [waiting, *said], _("Answer"), path)

    await tell_team(payload, campaign, write)


def _about_own(*, hidden: bool) -> Job:
    """To the author of what staff have hidden, or shown again; none where that is so no longer."""

    async def job(payload: dict[str, Any]) -> None:
        comment = await Comment.get(id=payload["comment"])
        if comment.state != (CommentState.HIDDEN if hidden else CommentState.SHOWN):
            return
        campaign = await Campaign.get(id=comment.campaign_id)

        def write() -> Letter:
            facts = {"fund": campaign.name, "reason": comment.hidden_because, "text": _short(comment.text)}
            yours = _("You wrote: “%(text)s”") % facts
            if not hidden:
                title = _("What you wrote about %(fund)s is shown again") % facts
                return Letter(
                    title,
                    [yours, _("We had hidden it. It stands there again.")],
                    _("See it"),
                    path_of(comment, campaign),
                )
            said = [
                yours,
                _("The reason: %(reason)s") % facts,
                _("It stands in its place. Answer this mail to tell us your side."),
            ]
            return Letter(
                _("We have hidden what you wrote about %(fund)s") % facts, said, _("See it"), path_of(comment, campaign)
            )

        await send(payload, await Person.get(id=comment.person_id), write)

    return job


async def _commenter_barred(payload: dict[str, Any]) -> None:
    bar = await CommentBar.get(id=payload["bar"])
    if bar.lifted_at is not None:
        return
    campaign = await Campaign.get(id=bar.campaign_id)

    def write() -> Letter:
        facts = {"fund": campaign.name, "when": moment_text(bar.ends_at), "reason": bar.reason}
        said = [
            _("Until %(when)s you can't write under %(fund)s. The reason: %(reason)s") % facts,
            _("Your pledge is as it was, and you can read everything. Answer this mail to tell us your side."),
        ]
        title = _("You can't write under %(fund)s for some days") % facts
        return Letter(title, said, _("Go to the fund"), campaign.path)

    await send(payload, await Person.get(id=bar.person_id), write)


JOBS: dict[str, Job] = {
    "question_answered": _question_answered,
    "questions_wait": _questions_wait,
    "comment_hidden": _about_own(hidden=True),
    "comment_shown_again": _about_own(hidden=False),
    "commenter_barred": _commenter_barred,
}
