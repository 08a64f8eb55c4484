"""What pages, offers and orders read of licences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from crowdfund import clock
from crowdfund.database import Sql, as_rows, together
from crowdfund.merch.licences.models import LIVE, Exclusivity, Licence
from crowdfund.merch.licences.rules import Claim, Right
from crowdfund.merch.licences.terms import Terms
from crowdfund.merch.screen.models import OnscreenProduct

_IDS = "(SELECT CAST(value->>'id' AS BIGINT) FROM {rows})"
_RIGHTS = Sql(f"""
    SELECT id, title_id, licensor_id, licensee_id, state, exclusivity, category, royalty_bps, minimum_minor, currency, unit_cap,
        units_sold, starts_at, ends_at, sell_off_days, badge
    FROM licence WHERE id IN {_IDS}""")  # noqa: S608
_PRODUCTS = Sql(f"SELECT licence_id, product_id FROM licence_product WHERE licence_id IN {_IDS}")  # noqa: S608
_TERRITORIES = Sql(f"SELECT licence_id, country FROM licence_territory WHERE licence_id IN {_IDS}")  # noqa: S608


async def rights_of(licence_ids: Iterable[int]) -> dict[int, Right]:
    """What these licences allow, each by its id; ids of none are left out."""
    asked = as_rows({"id": one} for one in sorted(set(licence_ids)))
    if asked == "[]":
        return {}
    found, products, territories = await together(_RIGHTS.bind(asked), _PRODUCTS.bind(asked), _TERRITORIES.bind(asked))
    product_ids, countries = defaultdict(set), defaultdict(set)
    for row in products:
        product_ids[row["licence_id"]].add(row["product_id"])
    for row in territories:
        countries[row["licence_id"]].add(row["country"])
    return {row["id"]: _right(row, product_ids[row["id"]], countries[row["id"]]) for row in found}


def _right(row: dict[str, Any], product_ids: set[int], countries: set[str]) -> Right:
    facts = {name: row[name] for name in row if name not in ("id", "starts_at", "ends_at")}
    return Right(
        licence_id=row["id"], product_ids=frozenset(product_ids), countries=frozenset(countries),
        starts_at=clock.from_us(row["starts_at"]), ends_at=clock.from_us(row["ends_at"]), **facts,
    )  # fmt: skip


# --- writing and judging one ---

_LOCK = Sql("UPDATE title SET name = name WHERE id = $1 RETURNING id")
_WRITE_PRODUCTS = Sql("""
    INSERT INTO licence_product (licence_id, title_id, product_id) SELECT $2, $3, CAST(value->>'id' AS BIGINT) FROM {rows}""")
_WRITE_TERRITORIES = Sql("INSERT INTO licence_territory (licence_id, country) SELECT $2, value->>'country' FROM {rows}")
_CATEGORIES = Sql("SELECT id, category FROM onscreen_product WHERE title_id = $1")


async def lock_title(title_id: int) -> None:
    """No other licence of this title is offered or moved until the caller's transaction ends."""
    await _LOCK(title_id)


async def write_scope(licence_id: int, title_id: int, product_ids: Collection[int], countries: Collection[str]) -> None:
    """What it is for and where, of one that was just offered."""
    await _WRITE_PRODUCTS(as_rows({"id": one} for one in sorted(product_ids)), licence_id, title_id)
    await _WRITE_TERRITORIES(as_rows({"country": one} for one in sorted(countries)), licence_id)


async def categories_of(title_id: int) -> dict[int, str]:
    """The category of each product of a title, by its id."""
    return {row["id"]: row["category"] for row in await _CATEGORIES(title_id)}


async def claims_of(title_id: int, categories: Mapping[int, str], *, without: int) -> list[tuple[int, Claim]]:
    """What the live licences of a title reserve, those too that were offered. without: the id of one that is left out."""
    ids = await Licence.filter(title_id=title_id, state__in=list(LIVE)).exclude(id=without).values_list("id", flat=True)
    return [(one, claim_of(right, categories)) for one, right in (await rights_of(ids)).items()]  # type: ignore[arg-type]


def claim_of(right: Right, categories: Mapping[int, str]) -> Claim:
    kinds = frozenset(categories[one] for one in right.product_ids if categories.get(one))
    return Claim(
        right.exclusivity, right.category, right.product_ids, kinds, right.countries, right.starts_at, right.ends_at
    )


