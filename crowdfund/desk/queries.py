"""What pages made of several rooms read across them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from crowdfund import clock
from crowdfund.campaigns.models import OWES_WORD, Campaign, CampaignState
from crowdfund.community.talk import queries as talk
from crowdfund.database import Sql, as_rows
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


# --- what waits for staff ---

_WAITING = Sql("""
    SELECT (SELECT COUNT(*) FROM campaign WHERE state = 'submitted') AS campaigns,
           (SELECT COUNT(*) FROM organisation WHERE state = 'submitted') AS organisations,
           (SELECT COUNT(*) FROM job WHERE state = 'parked') AS jobs,
           (SELECT COUNT(*) FROM webhook_event WHERE state = 'parked') AS events,
           (SELECT COUNT(*) FROM refund r WHERE r.state = 'failed' AND NOT EXISTS (
                SELECT 1 FROM dispute d WHERE d.charge_id = r.charge_id
                AND d.state IN ('needs_response', 'answering', 'under_review'))) AS refunds,
           (SELECT COUNT(*) FROM dispute WHERE state = 'needs_response') AS disputes""")
_SUBMITTED = Sql("""
    SELECT c.slug, c.name, c.goal_minor, c.currency, o.name AS organisation_name,
           (SELECT MAX(e.at) FROM campaign_event e WHERE e.campaign_id = c.id AND e.to_state = 'submitted') AS since
    FROM campaign c JOIN organisation o ON o.id = c.organisation_id WHERE c.state = 'submitted' ORDER BY 6 LIMIT 50""")
_ORGANISATIONS = Sql("""
    SELECT o.slug, o.name, o.country,
           (SELECT MAX(e.at) FROM organisation_event e WHERE e.organisation_id = o.id AND e.to_state = 'submitted') AS since
    FROM organisation o WHERE o.state = 'submitted' ORDER BY 4 LIMIT 50""")
_JOBS = Sql("SELECT id, kind, error, due_at FROM job WHERE state = 'parked' ORDER BY id LIMIT 50")
_EVENTS = Sql(
    "SELECT id, type, object_id, received_at FROM webhook_event WHERE state = 'parked' ORDER BY received_at LIMIT 50"
)
_REFUNDS = Sql("""
    SELECT r.id, r.subject, r.amount_minor, r.currency, r.reason, r.ended_at, c.name, p.name AS fan
    FROM refund r JOIN campaign c ON c.id = r.campaign_id JOIN charge h ON h.id = r.charge_id JOIN person p ON p.id = h.person_id
    WHERE r.state = 'failed' AND NOT EXISTS (  -- what a bank still decides about is not paid by anybody meanwhile
        SELECT 1 FROM dispute d WHERE d.charge_id = r.charge_id AND d.state IN ('needs_response', 'answering', 'under_review'))
    ORDER BY r.id LIMIT 50""")
_PAYOUTS = Sql("""
    SELECT y.state, y.amount_minor, y.currency, y.note, y.next_try_at, c.slug, c.name, o.name AS organisation_name,
           o.payouts_state
    FROM payout y JOIN campaign c ON c.id = y.campaign_id JOIN organisation o ON o.id = y.organisation_id
    WHERE (y.state = 'failed'
           AND NOT EXISTS (SELECT 1 FROM payout z WHERE z.campaign_id = y.campaign_id AND z.id > y.id))
       OR (y.state = 'due' AND y.attempt > $1)
    ORDER BY y.id LIMIT 50""")
# A try a day: cards' money is available within a week, so what waits longer waits for a balance that is too small.
TRIES_BEFORE_SHORT = 7
_DISPUTES = Sql("""
    SELECT d.pledge_id, d.amount_minor, d.currency, d.reason, d.due_by, c.name, o.name AS organisation_name
    FROM dispute d JOIN campaign c ON c.id = d.campaign_id JOIN organisation o ON o.id = c.organisation_id
    WHERE d.state = 'needs_response' ORDER BY d.due_by LIMIT 50""")
# Funds whose money can't go where it belongs: the studio lost its account, or staff has stopped it.
_UNPAYABLE = Sql("""
    SELECT c.slug, c.name, o.name AS organisation_name, o.slug AS organisation_slug, o.state, o.payouts_state
    FROM campaign c JOIN organisation o ON o.id = c.organisation_id
    JOIN account a ON a.code = 'payable:' || CAST(o.id AS TEXT) || ':' || c.currency
    JOIN balance b ON b.account_id = a.id AND b.credits_minor > b.debits_minor
    WHERE c.state IN ('funded', 'released', 'delivering', 'completed') AND (o.payouts_state <> 'enabled' OR o.state <> 'verified')
      AND c.ended_at < $1 ORDER BY c.ended_at LIMIT 50""")
_UNSETTLED = Sql("""
    SELECT slug, name, settle_by FROM campaign WHERE state = 'settling' AND settle_by < $1 ORDER BY settle_by LIMIT 50""")
# Transfers whose outcome waits for somebody of us: a registration to be seen, a release, an objection.
_OUTCOMES = Sql("""
    SELECT c.slug, c.name, o.kind, o.state, o.objections_until,
           (SELECT COUNT(*) FROM objection b WHERE b.outcome_id = o.id AND b.answered_at IS NULL) AS objections
    FROM outcome o JOIN campaign c ON c.id = o.campaign_id
    WHERE o.state IN ('filed', 'checked') AND (
        EXISTS (SELECT 1 FROM objection b WHERE b.outcome_id = o.id AND b.answered_at IS NULL)
        OR (o.kind = 'signed' AND (o.state = 'filed' OR o.objections_until <= $1)))
    ORDER BY o.filed_at LIMIT 50""")
_SILENT = Sql("""
    SELECT c.slug, c.name, c.update_due_at, o.name AS organisation_name FROM campaign c JOIN organisation o ON o.id = c.organisation_id
    WHERE c.update_due_at <= $2 AND c.state IN (SELECT value->>'state' FROM {rows}) ORDER BY c.update_due_at LIMIT 50""")
# Milestones that are paused: what fewer object to releases itself.
_MILESTONES = Sql("""
    SELECT c.slug, c.name, m.title,
           (SELECT COUNT(*) FROM release_objection o WHERE o.request_id = r.id) AS objections
    FROM release_request r JOIN milestone m ON m.id = r.milestone_id JOIN campaign c ON c.id = r.campaign_id
    WHERE r.ended_at IS NULL AND m.state = 'paused'
    ORDER BY r.filed_at LIMIT 50""")
_OWED_TO_US = Sql("""
    SELECT o.slug, o.name, a.currency, b.debits_minor - b.credits_minor AS minor FROM account a
    JOIN balance b ON b.account_id = a.id AND b.debits_minor > b.credits_minor
    JOIN organisation o ON a.code = 'receivable:' || CAST(o.id AS TEXT) || ':' || a.currency ORDER BY o.name LIMIT 50""")
# Stripe would not even ask the bank: something about our side of it is wrong.
_ASKED_WRONGLY = Sql("""
    SELECT c.slug, c.name, h.decline_code, COUNT(*) AS charges, MAX(h.ended_at) AS last_at
    FROM charge h JOIN campaign c ON c.id = h.campaign_id
    WHERE c.state = 'settling' AND h.state = 'declined' AND h.decline_code LIKE 'request:%'
    GROUP BY c.slug, c.name, h.decline_code ORDER BY c.slug LIMIT 50""")
_TROUBLED = Sql("SELECT name, note, done_at FROM sweep WHERE note <> '' ORDER BY name")


@dataclass(frozen=True, slots=True)
class Inbox:
    """Everything that needs a person, each list the oldest first and at most fifty long. counts: how many there are.

    owed_to_us is for looking at: it is taken off what is paid out later.
    """

    counts: dict[str, int]
    campaigns: list[dict[str, Any]]
    organisations: list[dict[str, Any]]
    disputes: list[dict[str, Any]]
    refunds: list[dict[str, Any]]
    payouts: list[dict[str, Any]]
    unpayable: list[dict[str, Any]]
    unsettled: list[dict[str, Any]]
    outcomes: list[dict[str, Any]]
    milestones: list[dict[str, Any]]
    asked_wrongly: list[dict[str, Any]]
    comments: list[dict[str, Any]]
    silent: list[dict[str, Any]]
    owed_to_us: list[dict[str, Any]]
    jobs: list[dict[str, Any]]
    events: list[dict[str, Any]]
    sweeps: list[dict[str, Any]]

    @property
    def is_empty(self) -> bool:
        late = (self.payouts, self.unpayable, self.unsettled, self.silent)
        funds = (self.asked_wrongly, self.outcomes, self.milestones, *late)
        return not any(self.counts.values()) and not self.sweeps and not any(funds)


async def inbox() -> Inbox:
    counts, day_ago = await _WAITING.one(), clock.now_us() - 86_400_000_000
    owing = as_rows({"state": state} for state in sorted(OWES_WORD - {CampaignState.SUSPENDED}))
    counts = {**(counts or {}), "comments": await talk.how_many_reported()}
    return Inbox(
        counts=counts, campaigns=await _SUBMITTED(), organisations=await _ORGANISATIONS(), disputes=await _DISPUTES(),
        refunds=await _REFUNDS(), payouts=await _PAYOUTS(TRIES_BEFORE_SHORT), jobs=await _JOBS(), events=await _EVENTS(),
        sweeps=await _TROUBLED(), unpayable=await _UNPAYABLE(day_ago), unsettled=await _UNSETTLED(day_ago),
        asked_wrongly=await _ASKED_WRONGLY(), silent=await _SILENT(owing, clock.now_us()), owed_to_us=await _OWED_TO_US(),
        comments=await talk.reported(limit=20),
        outcomes=await _OUTCOMES(clock.now_us()), milestones=await _MILESTONES(),
    )  # fmt: skip
