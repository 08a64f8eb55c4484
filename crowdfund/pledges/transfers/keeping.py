"""Money that backers keep for the same club's next target: tied to it when it opens, used when it is signed, back when it is not."""

from __future__ import annotations

from typing import Any

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.campaigns.models import SUCCEEDED, Campaign, CampaignState
from crowdfund.database import Sql, as_rows, atomic, new_id, outbox
from crowdfund.ledger import Entry, Posting, chart, post
from crowdfund.payments import refunds
from crowdfund.payments.refunds import RefundIntent
from crowdfund.pledges.stakes import LEFT
from crowdfund.pledges.transfers.models import ElectionState

PAGE = 240
_S = ElectionState

_TIE = Sql("""
    UPDATE election SET kept_for_id = $1
    WHERE state = 'kept' AND kept_for_id IS NULL AND kept_until > $2
      AND campaign_id IN (SELECT c.id FROM campaign c WHERE c.organisation_id = $3 AND c.currency = $4 AND c.id <> $1)
    RETURNING pledge_id""")
_NEXT_TARGETS = Sql("""
    SELECT c.id FROM campaign c JOIN transfer t ON t.campaign_id = c.id
    WHERE c.kind = 'transfer' AND c.state = 'live' AND t.sub_type = 'named_target'
      AND EXISTS (SELECT 1 FROM election e JOIN campaign b ON b.id = e.campaign_id
                  WHERE e.state = 'kept' AND e.kept_for_id IS NULL AND e.kept_until > $1
                    AND b.organisation_id = c.organisation_id AND b.currency = c.currency AND b.id <> c.id)
    ORDER BY c.launched_at LIMIT 20""")
_KEPT_FOR = Sql("""
    SELECT COUNT(*) AS backers, CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) AS minor
    FROM election WHERE kept_for_id = $1 AND state IN ('kept', 'used')""")
_EARLIER = Sql("SELECT DISTINCT campaign_id FROM election WHERE kept_for_id = $1 AND state = 'kept'")
_TO_USE = Sql("""
    SELECT e.pledge_id, e.amount_minor, e.campaign_id FROM election e JOIN pledge p ON p.id = e.pledge_id AND p.state = 'collected'
    WHERE e.kept_for_id = $1 AND e.state = 'kept' ORDER BY e.pledge_id LIMIT $2""")
_USE = Sql("""
    UPDATE election SET state = 'used' WHERE pledge_id IN (SELECT CAST(value->>'pledge_id' AS BIGINT) FROM {rows})
      AND state = 'kept' RETURNING pledge_id""")
_WITH_SOMETHING_TO_USE = Sql("""
    SELECT n.id FROM campaign n
    WHERE n.kind = 'transfer' AND n.state IN ('released', 'delivering', 'completed')
      AND EXISTS (SELECT 1 FROM election e JOIN pledge p ON p.id = e.pledge_id AND p.state = 'collected'
                  WHERE e.kept_for_id = n.id AND e.state = 'kept') LIMIT 50""")
_EVENTS = Sql("""
    INSERT INTO election_event (id, election_id, from_state, to_state, because, at)
    SELECT CAST(value->>'event_id' AS BIGINT), CAST(value->>'pledge_id' AS BIGINT), 'kept', value->>'to', value->>'because',
           CAST(value->>'at' AS BIGINT)
    FROM {rows}""")


async def next_targets() -> list[int]:
    """Funds for a player that are open, of clubs for whose next target something is kept."""
    return [row["id"] for row in await _NEXT_TARGETS(clock.now_us())]


@atomic
async def tie_what_is_kept(campaign_id: int) -> int:
    """A club's next target has opened: what backers of earlier ones keep is for this one now; gives of how many."""
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state != CampaignState.LIVE:
        return 0
    return len(await _TIE(campaign.id, clock.now_us(), campaign.organisation_id, campaign.currency))


async def kept_for(campaign_id: int) -> tuple[int, int]:
    """How many backers of earlier targets keep how much for this one."""
    row = await _KEPT_FOR.one(campaign_id)
    assert row is not None
    return row["backers"], row["minor"]


