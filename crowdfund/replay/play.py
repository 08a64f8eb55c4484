"""Funds played again: set the stage, let the fans pledge over HTTP, move the clock, settle, compare with the record."""

from __future__ import annotations

import asyncio
import gc
import resource
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson

from crowdfund import clock, settings
from crowdfund.books import check
from crowdfund.campaigns.actions import cancel_campaign
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.verdict import close_campaign
from crowdfund.database.ids import public
from crowdfund.pledges import settlement
from crowdfund.replay import queries
from crowdfund.replay.bar import Bar
from crowdfund.replay.client import Answer, Connection, Times, ask_again
from crowdfund.replay.dataset import Dataset, Pledging
from crowdfund.replay.people import Fans, make_fans, make_funds
from crowdfund.replay.report import Result
from crowdfund.replay.site import Site, database_of_site
from crowdfund.worker import LETTERS, SWEEPS, run_sweep, work_until_idle

OVER_CAP_ATTEMPTS = 1_000


class Play:
    """One replay under way."""

    def __init__(self, dataset: Dataset, site: Site | None, url: str, clients: int, settle: int | None) -> None:
        self.dataset, self.site, self.url, self.clients, self.settle = dataset, site, url, clients, settle
        self.times = Times()
        self.result = Result(dataset.name, "sqlite" if settings.current().is_sqlite else "postgres")
        self.fans = Fans([])
        self.campaigns: list[Campaign] = []
        self.names: list[str] = []

    async def run(self) -> Result:
        async with database_of_site():
            await self._stage()
            await self._play()
            await self._compare()
        return self.result

    async def _stage(self) -> None:
        """People, tokens, cards and funds, before the clock starts."""
        first = min(fund.opens_at for fund in self.dataset.funds)
        clock.set_offset(timedelta(microseconds=clock.to_us(first) - clock.wall_now_us()) - timedelta(days=1))
        extra = OVER_CAP_ATTEMPTS // 2 if self._has_shares else 0
        with Bar("making fans, cards and tokens", self.dataset.fans + extra) as bar:
            self.fans = await make_fans(self.dataset.fans + extra, bar.update)
        self.campaigns = await self.make_funds()
        self.names = [public(campaign.id) for campaign in self.campaigns]

    async def make_funds(self) -> list[Campaign]:
        return await make_funds(self.dataset)

    @property
    def _has_shares(self) -> bool:
        return self.dataset.funds[0].share_price_minor is not None

    async def _play(self) -> None:
        """The record in the order of time: funds open, fans pledge, producers cancel, deadlines come."""
        waiting = {number: fund.closes_at for number, fund in enumerate(self.dataset.funds)}
        by_opening = sorted(range(len(self.dataset.funds)), key=lambda n: self.dataset.funds[n].opens_at)
        with Bar("pledging", len(self.dataset.requests)) as bar:
            for opens_at, numbers in groupby(by_opening, key=lambda n: self.dataset.funds[n].opens_at):
                await self._close_until(opens_at, waiting)
                await self._open(opens_at)
                await self._pledge(self._requests_of(set(numbers)), bar)
        if self._has_shares:
            await self._try_over_cap()
        await self._close_until(None, waiting)

    def _requests_of(self, numbers: set[int]) -> list[Pledging]:
        return (
            [r for r in self.dataset.requests if r.pledges[0][0] in numbers]
            if len(numbers) < len(self.dataset.funds)
            else list(self.dataset.requests)
        )

    async def _open(self, opens_at: datetime) -> None:
        move_to(opens_at + timedelta(seconds=1))
        await self._sweep("open funds")

    async def _sweep(self, *names: str) -> None:
        if self.site is None:
            return  # a site that runs already has a worker of its own
        for sweep in SWEEPS:
            while sweep.name in names and await run_sweep(sweep, due=False):
                pass

    # --- pledging over HTTP ---

    async def _pledge(self, requests: Sequence[Pledging], bar: Bar) -> None:
        if not requests:
            return
        pending = iter(requests)
        gc.collect()
        gc.freeze()  # the driver shares two cores with the server: it should not spend them looking for garbage
        started = perf_counter()
        await asyncio.gather(*(self._client(pending, bar) for _ in range(min(self.clients, len(requests)))))
        self.result.pledging_seconds += perf_counter() - started
        gc.unfreeze()

    def body_of(self, request: Pledging) -> list[dict[str, Any]]:
        """The pledges of one request, as they are sent."""
        currency = self.dataset.funds[0].currency
        return [
            {"campaign": self.names[fund], "quantity": quantity, "amount_minor": amount, "currency": currency}
            for fund, quantity, amount in request.pledges
        ]

    async def _client(self, pending: Iterator[Pledging], bar: Bar) -> None:
        connection = Connection(self.url, self.times)
        done = 0
        for request in pending:
            body = orjson.dumps({"pledges": self.body_of(request)})
            answer = await self._ask(connection, request.fan, f"r{request.fan}", body)
            if answer.status != 201 or b'"refused"' in answer.body:
                self.result.differ(f"fan {request.fan}: {answer.status} {answer.body[:200]!r}")
            done += 1
            if done % 64 == 0:
                bar.update(64)
        bar.update(done % 64)
        connection.close()

    async def _ask(self, connection: Connection, fan: int, key: str, body: bytes) -> Answer:
        return await ask_again(connection, "/api/v1/pledges", body, token=Fans.token_of(fan), key=key)

    async def _try_over_cap(self) -> None:
        """Attempts over a cap: more shares than a fan may have of one fund, and a second pledge on top of a full one."""
        names = [public(campaign.id) for campaign in self.campaigns]
        connection = Connection(self.url)
        refused = 0
        for number in range(OVER_CAP_ATTEMPTS):
            fresh = number % 2 == 0
            request = self.dataset.requests[number % len(self.dataset.requests)]
            fund = request.pledges[0][0] if not fresh else number % len(names)
            quantity = (self.dataset.funds[fund].shares_per_fan_max or 0) + 1 if fresh else 1
            price = self.dataset.funds[fund].share_price_minor or 0
            body = orjson.dumps(
                {"pledges": [{"campaign": names[fund], "quantity": quantity, "amount_minor": quantity * price,
                              "currency": self.dataset.funds[fund].currency}]}
            )  # fmt: skip
            fan = self.dataset.fans + number // 2 if fresh else request.fan
            answer = await self._ask(connection, fan, f"over{number}", body)
            refused += answer.status == 409 and answer.json["code"] in (
                "too_many_for_one_fan",
                "already_pledged",
                "sale_cap_reached",
            )
        connection.close()
        self.result.refused_over_cap = refused
        if refused != OVER_CAP_ATTEMPTS:
            self.result.differ(f"{OVER_CAP_ATTEMPTS - refused} attempts over a cap were not refused")

    # --- deadlines, and settling ---

    async def _close_until(self, moment: datetime | None, waiting: dict[int, datetime]) -> None:
        due = sorted((at, number) for number, at in waiting.items() if moment is None or at < moment)
        for closes_at, numbers in groupby(due, key=lambda pair: pair[0]):
            batch = [number for _, number in numbers]
            await self._cancel(batch, closes_at)
            move_to(closes_at + timedelta(seconds=1))
            started = perf_counter()
            await self._settle(batch)
            self.result.settling_seconds += perf_counter() - started
            for number in batch:
                del waiting[number]

    async def _cancel(self, numbers: Iterable[int], closes_at: datetime) -> None:
        """Producers cancel before the deadline."""
        for number in numbers:
            if self.dataset.funds[number].verdict == "cancelled":
                move_to(closes_at - timedelta(hours=1))
                await cancel_campaign(self.campaigns[number].id, "as the record has it", by=None)  # type: ignore[arg-type]

    async def _settle(self, numbers: list[int]) -> None:
        if self.site is None:
            while await queries.OPEN.value() and any(
                [await Campaign.exists(id=self.campaigns[n].id, state__in=("live", "settling")) for n in numbers]
            ):
                await asyncio.sleep(0.2)
            return
        self.result.settling_rss_begin_mib = self.result.settling_rss_begin_mib or _own_rss_mib()
        if self.settle is None or not self._has_shares:
            await self._settle_all(numbers)
        else:
            await self._settle_some(numbers)
        self.result.settling_rss_end_mib = _own_rss_mib()

    async def _settle_all(self, numbers: list[int]) -> None:
        charges = sum(f.backers for n, f in enumerate(self.dataset.funds) if n in numbers)
        if charges < 5_000:
            return await self._sweep("settle funds", "fees", "refunds")
        with Bar("settling", charges) as bar:
            for number in numbers:
                await self._charge(self.campaigns[number].id, None, bar)
        await work_until_idle(without=LETTERS)  # half a million of them, and nobody to read one

    async def _settle_some(self, numbers: list[int]) -> None:
        """Only so many charges: to see that settling keeps its pace and its memory."""
        left = self.settle or 0
        with Bar("settling", left) as bar:
            for number in numbers:
                left -= await self._charge(self.campaigns[number].id, left, bar)
        await self._sweep("fees")

    async def _charge(self, campaign_id: int, most: int | None, bar: Bar) -> int:
        await close_campaign(campaign_id)
        charged = 0
        while most is None or charged < most:
            done = await settlement.charge_due(campaign_id)
            if not done:
                break
            charged += done
            bar.update(done)
        return charged

    # --- the end ---

    async def _compare(self) -> None:
        result, dataset = self.result, self.dataset
        if self.site is not None:
            await self._sweep(
                "settle funds", "fees", "refunds"
            ) if self.settle is None or not self._has_shares else None
            result.peak_rss_mib = round(self.site.peak_rss_mib(), 1)
        await self._verdicts()
        sums = await queries.SUMS.one() or {}
        result.campaigns, result.backers, result.pledges = len(dataset.funds), dataset.fans, dataset.pledges
        result.shares, result.pledged_minor = dataset.shares, dataset.pledged_minor
        result.collected_minor, result.refunded_minor = int(sums["collected_minor"]), int(sums["refunded_minor"])
        result.charges_settled = int(await queries.CHARGED.value() or 0)
        seconds = result.pledging_seconds or 1
        result.requests_per_second = round(len(dataset.requests) / seconds, 1)
        result.pledges_per_second = round(dataset.pledges / seconds, 1)
        result.charges_per_second = round(result.charges_settled / (result.settling_seconds or 1), 1)
        result.p50_ms, result.p99_ms = self.times.percentile_ms(50), self.times.percentile_ms(99)
        result.known_differences = list(dataset.known_differences)
        report = await check()
        result.books_balanced = report.holds
        for finding in report.findings:
            result.differences += [f"{finding.name}: {what}" for what in finding.broken]

    async def _verdicts(self) -> None:
        states = {c.id: c for c in await Campaign.filter(id__in=[campaign.id for campaign in self.campaigns])}
        settled = self.settle is None or not self._has_shares
        for fund, campaign in zip(self.dataset.funds, self.campaigns, strict=True):
            found = states[campaign.id]
            promised = found.promised_at_close_minor
            if promised != fund.pledged_minor:
                self.result.differ(f"{fund.name}: {promised} promised, the record has {fund.pledged_minor}")
            if not settled:
                self.result.verdicts_right += found.state == "settling"
            elif found.state == fund.verdict:
                self.result.verdicts_right += 1
            elif not fund.known_difference:
                self.result.verdicts_wrong += 1
                self.result.differ(f"{fund.name}: {found.state}, the record has {fund.verdict}")


def move_to(moment: datetime) -> None:
    """Time only goes forward in a replay."""
    offset = timedelta(microseconds=clock.to_us(moment) - clock.wall_now_us())
    if offset > timedelta(microseconds=clock.offset_us()):
        clock.set_offset(offset)


def _own_rss_mib() -> float:
    """What this process uses now: the worker of a replay is in it."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return round(pages * resource.getpagesize() / 2**20, 1)
    except OSError:
        return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
