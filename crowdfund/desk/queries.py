"""What pages made of several rooms read across them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql
from crowdfund.pledges.models import PledgeState

# --- a fund's page ---

# One look at the end of the index for each state that counts: with a million pledges it reads as much as with ten.
_LATEST = " UNION ALL ".join(
    f"""SELECT * FROM (SELECT id, person_id, tier_id, shown_as, made_at FROM pledge
        WHERE campaign_id = $1 AND state = '{state}' ORDER BY id DESC LIMIT 12) AS {state}"""  # noqa: S608
    for state in ("active", "charging", "errored", "collected", "disputed")
)
_BACKERS = Sql(f"""
    SELECT b.made_at, t.name AS tier, CASE WHEN b.shown_as = 'name' THEN p.name ELSE '' END AS name
    FROM ({_LATEST}) AS b JOIN person p ON p.id = b.person_id LEFT JOIN tier t ON t.id = b.tier_id
    ORDER BY b.id DESC LIMIT 12""")  # noqa: S608


async def latest_backers(campaign_id: int) -> list[dict[str, Any]]:
    """The last twelve whose pledge counts: made_at, tier, and the name, empty where the fan doesn't want it shown."""
    return await _BACKERS(campaign_id)


# So many pledges are read for a page, with a name or without: a fund whose fans are shy costs no more than another.
BACKERS_PAGE = 60
_COUNTED = " UNION ALL ".join(
    f"""SELECT * FROM (SELECT id, person_id, tier_id, shown_as, made_at FROM pledge
        WHERE campaign_id = $1 AND state = '{state}' AND id < $2 ORDER BY id DESC LIMIT {BACKERS_PAGE + 1}) AS {state}"""  # noqa: S608
    for state in ("active", "charging", "errored", "collected", "disputed")
)
_BACKERS_BEFORE = Sql(f"""
    SELECT b.id, b.made_at, t.name AS tier, CASE WHEN b.shown_as = 'name' THEN p.name ELSE '' END AS name
    FROM ({_COUNTED}) AS b JOIN person p ON p.id = b.person_id LEFT JOIN tier t ON t.id = b.tier_id
    ORDER BY b.id DESC LIMIT {BACKERS_PAGE + 1}""")  # noqa: S608


async def backers_before(campaign_id: int, before_id: int | None) -> list[dict[str, Any]]:
    """A page of those whose pledge counts, and one more where there is another page: id, made_at, tier, and name or nothing."""
    return await _BACKERS_BEFORE(campaign_id, before_id if before_id is not None else 2**63 - 1)


# --- a studio, for everybody ---

_DELIVERED = Sql("""
    SELECT c.id, (SELECT MAX(e.at) FROM campaign_event e WHERE e.campaign_id = c.id AND e.to_state = 'completed') AS at,
           (SELECT MAX(t.delivers_on) FROM tier t WHERE t.campaign_id = c.id AND t.taken > 0) AS promised_for
    FROM campaign c WHERE c.organisation_id = $1 AND c.state = 'completed'""")


@dataclass(frozen=True, slots=True)
class Delivered:
    """A fund whose backers have all been sent theirs. on_time: before the last month that it had promised was over."""

    campaign_id: int
    on_time: bool


async def deliveries_of(organisation_id: int) -> list[Delivered]:
    return [
        Delivered(row["id"], not row["promised_for"] or f"{clock.from_us(row['at']):%Y-%m}" <= row["promised_for"])
        for row in await _DELIVERED(organisation_id)
    ]


# --- a producer's dashboard: counted as pledges were made, so nothing is summed over them ---

_BY_DAY = Sql("""
    SELECT day, CAST(SUM(pledges) AS BIGINT) AS pledges, CAST(SUM(amount_minor) AS BIGINT) AS amount_minor
    FROM pledge_count WHERE campaign_id = $1 AND day >= $2 GROUP BY day ORDER BY day""")
_BY_REFERRER = Sql("""
    SELECT referrer, CAST(SUM(pledges) AS BIGINT) AS pledges, CAST(SUM(amount_minor) AS BIGINT) AS amount_minor
    FROM pledge_count WHERE campaign_id = $1 GROUP BY referrer ORDER BY 3 DESC, referrer LIMIT 12""")
_SETTLING = Sql("""
    SELECT state, CAST(SUM(amount_minor) AS BIGINT) AS minor, COUNT(*) AS pledges FROM pledge
    WHERE campaign_id = $1 AND state IN ('errored', 'refunded', 'disputed', 'lost') GROUP BY state""")
