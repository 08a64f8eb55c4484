"""Staff: refunds of tickets and goods that no card took."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private_or_none
from crowdfund.orders.refunds_by_staff import pay_another_way, refund_of_order, try_again
from crowdfund.pledges.forms import ReasonForm
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import post, staff
from crowdfund.web.told import told_at

INBOX = "/staff"


def _inbox(request: Request) -> str:
    return INBOX


@told_at(_inbox)
async def paid(request: Request) -> Response:
    """It was paid by bank; how is written down."""
    found, form = await refund_of_order(private_or_none(request.path_params["refund"])), await ReasonForm.read(request)
    if form.errors:
        return redirect(request, INBOX, ("bad", form.errors["reason"]))
    await pay_another_way(found.id, reason=form.reason, by=request.state.person.id)
    return redirect(request, INBOX, ("good", _("Noted: it was paid another way.")))


@told_at(_inbox)
async def again(request: Request) -> Response:
    found = await refund_of_order(private_or_none(request.path_params["refund"]))
    await try_again(found.id, by=request.state.person.id)
    return redirect(request, INBOX, ("good", _("It is tried again.")))


routes = [
    post("/staff/orders/refunds/{refund}/payment", paid, may=staff("admin")),
    post("/staff/orders/refunds/{refund}/attempt", again, may=staff("admin")),
]
