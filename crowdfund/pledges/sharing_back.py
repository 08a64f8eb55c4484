"""Giving a part of a fund back to all who gave, each by what she gave: a surplus, or what was never released.

Begun in the transaction that decides it, carried out a few hundred backers at a time, so that a crash loses nothing and memory
stays flat. Each gets the whole cents of her share; the odd ones go to the fund's organisation.
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

PAGE = 240

_OF = Sql("""
    SELECT CAST(COALESCE(SUM(c.amount_minor - c.refunded_minor - c.passed_on_minor), 0) AS BIGINT) AS minor
    FROM charge c JOIN pledge p ON p.id = CAST(SUBSTR(c.subject, 8) AS BIGINT)
    WHERE c.campaign_id = $1 AND c.state = 'succeeded' AND c.subject LIKE 'pledge:%' AND p.state = 'collected'""")
_NEXT = Sql("""
    SELECT p.id AS pledge_id, c.id, c.subject, c.amount_minor - c.refunded_minor - c.passed_on_minor AS left_minor, c.refunded_minor,
           c.currency, c.stripe_charge_id
    FROM pledge p JOIN charge c ON c.subject = 'pledge:' || CAST(p.id AS TEXT) AND c.state = 'succeeded'
    WHERE p.campaign_id = $1 AND p.id > $2 AND p.state = 'collected' ORDER BY p.id LIMIT $3""")
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
    rows = await _NEXT(campaign.id, share.after_id, PAGE)
    if not rows:
        await _end(share, campaign)
        return True
    parts = [(row, min(share.amount_minor * row["left_minor"] // share.of_minor, row["left_minor"])) for row in rows]
    parts = [(row, minor) for row, minor in parts if minor > 0]
    await refunds.make_refunds(_intent(share, campaign, row, minor) for row, minor in parts)
    await ShareBack.filter(id=share_id).update(
        after_id=rows[-1]["pledge_id"], shared_minor=share.shared_minor + sum(minor for _, minor in parts)
    )
    return True


def _intent(share: ShareBack, campaign: Campaign, row: dict[str, Any], minor: int) -> RefundIntent:
    fund = chart.fund(campaign.id, campaign.currency)
    return RefundIntent(
        charge_id=row["id"], subject=row["subject"], campaign_id=campaign.id, amount_minor=minor, currency=row["currency"],
        stripe_charge_id=row["stripe_charge_id"], reason=share.reason, by_person_id=share.by_person_id, sources=[(fund, minor)],
        ordinal=1 + row["refunded_minor"],
    )  # fmt: skip


async def _end(share: ShareBack, campaign: Campaign) -> None:
    """The odd cents, and the shares of those whose banks took the money back meanwhile, are the organisation's."""
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
