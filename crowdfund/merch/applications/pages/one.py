"""One application, as the shop that wrote it and the studio that answers see it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database.ids import private, public
from crowdfund.merch.applications import actions, queries
from crowdfund.merch.applications.forms import PitchForm, SampleAskedForm, SampleForm, WhyForm, WordsForm
from crowdfund.merch.applications.models import Application, ApplicationState
from crowdfund.merch.applications.net import net_of
from crowdfund.merch.applications.pages.calculator import net_shown
from crowdfund.merch.applications.rules import PITCH_MAX, REASON_MAX, REASON_MIN, SAMPLES_MAX, stands
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.licences.terms import ROYALTY_BPS
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.merch.shops.pages.own import DESK, base_of, desk_page, picture_of_product
from crowdfund.people.models import Organisation
from crowdfund.settings import current
from crowdfund.titles.models import Title
from crowdfund.web.form import Form
from crowdfund.web.formats import plain_money
from crowdfund.web.images import url_of
from crowdfund.web.routes import get, member


async def application_in(request: Request) -> tuple[Application, OnscreenProduct, Title]:
    return await actions.application_of_side(request.state.organisation.id, private(request.path_params["application"]))


def path_of(request: Request, application: Application) -> str:
    return f"{base_of(request)}/applications/{public(application.id)}"


async def show(request: Request) -> Response:
    return await application_page(request)


async def application_page(request: Request, **sent: Form) -> Response:
    """sent: the form that was sent and refused, by its name on the page."""
    application, product, title = await application_in(request)
    refused = next(iter(sent.values()), None)
    state = stands(application.state, application.answer_by, clock.now())
    forms: dict[str, Form] = {
        "form": PitchForm(_typed(application)), "sample": SampleForm(), "withdrawal": WordsForm(), "shortlist": WordsForm(),
        "sample_request": SampleAskedForm(), "refusal": WhyForm(),
    }  # fmt: skip
    samples = [(one, url_of(one.image_id), public(one.image_id)) for one in await queries.samples_of(application.id)]
    net = net_of(
        application.price_minor, application.currency, commission_bps=current().commission_bps, royalty_bps=ROYALTY_BPS
    )
    licence = await Licence.get_or_none(application_id=application.id)
    context: dict[str, Any] = {
        "application": application, "product": product, "title": title, "state": state, "samples": samples,
        "shop": await Organisation.get(id=application.organisation_id), "studio": await Organisation.get(id=title.organisation_id),
        "picture": picture_of_product(product, title), "path": path_of(request, application), "pitch_max": PITCH_MAX,
        "history": await queries.history_of(application.id), "samples_max": SAMPLES_MAX, "reason_min": REASON_MIN,
        "reason_max": REASON_MAX, "licence": licence, "is_ours": title.organisation_id == request.state.organisation.id,
        "missing": await actions.missing_in(application) if state == ApplicationState.DRAFT else [], "royalty_bps": ROYALTY_BPS,
        **net_shown(net, application.currency),
    }  # fmt: skip
    summary = refused if refused is not None else Form()
    return desk_page(
        request,
        "application.html",
        "applications",
        refused.status if refused else 200,
        **context,
        **{**forms, **sent},
        summary=summary,
    )


def _typed(application: Application) -> dict[str, str]:
    return {
        "price": plain_money(application.price_minor, application.currency), "currency": application.currency,
        "units": str(application.units), "ships_within_days": str(application.ships_within_days), "pitch": application.pitch,
    }  # fmt: skip


routes = [get(f"{DESK}/applications/{{application}}", show, may=member("viewer"))]
