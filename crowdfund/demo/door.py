"""An evening at the doors of a screening: nearly everybody comes, at two gates, and a few things happen that a report is for."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.screenings import keys
from crowdfund.screenings.codes.judging import Verdict
from crowdfund.screenings.door import passes
from crowdfund.screenings.door.admitting import admit, admit_all
from crowdfund.screenings.door.rules import SCANS_MAX, Keeper, Scan
from crowdfund.screenings.models import Screening, Ticket, TicketState

_STAY_AT_HOME = 12  # one in so many


async def people_come(screening: Screening, *, by: int) -> None:
    """Who has a ticket comes in, while the doors are open. by: the manager who made the passes.

    The second gate has no connection: one of its guests came in at the first already. Somebody shows a menu, somebody comes too
    late with a ticket that was used, and somebody only went out for a moment.
    """
    tickets = await Ticket.filter(screening_id=screening.id, state=TicketState.SOLD).order_by("id")
    texts = [keys.code_of(one, screening) for number, one in enumerate(tickets, 1) if number % _STAY_AT_HOME]
    main, balcony = [
        Keeper(screening.id, pass_id=made.id, gate=made.gate)
        for made in [await passes.make_pass(screening.id, gate, by=by, key=f"demo:{screening.id}:{gate}") for gate in ("Foyer", "Balcony")]
    ]  # fmt: skip
    half = len(texts) * 2 // 3
    await _all(texts[:half], main, screening)
    if half < 2:
        return
    await _all([*texts[:1], *texts[half:]], balcony, screening, offline=True)
    for number, (text, because) in enumerate(
        (("https://menu.example/popcorn", ""), (texts[0], ""), (texts[1], "Went to the car."))
    ):
        await admit(Scan(f"demo-{public(screening.id)}-more-{number}", text, because=because), main)


async def _all(texts: list[str], gate: Keeper, screening: Screening, *, offline: bool = False) -> None:
    scans = [
        Scan(
            f"demo-{public(screening.id)}-{gate.gate}-{number:05}", text, device="the demo",
            scanned_at=clock.now_us() if offline else None, said=Verdict.ADMITTED if offline else None,
        )
        for number, text in enumerate(texts)
    ]  # fmt: skip
    for start in range(0, len(scans), SCANS_MAX):
        await admit_all(scans[start : start + SCANS_MAX], gate)
