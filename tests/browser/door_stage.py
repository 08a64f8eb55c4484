"""A door with an evening behind it, for who looks at every page."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.people.models import Role
from crowdfund.screenings.codes.judging import Verdict
from crowdfund.screenings.door import admitting, passes
from crowdfund.screenings.door.admitting import admit, admit_all
from tests.browser.stage import somebody
from tests.cinema import a_screening
from tests.door import a_manager, a_pass, a_scan, code, desk_of, sold, with_pass
from tests.world import Fan


async def doors_looked_at(lin: Fan, who: str) -> dict[str, list[tuple[str, str]]]:
    """Who looks at which address, by the route that answers: a door with scans, a conflict and a reason, and one without any."""
    screening, quiet = await a_screening(days=0.015), await a_screening()
    for one in (screening, quiet):
        await a_manager(one, Role.OWNER, lin)
    texts = [await code(ticket) for ticket in await sold(await somebody("Mei"), screening, "A-1", "A-2", "A-3")]
    north = with_pass(await a_pass(screening, "North", by=lin))
    for text in (*texts[:2], "https://menu.example", texts[0]):
        await admit(a_scan(text), north)
    await admit(a_scan(texts[0], because="She went to the car for her glasses."), north)
    await admit_all([a_scan(text, said=Verdict.ADMITTED, scanned_at=clock.now_us()) for text in texts[1:]], north)
    await admitting.finish()
    return {
        "/door/{screening}": [(who, passes.door_path(one.id)) for one in (screening, quiet)],
        "/desk/{organisation}/screenings/{screening}/door": [(who, await desk_of(one)) for one in (screening, quiet)],
    }
