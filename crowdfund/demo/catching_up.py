"""What is due at a moment of the demo's world, done as the worker would do it, and quicker where nobody sees the difference."""

from __future__ import annotations

from functools import partial
from typing import Any

from crowdfund.database import outbox
from crowdfund.database.outbox import Job
from crowdfund.demo.crowd import HOME
from crowdfund.jobs import JOBS
from crowdfund.people.models import Person
from crowdfund.pledges.models import Pledge
from crowdfund.worker import LETTERS, SWEEPS, work_until_idle

_ASKING_FOR_LETTERS = [sweep for sweep in SWEEPS if sweep.name in LETTERS and sweep.name != "jobs"]


async def catch_up() -> None:
    """All but reading the processor's whole record again: no answer is lost here, and the seed compares once, at the end."""
    await work_until_idle(without=("reconcile", *LETTERS))
    await _write_letters()


async def _write_letters() -> None:
    """To those whom one can sign in as: nobody opens the ten thousand letters to the fans around them."""
    readers = set(await Person.filter(email__endswith=HOME).values_list("id", flat=True))
    kinds: dict[str, Job] = {kind: partial(_if_read, kind, job, readers) for kind, job in JOBS.items()}
    while any([await sweep.work() for sweep in _ASKING_FOR_LETTERS]) or await outbox.work_off(kinds, at_once=500):
        pass


async def _if_read(kind: str, job: Job, readers: set[Any], payload: dict[str, Any]) -> None:
    if kind == "mail" and not payload["to"].endswith(HOME):
        return
    if "pledge" in payload and (await Pledge.get(id=payload["pledge"])).person_id not in readers:
        return
    await job(payload)
