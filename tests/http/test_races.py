"""Two who do the same thing at the same moment: one of them makes it, the other finds it made, and nobody gets an error."""

from __future__ import annotations

import asyncio

import pytest

from crowdfund.campaigns.actions import make_campaign
from crowdfund.payments.models import CardSetup, SavedCard
from crowdfund.people.models import Organisation
from crowdfund.pledges import make
from crowdfund.pledges.actions import finish_visit
from crowdfund.pledges.models import Pledge
from tests.bank import fans_with
from tests.money import fill_in_card
from tests.world import a_campaign, a_fan, a_studio, a_want, pledged

pytestmark = pytest.mark.usefixtures("database")
ROUNDS = 5


async def test_her_return_and_the_event_keep_one_card() -> None:
    campaign = await a_campaign()
    for _ in range(ROUNDS):
        fan = await a_fan()
        pledge = await Pledge.get(id=(await pledged(fan, campaign)).id)
        await fill_in_card(pledge, "ok")
        setup = await CardSetup.get(subject=f"pledge:{pledge.id}")
        await asyncio.gather(*(finish_visit(setup) for _ in range(4)))
        card = await SavedCard.get(person_id=fan.id)
        now = await Pledge.get(id=pledge.id)
        assert (now.state, now.card_id) == ("active", card.id)


async def test_two_funds_of_one_name_get_two_addresses() -> None:
    owner = await a_fan()
    studio = await Organisation.get(id=await a_studio())
    for number in range(ROUNDS):
        made = await asyncio.gather(
            *(make_campaign(studio, name=f"Night Ferry {number}", currency="EUR", by=owner.id) for _ in range(3))
        )
        slugs = sorted(campaign.slug for campaign in made)
        assert slugs[0] == f"night-ferry-{number}" and len(set(slugs)) == 3


async def test_one_key_for_two_funds_at_two_processes_makes_one_pledge() -> None:
    """What two processes would do: each works off a batch of its own at once."""
    one, other = await a_campaign(), await a_campaign()
    for number in range(ROUNDS):
        (fan,) = await fans_with("ok")
        wants = [a_want(fan, campaign, key=f"same-{number}") for campaign in (one, other)]
        answers = [answer for (answer,) in await asyncio.gather(*(make._make([want]) for want in wants))]
        assert sorted(type(answer).__name__ for answer in answers) == ["KeyUsedForAnother", "Made"]
        assert await Pledge.filter(person_id=fan.id).count() == 1
