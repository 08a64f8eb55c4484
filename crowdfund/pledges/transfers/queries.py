"""What pages read of a transfer: what it is, how it ended, who objects, and where the money went. Counts are of elections alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crowdfund import clock
from crowdfund.campaigns.models import Campaign, Kind
from crowdfund.campaigns.recipients.models import Gift, Recipient
from crowdfund.campaigns.recipients.queries import gifts_from, has_told
from crowdfund.campaigns.transfers.actions import stack_of
from crowdfund.campaigns.transfers.models import Transfer
from crowdfund.database import Sql
from crowdfund.people.models import Document
from crowdfund.pledges.transfers import rules
from crowdfund.pledges.transfers.keeping import kept_for
from crowdfund.pledges.transfers.models import UNDECIDED, Election, Outcome, OutcomeState

_STANDING = Sql("""
    SELECT state, COUNT(*) AS backers, CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) AS minor
    FROM election WHERE campaign_id = $1 GROUP BY state""")
OBJECTIONS_SHOWN = 50  # with an answer, and as many without: each is as long as a letter, and thousands may come
_HOW_MANY_OBJECT = Sql("""
    SELECT COUNT(*) AS objected, CAST(COALESCE(SUM(CASE WHEN answered_at IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS unanswered
    FROM objection WHERE outcome_id = $1""")
_OBJECTIONS = Sql("""
    SELECT o.id, p.name, o.text, o.made_at, o.answer, o.answered_at FROM objection o JOIN person p ON p.id = o.person_id
    WHERE o.outcome_id = $1 AND (o.answered_at IS NULL) = (CAST($2 AS BIGINT) = 1) ORDER BY o.id LIMIT $3""")


@dataclass(frozen=True, slots=True)
class ObjectionShown:
    """by: empty for who backs without her name."""

    id: int
    by: str
    text: str
    made_at: datetime
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Given:
    """What the backers of a fund gave to one recipient. has_told: whether it has said what became of that."""

    recipient: Recipient
    gift: Gift
    has_told: bool

    @property
    def is_overdue(self) -> bool:
        return not self.has_told and self.gift.report_by is not None and clock.now() >= self.gift.report_by


@dataclass(frozen=True, slots=True)
class WholeTransfer:
    """A transfer with what was said of it. elections: by state, how many backers and how much.

    objected: how many object; objections: as many of them as a page holds. deal_paper: what shows that the
    clubs agree. gifts: to whom the backers of the fund gave how much.
    """

    campaign: Campaign
    transfer: Transfer
    stack: dict[str, int]
    fallback: Recipient | None
    outcome: Outcome | None
    evidence: Document | None
    objected: int
    open_objections: int
    objections: list[ObjectionShown]
    elections: dict[str, tuple[int, int]]
    kept: tuple[int, int]
    deal_paper: Document | None
    gifts: list[Given]

    @property
    def can_object(self) -> bool:
        return self.outcome is not None and self.outcome.state in UNDECIDED


async def whole_transfer(campaign: Campaign) -> WholeTransfer | None:
    """None for any other kind of fund, and for a draft of which nothing is said yet."""
    transfer = await Transfer.get_or_none(campaign_id=campaign.id) if campaign.kind == Kind.TRANSFER else None
    if transfer is None:
        return None
    outcome = await Outcome.filter(campaign_id=campaign.id, state__not=OutcomeState.WITHDRAWN).first()
    counts = (await _HOW_MANY_OBJECT.one(outcome.id) if outcome else None) or {"objected": 0, "unanswered": 0}
    return WholeTransfer(
        campaign=campaign, transfer=transfer, stack=await stack_of(campaign.id),
        fallback=await Recipient.get(id=campaign.fallback_id) if campaign.fallback_id else None,
        outcome=outcome, evidence=await _paper(outcome.document_id if outcome else None),
        objected=counts["objected"], open_objections=counts["unanswered"],
        objections=await objections_to(outcome) if outcome and counts["objected"] else [],
        elections={row["state"]: (row["backers"], row["minor"]) for row in await _STANDING(campaign.id)},
        kept=await kept_for(campaign.id), deal_paper=await _paper(transfer.agreed_document_id),
        gifts=[Given(recipient, gift, await has_told(gift)) for recipient, gift in await gifts_from(campaign.id)],
    )  # fmt: skip


async def _paper(document_id: int | None) -> Document | None:
    return await Document.get(id=document_id) if document_id else None


async def objections_to(outcome: Outcome) -> list[ObjectionShown]:
    """As they came: the first that wait for an answer, and the first that have one."""
    waiting, answered = [await _OBJECTIONS(outcome.id, waits, OBJECTIONS_SHOWN) for waits in (1, 0)]
    return sorted(map(objection_shown, [*waiting, *answered]), key=lambda one: one.id)


def objection_shown(row: Mapping[str, Any]) -> ObjectionShown:
    answered_at = clock.from_us(row["answered_at"]) if row["answered_at"] is not None else None
    return ObjectionShown(
        row["id"], row["name"], row["text"], clock.from_us(row["made_at"]), row["answer"], answered_at
    )


@dataclass(frozen=True, slots=True)
class ElectionShown:
    """One backer's decision. until: when the time to choose is over."""

    election: Election
    until: datetime | None
    recipient: Recipient | None
    next_target: Campaign | None


async def election_of(pledge_id: int) -> ElectionShown | None:
    """None where nobody asked her anything."""
    election = await Election.get_or_none(pledge_id=pledge_id)
    if election is None:
        return None
    transfer = await Transfer.get(campaign_id=election.campaign_id)
    return ElectionShown(
        election, transfer.elections_until,
        await Recipient.get(id=election.recipient_id) if election.recipient_id else None,
        await Campaign.get(id=election.kept_for_id) if election.kept_for_id else None,
    )  # fmt: skip


# --- what regular work looks for ---

_WITHOUT_EVIDENCE = Sql("""
    SELECT c.id FROM transfer t JOIN campaign c ON c.id = t.campaign_id
    WHERE t.sub_type = 'named_target' AND t.window_closes_at <= $1 AND c.state IN ('funded_held', 'deal_agreed')
      AND NOT EXISTS (SELECT 1 FROM outcome o WHERE o.campaign_id = c.id AND (o.state <> 'withdrawn' OR o.decided_at > $1))
    ORDER BY t.window_closes_at LIMIT 50""")


async def silent_windows() -> list[int]:
    """Funds whose registration window closed three days ago without a word."""
    until = clock.now_us() - rules.EVIDENCE_WITHIN // timedelta(microseconds=1)
    return [row["id"] for row in await _WITHOUT_EVIDENCE(until)]


_UNOPPOSED = Sql("""
    SELECT o.id FROM outcome o WHERE o.state = 'filed' AND o.kind <> 'signed' AND o.objections_until <= $1
      AND NOT EXISTS (SELECT 1 FROM objection b WHERE b.outcome_id = o.id AND b.answered_at IS NULL)
    ORDER BY o.objections_until LIMIT 50""")


async def unopposed_outcomes() -> list[int]:
    """Outcomes whose three days are over, and nobody has objected in vain."""
    return [row["id"] for row in await _UNOPPOSED(clock.now_us())]
