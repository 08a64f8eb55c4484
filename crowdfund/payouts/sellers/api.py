"""What sellers have earned, and the lines that explain it, for their programs."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.payouts.banks.models import BankPayout
from crowdfund.payouts.sellers import shown
from crowdfund.payouts.sellers.models import Reversal
from crowdfund.payouts.sellers.statement import Line, month_of
from crowdfund.people.api.own import own_organisation
from crowdfund.people.models import Role
from crowdfund.web import api
from crowdfund.web.api import Filter, Out
from crowdfund.web.routes import bearer, get

_BASE = "/api/v1/organisations/{organisation}"


class PurseOut(Out):
    """held_minor: paid by fans and not shipped yet; earned_minor: goes out next; owed_minor: given back after it was paid out."""

    currency: str
    held_minor: int
    held_orders: int
    earned_minor: int
    on_its_way_minor: int
    paid_minor: int
    reversed_minor: int
    owed_minor: int


class EarningsOut(Out):
    purses: list[PurseOut]


class EarningLineOut(Out):
    """what: `goods_earned`, `refund_promised`, `payout_set_aside` and so on. gross_minor, of which tax, commission, royalty and the
    payment company's fee were taken (-) or given back (+), is net_minor. balance_minor: what stands after it.
    """

    at: str
    what: str
    order: str | None
    gross_minor: int
    tax_minor: int
    commission_minor: int
    royalty_minor: int
    payment_fee_minor: int
    net_minor: int
    balance_minor: int


class StatementOut(Out):
    currency: str
    month: str
    opening_minor: int
    lines: list[EarningLineOut]


class ReversalOut(Out):
    """Money asked back of a payout. state: `due`, `sending`, `done` or `refused`: then it is owed, and taken from what is earned next."""

    id: str
    payout: str
    amount_minor: int
    currency: str
    state: str
    note: str
    made_at: str
    done_at: str | None


async def show_earnings(request: Request) -> EarningsOut:
    """What an organisation has by sales and royalties, in each currency."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    names = PurseOut.model_fields
    purses = await shown.purses_of(organisation.id)
    return EarningsOut(purses=[PurseOut(**{name: getattr(purse, name) for name in names}) for purse in purses])


def _currency() -> Filter:
    return Filter("currency", "In which currency: `EUR`.", pattern="[A-Z]{3}", length_max=3, needed=True)


_MONTH = Filter("month", "Which month (UTC): `2027-03`; this one where it is left out.", pattern="[0-9]{4}-[0-9]{2}")


async def show_statement(request: Request) -> StatementOut:
    """Every movement of a month, the first first."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    currency, month = _currency().of(request), month_of(_MONTH.of(request), clock.now())
    lines = [line async for some in shown.lines_in(organisation.id, currency, month) for line in some]
    orders = await shown.orders_of(organisation.id, lines)
    return StatementOut(
        currency=currency, month=month.key, opening_minor=await shown.opening_minor(organisation.id, currency, month),
        lines=[_line_out(line, orders.get(line.subject)) for line in lines],
    )  # fmt: skip


def _line_out(line: Line, order_id: int | None) -> EarningLineOut:
    return EarningLineOut(
        at=api.instant(line.at), what=line.kind, order=public(order_id) if order_id is not None else None,
        gross_minor=line.gross_minor, tax_minor=line.tax_minor, commission_minor=line.commission_minor,
        royalty_minor=line.royalty_minor, payment_fee_minor=line.fee_minor, net_minor=line.change_minor,
        balance_minor=line.balance_minor,
    )  # fmt: skip


async def list_reversals(request: Request) -> Response:
    """What was asked back of payouts, the newest first."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    asked = api.cursor(request)
    before = asked.after_id if asked.after_id is not None else 2**63 - 1
    rows = await Reversal.filter(organisation_id=organisation.id, id__lt=before).order_by("-id").limit(asked.limit + 1)
    return api.paged(request, rows, asked, _reversal_out, lambda row: row.id)


def _reversal_out(row: Reversal) -> ReversalOut:
    return ReversalOut(
        id=public(row.id), payout=public(row.payout_id), amount_minor=row.amount_minor, currency=row.currency, state=row.state,
        note=row.note, made_at=api.instant(row.made_at), done_at=api.instant_or_none(row.done_at),
    )  # fmt: skip


class BankPayoutOut(Out):
    """What the bank of an organisation sent back. state: `failed` and tried again at next_try_at, `sending`, `sent`, `paid`, or
    `gone`: not in the account any more. attempt: how often it was tried again."""

    id: str
    amount_minor: int
    currency: str
    state: str
    attempt: int
    note: str
    made_at: str
    next_try_at: str | None
    ended_at: str | None


async def list_bank_payouts(request: Request) -> Response:
    """Payouts that the bank sent back, the newest first."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    asked = api.cursor(request)
    before = asked.after_id if asked.after_id is not None else 2**63 - 1
    rows = (
        await BankPayout.filter(organisation_id=organisation.id, id__lt=before).order_by("-id").limit(asked.limit + 1)
    )
    return api.paged(request, rows, asked, _bank_payout_out, lambda row: row.id)


def _bank_payout_out(row: BankPayout) -> BankPayoutOut:
    return BankPayoutOut(
        id=public(row.id), amount_minor=row.amount_minor, currency=row.currency, state=row.state, attempt=row.attempt, note=row.note,
        made_at=api.instant(row.made_at), next_try_at=api.instant(row.next_try_at) if row.state == "failed" else None,
        ended_at=api.instant_or_none(row.ended_at),
    )  # fmt: skip


_SEE = bearer("money:read")
routes = [
    get(f"{_BASE}/earnings", show_earnings, may=_SEE, gives=EarningsOut, summary="What an organisation of mine has earned"),
    get(
        f"{_BASE}/earnings/statement", show_statement, may=_SEE, gives=StatementOut, filters=[_currency(), _MONTH],
        summary="Every movement of a month",
    ),
    get(
        f"{_BASE}/bank-payouts", list_bank_payouts, may=_SEE, gives=BankPayoutOut, lists=True,
        summary="Payouts that the bank of an organisation of mine sent back",
    ),
    get(f"{_BASE}/reversals", list_reversals, may=_SEE, gives=ReversalOut, lists=True, summary="What was asked back of payouts"),
]  # fmt: skip
