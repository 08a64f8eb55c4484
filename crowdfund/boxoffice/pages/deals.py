"""The deal of a booking on the desks of both sides: what is agreed, what is offered, all versions, and moving them on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import money
from crowdfund.boxoffice import queries, versions
from crowdfund.boxoffice.deals.explain import Example, example
from crowdfund.boxoffice.models import Deal, DealState
from crowdfund.boxoffice.pages.words import STATES, TONES, Line, difference, lines_of, names_in, organisations_in
from crowdfund.boxoffice.rules import NoSuchDeal
from crowdfund.boxoffice.writing_rows import terms_of
from crowdfund.database.ids import private_or_none
from crowdfund.people.models import Organisation, Role
from crowdfund.people.rules import may
from crowdfund.screenings.models import Booking, Screening
from crowdfund.titles.models import Title
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import Handler, get, member, post
from crowdfund.web.told import told_at

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


async def deal_page(request: Request, template: str, booking: Booking, status: int = 200, **context: Any) -> Response:
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
    return await deal_page(
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
    found = await versions.versions_of(booking.id, side)
    deal = _version_in(request, found)
    agreed = [one for one in found if one.currency == deal.currency and one.agreed_at is not None]
    before = next((one for one in agreed if one.version < deal.version), None)
    lines = await _lines(deal)
    shown = difference(await _lines(before), lines) if before is not None else [("same", line) for line in lines]
    return await deal_page(
        request, "boxoffice/deal_version.html", booking, deal=deal, before=before, lines=shown, example=_example(deal),
        names=names_in(terms_of(deal)), mine=deal.organisation_id == side,
    )  # fmt: skip


def _version_in(request: Request, found: Sequence[Deal]) -> Deal:
    """The one of these that the path names. Raises NoSuchDeal."""
    deal = next((one for one in found if str(one.version) == request.path_params["version"]), None)
    if deal is None:
        raise NoSuchDeal("There is no such deal.")
    return deal


# --- moving on ---


def _moved(verb: Callable[..., Awaitable[object]], words: Callable[[], str]) -> Handler:
    """A button at one version: moves it on, or tells on the deal's page why not."""

    @told_at(base_of)
    async def handler(request: Request) -> Response:
        booking, side = await own_booking(request), request.state.organisation.id
        deal = _version_in(request, await versions.versions_of(booking.id, side))
        await verb(deal.id, side=side, by=request.state.person.id)
        return redirect(request, base_of(request), ("good", words()))

    return handler


offer = _moved(versions.offer_deal, lambda: _("Offered: the other side can agree to it now."))
agree = _moved(versions.agree_deal, lambda: _("Agreed. It counts from the next settlement on."))
drop = _moved(versions.drop_deal, lambda: _("It is off the table. What was agreed before stays."))


routes = [
    get(DESK, show, may=member("viewer")),
    get(f"{DESK}/versions/{{version}}", version, may=member("viewer")),
    post(f"{DESK}/versions/{{version}}/offer", offer, may=member("manager")),
    post(f"{DESK}/versions/{{version}}/agreement", agree, may=member("manager")),
    post(f"{DESK}/versions/{{version}}/withdrawal", drop, may=member("manager")),
]
