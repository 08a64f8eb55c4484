"""Door passes: a link for one screening that a manager makes, names after the gate and withdraws, for helpers without an account.

Its secret is made from the pass's id by the site's own, so that the cinema can show the link again and a stolen table opens no door.
"""

from __future__ import annotations

from datetime import datetime

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.database.ids import private_or_none, public
from crowdfund.database.once import once
from crowdfund.people.audit import record
from crowdfund.people.models import Member, Role
from crowdfund.people.rules import may
from crowdfund.refusal import Invalid, NotFound, Refusal
from crowdfund.screenings.door.models import DoorPass
from crowdfund.screenings.door.rules import GATE_MAX, PASS_GRACE, PASSES_MAX, Keeper, NoSuchDoor
from crowdfund.screenings.holding import lock
from crowdfund.screenings.models import Screening, ScreeningState
from crowdfund.signing import fingerprint, signature


class NoSuchPass(NotFound):
    pass


class PassOver(Refusal):
    """The link is none of ours, was withdrawn, or its screening is over."""

    status_code = 410


class GateNamed(Refusal):
    """Two gates with one name could not be told apart afterwards."""


class TooManyPasses(Refusal):
    pass


class GateUnnamed(Invalid):
    pass


def secret_of(pass_id: int) -> str:
    """What stands in the link."""
    return signature("door-pass", str(pass_id))


def link_of(pass_id: int) -> str:
    """The path that a helper opens."""
    return f"/door/passes/{secret_of(pass_id)}"


def ends_at(screening: Screening) -> datetime:
    """Until when passes of a screening open its door."""
    return screening.ends_at + PASS_GRACE


@atomic
async def make_pass(screening_id: int, gate: str, *, by: int, key: str) -> DoorPass:
    """A pass for a gate; the same key answers the same one. Raises NoSuchDoor, PassOver, GateUnnamed, GateNamed, TooManyPasses."""

    async def make() -> int:
        return await _make(screening_id, gate.strip(), by)

    return await DoorPass.get(id=await once(by, f"door-pass:{key}", [screening_id, gate.strip()], make))


async def _make(screening_id: int, gate: str, by: int) -> int:
    await lock([screening_id])
    screening = await door_screening(screening_id)
    if ends_at(screening) <= clock.now():
        raise PassOver("This screening is over: nobody is let in any more.")
    if not 1 <= len(gate) <= GATE_MAX:
        raise GateUnnamed("Name the gate in at most {most} characters.", most=GATE_MAX, field="gate")
    live = await DoorPass.filter(screening_id=screening_id, withdrawn_at=None)
    if any(one.gate == gate for one in live):
        raise GateNamed("There is a pass of this name already. Give each gate its own.", field="gate")
    if len(live) >= PASSES_MAX:
        raise TooManyPasses("{most} passes are enough for any house: withdraw one first.", most=PASSES_MAX)
    number = new_id()
    await DoorPass.create(
        id=number, screening_id=screening_id, gate=gate, hash=fingerprint(secret_of(number)), by_person_id=by,
        made_at=clock.now(),
    )  # fmt: skip
    await record("door_pass_made", f"organisation:{screening.organisation_id}", by=by, after={"name": gate})
    return number


@atomic
async def withdraw_pass(screening_id: int, pass_id: int, *, by: int) -> DoorPass:
    """Whoever holds it scans nothing from now on; twice is once. Raises NoSuchPass."""
    found = await DoorPass.get_or_none(id=pass_id, screening_id=screening_id)
    if found is None:
        raise NoSuchPass("There is no such door pass.")
    if await DoorPass.filter(id=pass_id, withdrawn_at=None).update(withdrawn_at=clock.now()):
        screening = await Screening.get(id=screening_id)
        subject = f"organisation:{screening.organisation_id}"
        await record("door_pass_withdrawn", subject, by=by, before={"name": found.gate})
    return await DoorPass.get(id=pass_id)


async def door_screening(screening_id: int) -> Screening:
    """A screening that has a door: any that fans may see. Raises NoSuchDoor."""
    screening = await Screening.get_or_none(id=screening_id)
    if screening is None or screening.state == ScreeningState.DRAFT:
        raise NoSuchDoor("There is no such screening.")
    return screening


async def live_pass(secret_hash: str) -> tuple[DoorPass, Screening]:
    """The pass behind a link, and what it is for. Raises PassOver."""
    found = await DoorPass.get_or_none(hash=secret_hash, withdrawn_at=None)
    screening = await Screening.get(id=found.screening_id) if found else None
    if found is None or screening is None or ends_at(screening) <= clock.now():
        raise PassOver("This door pass was withdrawn, or its screening is over. Ask the cinema for a new one.")
    return found, screening


async def keeper_of(screening: str, person_id: int | None, secret_hash: str) -> Keeper | None:
    """Who asks at a door: a manager of its cinema, or who shows a pass for it; none for everybody else.

    screening: its public id. secret_hash: of the pass that was shown, empty where none was. Raises PassOver for one that is over,
    where nothing else opens this door.
    """
    number = private_or_none(screening)
    if number is None:
        return None
    if person_id is not None:
        if await _is_manager(number, person_id):
            return Keeper(number, person_id=person_id)
    if not secret_hash:
        return None
    shown, at = await live_pass(secret_hash)
    return Keeper(number, pass_id=shown.id, gate=shown.gate) if at.id == number else None


async def _is_manager(screening_id: int, person_id: int) -> bool:
    found = await Screening.get_or_none(id=screening_id)
    if found is None or found.state == ScreeningState.DRAFT:
        return False
    member = await Member.get_or_none(organisation_id=found.organisation_id, person_id=person_id)
    return member is not None and may(member.role, Role.MANAGER)


def door_path(screening_id: int) -> str:
    return f"/door/{public(screening_id)}"
