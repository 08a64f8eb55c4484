"""What the kill tests kill: a process of ours at its work. `python -m tests.crash.child settle|share|pledge`.

It says `ready` when it can work, and, when it pledges, the number of each pledge as soon as that is acknowledged.
"""

from __future__ import annotations

import asyncio
import json
import sys
from itertools import count

from crowdfund import clock, settings
from crowdfund.database import close_database, new_id, open_database
from crowdfund.pledges import sharing_back
from crowdfund.pledges.make import make_pledge
from crowdfund.pledges.rules import Want
from crowdfund.worker import work_until_idle

AT_ONCE = 16
_keys = count(1)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def settle() -> None:
    """Do the regular work, again and again."""
    while True:
        await work_until_idle()
        await asyncio.sleep(0.01)


async def share() -> None:
    """The same, with pages so small that what goes back to many backers is killed in the middle."""
    sharing_back.PAGE = json.loads(sys.stdin.readline())["page"]
    await settle()


async def pledge() -> None:
    """Pledge for every person named on stdin, and acknowledge each as a server acknowledges: when it is safe."""
    asked = json.loads(sys.stdin.readline())
    people = iter(asked["people"])

    async def one_after_the_other() -> None:
        for person_id in people:
            made = await make_pledge(
                Want(
                    id=new_id(), person_id=person_id, campaign_id=asked["campaign"], tier_id=asked["tier"], quantity=1,
                    amount_minor=25_00, currency="EUR", key=f"key-{next(_keys)}", made_at=clock.now_us(),
                )
            )  # fmt: skip
            say(str(made.id))

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))


async def main(work: str) -> None:
    ours = settings.current()
    clock.share(ours.clock_file)
    await open_database(ours.database_url)
    say("ready")
    await {"settle": settle, "share": share, "pledge": pledge}[work]()
    await close_database()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
