"""Deals through the API: templates, a worked example, versions, offers and agreements."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints
from starlette.requests import Request

from crowdfund.boxoffice import queries, versions
from crowdfund.boxoffice.api.own import own_booking, own_deal
from crowdfund.boxoffice.deals.explain import ROLE_TEXT, example, names_of
from crowdfund.boxoffice.deals.reading import read
from crowdfund.boxoffice.deals.templates import templates
from crowdfund.boxoffice.models import Deal
from crowdfund.boxoffice.rules import NOTE_MAX, RESERVE_BPS, SETTLE_DAYS, SETTLE_DAYS_MAX
from crowdfund.boxoffice.versions import DealContent, read_json
from crowdfund.database.ids import public
from crowdfund.database.once import once
from crowdfund.people.models import Organisation, Role
from crowdfund.refusal import Invalid
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.api import LINES, READABLE, In, Out, PublicId
from crowdfund.web.formats import said
from crowdfund.web.rate_limit import PUBLIC_API
from crowdfund.web.routes import bearer, get, post
from crowdfund.web.routes import public as everybody

_CURRENCY = api.Filter(
    "currency", "In which currency; the site's first one, if left out.", pattern=r"[A-Z]{3}", length_max=3
)
Terms = dict[str, Any]


class WhoIn(In):
    """A payee that the booking does not name, such as the distributor: which organisation it is."""

    payee: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    organisation: PublicId


class DealVersionIn(In):
    """organisation: the side that writes. terms: payees, steps, rest, as `/deal-templates` has them. from_start: it counts for what
    is settled already, too; the difference is booked as a true-up."""

    organisation: PublicId
    terms: Terms
    who: Annotated[list[WhoIn], Field(max_length=20, default_factory=list)]
    note: Annotated[str, StringConstraints(max_length=NOTE_MAX, pattern=LINES, strip_whitespace=True), READABLE] = ""
    reserve_bps: Annotated[int, Field(ge=0, le=10_000)] = RESERVE_BPS
    settle_days: Annotated[int, Field(ge=0, le=SETTLE_DAYS_MAX)] = SETTLE_DAYS
    from_start: bool = False


class SideIn(In):
    """organisation: for which side you speak."""

    organisation: PublicId


class ExampleIn(In):
    terms: Terms
    price_minor: Annotated[int, Field(ge=0, le=99_999_999)]
    tickets: Annotated[int, Field(ge=1, le=1_000_000)]
    screenings: Annotated[int, Field(ge=1, le=10_000)] = 1


class PayeeOut(Out):
    """organisation: none is the platform."""

    payee: str
    organisation: str | None


class DealVersionOut(Out):
    """state: `draft`, `offered`, `agreed` or `superseded`. sha256: of the terms in canonical form, as settlements name them."""

    id: str
    booking: str
    version: int
    state: str
    currency: str
    terms: Terms
    sha256: str
    who: list[PayeeOut]
    note: str
    reserve_bps: int
    settle_days: int
    from_start: bool
    written_by: str
    made_at: str
    offered_at: str | None
    agreed_at: str | None


class TemplateOut(Out):
    key: str
    title: str
    about: str
    terms: Terms


class TemplatesOut(Out):
    items: list[TemplateOut]


class DealVersionsOut(Out):
    items: list[DealVersionOut]


class ShareOut(Out):
    payee: str
    amount_minor: int


class ExampleOut(Out):
    """shares come to gross_minor, always. owed: what guarantees lack, in sentences."""

    gross_minor: int
    currency: str
    shares: list[ShareOut]
    owed: list[str]


async def _out(deal: Deal) -> DealVersionOut:
    who = await queries.bound_to(deal.id)
    return DealVersionOut(
        id=public(deal.id), booking=public(deal.booking_id), version=deal.version, state=deal.state, currency=deal.currency,
        terms=read_json(deal), sha256=deal.sha256, note=deal.note, reserve_bps=deal.reserve_bps, settle_days=deal.settle_days,
        who=[PayeeOut(payee=key, organisation=public(one) if one is not None else None) for key, one in who.items()],
        from_start=bool(deal.from_start), written_by=public(deal.organisation_id), made_at=api.instant(deal.made_at),
        offered_at=api.instant_or_none(deal.offered_at), agreed_at=api.instant_or_none(deal.agreed_at),
    )  # fmt: skip


async def list_templates(request: Request) -> TemplatesOut:
    """Deals to begin with: their numbers are to be changed to what was agreed on."""
    currency = _CURRENCY.of(request) or current().currencies[0]
    if currency not in current().currencies:
        raise api.BadFilter("{name} is not what this list takes.", "bad_currency", name="currency")
    found = [
        TemplateOut(key=one.key, title=said(one.title), about=said(one.about), terms=one.json)
        for one in templates(currency)
    ]
    return TemplatesOut(items=found)


async def work_out(request: Request, body: ExampleIn) -> ExampleOut:
    """What becomes of some tickets by a deal, to the cent. Nothing is kept."""
    deal = read(body.terms)
    found = example(
        deal,
        body.price_minor,
        body.tickets,
        screenings=min(body.screenings, body.tickets),
        names=names_of(deal, ROLE_TEXT),
    )
    shares = [ShareOut(payee=key, amount_minor=minor) for key, minor in found.shares.items()]
    return ExampleOut(
        gross_minor=found.gross_minor, currency=deal.currency, shares=shares, owed=[said(one) for one in found.owed]
    )


async def list_deals(request: Request) -> DealVersionsOut:
    """All versions of a booking's deal that your side may see, the newest first."""
    booking, side = await own_booking(request, Role.VIEWER)
    found = [await _out(deal) for deal in await versions.versions_of(booking.id, side)]
    return DealVersionsOut(items=found)


