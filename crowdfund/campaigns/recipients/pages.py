"""Recipients for everybody, on a club's desk, and the platform's list of charities, which staff keeps."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.recipients import actions, queries
from crowdfund.campaigns.recipients.actions import ABOUT_MAX, BODY_MAX, REPORT_DAYS
from crowdfund.campaigns.recipients.forms import (
    KINDS,
    REPORTS,
    CharityForm,
    OfferForm,
    OwnRecipientForm,
    RecipientForm,
    UseForm,
    recipient_typed,
)
from crowdfund.campaigns.recipients.models import OF_A_CLUB, Recipient, RecipientKind, RecipientState, UseReport
from crowdfund.campaigns.recipients.once import add_recipient_once, report_use_once
from crowdfund.database.ids import private_or_none
from crowdfund.people.models import Document, Organisation, Role
from crowdfund.people.pages.papers import take_document
from crowdfund.people.rules import may
from crowdfund.refusal import NotFound
from crowdfund.web import documents
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import anyone, get, member, post, staff

_OWN = "/desk/{organisation}/recipients"


# --- for everybody ---


async def show(request: Request) -> Response:
    """Who it is, what it was given, and what it told of that."""
    recipient = await queries.recipient_of(request.path_params["slug"])
    organisation = await Organisation.get(id=recipient.organisation_id)
    return page(
        request, "campaigns/recipient.html", recipient=recipient, organisation=organisation, kind=KINDS[RecipientKind(recipient.kind)],
        gifts=await queries.gifts_of(recipient.id), is_club=recipient.kind in OF_A_CLUB,
    )  # fmt: skip


async def report_paper(request: Request) -> Response:
    """The paper that came with a report."""
    report_id = private_or_none(request.path_params["report"])
    recipient = await queries.recipient_of(request.path_params["slug"])
    report = await UseReport.get_or_none(id=report_id, recipient_id=recipient.id) if report_id else None
    if report is None or report.document_id is None:
        raise NotFound("There is nothing here under that address.")
    document = await Document.get(id=report.document_id)
    return documents.send(document.id, document.name, document.media_type)


# --- on a club's desk ---


async def own_recipients(request: Request) -> Response:
    return await _own(request, _new_form())


def _new_form() -> OwnRecipientForm:
    return OwnRecipientForm({"kind": RecipientKind.ACADEMY.value, "report_days": "90", "key": token_urlsafe(16)})


async def _own(request: Request, form: OwnRecipientForm, status: int = 200) -> Response:
    organisation: Organisation = request.state.organisation
    found = await queries.of_organisation(organisation.id)
    return page(
        request, "campaigns/recipients.html", status, organisation=organisation, form=form, recipients=found,
        due=await queries.reports_due([one.id for one in found]), may_write=may(request.state.role, Role.MANAGER),
        kinds=[(k.value, KINDS[k]) for k in sorted(OF_A_CLUB)],
        names=KINDS, about_max=ABOUT_MAX, report_days=REPORT_DAYS,
    )  # fmt: skip


async def add(request: Request) -> Response:
    form = await OwnRecipientForm.read(request)
    organisation: Organisation = request.state.organisation
    if not form.errors:
        with form.showing_refusals():
            made = await add_recipient_once(
                organisation, RecipientKind(form.kind), form.said, by=request.state.person.id, key=f"form:{form.key}"
            )
            return redirect(request, _path(organisation, made), ("good", _("It can be announced now.")))
    return await _own(request, form, 422)


def _path(organisation: Organisation, recipient: Recipient) -> str:
    return f"{organisation.desk_path}/recipients/{recipient.slug}"


async def _of_the_desk(request: Request) -> Recipient:
    recipient = await queries.recipient_of(request.path_params["slug"])
    if recipient.organisation_id != request.state.organisation.id:
        raise NotFound("There is nothing here under that address.")
    return recipient


async def own_recipient(request: Request) -> Response:
    recipient = await _of_the_desk(request)
    return await _one(
        request, recipient, RecipientForm(recipient_typed(recipient)), UseForm({"key": token_urlsafe(16)})
    )


async def _one(
    request: Request, recipient: Recipient, form: RecipientForm, use_form: UseForm, status: int = 200
) -> Response:
    gifts = await queries.gifts_of(recipient.id)
    return page(
        request, "campaigns/own_recipient.html", status, organisation=request.state.organisation, recipient=recipient, form=form,
        use_form=use_form, gifts=gifts, funds=[(gift.slug, gift.fund) for gift in gifts], body_max=BODY_MAX, about_max=ABOUT_MAX,
        report_days=REPORT_DAYS, base=_path(request.state.organisation, recipient),
    )  # fmt: skip


async def change(request: Request) -> Response:
    recipient = await _of_the_desk(request)
    form = await RecipientForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await actions.change_recipient(recipient.id, form.said, by=request.state.person.id)
            return redirect(request, _path(request.state.organisation, recipient), ("good", _("Saved.")))
    return await _one(request, recipient, form, UseForm({"key": token_urlsafe(16)}), 422)


async def report(request: Request) -> Response:
    recipient = await _of_the_desk(request)
    funds: dict[str, Any] = {gift.slug: gift.campaign_id for gift in await queries.gifts_of(recipient.id)}
    form = await UseForm.read(request, funds=funds)
    by = request.state.person.id
    if not form.errors:
        with form.showing_refusals():
            document_id = await take_document(form.document, by=by) if form.document else None
            await report_use_once(
                recipient.id, funds[form.fund], form.body, document_id=document_id, by=by, key=f"form:{form.key}"
            )
            return redirect(
                request,
                _path(request.state.organisation, recipient),
                ("good", _("Published. Who gave to it gets it by mail.")),
            )
    return await _one(request, recipient, RecipientForm(recipient_typed(recipient)), form, 422)


# --- the platform's list ---


async def charities(request: Request) -> Response:
    return await _charities(request, await _charity_form(), OfferForm())


async def _charity_form(**typed: str) -> CharityForm:
    return CharityForm({"report_days": "180", "key": token_urlsafe(16), **typed}, organisations=await _possible())


async def _possible() -> dict[str, Organisation]:
    """Verified institutions: whom staff may put on the list."""
    found = await Organisation.filter(kind="institution", state="verified").order_by("name").limit(500)
    return {organisation.slug: organisation for organisation in found}


async def _charities(
    request: Request, form: CharityForm, offer_form: OfferForm, status: int = 200, offering: str = ""
) -> Response:
    """offering: the address of the one that `offer_form` is about."""
    possible, found = await _possible(), await Recipient.filter(kind=RecipientKind.CHARITY).order_by("name")
    return page(
        request, "campaigns/charities.html", status, form=form, offer_form=offer_form, offering=offering,
        about_max=ABOUT_MAX, report_days=REPORT_DAYS,
        charities=found, due=await queries.reports_due([one.id for one in found]),
        organisations=[(slug, one.name) for slug, one in possible.items()],
    )  # fmt: skip


async def add_charity(request: Request) -> Response:
    possible = await _possible()
    form = await CharityForm.read(request, organisations=possible)
    if not form.errors:
        with form.showing_refusals():
            await add_recipient_once(
                possible[form.organisation],
                RecipientKind.CHARITY,
                form.said,
                by=request.state.person.id,
                key=f"form:{form.key}",
            )
            return redirect(request, "/staff/charities", ("good", _("It is on the list.")))
    return await _charities(request, form, OfferForm(), 422)


async def offer_charity(request: Request) -> Response:
    """On the list, or off it; what was given to it before stays."""
    recipient = await queries.recipient_of(request.path_params["slug"])
    if recipient.kind != RecipientKind.CHARITY:
        raise NotFound("There is nothing here under that address.")
    form = await OfferForm.read(request)
    to = RecipientState.WITHDRAWN if recipient.state == RecipientState.OFFERED else RecipientState.OFFERED
    if not form.errors:
        with form.showing_refusals():
            await actions.offer(recipient.id, to, form.because, by=request.state.person.id)
            done = _("It is on the list again.") if to == RecipientState.OFFERED else _("It is off the list.")
            return redirect(request, "/staff/charities", ("good", done))
    return await _charities(request, await _charity_form(), form, form.status, recipient.slug)


routes = [
    get("/recipients/{slug}", show, may=anyone),
    get("/recipients/{slug}/reports/{report}", report_paper, may=anyone),
    get(_OWN, own_recipients, may=member("viewer")),
    post(_OWN, add, may=member("manager")),
    get(f"{_OWN}/{{slug}}", own_recipient, may=member("manager")),
    post(f"{_OWN}/{{slug}}", change, may=member("manager")),
    post(f"{_OWN}/{{slug}}/reports", report, may=member("manager"), limit=REPORTS, body_max=UPLOAD_MAX),
    get("/staff/charities", charities, may=staff("reviewer")),
    post("/staff/charities", add_charity, may=staff("admin")),
    post("/staff/charities/{slug}/offer", offer_charity, may=staff("admin")),
]
