"""Expenses on the desk of those who tell of them, and for everybody, each with its receipt."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import BudgetLine, Campaign
from crowdfund.campaigns.pages.own import DESK, base_of, desk_page, own_campaign
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.campaigns.queries import budget_of, public_campaign
from crowdfund.campaigns.transfers.forms import PARTS
from crowdfund.campaigns.transfers.models import Part
from crowdfund.database.ids import private_or_none, public
from crowdfund.payouts.expenses import actions, queries
from crowdfund.payouts.expenses.forms import NO_LINE, ExpenseForm, TakeBackForm
from crowdfund.payouts.expenses.once import tell_expense_once
from crowdfund.payouts.expenses.queries import PAGE, ExpenseShown
from crowdfund.payouts.expenses.rules import PAYEE_MAX, WORDS_MAX, spendable
from crowdfund.people.pages.papers import take_document
from crowdfund.refusal import Refusal
from crowdfund.titles.models import Title
from crowdfund.web import documents
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import anyone, get, member, post

_PUBLIC = "/campaigns/{slug}/expenses"


def line_name(line: BudgetLine) -> str:
    """What a line of a budget is called: by its makers, or, of a transfer, by the site in the reader's language."""
    return str(PARTS[Part(line.part)]) if line.part != "cost" else line.name


async def names_of_lines(campaign_id: int) -> dict[int | None, str]:
    """Every line of a fund's budget by its id; under none, what stands for something else."""
    return {**{line.id: line_name(line) for line in await budget_of(campaign_id)}, None: _("Not in the budget")}


# --- for everybody ---


async def show(request: Request) -> Response:
    """All that was told, the newest first, a page at a time."""
    campaign = await public_campaign(request.path_params["slug"])
    context = await _page_of(request, campaign, f"{campaign.path}/expenses")
    title = await Title.get(id=campaign.title_id)
    return page(request, "payouts/expenses.html", campaign=campaign, title=title, art_url=art_of(title), **context)


async def _page_of(request: Request, campaign: Campaign, here: str) -> dict[str, Any]:
    before = private_or_none(request.query_params.get("before", ""))
    found = await queries.expenses_of(campaign.id, before, limit=PAGE + 1)
    rows = found[:PAGE]
    return {
        "expenses": [(public(one.id), one) for one in rows], "names": await names_of_lines(campaign.id),
        "newer": here if before is not None else "",
        "older": f"{here}?before={public(rows[-1].id)}" if len(found) > PAGE else "",
    }  # fmt: skip


async def receipt(request: Request) -> Response:
    """The paper that shows it, to be saved."""
    campaign = await public_campaign(request.path_params["slug"])
    one: ExpenseShown = await queries.expense_of(campaign.id, private_or_none(request.path_params["expense"]))
    return documents.send(one.document_id, one.document, one.media_type)


# --- on the desk ---


async def own_expenses(request: Request) -> Response:
    campaign = await own_campaign(request)
    return await _own(request, campaign, await _form(campaign, {"key": token_urlsafe(16)}), TakeBackForm())


async def _form(campaign: Campaign, typed: dict[str, str]) -> ExpenseForm:
    lines = {public(line.id): line for line in spendable(await budget_of(campaign.id))}
    return ExpenseForm(typed, currency=campaign.currency, lines=lines)


async def _own(
    request: Request, campaign: Campaign, form: ExpenseForm, back_form: TakeBackForm, status: int = 200, *, of: str = ""
) -> Response:
    """of: the expense that somebody tries to take back."""
    lines: dict[str, BudgetLine] = form.given["lines"]
    told = await queries.told_by_line(campaign.id)
    paid_minor, told_minor = await queries.paid_minor(campaign.id), sum(told.values())
    planned = [(line_name(line), line.amount_minor, told.get(line.id, 0)) for line in lines.values()]
    beyond = [(_("Not in the budget"), 0, told[None])] if told.get(None) else []
    return desk_page(
        request, "payouts/own_expenses.html", campaign, status, form=form, back_form=back_form, taken_back=of,
        options=[*((key, line_name(line)) for key, line in lines.items()), (NO_LINE, _("Not in the budget"))],
        planned=[*planned, *beyond], paid_minor=paid_minor, told_minor=told_minor, payee_max=PAYEE_MAX, words_max=WORDS_MAX,
        **await _page_of(request, campaign, f"{base_of(request)}/expenses"),
    )  # fmt: skip


async def tell(request: Request) -> Response:
    campaign, by = await own_campaign(request), request.state.person.id
    form = await ExpenseForm.read(request, **(await _form(campaign, {})).given)
    if not form.errors and form.document is not None:
        try:
            document_id = await take_document(form.document, by=by)
            await tell_expense_once(campaign.id, form.told, document_id=document_id, by=by, key=f"form:{form.key}")
            return redirect(request, f"{base_of(request)}/expenses", ("good", _("Everybody can read it now.")))
        except Refusal as refusal:
            form.refused_by(refusal)
            return await _own(request, campaign, form, TakeBackForm(), refusal.status_code)
    return await _own(request, campaign, form, TakeBackForm(), 422)


async def take_back(request: Request) -> Response:
    campaign, key = await own_campaign(request), request.path_params["expense"]
    form = await TakeBackForm.read(request)
    empty = await _form(campaign, {"key": token_urlsafe(16)})
    if form.errors:
        return await _own(request, campaign, empty, form, 422, of=key)
    one = await queries.expense_of(campaign.id, private_or_none(key))
    try:
        await actions.take_back(campaign.id, one.id, form.because, by=request.state.person.id)
    except Refusal as refusal:
        return await _own(request, campaign, empty, form.refused_by(refusal), refusal.status_code, of=key)
    return redirect(
        request, f"{base_of(request)}/expenses", ("good", _("Taken back. It stays to be read, and counts no more."))
    )


routes = [
    get(_PUBLIC, show, may=anyone),
    get(f"{_PUBLIC}/{{expense}}/receipt", receipt, may=anyone),
    get(f"{DESK}/expenses", own_expenses, may=member("viewer")),
    post(f"{DESK}/expenses", tell, may=member("manager"), body_max=UPLOAD_MAX),
    post(f"{DESK}/expenses/{{expense}}/reversal", take_back, may=member("manager")),
]
