"""Refunds of tickets and goods that no card took, for the programs of staff."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private_or_none, public
from crowdfund.orders.refunds_by_staff import failed_refunds, pay_another_way, refund_of_order, try_again
from crowdfund.payments.models import Refund
from crowdfund.pledges.api.bodies import PaidAnotherWayIn
from crowdfund.web import api
from crowdfund.web.api import Out
from crowdfund.web.routes import bearer, get, post


class FailedRefundOut(Out):
    """of: `order` of tickets, `purchase` or `goods_order`; about: its id. can_be_tried: the payment company refused it, and can be
    asked again; else the money came back from the card's bank. state: `pending` again after that, `paid_another_way` once it was."""

    id: str
    of: str
    about: str
    amount_minor: int
    currency: str
    state: str
    reason: str
    can_be_tried: bool
    made_at: str


def _out(refund: Refund) -> FailedRefundOut:
    kind, _, number = refund.subject.partition(":")
    return FailedRefundOut(
        id=public(refund.id), of=kind, about=public(int(number)), amount_minor=refund.amount_minor, currency=refund.currency,
        state=refund.state, reason=refund.reason, can_be_tried=refund.state == "failed" and refund.stripe_refund_id is None,
        made_at=api.instant(refund.made_at),
    )  # fmt: skip


async def list_failed_refunds(request: Request) -> Response:
    """Refunds of tickets and goods that wait for a person, the newest first."""
    asked = api.cursor(request)
    rows = await failed_refunds(before_id=asked.after_id, limit=asked.limit + 1)
    return api.paged(request, rows, asked, _out, lambda row: row.id)


async def order_refund_paid(request: Request, body: PaidAnotherWayIn) -> FailedRefundOut:
    """It was paid by bank; how is written down."""
    found = await refund_of_order(private_or_none(request.path_params["refund"]))
    await pay_another_way(found.id, reason=body.reason, by=request.state.person.id)
    return _out(await Refund.get(id=found.id))


async def try_order_refund(request: Request) -> FailedRefundOut:
    """Ask the payment company once more for what it refused."""
    found = await refund_of_order(private_or_none(request.path_params["refund"]))
    await try_again(found.id, by=request.state.person.id)
    return _out(await Refund.get(id=found.id))


_REVIEW, _MONEY = bearer("staff:review", staff="reviewer"), bearer("staff:money", staff="admin")
_ALL = "/api/v1/staff/orders/refunds"
routes = [
    get(_ALL, list_failed_refunds, may=_REVIEW, gives=FailedRefundOut, lists=True, summary="Refunds that no card took"),
    post(
        f"{_ALL}/{{refund}}/payment", order_refund_paid, may=_MONEY, takes=PaidAnotherWayIn, gives=FailedRefundOut,
        summary="Note that a refund of an order was paid another way",
    ),
    post(
        f"{_ALL}/{{refund}}/attempt", try_order_refund, may=_MONEY, gives=FailedRefundOut,
        summary="Have a refused refund of an order tried again",
    ),
]  # fmt: skip
