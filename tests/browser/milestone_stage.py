"""A studio with two films of milestones for the test of every page: one as a draft, one that asks for its next milestone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.people.models import Organisation
from crowdfund.pledges.milestones import releases
from tests.bank import fans_with
from tests.browser.stage import until
from tests.milestones import a_film_draft, a_film_studio, asked_for, opened
from tests.world import Fan, again, pledged

ONE = "/desk/{organisation}/campaigns/{slug}"


@dataclass
class Films:
    """jo owns them; kim backs the one that asks, and has not objected. paused: where staff decides."""

    jo: Fan
    kim: Fan
    studio: Organisation
    draft: Campaign
    asking: Campaign
    paused: Campaign


async def films_with_milestones() -> Films:
    studio, jo = await a_film_studio(name="Every Third Frame")
    funds = [
        await opened(await a_film_draft(studio, jo, days=2, name=name), jo) for name in ("Piece by Piece", "Stopped")
    ]
    [kim, lu] = await fans_with("instant", "instant")
    for fund in funds:
        for fan in (kim, lu):
            await pledged(fan, fund, amount_minor=30_00)
    clock.advance(timedelta(days=2, minutes=1))

    async def both_funded() -> bool:
        return all([(await again(fund)).state == "funded" for fund in funds])

    await until(both_funded)
    _milestone, request_id = await asked_for(funds[0], jo)
    await releases.object_to(request_id, "Nobody was seen shooting on the river.", by=lu.id)
    milestone, _request = await asked_for(funds[1], jo)
    await releases.pause(milestone.id, "A call came in about it.", by=kim.id)
    return Films(jo, kim, studio, await a_film_draft(studio, jo, name="In Pieces"), *funds)


async def looks_at(films: Films, jo: str, ada: str) -> dict[str, list[tuple[str, str]]]:
    """Who looks at which address, by the route that answers."""
    desk = f"{films.studio.desk_path}/campaigns"
    return {
        f"{ONE}/milestones": [
            (jo, f"{desk}/{fund.slug}/milestones") for fund in (films.draft, films.asking, films.paused)
        ],
        "/staff/milestones/{slug}": [(ada, f"/staff/milestones/{fund.slug}") for fund in (films.asking, films.paused)],
    }


def their_films(films: Films, nobody: str, kim: str) -> list[tuple[str, str]]:
    """The pages of the funds themselves, which another route answers."""
    return [(nobody, films.asking.path), (nobody, films.paused.path), (kim, films.asking.path)]
