"""Reading what is said under a fund, and joining in, through the API."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.api.own import own_campaign
from crowdfund.campaigns.api.reading import ONE as FUND
from crowdfund.campaigns.api.reading import public_campaign
from crowdfund.campaigns.models import Campaign
from crowdfund.community.talk import actions, moderation, queries
from crowdfund.community.talk.api.bodies import (
    AddresseeOut,
    AddresseesOut,
    CommentIn,
    CommentOut,
    NamesIn,
    ReplyIn,
    ReportedOut,
    ReportIn,
    ThreadOut,
    WordingIn,
)
from crowdfund.community.talk.forms import REPORTING, SAYING
from crowdfund.community.talk.models import Comment, CommentState, ShownAs
from crowdfund.community.talk.pages.public import offered_by_value
from crowdfund.community.talk.pages.shown import asked_said, path_of
from crowdfund.community.talk.queries import Said, Thread
from crowdfund.database.ids import public
from crowdfund.people.models import Organisation
from crowdfund.refusal import Invalid, NotFound
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import bearer, get, post
from crowdfund.web.routes import public as everybody

_READ = Limit("public_talk", 300, 60)
_SHOW = api.Filter("show", "Only these threads.", queries.FILTERS, default="all")


async def comment_in(request: Request) -> Comment:
    """The comment in the path. Raises NotFound."""
    return await api.row_in(request, "comment", Comment, NotFound("There is no such comment."))


def _author(comment: Comment, name: str, makers: str) -> str | None:
    if comment.state != CommentState.SHOWN or comment.shown_as == ShownAs.NOBODY:
        return None
    return makers if comment.shown_as == ShownAs.MAKERS else name


def comment_out(said: Said, campaign: Campaign, makers: str) -> CommentOut:
    comment, is_shown = said.comment, said.comment.state == CommentState.SHOWN
    return CommentOut(
        id=public(comment.id), url=current().base_url + path_of(comment, campaign), campaign=public(campaign.id),
        thread=public(comment.thread_id), kind=comment.kind, state=comment.state,  # type: ignore[arg-type]
        author=_author(comment, said.name, makers), is_official=is_shown and comment.shown_as == ShownAs.MAKERS,
        to=asked_said(comment.asked, comment.asked_name, makers) if is_shown else "", text=comment.text if is_shown else "",
        hidden_because=comment.hidden_because, is_folded=said.is_folded, is_locked=comment.locked_at is not None,
        made_at=api.instant(comment.made_at), edited_at=api.instant_or_none(comment.edited_at),
    )  # fmt: skip


async def out_of(comment_id: int) -> CommentOut:
    """A comment as it is now."""
    said = await queries.said(comment_id)
    campaign = await Campaign.get(id=said.comment.campaign_id)
    return comment_out(said, campaign, await _makers(campaign))


async def _makers(campaign: Campaign) -> str:
    return (await Organisation.get(id=campaign.organisation_id)).name


def _thread_out(thread: Thread, campaign: Campaign, makers: str) -> ThreadOut:
    return ThreadOut(
        **comment_out(thread.root, campaign, makers).model_dump(),
        answers=[comment_out(said, campaign, makers) for said in thread.answers],
        replies=[comment_out(said, campaign, makers) for said in thread.replies], more_replies=thread.more,
    )  # fmt: skip


# --- reading ---


async def list_threads(request: Request) -> Response:
    """What is said under a fund, thread by thread, the newest first."""
    campaign, asked = await public_campaign(request), api.cursor(request)
    threads = await queries.threads_of(
        campaign.id, show=_SHOW.of(request), before_id=asked.after_id, limit=asked.limit + 1
    )
    makers = await _makers(campaign)
    return api.paged(
        request, threads, asked, lambda one: _thread_out(one, campaign, makers), lambda one: one.root.comment.id
    )


async def show_thread(request: Request) -> ThreadOut:
    """The thread in which a comment stands, with its answers and its first replies."""
    comment = await comment_in(request)
    campaign = await Campaign.get(id=comment.campaign_id)
    thread = await queries.thread_of(comment.thread_id, limit=queries.FIRST_REPLIES)
    return _thread_out(thread, campaign, await _makers(campaign))


async def list_replies(request: Request) -> Response:
    """The replies of a thread, in order; its answers stand with the thread."""
    comment, asked = await comment_in(request), api.cursor(request)
    campaign = await Campaign.get(id=comment.campaign_id)
    last = await Comment.get_or_none(id=asked.after_id) if asked.after_id is not None else None
    after = (last.number or 0) if last is not None else 0
    found = await queries.thread_of(comment.thread_id, after=after, limit=asked.limit + 1)
    makers = await _makers(campaign)
    return api.paged(
        request, found.replies, asked, lambda said: comment_out(said, campaign, makers), lambda said: said.comment.id
    )


async def list_addressees(request: Request) -> AddresseesOut:
    """Whom questions about a fund can be for."""
    return await _addressees(await public_campaign(request))


async def _addressees(campaign: Campaign) -> AddresseesOut:
    makers, offered = await _makers(campaign), await offered_by_value(campaign)
    names = [AddresseeOut(to=to, name=asked_said(kind, name, makers)) for to, (kind, name) in offered.items()]
    return AddresseesOut(addressees=names)


# --- joining in ---


def _shown_as(anonymous: bool | None) -> str | None:
    return None if anonymous is None else "nobody" if anonymous else "name"


async def say(request: Request, body: CommentIn) -> CommentOut:
    """Write a comment, or ask a question: for backers, and for the fund's makers."""
    campaign = await public_campaign(request)
    offered = await offered_by_value(campaign)
    if body.to and body.to not in offered:
        raise Invalid("Nobody by that name can be asked here.", field="to")
    wish = actions.Wish(body.text, _shown_as(body.anonymous), offered[body.to] if body.to else None)
    key = f"api:{request.state.idempotency_key}"
    return await out_of(await actions.say_once(campaign.id, wish, by=request.state.person.id, key=key))


