"""Applications through the API: written and sent by a shop, answered by a studio; and the calculator."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database import new_id
from crowdfund.database.ids import public
from crowdfund.merch.applications import actions, queries
from crowdfund.merch.applications.forms import APPLICATIONS, SAMPLES
from crowdfund.merch.applications.models import Application
from crowdfund.merch.applications.net import net_of
from crowdfund.merch.applications.rules import NoSuchApplication, NotOpen, Pitch, stands
from crowdfund.merch.licences.api.sides import terms_in, whole
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.merch.shops.api.bodies import (
    ApplicationIn,
    ApplicationOut,
    ApplicationWhole,
    LicenceWhole,
    NetOut,
    ReasonIn,
    SaidOut,
    TermsIn,
    WordsIn,
)
from crowdfund.people.api.own import own_organisation
from crowdfund.people.models import Organisation, Role
from crowdfund.people.pictures import keep_image
from crowdfund.settings import current
from crowdfund.web import api, images
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.routes import bearer, get, post

ONE = "/api/v1/organisations/{organisation}"
ALT = api.Filter("alt", "What the picture shows.", length_max=200, needed=True)


def _out(row: dict[str, Any]) -> ApplicationOut:
    answer_by = None if row["answer_by"] is None else clock.from_us(row["answer_by"])
    return ApplicationOut(
        id=public(row["id"]), product=public(row["product_id"]), product_name=row["product"], title=public(row["title_id"]),
        title_name=row["title"], shop=public(row["organisation_id"]), shop_name=row["shop"], price_minor=row["price_minor"],
        currency=row["currency"], units=row["units"], ships_within_days=row["ships_within_days"], wanted=row["wanted"],
        state=stands(row["state"], answer_by, clock.now()), answer_by=api.instant_or_none(answer_by),
        made_at=api.instant(row["made_at"]),
    )  # fmt: skip


async def _rows(organisation: Organisation, before_id: int, limit: int) -> list[dict[str, Any]]:
    if organisation.kind == "shop":
        return await queries.applications_of_shop(organisation.id, before_id=before_id, limit=limit)
    return await queries.applications_to_studio(organisation.id, before_id=before_id, limit=limit)


async def list_applications(request: Request) -> Response:
    """What a shop has written, or what was sent to a studio, the newest first."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    asked = api.cursor(request)
    before_id = asked.after_id if asked.after_id is not None else queries.NEWEST
    rows = await _rows(organisation, before_id, asked.limit + 1)
    return api.paged(request, rows, asked, _out, lambda row: int(row["id"]))


async def _whole(organisation: Organisation, application_id: int) -> ApplicationWhole:
    application = await Application.get(id=application_id)
    [row] = await _rows(organisation, application_id + 1, 1)
    samples = [images.url_of(one.image_id) for one in await queries.samples_of(application_id)]
    history = [SaidOut(**{**one, "at": api.instant(one["at"])}) for one in await queries.history_of(application_id)]
    return ApplicationWhole(
        **_out(row).model_dump(), pitch=application.pitch, reason=application.reason, samples=samples, history=history
    )


async def _in(request: Request, needed: Role = Role.MANAGER, *, side: str = "") -> tuple[Organisation, Application]:
    """side: `shop` or `studio`, where only one of them may."""
    organisation, _role = await own_organisation(request, needed)
    application_id = api.id_in(request, "application", NoSuchApplication("There is no such application."))
    application, _product, title = await actions.application_of_side(organisation.id, application_id)
    sides = {"shop": application.organisation_id, "studio": title.organisation_id}
    if side and organisation.id != sides[side]:
        raise NoSuchApplication("There is no such application.")
    return organisation, application


async def show_application(request: Request) -> ApplicationWhole:
    organisation, application = await _in(request, Role.VIEWER)
    return await _whole(organisation, application.id)


async def make_application(request: Request, body: ApplicationIn) -> ApplicationWhole:
    """A draft; add samples to it, then send it."""
    organisation, _role = await own_organisation(request, Role.MANAGER)
    missing = NotOpen("The studio does not look for a maker of this now.", field="product")
    product = await OnscreenProduct.get_or_none(id=api.known_id(body.product, missing))
    if product is None:
        raise missing
    pitch = Pitch(body.pitch, body.price_minor, body.currency, body.units, body.ships_within_days)
    key = f"api:{request.state.idempotency_key}"
    made = await actions.make_application(product, organisation, pitch, by=request.state.person.id, key=key)
    return await _whole(organisation, made.id)


async def sample_application(request: Request) -> ApplicationWhole:
    """A picture of something that the shop has made."""
    organisation, application = await _in(request, side="shop")
    alt, by = ALT.of(request), request.state.person.id
    picture = await images.read_picture(await api.picture_in(request))
    image_id = new_id()
    await images.keep(image_id, picture)
    await keep_image(image_id, picture.width, picture.height, by=by, alt=alt)
    await actions.add_sample(application.id, image_id, alt=alt, by=by)
    return await _whole(organisation, application.id)


async def submit_application(request: Request) -> ApplicationWhole:
    """Send it; the studio has 14 days."""
    organisation, application = await _in(request, side="shop")
    await actions.submit_application(application.id, by=request.state.person.id)
    return await _whole(organisation, application.id)


