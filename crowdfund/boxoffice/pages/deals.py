"""The deal of a booking on the desks of both sides: what is agreed, what is offered, a draft with a worked example, all versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import money
from crowdfund.boxoffice import queries, versions
from crowdfund.boxoffice.deals.checking import DealRefused
from crowdfund.boxoffice.deals.explain import Example, example
from crowdfund.boxoffice.deals.reading import read
from crowdfund.boxoffice.deals.templates import EDITED, templates
from crowdfund.boxoffice.models import Deal, DealState
from crowdfund.boxoffice.pages.deal_fields import done, numbers_in, percent_typed, typed_of
from crowdfund.boxoffice.pages.forms import SCREENINGS_MAX, TICKETS_MAX, DealForm
from crowdfund.boxoffice.pages.words import STATES, TONES, Line, difference, lines_of, names_in, organisations_in, roles
from crowdfund.boxoffice.rules import RESERVE_BPS, SETTLE_DAYS, NoSuchDeal
from crowdfund.boxoffice.versions import FIXED, DealContent, named_by_booking, read_json
from crowdfund.boxoffice.writing_rows import terms_of
from crowdfund.database.ids import private_or_none
from crowdfund.people.models import Organisation, Role
from crowdfund.people.rules import may
from crowdfund.refusal import Invalid, Refusal
from crowdfund.screenings.models import Booking, Screening
from crowdfund.settings import current
from crowdfund.titles.models import Title
from crowdfund.web.formats import said
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, member, post

DESK = "/desk/{organisation}/bookings/{booking}/deal"


class NoSuchBooking(NoSuchDeal):
    pass


async def own_booking(request: Request) -> Booking:
    """The booking of the path, where the desk's organisation is one of its sides. Raises NoSuchBooking."""
    number = private_or_none(request.path_params["booking"])
    booking = await Booking.get_or_none(id=number) if number is not None else None
    if booking is None or request.state.organisation.id not in await versions.sides_of(booking):
        raise NoSuchBooking("There is no such booking.")
    return booking


def base_of(request: Request) -> str:
    return f"/desk/{request.state.organisation.slug}/bookings/{request.path_params['booking']}/deal"


async def _page(request: Request, template: str, booking: Booking, status: int = 200, **context: Any) -> Response:
    organisation = request.state.organisation
    title = await Title.get(id=booking.title_id)
    producer, cinema = title.organisation_id, booking.organisation_id
    other = await Organisation.get(id=cinema if organisation.id == producer else producer)
    return page(
        request, template, status, organisation=organisation, booking=booking, title=title, other=other, base=base_of(request),
        is_producer=organisation.id == producer, may_write=may(request.state.role, Role.MANAGER), states=STATES, tones=TONES,
        **context,
    )  # fmt: skip


# --- what there is ---


async def show(request: Request) -> Response:
    """What is agreed on, by currency, what is offered by whom, the own draft, and all versions."""
    booking, side = await own_booking(request), request.state.organisation.id
    found = await versions.versions_of(booking.id, side)
    agreed = [deal for deal in found if deal.state == DealState.AGREED]
    currencies = sorted({row["currency"] for row in await Screening.filter(booking_id=booking.id).values("currency")})
    missing = [one for one in currencies if one not in {deal.currency for deal in agreed}]
    return await _page(
        request, "boxoffice/deal.html", booking, agreed=[(deal, await _lines(deal), _example(deal)) for deal in agreed],
        offered=[await _offer(deal, agreed) for deal in found if deal.state == DealState.OFFERED],
        drafts=[deal for deal in found if deal.state == DealState.DRAFT], versions=found, side=side, missing=missing,
        example_names=lambda deal: names_in(terms_of(deal)), same=lambda lines: [("same", line) for line in lines],
    )  # fmt: skip


async def _lines(deal: Deal) -> list[Line]:
    return lines_of(deal, await organisations_in(await queries.bound_to(deal.id)))


async def _offer(deal: Deal, agreed: list[Deal]) -> tuple[Deal, list[tuple[str, Line]], Example]:
    before = next((one for one in agreed if one.currency == deal.currency), None)
    old = await _lines(before) if before is not None else []
    new = await _lines(deal)
    return deal, difference(old, new) if old else [("same", line) for line in new], _example(deal)


def _example(deal: Deal, price_minor: int | None = None, tickets: int = 100, screenings: int = 1) -> Example:
    terms = terms_of(deal)
    price = price_minor if price_minor is not None else 10 * 10 ** money.digits_of(deal.currency)
    return example(terms, price, tickets, screenings=screenings, names=names_in(terms))


