"""What staff does when a transfer ends: two look at a registration, objections are answered, a wrong outcome is withdrawn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.queries import public_campaign
from crowdfund.database.ids import private_or_none
from crowdfund.people.models import Document, Person
from crowdfund.people.pages.papers import take_document
from crowdfund.pledges.transfers import outcomes, queries
from crowdfund.pledges.transfers.forms import BecauseForm, OutcomeForm
from crowdfund.pledges.transfers.models import Objection, OutcomeKind
from crowdfund.pledges.transfers.pages.words import OUTCOMES
from crowdfund.pledges.transfers.rules import WORDS_MAX
from crowdfund.refusal import NotFound, Refusal
from crowdfund.web import documents
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import Handler, get, post, staff

_BASE = "/staff/transfers/{slug}"


async def _whole(request: Request) -> queries.WholeTransfer:
    whole = await queries.whole_transfer(await public_campaign(request.path_params["slug"]))
    if whole is None:
        raise NotFound("This is no transfer fund.")
    return whole


async def show(request: Request) -> Response:
    return await _page(request, await _whole(request), OutcomeForm(), BecauseForm())


async def _page(
    request: Request, whole: queries.WholeTransfer, form: OutcomeForm, because: BecauseForm, status: int = 200,
    answer: tuple[int, BecauseForm] | None = None,
) -> Response:  # fmt: skip
    """answer: the objection that was answered, and the form as it was sent, where something is to mend in it."""
    outcome = whole.outcome
    ids = [i for i in (outcome.filed_by_id, outcome.checked_by_id, outcome.decided_by_id) if i] if outcome else []
    return page(
        request, "pledges/staff_transfer.html", status, whole=whole, campaign=whole.campaign, form=form, because_form=because,
        kinds=[(kind.value, words, "") for kind, words in OUTCOMES.items()], names=OUTCOMES, words_max=WORDS_MAX,
        people={p.id: p.name for p in await Person.filter(id__in=ids)} if ids else {}, base=_path(request),
        answering=answer or (None, None),
    )  # fmt: skip


def _path(request: Request) -> str:
    return f"/staff/transfers/{request.path_params['slug']}"


async def file(request: Request) -> Response:
    """Where the club is silent, staff says how it ended."""
    whole, by = await _whole(request), request.state.person.id
    form = await OutcomeForm.read(request)
    if not form.errors and form.document is not None:
        with form.showing_refusals():
            document_id = await take_document(form.document, by=by)
            kind = OutcomeKind(form.kind)
            await outcomes.file_outcome(whole.campaign.id, kind, words=form.words, document_id=document_id, by=by)
            return redirect(request, _path(request), ("good", _("Filed. Backers have three days to object.")))
    return await _page(request, whole, form, BecauseForm(), 422)


def _decided(verb: Callable[..., Awaitable[None]], done: Callable[[], str]) -> Handler:
    """A button under the reason: does it, or says on the same page why not, with the reason as it was typed."""

    async def decide(request: Request) -> Response:
        outcome, form = (await _whole(request)).outcome, await BecauseForm.read(request)
        if not form.errors:
            with form.showing_refusals():
                if outcome is None:
                    raise Refusal("No outcome is filed yet.")
                await verb(outcome.id, form.because, by=request.state.person.id)
                return redirect(request, _path(request), ("good", done()))
        return await _page(request, await _whole(request), OutcomeForm(), form, form.status)

    return decide


check = _decided(outcomes.check_evidence, lambda: _("Checked. Somebody else releases the money."))
release = _decided(outcomes.release, lambda: _("Released: the club is paid."))
withdraw = _decided(outcomes.withdraw_outcome, lambda: _("Withdrawn: the money waits for a deal again."))


async def answer(request: Request) -> Response:
    """An objection was looked into, and the outcome stands."""
    whole = await _whole(request)
    objection_id = private_or_none(request.path_params["objection"])
    ours = objection_id and whole.outcome and await Objection.exists(id=objection_id, outcome_id=whole.outcome.id)
    if not ours or objection_id is None:
        raise NotFound("There is no such objection.")
    form = await BecauseForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await outcomes.dismiss_objection(objection_id, form.because, by=request.state.person.id)
            return redirect(request, _path(request), ("good", _("Answered.")))
    return await _page(request, await _whole(request), OutcomeForm(), BecauseForm(), form.status, (objection_id, form))


async def acceptance(request: Request) -> Response:
    """The paper that the club signed."""
    transfer = (await _signed(request)).transfer
    document = await Document.get(id=transfer.signed_document_id)
    return documents.send(document.id, document.name, document.media_type)


async def _signed(request: Request) -> queries.WholeTransfer:
    campaign = await Campaign.get_or_none(slug=request.path_params["slug"])
    whole = await queries.whole_transfer(campaign) if campaign else None
    if whole is None or whole.transfer.signed_document_id is None:
        raise NotFound("Nothing was signed yet.")
    return whole


routes = [
    get(_BASE, show, may=staff("reviewer")),
    get(f"{_BASE}/acceptance", acceptance, may=staff("reviewer")),
    post(f"{_BASE}/outcome", file, may=staff("admin"), body_max=UPLOAD_MAX),
    post(f"{_BASE}/check", check, may=staff("reviewer")),
    post(f"{_BASE}/release", release, may=staff("admin")),
    post(f"{_BASE}/withdrawal", withdraw, may=staff("admin")),
    post(f"{_BASE}/objections/{{objection}}/answer", answer, may=staff("reviewer")),
]