async def terms_of(licence: Licence) -> Terms:
    """A licence as its studio wrote it."""
    right = (await rights_of([licence.id]))[licence.id]
    return Terms(
        right.product_ids, right.countries, Exclusivity(licence.exclusivity), licence.category, licence.royalty_bps,
        licence.minimum_minor, licence.currency, licence.unit_cap, licence.starts_at, licence.ends_at, licence.sell_off_days,
        licence.report_months, licence.note,
    )  # fmt: skip


_WITHOUT = Sql(f"""
    SELECT n.id FROM onscreen_product n WHERE n.id IN {_IDS} AND NOT EXISTS (
        SELECT 1 FROM licence_product p JOIN licence l ON l.id = p.licence_id
        WHERE p.product_id = n.id AND l.state IN ('accepted', 'active', 'sell_off', 'suspended')) ORDER BY n.id""")  # noqa: S608


async def without_licence(product_ids: Iterable[int]) -> list[int]:
    """Those of these products that nobody holds a licence for."""
    return [row["id"] for row in await _WITHOUT(as_rows({"id": one} for one in product_ids))]


# --- by the clock ---

_DUE = Sql("""
    SELECT id FROM licence WHERE
        (state = 'offered' AND answer_by <= $1) OR (state = 'accepted' AND starts_at <= $1) OR (state = 'active' AND ends_at <= $1)
        OR (state IN ('sell_off', 'suspended') AND ends_at + sell_off_days * 86400000000 <= $1)
    ORDER BY id LIMIT $2""")


async def licences_due(now_us: int, limit: int) -> list[int]:
    """Licences that their days have moved on."""
    return [row["id"] for row in await _DUE(now_us, limit)]


# --- lists ---

_LISTED = """
    SELECT l.id, l.state, l.royalty_bps, l.currency, l.exclusivity, l.unit_cap, l.units_sold, l.starts_at, l.ends_at, l.answer_by,
        l.sell_off_days, l.badge, l.made_at, l.licensor_id, l.licensee_id, l.title_id, t.name AS title, t.colour, s.name AS studio,
        o.name AS shop,
        (SELECT COUNT(*) FROM licence_product p WHERE p.licence_id = l.id) AS products,
        (SELECT MIN(n.name) FROM licence_product p JOIN onscreen_product n ON n.id = p.product_id WHERE p.licence_id = l.id) AS product
    FROM licence l JOIN title t ON t.id = l.title_id JOIN organisation s ON s.id = l.licensor_id
    JOIN organisation o ON o.id = l.licensee_id"""
_OF_SIDE = Sql(f"{_LISTED} WHERE (l.licensor_id = $1 OR l.licensee_id = $1) AND l.id < $2 ORDER BY l.id DESC LIMIT $3")
_LIVE_OF_ALL = Sql(f"{_LISTED} WHERE l.id < $1 AND ($2 = '' OR l.state = $2) ORDER BY l.id DESC LIMIT $3")
_HELD_BY = Sql(
    f"{_LISTED} WHERE l.licensee_id = $1 AND l.state IN ('active', 'sell_off') ORDER BY t.name, l.id LIMIT 100"
)
_HISTORY = Sql("""
    SELECT e.from_state, e.to_state, e.because, e.at, COALESCE(p.name, '') AS by FROM licence_event e
    LEFT JOIN person p ON p.id = e.by_person_id WHERE e.licence_id = $1 ORDER BY e.id""")
NEWEST = 2**63 - 1


async def licences_of(organisation_id: int, *, before_id: int = NEWEST, limit: int = 200) -> list[dict[str, Any]]:
    """Licences that an organisation has given or holds, the newest first."""
    return await _OF_SIDE(organisation_id, before_id, limit)


async def all_licences(state: str = "", *, before_id: int = NEWEST, limit: int = 200) -> list[dict[str, Any]]:
    """For those who run the site."""
    return await _LIVE_OF_ALL(before_id, state, limit)


async def held_by(organisation_id: int) -> list[dict[str, Any]]:
    """What a shop may sell, as far as anybody has written it down."""
    return await _HELD_BY(organisation_id)


async def products_of(licence_id: int) -> list[OnscreenProduct]:
    """What a licence is for, by name."""
    right = (await rights_of([licence_id]))[licence_id]
    return await OnscreenProduct.filter(id__in=sorted(right.product_ids)).order_by("name", "id")


async def history_of(licence_id: int) -> list[dict[str, Any]]:
    """What became of it, the oldest first, with the names of who decided."""
    return await _HISTORY(licence_id)
