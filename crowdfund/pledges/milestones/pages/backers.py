"""For who backs a film with milestones: the evidence, and her word when it is not so."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import Campaign
from crowdfund.database.ids import private_or_none
from crowdfund.people.models import Document
from crowdfund.pledges.milestones import releases
from crowdfund.pledges.milestones.forms import OBJECTION_MAX, ObjectionForm
from crowdfund.pledges.milestones.models import ReleasePaper, ReleaseRequest
from crowdfund.refusal import NotFound
from crowdfund.web import documents
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.rate_limit import OBJECTING
from crowdfund.web.routes import anyone, get, post, signed_in


async def request_in(request: Request) -> ReleaseRequest:
    """The request of the path. Raises NotFound."""
    request_id = private_or_none(request.path_params["request"])
    found = await ReleaseRequest.get_or_none(id=request_id) if request_id else None
    if found is None:
        raise NotFound("There is no such request.")
    return found


async def paper(request: Request) -> Response:
    """What the makers show: everybody may read it."""
    asked = await request_in(request)
    document_id = private_or_none(request.path_params["document"])
    if document_id is None or not await ReleasePaper.exists(request_id=asked.id, document_id=document_id):
        raise NotFound("There is no such document.")
    document = await Document.get(id=document_id)
    return documents.send(document.id, document.name, document.media_type)


async def object_to(request: Request) -> Response:
    """A backer says that it is not so. What is wrong with that she reads beside what she wrote."""
    asked, form = await request_in(request), await ObjectionForm.read(request)
    campaign = await Campaign.get(id=asked.campaign_id)
    back = f"{campaign.path}#milestones"
    if not form.errors:
        with form.showing_refusals():
            await releases.object_to(asked.id, form.text, by=request.state.person.id)
            done = _("Your objection stands there now, and its makers hear of it.")
            return redirect(request, back, ("good", done))
    return page(
        request, "pledges/objection.html", form.status, campaign=campaign, form=form, back=back, action=request.url.path,
        label=_("What is not as it was promised"), text_max=OBJECTION_MAX,
        hint=_("It stands here with your name, and its makers may answer. Each backer counts once."),
    )  # fmt: skip


routes = [
    get("/release-requests/{request}/papers/{document}", paper, may=anyone),
    post("/release-requests/{request}/objections", object_to, may=signed_in, limit=OBJECTING),
]