async def withdraw_application(request: Request, body: WordsIn) -> ApplicationWhole:
    """Take it back."""
    organisation, application = await _in(request, side="shop")
    await actions.withdraw_application(application.id, body.words, by=request.state.person.id)
    return await _whole(organisation, application.id)


async def shortlist_application(request: Request, body: WordsIn) -> ApplicationWhole:
    """Put it on the shortlist; its 14 days begin anew."""
    organisation, application = await _in(request, side="studio")
    await actions.shortlist_application(application.id, body.words, by=request.state.person.id)
    return await _whole(organisation, application.id)


async def ask_for_sample(request: Request, body: ReasonIn) -> ApplicationWhole:
    """Ask for one to hold in the hand; the reason says what and where to."""
    organisation, application = await _in(request, side="studio")
    await actions.ask_for_sample(application.id, body.reason, by=request.state.person.id)
    return await _whole(organisation, application.id)


async def decline_application(request: Request, body: ReasonIn) -> ApplicationWhole:
    """No, and why."""
    organisation, application = await _in(request, side="studio")
    await actions.decline_application(application.id, body.reason, by=request.state.person.id)
    return await _whole(organisation, application.id)


async def accept_application(request: Request, body: TermsIn) -> LicenceWhole:
    """Yes: a licence is offered with it, on these terms."""
    _organisation, application = await _in(request, side="studio")
    key = f"api:{request.state.idempotency_key}"
    licence = await actions.accept_application(application.id, terms_in(body), by=request.state.person.id, key=key)
    return await whole(licence)


_NUMBER = r"[0-9]{1,8}"
_PRICE = api.Filter("price_minor", "Of one, without tax.", pattern=_NUMBER, needed=True)
_CURRENCY = api.Filter("currency", "Its currency.", pattern=r"[A-Z]{3}", default="USD")
_ROYALTY = api.Filter("royalty_bps", "Of net sales.", pattern=r"[0-9]{1,4}", default="800")
_TAX = api.Filter("tax_bps", "On top of the price.", pattern=r"[0-9]{1,4}", default="0")
_SHIPPING = api.Filter("shipping_minor", "What the buyer pays for it.", pattern=_NUMBER, default="0")
_UNITS = api.Filter("units", "In one order.", pattern=r"[1-9][0-9]{0,2}", default="1")
_NET = (_PRICE, _CURRENCY, _ROYALTY, _TAX, _SHIPPING, _UNITS)


async def show_net(request: Request) -> NetOut:
    """Who gets what of a price, before one applies."""
    price, currency, royalty, tax, shipping, units = (one.of(request) for one in _NET)
    if currency not in current().currencies:
        raise api.BadFilter("{name} is not what this list takes.", "bad_currency", name="currency")
    net = net_of(
        int(price), currency, commission_bps=current().commission_bps, royalty_bps=int(royalty), tax_bps=int(tax),
        shipping_minor=int(shipping), units=int(units),
    )  # fmt: skip
    return NetOut(**{name: getattr(net, name) for name in NetOut.model_fields})


_ALL = f"{ONE}/applications"
_ONE = f"{_ALL}/{{application}}"
_SEE, _WRITE = bearer("licences:read"), bearer("licences:write")
routes = [
    get("/api/v1/market/net", show_net, may=_SEE, gives=NetOut, filters=_NET, summary="Who gets what of a price"),
    get(_ALL, list_applications, may=_SEE, gives=ApplicationOut, lists=True, summary="Applications of a shop, or to a studio"),
    post(
        _ALL, make_application, may=_WRITE, takes=ApplicationIn, gives=ApplicationWhole, creates=True, limit=APPLICATIONS,
        summary="Write an application",
    ),
    get(_ONE, show_application, may=_SEE, gives=ApplicationWhole, summary="One application"),
    post(
        f"{_ONE}/samples", sample_application, may=_WRITE, gives=ApplicationWhole, filters=[ALT], picture=True, body_max=UPLOAD_MAX,
        limit=SAMPLES, creates=True, summary="Add a picture of what the shop has made",
    ),
    post(f"{_ONE}/submission", submit_application, may=_WRITE, gives=ApplicationWhole, summary="Send an application"),
    post(f"{_ONE}/withdrawal", withdraw_application, may=_WRITE, takes=WordsIn, gives=ApplicationWhole, summary="Take it back"),
    post(f"{_ONE}/shortlist", shortlist_application, may=_WRITE, takes=WordsIn, gives=ApplicationWhole, summary="Put on the shortlist"),
    post(f"{_ONE}/sample", ask_for_sample, may=_WRITE, takes=ReasonIn, gives=ApplicationWhole, summary="Ask for a sample"),
    post(f"{_ONE}/refusal", decline_application, may=_WRITE, takes=ReasonIn, gives=ApplicationWhole, summary="Decline an application"),
    post(f"{_ONE}/licence", accept_application, may=_WRITE, takes=TermsIn, gives=LicenceWhole, creates=True, summary="Accept it"),
]  # fmt: skip
