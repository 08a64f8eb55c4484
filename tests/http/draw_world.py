"""Draws for tests, and people who take part in them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.community.draws import actions, queries
from crowdfund.community.draws.due import work_on_draws
from crowdfund.community.draws.models import Draw, DrawEvent, DrawWinner
from crowdfund.community.draws.rules import Content
from crowdfund.people.models import Mail, Person
from tests.world import Fan, a_campaign, a_fan, a_fan_with_card, a_studio, pledged

YES = {"contact_name": "Mei", "contact": "mei@example.com"}


def terms(**more: Any) -> Content:
    """A day on the boat for two, who enter for a week; a place for ten; no number from outside."""
    now = clock.now()
    facts: dict[str, Any] = {
        "title": "A day on the boat", "about": "You come aboard while we shoot.", "place": "The left bank, Guizhou",
        "included": "Lunch, and rubber boots.", "not_included": "A night in town.", "travel": "You come by yourself.",
        "happens_at": now + timedelta(days=25), "places": 2, "persons_each": 1, "reserves": 2, "entries_min": 2, "capacity": 10,
        "capacity_by": "Wei, who runs the boat", "closes_at": now + timedelta(days=7), "public_what": "", "public_at": None,
        "answer_by": now + timedelta(days=14),
    }  # fmt: skip
    return Content(**{**facts, **more})


def with_a_number(**more: Any) -> Content:
    """Its result waits for a number from outside, known a day after it closes."""
    known = {"public_what": "the closing DAX of that day", "public_at": clock.now() + timedelta(days=8)}
    return terms(**{**known, **more})


async def a_drafted_draw(campaign: Campaign, *, by: int, content: Content | None = None, **more: Any) -> Draw:
    return await actions.make_draw(campaign.id, content or terms(**more), by=by)


async def a_draw(campaign: Campaign, *, by: int, content: Content | None = None, **more: Any) -> Draw:
    """One that is announced."""
    draw = await a_drafted_draw(campaign, by=by, content=content, **more)
    await actions.announce_draw(draw.id, by=by)
    return await again(draw)


async def again(draw: Draw) -> Draw:
    return await Draw.get(id=draw.id)


async def a_backer(campaign: Campaign, name: str = "Mei", **more: Any) -> Fan:
    fan = await a_fan_with_card(name)
    await pledged(fan, campaign, **more)
    return fan


async def entrants(draw: Draw, campaign: Campaign, number: int) -> list[Fan]:
    """So many backers of the fund, all of whom take part."""
    fans = [await a_backer(campaign) for _ in range(number)]
    for fan in fans:
        await actions.enter(draw.id, person_id=fan.id)
    return fans


async def a_fund(**more: Any) -> tuple[Campaign, int]:
    """A live fund, and its owner."""
    owner = await a_fan("Lin")
    return await a_campaign(studio_id=await a_studio(owner=owner), **more), owner.id


async def worked() -> None:
    """What is due of draws is done, until nothing is."""
    while await work_on_draws():
        pass


async def state_of(draw: Draw) -> str:
    return (await again(draw)).state


async def why(draw: Draw) -> str:
    """Why it last moved."""
    event = await DrawEvent.filter(draw_id=draw.id).order_by("-id").first()
    assert event is not None
    return event.because


def pass_to(moment: Any, **more: float) -> None:
    """Business time jumps; nothing is worked off. more: so much later, or earlier."""
    clock.advance(moment + timedelta(**more) - clock.now())


async def ranked(draw: Draw) -> list[int]:
    """The ids of the people who were drawn, the first first."""
    return [row["person_id"] for row in await queries.winners_of(draw.id)]


async def standing(draw: Draw) -> list[tuple[int, str, int | None]]:
    """Rank, state and place of each who was drawn."""
    return [(w.rank, w.state, w.place) for w in await DrawWinner.filter(draw_id=draw.id).order_by("rank")]


async def told(person_id: int) -> list[str]:
    """The subjects of her mails, the first first."""
    person = await Person.get(id=person_id)
    return [mail.subject for mail in await Mail.filter(to_address=person.email).order_by("id")]


async def drawn_draw(places: int = 2, reserves: int = 2, **more: Any) -> tuple[Draw, list[int]]:
    campaign, lin = await a_fund(days=80)
    draw = await a_draw(campaign, by=lin, places=places, entries_min=places, reserves=reserves, **more)
    await entrants(draw, campaign, places + reserves + 1)
    pass_to(draw.closes_at)
    await worked()
    return await again(draw), await ranked(draw)
