"""Telling what a fund's money was spent on, and taking back what was told wrongly. Nothing is ever changed or deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.queries import budget_of
from crowdfund.database import atomic, new_id
from crowdfund.money import Amount
from crowdfund.payouts.expenses import queries
from crowdfund.payouts.expenses.models import Expense
from crowdfund.payouts.expenses.rules import TakenBackAlready, refuse_expense, spendable
from crowdfund.people.audit import record
from crowdfund.people.documents import own_document
from crowdfund.refusal import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of an expense. line_id: a line of the budget, none for something else. spent_on: the first moment of that day."""

    line_id: int | None
    amount_minor: int
    payee: str
    spent_on: datetime
    words: str


@atomic
async def tell_expense(campaign_id: int, told: Told, *, document_id: int, by: int) -> int:
    """Put an expense with its receipt where everybody reads it; gives its id.

    Raises NothingPaidOut, MoreThanPaidOut, Invalid for a day to come and for what is no line of this budget, NotFound for
    somebody else's document.
    """
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if told.line_id is not None and told.line_id not in {line.id for line in spendable(await budget_of(campaign_id))}:
        raise Invalid("Choose a line of this fund's budget.", field="line")
    told_minor = sum((await queries.told_by_line(campaign_id)).values())
    paid = Amount(await queries.paid_minor(campaign_id), campaign.currency)
    refuse_expense(told.amount_minor, told.spent_on, told_minor=told_minor, paid=paid, now=clock.now())
    await own_document(document_id, by=by)
    made = await Expense.create(
        id=new_id(), campaign_id=campaign_id, line_id=told.line_id, amount_minor=told.amount_minor, payee=told.payee,
        spent_on=told.spent_on, words=told.words, document_id=document_id, by_person_id=by, made_at=clock.now(),
    )  # fmt: skip
    await record(
        "expense_told", f"campaign:{campaign_id}", by=by, after={"amount_minor": told.amount_minor, "payee": told.payee}
    )
    return made.id


@atomic
async def take_back(campaign_id: int, expense_id: int, because: str, *, by: int) -> None:
    """Say that an expense was told wrongly: it stays to be read, and counts no more. Raises NotFound, TakenBackAlready."""
    await counters.lock_one(campaign_id)
    told = await Expense.get_or_none(id=expense_id, campaign_id=campaign_id, reverses=None)
    if told is None:
        raise NotFound("There is no such expense.")
    if await Expense.exists(reverses=expense_id):
        raise TakenBackAlready("This was taken back already.")
    await Expense.create(
        id=new_id(), campaign_id=campaign_id, line_id=told.line_id, amount_minor=told.amount_minor, payee=told.payee,
        spent_on=told.spent_on, words=because, reverses=told.id, by_person_id=by, made_at=clock.now(),
    )  # fmt: skip
    await record(
        "expense_taken_back", f"campaign:{campaign_id}", by=by, reason=because,
        before={"amount_minor": told.amount_minor, "payee": told.payee},
    )  # fmt: skip
