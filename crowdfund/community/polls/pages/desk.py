"""Polls on their makers' desk: written, put before fans, cancelled, decided."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.forms import CancelForm
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.pages.own import DESK, base_of, desk_page, own_campaign
from crowdfund.community.polls import actions
from crowdfund.community.polls.forms import (
    AUDIENCES,
    LABELS,
    NOBODY,
    OPENINGS,
    POLLS,
    CandidateForm,
    DecisionForm,
    PollForm,
    poll_typed,
)
from crowdfund.community.polls.models import Audience, Label, Poll, PollState
from crowdfund.community.polls.pages.public import LISTED_MAX, draw, view_of
from crowdfund.community.polls.pages.shown import poll_shown
from crowdfund.community.polls.queries import PollNow, poll_now, poll_of, polls_of
from crowdfund.community.polls.rules import (
    ABOUT_MAX,
    ASKS,
    CANDIDATES_MAX,
    NAME_MAX,
    QUESTION_MAX,
    REASON_MAX,
    TEXT_MAX,
)
from crowdfund.database.ids import private, public
from crowdfund.refusal import Refusal
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import Handler, get, member, post
from crowdfund.web.told import told_at

S = PollState


async def own_poll(request: Request) -> tuple[Campaign, Poll]:
    """The poll of the path, of a fund of the organisation that the door has found. Raises NotFound."""
    campaign = await own_campaign(request)
    return campaign, await poll_of(campaign, private(request.path_params["poll"]))


def path_of(request: Request) -> str:
    return f"{base_of(request)}/polls/{request.path_params['poll']}"


async def polls(request: Request) -> Response:
    campaign = await own_campaign(request)
    found = await polls_of(campaign.id, limit=LISTED_MAX, states=set(S))
    base = base_of(request)
    return desk_page(
        request, "community/polls/desk.html", campaign, can_ask=campaign.state in ASKS,
        polls=[(poll_shown(one, campaign), one.poll.path_in(base)) for one in found],
    )  # fmt: skip


# --- writing ---


async def new_poll(request: Request) -> Response:
    form = PollForm({"audience": Audience.BACKERS.value, "label": Label.ADVISORY.value, "key": token_urlsafe(16)})
    return _new(request, await own_campaign(request), form)


def _new(request: Request, campaign: Campaign, form: PollForm, status: int = 200) -> Response:
    return desk_page(request, "community/polls/desk_new.html", campaign, status, form=form, **_offered(campaign))


def _offered(campaign: Campaign) -> dict[str, Any]:
    """What the form of a poll offers. About a transfer a vote can only be advisory."""
    labels = [one for one in LABELS if campaign.kind != "transfer" or one[0] == Label.ADVISORY.value]
    return {
        "audiences": [(value.value, words) for value, words in AUDIENCES.items()], "labels": labels,
        "question_max": QUESTION_MAX, "text_max": TEXT_MAX, "name_max": NAME_MAX, "about_max": ABOUT_MAX,
    }  # fmt: skip


async def make(request: Request) -> Response:
    campaign, form = await own_campaign(request), await PollForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            key = f"form:{form.key or token_urlsafe(16)}"
            poll = await actions.make_poll_once(campaign, form.asked, by=request.state.person.id, key=key)
            said = _("Here is your draft. Now name the candidates.")
            return redirect(request, poll.path_in(base_of(request)), ("good", said))
    return _new(request, campaign, form, form.status)


async def show(request: Request) -> Response:
    campaign, poll = await own_poll(request)
    return await poll_page(request, campaign, poll)


async def poll_page(
    request: Request, campaign: Campaign, poll: Poll, status: int = 200, *, form: PollForm | None = None,
    candidate_form: CandidateForm | None = None, decision: DecisionForm | None = None,
) -> Response:  # fmt: skip
    """The desk of one poll: a draft to write, or what became of it. The forms: as they were sent, where something is to mend."""
    found, is_draft = await poll_now(poll), poll.state == S.DRAFT
    shown = poll_shown(found, campaign)
    context: dict[str, Any] = {
        "poll": shown, "path": path_of(request), "is_draft": is_draft, "decision": None,
        **_offered(campaign),
    }  # fmt: skip
    if is_draft:
        context |= {
            "form": form or PollForm(poll_typed(poll)),
            "candidate_form": candidate_form or CandidateForm({"key": token_urlsafe(16)}),
            "missing": await actions.missing_in(poll, campaign, at_once=poll.opens_at is None),
            "has_hour": poll.opens_at is not None, "is_full": len(found.candidates) >= CANDIDATES_MAX,
        }  # fmt: skip
    elif found.standing == S.CLOSED:
        context |= {
            "decision": decision or DecisionForm({}, candidates=_choices(found)), "reason_max": REASON_MAX,
            "choices_shown": [(value, words, "") for value, words in _choices(found).items()],
            "binds": found.is_binding and bool(found.leaders),
        }  # fmt: skip
    return desk_page(request, "community/polls/desk_poll.html", campaign, status, **context)


async def change(request: Request) -> Response:
    campaign, poll = await own_poll(request)
    form = await PollForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await actions.change_poll(poll.id, form.asked, by=request.state.person.id)
            return redirect(request, path_of(request), ("good", _("Saved.")))
    return await poll_page(request, campaign, poll, form.status, form=form)


async def preview(request: Request) -> Response:
    """The very page that fans get, with a banner on top."""
    campaign, poll = await own_poll(request)
    words = _("Only you see this: it is how fans will see the poll.")
    if poll.is_public:
        words = _("This is how fans see the poll now.")
    return draw(request, await view_of(campaign, await poll_now(poll)), preview=words, back=path_of(request))


# --- before fans, and what becomes of it ---


def _pressed(verb: Callable[..., Awaitable[None]], said: Callable[[], str]) -> Handler:
    """A button of the desk: does it, and tells on the same page what came of it, or why not."""

    @told_at(path_of)
    async def handler(request: Request) -> Response:
        _campaign, poll = await own_poll(request)
        await verb(poll.id, by=request.state.person.id)
        return redirect(request, path_of(request), ("good", said()))

    return handler


announce = _pressed(actions.announce_poll, lambda: _("All can see it. It opens by itself."))
take_back = _pressed(actions.take_back_poll, lambda: _("It is a draft again. Nobody sees it."))
open_now = _pressed(actions.open_poll, lambda: _("It is open: backers and followers get a letter."))
withdraw = _pressed(actions.withdraw_poll, lambda: _("The draft is put away."))


async def cancel_page(request: Request) -> Response:
    campaign, poll = await own_poll(request)
    return await _cancel(request, campaign, poll, CancelForm())


async def _cancel(request: Request, campaign: Campaign, poll: Poll, form: Form, status: int = 200) -> Response:
    found = await poll_now(poll)
    if found.standing not in (S.ANNOUNCED, S.OPEN):
        return redirect(request, path_of(request), ("note", _("It can't be cancelled now.")))
    shown = poll_shown(found, campaign)
    return desk_page(
        request, "community/polls/desk_cancel.html", campaign, status, form=form, poll=shown, path=path_of(request)
    )


@told_at(path_of)
async def cancel(request: Request) -> Response:
    campaign, poll = await own_poll(request)
    form = await CancelForm.read(request)
    if form.errors:
        return await _cancel(request, campaign, poll, form, 422)
    await actions.cancel_poll(poll.id, form.reason, by=request.state.person.id)
    return redirect(request, path_of(request), ("good", _("The poll is cancelled. Your reason stands on its page.")))


def _choices(found: PollNow) -> dict[str, Any]:
    """What can be decided, the most voted first."""
    return {**{public(one.id): one.name for one in found.ranked}, NOBODY: _("None of them")}


async def decide(request: Request) -> Response:
    campaign, poll = await own_poll(request)
    form = await DecisionForm.read(request, candidates=_choices(await poll_now(poll)))
    if form.errors:
        return await poll_page(request, campaign, poll, 422, decision=form)
    chosen = None if form.candidate == NOBODY else private(form.candidate)
    by = request.state.person.id
    try:
        await actions.decide_poll(poll.id, chosen, form.reason, cannot_follow=form.cannot_follow, by=by)
    except Refusal as refusal:
        now = await Poll.get(id=poll.id)
        return await poll_page(request, campaign, now, refusal.status_code, decision=form.refused_by(refusal))
    return redirect(request, path_of(request), ("good", _("Published. Whoever voted gets it by mail.")))


_ONE = f"{DESK}/polls/{{poll}}"
_RUN = member("manager")
routes = [
    get(f"{DESK}/polls", polls, may=member("viewer")),
    get(f"{DESK}/polls/new", new_poll, may=_RUN),
    post(f"{DESK}/polls", make, may=_RUN, limit=POLLS),
    get(_ONE, show, may=member("viewer")),
    post(_ONE, change, may=_RUN),
    get(f"{_ONE}/preview", preview, may=member("viewer")),
    post(f"{_ONE}/announcement", announce, may=_RUN, limit=OPENINGS),
    post(f"{_ONE}/announcement/withdrawal", take_back, may=_RUN),
    post(f"{_ONE}/opening", open_now, may=_RUN, limit=OPENINGS),
    post(f"{_ONE}/withdrawal", withdraw, may=_RUN),
    get(f"{_ONE}/cancellation", cancel_page, may=_RUN),
    post(f"{_ONE}/cancellation", cancel, may=_RUN),
    post(f"{_ONE}/decision", decide, may=_RUN),
]