async def version(request: Request) -> Response:
    """One version, and what it changed of the one before it in its currency."""
    booking, side = await own_booking(request), request.state.organisation.id
    number = request.path_params["version"]
    found = await versions.versions_of(booking.id, side)
    deal = next((one for one in found if str(one.version) == number), None)
    if deal is None:
        raise NoSuchDeal("There is no such deal.")
    before = next(
        (
            one
            for one in found
            if one.version < deal.version and one.currency == deal.currency and one.agreed_at is not None
        ),
        None,
    )
    lines = await _lines(deal)
    shown = difference(await _lines(before), lines) if before is not None else [("same", line) for line in lines]
    return await _page(
        request, "boxoffice/deal_version.html", booking, deal=deal, before=before, lines=shown, example=_example(deal),
        names=names_in(terms_of(deal)), mine=deal.organisation_id == side,
    )  # fmt: skip


# --- moving on ---


async def _deal(request: Request, booking: Booking) -> Deal:
    number = request.path_params["version"]
    for deal in await versions.versions_of(booking.id, request.state.organisation.id):
        if str(deal.version) == number:
            return deal
    raise NoSuchDeal("There is no such deal.")


async def _moved(request: Request, verb: Any, words: str) -> Response:
    booking, side = await own_booking(request), request.state.organisation.id
    deal = await _deal(request, booking)
    try:
        await verb(deal.id, side=side, by=request.state.person.id)
    except Refusal as refusal:
        if isinstance(refusal, NoSuchDeal):
            raise
        return redirect(request, base_of(request), ("bad", said(refusal)))
    return redirect(request, base_of(request), ("good", words))


async def offer(request: Request) -> Response:
    return await _moved(request, versions.offer_deal, _("Offered: the other side can agree to it now."))


async def agree(request: Request) -> Response:
    return await _moved(request, versions.agree_deal, _("Agreed. It counts from the next settlement on."))


async def drop(request: Request) -> Response:
    return await _moved(request, versions.drop_deal, _("It is off the table. What was agreed before stays."))


# --- writing ---


async def edit(request: Request) -> Response:
    """The form: with a template, the own draft, or what is agreed on, to begin with."""
    booking, side = await own_booking(request), request.state.organisation.id
    currencies = await _currencies(booking)
    asked = request.query_params.get("currency", "")
    currency = asked if asked in currencies else currencies[0]
    chosen = {one.key: one for one in templates(currency)}.get(request.query_params.get("template", ""))
    found = [one for one in await versions.versions_of(booking.id, side) if one.currency == currency]
    own = [one for one in found if one.state == DealState.DRAFT and one.organisation_id == side]
    begin = next(iter([*own, *(one for one in found if one.state in (DealState.OFFERED, DealState.AGREED))]), None)
    form = DealForm(_around(begin), currencies=currencies)
    if chosen is not None:
        form.typed |= typed_of(chosen.json, {})
    elif begin is not None:
        form.typed |= typed_of(read_json(begin), await _chosen(begin))
    else:
        return await start(request)
    return await _editor(request, booking, form)


async def start(request: Request) -> Response:
    """The templates, also where there is a draft already."""
    booking = await own_booking(request)
    currencies = await _currencies(booking)
    asked = request.query_params.get("currency", "")
    currency = asked if asked in currencies else currencies[0]
    return await _page(request, "boxoffice/deal_start.html", booking, templates=templates(currency), currency=currency,
                       currencies=currencies, edited=EDITED, roles=roles())  # fmt: skip


async def _currencies(booking: Booking) -> list[str]:
    """Those of its screenings first, then what the site offers."""
    own = {row["currency"] for row in await Screening.filter(booking_id=booking.id).values("currency")}
    return [*sorted(own), *(one for one in current().currencies if one not in own)]


def _around(deal: Deal | None) -> dict[str, Any]:
    return {
        "reserve": percent_typed(deal.reserve_bps if deal else RESERVE_BPS), "settle_days": str(deal.settle_days if deal else SETTLE_DAYS),
        "note": deal.note if deal and deal.state == DealState.DRAFT else "",
        "from_start": "yes" if deal and deal.state == DealState.DRAFT and deal.from_start else "",
        "price": "10", "tickets": "100", "screenings": "1",
    }  # fmt: skip


async def _chosen(deal: Deal) -> dict[str, str]:
    """Addresses of the organisations that somebody had to choose."""
    booking = await Booking.get(id=deal.booking_id)
    known = named_by_booking(await Title.get(id=booking.title_id), booking)
    who = {
        payee: one
        for payee, one in (await queries.bound_to(deal.id)).items()
        if one is not None and known.get(payee) != one
    }
    found = {one.id: one.slug for one in await Organisation.filter(id__in=list(who.values()))}
    return {payee: found[one] for payee, one in who.items()}


