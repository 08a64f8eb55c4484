"""The draws of the demo: one that backers can enter, and one that was drawn, by the verbs that people use."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from crowdfund.campaigns.models import Campaign
from crowdfund.community.draws import actions, queries, winners
from crowdfund.community.draws.drawing import draw_now
from crowdfund.community.draws.models import Draw
from crowdfund.community.draws.rules import Content, NotAmongThem
from crowdfund.demo.catching_up import catch_up
from crowdfund.people.models import Person
from crowdfund.pledges.models import LIVE, Pledge

At = Callable[[datetime, Callable[[], object]], None]


def plan_draws(at: At, now: datetime, named: dict[str, Person], dice: random.Random) -> None:
    """at: asks for something to be done at a moment. now: the moment at which the demo is found."""
    boat = now + timedelta(days=5)
    at(now - timedelta(days=9), lambda: _announce("River Moon", _a_day_on_the_boat(boat), named["lin"]))
    for days in (8, 5, 2):
        at(now - timedelta(days=days), lambda: _enter("River Moon", 55, dice))
    at(now - timedelta(days=1), lambda: _enter("River Moon", 0, dice, also=named["mei"]))

    orchard = now - timedelta(days=9)
    closes, known = orchard.replace(hour=18, minute=0), (orchard + timedelta(days=1)).replace(hour=18, minute=0)
    at(orchard - timedelta(days=12), lambda: _announce(ORCHARD, _a_day_in_the_orchard(closes, known), named["arthur"]))
    at(orchard - timedelta(days=11), lambda: _enter(ORCHARD, 60, dice))
    at(orchard - timedelta(days=2), lambda: _enter(ORCHARD, 20, dice, also=named["mei"]))
    at(closes + timedelta(minutes=1), catch_up)
    at(known + timedelta(hours=1), lambda: _draw(named["arthur"]))
    at(known + timedelta(days=2), lambda: _answer(dice))
    at(known + timedelta(days=7, minutes=1), catch_up)


ORCHARD = "What the Orchard Keeps"


def _a_day_on_the_boat(closes: datetime) -> Content:
    return Content(
        title="A day on the old ferry",
        about="Come aboard while we shoot. You see how a night is made at noon, hold the slate once if you like, and eat with the "
        "crew on deck. Captain Wei takes you across himself.",
        place="The left bank of the Qingshui, Guizhou",
        included="Breakfast and lunch with the crew, rubber boots, a life jacket, and a still of you on board.",
        not_included="The night before and after; we send a list of guest houses.",
        travel="You come by yourself: two hours by bus from Kaili. We pick you up at the stop.",
        happens_at=closes + timedelta(days=26), places=6, persons_each=2, reserves=8, entries_min=20, capacity=14,
        capacity_by="Wei Guoqiang, who captains the ferry", closes_at=closes,
        public_what="all digits of the closing Shanghai Composite (SSE) of the first trading day after it closes",
        public_at=closes + timedelta(days=3), answer_by=closes + timedelta(days=12),
    )  # fmt: skip


def _a_day_in_the_orchard(closes: datetime, known: datetime) -> Content:
    return Content(
        title="A day in the orchard",
        about="Sit beside the camera for a day, pick what is ripe, and stay for supper under the trees with the whole team.",
        place="The association's orchard at Low Farm, near Faversham, Kent",
        included="Tea all day, supper, as many apples as you can carry.",
        not_included="A bed for the night.",
        travel="By train to Faversham; we fetch you from there. We can't pay for the way.",
        happens_at=known + timedelta(days=33), places=4, persons_each=1, reserves=4, entries_min=15, capacity=6,
        capacity_by="Mrs Holroyd, whose farm it is", closes_at=closes,
        public_what="the six numbers of the Harbour Lottery's next Saturday draw, ascending, with a space between them",
        public_at=known, answer_by=known + timedelta(days=7),
    )  # fmt: skip


async def _announce(film: str, content: Content, owner: Person) -> None:
    campaign = await Campaign.get(name=film)
    draw = await actions.make_draw(campaign.id, content, by=owner.id)
    await actions.announce_draw(draw.id, by=owner.id)


async def _enter(film: str, number: int, dice: random.Random, *, also: Person | None = None) -> None:
    """So many backers take part; who makes the film can't."""
    campaign = await Campaign.get(name=film)
    draw = await Draw.get(campaign_id=campaign.id)
    backers = [p.person_id for p in await Pledge.filter(campaign_id=campaign.id, state__in=sorted(LIVE)).order_by("id")]
    for person_id in [*dice.sample(backers, min(number, len(backers))), *([also.id] if also else [])]:
        try:
            await actions.enter(draw.id, person_id=person_id)
        except NotAmongThem:
            continue


async def _drawn() -> Draw:
    return await Draw.get(campaign_id=(await Campaign.get(name=ORCHARD)).id)


async def _draw(owner: Person) -> None:
    draw = await _drawn()
    source = "the Kent Harbour Gazette of Monday, page 2"
    await draw_now(draw.id, by=owner.id, public_value="4 11 23 29 38 52", public_source=source)
    await catch_up()


async def _answer(dice: random.Random) -> None:
    """The first can't and the fifth moves up; they come, one of them under her name, and the fourth doesn't answer."""
    draw = await _drawn()
    for row in await queries.winners_of(draw.id):
        person = await Person.get(id=row["person_id"])
        if row["rank"] == 1:
            await winners.decline(draw.id, person_id=person.id)
        elif row["rank"] in (2, 3, 5):
            note = dice.choice(("", "I am allergic to wasps.", "I come by bicycle."))
            shown = person.name if row["rank"] == 2 else ""
            await winners.confirm(
                draw.id,
                person_id=person.id,
                contact_name=person.name,
                contact=person.email,
                note=note,
                public_name=shown,
            )
