"""What is taken and promised: locked, read and counted inside the transaction of whoever pledges, amends or settles.

Every verb that changes pledges locks its campaigns first, in id order, so verbs wait for each other and never in a ring.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql, as_rows, together
from crowdfund.database.sql import Bound
from crowdfund.refusal import NotFound

_LOCK = Sql("""
    SELECT id, state, currency, goal_minor, rule, threshold_bps, closes_at, sale_id, share_price_minor, shares_per_fan_max,
           page_version, promised_minor, cap_minor, fallback_id
    FROM campaign WHERE id IN (SELECT CAST(value->>'campaign_id' AS BIGINT) FROM {rows}) ORDER BY id {for_update}""")
_TIERS = Sql("""
    SELECT id, campaign_id, price_minor, size, taken, per_fan_max, opens_at, closes_at
    FROM tier WHERE id IN (SELECT CAST(value->>'tier_id' AS BIGINT) FROM {rows} WHERE value->>'tier_id' IS NOT NULL)""")
_LOCK_SALES = Sql("""
    SELECT id, amount_per_fan_max_minor FROM sale
    WHERE id IN (SELECT CAST(value->>'sale_id' AS BIGINT) FROM {rows}) ORDER BY id {for_update}""")
_COUNT_CAMPAIGN = Sql("""
    UPDATE campaign SET promised_minor = promised_minor + more.minor, pledges_live = pledges_live + more.pledges
    FROM (SELECT CAST(value->>'id' AS BIGINT) AS id, CAST(value->>'minor' AS BIGINT) AS minor,
                 CAST(value->>'pledges' AS BIGINT) AS pledges FROM {rows}) AS more
    WHERE campaign.id = more.id""")
_COUNT_TIER = Sql("""
    UPDATE tier SET taken = taken + more.n, first_taken_at = COALESCE(first_taken_at, CAST($2 AS BIGINT))
    FROM (SELECT CAST(value->>'id' AS BIGINT) AS id, CAST(value->>'n' AS BIGINT) AS n FROM {rows}) AS more
    WHERE tier.id = more.id""")
_COUNT_DAY = Sql("""
    INSERT INTO pledge_count (campaign_id, day, referrer, pledges, amount_minor)
    SELECT CAST(value->>'campaign_id' AS BIGINT), value->>'day', value->>'referrer', CAST(value->>'pledges' AS BIGINT),
           CAST(value->>'minor' AS BIGINT)
    FROM {rows} WHERE TRUE
    ON CONFLICT (campaign_id, day, referrer) DO UPDATE
    SET pledges = pledge_count.pledges + excluded.pledges, amount_minor = pledge_count.amount_minor + excluded.amount_minor""")


lock = _LOCK.__call__
locking = _LOCK.bind
reading_tiers = _TIERS.bind
locking_sales = _LOCK_SALES.bind


async def lock_one(campaign_id: int) -> dict[str, Any]:
    """Lock one campaign until the transaction ends, and give what rules look at. Raises NotFound for a draft deleted meanwhile."""
    found = await _LOCK(as_rows([{"campaign_id": campaign_id}]))
    if not found:
        raise NotFound("There is nothing here under that address.")
    return found[0]


async def count_pledges(pledges: Iterable[dict[str, Any]]) -> None:
    """Count pledges that have become live: in their fund, their tier, and their day and referrer."""
    await together(*counting(pledges))


def counting(pledges: Iterable[dict[str, Any]]) -> list[Bound]:
    """The statements of `count_pledges`."""
    minor: Counter[int] = Counter()
    number: Counter[int] = Counter()
    places: Counter[int] = Counter()
    day_minor: Counter[tuple[int, str, str]] = Counter()
    day_number: Counter[tuple[int, str, str]] = Counter()
    for row in pledges:
        minor[row["campaign_id"]] += row["amount_minor"]
        number[row["campaign_id"]] += 1
        if row["tier_id"] is not None:
            places[row["tier_id"]] += row["quantity"]
        day = (row["campaign_id"], day_of(row["made_at"]), row["referrer"])
        day_minor[day] += row["amount_minor"]
        day_number[day] += 1
    if not number:
        return []
    counts = (
        {"campaign_id": i, "day": day, "referrer": referrer, "pledges": n, "minor": day_minor[i, day, referrer]}
        for (i, day, referrer), n in day_number.items()
    )
    campaigns = _more_of_campaigns((i, minor[i], number[i]) for i in number)
    return [campaigns, *([_more_of_tiers(places)] if places else ()), _COUNT_DAY.bind(as_rows(counts))]


async def add_to_campaigns(changes: Iterable[tuple[int, int, int]]) -> None:
    """Change the counters of campaigns: (campaign id, amount, pledges); negative where something ends."""
    await together(_more_of_campaigns(changes))


def _more_of_campaigns(changes: Iterable[tuple[int, int, int]]) -> Bound:
    rows = ({"id": i, "minor": minor, "pledges": pledges} for i, minor, pledges in changes)
    return _COUNT_CAMPAIGN.bind(as_rows(rows))


async def add_to_tiers(places: Mapping[int, int]) -> None:
    """Change what is taken of tiers; the database refuses more than there are."""
    await together(_more_of_tiers(places))


def _more_of_tiers(places: Mapping[int, int]) -> Bound:
    return _COUNT_TIER.bind(as_rows({"id": i, "n": n} for i, n in places.items() if n), clock.now_us())


def day_of(at_us: int) -> str:
    return clock.from_us(at_us).date().isoformat()


def needed_minor(campaign: Mapping[str, Any]) -> int:
    """What the fund needs, by its rule; the row form of Campaign.needed_minor."""
    return Campaign(
        rule=campaign["rule"], goal_minor=campaign["goal_minor"], threshold_bps=campaign["threshold_bps"]
    ).needed_minor