async def funds_with_something_to_use() -> list[int]:
    return [row["id"] for row in await _WITH_SOMETHING_TO_USE()]


@atomic
async def use_what_was_kept(campaign_id: int) -> int:
    """The next target was signed: a page of what was kept for it is the club's, without a fee; gives of how many.

    What a bank disputes waits until it has decided: the funds that it was kept from are locked, too, as a bank's verb does.
    """
    await counters.lock(as_rows([{"campaign_id": campaign_id}, *await _EARLIER(campaign_id)]))
    campaign = await Campaign.get(id=campaign_id)
    rows = await _TO_USE(campaign_id, PAGE) if campaign.state in SUCCEEDED else []
    if not rows:
        return 0
    used = {row["pledge_id"] for row in await _USE(as_rows(rows))}
    rows = [row for row in rows if row["pledge_id"] in used]
    await _write_events(rows, _S.USED, "the next target was signed")
    carried = chart.carried(campaign.organisation_id, campaign.currency)
    payable = chart.payable(campaign.organisation_id, campaign.currency)
    await post(
        Entry(
            f"kept:{row['pledge_id']}:used",
            "kept_used",
            f"campaign:{campaign_id}",
            [Posting(carried, payable, row["amount_minor"])],
        )
        for row in rows
    )
    await outbox.enqueue_many(
        [("kept_used", {"pledge": row["pledge_id"]}, f"kept_used:{row['pledge_id']}") for row in rows]
    )
    return len(rows)


async def _write_events(rows: list[dict[str, Any]], to: ElectionState, because: str) -> None:
    now = clock.now_us()
    await _EVENTS(
        as_rows(
            {"event_id": new_id(), "pledge_id": r["pledge_id"], "to": to, "because": because, "at": now} for r in rows
        )
    )


# The club's few funds first, which CROSS JOIN tells SQLite: not all that is kept.
_WITH_SOMETHING_TO_RETURN = Sql("""
    SELECT c.id FROM campaign c
    WHERE c.kind = 'transfer' AND c.state IN ('electing', 'refunding', 'redirecting', 'closed') AND (
        EXISTS (SELECT 1 FROM election e JOIN pledge p ON p.id = e.pledge_id AND p.state = 'collected'
                WHERE e.campaign_id = c.id AND e.state = 'kept' AND e.kept_for_id IS NULL AND e.kept_until <= $1)
        OR EXISTS (SELECT 1 FROM campaign n CROSS JOIN election e JOIN pledge p ON p.id = e.pledge_id AND p.state = 'collected'
                   WHERE e.campaign_id = c.id AND e.kept_for_id = n.id AND e.state = 'kept'
                     AND n.organisation_id = c.organisation_id AND n.state IN (
                       'failed', 'cancelled', 'outcome_failed', 'electing', 'refunding', 'redirecting', 'closed')))
    LIMIT 50""")
_TO_RETURN = Sql("""
    SELECT e.pledge_id, e.amount_minor, c.id AS charge_id, c.subject, c.stripe_charge_id, c.refunded_minor
    FROM election e LEFT JOIN campaign n ON n.id = e.kept_for_id
    JOIN pledge p ON p.id = e.pledge_id AND p.state = 'collected'
    JOIN charge c ON c.subject = 'pledge:' || CAST(e.pledge_id AS TEXT) AND c.state = 'succeeded'
    WHERE e.campaign_id = $1 AND e.state = 'kept' AND ((e.kept_for_id IS NULL AND e.kept_until <= $2)
        OR n.state IN ('failed', 'cancelled', 'outcome_failed', 'electing', 'refunding', 'redirecting', 'closed'))
    ORDER BY e.pledge_id LIMIT $3""")
_RETURNED = Sql("""
    UPDATE election SET state = 'refunded' WHERE pledge_id IN (SELECT CAST(value->>'pledge_id' AS BIGINT) FROM {rows})
      AND state = 'kept' RETURNING pledge_id""")
