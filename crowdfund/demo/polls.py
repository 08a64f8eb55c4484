"""The polls of the demo: one that is open, one that was decided otherwise, one whose makers owe their answer."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crowdfund.campaigns.models import Campaign
from crowdfund.community.polls import actions
from crowdfund.community.polls.candidates import Named, add_candidate_once, picture_candidate
from crowdfund.community.polls.casting import Ballot, cast_vote
from crowdfund.community.polls.models import Audience, Candidate, Label, Poll
from crowdfund.community.polls.rules import Asked
from crowdfund.database import new_id
from crowdfund.demo.catching_up import catch_up
from crowdfund.demo.faces import Face, portrait
from crowdfund.people.models import Member, Role
from crowdfund.people.pictures import keep_image
from crowdfund.pledges.models import LIVE, Pledge
from crowdfund.refusal import Refusal
from crowdfund.web import images

At = Callable[[datetime, Callable[[], object]], None]


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate. share: how many of a hundred fans vote for it. face: of a person."""

    name: str
    text: str
    share: int
    face: Face | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A poll of the demo. opened_days_ago, days: when it opens, and for how long. turnout: of a hundred backers.

    decides_after: days from the close to the decision, none where it never came. decided: for whom.
    """

    fund: str
    question: str
    text: str
    choices: Sequence[Choice]
    opened_days_ago: int
    days: int
    turnout: int
    label: Label = Label.ADVISORY
    audience: Audience = Audience.BACKERS
    quorum: int = 0
    promised_after: int = 10
    decides_after: int | None = None
    decided: str = ""
    reason: str = ""


QUESTIONS = (
    Question(
        fund="River Moon",
        question="Who plays Lin?",
        text="We have seen ninety women and three of them made the boat go quiet. All three have said yes. You have met them in the "
        "screen tests; now it is yours to say.\n\nWhat you choose we do: the contract is written and has an empty line for the name.",
        choices=(
            Choice(
                "Ruan Qing",
                "Twenty-six, from Kaili, three seasons at the theatre there. Rowed before she could ride a bicycle.",
                46, Face(1, 1, 0, 1, 0),
            ),
            Choice(
                "Zhao Meilian",
                "Nineteen, never filmed. She came to the casting to bring her sister lunch.",
                35, Face(0, 0, 0, 3, 1),
            ),
            Choice(
                "Xu Anran",
                "Thirty-one, you know her voice from the radio plays. Would learn the dialect by February.",
                19, Face(4, 1, 1, 5, 2),
            ),
        ),
        opened_days_ago=3, days=8, turnout=52, label=Label.BINDING, quorum=150, promised_after=12,
    ),
    Question(
        fund="Four Winters",
        question="Who reads the seven pupils' letters?",
        text="The letters are read over the last winter, eleven minutes, no picture but snow. Whose voice?",
        choices=(
            Choice("He Wenjing", "Their teacher, who knows them by heart and has a cold every year.", 28, Face(3, 2, 0, 2, 1)),
            Choice("Lu Shan", "Actor, warm and low, has read three audiobooks that made drivers park.", 51, Face(1, 1, 0, 0, 3)),
            Choice("The pupils themselves", "Each a letter, as they spoke them in the room, coughs included.", 21),
        ),
        opened_days_ago=34, days=7, turnout=61, quorum=40, promised_after=10, decides_after=6, decided="The pupils themselves",
        reason="You chose Lu Shan, clearly, and he read all seven for us, beautifully. Then we laid his voice over the snow and "
        "everybody in the room looked for the children.\n\nSo we depart from your vote, and owe you why: the letters are "
        "theirs. Lu Shan agrees, and reads the closing titles instead. You can hear both versions in the next update.",
    ),
    Question(
        fund="What the Orchard Keeps",
        question="Where do we show it first?",
        text="One evening, one screen, the people who are in it in the front row. The other places follow in the same month.",
        choices=(
            Choice("In the orchard", "Bedsheet, generator, blankets. If it rains, under the cider press.", 57),
            Choice("The Regal, Herefordshire", "Ninety seats, a bar, and a projectionist who grafts.", 32),
            Choice("Online, all at once", "Nobody has to travel, and the chat is open.", 11),
        ),
        opened_days_ago=24, days=10, turnout=44, audience=Audience.FOLLOWERS, promised_after=12,
    ),
)  # fmt: skip


async def plan_polls(now: datetime, at: At, *, mei: int) -> None:
    """Put down what happens to the demo's polls, and when. at: of the demo's plan."""
    dice = random.Random(3)
    for question in QUESTIONS:
        campaign = await Campaign.get(name=question.fund)
        owner = await Member.get(organisation_id=campaign.organisation_id, role=Role.OWNER.value)
        opens = now - timedelta(days=question.opened_days_ago, hours=dice.randrange(1, 6))
        closes = opens + timedelta(days=question.days)
        at(opens, _asks(question, campaign, owner.person_id, closes))
        for day in range(question.days):
            share = 0.5 if day == 0 else 0.5 / max(1, question.days - 1)
            moment = opens + timedelta(days=day, hours=2)
            at(moment, _votes(question, campaign, share, random.Random(f"{question.fund} {day}"), without=mei))
        at(closes + timedelta(minutes=1), catch_up)
        if question.decides_after is not None:
            at(closes + timedelta(days=question.decides_after), _decides(question, campaign, owner.person_id))


def _asks(question: Question, campaign: Campaign, by: int, closes: datetime) -> Callable[[], object]:
    async def ask() -> None:
        asked = Asked(
            question=question.question, text=question.text, audience=question.audience, label=question.label,
            quorum=question.quorum, hides_results=False, opens_at=None, closes_at=closes,
            decide_by=closes + timedelta(days=question.promised_after),
        )  # fmt: skip
        poll = await actions.make_poll_once(campaign, asked, by=by, key=f"demo:{question.question}")
        for choice in question.choices:
            named, key = Named(choice.name, choice.text), f"demo:{choice.name}"
            candidate_id = await add_candidate_once(poll.id, named, by=by, key=key)
            if choice.face is not None:
                await _pictured(candidate_id, choice.name, choice.face, by=by)
        await actions.open_poll(poll.id, by=by)

    return ask


async def _pictured(candidate_id: int, name: str, face: Face, *, by: int) -> None:
    picture, image_id = await images.read_picture(portrait(face)), new_id()
    await images.keep(image_id, picture)
    await keep_image(image_id, picture.width, picture.height, by=by)
    await picture_candidate(candidate_id, image_id, alt=f"Drawing of {name}", by=by)


def _votes(
    question: Question, campaign: Campaign, share: float, dice: random.Random, *, without: int
) -> Callable[[], object]:
    """share: of all who ever vote, those who do on this day. without: who keeps her vote for whoever tries the demo."""

    async def vote() -> None:
        poll = await Poll.get(campaign_id=campaign.id, question=question.question)
        candidates = {one.name: one.id for one in await Candidate.filter(poll_id=poll.id)}
        pledges = await Pledge.filter(campaign_id=campaign.id, state__in=sorted(LIVE))
        backers = sorted(pledge.person_id for pledge in pledges if pledge.person_id != without)
        todays = dice.sample(backers, round(len(backers) * question.turnout / 100 * share))
        names, weights = [one.name for one in question.choices], [one.share for one in question.choices]
        for person_id in todays:
            (name,) = dice.choices(names, weights)
            try:
                await cast_vote(Ballot(poll.id, person_id, candidates[name], campaign.id, campaign.organisation_id))
            except Refusal:  # her card is another fan's: one card is one vote
                continue

    return vote


def _decides(question: Question, campaign: Campaign, by: int) -> Callable[[], object]:
    async def decide() -> None:
        poll = await Poll.get(campaign_id=campaign.id, question=question.question)
        chosen = await Candidate.get(poll_id=poll.id, name=question.decided)
        await actions.decide_poll(poll.id, chosen.id, question.reason, by=by)

    return decide
