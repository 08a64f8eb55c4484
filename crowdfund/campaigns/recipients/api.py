"""Recipients through the API: whom backers of a transfer may give to, and what became of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.recipients import actions, queries
from crowdfund.campaigns.recipients.actions import ABOUT_MAX, ABOUT_MIN, BODY_MAX, BODY_MIN, REPORT_DAYS, About
from crowdfund.campaigns.recipients.forms import REPORTS
from crowdfund.campaigns.recipients.models import Recipient, RecipientKind, RecipientState
from crowdfund.campaigns.recipients.once import add_recipient_once, report_use_once
from crowdfund.database.ids import public
from crowdfund.people.api.own import no_such_organisation, own_organisation, role_in
from crowdfund.people.models import Organisation, Role
from crowdfund.refusal import NotFound
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.api import LINES, ONE_LINE, READABLE, STRAIGHT, In, Out, PublicId
from crowdfund.web.rate_limit import PUBLIC_API
from crowdfund.web.routes import bearer, get, post
from crowdfund.web.routes import public as everybody

_ONE = "/api/v1/recipients/{recipient}"
_Name = Annotated[
    str, StringConstraints(min_length=1, max_length=80, pattern=ONE_LINE, strip_whitespace=True), READABLE, STRAIGHT
]
_About = Annotated[
    str, StringConstraints(min_length=ABOUT_MIN, max_length=ABOUT_MAX, pattern=LINES, strip_whitespace=True), READABLE
]
_Days = Annotated[int, Field(ge=REPORT_DAYS[0], le=REPORT_DAYS[1])]


class RecipientIn(In):
    """about: Markdown. report_days: within how many days of a gift it tells what became of it."""

    name: _Name
    about: _About
    report_days: _Days
    kind: Literal["academy", "squad"]


class CharityIn(In):
    """organisation: the verified institution that gets the money."""

    organisation: PublicId
    name: _Name
    about: _About
    report_days: _Days


class AboutIn(In):
    name: _Name
    about: _About
    report_days: _Days


class OfferIn(In):
    state: Literal["offered", "withdrawn"]
    because: Annotated[
        str, StringConstraints(min_length=10, max_length=600, pattern=LINES, strip_whitespace=True), READABLE
    ]


class UseIn(In):
    """fund: whose gift it was. body: Markdown. document: a receipt, sent before."""

    fund: PublicId
    body: Annotated[
        str, StringConstraints(min_length=BODY_MIN, max_length=BODY_MAX, pattern=LINES, strip_whitespace=True), READABLE
    ]
    document: PublicId | None = None


class UseOut(Out):
    id: str
    body: str
    published_at: str


class GiftOut(Out):
    """What one fund's backers gave. report_by: none while more may come of that fund."""

    fund: str
    currency: str
    amount_minor: int
    backers: int
    report_by: str | None
    overdue: bool
    reports: list[UseOut]


class RecipientListed(Out):
    id: str
    kind: str
    name: str
    about: str
    state: str
    report_days: int
    url: str


class RecipientOut(RecipientListed):
    gifts: list[GiftOut]


def _listed(recipient: Recipient) -> RecipientListed:
    return RecipientListed(
        id=public(recipient.id), kind=recipient.kind, name=recipient.name, about=recipient.about, state=recipient.state,
        report_days=recipient.report_days, url=current().base_url + recipient.path,
    )  # fmt: skip


async def _out(recipient_id: int) -> RecipientOut:
    recipient = await Recipient.get(id=recipient_id)
    return RecipientOut(
        **_listed(recipient).model_dump(),
        gifts=[
            GiftOut(
                fund=public(gift.campaign_id), currency=gift.currency, amount_minor=gift.amount_minor, backers=gift.backers,
                report_by=api.instant_or_none(gift.report_by), overdue=gift.is_overdue,
                reports=[UseOut(id=public(r.id), body=r.body, published_at=api.instant(r.published_at)) for r in gift.reports],
            )
            for gift in await queries.gifts_of(recipient.id)
        ],
    )  # fmt: skip


def _none() -> NotFound:
    return NotFound("There is no such recipient.")


async def list_charities(request: Request) -> Response:
    """The platform's list of charities."""
    asked = api.cursor(request)
    query = Recipient.filter(kind=RecipientKind.CHARITY, state=RecipientState.OFFERED, id__gt=asked.after_id or 0)
    rows = await query.order_by("id").limit(asked.limit + 1)
    return api.paged(request, rows, asked, _listed, lambda row: row.id)


async def show_recipient(request: Request) -> RecipientOut:
    """One recipient, what it was given, and what it told of that."""
    return await _out((await api.row_in(request, "recipient", Recipient, _none())).id)


