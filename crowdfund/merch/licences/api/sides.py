"""Licences through the API: offered, taken, stopped, ended, from both sides; and the badge that anybody checks."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.merch.licences import actions, queries
from crowdfund.merch.licences.actions import NoSuchLicence
from crowdfund.merch.licences.forms import OFFERS
from crowdfund.merch.licences.models import Exclusivity, Licence
from crowdfund.merch.licences.pages.shown import shown
from crowdfund.merch.licences.rules import by_clock
from crowdfund.merch.licences.terms import Terms
from crowdfund.merch.previews.queries import product_public_at
from crowdfund.merch.previews.rules import is_public
from crowdfund.merch.shops.api.bodies import (
    BadgeOut,
    LicenceOfferIn,
    LicenceOut,
    LicenceWhole,
    ReasonIn,
    SaidOut,
    TermsIn,
)
from crowdfund.people.api.own import own_organisation
from crowdfund.people.models import Organisation, Role
from crowdfund.refusal import Invalid
from crowdfund.screenings.titles import NoSuchTitle, own_title
from crowdfund.web import api
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import bearer, get, post
from crowdfund.web.routes import public as everybody

ONE = "/api/v1/organisations/{organisation}"

BADGES = Limit("badges", 120, 60)  # for everybody, who needs no token


def terms_in(body: TermsIn) -> Terms:
    missing = Invalid("Choose products of this film.", field="products")
    ids = frozenset(api.known_id(one, missing) for one in body.products)
    return Terms(
        ids, frozenset(body.countries), Exclusivity(body.exclusivity), body.category, body.royalty_bps, body.minimum_minor,
        body.currency, body.unit_cap, body.starts_at, body.ends_at, body.sell_off_days, body.report_months, body.note,
    )  # fmt: skip


def licence_out(row: dict[str, Any]) -> LicenceOut:
    starts_at, ends_at = clock.from_us(row["starts_at"]), clock.from_us(row["ends_at"])
    sold_off_at = row["ends_at"] + row["sell_off_days"] * 86_400_000_000
    return LicenceOut(
        id=public(row["id"]), title=public(row["title_id"]), title_name=row["title"], studio=public(row["licensor_id"]),
        studio_name=row["studio"], shop=public(row["licensee_id"]), shop_name=row["shop"],
        state=by_clock(row["state"], starts_at, ends_at, row["sell_off_days"], clock.now()), royalty_bps=row["royalty_bps"],
        basis="net_sales", exclusivity=row["exclusivity"], currency=row["currency"], unit_cap=row["unit_cap"],
        units_sold=row["units_sold"], starts_at=api.instant(starts_at), ends_at=api.instant(ends_at),
        sold_off_at=api.instant(sold_off_at), answer_by=api.instant(row["answer_by"]), badge=row["badge"],
    )  # fmt: skip


async def whole(licence: Licence) -> LicenceWhole:
    [row] = await queries.licences_of(licence.licensor_id, before_id=licence.id + 1, limit=1)
    right = (await queries.rights_of([licence.id]))[licence.id]
    return LicenceWhole(
        **licence_out(row).model_dump(), products=[public(one) for one in sorted(right.product_ids)], countries=sorted(right.countries),
        category=licence.category, minimum_minor=licence.minimum_minor, report_months=licence.report_months, note=licence.note,
        history=[SaidOut(**{**one, "at": api.instant(one["at"])}) for one in await queries.history_of(licence.id)],
    )  # fmt: skip


async def list_licences(request: Request) -> Response:
    """What an organisation has given or holds, the newest first."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    asked = api.cursor(request)
    before_id = asked.after_id if asked.after_id is not None else queries.NEWEST
    rows = await queries.licences_of(organisation.id, before_id=before_id, limit=asked.limit + 1)
    return api.paged(request, rows, asked, licence_out, lambda row: int(row["id"]))


async def _in(request: Request, needed: Role = Role.MANAGER, *, side: str = "") -> Licence:
    organisation, _role = await own_organisation(request, needed)
    missing = NoSuchLicence("There is no such licence.")
    licence = await actions.licence_of_side(organisation.id, api.id_in(request, "licence", missing))
    if side and organisation.id != {"shop": licence.licensee_id, "studio": licence.licensor_id}[side]:
        raise missing
    return licence


async def show_licence(request: Request) -> LicenceWhole:
    return await whole(await _in(request, Role.VIEWER))


