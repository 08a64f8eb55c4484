"""The live total: one look a second for all who watch."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing

from crowdfund.campaigns import live
from crowdfund.campaigns.live import Total, Watch
from crowdfund.campaigns.pages.live import _stream, message
from crowdfund.database import Sql, atomic
from tests.http.campaign_world import a_producer, launched
from tests.http.conftest import SiteUnderTest
from tests.world import a_campaign, a_pledge


async def next_of(totals: object) -> Total | None:
    return await asyncio.wait_for(anext(totals), 5)  # type: ignore[call-overload, no-any-return]


async def test_a_hundred_who_watch_cost_one_look_each_tick(database: str) -> None:
    campaign, other = await a_campaign(), await a_campaign(name="Other")
    watch, looks = Watch(every_seconds=0.05), 0
    real = live.totals_of

    async def counted(ids: list[int]) -> list[dict[str, object]]:
        nonlocal looks
        looks += 1
        return await real(ids)

    live.totals_of = counted  # type: ignore[assignment]
    try:
        watching = [watch.totals(campaign.id if n % 2 else other.id) for n in range(100)]
        assert {total.promised_minor for total in await asyncio.gather(*map(next_of, watching)) if total} == {0}
        assert watch.watchers == 100
        await a_pledge(campaign, amount_minor=25_00)
        told = await asyncio.gather(*(next_of(totals) for n, totals in enumerate(watching) if n % 2))
        assert {(total.promised_minor, total.backers) for total in told if total} == {(25_00, 1)}
        looks = 0
        await asyncio.sleep(0.5)
        assert looks <= 11, "however many watch"
        for totals in watching:
            await totals.aclose()
        await asyncio.sleep(0.15)
        assert (watch.watchers, watch._task is None or watch._task.done()) == (0, True), "with the last one it ends"
    finally:
        live.totals_of = real


async def test_silence_is_told_too_and_a_new_watcher_wakes_it_again(database: str) -> None:
    campaign = await a_campaign()
    watch = Watch(every_seconds=0.02)
    for _ in range(2):
        async with aclosing(watch.totals(campaign.id, silence_seconds=0.1)) as totals:
            first = await next_of(totals)
            assert first is not None and first.state == "live"
            assert await next_of(totals) is None, "nothing changed: the stream only says that it lives"
        await asyncio.sleep(0.06)


async def test_the_message_is_what_the_page_shows(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await launched(lin)  # €4,000
    await a_pledge(campaign, amount_minor=1_000_00)
    async with aclosing(_stream(campaign.id, "en")) as stream:
        assert await anext(stream) == b"retry: 3000\n\n"
        event = await asyncio.wait_for(anext(stream), 5)
        assert event.startswith(b"data: ") and event.endswith(b"\n\n")
        told = json.loads(event.removeprefix(b"data: "))
    assert told == {
        "state": "live", "promised_minor": 1_000_00, "collected_minor": 0, "promised": "€1,000", "collected": "€0", "backers": 1,
        "backers_text": "1", "percent": 25, "percent_text": "25%", "bar": {"promised": 250, "collected": 0, "goal": 1000},
    }  # fmt: skip
    page = await site.browser().get(campaign.path)
    for shown in ("€1,000", "25%"):
        assert shown in page.text
    for name in ("promised", "backers_text", "percent_text", "bar"):
        assert f'data-live="{name}"' in page.text


def test_while_cards_are_charged_the_collected_money_moves() -> None:
    told = json.loads(message(Total("settling", "EUR", 1_000_00, 1_200_00, 600_00, 9), "en").removeprefix(b"data: "))
    assert (told["percent"], told["collected"], told["bar"]) == (
        60,
        "€600",
        {"promised": 1000, "collected": 500, "goal": 833},
    )


async def test_a_fund_that_ended_is_not_watched(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    await atomic(Sql("UPDATE campaign SET state = 'failed' WHERE id = $1").__call__)(campaign.id)
    assert (await site.browser().get(f"{campaign.path}/live")).status_code == 204, (
        "and a browser is told not to come back"
    )
    assert (await site.browser().get("/campaigns/no-such/live")).status_code == 404