async def show_deal(request: Request) -> DealVersionOut:
    """One version."""
    deal, _side = await own_deal(request, Role.VIEWER)
    return await _out(deal)


async def write_deal(request: Request, body: DealVersionIn) -> DealVersionOut:
    """Write a version; a draft that your side has already is written anew. Only your side sees it until it is offered."""
    booking, side = await own_booking(request, Role.MANAGER, body.organisation)
    who = {one.payee: await _organisation(one.organisation) for one in body.who}
    content = DealContent(body.terms, who, body.note, body.reserve_bps, body.settle_days, body.from_start)
    by = request.state.person.id

    async def make() -> int:
        return (await versions.draft_deal(booking.id, content, side=side, by=by)).id

    wish = [booking.id, body.model_dump()]
    return await _out(await Deal.get(id=await once(by, f"deal:{request.state.idempotency_key}", wish, make)))


async def _organisation(text: str) -> int:
    missing = Invalid("There is no organisation under that id.", field="who")
    number = api.known_id(text, missing)
    if not await Organisation.exists(id=number):
        raise missing
    return number


async def offer(request: Request, body: SideIn) -> DealVersionOut:
    """Show it to the other side. From now on it stays word for word."""
    deal, side = await own_deal(request, Role.MANAGER, body.organisation)
    return await _out(await versions.offer_deal(deal.id, side=side, by=request.state.person.id))


async def agree(request: Request, body: SideIn) -> DealVersionOut:
    """The side that did not write it says yes: it counts from the next settlement on."""
    deal, side = await own_deal(request, Role.MANAGER, body.organisation)
    return await _out(await versions.agree_deal(deal.id, side=side, by=request.state.person.id))


async def withdraw(request: Request, body: SideIn) -> DealVersionOut:
    """Take a draft or an offer back, or decline the other side's."""
    deal, side = await own_deal(request, Role.MANAGER, body.organisation)
    return await _out(await versions.drop_deal(deal.id, side=side, by=request.state.person.id))


_BOOKING, _ONE = "/api/v1/bookings/{booking}/deals", "/api/v1/deals/{deal}"
_MONEY, _WRITE = bearer("money:read"), bearer("organisations:write")
routes = [
    get("/api/v1/deal-templates", list_templates, may=everybody, limit=PUBLIC_API, gives=TemplatesOut, filters=[_CURRENCY],
        summary="Deals to begin with"),
    post("/api/v1/deal-examples", work_out, may=_MONEY, takes=ExampleIn, gives=ExampleOut, summary="Work a deal out for an example"),
    get(_BOOKING, list_deals, may=_MONEY, gives=DealVersionsOut, summary="Versions of a booking's deal"),
    post(_BOOKING, write_deal, may=_WRITE, takes=DealVersionIn, gives=DealVersionOut, creates=True, summary="Write a version of a deal"),
    get(_ONE, show_deal, may=_MONEY, gives=DealVersionOut, summary="One version of a deal"),
    post(f"{_ONE}/offer", offer, may=_WRITE, takes=SideIn, gives=DealVersionOut, summary="Offer a deal"),
    post(f"{_ONE}/agreement", agree, may=_WRITE, takes=SideIn, gives=DealVersionOut, summary="Agree to a deal"),
    post(f"{_ONE}/withdrawal", withdraw, may=_WRITE, takes=SideIn, gives=DealVersionOut, summary="Take a deal back, or decline it"),
]  # fmt: skip
