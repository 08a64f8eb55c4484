"""The real server under load, killed or hung up on at any moment: what it acknowledged is there, and it serves again at once."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from statistics import median

import orjson
import pytest

from crowdfund.books import check
from crowdfund.campaigns.models import Campaign
from crowdfund.database import close_database, open_database
from crowdfund.database.ids import private, public
from crowdfund.payments import stripe
from crowdfund.pledges.models import Pledge
from crowdfund.replay.client import Answer, Connection, NotHttp, bearer_json
from crowdfund.replay.people import Fans, make_fans
from crowdfund.replay.site import Site, start_server, wait_until_serving
from tests.pace import READY_WITHIN_SECONDS, slowness_of_starts
from tests.world import a_campaign, again, broken

pytestmark = pytest.mark.landing

CLIENTS, FANS, FUNDS = 32, 1_000, 24


@dataclass
class Crowd:
    """Fans who pledge over HTTP, each once to each fund. acknowledged: the pledges that the site said it had made."""

    site: Site
    campaigns: list[Campaign]
    acknowledged: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        wishes = [(fan, fund) for fan in range(FANS) for fund in range(FUNDS)]
        random.Random(5).shuffle(wishes)
        self._wishes = iter(wishes)

    def next_wish(self) -> tuple[bytes, bytes]:
        """Headers and body of a pledge that nobody has asked for yet."""
        fan, fund = next(self._wishes)
        one = {"campaign": public(self.campaigns[fund].id), "amount_minor": 25_00, "currency": "EUR"}
        return bearer_json(Fans.token_of(fan), f"fund-{fund}"), orjson.dumps({"pledges": [one]})

    def heard(self, answer: Answer) -> None:
        assert answer.status == 201, answer.body
        self.acknowledged.add(private(answer.json["pledges"][0]["id"]))

    async def pledges_once_more(self, wish: tuple[bytes, bytes] | None = None) -> None:
        """One pledge on a connection of its own, which is cut where this is cancelled."""
        headers, body = wish or self.next_wish()
        connection = Connection(self.site.url)
        try:
            self.heard(await connection.ask("POST", "/api/v1/pledges", body, headers))
        finally:
            connection.close()

    async def pledge_until_cut_off(self) -> None:
        connection = Connection(self.site.url)
        with suppress(NotHttp, OSError):
            while True:
                headers, body = self.next_wish()
                self.heard(await connection.ask("POST", "/api/v1/pledges", body, headers))
        connection.close()

    async def everything_is_there(self) -> None:
        there = {pledge.id for pledge in await Pledge.filter(state="active")}
        assert self.acknowledged - there == set()
        promised = [await again(campaign) for campaign in self.campaigns]
        assert sum(c.pledges_live for c in promised) == len(there)
        assert sum(c.promised_minor for c in promised) == 25_00 * len(there)
        assert broken((await check(counting=False)).findings) == []


@pytest.fixture
async def crowd(site: Site) -> AsyncIterator[Crowd]:
    await open_database(site.settings.database_url)
    campaigns = [await a_campaign(goal_minor=10**9, name=f"Film {number}") for number in range(FUNDS)]
    await make_fans(FANS, lambda _: None)
    yield Crowd(site, campaigns)
    await stripe.close()
    await close_database()


@pytest.mark.alone
async def test_a_server_killed_under_load_loses_nothing_that_it_acknowledged(
    site: Site, crowd: Crowd, engine: str, long: bool
) -> None:
    kills = ({"sqlite": 20, "postgres": 5} if long else {"sqlite": 2, "postgres": 1})[engine]
    chance, ready = random.Random(9), list[float]()
    for _ in range(kills):
        fans = asyncio.gather(*(crowd.pledge_until_cut_off() for _ in range(CLIENTS)))
        await asyncio.sleep(chance.uniform(0.1, 0.5))
        os.killpg(site.process.pid, signal.SIGKILL)
        site.process.wait()
        await fans
        ready.append(await started_again(site))
    await crowd.everything_is_there()
    await crowd.pledges_once_more()
    print(
        f"{engine}: {kills} kills, {len(crowd.acknowledged)} acknowledged, 0 lost, serving again after "
        f"{median(ready):.2f} s, at most {max(ready):.2f}"
    )
    assert len(crowd.acknowledged) > 20 * kills
    assert median(ready) < READY_WITHIN_SECONDS * slowness_of_starts()


async def started_again(site: Site) -> float:
    """Gives the seconds until it served."""
    began = time.monotonic()
    site.process = start_server(site.settings, int(site.url.rsplit(":", 1)[1]))
    await asyncio.to_thread(wait_until_serving, site.url, site.process)
    return time.monotonic() - began


async def test_requests_hung_up_on_leave_the_server_as_it_was(
    site: Site, crowd: Crowd, engine: str, long: bool
) -> None:
    """Connections are cut at a random moment; half of the wishes are sent again, and answered with the same pledge."""
    times, numbers = 2_000 if long else 200, count()
    chance, cut = random.Random(11), 0

    async def hang_up_again_and_again() -> None:
        nonlocal cut
        while next(numbers) < times:
            wish = crowd.next_wish()
            asked = asyncio.ensure_future(crowd.pledges_once_more(wish))
            done, _ = await asyncio.wait([asked], timeout=chance.choice([0, 0.001, 0.004, 0.02, 5]))
            cut += not done
            asked.cancel()
            with suppress(asyncio.CancelledError):
                await asked
            if chance.random() < 0.5:
                await crowd.pledges_once_more(wish)

    async with asyncio.timeout(240):
        await asyncio.gather(*(hang_up_again_and_again() for _ in range(CLIENTS)))
    assert cut > times // 4
    async with asyncio.timeout(10):  # as many at once as no pool would bear that had lost connections
        await asyncio.gather(*(crowd.pledges_once_more() for _ in range(CLIENTS)))
    await crowd.everything_is_there()
    print(f"{engine}: {cut} of {times} cut off, {len(crowd.acknowledged)} acknowledged, none lost")
