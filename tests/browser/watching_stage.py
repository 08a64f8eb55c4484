"""Films that can be watched, and their shops, as they look in each state, for who looks at every page."""

from __future__ import annotations

from datetime import timedelta

from crowdfund import clock
from crowdfund.merch.screen.models import Master
from crowdfund.merch.screen.queries import wearers_of
from crowdfund.merch.watching.pages.shown import looks_path
from crowdfund.merch.watching.queries import film_of
from tests.watching import river_moon

Looks = dict[str, list[tuple[str, str]]]
ONE = "/watch/{title}"


async def films_looked_at(fan: str, nobody: str) -> Looks:
    """fan, nobody: how looks name who looks."""
    film, later, for_children = (
        await river_moon(),
        await river_moon(name="Later"),
        await river_moon(name="The Little Lamp"),
    )
    await Master.filter(title_id=later.title.id).update(airs_at=clock.now() + timedelta(days=9))
    await Master.filter(title_id=for_children.title.id).update(shown_without_shop=1)
    lin = next(one for one in await wearers_of(film.title.id) if one.name == "Lin")
    return {
        "/watch": [(nobody, "/watch"), (fan, "/watch")],
        ONE: [(nobody, film.path), (fan, f"{film.path}?t=46"), (nobody, later.path), (nobody, for_children.path)],
        f"{ONE}/items/{{product}}": [
            (nobody, film.item("earring")),
            (fan, film.item("coat")),
            (nobody, film.item("lamp")),
        ],
        f"{ONE}/shop": [(nobody, f"{film.path}/shop"), (nobody, f"{film.path}/shop?kind=costume")],
        f"{ONE}/looks/{{wearer}}": [(nobody, looks_path(await film_of(film.title.id), lin))],
    }
