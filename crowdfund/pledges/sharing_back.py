"""Giving a part of a fund back to all who gave, each by what she gave: a surplus, or what was never released.

Begun in the transaction that decides it, carried out a few hundred backers at a time, so that a crash loses nothing and memory
stays flat. The parts come to the whole, to the cent: each backer's is her share, rounded so that the sum up to her is right.
"""

from __future__ import annotations

from typing import Any

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql, atomic, new_id
from crowdfund.ledger import Entry, Posting, balance_minor, chart, post
from crowdfund.payments import refunds
from crowdfund.payments.in_turn import in_turn
from crowdfund.payments.refunds import RefundIntent
from crowdfund.pledges.models import ShareBack
from crowdfund.pledges.stakes import LEFT

PAGE = 240

_OF = Sql(f"""
    SELECT CAST(COALESCE(SUM(s.left_minor), 0) AS BIGINT) AS minor
    FROM (SELECT {LEFT} AS left_minor FROM charge c
          WHERE c.campaign_id = $1 AND c.state = 'succeeded' AND c.subject LIKE 'pledge:%') AS s
    WHERE s.left_minor > 0""")  # noqa: S608
# In the order of pledges. A dispute that was won since it began is left out, if it began before or has taken her part of it: what
# comes of that part the dispute itself decides.
_NEXT = Sql(f"""
    SELECT s.* FROM (
        SELECT p.id AS pledge_id, c.id, c.subject, c.refunded_minor, c.currency, c.stripe_charge_id, CAST({LEFT} AS BIGINT) AS left_minor
        FROM pledge p JOIN charge c ON c.subject = 'pledge:' || CAST(p.id AS TEXT) AND c.state = 'succeeded'
        WHERE p.campaign_id = $1 AND p.id > $2 AND NOT EXISTS (
            SELECT 1 FROM dispute w WHERE w.charge_id = c.id AND w.state = 'won' AND w.amount_minor > 0 AND w.ended_at >= $4
              AND (w.made_at < $4 OR EXISTS (SELECT 1 FROM milestone_taking t WHERE t.dispute_id = w.id)))) AS s
    WHERE s.left_minor > 0 ORDER BY s.pledge_id LIMIT $3""")  # noqa: S608
_OPEN = Sql("SELECT id FROM share_back WHERE state = 'open' ORDER BY made_at LIMIT 20")


async def begin_sharing_back(campaign: Campaign, amount_minor: int, *, reason: str, by: int | None) -> None:
    """From now on this much of what the fund holds is its backers', in the caller's transaction. reason: what they read."""
    of_minor = int(await _OF.value(campaign.id))
    amount_minor = min(amount_minor, of_minor)
    if amount_minor > 0:
        await ShareBack.create(
            id=new_id(), campaign_id=campaign.id, reason=reason, amount_minor=amount_minor, of_minor=of_minor, state="open",
            by_person_id=by, made_at=clock.now(),
        )  # fmt: skip


async def share_back() -> int:
    """A page of each that is under way; gives how many moved on."""
    return await in_turn([row["id"] for row in await _OPEN()], _share_page)


@atomic
async def _share_page(share_id: int) -> bool:
    found = await ShareBack.get(id=share_id)
    await counters.lock_one(found.campaign_id)
    share = await ShareBack.get(id=share_id)
    if share.state != "open":
        return False
    campaign = await Campaign.get(id=share.campaign_id)
    rows = await _NEXT(campaign.id, share.after_id, PAGE, clock.to_us(share.made_at))
    if not rows:
        await _end(share, campaign)
        return True
    passed_minor, parts = share.passed_minor, []
    for row in rows:
        parts.append((row, part_of(share, passed_minor, row["left_minor"])))
        passed_minor += row["left_minor"]
    parts = [(row, minor) for row, minor in parts if minor > 0]
    await refunds.make_refunds(_intent(share, campaign, row, minor) for row, minor in parts)
    await ShareBack.filter(id=share_id).update(
        after_id=rows[-1]["pledge_id"], shared_minor=share.shared_minor + sum(minor for _, minor in parts),
        passed_minor=passed_minor,
    )  # fmt: skip
    return True


def part_of(share: ShareBack, passed_minor: int, left_minor: int) -> int:
    """The part of one who gave so much, where those before her gave `passed_minor`: within a cent of her share, never more than hers."""
    until, before = min(passed_minor + left_minor, share.of_minor), min(passed_minor, share.of_minor)
    return share.amount_minor * until // share.of_minor - share.amount_minor * before // share.of_minor


async def open_share(campaign_id: int) -> ShareBack | None:
    """What of a fund is on its way back to all, if anything is."""
    return await ShareBack.get_or_none(campaign_id=campaign_id, state="open")


async def count_as_shared(share: ShareBack, pledge_id: int, left_minor: int) -> int:
    """Her bank has taken her part before it was her turn; gives how much that is. Nothing where she has had it."""
    if pledge_id <= share.after_id:
        return 0
    minor = min(share.amount_minor * left_minor // share.of_minor, share.amount_minor - share.shared_minor)
    await ShareBack.filter(id=share.id).update(shared_minor=share.shared_minor + minor)
    return minor


def _intent(share: ShareBack, campaign: Campaign, row: dict[str, Any], minor: int) -> RefundIntent:
    fund = chart.fund(campaign.id, campaign.currency)
    return RefundIntent(
        charge_id=row["id"], subject=row["subject"], campaign_id=campaign.id, amount_minor=minor, currency=row["currency"],
        stripe_charge_id=row["stripe_charge_id"], reason=share.reason, by_person_id=share.by_person_id, sources=[(fund, minor)],
        ordinal=1 + row["refunded_minor"],
    )  # fmt: skip


async def _end(share: ShareBack, campaign: Campaign) -> None:
    """What is left are shares of those whose money went back another way meanwhile: they are the organisation's."""
    await ShareBack.filter(id=share.id).update(state="done")
    fund, payable = (
        chart.fund(campaign.id, campaign.currency),
        chart.payable(campaign.organisation_id, campaign.currency),
    )
    rest = min(share.amount_minor - share.shared_minor, await balance_minor(fund))
    if rest > 0:
        await post(
            [
                Entry(
                    f"share_back:{share.id}:rest",
                    "surplus_rest",
                    f"campaign:{campaign.id}",
                    [Posting(fund, payable, rest)],
                )
            ]
        )
