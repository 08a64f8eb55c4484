"""The candidates of a draft: named, described, pictured."""

from __future__ import annotations

from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.pages.own import DESK, desk_page
from crowdfund.campaigns.pages.pictures import need_words, sent_picture
from crowdfund.community.polls.candidates import (
    Named,
    add_candidate_once,
    change_candidate,
    picture_candidate,
    remove_candidate,
    unpicture_candidate,
)
from crowdfund.community.polls.forms import CandidateForm, candidate_typed
from crowdfund.community.polls.models import Candidate, Poll, PollState
from crowdfund.community.polls.pages.desk import own_poll, path_of, poll_page
from crowdfund.community.polls.queries import poll_now
from crowdfund.community.polls.rules import ABOUT_MAX, NAME_MAX, NoSuchCandidate
from crowdfund.database.ids import private
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.i18n import _
from crowdfund.web.images import url_of
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post
from crowdfund.web.told import told_at


async def _own(request: Request) -> tuple[Campaign, Poll, Candidate]:
    campaign, poll = await own_poll(request)
    wanted = private(request.path_params["candidate"])
    found = next((one for one in (await poll_now(poll)).candidates if one.id == wanted), None)
    if found is None:
        raise NoSuchCandidate("There is no such candidate in this poll.")
    return campaign, poll, found


async def add(request: Request) -> Response:
    campaign, poll = await own_poll(request)
    form = await CandidateForm.read(request)
    need_words(form, image_id := await sent_picture(request, form))
    if not form.errors:
        with form.showing_refusals():
            key, by = f"form:{form.key or token_urlsafe(16)}", request.state.person.id
            candidate_id = await add_candidate_once(poll.id, Named(form.name, form.about), by=by, key=key)
            await picture_candidate(candidate_id, image_id, alt=form.image_alt, by=by)
            return redirect(request, f"{path_of(request)}#candidates", ("good", _("The candidate is there.")))
    return await poll_page(request, campaign, poll, 422, candidate_form=form)


async def candidate_page(request: Request) -> Response:
    campaign, poll, found = await _own(request)
    return _page(request, campaign, poll, found, CandidateForm(candidate_typed(found)))


def _page(
    request: Request, campaign: Campaign, poll: Poll, found: Candidate, form: CandidateForm, status: int = 200
) -> Response:
    if poll.state != PollState.DRAFT:
        said = _("Fans were asked this: what it says stays as it is.")
        return redirect(request, path_of(request), ("note", said))
    shown = url_of(found.image_id, small=True) if found.image_id else ""
    return desk_page(
        request, "community/polls/desk_candidate.html", campaign, status, form=form, candidate=found, poll=poll, shown=shown,
        path=path_of(request), candidate_path=_path(request), name_max=NAME_MAX, about_max=ABOUT_MAX,
    )  # fmt: skip


def _path(request: Request) -> str:
    return f"{path_of(request)}/candidates/{request.path_params['candidate']}"


async def change(request: Request) -> Response:
    campaign, poll, found = await _own(request)
    form = await CandidateForm.read(request)
    image_id = await sent_picture(request, form)
    need_words(form, image_id or found.image_id)
    if not form.errors:
        with form.showing_refusals():
            await change_candidate(found.id, Named(form.name, form.about), by=request.state.person.id)
            await picture_candidate(found.id, image_id, alt=form.image_alt, by=request.state.person.id)
            return redirect(request, f"{path_of(request)}#candidates", ("good", _("Saved.")))
    return _page(request, campaign, await Poll.get(id=poll.id), found, form, 422)


@told_at(_path)
async def remove_picture(request: Request) -> Response:
    _campaign, _poll, found = await _own(request)
    await unpicture_candidate(found.id, by=request.state.person.id)
    return redirect(request, _path(request), ("good", _("The candidate has no picture now.")))


@told_at(path_of)
async def remove(request: Request) -> Response:
    _campaign, _poll, found = await _own(request)
    await remove_candidate(found.id, by=request.state.person.id)
    return redirect(request, f"{path_of(request)}#candidates", ("good", _("The candidate is gone.")))


_ALL = f"{DESK}/polls/{{poll}}/candidates"
_RUN = member("manager")
routes = [
    post(_ALL, add, may=_RUN, body_max=UPLOAD_MAX),
    get(f"{_ALL}/{{candidate}}", candidate_page, may=_RUN),
    post(f"{_ALL}/{{candidate}}", change, may=_RUN, body_max=UPLOAD_MAX),
    post(f"{_ALL}/{{candidate}}/picture/removal", remove_picture, may=_RUN),
    post(f"{_ALL}/{{candidate}}/removal", remove, may=_RUN),
]
