"""What needs a person of ours, from all rooms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crowdfund import clock
from crowdfund.campaigns.models import OWES_WORD, CampaignState
from crowdfund.community.talk import queries as talk
from crowdfund.database import Sql, as_rows

_WAITING = Sql("""
    SELECT (SELECT COUNT(*) FROM campaign WHERE state = 'submitted') AS campaigns,
           (SELECT COUNT(*) FROM organisation WHERE state = 'submitted') AS organisations,
           (SELECT COUNT(*) FROM job WHERE state = 'parked') AS jobs,
           (SELECT COUNT(*) FROM webhook_event WHERE state = 'parked') AS events,
           (SELECT COUNT(*) FROM refund r WHERE r.state = 'failed' AND r.campaign_id IS NOT NULL AND NOT EXISTS (
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
# Of tickets and goods. can_retry: the processor refused it, so that no money has moved.
_ORDER_REFUNDS = Sql("""
    SELECT r.id, r.subject, r.amount_minor, r.currency, p.name AS fan, CASE WHEN r.stripe_refund_id IS NULL THEN 1 ELSE 0 END AS can_retry,
           COALESCE((SELECT s.name FROM goods_order o JOIN organisation s ON s.id = o.organisation_id
                     WHERE r.subject = 'goods_order:' || CAST(o.id AS TEXT)), '') AS seller
    FROM refund r JOIN charge h ON h.id = r.charge_id JOIN person p ON p.id = h.person_id
    WHERE r.state = 'failed' AND r.campaign_id IS NULL AND NOT EXISTS (
        SELECT 1 FROM dispute d WHERE d.charge_id = r.charge_id AND d.state IN ('needs_response', 'answering', 'under_review'))
    ORDER BY r.id LIMIT 50""")
# What banks have sent back to organisations' accounts, and what sellers have earned that does not get that far.
_BANK_PAYOUTS = Sql("""
    SELECT b.id, o.name, b.amount_minor, b.currency, b.note, b.next_try_at FROM bank_payout b
    JOIN organisation o ON o.id = b.organisation_id WHERE b.state IN ('failed', 'sending') ORDER BY b.made_at LIMIT 50""")
_SELLER_PAYOUTS = Sql("""
    SELECT y.id, o.name, y.amount_minor, y.currency, y.note, y.next_try_at FROM payout y JOIN organisation o ON o.id = y.organisation_id
    WHERE y.campaign_id IS NULL AND SUBSTR(y.held_for, 1, 9) = 'earnings:' AND y.state = 'due' AND y.attempt > 1
      AND (y.attempt > $1 OR y.note <> 'waits until the charges are available') ORDER BY y.id LIMIT 50""")
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
    SELECT d.pledge_id, d.asked_minor AS amount_minor, d.currency, d.reason, d.due_by, c.name, o.name AS organisation_name
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
# Gifts of which nobody has told in time what became of them.
_UNTOLD = Sql("""
    SELECT r.slug, r.name, c.name AS fund, g.report_by FROM gift g
    JOIN recipient r ON r.id = g.recipient_id JOIN campaign c ON c.id = g.campaign_id
    WHERE g.report_by <= $1
      AND NOT EXISTS (SELECT 1 FROM use_report u WHERE u.recipient_id = g.recipient_id AND u.campaign_id = g.campaign_id)
    ORDER BY g.report_by LIMIT 50""")
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
    order_refunds: list[dict[str, Any]]
    payouts: list[dict[str, Any]]
    seller_payouts: list[dict[str, Any]]
    bank_payouts: list[dict[str, Any]]
    unpayable: list[dict[str, Any]]
    unsettled: list[dict[str, Any]]
    outcomes: list[dict[str, Any]]
    milestones: list[dict[str, Any]]
    asked_wrongly: list[dict[str, Any]]
    comments: list[dict[str, Any]]
    silent: list[dict[str, Any]]
    untold: list[dict[str, Any]]
    owed_to_us: list[dict[str, Any]]
    jobs: list[dict[str, Any]]
    events: list[dict[str, Any]]
    sweeps: list[dict[str, Any]]

    @property
    def is_empty(self) -> bool:
        late = (
            self.payouts,
            self.seller_payouts,
            self.bank_payouts,
            self.order_refunds,
            self.unpayable,
            self.unsettled,
            self.silent,
            self.untold,
        )
        funds = (self.asked_wrongly, self.outcomes, self.milestones, *late)
        return not any(self.counts.values()) and not self.sweeps and not any(funds)


async def inbox() -> Inbox:
    counts, day_ago = await _WAITING.one(), clock.now_us() - 86_400_000_000
    owing = as_rows({"state": state} for state in sorted(OWES_WORD - {CampaignState.SUSPENDED}))
    counts = {**(counts or {}), "comments": await talk.how_many_reported()}
    return Inbox(
        counts=counts, campaigns=await _SUBMITTED(), organisations=await _ORGANISATIONS(), disputes=await _DISPUTES(),
        refunds=await _REFUNDS(), order_refunds=await _ORDER_REFUNDS(), payouts=await _PAYOUTS(TRIES_BEFORE_SHORT),
        seller_payouts=await _SELLER_PAYOUTS(TRIES_BEFORE_SHORT), bank_payouts=await _BANK_PAYOUTS(),
        jobs=await _JOBS(), events=await _EVENTS(),
        sweeps=await _TROUBLED(), unpayable=await _UNPAYABLE(day_ago), unsettled=await _UNSETTLED(day_ago),
        asked_wrongly=await _ASKED_WRONGLY(), silent=await _SILENT(owing, clock.now_us()),
        untold=await _UNTOLD(clock.now_us()), owed_to_us=await _OWED_TO_US(),
        comments=await talk.reported(limit=20),
        outcomes=await _OUTCOMES(clock.now_us()), milestones=await _MILESTONES(),
    )  # fmt: skip
