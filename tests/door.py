"""At a door: `keeper_at(screening)`, `shown(ticket)`, `a_scan(text)`; the doors are open when a test says `doors_open(screening)`."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from crowdfund import clock
from crowdfund.database import Sql, atomic, new_id
from crowdfund.people.models import Member, Organisation, Role
from crowdfund.screenings import keys
from crowdfund.screenings.door import passes
from crowdfund.screenings.door.models import DoorPass
from crowdfund.screenings.door.rules import Keeper, Scan
from crowdfund.screenings.models import Screening, Ticket
from crowdfund.screenings.queries import path_of
from tests.cinema import bought, tickets_of
from tests.world import Fan, a_fan

_numbers = count(1)
_GIVEN = Sql("UPDATE ticket SET issue = issue + 1, typed_code = $2 WHERE id = $1")


async def a_manager(screening: Screening, role: Role = Role.MANAGER, fan: Fan | None = None) -> Fan:
    """Somebody of the screening's cinema."""
    fan = fan or await a_fan("Gate")
    await Member.create(
        id=new_id(), organisation_id=screening.organisation_id, person_id=fan.id, role=role, made_at=clock.now()
    )
    return fan


async def keeper_at(screening: Screening) -> Keeper:
    return Keeper(screening.id, person_id=(await a_manager(screening)).id)


async def a_pass(screening: Screening, gate: str = "Gate A", *, by: Fan | None = None) -> DoorPass:
    by = by or await a_manager(screening)
    return await passes.make_pass(screening.id, gate, by=by.id, key=f"pass-{next(_numbers)}")


def with_pass(one: DoorPass) -> Keeper:
    return Keeper(one.screening_id, pass_id=one.id, gate=one.gate)


async def desk_of(screening: Screening) -> str:
    """The door's page on the desk of its cinema."""
    cinema = await Organisation.get(id=screening.organisation_id)
    return f"{cinema.desk_path}{path_of(screening.id)}/door"


def doors_open(screening: Screening, *, minutes: float = 1) -> None:
    """It is that long after the doors were opened."""
    clock.advance(screening.doors_at + timedelta(minutes=minutes) - clock.now())


async def code(ticket: Ticket) -> str:
    """The text of its QR code as it is good now."""
    now = await Ticket.get(id=ticket.id)
    return keys.code_of(now, await Screening.get(id=now.screening_id))


def a_scan(text: str, **more: Any) -> Scan:
    return Scan(**{"nonce": f"nonce-{next(_numbers):020}", "text": text, "device": "a phone", **more})


async def given_away(ticket: Ticket) -> None:
    """A newer code, whoever has it: the old one is void."""
    await atomic(_GIVEN.__call__)(ticket.id, f"GAVE{next(_numbers):06}")


async def sold(fan: Fan, screening: Screening, *seats: str) -> list[Ticket]:
    return await tickets_of(await bought(fan, screening, *seats))
