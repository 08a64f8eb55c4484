"""A festival's ticket day in small: every seat of two halls held, ordered and paid through the real site, none twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from crowdfund import clock, settings
from crowdfund.replay.festival import FestivalResult, read_festival
from crowdfund.replay.festival_play import FestivalPlay, Party
from crowdfund.replay.site import running_site

pytestmark = pytest.mark.landing


class LatePlay(FestivalPlay):
    """Whoever comes to the processor's page finds that her time is over."""

    async def _pay(self, orders: list[tuple[Party, str]]) -> None:
        clock.advance(timedelta(minutes=9))
        await super()._pay(orders)


def test_all_is_sold_and_nothing_twice(engine: str, new_database: Callable[[str], str], long: bool) -> None:
    result = played(FestivalPlay, new_database(engine), None if long else 2)
    assert result.refused_taken == result.parties - result.orders > 0
    assert long or result.begun_again == 0


def test_who_waited_too_long_to_pay_chooses_again(engine: str, new_database: Callable[[str], str]) -> None:
    result = played(LatePlay, new_database(engine), 2)
    assert result.begun_again == result.orders == result.paid


def played(play: type[FestivalPlay], database_url: str, screenings: int | None) -> FestivalResult:
    before = settings._current
    try:
        with running_site(database_url, workers=1 if database_url.startswith("sqlite") else 2) as site:
            result = asyncio.run(play(read_festival(7, screenings), site, site.url, clients=16).run())
    finally:
        if before is not None:
            settings.use(before)
    assert (result.differences, result.books_balanced, result.sold_twice) == ([], True, 0)
    assert result.tickets == result.seats_held == result.seats
    return result
