"""Somebody's pledge as staff sees it, and giving the money back with a reason."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.payments.models import Charge, Refund
from crowdfund.people.models import Person
from crowdfund.pledges import queries
from crowdfund.pledges.api.bodies import (
    ChargeOut,
    PaidAnotherWayIn,
    PledgeEventOut,
    PledgeOut,
    RefundIn,
    RefundOut,
    StaffPledgeOut,
)
from crowdfund.pledges.api.shown import pledge_out, refund_out
from crowdfund.pledges.by_staff import note_paid_another_way, refund_once
from crowdfund.pledges.models import Pledge
from crowdfund.refusal import NotFound
from crowdfund.web import api
from crowdfund.web.api import instant, instant_or_none
from crowdfund.web.routes import bearer, get, post

_EMAIL = api.Filter("email", "Whose pledges: the address that she writes from.", length_max=254, needed=True)


async def list_pledges_of_a_fan(request: Request) -> Response:
    """Somebody writes to us: her pledges, newest first."""
    asked, email = api.cursor(request), _EMAIL.of(request)
    fan = await Person.get_or_none(email=email.lower())
    found = await queries.pledges_of(fan.id, before_id=asked.after_id, limit=asked.limit + 1) if fan else []
    return api.paged(request, await queries.shown_many(found), asked, pledge_out, lambda shown: shown.pledge.id)


async def _found(request: Request) -> Pledge:
    return await api.row_in(request, "pledge", Pledge, NotFound("There is no such pledge."))


async def show_pledge_to_staff(request: Request) -> StaffPledgeOut:
    """One pledge with its whole story: charges, refunds, and what happened to it."""
    pledge = await _found(request)
    fan = await Person.get(id=pledge.person_id)
    return StaffPledgeOut(
        **pledge_out(await queries.shown(pledge)).model_dump(), fan=public(fan.id), fan_name=fan.name, fan_email=fan.email,
        charges=[_charge_out(c) for c in await Charge.filter(subject=f"pledge:{pledge.id}").order_by("attempt")],
        refunds=[refund_out(refund) for refund in await queries.refunds_on(pledge)],
        history=[
            PledgeEventOut(
                kind=e.kind, from_state=e.from_state, to_state=e.to_state, amount_minor=e.amount_minor, because=e.because,
                at=instant(e.at),
            )
            for e in await queries.history_of(pledge)
        ],
    )  # fmt: skip


def _charge_out(charge: Charge) -> ChargeOut:
    return ChargeOut(
        attempt=charge.attempt, state=charge.state, amount_minor=charge.amount_minor, refunded_minor=charge.refunded_minor,
        decline_code=charge.decline_code, made_at=instant(charge.made_at), ended_at=instant_or_none(charge.ended_at),
    )  # fmt: skip


async def refund(request: Request, body: RefundIn) -> RefundOut:
    """Give one backer her money back, whole or in part. The same Idempotency-Key is one refund."""
    pledge, by = await _found(request), request.state.person.id
    key = f"api:{request.state.idempotency_key}"
    refund_id = await refund_once(pledge.id, body.amount_minor, body.reason, by=by, key=key)
    return refund_out(await Refund.get(id=refund_id))


async def paid_another_way(request: Request, body: PaidAnotherWayIn) -> RefundOut:
    """A refund that the card can't take any more was paid by bank."""
    found = await api.row_in(request, "refund", Refund, NotFound("There is no such refund."))
    if not found.subject.startswith("pledge:"):
        raise NotFound("There is no such refund.")
    await note_paid_another_way(found.id, reason=body.reason, by=request.state.person.id)
    return refund_out(await Refund.get(id=found.id))


_REVIEW, _MONEY = bearer("staff:review", staff="reviewer"), bearer("staff:money", staff="admin")
_ALL = "/api/v1/staff/pledges"
routes = [
    get(
        _ALL, list_pledges_of_a_fan, may=_REVIEW, gives=PledgeOut, lists=True, filters=[_EMAIL], summary="A fan's pledges"
    ),
    get(f"{_ALL}/{{pledge}}", show_pledge_to_staff, may=_REVIEW, gives=StaffPledgeOut, summary="The story of a pledge"),
    post(
        f"{_ALL}/{{pledge}}/refunds", refund, may=_MONEY, takes=RefundIn, gives=RefundOut, creates=True,
        summary="Give a pledge back",
    ),
    post(
        "/api/v1/staff/refunds/{refund}/payment", paid_another_way, may=_MONEY, takes=PaidAnotherWayIn, gives=RefundOut,
        summary="Note that a failed refund was paid another way",
    ),
]  # fmt: skip
