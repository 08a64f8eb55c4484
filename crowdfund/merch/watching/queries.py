"""What the player, the shop of a film and its tracks read; kept for a second for each country, and never past a change that is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crowdfund import clock
from crowdfund.database import Sql
from crowdfund.database.ids import public
from crowdfund.merch.listings.queries import offers_of
from crowdfund.merch.listings.rules import Offer
from crowdfund.merch.screen.cues import CueDocument, OnProduct
from crowdfund.merch.screen.models import Master, OnscreenProduct, ProductState
from crowdfund.merch.screen.queries import products_of, shown_now
from crowdfund.merch.watching.rules import Line, lines_of, ranked, turn_ends_at
from crowdfund.refusal import NotFound
from crowdfund.titles.models import Title


class NothingToWatch(NotFound):
    pass


@dataclass(frozen=True, slots=True)
class Film:
    """A film that can be watched, now or once it has aired."""

    title: Title
    master: Master

    @property
    def path(self) -> str:
        return path_of(self.title.id)

    def has_aired(self, now: datetime) -> bool:
        return self.master.airs_at is None or self.master.airs_at <= now

    @property
    def has_video(self) -> bool:
        """Else it has a shop only: it was seen elsewhere."""
        return bool(self.master.video)

    @property
    def is_for_children(self) -> bool:
        """Nothing is laid over it, and no shelf comes beside it."""
        return bool(self.master.shown_without_shop)


@dataclass(frozen=True, slots=True)
class Shop:
    """What a film's viewers in one country can see of its shop. lines: cues in the order of the film. offers: by product, ranked.

    products: as the registry has them now. changes_at: until when this holds, unless somebody does something.
    """

    document: CueDocument
    region: str
    lines: tuple[Line, ...]
    offers: dict[int, list[Offer]]
    products: dict[int, OnscreenProduct]
    changes_at: datetime

    def known(self, product_id: int) -> OnProduct | None:
        """What was published of a product that this viewer may see now."""
        return next((line.cue.product for line in self.lines if line.cue.product.id == product_id), None)

    def lines_with(self, product_id: int) -> list[Line]:
        return [line for line in self.lines if line.cue.product.id == product_id]


def path_of(title_id: int) -> str:
    return f"/watch/{public(title_id)}"


async def film_of(title_id: int) -> Film:
    """Raises NothingToWatch, for a title that nothing was written down of as for none at all."""
    title, master = await Title.get_or_none(id=title_id), await Master.get_or_none(title_id=title_id)
    if title is None or master is None:
        raise NothingToWatch("There is nothing to watch under that address.")
    return Film(title, master)


async def shop_of(title_id: int, region: str, now: datetime) -> Shop:
    """Asked anew. A film of which nothing was published has an empty shop."""
    shown = await shown_now(title_id, now)
    products = {product.id: product for product in await products_of(title_id)}
    if shown is None:
        return Shop(CueDocument(title_id, 0, "", 0, (), ()), region, (), {}, products, turn_ends_at(now))
    document, released_at = shown
    seen = {cue.product.id for cue in document.cues}
    offers, changes_at = await offers_of(seen, region, now)
    looking = {product.id for product in products.values() if product.state == ProductState.OPEN_FOR_APPLICATIONS}
    lines = lines_of(document, offers, looking, now)
    moments = [at for at in (released_at, changes_at, turn_ends_at(now)) if at is not None]
    by_product = {product_id: ranked(of_one, product_id, now) for product_id, of_one in offers.items()}
    return Shop(document, region, tuple(lines), by_product, products, min(moments))


class Moments:
    """By what is kept: the last moment at which it is known to have changed. Part of its key, so that nobody is shown what was before.

    A shop that was made half a second before an embargo ends says when it ends; from then on it is asked for under another key.
    """

    def __init__(self, most: int = 2_000) -> None:
        self._most = most
        self._next: dict[tuple[int, str], datetime] = {}
        self._passed: dict[tuple[int, str], datetime] = {}

    def key(self, title_id: int, region: str, now: datetime) -> tuple[int, str, datetime | None]:
        place = (title_id, region)
        coming = self._next.get(place)
        if coming is not None and coming <= now:
            self._passed[place] = self._next.pop(place)
        return title_id, region, self._passed.get(place)

    def told(self, shop: Shop) -> None:
        if len(self._next) >= self._most:
            self._next.clear()
            self._passed.clear()
        self._next[shop.document.title_id, shop.region] = shop.changes_at


# --- which films there are ---

_FILMS = Sql("""
    SELECT m.title_id, m.duration_ms, m.poster_image_id, m.airs_at, t.name, t.colour, t.scene, t.image_id, t.kind, o.name AS studio,
        o.slug AS studio_slug
    FROM master m JOIN title t ON t.id = m.title_id JOIN organisation o ON o.id = t.organisation_id
    WHERE m.video <> '' AND (m.airs_at IS NULL OR m.airs_at <= $1) AND m.title_id > $2 ORDER BY m.title_id LIMIT $3""")
_HAS_FILM = Sql(
    "SELECT 1 AS has FROM master WHERE title_id = $1 AND video <> '' AND (airs_at IS NULL OR airs_at <= $2)"
)


async def films(*, after_id: int = 0, limit: int = 60) -> list[dict[str, Any]]:
    """The films that can be watched now, the older titles first."""
    return await _FILMS(clock.now_us(), after_id, limit)


async def place_of(title_id: int) -> str | None:
    """Where a title can be watched now, none where it can't."""
    return path_of(title_id) if await _HAS_FILM.value(title_id, clock.now_us()) is not None else None


# --- saved for after the credits ---

_SAVED = Sql("SELECT product_id FROM saved_product WHERE person_id = $1 AND title_id = $2")
_ALL_SAVED = Sql("""
    SELECT s.product_id, s.title_id, s.moment_ms, p.name, p.kind, p.category, p.about, p.image_id, t.name AS title, t.colour
    FROM saved_product s JOIN onscreen_product p ON p.id = s.product_id JOIN title t ON t.id = s.title_id
    WHERE s.person_id = $1 ORDER BY s.at DESC, s.product_id LIMIT 60""")
_SAVE = Sql("""
    INSERT INTO saved_product (person_id, product_id, title_id, appearance_id, moment_ms, at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (person_id, product_id) DO NOTHING""")
_COUNT = Sql("SELECT COUNT(*) AS n FROM saved_product WHERE person_id = $1")
_DROP = Sql("DELETE FROM saved_product WHERE person_id = $1 AND product_id = $2")


async def saved_by(person_id: int, title_id: int) -> set[int]:
    """The products of a title that somebody has saved."""
    return {row["product_id"] for row in await _SAVED(person_id, title_id)}


async def all_saved_by(person_id: int) -> list[dict[str, Any]]:
    """What somebody has saved of all films, the newest first."""
    return await _ALL_SAVED(person_id)


async def number_saved(person_id: int) -> int:
    return int(await _COUNT.value(person_id))


async def put_saved(person_id: int, product: OnscreenProduct, appearance_id: int | None, moment_ms: int | None) -> None:
    await _SAVE(person_id, product.id, product.title_id, appearance_id, moment_ms, clock.now_us())


async def drop_saved(person_id: int, product_id: int) -> None:
    await _DROP(person_id, product_id)