async def list_own_recipients(request: Request) -> Response:
    """The academies and squads of an organisation of mine."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    asked = api.cursor(request)
    rows = (
        await Recipient.filter(organisation_id=organisation.id, id__gt=asked.after_id or 0)
        .order_by("id")
        .limit(asked.limit + 1)
    )
    return api.paged(request, rows, asked, _listed, lambda row: row.id)


async def name_recipient(request: Request, body: RecipientIn) -> RecipientOut:
    """An academy or a development squad of a club."""
    organisation, _role = await own_organisation(request, Role.MANAGER)
    made = await add_recipient_once(
        organisation, RecipientKind(body.kind), About(body.name, body.about, body.report_days), by=request.state.person.id,
        key=f"api:{request.state.idempotency_key}",
    )  # fmt: skip
    return await _out(made.id)


async def _own(request: Request) -> Recipient:
    recipient = await api.row_in(request, "recipient", Recipient, _none())
    await role_in(request, recipient.organisation_id, Role.MANAGER, _none())
    return recipient


async def change_recipient(request: Request, body: AboutIn) -> RecipientOut:
    """Change what is said of it."""
    recipient = await _own(request)
    await actions.change_recipient(
        recipient.id, About(body.name, body.about, body.report_days), by=request.state.person.id
    )
    return await _out(recipient.id)


async def report_use(request: Request, body: UseIn) -> RecipientOut:
    """Tell backers what became of their gift."""
    recipient = await _own(request)
    campaign_id = api.known_id(body.fund, NotFound("There is no such fund.", field="fund"))
    if not await Campaign.exists(id=campaign_id):
        raise NotFound("There is no such fund.", field="fund")
    document_id = (
        api.known_id(body.document, NotFound("There is no such document.", field="document")) if body.document else None
    )
    await report_use_once(
        recipient.id, campaign_id, body.body, document_id=document_id, by=request.state.person.id,
        key=f"api:{request.state.idempotency_key}",
    )  # fmt: skip
    return await _out(recipient.id)


async def add_charity(request: Request, body: CharityIn) -> RecipientOut:
    """Put a charity on the list. Staff alone."""
    missing = no_such_organisation()
    organisation = await Organisation.get_or_none(id=api.known_id(body.organisation, missing))
    if organisation is None:
        raise missing
    made = await add_recipient_once(
        organisation, RecipientKind.CHARITY, About(body.name, body.about, body.report_days), by=request.state.person.id,
        key=f"api:{request.state.idempotency_key}",
    )  # fmt: skip
    return await _out(made.id)


async def offer_charity(request: Request, body: OfferIn) -> RecipientOut:
    """Take a charity off the list, or put it back. Staff alone."""
    recipient = await api.row_in(request, "recipient", Recipient, _none(), kind=RecipientKind.CHARITY)
    await actions.offer(recipient.id, RecipientState(body.state), body.because, by=request.state.person.id)
    return await _out(recipient.id)


_WRITE, _SEE, _STAFF = bearer("campaigns:write"), bearer("campaigns:read"), bearer("staff:money", staff="admin")
routes = [
    get(
        "/api/v1/charities", list_charities, may=everybody, limit=PUBLIC_API, gives=RecipientListed, lists=True,
        summary="The list of charities",
    ),
    get(_ONE, show_recipient, may=everybody, limit=PUBLIC_API, gives=RecipientOut, summary="One recipient, and what became of its gifts"),
    get(
        "/api/v1/organisations/{organisation}/recipients", list_own_recipients, may=_SEE, gives=RecipientListed, lists=True,
        summary="Academies and squads of mine",
    ),
    post(
        "/api/v1/organisations/{organisation}/recipients", name_recipient, may=_WRITE, takes=RecipientIn, gives=RecipientOut, creates=True,
        summary="Name an academy or a squad",
    ),
    post(_ONE, change_recipient, may=_WRITE, takes=AboutIn, gives=RecipientOut, summary="Change what is said of it"),
    post(
        f"{_ONE}/reports", report_use, may=_WRITE, takes=UseIn, gives=RecipientOut, creates=True, limit=REPORTS,
        summary="Tell what became of a gift",
    ),
    post("/api/v1/charities", add_charity, may=_STAFF, takes=CharityIn, gives=RecipientOut, creates=True, summary="Put one on the list"),
    post("/api/v1/charities/{recipient}/offer", offer_charity, may=_STAFF, takes=OfferIn, gives=RecipientOut, summary="On or off the list"),
]  # fmt: skip
