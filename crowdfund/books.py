"""`crowdfund check`: proves the books, rule by rule, in our own rows and against the processor's record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crowdfund.boxoffice.books import RULES as BOX_OFFICE_RULES
from crowdfund.boxoffice.books import proof as proof_of_settlements
from crowdfund.community.draws.books import TIMELY as DRAW_TIMELY
from crowdfund.community.polls.books import RULES as POLL_RULES
from crowdfund.desk.statements.books import RULES as STATEMENT_RULES
from crowdfund.desk.statements.books import proof as proof_of_statements
from crowdfund.disputes.books import RULES as DISPUTE_RULES
from crowdfund.ledger.books import RULES as LEDGER_RULES
from crowdfund.ledger.books import Finding, Rule, prove
from crowdfund.merch.screen.books import RULES as SCREEN_RULES
from crowdfund.orders.books import RULES as ORDER_RULES
from crowdfund.orders.goods.books import RULES as GOODS_RULES
from crowdfund.orders.returns.books import RULES as RETURN_RULES
from crowdfund.orders.runs.books import RULES as RUN_RULES
from crowdfund.orders.runs.books import TIMELY as RUN_TIMELY
from crowdfund.payments import reconcile
from crowdfund.payments.books import TIMELY as PAYMENT_TIMELY
from crowdfund.payouts.books import RULES as PAYOUT_RULES
from crowdfund.payouts.books import TIMELY as PAYOUT_TIMELY
from crowdfund.payouts.expenses.books import RULES as EXPENSE_RULES
from crowdfund.payouts.royalties.books import RULES as ROYALTY_RULES
from crowdfund.pledges.books import RULES as PLEDGE_RULES
from crowdfund.pledges.milestones.books import RULES as MILESTONE_RULES
from crowdfund.pledges.transfers.books import RULES as TRANSFER_RULES
from crowdfund.screenings.books import RULES as SCREENING_RULES
from crowdfund.screenings.door.books import RULES as DOOR_RULES

RULES: Sequence[Rule] = (
    *LEDGER_RULES,
    *PLEDGE_RULES,
    *TRANSFER_RULES,
    *MILESTONE_RULES,
    *SCREENING_RULES,
    *DOOR_RULES,
    *ORDER_RULES,
    *GOODS_RULES,
    *RUN_RULES,
    *RETURN_RULES,
    *BOX_OFFICE_RULES,
    *DISPUTE_RULES,
    *EXPENSE_RULES,
    *PAYOUT_RULES,
    *ROYALTY_RULES,
)
# These tell of delay, of votes, draws, what was signed and what is on screen, not of a wrong amount: a person looks into them, and
# nobody's payout waits for that.
TIMELY: Sequence[Rule] = (
    *PAYMENT_TIMELY,
    *PAYOUT_TIMELY,
    *POLL_RULES,
    *DRAW_TIMELY,
    *STATEMENT_RULES,
    *SCREEN_RULES,
    *RUN_TIMELY,
)


@dataclass(frozen=True, slots=True)
class Report:
    findings: list[Finding]

    @property
    def holds(self) -> bool:
        return all(finding.holds for finding in self.findings)

    @property
    def lines(self) -> list[str]:
        """A line a rule, and a line for each thing that breaks it."""
        lines = []
        for finding in self.findings:
            lines.append(f"{'ok    ' if finding.holds else 'BROKEN'} {finding.counted or 0:>9,}  {finding.name}")
            lines += [f"                  - {what}" for what in finding.broken]
        return lines


async def check(*, with_processor: bool = True, counting: bool = True) -> Report:
    """Prove all rules. with_processor: also that every movement at Stripe has its entry, and that the balances agree. counting: a
    person reads the report."""
    findings = [
        *await prove([*RULES, *TIMELY], counting=counting),
        await proof_of_settlements(),
        await proof_of_statements(),
    ]
    if with_processor:
        differences = await reconcile.differences()
        findings.append(
            Finding("every movement at Stripe has its entry", differences.looked_at, differences.unexplained)
        )
        findings.append(Finding("the balance at Stripe is the ledger's", differences.currencies, differences.balances))
    return Report(findings)
