"""A page is made once a second, by one of those who ask."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from crowdfund import clock
from crowdfund.web.page_cache import Kept


class Printer:
    """Makes numbered pages, slowly enough that others come meanwhile."""

    def __init__(self, breaks: bool = False) -> None:
        self.made, self.breaks = 0, breaks

    async def __call__(self) -> str:
        self.made += 1
        await asyncio.sleep(0.02)
        if self.breaks:
            raise LookupError("there is no such page")
        return f"page {self.made}"


async def test_a_hundred_who_ask_at_once_get_one_printing() -> None:
    kept, printer = Kept[str](seconds=60), Printer()
    pages = await asyncio.gather(*(kept.get("moon", printer) for _ in range(100)))
    assert (set(pages), printer.made) == ({"page 1"}, 1)
    assert await kept.get("moon", printer) == "page 1"


async def test_it_runs_out_and_one_of_many_makes_it_anew() -> None:
    kept, printer = Kept[str](seconds=0.01), Printer()
    await kept.get("moon", printer)
    await asyncio.sleep(0.02)
    pages = await asyncio.gather(*(kept.get("moon", printer) for _ in range(50)))
    assert (set(pages), printer.made) == ({"page 2"}, 2), "nobody is shown the page that ran out"


async def test_who_asked_first_may_hang_up() -> None:
    kept, printer = Kept[str](seconds=60), Printer()
    first = asyncio.create_task(kept.get("moon", printer))
    await asyncio.sleep(0.005)
    second = asyncio.create_task(kept.get("moon", printer))
    await asyncio.sleep(0.005)
    first.cancel()
    assert await second == "page 1"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_everybody_hears_what_went_wrong_and_the_next_tries_again() -> None:
    kept, printer = Kept[str](seconds=60), Printer(breaks=True)
    answers = await asyncio.gather(*(kept.get("moon", printer) for _ in range(20)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {LookupError}
    assert printer.made == 1
    printer.breaks = False
    assert await kept.get("moon", printer) == "page 2"


async def test_it_never_keeps_more_than_it_may() -> None:
    kept, printer = Kept[str](seconds=60, kept_max=5), Printer()
    await asyncio.gather(*(kept.get(n, printer) for n in range(40)))
    assert len(kept._made) <= 5


async def test_a_moved_clock_is_another_page(tmp_path: Path) -> None:
    clock.share(tmp_path / "clock")
    try:
        kept, printer = Kept[str](seconds=60), Printer()
        await kept.get("moon", printer)
        clock.advance(timedelta(days=1))
        assert await kept.get("moon", printer) == "page 2"
    finally:
        clock.unshare()
