"""The cue track of a film with 2,000 appearances, over HTTP from the real server on SQLite: made, and answered from the cache.

Each of a hundred things is offered by one of twenty sellers; each appearance has three boxes. Measured, in each round:

- `first made`: the first answer about a film that the server has never been asked for: its published document is read and parsed,
  its offers are looked up, the track is written and packed. One film a round; its seconds are the whole request's.
- `anew, revised`: an appearance is changed, a new revision published, and the track asked for at once: as above, for a film that was
  known before.
- `anew`: nothing was changed, but what was kept is over (its second, or another country): the offers are looked up and the track is
  written and packed. One client, each request from another country, so that no answer comes from the cache.
- `cached`: the same address again and again, packed as browsers ask for it, 32 clients; it is made anew once a second meanwhile.
- `cached, unchanged`: the same with the tag of the last answer, as a player that asks again: 304.

`of anew`: how many times as many a second as `anew` in the same round. `kB`: what goes over the wire.
"""

from __future__ import annotations

import gzip
import itertools
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import orjson

from crowdfund import clock
from crowdfund.database import close_database, new_id, open_database
from crowdfund.database.migrate import migrate
from crowdfund.merch.screen.models import Appearance, OnscreenProduct
from crowdfund.merch.watching.queries import path_of
from crowdfund.replay.client import Connection
from crowdfund.web.page_cache import body_of
from crowdfund.web.region import countries
from tests.bench.load import Load, Request, load
from tests.bench.pages import server_on
from tests.listings import a_listing, a_shop, a_title
from tests.screen import a_master, a_product, a_scene, published

APPEARANCES, PRODUCTS, SELLERS, SCENES = 2_000, 100, 20, 60
CLIENTS = 32
LENGTH_MS = 2 * 3_600_000
_PACKED = b"accept-encoding: gzip\r\n"
_BOXES = orjson.dumps([[0.0, 0.62, 0.31, 0.08, 0.12], [1.2, 0.6, 0.33, 0.08, 0.12], [2.4, 0.55, 0.36, 0.09, 0.13]])


class NotTheTrack(RuntimeError):
    """The answer has not all cues, or not what was changed."""


@dataclass(frozen=True)
class OnScreen:
    title_id: int
    appearance_ids: list[int]

    @property
    def path(self) -> str:
        return f"{path_of(self.title_id)}/cues.vtt"


async def cue_rates(rounds: int, seconds: float) -> list[dict[str, object]]:
    measured: dict[str, list[Load]] = {}
    sizes: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="crowdfund-cues-") as folder, server_on(Path(folder)) as (ours, start):
        await migrate(ours.database_url)
        await open_database(ours.database_url)
        try:
            warm, *films = [await _film() for _ in range(rounds + 1)]
            url = start()
            await _track(
                url, warm, 0
            )  # the server's first answer of all loads templates and languages: nobody's figure
            for number, film in enumerate(films, 1):
                for what, found, size in await _round(url, film, number, seconds):
                    measured.setdefault(what, []).append(found)
                    sizes[what] = size
        finally:
            await close_database()
    return [_row(what, loads, measured["anew"], sizes[what]) for what, loads in measured.items()]


async def _round(url: str, film: OnScreen, number: int, seconds: float) -> list[tuple[str, Load, int]]:
    first, packed, tag = await _track(url, film, number)
    alt = f"Held up to the light, take {number}"
    await Appearance.filter(id=film.appearance_ids[7]).update(alt=alt)
    await published(film.title_id)
    revised, _, _ = await _track(url, film, number, region="IS", has=alt)  # a country that nobody has asked from
    anew = await load(url, _from_everywhere(film), clients=1, seconds=seconds, wanted=200)
    cached = await load(url, _always(film, _PACKED), clients=CLIENTS, seconds=seconds, wanted=200)
    _, _, tag = await _track(url, film, number, has=alt)
    known = b"%sif-none-match: %s\r\n" % (_PACKED, tag)
    unchanged = await load(url, _always(film, known), clients=CLIENTS, seconds=seconds, wanted=304)
    return [
        ("first made", first, packed), ("anew, revised", revised, packed), ("anew", anew, packed), ("cached", cached, packed),
        ("cached, unchanged", unchanged, 0),
    ]  # fmt: skip


async def _track(url: str, film: OnScreen, number: int, *, region: str = "", has: str = "") -> tuple[Load, int, bytes]:
    """One request, looked through; gives how long it took, its size on the wire and its tag. Raises NotTheTrack."""
    connection = Connection(url)
    await connection.ask("GET", "/healthz")  # connected
    started = perf_counter()
    answer = await connection.ask("GET", film.path + (f"?region={region}" if region else ""), headers=_PACKED)
    took = perf_counter() - started
    connection.close()
    text = gzip.decompress(answer.body).decode()
    if answer.status != 200 or text.count('"k":"item"') != APPEARANCES or has not in text:
        raise NotTheTrack(f"round {number}: {answer.status}, {text.count('-->')} cues")
    ms = round(took * 1000, 2)
    return Load(1 / took, ms, ms, 0), len(answer.body), _tag_of(text)


def _tag_of(text: str) -> bytes:
    """As the site tags it, packed."""
    return f'"{body_of(text).tag}-z"'.encode()


def _always(film: OnScreen, headers: bytes) -> Callable[[], Request]:
    return lambda: ("GET", film.path, b"", headers)


def _from_everywhere(film: OnScreen) -> Callable[[], Request]:
    """Each request from another country: by the time that the first one's turn comes again its second is long over."""
    known = itertools.cycle(sorted(countries()))
    return lambda: ("GET", f"{film.path}?region={next(known)}", b"", _PACKED)


async def _film() -> OnScreen:
    """A published film of two hours: a hundred things, each on screen twenty times, and each sold by somebody."""
    title = await a_title()
    await a_master(title.id, length=LENGTH_MS)
    each = LENGTH_MS // SCENES
    scenes = [await a_scene(title.id, f"S{n}", n * each, (n + 1) * each) for n in range(SCENES)]
    shops = [await a_shop(f"Workshop {n}") for n in range(SELLERS)]
    products: list[OnscreenProduct] = []
    for n in range(PRODUCTS):
        products.append(await a_product(title.id, f"Thing {n} that somebody wears", wearer=f"Role {n % 12}"))
        await a_listing(shops[n % SELLERS], products[n], on_hand=50)
    step = LENGTH_MS // APPEARANCES
    rows = [
        Appearance(
            id=new_id(), product_id=products[n % PRODUCTS].id, title_id=title.id, scene_id=scenes[n * step // each].id,
            start_ms=n * step, end_ms=min(n * step + 4 * step, LENGTH_MS), prominence=1 + n % 3, boxes=_BOXES.decode(),
            alt=f"left hand, {n} steps from the door", made_at=clock.now(),
        )
        for n in range(APPEARANCES)
    ]  # fmt: skip
    await Appearance.bulk_create(rows)
    await published(title.id)
    return OnScreen(title.id, [row.id for row in rows])


def _row(what: str, loads: list[Load], anew: list[Load], size: int) -> dict[str, object]:
    ratio = median(one.per_second / base.per_second for one, base in zip(loads, anew, strict=True))
    return {
        "what": what, "per second": [one.per_second for one in loads], "p50 ms": [one.p50_ms for one in loads],
        "p99 ms": [one.p99_ms for one in loads], "of anew": f"{ratio:.1f}x", "kB": size / 1000,
        "not as wanted": sum(one.wrong for one in loads),
    }  # fmt: skip
