"""Writing a deal on the desks of both sides: from a template or what was there before, with an example worked out of what is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.boxoffice import queries, versions
from crowdfund.boxoffice.deals.checking import DealRefused
from crowdfund.boxoffice.deals.explain import Example, example
from crowdfund.boxoffice.deals.reading import read
from crowdfund.boxoffice.deals.templates import EDITED, templates
from crowdfund.boxoffice.models import Deal, DealState
from crowdfund.boxoffice.pages.deal_fields import done, numbers_in, percent_typed, typed_of
from crowdfund.boxoffice.pages.deals import DESK, base_of, deal_page, own_booking
from crowdfund.boxoffice.pages.forms import SCREENINGS_MAX, TICKETS_MAX, DealForm
from crowdfund.boxoffice.pages.words import names_in, roles
from crowdfund.boxoffice.rules import RESERVE_BPS, SETTLE_DAYS
from crowdfund.boxoffice.versions import FIXED, DealContent, named_by_booking, read_json
from crowdfund.people.models import Organisation
from crowdfund.refusal import Invalid
from crowdfund.screenings.models import Booking, Screening
from crowdfund.settings import current
from crowdfund.titles.models import Title
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post


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
    return await deal_page(request, "boxoffice/deal_start.html", booking, templates=templates(currency), currency=currency,
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
    if not form.errors:
        with form.showing_refusals():
            content = DealContent(
                terms, await _organisations(form), form.note, form.reserve, form.settle_days, form.from_start
            )
            deal = await versions.draft_deal(booking.id, content, side=side, by=by)
            words = _("Kept. Only your side sees it until you offer it.")
            if do == "offer":
                await versions.offer_deal(deal.id, side=side, by=by)
                words = _("Offered: the other side can agree to it now.")
            return redirect(request, base_of(request), ("good", words))
    return await _editor(request, booking, form, form.status)


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
    return await deal_page(
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
    get(f"{DESK}/draft", edit, may=member("manager")),
    post(f"{DESK}/draft", save, may=member("manager")),
    get(f"{DESK}/templates", start, may=member("manager")),
]
