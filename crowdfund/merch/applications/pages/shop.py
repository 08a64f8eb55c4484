"""A shop's side of an application: written, shown with samples, sent, taken back."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database import new_id
from crowdfund.database.ids import private, private_or_none, public
from crowdfund.merch.applications import actions, queries
from crowdfund.merch.applications.forms import APPLICATIONS, SAMPLES, PitchForm, SampleForm, WordsForm
from crowdfund.merch.applications.models import Application, ApplicationState
from crowdfund.merch.applications.net import net_of
from crowdfund.merch.applications.pages.calculator import net_shown
from crowdfund.merch.applications.pages.one import application_in, application_page, path_of
from crowdfund.merch.applications.rules import PITCH_MAX, NoSuchApplication, NotOpen
from crowdfund.merch.licences.terms import ROYALTY_BPS
from crowdfund.merch.previews.queries import open_products
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.merch.shops.pages.own import DESK, base_of, desk_page, picture_of
from crowdfund.people.pictures import keep_image
from crowdfund.settings import current
from crowdfund.web import body, images
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post
from crowdfund.web.told import told_at


async def applications(request: Request) -> Response:
    """A shop's own, or what shops have sent to a studio."""
    organisation, base = request.state.organisation, base_of(request)
    is_shop = organisation.kind == "shop"
    found = await (
        queries.applications_of_shop(organisation.id) if is_shop else queries.applications_to_studio(organisation.id)
    )
    rows = [(row, f"{base}/applications/{public(row['id'])}") for row in found]
    waiting = ("submitted", "shortlisted", "sample_requested")
    return desk_page(
        request, "applications.html", "applications",
        drafts=[row for row in rows if row[0]["state"] == "draft"], waiting=[row for row in rows if row[0]["state"] in waiting],
        past=[row for row in rows if row[0]["state"] not in ("draft", *waiting)],
    )  # fmt: skip


# --- a new one ---


async def new(request: Request) -> Response:
    row = await _product(request)
    if (live := await queries.live_application(row["id"], request.state.organisation.id)) is not None:
        return redirect(request, f"{base_of(request)}/applications/{public(live.id)}")
    currency = current().currencies[0]
    typed = {
        "currency": currency,
        "ships_within_days": "14",
        "key": token_urlsafe(16),
        "price": request.query_params.get("price", "")[:16],
    }
    return _new(request, row, PitchForm(typed))


async def _product(request: Request) -> dict[str, Any]:
    """Raises NotOpen for what can't be applied for, as for none."""
    product_id = private_or_none(request.path_params["product"]) or -1
    found = await open_products(product_id=product_id, limit=1)
    if not found:
        raise NotOpen("The studio does not look for a maker of this now.")
    return found[0]


def _new(request: Request, row: dict[str, object], form: PitchForm) -> Response:
    return desk_page(
        request, "application_new.html", "applications", form.status, row=row, picture=picture_of(row), form=form,
        action=f"{base_of(request)}/applications/new/{request.path_params['product']}", pitch_max=PITCH_MAX,
        royalty_bps=ROYALTY_BPS, market_path=f"/market/{request.path_params['product']}", **_net(form),
    )  # fmt: skip


def _net(form: Form) -> dict[str, object]:
    currency = str(form.typed.get("currency") or current().currencies[0])
    if currency not in current().currencies:
        currency = current().currencies[0]
    price_minor = form.values.get("price_minor", 0)
    net = None
    if price_minor:
        net = net_of(price_minor, currency, commission_bps=current().commission_bps, royalty_bps=ROYALTY_BPS)
    return net_shown(net, currency)


async def make(request: Request) -> Response:
    row = await _product(request)
    form = await PitchForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            product = await OnscreenProduct.get(id=row["id"])
            key = f"form:{form.key or token_urlsafe(16)}"
            application = await actions.make_application(
                product, request.state.organisation, form.written, by=request.state.person.id, key=key
            )
            said = _("Kept. Add pictures of what you have made, then send it.")
            return redirect(request, path_of(request, application), ("good", said))
    return _new(request, row, form)


# --- one of a shop's own ---


async def own_in(request: Request) -> Application:
    """The application of the path, if this shop wrote it. Raises NoSuchApplication."""
    application, _product_of, _title = await application_in(request)
    if application.organisation_id != request.state.organisation.id:
        raise NoSuchApplication("There is no such application.")
    return application


async def change(request: Request) -> Response:
    application, form = await own_in(request), await PitchForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await actions.change_application(application.id, form.written)
            return redirect(request, path_of(request, application), ("good", _("Saved.")))
    return await application_page(request, form=form)


async def add_sample(request: Request) -> Response:
    application, form = await own_in(request), await SampleForm.read(request)
    if not form.errors and form.image is not None:
        with form.showing_refusals():
            if application.state != ApplicationState.DRAFT:
                raise actions.NotADraft("It was sent: what it says stays as it is.")
            picture = await images.read_picture(form.image)
            image_id, by = new_id(), request.state.person.id
            await images.keep(image_id, picture)
            await keep_image(image_id, picture.width, picture.height, by=by, alt=form.alt)
            await actions.add_sample(application.id, image_id, alt=form.alt, by=by)
            return redirect(request, f"{path_of(request, application)}#samples", ("good", _("Here it is.")))
    return await application_page(request, sample=form)


def _where(request: Request) -> str:
    return f"{base_of(request)}/applications/{request.path_params['application']}"


@told_at(_where)
async def drop_sample(request: Request) -> Response:
    application = await own_in(request)
    await actions.drop_sample(application.id, private(request.path_params["image"]))
    return redirect(request, f"{_where(request)}#samples", ("good", _("Taken away.")))


@told_at(_where)
async def submit(request: Request) -> Response:
    application = await own_in(request)
    await actions.submit_application(application.id, by=request.state.person.id)
    said = _("Sent. The studio has 14 days to answer; you get a letter.")
    return redirect(request, _where(request), ("good", said))


async def withdraw(request: Request) -> Response:
    application, form = await own_in(request), await WordsForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await actions.withdraw_application(application.id, form.words, by=request.state.person.id)
            return redirect(request, f"{base_of(request)}/applications", ("good", _("Taken back.")))
    return await application_page(request, withdrawal=form)


_ALL = f"{DESK}/applications"
_ONE = f"{_ALL}/{{application}}"
_RUN = member("manager")
routes = [
    get(_ALL, applications, may=member("viewer")),
    get(f"{_ALL}/new/{{product}}", new, may=_RUN),
    post(f"{_ALL}/new/{{product}}", make, may=_RUN, limit=APPLICATIONS),
    post(f"{_ONE}/words", change, may=_RUN),
    post(f"{_ONE}/samples", add_sample, may=_RUN, limit=SAMPLES, body_max=body.UPLOAD_MAX),
    post(f"{_ONE}/samples/{{image}}/removal", drop_sample, may=_RUN),
    post(f"{_ONE}/submission", submit, may=_RUN),
    post(f"{_ONE}/withdrawal", withdraw, may=_RUN),
]