async def reply(request: Request, body: ReplyIn) -> CommentOut:
    """Reply in a thread; the makers' reply to a question is its answer."""
    comment, by = await comment_in(request), request.state.person.id
    key, shown_as = f"api:{request.state.idempotency_key}", _shown_as(body.anonymous)
    return await out_of(await actions.reply_once(comment.id, body.text, by=by, key=key, shown_as=shown_as))


async def change(request: Request, body: WordingIn) -> CommentOut:
    """Put one's own words otherwise, for a quarter of an hour and before anybody replies."""
    comment = await comment_in(request)
    await actions.change(comment.id, body.text, by=request.state.person.id)
    return await out_of(comment.id)


async def withdraw(request: Request) -> CommentOut:
    """Take one's own words back: their text is gone for good."""
    comment = await comment_in(request)
    await actions.withdraw(comment.id, by=request.state.person.id)
    return await out_of(comment.id)


async def report(request: Request, body: ReportIn) -> ReportedOut:
    """Tell staff what is wrong with a comment; once for each person and comment."""
    comment = await comment_in(request)
    is_news = await moderation.report(comment.id, body.reason, body.note, by=request.state.person.id)
    return ReportedOut(is_news=is_news)


# --- the makers ---


async def offer_names(request: Request, body: NamesIn) -> AddresseesOut:
    """Say whom fans can ask by name."""
    campaign = await own_campaign(request)
    await actions.offer_names(campaign.id, "\n".join(body.names), by=request.state.person.id)
    return await _addressees(campaign)


async def lock(request: Request) -> CommentOut:
    """Close a thread to fans; the makers can still answer in it."""
    comment = await comment_in(request)
    await actions.lock(comment.id, by=request.state.person.id)
    return await out_of(comment.thread_id)


async def unlock(request: Request) -> CommentOut:
    """Let fans reply again."""
    comment = await comment_in(request)
    await actions.unlock(comment.id, by=request.state.person.id)
    return await out_of(comment.thread_id)


_ONE = "/api/v1/comments/{comment}"
_SAY, _RUN = bearer("comments:write"), bearer("campaigns:write")
routes = [
    get(
        f"{FUND}/comments", list_threads, may=everybody, limit=_READ, gives=ThreadOut, lists=True, filters=[_SHOW],
        summary="What is said under a fund",
    ),
    post(
        f"{FUND}/comments", say, may=_SAY, takes=CommentIn, gives=CommentOut, creates=True, limit=SAYING,
        summary="Comment, or ask a question",
    ),
    get(f"{FUND}/addressees", list_addressees, may=everybody, limit=_READ, gives=AddresseesOut, summary="Whom fans can ask"),
    post(f"{FUND}/addressees", offer_names, may=_RUN, takes=NamesIn, gives=AddresseesOut, summary="Say whom fans can ask"),
    get(_ONE, show_thread, may=everybody, limit=_READ, gives=ThreadOut, summary="A thread"),
    get(f"{_ONE}/replies", list_replies, may=everybody, limit=_READ, gives=CommentOut, lists=True, summary="The replies of a thread"),
    post(
        f"{_ONE}/replies", reply, may=_SAY, takes=ReplyIn, gives=CommentOut, creates=True, limit=SAYING,
        summary="Reply, or answer as its makers",
    ),
    post(f"{_ONE}/wording", change, may=_SAY, takes=WordingIn, gives=CommentOut, limit=SAYING, summary="Change one's own words"),
    post(f"{_ONE}/withdrawal", withdraw, may=_SAY, gives=CommentOut, summary="Withdraw one's own words"),
    post(f"{_ONE}/report", report, may=_SAY, takes=ReportIn, gives=ReportedOut, limit=REPORTING, summary="Report a comment"),
    post(f"{_ONE}/lock", lock, may=_RUN, gives=CommentOut, summary="Close a thread to fans"),
    post(f"{_ONE}/lock/removal", unlock, may=_RUN, gives=CommentOut, summary="Open a thread again"),
]  # fmt: skip