async def offer_licence(request: Request, body: LicenceOfferIn) -> LicenceWhole:
    """Offer a licence to a shop that has not applied."""
    organisation, _role = await own_organisation(request, Role.MANAGER)
    title = await own_title(
        organisation.id, api.known_id(body.title, NoSuchTitle("There is no such title.", field="title"))
    )
    nobody = actions.NoShopToLicense("Licences are offered to shops of this site that are not stopped.", field="shop")
    shop = await Organisation.get_or_none(id=api.known_id(body.shop, nobody))
    if shop is None:
        raise nobody
    key = f"api:{request.state.idempotency_key}"
    return await whole(await actions.offer_licence(title, shop, terms_in(body), by=request.state.person.id, key=key))


async def accept_licence(request: Request) -> LicenceWhole:
    """The shop takes it as it is."""
    licence = await _in(request, side="shop")
    return await whole(await actions.accept_licence(licence.id, by=request.state.person.id))


async def decline_licence(request: Request, body: ReasonIn) -> LicenceWhole:
    """The shop would rather not."""
    licence = await _in(request, side="shop")
    return await whole(await actions.decline_licence(licence.id, body.reason, by=request.state.person.id))


async def withdraw_licence(request: Request, body: ReasonIn) -> LicenceWhole:
    """Take an offer back that nobody has answered."""
    licence = await _in(request, side="studio")
    return await whole(await actions.withdraw_licence(licence.id, body.reason, by=request.state.person.id))


async def suspend_licence(request: Request, body: ReasonIn) -> LicenceWhole:
    """Stop sales for now; orders that are open end as they were sold."""
    licence = await _in(request, side="studio")
    return await whole(await actions.suspend_licence(licence.id, body.reason, by=request.state.person.id))


async def resume_licence(request: Request, body: ReasonIn) -> LicenceWhole:
    """Let it go on, to wherever its days have taken it."""
    licence = await _in(request, side="studio")
    return await whole(await actions.resume_licence(licence.id, body.reason, by=request.state.person.id))


async def end_licence(request: Request, body: ReasonIn) -> LicenceWhole:
    """End it for good, before its time."""
    licence = await _in(request, side="studio")
    return await whole(await actions.terminate_licence(licence.id, body.reason, by=request.state.person.id))


async def show_badge(request: Request) -> BadgeOut:
    """Whether somebody may sell what is seen in a film: for everybody, without a token."""
    licence = await Licence.get_or_none(badge=request.path_params["badge"])
    if licence is None or licence.accepted_at is None:
        raise NoSuchLicence("There is no such licence. A badge that leads here was not made by us.")
    found, now = await shown(licence), clock.now()
    named = [one.name for one in found.products if is_public(await product_public_at(one.id), now)]
    return BadgeOut(
        badge=licence.badge, state=found.state, may_sell=found.may_sell, shop_name=found.shop.name, studio_name=found.studio.name,
        title_name=found.title.name, products=named, countries=sorted(found.right.countries), starts_at=api.instant(licence.starts_at),
        ends_at=api.instant(licence.ends_at), sold_off_at=api.instant(found.sold_off_at),
    )  # fmt: skip


_ALL = f"{ONE}/licences"
_ONE = f"{_ALL}/{{licence}}"
_SEE, _WRITE = bearer("licences:read"), bearer("licences:write")
routes = [
    get("/api/v1/licences/{badge}", show_badge, may=everybody, gives=BadgeOut, limit=BADGES, summary="Check a licence by its badge"),
    get(_ALL, list_licences, may=_SEE, gives=LicenceOut, lists=True, summary="Licences of a studio or a shop"),
    post(_ALL, offer_licence, may=_WRITE, takes=LicenceOfferIn, gives=LicenceWhole, creates=True, limit=OFFERS, summary="Offer a licence"),
    get(_ONE, show_licence, may=_SEE, gives=LicenceWhole, summary="One licence"),
    post(f"{_ONE}/agreement", accept_licence, may=_WRITE, gives=LicenceWhole, summary="Take a licence"),
    post(f"{_ONE}/refusal", decline_licence, may=_WRITE, takes=ReasonIn, gives=LicenceWhole, summary="Decline a licence"),
    post(f"{_ONE}/withdrawal", withdraw_licence, may=_WRITE, takes=ReasonIn, gives=LicenceWhole, summary="Withdraw an offer"),
    post(f"{_ONE}/suspension", suspend_licence, may=_WRITE, takes=ReasonIn, gives=LicenceWhole, summary="Suspend a licence"),
    post(f"{_ONE}/resumption", resume_licence, may=_WRITE, takes=ReasonIn, gives=LicenceWhole, summary="Let a licence go on"),
    post(f"{_ONE}/end", end_licence, may=_WRITE, takes=ReasonIn, gives=LicenceWhole, summary="End a licence early"),
]  # fmt: skip
