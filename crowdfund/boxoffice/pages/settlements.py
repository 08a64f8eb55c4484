"""The settlement of a screening on the desks of its cinema and its producer."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.boxoffice import queries
from crowdfund.boxoffice.models import RowKind
from crowdfund.boxoffice.pages.forms import CountForm, GiveBackForm
from crowdfund.boxoffice.pages.words import roles
from crowdfund.boxoffice.refunding import refund_after_show, typed_ticket
from crowdfund.boxoffice.settling import tell_count
from crowdfund.boxoffice.shown import NoSuchSettlement, SettlementShown, settlement_of
from crowdfund.boxoffice.writing_rows import terms_of
from crowdfund.database.ids import private_or_none, public
from crowdfund.people.models import Role
from crowdfund.people.rules import may
from crowdfund.refusal import Refusal
from crowdfund.web.formats import money
from crowdfund.web.i18n import _, lazy
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, member, post

DESK = "/desk/{organisation}/screenings/{screening}/settlement"
KINDS = {
    RowKind.SETTLED: lazy("Settled"), RowKind.TRUE_UP: lazy("A true-up"), RowKind.TAKEN_BACK: lazy("Taken back"),
    RowKind.GIVEN_BACK: lazy("Given back"), RowKind.ADDED: lazy("Came in later"),
}  # fmt: skip


async def _found(request: Request) -> SettlementShown:
    return await settlement_of(private_or_none(request.path_params["screening"]), request.state.organisation.id)


def _base(request: Request) -> str:
    return f"/desk/{request.state.organisation.slug}/screenings/{request.path_params['screening']}/settlement"


async def show(request: Request) -> Response:
    found = await _found(request)
    typed = {"counted": str(found.count.counted), "words": found.count.words} if found.count else {}
    return await _page(request, found, CountForm(typed), GiveBackForm(currency=found.screening.currency))


async def _page(
    request: Request, found: SettlementShown, count: CountForm, back: GiveBackForm, status: int = 200
) -> Response:
    organisation, screening = request.state.organisation, found.screening
    who, preview = await queries.bound_to(found.deal.id) if found.deal else {}, []
    if found.preview is not None:
        keys = [payee.key for payee in terms_of(found.deal).payees] if found.deal else []
        preview = [(key, found.names.get(who[key] or 0, ""), found.preview.shares.get(key, 0)) for key in keys]
    return page(
        request, "boxoffice/settlement.html", status, organisation=organisation, found=found, screening=screening,
        shown=found.shown, base=_base(request), roles=roles(), kinds=KINDS, count_form=count, back_form=back,
        is_cinema=organisation.id == screening.organisation_id, may_write=may(request.state.role, Role.MANAGER),
        preview=preview, deal_path=f"/desk/{organisation.slug}/bookings/{public(screening.booking_id)}/deal",
    )  # fmt: skip


async def _own(request: Request) -> SettlementShown:
    """Of the cinema itself: it counts, and it gives money back. Raises NoSuchSettlement."""
    found = await _found(request)
    if found.screening.organisation_id != request.state.organisation.id:
        raise NoSuchSettlement("There is no such screening.")
    return found


async def count(request: Request) -> Response:
    found, form = await _own(request), await CountForm.read(request)
    back = GiveBackForm(currency=found.screening.currency)
    if form.errors:
        return await _page(request, found, form, back, 422)
    try:
        await tell_count(found.screening, form.counted, form.words, by=request.state.person.id)
    except Refusal as refusal:
        return await _page(request, found, form.refused_by(refusal), back, refusal.status_code)
    return redirect(request, _base(request), ("good", _("Your count stands beside ours.")))


async def give_back(request: Request) -> Response:
    found = await _own(request)
    form, by = await GiveBackForm.read(request, currency=found.screening.currency), request.state.person.id
    if form.errors:
        return await _page(request, found, CountForm(), form, 422)
    try:
        ticket = await typed_ticket(found.screening.id, form.code, field="code")
        given = await refund_after_show(found.screening.id, ticket.id, form.reason, by=by, amount_minor=form.amount)
    except Refusal as refusal:
        return await _page(request, found, CountForm(), form.refused_by(refusal), refusal.status_code)
    words = _("%(amount)s goes back to the fan's card.") % {"amount": money(given.minor, given.currency)}
    return redirect(request, _base(request), ("good", words))


routes = [
    get(DESK, show, may=member("viewer")),
    post(f"{DESK}/count", count, may=member("manager")),
    post(f"{DESK}/refund", give_back, may=member("manager")),
]
