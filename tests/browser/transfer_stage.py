"""A club with three transfer funds for the test of every page: one as a draft, one that is held, one whose backers decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.recipients.models import Recipient
from crowdfund.database.ids import public
from crowdfund.people.models import Organisation
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.transfers.models import Election, OutcomeKind
from tests.bank import fans_with
from tests.browser.stage import until
from tests.transfers import a_charity, a_club, a_draft, a_recipient, file, opened
from tests.world import Fan, again, pledged

ONE = "/desk/{organisation}/campaigns/{slug}"


@dataclass
class Club:
    """jens owns it; ann backs what fell through, and has not chosen; bo has."""

    jens: Fan
    ann: Fan
    club: Organisation
    academy: Recipient
    charity: Recipient
    draft: Campaign
    held: Campaign
    fallen: Campaign


async def a_club_with_funds() -> Club:
    club, jens = await a_club(name="FC Every")
    academy, charity = await a_recipient(club.id, name="Every Youth"), await a_charity("Every Goal")
    fallen = await opened(
        await a_draft(club, jens, goal_minor=50_00, days=2, fallback=academy, name="One who fell through"), jens
    )
    held = await opened(
        await a_draft(club, jens, goal_minor=50_00, days=2, fallback=academy, name="One who may come"), jens
    )
    [ann, bo] = await fans_with("instant", "instant")
    for fund in (fallen, held):
        for fan in (ann, bo):
            await pledged(fan, fund, amount_minor=30_00)
    clock.advance(timedelta(days=2, minutes=1))

    async def both_wait() -> bool:
        return all([(await again(fund)).state == "funded_held" for fund in (fallen, held)])

    await until(both_wait)
    await file(fallen, OutcomeKind.COLLAPSED, by=jens)
    clock.advance(timedelta(hours=73))
    await until(lambda: Election.filter(campaign_id=fallen.id).count())
    return Club(
        jens, ann, club, academy, charity, await a_draft(club, jens, fallback=academy, name="A draft"), held, fallen
    )


async def looks_at(world: Club, jens: str, ann: str, ada: str, nobody: str) -> dict[str, list[tuple[str, str]]]:
    """Who looks at which address, by the route that answers."""
    hers = await Pledge.get(person_id=world.ann.id, campaign_id=world.fallen.id)
    desk = world.club.desk_path
    draft, held, fallen = (f"{desk}/campaigns/{fund.slug}" for fund in (world.draft, world.held, world.fallen))
    return {
        "/recipients/{slug}": [(nobody, world.academy.path), (nobody, world.charity.path)],
        "/desk/{organisation}/recipients": [(jens, f"{desk}/recipients")],
        "/desk/{organisation}/recipients/{slug}": [(jens, f"{desk}/recipients/{world.academy.slug}")],
        f"{ONE}/transfer": [(jens, f"{draft}/transfer"), (jens, f"{held}/transfer")],
        f"{ONE}/outcome": [(jens, f"{held}/outcome"), (jens, f"{fallen}/outcome")],
        "/pledges/{pledge}/election": [(ann, f"/pledges/{public(hers.id)}/election")],
        "/staff/transfers/{slug}": [(ada, f"/staff/transfers/{fund.slug}") for fund in (world.held, world.fallen)],
        "/staff/charities": [(ada, "/staff/charities")],
    }  # fmt: skip


def their_funds(world: Club, nobody: str, ann: str) -> list[tuple[str, str]]:
    """The pages of the funds themselves, which another route answers."""
    return [(nobody, world.held.path), (nobody, world.fallen.path), (ann, world.held.path)]
