"""What pages, offers and orders read of licences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from crowdfund import clock
from crowdfund.database import Sql, as_rows, together
from crowdfund.merch.licences.rules import Right

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
