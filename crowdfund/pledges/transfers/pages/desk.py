"""On a club's desk: the deal, the outcome with its evidence, and what backers object."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.pages.own import DESK, base_of, desk_page
from crowdfund.campaigns.transfers.pages import own_transfer
from crowdfund.people.pages.papers import take_document
from crowdfund.pledges.transfers import outcomes, queries
from crowdfund.pledges.transfers.forms import DealForm, OutcomeForm
from crowdfund.pledges.transfers.models import OutcomeKind
from crowdfund.pledges.transfers.pages.words import OUTCOMES
from crowdfund.pledges.transfers.rules import WORDS_MAX
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post


async def show(request: Request) -> Response:
    return await _page(request, await own_transfer(request), DealForm(), OutcomeForm())


async def _page(
    request: Request, campaign: Campaign, deal_form: DealForm, form: OutcomeForm, status: int = 200
) -> Response:
    return desk_page(
        request, "pledges/outcome.html", campaign, status, whole=await queries.whole_transfer(campaign), form=form,
        deal_form=deal_form, kinds=[(kind.value, words, "") for kind, words in OUTCOMES.items()], names=OUTCOMES,
        words_max=WORDS_MAX,
    )  # fmt: skip


async def agree(request: Request) -> Response:
    """The clubs agree, and a paper shows it."""
    campaign, by = await own_transfer(request), request.state.person.id
    form = await DealForm.read(request)
    if not form.errors and form.document is not None:
        with form.showing_refusals():
            document_id = await take_document(form.document, by=by)
            await outcomes.agree_deal(campaign.id, words=form.words, document_id=document_id, by=by)
            return redirect(request, f"{base_of(request)}/outcome", ("good", _("Your backers hear of it.")))
    return await _page(request, campaign, form, OutcomeForm(), 422)


async def file(request: Request) -> Response:
    """How it ended, and a paper shows it."""
    campaign, by = await own_transfer(request), request.state.person.id
    form = await OutcomeForm.read(request)
    if not form.errors and form.document is not None:
        with form.showing_refusals():
            document_id = await take_document(form.document, by=by)
            kind = OutcomeKind(form.kind)
            await outcomes.file_outcome(campaign.id, kind, words=form.words, document_id=document_id, by=by)
            return redirect(
                request, f"{base_of(request)}/outcome", ("good", _("Filed. Your backers have three days to object."))
            )
    return await _page(request, campaign, DealForm(), form, 422)


routes = [
    get(f"{DESK}/outcome", show, may=member("viewer")),
    post(f"{DESK}/deal", agree, may=member("manager"), body_max=UPLOAD_MAX),
    post(f"{DESK}/outcome", file, may=member("manager"), body_max=UPLOAD_MAX),
]
