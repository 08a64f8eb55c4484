"""Payouts of sellers that wait or were refused, what is asked back of transfers, and who owes: for staff."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database.ids import private_or_none
from crowdfund.payouts.banks import queries as banks
from crowdfund.payouts.banks.actions import try_now
from crowdfund.payouts.sellers import queries
from crowdfund.payouts.sellers.again import try_again
from crowdfund.payouts.sellers.pages.words import note_said
from crowdfund.refusal import NotFound
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, post, staff

_HERE = "/staff/payouts"


async def show(request: Request) -> Response:
    before = clock.to_us(clock.now() - timedelta(hours=1))
    payouts, reversals = await queries.FAILING(before), await queries.REVERSALS()
    return page(
        request, "payouts/staff_payouts.html", payouts=[_shown(row) for row in payouts], note_said=note_said,
        reversals=[_shown(row) for row in reversals], owed=await queries.OWED(), banks=[_shown(row) for row in await banks.FAILED()],
    )  # fmt: skip


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "next_try_at": clock.from_us(row["next_try_at"])}


async def bank_again(request: Request) -> Response:
    payout_id = private_or_none(request.path_params["payout"])
    if payout_id is None or not await try_now(payout_id, by=request.state.person.id):
        raise NotFound("There is no such payout that waits.")
    return redirect(request, _HERE, ("good", _("It is tried again now.")))


async def again(request: Request) -> Response:
    payout_id = private_or_none(request.path_params["payout"])
    if payout_id is None or not await try_again(payout_id, by=request.state.person.id):
        raise NotFound("There is no such payout that waits.")
    return redirect(request, _HERE, ("good", _("It is tried again now.")))


routes = [
    get(_HERE, show, may=staff("reviewer")),
    post(f"{_HERE}/{{payout}}/attempt", again, may=staff("admin")),
    post(f"{_HERE}/banks/{{payout}}/attempt", bank_again, may=staff("admin")),
]
