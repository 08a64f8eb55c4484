"""A studio's answer to an application: the shortlist, a sample, yes with the terms of a licence, or no with a reason."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.merch.applications import actions
from crowdfund.merch.applications.forms import SampleAskedForm, WhyForm, WordsForm
from crowdfund.merch.applications.models import Application
from crowdfund.merch.applications.pages.one import application_in, application_page, path_of
from crowdfund.merch.applications.rules import NoSuchApplication
from crowdfund.merch.licences.forms import TermsForm, usual
from crowdfund.merch.licences.pages.desk import form_words
from crowdfund.merch.screen.models import CLEARED, OnscreenProduct
from crowdfund.merch.shops.pages.own import DESK, base_of, desk_page
from crowdfund.people.models import Organisation
from crowdfund.titles.models import Title
from crowdfund.web.form import Form
from crowdfund.web.i18n import _, lazy
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post


async def _asked(request: Request) -> tuple[Application, OnscreenProduct, Title]:
    """The application of the path, if it was sent to this studio. Raises NoSuchApplication."""
    found = await application_in(request)
    if found[2].organisation_id != request.state.organisation.id:
        raise NoSuchApplication("There is no such application.")
    return found


def _answered(name: str, kind: type[Form], field: str, verb: Any, said: Any) -> Any:
    async def handle(request: Request) -> Response:
        application, _product, _title = await _asked(request)
        form = await kind.read(request)
        if not form.errors:
            with form.showing_refusals():
                await verb(application.id, getattr(form, field), by=request.state.person.id)
                return redirect(request, path_of(request, application), ("good", str(said)))
        return await application_page(request, **{name: form})

    return handle


# --- yes, on these terms ---


async def terms(request: Request) -> Response:
    application, product, title = await _asked(request)
    products = await _products(title)
    typed = usual([product.id], application.currency) | {"key": token_urlsafe(16), "unit_cap": str(application.units)}
    form = TermsForm(typed, products={public(one.id): one.name for one in products})
    return await _terms(request, application, title, products, form)


async def _products(title: Title) -> list[OnscreenProduct]:
    return await OnscreenProduct.filter(title_id=title.id, state__in=list(CLEARED)).order_by("name")


async def _terms(
    request: Request, application: Application, title: Title, products: list[OnscreenProduct], form: TermsForm
) -> Response:
    return desk_page(
        request, "licence_new.html", "applications", form.status, title=title, form=form, direct=False,
        products={public(one.id): one.name for one in products}, shop=await Organisation.get(id=application.organisation_id),
        action=f"{path_of(request, application)}/licence", back=path_of(request, application), **form_words(products),
    )  # fmt: skip


async def accept(request: Request) -> Response:
    application, _product, title = await _asked(request)
    products = await _products(title)
    form = await TermsForm.read(request, products={public(one.id): one.name for one in products})
    if not form.errors:
        with form.showing_refusals():
            key = f"form:{form.key or token_urlsafe(16)}"
            licence = await actions.accept_application(application.id, form.terms, by=request.state.person.id, key=key)
            said = _("Accepted: the licence is offered. The shop has got a letter.")
            return redirect(request, f"{base_of(request)}/licences/{public(licence.id)}", ("good", said))
    return await _terms(request, application, title, products, form)


_ONE = f"{DESK}/applications/{{application}}"
_RUN = member("manager")
_shortlist = _answered(
    "shortlist", WordsForm, "words", actions.shortlist_application, lazy("On the shortlist. The shop gets a letter.")
)
_sample = _answered(
    "sample_request", SampleAskedForm, "words", actions.ask_for_sample, lazy("Asked for. The shop gets a letter.")
)
_decline = _answered("refusal", WhyForm, "reason", actions.decline_application, lazy("Declined. The shop reads why."))
routes = [
    post(f"{_ONE}/shortlist", _shortlist, may=_RUN),
    post(f"{_ONE}/sample", _sample, may=_RUN),
    post(f"{_ONE}/refusal", _decline, may=_RUN),
    get(f"{_ONE}/licence", terms, may=_RUN),
    post(f"{_ONE}/licence", accept, may=_RUN),
]
