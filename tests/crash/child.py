"""What the kill tests kill: a process of ours at its work. `python -m tests.crash.child settle|share|pledge|keep_shop`.

It says `ready` when it can work, and the number of each pledge, or of each order that it has sent, as soon as that is acknowledged.
"""

from __future__ import annotations

import asyncio
import json
import sys
from itertools import count

from crowdfund import clock, settings
from crowdfund.database import close_database, new_id, open_database
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder
from crowdfund.orders.parcels.sending import Sending, send
from crowdfund.orders.returns.by_staff import pay_back
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
        await work_until_idle(leased=True)
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


async def keep_shop() -> None:
    """A seller sends all that is paid while the worker works; of some orders that were sent, a piece is paid back."""
    asked = json.loads(sys.stdin.readline())
    by, back = int(asked["by"]), set(asked["back"])

    async def serve() -> None:
        while True:
            for order in await GoodsOrder.filter(organisation_id=asked["shop"], state="paid").order_by("id"):
                (line,) = await GoodsLine.filter(order_id=order.id)
                if line.to_ship:
                    parcel = Sending(order.id, "China Post", f"LX{order.id}CN", {line.id: line.to_ship})
                    await send(parcel, by=by, key=f"sent-{order.id}")
                    say(str(order.id))
                elif order.id in back and not line.returned:
                    await pay_back(order.id, {line.id: 1}, "It has a crack.", by=by)
            await asyncio.sleep(0.01)

    await asyncio.gather(settle(), serve())


async def main(work: str) -> None:
    ours = settings.current()
    clock.share(ours.clock_file)
    await open_database(ours.database_url)
    say("ready")
    await {"settle": settle, "share": share, "pledge": pledge, "keep_shop": keep_shop}[work]()
    await close_database()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
