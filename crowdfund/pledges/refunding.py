"""Giving money back: all of a failed fund's, or one pledge's with a reason. A refund is a row with states of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from crowdfund import money
from crowdfund.campaigns import counters
from crowdfund.campaigns.models import SUCCEEDED, Campaign, CampaignState
from crowdfund.database import Sql, as_rows, atomic, outbox
from crowdfund.ledger import Account, balance_minor, chart
from crowdfund.payments import refunds
from crowdfund.payments.in_turn import in_turn
from crowdfund.payments.models import Charge, ChargeState, RefundState
from crowdfund.payments.refunds import RefundIntent, Sent
from crowdfund.pledges.milestones.takings import take_for_refund
from crowdfund.pledges.models import Pledge, PledgeState
from crowdfund.pledges.moves import move_pledges
from crowdfund.pledges.sharing_back import open_share
from crowdfund.refusal import Refusal

CLAIM_MAX = 240


class NothingToRefund(Refusal):
    pass


class GoingBackToAll(Refusal):
    """A part of the fund is on its way back to all who gave: what one of them is owed is known when it is done."""


class BankIsDeciding(Refusal):
    """The charge of a refund is disputed: what comes of it decides whether anything is owed at all."""


# What is left of a charge: less what was promised back, and what a bank took for good.
_LEFT = """c.amount_minor - c.refunded_minor - c.passed_on_minor
    - (SELECT COALESCE(SUM(d.amount_minor), 0) FROM dispute d WHERE d.charge_id = c.id AND d.state = 'lost')"""
# From the charges of which not everything is promised back, by an index of them: no page reads what earlier ones promised.
_OWES = (
    f"c.state = 'succeeded' AND c.refunded_minor < c.amount_minor AND p.state IN ('collected', 'lost') AND {_LEFT} > 0"
)
_ITS_PLEDGE = "p.id = CASE WHEN c.subject LIKE 'pledge:%' THEN CAST(SUBSTR(c.subject, 8) AS BIGINT) END"
_OWED = Sql(f"""
    SELECT c.id, c.subject, c.campaign_id, c.refunded_minor, c.currency, c.stripe_charge_id, CAST({_LEFT} AS BIGINT) AS left_minor
    FROM charge c JOIN pledge p ON {_ITS_PLEDGE}
    WHERE c.campaign_id = $1 AND {_OWES}
    ORDER BY c.id LIMIT $2""")  # noqa: S608
_WITH_REFUNDS_OWED = Sql(f"""
    SELECT f.id FROM campaign f WHERE f.state = 'failed'
      AND EXISTS (SELECT 1 FROM charge c JOIN pledge p ON {_ITS_PLEDGE} WHERE c.campaign_id = f.id AND {_OWES})
    ORDER BY f.ended_at LIMIT 50""")  # noqa: S608
_UNDER_DISPUTE = Sql("""
    SELECT d.id FROM refund r JOIN dispute d ON d.charge_id = r.charge_id
    WHERE r.id = $1 AND d.state IN ('needs_response', 'answering', 'under_review')""")
_REFUNDED = Sql("""
    UPDATE campaign SET refunded_minor = refunded_minor + more.minor
    FROM (SELECT CAST(value->>'id' AS BIGINT) AS id, CAST(value->>'minor' AS BIGINT) AS minor FROM {rows}) AS more
    WHERE campaign.id = more.id""")
_CAMPAIGNS_OF = Sql("""
    SELECT DISTINCT campaign_id FROM refund WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})""")
_WHOLLY = Sql("""
    SELECT p.id, p.state FROM pledge p JOIN charge c ON c.subject = 'pledge:' || CAST(p.id AS TEXT) AND c.state = 'succeeded'
    WHERE p.id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) AND p.state = 'collected'
      AND c.amount_minor = (SELECT COALESCE(SUM(r.amount_minor), 0) FROM refund r
                            WHERE r.charge_id = c.id AND r.state IN ('succeeded', 'paid_another_way'))""")


async def promise_owed_refunds() -> int:
    """Beat one for all failed funds that still hold money of their backers; gives how many refunds were promised."""
    return await in_turn([row["id"] for row in await _WITH_REFUNDS_OWED()], promise_refunds)


@atomic
async def promise_refunds(campaign_id: int) -> int:
    """Beat one for a failed fund: a refund row for each collected pledge, a few hundred at a time; gives how many."""
    campaign = await counters.lock_one(campaign_id)
    if campaign["state"] != CampaignState.FAILED:
        return 0
    owed = await _OWED(campaign_id, CLAIM_MAX)
    fund = chart.fund(campaign_id, campaign["currency"])
    await refunds.make_refunds(
        RefundIntent(
            charge_id=row["id"], subject=row["subject"], campaign_id=campaign_id,
            amount_minor=row["left_minor"], currency=row["currency"], stripe_charge_id=row["stripe_charge_id"],
            reason="the fund failed", by_person_id=None, sources=[(fund, row["left_minor"])], ordinal=1 + row["refunded_minor"],
        )
        for row in owed
    )  # fmt: skip
    return len(owed)


@atomic
async def refund_pledge(pledge_id: int, *, amount_minor: int | None, reason: str, by_person_id: int) -> int:
    """Staff gives one backer her money back, whole or in part; gives how much. amount_minor None: all that is left.

    Raises NothingToRefund, RefundTooLarge, GoingBackToAll, FloorBroken.
    """
    found = await Pledge.get(id=pledge_id)
    await counters.lock_one(found.campaign_id)
    pledge = await Pledge.get(id=pledge_id)
    charge = await Charge.get_or_none(subject=f"pledge:{pledge_id}", state=ChargeState.SUCCEEDED)
    if charge is None or pledge.state != PledgeState.COLLECTED:
        raise NothingToRefund("Nothing was collected for this pledge, or it was given back already.")
    if charge.passed_on_minor:
        raise NothingToRefund("Its fan has decided where this money goes, and there it is.")
    left_minor = charge.amount_minor - charge.refunded_minor - charge.passed_on_minor
    wanted_minor = left_minor if amount_minor is None else amount_minor
    if not 0 < wanted_minor <= left_minor:
        left = money.Amount(left_minor, charge.currency)
        raise refunds.RefundTooLarge("At most {left} is left to refund.", field="amount", left=left)
    campaign = await Campaign.get(id=pledge.campaign_id)
    if await open_share(campaign.id) is not None:
        raise GoingBackToAll("A part of this fund is going back to all who gave just now. Try again when that is done.")
    intent = RefundIntent(
        charge_id=charge.id, subject=charge.subject, campaign_id=campaign.id, amount_minor=wanted_minor,
        currency=charge.currency, stripe_charge_id=str(charge.stripe_charge_id), reason=reason, by_person_id=by_person_id,
        sources=await _sources(campaign, wanted_minor), ordinal=1 + charge.refunded_minor,
    )  # fmt: skip
    await refunds.make_refunds([intent])
    return wanted_minor


async def _sources(campaign: Campaign, amount_minor: int) -> list[tuple[Account, int]]:
    """Whose money a refund is: the fund's while it holds it; afterwards our fee goes back with it, the rest is the studio's.

    Of a fund with milestones that wait, both: as much of hers as was released, and as much as was not.
    """
    currency, fund = campaign.currency, chart.fund(campaign.id, campaign.currency)
    if campaign.state not in SUCCEEDED:
        return [(fund, amount_minor)]
    waiting_minor = await take_for_refund(campaign, amount_minor)
    released_minor = amount_minor - waiting_minor
    fee_minor = money.share_minor(released_minor, campaign.fee_bps)
    payable = chart.payable(campaign.organisation_id, currency)
    from_payable = min(await balance_minor(payable), released_minor - fee_minor)
    rest = released_minor - fee_minor - from_payable
    return [
        (fund, waiting_minor),
        (chart.fee(currency), fee_minor),
        (payable, from_payable),
        (chart.receivable(campaign.organisation_id, currency), rest),
    ]


@atomic
async def finish_refunds(outcomes: list[Sent]) -> int:
    """Beat three: what came of refunds; a pledge whose money is all back is refunded. Gives how many moved."""
    await _lock_campaigns(refund_id for refund_id, _ in outcomes)
    ended = await refunds.end_refunds(outcomes)
    back = [refund for refund in ended if refund.state == RefundState.SUCCEEDED]
    returned = [refund for refund in ended if refund.was == RefundState.SUCCEEDED]
    await _count(
        [*((r.campaign_id, r.amount_minor) for r in back), *((r.campaign_id, -r.amount_minor) for r in returned)]
    )
    await end_refunded(refund.subject for refund in back)
    await outbox.enqueue_many([("refund_sent", {"refund": r.id}, f"refund_sent:{r.id}") for r in back])
    return len(ended)


@atomic
async def pay_another_way(refund_id: int, *, note: str, paid_from: Account | None = None) -> None:
    """A failed refund has reached its fan after all: by our bank, if no other account is told, or by hers. note: for staff.

    Raises BankIsDeciding while her bank may still give her the same money, Refusal where the refund doesn't wait for that.
    """
    await _lock_campaigns([refund_id])
    if await _UNDER_DISPUTE.value(refund_id):
        raise BankIsDeciding("Her bank is deciding about this payment. Wait for it, or she may get her money twice.")
    paid = await refunds.pay_another_way(refund_id, note=note, paid_from=paid_from)
    await _count([(paid.campaign_id, paid.amount_minor)])
    await end_refunded([paid.subject])


async def _lock_campaigns(refund_ids: Iterable[int]) -> None:
    """Lock the campaigns of these refunds first, as every verb on pledges does."""
    await counters.lock(as_rows(await _CAMPAIGNS_OF(as_rows({"id": refund_id} for refund_id in refund_ids))))


async def _count(given_back: Iterable[tuple[int | None, int]]) -> None:
    """Count what funds gave back: (campaign id, amount)."""
    minor: Counter[int | None] = Counter()
    for campaign_id, amount_minor in given_back:
        minor[campaign_id] += amount_minor
    if minor:
        await _REFUNDED(as_rows({"id": i, "minor": m} for i, m in minor.items()))


async def end_refunded(subjects: Iterable[str]) -> None:
    """Those of these pledges whose money is all back are refunded."""
    pledges = [{"id": int(subject.removeprefix("pledge:"))} for subject in subjects]
    if pledges:
        wholly: list[dict[str, Any]] = await _WHOLLY(as_rows(pledges))
        await move_pledges(wholly, PledgeState.REFUNDED, because="the money is back")


async def send_due_refunds() -> int:
    """Beats two and three for the refunds that were promised; gives how many were asked for."""
    sent = await refunds.send_refunds("pledge")
    for start in range(0, len(sent), CLAIM_MAX):
        await finish_refunds(sent[start : start + CLAIM_MAX])
    return len(sent)