async def save(request: Request) -> Response:
    """Keep the draft, offer it at once, or do to its rows what a button says and show it again."""
    booking, side, by = await own_booking(request), request.state.organisation.id, request.state.person.id
    form = await DealForm.read(request, currencies=await _currencies(booking))
    do = str(form.typed.get("do") or "")
    if do not in ("save", "offer"):
        form.errors.clear()
        form.typed = done(form.typed, do)
        return await _editor(request, booking, form, work_out=True)
    terms = form.terms()
    if form.errors:
        return await _editor(request, booking, form, 422)
    try:
        content = DealContent(
            terms, await _organisations(form), form.note, form.reserve, form.settle_days, form.from_start
        )
        deal = await versions.draft_deal(booking.id, content, side=side, by=by)
        if do == "offer":
            await versions.offer_deal(deal.id, side=side, by=by)
    except Refusal as refusal:
        return await _editor(request, booking, form.refused_by(refusal), refusal.status_code)
    words = (
        _("Offered: the other side can agree to it now.")
        if do == "offer"
        else _("Kept. Only your side sees it until you offer it.")
    )
    return redirect(request, base_of(request), ("good", words))


async def _organisations(form: DealForm) -> dict[str, int]:
    """The ids of the organisations that were typed. Raises Invalid at the row."""
    found = {}
    numbers = {form.typed.get(f"p{n}_key"): n for n in numbers_in(form.typed, "p")}
    for payee, slug in form.who().items():
        organisation = await Organisation.get_or_none(slug=slug)
        if organisation is None:
            raise Invalid("There is no organisation under that address.", field=f"payee-{numbers[payee]}")
        found[payee] = organisation.id
    return found


async def _editor(
    request: Request, booking: Booking, form: DealForm, status: int = 200, *, work_out: bool = False
) -> Response:
    worked, problem = _worked_out(form)
    if work_out and problem is not None:
        form.refused_by(problem)
    typed, known = form.typed, roles()
    keys = [str(typed[f"p{n}_key"]) for n in numbers_in(typed, "p") if typed.get(f"p{n}_key")]
    return await _page(
        request, "boxoffice/deal_edit.html", booking, status, form=form, payees=numbers_in(typed, "p"), steps=numbers_in(typed, "s"),
        recoupments=numbers_in(typed, "r"), roles=known, fixed=FIXED, named=named_by_booking(await Title.get(id=booking.title_id), booking),
        options=[("", _("Choose")), *((key, _name(typed, key, known)) for key in dict.fromkeys(keys))],
        worked_out=worked, names={key: _name(typed, key, known) for key in keys}, problem=problem, tickets_max=TICKETS_MAX,
        screenings_max=SCREENINGS_MAX, currency_options=[(one, one) for one in form.given["currencies"]], edited=EDITED,
    )  # fmt: skip


def _name(typed: Mapping[str, Any], key: str, known: Mapping[str, str]) -> str:
    for number in numbers_in(dict(typed), "p"):
        if typed.get(f"p{number}_key") == key and typed.get(f"p{number}_name"):
            return str(typed[f"p{number}_name"])
    return known.get(key, key)


def _worked_out(form: DealForm) -> tuple[Example | None, DealRefused | None]:
    """The example of what stands in the form, or why there is none; the form's errors are left as they are."""
    before = dict(form.errors)
    terms = form.terms()
    price_minor, numbers = form.price_minor(), _numbers(form)
    wrong = set(form.errors) - set(before)
    form.errors = before
    if wrong or numbers is None:
        return None, None
    try:
        deal = read(terms)
    except DealRefused as refusal:
        return None, refusal
    return example(deal, price_minor, numbers[0], screenings=numbers[1], names=names_in(deal)), None


def _numbers(form: DealForm) -> tuple[int, int] | None:
    typed = [str(form.typed.get(name, "")) for name in ("tickets", "screenings")]
    if not all(one.isascii() and one.isdigit() and len(one) < 9 for one in typed):
        return None
    tickets, screenings = (int(one) for one in typed)
    return (tickets, screenings) if 1 <= tickets <= TICKETS_MAX and 1 <= screenings <= SCREENINGS_MAX else None


routes = [
    get(DESK, show, may=member("viewer")),
    get(f"{DESK}/draft", edit, may=member("manager")),
    post(f"{DESK}/draft", save, may=member("manager")),
    get(f"{DESK}/templates", start, may=member("manager")),
    get(f"{DESK}/versions/{{version}}", version, may=member("viewer")),
    post(f"{DESK}/versions/{{version}}/offer", offer, may=member("manager")),
    post(f"{DESK}/versions/{{version}}/agreement", agree, may=member("manager")),
    post(f"{DESK}/versions/{{version}}/withdrawal", drop, may=member("manager")),
]
