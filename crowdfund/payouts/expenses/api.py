"""Expenses through the API: everybody reads them, the makers of a fund tell of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.api.own import own_campaign
from crowdfund.campaigns.api.reading import ONE, public_campaign
from crowdfund.campaigns.models import Campaign
from crowdfund.database.ids import public
from crowdfund.money import AMOUNT_MAX_MINOR
from crowdfund.payouts.expenses import actions, queries
from crowdfund.payouts.expenses.actions import Told
from crowdfund.payouts.expenses.once import tell_expense_once
from crowdfund.payouts.expenses.queries import ExpenseShown
from crowdfund.payouts.expenses.rules import PAYEE_MAX, WORDS_MAX, WORDS_MIN
from crowdfund.refusal import Invalid, NotFound
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.api import LINES, ONE_LINE, READABLE, STRAIGHT, In, Out, PublicId
from crowdfund.web.rate_limit import PUBLIC_API
from crowdfund.web.routes import bearer, get, post
from crowdfund.web.routes import public as everybody

_Words = Annotated[
    str, StringConstraints(min_length=WORDS_MIN, max_length=WORDS_MAX, pattern=LINES, strip_whitespace=True), READABLE
]
_Payee = Annotated[
    str,
    StringConstraints(min_length=1, max_length=PAYEE_MAX, pattern=ONE_LINE, strip_whitespace=True),
    READABLE,
    STRAIGHT,
]
_Day = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]$")]


class ExpenseIn(In):
    """line: of the budget, as the fund's ledger names it; none for what is not in the budget. receipt: a document sent before."""

    line: PublicId | None
    amount_minor: Annotated[int, Field(gt=0, le=AMOUNT_MAX_MINOR)]
    payee: _Payee
    spent_on: _Day
    words: _Words
    receipt: PublicId


class TakeBackIn(In):
    because: _Words


class ExpenseOut(Out):
    """is_taken_back: it was told wrongly, and counts no more; because: why."""

    id: str
    line: str | None
    amount_minor: int
    currency: str
    payee: str
    spent_on: str
    words: str
    receipt_url: str
    receipt_sha256: str
    made_at: str
    is_taken_back: bool
    because: str


def expense_out(one: ExpenseShown, campaign: Campaign) -> ExpenseOut:
    return ExpenseOut(
        id=public(one.id), line=public(one.line_id) if one.line_id is not None else None, amount_minor=one.amount_minor,
        currency=campaign.currency, payee=one.payee, spent_on=f"{one.spent_on:%Y-%m-%d}", words=one.words,
        receipt_url=f"{current().base_url}{campaign.path}/expenses/{public(one.id)}/receipt", receipt_sha256=one.sha256,
        made_at=api.instant(one.made_at), is_taken_back=one.is_taken_back, because=one.because,
    )  # fmt: skip


async def list_expenses(request: Request) -> Response:
    """What the makers of a fund say that they paid out of it, the newest first, those that were taken back among them."""
    campaign, asked = await public_campaign(request), api.cursor(request)
    rows = await queries.expenses_of(campaign.id, asked.after_id, limit=asked.limit + 1)
    return api.paged(request, rows, asked, lambda one: expense_out(one, campaign), lambda one: one.id)


async def tell_expense(request: Request, body: ExpenseIn) -> ExpenseOut:
    """Tell of an expense of a fund of mine, with its receipt: never of more, together, than was paid out."""
    campaign, by = await own_campaign(request), request.state.person.id
    line_id = (
        None
        if body.line is None
        else api.known_id(body.line, Invalid("Choose a line of this fund's budget.", field="line"))
    )
    document_id = api.known_id(body.receipt, NotFound("There is no such document."))
    told = Told(line_id, body.amount_minor, body.payee, _day(body.spent_on), body.words)
    key = f"api:{request.state.idempotency_key}"
    expense_id = await tell_expense_once(campaign.id, told, document_id=document_id, by=by, key=key)
    return expense_out(await queries.expense_of(campaign.id, expense_id), campaign)


def _day(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    except ValueError:
        raise api.BodyInvalid([{"field": "spent_on", "sentence": "no calendar has this day"}]) from None


async def take_back_expense(request: Request, body: TakeBackIn) -> ExpenseOut:
    """Say that an expense was told wrongly: it stays to be read, and counts no more."""
    campaign = await own_campaign(request)
    missing = NotFound("There is no such expense.")
    expense_id = api.id_in(request, "expense", missing)
    await actions.take_back(campaign.id, expense_id, body.because, by=request.state.person.id)
    return expense_out(await queries.expense_of(campaign.id, expense_id), campaign)


_WRITE = bearer("campaigns:write")
routes = [
    get(
        f"{ONE}/expenses", list_expenses, may=everybody, limit=PUBLIC_API, gives=ExpenseOut, lists=True,
        summary="What a fund's money was spent on",
    ),
    post(
        f"{ONE}/expenses", tell_expense, may=_WRITE, takes=ExpenseIn, gives=ExpenseOut, creates=True,
        summary="Tell of an expense of a fund of mine",
    ),
    post(
        f"{ONE}/expenses/{{expense}}/reversal", take_back_expense, may=_WRITE, takes=TakeBackIn, gives=ExpenseOut,
        summary="Take back what was told wrongly",
    ),
]  # fmt: skip