_AT_BANKS = Sql(
    "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) AS minor FROM dispute WHERE campaign_id = $1 AND state <> 'won'"
)
# A fund tells how cards behave once it was charged: the mean of such funds, each counting the same whatever its currency.
_RATES = """
    SELECT COUNT(*) AS funds, AVG(CAST(collected_minor AS DOUBLE PRECISION) / promised_at_close_minor) AS rate FROM campaign
    WHERE state IN ('funded', 'released', 'delivering', 'completed', 'failed') AND collected_minor > 0 AND promised_at_close_minor > 0"""
_RATE_OF = Sql(f"{_RATES} AND organisation_id = $1")
_RATE_OF_ALL = Sql(_RATES)
DAYS_SHOWN = 45


async def pledges_by_day(campaign: Campaign) -> list[tuple[str, int, int]]:
    """Each day since the launch, at most the last 45: the day, pledges made, and their amount."""
    if campaign.launched_at is None:
        return []
    last = min(clock.now(), campaign.closed_at or clock.now()).date()
    first = max(campaign.launched_at.date(), last - timedelta(days=DAYS_SHOWN - 1))
    found = {r["day"]: (r["pledges"], r["amount_minor"]) for r in await _BY_DAY(campaign.id, first.isoformat())}
    days = [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
    return [(day, *found.get(day, (0, 0))) for day in days]


async def pledges_by_referrer(campaign_id: int) -> list[dict[str, Any]]:
    """Where pledges came from, the most money first; the empty referrer is who came by themselves."""
    return await _BY_REFERRER(campaign_id)


class Settling(BaseModel, frozen=True):
    """What became of what was promised when the fund closed; the parts sum to it.

    waiting: pledges whose card was refused and may be mended. open: being charged. at_banks: disputed, or lost to a bank.
    dropped: never collected.
    """

    collected_minor: int
    returned_minor: int
    waiting: int
    waiting_minor: int
    open_minor: int
    at_banks_minor: int
    dropped_minor: int


async def settling_of(campaign: Campaign) -> Settling:
    """Of a fund that has closed. Once it has its result nothing waits any more, so no pledge is looked at."""
    promised_minor, collected_minor = campaign.promised_at_close_minor, campaign.collected_minor
    waiting = waiting_minor = open_minor = 0
    if campaign.state == "settling":
        of = {row["state"]: row for row in await _SETTLING(campaign.id)}
        minor = {state: row["minor"] for state, row in of.items()}
        waiting, waiting_minor = (of["errored"]["pledges"], minor["errored"]) if "errored" in of else (0, 0)
        at_banks_minor = minor.get("disputed", 0) + minor.get("lost", 0)
        charged_minor = collected_minor - minor.get("refunded", 0) + minor.get("disputed", 0)
        open_minor = max(0, campaign.promised_minor - charged_minor - waiting_minor)
    else:
        at_banks_minor = int(await _AT_BANKS.value(campaign.id))
    dropped_minor = promised_minor - collected_minor - at_banks_minor - waiting_minor - open_minor
    return Settling(
        collected_minor=collected_minor - campaign.refunded_minor, returned_minor=campaign.refunded_minor, waiting=waiting,
        waiting_minor=waiting_minor, open_minor=open_minor, at_banks_minor=at_banks_minor, dropped_minor=max(0, dropped_minor),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rate:
    """What share of promises is collected. source: `organisation`, `platform`, or `assumed` where nothing is known yet."""

    bps: int
    source: str
    funds: int


# Elsewhere 8 to 13 of a hundred payments drop when all-or-nothing funds close, so one in ten until we know better.
ASSUMED = Rate(9_000, "assumed", 0)


async def collection_rate(organisation_id: int) -> Rate:
    """From this organisation's funds that were charged, else from all, else assumed."""
    for source, row in (("organisation", await _RATE_OF.one(organisation_id)), ("platform", await _RATE_OF_ALL.one())):
        if row is not None and row["funds"]:
            return Rate(min(10_000, int(row["rate"] * 10_000)), source, row["funds"])
    return ASSUMED


# --- a file of all pledges ---

_PLEDGES = Sql("""
    SELECT l.id, l.made_at, l.state, l.amount_minor, l.currency, l.quantity, l.tier_id, l.referrer, l.page_version,
           CASE WHEN l.shown_as = 'name' THEN p.name ELSE '' END AS name
    FROM pledge l JOIN person p ON p.id = l.person_id
    WHERE l.campaign_id = $1 AND l.state = $2 AND l.id > $3 ORDER BY l.id LIMIT $4""")
CSV_PAGE = 1_000


async def all_pledges(campaign_id: int) -> AsyncIterator[list[dict[str, Any]]]:
    """A fund's pledges that count or counted, a thousand at a time: by state, as the index has them, then as they were made."""
    for state in PledgeState:
        after = 0
        while state != PledgeState.STARTED and (page := await _PLEDGES(campaign_id, state.value, after, CSV_PAGE)):
            yield page
            after = page[-1]["id"]
