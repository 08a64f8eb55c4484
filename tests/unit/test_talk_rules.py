"""Who may say what under a fund, for how long it may be changed, and when it is folded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crowdfund.community.talk.models import Asked, Comment, CommentBar, CommentState, Kind, ShownAs
from crowdfund.community.talk.rules import (
    FOLD_AFTER,
    PACE_MAX,
    QUESTIONS_OPEN_MAX,
    BarredFromComments,
    CommentGone,
    ConfirmFirst,
    NotABacker,
    ThreadLocked,
    TooFast,
    TooLateToChange,
    TooManyQuestions,
    Who,
    built_in,
    can_change,
    is_folded,
    names_of,
    refuse_change,
    refuse_pace,
    refuse_question,
    refuse_reply,
    refuse_writer,
    reply_kind,
    voice_of,
)
from crowdfund.refusal import Invalid, Refusal
from crowdfund.web.markdown import plain

NOW = datetime(2026, 11, 14, 15, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MAKER, FAN = Who(1, is_maker=True, is_member=True), Who(2, is_backer=True, shown_as=ShownAs.NOBODY)


def a_comment(**more: object) -> Comment:
    facts = {
        "id": 7,
        "person_id": 2,
        "kind": Kind.COMMENT,
        "state": CommentState.SHOWN,
        "shown_as": "name",
        "made_at": NOW,
    }
    return Comment(**facts | more)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        (MAKER, None), (FAN, None), (Who(3), NotABacker), (Who(3, is_member=True, is_backer=True), NotABacker),
        (Who(3, is_backer=True, is_confirmed=False), ConfirmFirst),
        (Who(3, is_backer=True, barred_until=NOW, barred_because="Spam."), BarredFromComments),
        (Who(1, is_maker=True, barred_until=NOW), None),
    ],
)  # fmt: skip
def test_who_may_write(who: Who, refusal: type[Refusal] | None) -> None:
    if refusal is None:
        return refuse_writer(who)
    with pytest.raises(refusal):
        refuse_writer(who)


@pytest.mark.parametrize(("seconds", "may"), [(-1, True), (0, False), (1, False)])
def test_the_second_at_which_words_stay(seconds: int, may: bool) -> None:
    comment, now = a_comment(), NOW + timedelta(minutes=15) + seconds * SECOND
    assert can_change(comment, now, replies=0, reports=0) is may
    assert not can_change(comment, now, replies=1, reports=0) and not can_change(comment, now, replies=0, reports=1)
    for state in (CommentState.HIDDEN, CommentState.WITHDRAWN):
        assert not can_change(a_comment(state=state), NOW, replies=0, reports=0)
        with pytest.raises(CommentGone):
            refuse_change(a_comment(state=state), NOW, replies=0, reports=0)
    if may:
        return refuse_change(comment, now, replies=0, reports=0)
    with pytest.raises(TooLateToChange):
        refuse_change(comment, now, replies=0, reports=0)


@pytest.mark.parametrize(("seconds", "holds"), [(-1, True), (0, False), (1, False)])
def test_the_second_at_which_a_bar_ends(seconds: int, holds: bool) -> None:
    bar = CommentBar(ends_at=NOW, lifted_at=None)
    assert bar.holds(NOW + seconds * SECOND) is holds
    assert not CommentBar(ends_at=NOW, lifted_at=NOW - SECOND).holds(NOW - SECOND)


def test_the_report_that_folds() -> None:
    assert [is_folded("shown", n) for n in (0, FOLD_AFTER - 1, FOLD_AFTER, FOLD_AFTER + 1)] == [
        False,
        False,
        True,
        True,
    ]
    assert not is_folded("hidden", FOLD_AFTER) and not is_folded("withdrawn", FOLD_AFTER)


def test_as_whom_words_stand_there() -> None:
    assert voice_of(MAKER, "name") == voice_of(MAKER, None) == ShownAs.MAKERS
    assert (voice_of(FAN, None), voice_of(FAN, "name")) == (ShownAs.NOBODY, ShownAs.NAME)
    assert MAKER.owns(a_comment(person_id=9, shown_as="makers")) and not FAN.owns(a_comment(shown_as="makers"))
    assert FAN.owns(a_comment()) and not FAN.owns(a_comment(person_id=9))


def test_questions_and_replies() -> None:
    offered = built_in("film")
    assert offered == [("makers", ""), ("cast", "")] and built_in("transfer") == [("makers", "")]
    refuse_question(FAN, (Asked.CAST, ""), offered, QUESTIONS_OPEN_MAX - 1)
    with pytest.raises(TooManyQuestions):
        refuse_question(FAN, (Asked.CAST, ""), offered, QUESTIONS_OPEN_MAX)
    for who, asked in ((MAKER, ("makers", "")), (FAN, ("named", "Wen")), (FAN, ("", ""))):
        with pytest.raises(Invalid):
            refuse_question(who, asked, offered, 0)
    question, locked = a_comment(kind=Kind.QUESTION), a_comment(locked_at=NOW)
    assert [reply_kind(who, root) for who in (MAKER, FAN) for root in (question, locked)] == [
        Kind.ANSWER, Kind.REPLY, Kind.REPLY, Kind.REPLY,
    ]  # fmt: skip
    refuse_reply(MAKER, locked)
    with pytest.raises(ThreadLocked):
        refuse_reply(FAN, locked)
    with pytest.raises(CommentGone):
        refuse_reply(MAKER, a_comment(state=CommentState.HIDDEN))
    refuse_pace(FAN, PACE_MAX - 1)
    refuse_pace(MAKER, 1_000)
    with pytest.raises(TooFast):
        refuse_pace(FAN, PACE_MAX)


def test_names_are_lines() -> None:
    assert names_of(" Wen \n\n\tThe  director\nWen\n") == ["Wen", "The director"]
    assert names_of("") == []
    for lines in ("\n".join(map(str, range(11))), "x" * 61):
        with pytest.raises(Invalid):
            names_of(lines)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One.\nTwo.\n\n\nThree.", "<p>One.<br>Two.</p><p>Three.</p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("<b onclick=x>hi</b>", "<p>&lt;b onclick=x&gt;hi&lt;/b&gt;</p>"),
        ("see https://a.example/x, or", '<p>see <a href="https://a.example/x" rel="nofollow noopener ugc">https://a.example/x</a>, or</p>'),
        ("HTTPS://A.example。", '<p><a href="HTTPS://A.example" rel="nofollow noopener ugc">HTTPS://A.example</a>。</p>'),
        ("ftp://a.example javascript:x data:text/html", "<p>ftp://a.example javascript:x data:text/html</p>"),
        ("[here](https://a.example)", '<p>[here](<a href="https://a.example" rel="nofollow noopener ugc">https://a.example</a>)</p>'),
    ],
)  # fmt: skip
def test_what_is_written_in_passing(text: str, html: str) -> None:
    assert plain(text) == html
