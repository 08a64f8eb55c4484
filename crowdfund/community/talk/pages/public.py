"""What is said under a fund, for everybody to read and for its backers to join in."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.pages.public import number_in
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.campaigns.queries import public_campaign
from crowdfund.community.talk import actions, moderation, queries
from crowdfund.community.talk.forms import REASONS, REPORTING, SAYING, ReplyForm, ReportForm, SayForm, WordingForm
from crowdfund.community.talk.models import Comment
from crowdfund.community.talk.pages.shown import Looking, asked_said, comment_shown, ids_in, path_of, thread_shown
from crowdfund.community.talk.queries import Thread
from crowdfund.community.talk.rules import FOLD_AFTER, NOTE_MAX, TEXT_MAX, Who, refuse_writer
from crowdfund.database.ids import private, private_or_none, public
from crowdfund.people.models import Organisation
from crowdfund.refusal import NotFound, Refusal
from crowdfund.titles.models import Title
from crowdfund.web.form import Form
from crowdfund.web.formats import said
from crowdfund.web.i18n import _, lazy
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import anyone, get, post, signed_in
from crowdfund.web.told import told_at

SHOWS = {"all": lazy("All"), "questions": lazy("Questions"), "answered": lazy("Answered")}


async def looking(request: Request, campaign: Campaign, threads: list[Thread]) -> Looking:
    """Who looks, and what of it she has reported."""
    person = request.state.person
    organisation = await Organisation.get(id=campaign.organisation_id)
    if person is None:
        return Looking(campaign, organisation)
    mine = await queries.reported_by(person.id, ids_in(threads))
    return Looking(campaign, organisation, await queries.who_is(person.id, campaign), frozenset(mine))


def why_not(who: Who | None) -> str:
    """Why somebody who is signed in may not write; nothing where she may, or isn't signed in."""
    try:
        if who is not None:
            refuse_writer(who)
    except Refusal as refusal:
        return said(refusal)
    return ""


async def _facts(campaign: Campaign, at: Looking) -> dict[str, Any]:
    """What every page of a fund's talk shows: the way back, who looks, and how she would be shown."""
    title = await Title.get(id=campaign.title_id)
    return {
        "campaign": campaign, "title": title, "art_url": art_of(title), "who": at.who, "why_not": why_not(at.who),
        "text_max": TEXT_MAX, "fold_after": FOLD_AFTER, "here": f"{campaign.path}/talk", "makers": at.makers,
        "desk": f"{at.organisation.desk_path}{campaign.path}/talk",
    }  # fmt: skip


# --- the list ---


async def offered_by_value(campaign: Campaign) -> dict[str, tuple[str, str]]:
    """Whom fans can ask, by what stands for them in forms and in the API: `makers`, `cast`, or the id of a name."""
    ids = {one.name: public(one.id) for one in await queries.addressees_of(campaign)}
    return {ids.get(name, kind): (kind, name) for kind, name in await queries.offered_in(campaign)}


async def list_threads(request: Request) -> Response:
    campaign = await public_campaign(request.path_params["slug"])
    offered = await offered_by_value(campaign)
    return await _list(request, campaign, SayForm({"key": token_urlsafe(16)}, offered=offered))


async def _list(request: Request, campaign: Campaign, form: SayForm, status: int = 200) -> Response:
    asked = request.query_params
    show = asked.get("show", "all") if asked.get("show") in SHOWS else "all"
    before = private_or_none(asked.get("before", ""))
    found = await queries.threads_of(campaign.id, show=show, before_id=before, limit=queries.PAGE + 1)
    threads = found[: queries.PAGE]
    at, here = await looking(request, campaign, threads), f"{campaign.path}/talk"
    query = f"show={show}&" if show != "all" else ""
    if at.who is not None and "shown_as" not in form.values and not form.typed["shown_as"]:
        form.typed["shown_as"] = at.who.shown_as
    older = f"{here}?{query}before={public(threads[-1].root.comment.id)}" if len(found) > queries.PAGE else ""
    return page(
        request, "community/talk/list.html", status, threads=[thread_shown(thread, at) for thread in threads], form=form,
        whom=[
            (value, _("A question to %(whom)s") % {"whom": asked_said(kind, name, at.makers)})
            for value, (kind, name) in form.given["offered"].items()
        ],
        show=show, shows=SHOWS, newer=f"{here}?{query}".rstrip("?&") if before is not None else "", older=older,
        **await _facts(campaign, at),
    )  # fmt: skip


async def say(request: Request) -> Response:
    campaign = await public_campaign(request.path_params["slug"])
    form = await SayForm.read(request, offered=await offered_by_value(campaign))
    if form.errors:
        return await _list(request, campaign, form, 422)
    wish = actions.Wish(form.text, form.shown_as or None, form.whom)
    try:
        key = f"form:{form.key or token_urlsafe(16)}"
        comment_id = await actions.say_once(campaign.id, wish, by=request.state.person.id, key=key)
    except Refusal as refusal:
        return await _list(request, campaign, form.refused_by(refusal), refusal.status_code)
    done = _("It stands there for everybody to read. For 15 minutes you can still change it.")
    return redirect(request, f"{campaign.path}/talk/{public(comment_id)}", ("good", done))


# --- one thread ---


