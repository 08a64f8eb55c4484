"""Who may say what under a fund, and for how long it may be changed. No I/O."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from crowdfund.community.talk.models import Asked, Comment, CommentState, Kind, ShownAs
from crowdfund.refusal import Invalid, NotAllowed, Refusal

TEXT_MIN, TEXT_MAX = 2, 2_000
NOTE_MAX = 500
EDIT_FOR = timedelta(minutes=15)
QUESTIONS_OPEN_MAX = 5  # of one fan in one fund, so that a few don't crowd out the others
PACE_MAX, PACE_FOR = 10, timedelta(minutes=10)  # what one fan may write in so much time, wherever
FOLD_AFTER = 5  # people with a confirmed address who report a comment: folded from then on until staff have looked
NAMES_MAX, NAME_MAX = 10, 60
BAR_DAYS_MAX = 365


class NotABacker(NotAllowed):
    pass


class ConfirmFirst(NotAllowed):
    pass


class BarredFromComments(NotAllowed):
    pass


class NotYours(NotAllowed):
    pass


class ThreadLocked(Refusal):
    pass


class CommentGone(Refusal):
    pass


class TooLateToChange(Refusal):
    pass


class TooManyQuestions(Refusal):
    pass


class TooFast(Refusal):
    status_code = 429
    retry_after_seconds = 60


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody, as she stands to one fund. shown_as: how her pledge shows her. bar: until when she may not write, and why."""

    person_id: int
    is_maker: bool = False  # owner or manager of its organisation
    is_member: bool = False
    is_backer: bool = False
    is_confirmed: bool = True
    shown_as: str = ShownAs.NAME
    barred_until: datetime | None = None
    barred_because: str = ""

    def owns(self, comment: Comment) -> bool:
        """What was said for the makers belongs to all who speak for them."""
        return self.is_maker if comment.shown_as == ShownAs.MAKERS else comment.person_id == self.person_id


def refuse_writer(who: Who) -> None:
    """Raises a NotAllowed for who may not write under the fund."""
    if who.is_maker:
        return
    if who.is_member:
        # A member who writes like a fan would praise her own house from among its guests.
        raise NotABacker("You belong to the makers: an owner or a manager writes for them.")
    if not who.is_backer:
        raise NotABacker("Those who back this fund write here. Anybody may read.")
    if not who.is_confirmed:
        raise ConfirmFirst("Please confirm your e-mail address first: the link is in the mail we sent you.")
    if who.barred_until is not None:
        until = f"{who.barred_until:%Y-%m-%d %H:%M} UTC"
        raise BarredFromComments("You can't write here until {until}: {reason}", until=until, reason=who.barred_because)


def refuse_pace(who: Who, written: int) -> None:
    """written: what she wrote lately, `PACE_FOR` back."""
    if not who.is_maker and written >= PACE_MAX:
        raise TooFast("You have written {num} times in a few minutes. Please wait a little.", num=written)


def voice_of(who: Who, shown_as: str | None) -> ShownAs:
    """As whom her words stand there: the makers as such, a fan as she wishes, else as with her pledge."""
    if who.is_maker:
        return ShownAs.MAKERS
    return ShownAs(shown_as or who.shown_as)


def refuse_question(who: Who, asked: tuple[str, str], offered: Collection[tuple[str, str]], open_now: int) -> None:
    """asked: whom, and the name where it is one of the makers' list. open_now: her questions that wait for an answer."""
    if who.is_maker:
        raise Invalid("Fans ask you: write it as a comment.", field="asked")
    if asked not in offered:
        raise Invalid("Nobody by that name can be asked here.", field="asked")
    if open_now >= QUESTIONS_OPEN_MAX:
        raise TooManyQuestions(
            "{num} questions of yours wait for an answer here: let them be answered first.", num=open_now
        )


def refuse_reply(who: Who, root: Comment) -> None:
    if root.state != CommentState.SHOWN:
        raise CommentGone("It is gone: nobody replies to it any more.")
    if root.locked_at is not None and not who.is_maker:
        raise ThreadLocked("The makers have closed this thread: fans reply no more.")


def reply_kind(who: Who, root: Comment) -> Kind:
    return Kind.ANSWER if who.is_maker and root.kind == Kind.QUESTION else Kind.REPLY


def can_change(comment: Comment, now: datetime, *, replies: int, reports: int) -> bool:
    """Its words may change for a quarter of an hour, while nobody has replied to them or reported them."""
    return comment.state == CommentState.SHOWN and now < comment.made_at + EDIT_FOR and not replies and not reports


def refuse_change(comment: Comment, now: datetime, *, replies: int, reports: int) -> None:
    if comment.state != CommentState.SHOWN:
        raise CommentGone("It is gone: it can't be changed any more.")
    if now >= comment.made_at + EDIT_FOR:
        minutes = EDIT_FOR // timedelta(minutes=1)
        raise TooLateToChange("You could change it for {minutes} minutes. You can still withdraw it.", minutes=minutes)
    if replies:
        raise TooLateToChange("Somebody has replied to it: its words stay. You can still withdraw it.")
    if reports:
        raise TooLateToChange(
            "Somebody has reported it: its words stay until we have looked. You can still withdraw it."
        )


def is_folded(state: str, reports: int) -> bool:
    """reports: people with a confirmed address whose report waits for staff."""
    return state == CommentState.SHOWN and reports >= FOLD_AFTER


def names_of(lines: str) -> list[str]:
    """The names on a list, a line each. Raises Invalid for one that is too long, and for too many."""
    names = list(dict.fromkeys(" ".join(line.split()) for line in lines.splitlines() if line.strip()))
    if len(names) > NAMES_MAX:
        raise Invalid("At most {most} names.", field="names", most=NAMES_MAX)
    if any(len(name) > NAME_MAX for name in names):
        raise Invalid("A name has at most {most} characters.", field="names", most=NAME_MAX)
    return names


def built_in(kind: str) -> list[tuple[str, str]]:
    """Whom fans can ask where the makers offer no names: them, and the cast of a film."""
    makers = (Asked.MAKERS.value, "")
    return [makers, (Asked.CAST.value, "")] if kind == "film" else [makers]
