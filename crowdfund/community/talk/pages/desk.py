"""What the makers do with what is said under their fund: see which questions wait, offer names, close a thread."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.pages.own import DESK, base_of, desk_page, own_campaign
from crowdfund.community.talk import actions, queries
from crowdfund.community.talk.forms import NamesForm
from crowdfund.community.talk.models import Comment
from crowdfund.community.talk.pages.shown import Looking, asked_said, path_of, thread_shown
from crowdfund.community.talk.rules import NAME_MAX, NAMES_MAX
from crowdfund.database.ids import private, private_or_none, public
from crowdfund.refusal import NotFound
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post
from crowdfund.web.told import told_at


async def talk(request: Request) -> Response:
    campaign = await own_campaign(request)
    if not campaign.is_public:
        return redirect(request, base_of(request), ("note", _("Fans write here once they can see the fund.")))
    names = [one.name for one in await queries.addressees_of(campaign)]
    return await _talk(request, campaign, NamesForm({"names": "\n".join(names)}))


async def _talk(request: Request, campaign: Campaign, form: NamesForm, status: int = 200) -> Response:
    before = private_or_none(request.query_params.get("before", ""))
    found = await queries.threads_of(campaign.id, show="waiting", before_id=before, limit=queries.PAGE + 1)
    threads, here = found[: queries.PAGE], f"{base_of(request)}/talk"
    at = Looking(campaign, request.state.organisation, await queries.who_is(request.state.person.id, campaign))
    return desk_page(
        request, "community/talk/desk.html", campaign, status, threads=[thread_shown(thread, at) for thread in threads], form=form,
        how_many=await queries.how_many_wait(campaign.id), names_max=NAMES_MAX, name_max=NAME_MAX,
        offered=[asked_said(kind, name, at.makers) for kind, name in await queries.offered_in(campaign)],
        newer=here if before is not None else "",
        older=f"{here}?before={public(threads[-1].root.comment.id)}" if len(found) > queries.PAGE else "",
    )  # fmt: skip


async def offer_names(request: Request) -> Response:
    campaign = await own_campaign(request)
    form = await NamesForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await actions.offer_names(campaign.id, form.names, by=request.state.person.id)
            return redirect(
                request, f"{base_of(request)}/talk", ("good", _("Saved. Fans choose among these from now on."))
            )
    return await _talk(request, campaign, form, form.status)


async def _root_in(request: Request) -> tuple[Campaign, Comment]:
    campaign = await own_campaign(request)
    comment = await Comment.get_or_none(id=private(request.path_params["comment"]), campaign_id=campaign.id, level=0)
    if comment is None:
        raise NotFound("There is no such comment.")
    return campaign, comment


_told = told_at(lambda request: f"{base_of(request)}/talk")


@_told
async def lock(request: Request) -> Response:
    campaign, root = await _root_in(request)
    await actions.lock(root.id, by=request.state.person.id)
    return redirect(request, path_of(root, campaign), ("good", _("Closed: fans reply no more, you still can.")))


@_told
async def unlock(request: Request) -> Response:
    campaign, root = await _root_in(request)
    await actions.unlock(root.id, by=request.state.person.id)
    return redirect(request, path_of(root, campaign), ("good", _("Open again: fans can reply.")))


routes = [
    get(f"{DESK}/talk", talk, may=member("viewer")),
    post(f"{DESK}/talk/names", offer_names, may=member("manager")),
    post(f"{DESK}/talk/{{comment}}/lock", lock, may=member("manager")),
    post(f"{DESK}/talk/{{comment}}/lock/removal", unlock, may=member("manager")),
]
