"""Comments and threads as templates show them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from markupsafe import Markup

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.community.talk.models import Asked, Comment, CommentState, Kind, ShownAs
from crowdfund.community.talk.queries import Said, Thread
from crowdfund.community.talk.rules import Who, can_change
from crowdfund.database.ids import public
from crowdfund.people.models import Organisation
from crowdfund.web.i18n import _, ngettext
from crowdfund.web.markdown import plain


@lru_cache(maxsize=512)
def text_html(text: str) -> Markup:
    """The same text is rendered once."""
    return plain(text)


@dataclass(frozen=True, slots=True)
class CommentShown:
    """A comment as it stands there. path: its place in its thread; own_path: where something is done about it.

    who: as whom its author is shown; is_nobody: without her name. gone: what stands in its place, where it is gone.

    asked: whom a question is for. fold: why it is folded, where it is. What the visitor may do with it: can_change, can_withdraw,
    can_report; reported: she has.
    """

    id: str
    path: str
    own_path: str
    kind: str
    who: str
    is_nobody: bool
    is_official: bool
    badge: str
    asked: str
    html: Markup
    gone: str
    fold: str
    made_at: datetime
    is_edited: bool
    is_locked: bool
    can_change: bool
    can_withdraw: bool
    can_report: bool
    reported: bool


@dataclass(frozen=True, slots=True)
class ThreadShown:
    """more: replies that don't stand here, but on the thread's own page. can_reply: the visitor, and there is something to reply to."""

    root: CommentShown
    answers: list[CommentShown]
    replies: list[CommentShown]
    more: bool
    can_reply: bool


@dataclass(frozen=True, slots=True)
class Looking:
    """Where comments are shown, and to whom. organisation: the makers. reported: comments that she has reported."""

    campaign: Campaign
    organisation: Organisation
    who: Who | None = None
    reported: frozenset[int] = frozenset()

    @property
    def makers(self) -> str:
        return self.organisation.name


def path_of(comment: Comment, campaign: Campaign) -> str:
    """Its own place: in the thread that it stands in."""
    thread = f"{campaign.path}/talk/{public(comment.thread_id)}"
    return thread if comment.parent_id is None else f"{thread}#c-{public(comment.id)}"


def asked_said(asked: str, name: str, makers: str) -> str:
    """Whom a question is for, by name; nothing where it is none."""
    return {Asked.MAKERS.value: makers, Asked.CAST.value: _("the cast"), Asked.NAMED.value: name}.get(asked, "")


def author_said(comment: Comment, name: str, makers: str) -> str:
    if comment.state != CommentState.SHOWN:
        return ""
    if comment.shown_as == ShownAs.MAKERS:
        return makers
    return name if comment.shown_as == ShownAs.NAME else _("A backer")


def gone_said(comment: Comment) -> str:
    if comment.state == CommentState.WITHDRAWN:
        return _("Withdrawn by its author.")
    if comment.state == CommentState.HIDDEN:
        return _("Hidden by staff: %(reason)s") % {"reason": comment.hidden_because}
    return ""


def _badge(comment: Comment) -> str:
    if comment.shown_as != ShownAs.MAKERS or comment.state != CommentState.SHOWN:
        return ""
    return _("Official answer") if comment.kind == Kind.ANSWER else _("Makers")


def comment_shown(said: Said, at: Looking) -> CommentShown:
    comment, who = said.comment, at.who
    is_shown = comment.state == CommentState.SHOWN
    mine = who is not None and who.owns(comment)
    fold = ngettext(
        "%(num)s person has reported this: it is folded until we have looked.",
        "%(num)s people have reported this: it is folded until we have looked.",
        said.folding,
    )
    return CommentShown(
        id=public(comment.id), path=path_of(comment, at.campaign), kind=comment.kind,
        own_path=f"{at.campaign.path}/talk/{public(comment.id)}",
        who=author_said(comment, said.name, at.makers), is_nobody=is_shown and comment.shown_as == ShownAs.NOBODY,
        is_official=is_shown and comment.shown_as == ShownAs.MAKERS,
        badge=_badge(comment), asked=asked_said(comment.asked, comment.asked_name, at.makers) if is_shown else "",
        html=text_html(comment.text) if is_shown else Markup(), gone=gone_said(comment),
        fold=fold % {"num": said.folding} if said.is_folded else "", made_at=comment.made_at,
        is_edited=is_shown and comment.edited_at is not None, is_locked=comment.locked_at is not None,
        can_change=mine and can_change(comment, clock.now(), replies=said.below, reports=said.reports),
        can_withdraw=mine and comment.state != CommentState.WITHDRAWN,
        can_report=is_shown and (who is None or comment.person_id != who.person_id),
        reported=comment.id in at.reported,
    )  # fmt: skip


def thread_shown(thread: Thread, at: Looking) -> ThreadShown:
    root = thread.root.comment
    is_open = root.state == CommentState.SHOWN and (root.locked_at is None or (at.who is not None and at.who.is_maker))
    return ThreadShown(
        root=comment_shown(thread.root, at), answers=[comment_shown(one, at) for one in thread.answers],
        replies=[comment_shown(one, at) for one in thread.replies], more=thread.more, can_reply=is_open,
    )  # fmt: skip


def ids_in(threads: Collection[Thread]) -> set[int]:
    """Of all comments that stand in these threads."""
    return {said.comment.id for thread in threads for said in (thread.root, *thread.answers, *thread.replies)}