async def comment_in(request: Request) -> tuple[Campaign, Comment]:
    """The comment of the path, under the fund of the path. Raises NotFound."""
    campaign = await public_campaign(request.path_params["slug"])
    comment = await Comment.get_or_none(id=private(request.path_params["comment"]), campaign_id=campaign.id)
    if comment is None:
        raise NotFound("There is no such comment.")
    return campaign, comment


async def show_thread(request: Request) -> Response:
    campaign, comment = await comment_in(request)
    if comment.parent_id is not None:
        return redirect(request, path_of(comment, campaign))
    return await _thread(request, campaign, comment, ReplyForm({"key": token_urlsafe(16)}))


async def _thread(request: Request, campaign: Campaign, root: Comment, form: ReplyForm, status: int = 200) -> Response:
    after = number_in(request.query_params.get("after", "")) or 0
    thread = await queries.thread_of(root.id, after=after)
    at, here = await looking(request, campaign, [thread]), f"{campaign.path}/talk/{public(root.id)}"
    if at.who is not None and "shown_as" not in form.values and not form.typed["shown_as"]:
        form.typed["shown_as"] = at.who.shown_as
    last = thread.replies[-1].comment.number if thread.replies else after
    return page(
        request, "community/talk/thread.html", status, thread=thread_shown(thread, at), form=form, thread_path=here,
        newer=here if after else "", older=f"{here}?after={last}" if thread.more else "", **await _facts(campaign, at),
    )  # fmt: skip


async def reply(request: Request) -> Response:
    campaign, comment = await comment_in(request)
    root = comment if comment.parent_id is None else await actions.found(comment.parent_id)
    form = await ReplyForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            key = f"form:{form.key or token_urlsafe(16)}"
            by, shown_as = request.state.person.id, form.shown_as or None
            reply_id = await actions.reply_once(root.id, form.text, by=by, key=key, shown_as=shown_as)
            place = f"{campaign.path}/talk/{public(root.id)}#c-{public(reply_id)}"
            return redirect(request, place, ("good", _("Your reply stands there.")))
    return await _thread(request, campaign, root, form, form.status)


# --- one's own words ---


async def wording_page(request: Request) -> Response:
    campaign, comment = await comment_in(request)
    return await _wording(request, campaign, comment, WordingForm({"text": comment.text}))


async def _wording(request: Request, campaign: Campaign, comment: Comment, form: Form, status: int = 200) -> Response:
    found = await queries.said(comment.id)
    thread = Thread(found, [], [], more=False)
    at = await looking(request, campaign, [thread])
    shown = comment_shown(found, at)
    if not shown.can_withdraw:
        return redirect(request, path_of(comment, campaign), ("note", _("There is nothing of yours to change here.")))
    return page(
        request, "community/talk/wording.html", status, shown=shown, form=form, one=f"{campaign.path}/talk/{shown.id}",
        has_replies=bool(found.below), **await _facts(campaign, at),
    )  # fmt: skip


async def change(request: Request) -> Response:
    campaign, comment = await comment_in(request)
    form = await WordingForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await actions.change(comment.id, form.text, by=request.state.person.id)
            return redirect(request, path_of(comment, campaign), ("good", _("Changed.")))
    return await _wording(request, campaign, comment, form, form.status)


def _talk_of(request: Request) -> str:
    return f"/campaigns/{request.path_params['slug']}/talk"


@told_at(_talk_of)
async def withdraw(request: Request) -> Response:
    _campaign, comment = await comment_in(request)
    await actions.withdraw(comment.id, by=request.state.person.id)
    return redirect(request, _talk_of(request), ("good", _("Withdrawn: its text is gone.")))


# --- what is wrong with it ---


async def report_page(request: Request) -> Response:
    campaign, comment = await comment_in(request)
    return await _report(request, campaign, comment, ReportForm())


async def _report(
    request: Request, campaign: Campaign, comment: Comment, form: ReportForm, status: int = 200
) -> Response:
    thread = Thread(await queries.said(comment.id), [], [], more=False)
    at = await looking(request, campaign, [thread])
    return page(
        request, "community/talk/report.html", status, shown=comment_shown(thread.root, at), form=form, note_max=NOTE_MAX,
        reasons=[(reason.value, words, "") for reason, words in REASONS.items()], **await _facts(campaign, at),
    )  # fmt: skip


async def report(request: Request) -> Response:
    campaign, comment = await comment_in(request)
    form = await ReportForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            is_news = await moderation.report(comment.id, form.reason, form.note, by=request.state.person.id)
            done = _("Thank you. We look at it.") if is_news else _("You have reported this already. We look at it.")
            return redirect(request, path_of(comment, campaign), ("good" if is_news else "note", done))
    return await _report(request, campaign, comment, form, form.status)


_ALL = "/campaigns/{slug}/talk"
_ONE = f"{_ALL}/{{comment}}"
routes = [
    get(_ALL, list_threads, may=anyone),
    post(_ALL, say, may=signed_in, limit=SAYING),
    get(_ONE, show_thread, may=anyone),
    post(f"{_ONE}/replies", reply, may=signed_in, limit=SAYING),
    get(f"{_ONE}/wording", wording_page, may=signed_in),
    post(f"{_ONE}/wording", change, may=signed_in, limit=SAYING),
    post(f"{_ONE}/withdrawal", withdraw, may=signed_in),
    get(f"{_ONE}/report", report_page, may=signed_in),
    post(f"{_ONE}/report", report, may=signed_in, limit=REPORTING),
]