_TAKE_BACK = Sql("""
    UPDATE charge SET passed_on_minor = passed_on_minor - back.minor
    FROM (SELECT CAST(value->>'charge_id' AS BIGINT) AS id, CAST(value->>'amount_minor' AS BIGINT) AS minor FROM {rows}) AS back
    WHERE charge.id = back.id""")


async def funds_with_something_to_return() -> list[int]:
    return [row["id"] for row in await _WITH_SOMETHING_TO_RETURN(clock.now_us())]


@atomic
async def return_what_was_kept(campaign_id: int) -> int:
    """A page of those whose next target came to nothing, or never came: back to their cards, all of it; gives how many."""
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    rows = await _TO_RETURN(campaign_id, clock.now_us(), PAGE)
    if not rows:
        return 0
    moved = {row["pledge_id"] for row in await _RETURNED(as_rows(rows))}
    rows = [row for row in rows if row["pledge_id"] in moved]
    await _write_events(rows, _S.REFUNDED, "the next target came to nothing")
    await _TAKE_BACK(as_rows(rows))
    carried = chart.carried(campaign.organisation_id, campaign.currency)
    await refunds.make_refunds(
        RefundIntent(
            charge_id=row["charge_id"], subject=row["subject"], campaign_id=campaign_id, amount_minor=row["amount_minor"],
            currency=campaign.currency, stripe_charge_id=row["stripe_charge_id"], reason="the next target came to nothing",
            by_person_id=None, sources=[(carried, row["amount_minor"])], ordinal=1 + row["refunded_minor"],
        )
        for row in rows
    )  # fmt: skip
    return len(rows)


# --- a bank takes it back ---

_KEPT_OF = Sql("SELECT amount_minor FROM election WHERE pledge_id = $1 AND state = 'kept'")
_LOST = Sql(f"""
    SELECT e.pledge_id, e.campaign_id, c.id AS charge_id, c.subject, c.currency, c.stripe_charge_id, c.refunded_minor,
           CAST({LEFT} + c.passed_on_minor AS BIGINT) AS rest_minor
    FROM election e JOIN charge c ON c.subject = 'pledge:' || CAST(e.pledge_id AS TEXT) AND c.state = 'succeeded'
    WHERE e.pledge_id = $1 AND e.state = 'kept'""")  # noqa: S608
_END = Sql(
    "UPDATE election SET state = $2, amount_minor = $3 WHERE pledge_id = $1 AND state = 'kept' RETURNING pledge_id"
)
_NOT_PASSED_ON = Sql("UPDATE charge SET passed_on_minor = 0 WHERE id = $1")


async def kept_of(pledge_id: int) -> int:
    """What one backer keeps for the next target; nothing where she chose something else."""
    return int(await _KEPT_OF.value(pledge_id) or 0)


async def void_what_was_kept(pledge_id: int) -> None:
    """Her bank has given her the money: there is nothing to keep any more, and what it left goes back to her, too.

    In the caller's transaction.
    """
    lost = await _LOST.one(pledge_id)
    if lost is None:
        return
    rest_minor = max(0, lost["rest_minor"])
    to = _S.REFUNDED if rest_minor else _S.VOID
    await _write_events(await _END(pledge_id, to, rest_minor), to, "her bank took it back")
    await _NOT_PASSED_ON(lost["charge_id"])
    if rest_minor:
        campaign = await Campaign.get(id=lost["campaign_id"])
        carried = chart.carried(campaign.organisation_id, campaign.currency)
        intent = RefundIntent(
            charge_id=lost["charge_id"], subject=lost["subject"], campaign_id=campaign.id, amount_minor=rest_minor,
            currency=lost["currency"], stripe_charge_id=lost["stripe_charge_id"], reason="what her bank left of it",
            by_person_id=None, sources=[(carried, rest_minor)], ordinal=1 + lost["refunded_minor"],
        )  # fmt: skip
        await refunds.make_refunds([intent])
