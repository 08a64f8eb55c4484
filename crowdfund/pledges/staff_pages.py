"""What staff can do with pledges: find a fan's, see the whole story of one, and give the money back with a reason."""

from __future__ import annotations

from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database import atomic
from crowdfund.database.ids import NoSuchId, private
from crowdfund.database.once import once
from crowdfund.payments.models import Charge, Refund
from crowdfund.people.audit import record
from crowdfund.people.models import Person
from crowdfund.pledges import queries
from crowdfund.pledges.forms import ReasonForm, RefundForm
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.refunding import pay_another_way, refund_pledge
from crowdfund.refusal import NotFound, Refusal
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, post, staff

FOUND_MAX = 100


async def find(request: Request) -> Response:
    """Somebody writes to us: her pledges, by the address she writes from, or one by the letters in its address."""
    words = request.query_params.get("q", "").replace("\x00", " ").strip()[:254]
    found = await queries.shown_many(await _pledges_by(words)) if words else []
    names = {p.id: p.name for p in await Person.filter(id__in={one.pledge.person_id for one in found})}
    return page(request, "pledges/staff_list.html", words=words, found=found, names=names)


async def _pledges_by(words: str) -> list[Pledge]:
    fan = await Person.get_or_none(email=words.lower())
    if fan is not None:
        return await queries.pledges_of(fan.id, limit=FOUND_MAX)
    try:
        return await Pledge.filter(id=private(words.rstrip("/").rpartition("/")[2]))
    except NoSuchId:
        return []


async def _found(request: Request) -> Pledge:
    pledge = await Pledge.get_or_none(id=private(request.path_params["pledge"]))
    if pledge is None:
        raise NotFound("There is no such pledge.")
    return pledge


async def show(request: Request) -> Response:
    form = RefundForm()
    form.typed["key"] = token_urlsafe(16)
    return await _page(request, await _found(request), form)


async def _page(request: Request, pledge: Pledge, form: RefundForm, status: int = 200) -> Response:
    found = await queries.shown(pledge)
    return page(
        request, "pledges/staff.html", status, shown=found, pledge=pledge, campaign=found.campaign, form=form,
        fan=await Person.get(id=pledge.person_id), history=await queries.history_of(pledge),
        refunds=await queries.refunds_on(pledge), charges=await Charge.filter(subject=f"pledge:{pledge.id}").order_by("attempt"),
    )  # fmt: skip


async def refund(request: Request) -> Response:
    pledge = await _found(request)
    form = await RefundForm.read(request, currency=pledge.currency)
    if form.errors:
        return await _page(request, pledge, form, 422)
    try:
        key = form.key or token_urlsafe(16)
        await refund_once(pledge.id, form.amount, form.reason, by=request.state.person.id, key=f"form:{key}")
    except Refusal as refusal:
        return await _page(request, pledge, form.refused_by(refusal), refusal.status_code)
    return redirect(request, f"/staff{pledge.path}", ("good", _("The refund is on its way.")))


@atomic
async def refund_once(pledge_id: int, amount_minor: int | None, reason: str, *, by: int, key: str) -> None:
    """The refund, and who gave it why; a form or a call that is sent twice is one refund."""

    async def make() -> int:
        given_minor = await refund_pledge(pledge_id, amount_minor=amount_minor, reason=reason, by_person_id=by)
        await record(
            "pledge_refunded", f"pledge:{pledge_id}", by=by, reason=reason, after={"amount_minor": given_minor}
        )
        return pledge_id

    await once(by, f"refund:{key}", [pledge_id, amount_minor, reason], make)


async def paid_another_way(request: Request) -> Response:
    """A refund that the card can't take any more was paid by bank."""
    found = await Refund.get_or_none(id=private(request.path_params["refund"]))
    if found is None:
        raise NotFound("There is no such refund.")
    pledge = await Pledge.get(id=int(found.subject.removeprefix("pledge:")))
    form = await ReasonForm.read(request)
    if form.errors:
        return redirect(request, f"/staff{pledge.path}", ("bad", form.errors["reason"]))
    await _pay_another_way(found.id, form.reason, request.state.person.id)
    return redirect(request, f"/staff{pledge.path}", ("good", _("Noted: it was paid another way.")))


@atomic
async def _pay_another_way(refund_id: int, reason: str, by: int) -> None:
    await pay_another_way(refund_id, reason=reason)
    await record("refund_paid_another_way", f"refund:{refund_id}", by=by, reason=reason)


routes = [
    get("/staff/pledges", find, may=staff("reviewer")),
    get("/staff/pledges/{pledge}", show, may=staff("reviewer")),
    post("/staff/pledges/{pledge}/refund", refund, may=staff("admin")),
    post("/staff/refunds/{refund}/payment", paid_another_way, may=staff("admin")),
]
