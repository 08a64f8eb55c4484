"""Answering a bank: what was promised, when she agreed, what was sent, in the producer's words."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private
from crowdfund.disputes import answers
from crowdfund.disputes.models import Dispute
from crowdfund.disputes.pages.evidence import drafted
from crowdfund.disputes.queries import About, about
from crowdfund.refusal import NotFound
from crowdfund.web import fields
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, member, post


class EvidenceForm(Form):
    evidence = fields.text(max=20_000, min=50, lines=True)


async def _found(request: Request) -> tuple[Dispute, About]:
    dispute = await Dispute.get_or_none(id=private(request.path_params["dispute"]))
    found = await about(dispute) if dispute else None
    if dispute is None or found is None or request.state.organisation not in found.organisations:
        raise NotFound("There is no such dispute.")
    return dispute, found


async def show(request: Request) -> Response:
    dispute, found = await _found(request)
    form = EvidenceForm()
    form.typed["evidence"] = await drafted(dispute, found, request.state.organisation.id)
    return _page(request, dispute, found, form)


def _page(request: Request, dispute: Dispute, found: About, form: EvidenceForm, status: int = 200) -> Response:
    return page(
        request, "disputes/show.html", status, dispute=dispute, about=found, form=form,
        organisation=request.state.organisation, action=request.url.path.removesuffix("/answer") + "/answer",
    )  # fmt: skip


async def answer(request: Request) -> Response:
    dispute, found = await _found(request)
    form = await EvidenceForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            is_sent = await answers.answer(
                dispute, found, organisation_id=request.state.organisation.id, evidence=form.evidence,
                by_person_id=request.state.person.id,
            )  # fmt: skip
            said = (
                _("Your answer is with the bank.")
                if is_sent
                else _("Kept. It is sent with what the other sellers say.")
            )
            return redirect(request, request.url.path.removesuffix("/answer"), ("good", said))
    return _page(request, dispute, found, form, form.status)


routes = [
    get("/desk/{organisation}/disputes/{dispute}", show, may=member("viewer")),
    post("/desk/{organisation}/disputes/{dispute}/answer", answer, may=member("manager")),
]
