"""What people say in the demo: comments, questions and answers, one that staff hid, one that waits for them, and a word to backers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crowdfund.campaigns.models import Audience, Campaign
from crowdfund.campaigns.updates import publish_update
from crowdfund.community.talk import actions, moderation
from crowdfund.community.talk.models import Comment
from crowdfund.people.models import Person
from crowdfund.pledges.models import Pledge

At = Callable[[datetime, Callable[[], object]], None]
MAKERS = -1


@dataclass(frozen=True, slots=True)
class Line:
    """Something said. by: the number of a backer, as they pledged, or MAKERS; hours: before now. asked: kind and name.

    reported: by how many. hidden: why staff hid it.
    """

    hours: float
    by: int
    text: str
    asked: tuple[str, str] | None = None
    replies: Sequence[tuple[float, int, str]] = field(default_factory=tuple)  # hours before now, by whom, text
    reported: int = 0
    hidden: str = ""


NAMES = {"River Moon": "Captain Wei\nThe director", "The Last Projectionist": "Arthur in the booth"}
TALK: dict[str, Sequence[Line]] = {
    "River Moon": (
        Line(
            410, 3, "My grandmother took that ferry to school. She wants to know whether the old winch still sings.", replies=(
                (392, MAKERS, "It does, at five in the morning, and we have forty minutes of it. Greet her from us."),
                (388, 11, "Now I have to hear that winch."),
            ),
        ),
        Line(
            300, 7, "Will there be subtitles for the dialect? I understand half of it, and my wife nothing.",
            asked=("makers", ""), replies=(
                (281, MAKERS, "Yes: in standard Chinese and in English, written by people from the village."),
                (276, 7, "Then we take four seats instead of two."),
            ),
        ),
        Line(
            190, 15, "Captain, have you ever fallen in?", asked=("named", "Captain Wei"), replies=(
                (171, MAKERS, "“Twice. Once was on purpose.” (We asked him on the boat, he was laughing.)"),
            ),
        ),
        Line(120, 22, "cheap film posters at my shop, write to me, best prices, all titles", reported=3,
             hidden="Advertising that has nothing to do with the film."),
        Line(
            50, 31, "The second trailer shows the pillar on the wrong bank. Or is that the point?", replies=(
                (44, 3, "It is the point."),
            ),
        ),
        Line(21, 40, "What happens with the boats when you are done?", asked=("makers", "")),
        Line(9, 48, "Who says that these people can even film? Somebody told me that they still owe money to a lab.", reported=2),
    ),
    "The Last Projectionist": (
        Line(
            220, 4, "Which film would you choose for him?", replies=(
                (216, 9, "Anything with a long last shot."), (199, 12, "Playtime. He has earned it."),
                (170, MAKERS, "He has seen this thread, and says that you are all wrong."),
            ),
        ),
        Line(
            90, 17, "What do you do with the nineteen minutes between two changeovers?", asked=("named", "Arthur in the booth"),
            replies=((72, MAKERS, "He reads. He is in the fourth volume of a history of the canal, since 1998."),),
        ),
    ),
}  # fmt: skip
TO_BACKERS = {
    "River Moon": (
        4, "For you first: the ferryman's face",
        "We have cast him, and may not say so anywhere else before the contract is signed on Friday.\n\n"
        "He steered number 14 for thirty-one years and has never been in a film. In the first test he forgot that there was a "
        "camera; in the second he told us where to put it.",
    ),
}  # fmt: skip


def plan_talk(campaign: Campaign, owner: Person, staff: Person, now: datetime, at: At) -> None:
    """Put it down in time. at: what has to happen when."""
    if names := NAMES.get(campaign.name):
        first = max((line.hours for line in TALK[campaign.name]), default=0)
        at(now - timedelta(hours=first + 1), lambda: actions.offer_names(campaign.id, names, by=owner.id))
    for line in TALK.get(campaign.name, ()):
        at(now - timedelta(hours=line.hours), lambda line=line: _say(campaign, line, owner))  # type: ignore[misc]
        for hours, by, text in line.replies:
            at(
                now - timedelta(hours=hours),
                lambda line=line, by=by, text=text: _reply(campaign, line, by, text, owner),  # type: ignore[misc]
            )
        if line.reported:
            at(now - timedelta(hours=line.hours - 6), lambda line=line: _report(campaign, line, staff))  # type: ignore[misc]
    if campaign.name in TO_BACKERS:
        days, title, text = TO_BACKERS[campaign.name]
        at(
            now - timedelta(days=days),
            lambda: publish_update(campaign.id, title, text, by=owner.id, audience=Audience.BACKERS, next_by=now + timedelta(days=16)),
        )  # fmt: skip


async def _backer(campaign: Campaign, number: int) -> int:
    """The person who pledged as the number-th, where the fund has so many."""
    pledges = await Pledge.filter(campaign_id=campaign.id, state="active").order_by("id").limit(number + 1)
    return pledges[-1].person_id


async def _say(campaign: Campaign, line: Line, owner: Person) -> None:
    by = owner.id if line.by == MAKERS else await _backer(campaign, line.by)
    wish = actions.Wish(line.text, None, line.asked)
    await actions.say_once(campaign.id, wish, by=by, key=f"demo:{campaign.id}:{line.hours}")


async def _found(campaign: Campaign, line: Line) -> Comment:
    return await Comment.get(campaign_id=campaign.id, text=line.text)


async def _reply(campaign: Campaign, line: Line, by: int, text: str, owner: Person) -> None:
    person_id = owner.id if by == MAKERS else await _backer(campaign, by)
    root = await _found(campaign, line)
    await actions.reply_once(root.id, text, by=person_id, key=f"demo:{root.id}:{text}"[:80])


async def _report(campaign: Campaign, line: Line, staff: Person) -> None:
    comment = await _found(campaign, line)
    for number in range(line.reported):
        await moderation.report(
            comment.id, "spam" if line.hidden else "false", "", by=await _backer(campaign, 60 + number)
        )
    if line.hidden:
        await moderation.hide(comment.id, line.hidden, by=staff.id)
