"""What pages and the API read of comments. No query here grows with the length of a thread or the number of pledges."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.community.talk.models import (
    Addressee,
    Asked,
    Comment,
    CommentBar,
    CommentEvent,
    CommentReport,
    ShownAs,
    Verdict,
)
from crowdfund.community.talk.rules import FOLD_AFTER, QUESTIONS_OPEN_MAX, Who, built_in, is_folded
from crowdfund.database import Sql, as_rows, together
from crowdfund.people.models import Member, Person, Role
from crowdfund.people.rules import may
from crowdfund.pledges.queries import counting_pledge
from crowdfund.refusal import NotFound

PAGE = 20
FIRST_REPLIES = 3  # of each thread in a list
REPLIES_PAGE = 50
LATEST = 3
COUNTED_MAX = 1_000  # what waits is counted no further

_END = 2**63 - 1
# Staff look at every report; what folds a comment before they have is the word of people whose mailbox is known, not of accounts
# that somebody makes by the handful.
_REPORTS_THAT_FOLD = """(SELECT COUNT(*) FROM comment_report r JOIN person q ON q.id = r.person_id AND q.email_confirmed_at IS NOT NULL
     WHERE r.comment_id = c.id AND r.verdict = '')"""
# Who is shown as nobody has no name in what a page reads.
_COLUMNS = f"""
    c.id, c.campaign_id, c.person_id, c.kind, c.parent_id, c.number, c.state, c.shown_as, c.asked, c.asked_name, c.text,
    c.hidden_because, c.made_at, c.edited_at, c.locked_at,
    CASE WHEN c.shown_as = 'name' THEN (SELECT p.name FROM person p WHERE p.id = c.person_id) ELSE '' END AS name,
    (SELECT COUNT(*) FROM comment_report r WHERE r.comment_id = c.id AND r.verdict = '') AS reports, {_REPORTS_THAT_FOLD} AS folding,
    COALESCE((SELECT MAX(d.number) FROM comment d WHERE d.parent_id = c.id AND d.state <> 'withdrawn'), 0) AS below,
    COALESCE((SELECT MAX(d.number) FROM comment d
              WHERE d.parent_id = c.id AND d.state <> 'withdrawn' AND d.kind = 'reply'), 0) AS last_reply"""  # noqa: S608
# What was withdrawn keeps its place only where something stands below it. No EXISTS: beside an OR, PostgreSQL would read all
# replies of all threads into a table of its own before it looks at the first.
_STANDS = """(c.state <> 'withdrawn'
    OR (SELECT MAX(d.number) FROM comment d WHERE d.parent_id = c.id AND d.state <> 'withdrawn') IS NOT NULL)"""
_ANSWERED = "EXISTS (SELECT 1 FROM comment a WHERE a.parent_id = c.id AND a.kind = 'answer' AND a.state = 'shown')"
_FILTERS = {
    "all": "c.level = 0",
    "questions": "c.kind = 'question'",
    "answered": f"c.kind = 'question' AND {_ANSWERED}",
    "waiting": f"c.kind = 'question' AND c.state = 'shown' AND NOT {_ANSWERED}",
}
_THREADS = {
    name: Sql(f"""
        SELECT {_COLUMNS} FROM comment c WHERE c.campaign_id = $1 AND c.id < $2 AND {which} AND {_STANDS}
        ORDER BY c.id DESC LIMIT $3""")  # noqa: S608
    for name, which in _FILTERS.items()
}
_LATEST = Sql(f"""
    SELECT {_COLUMNS} FROM comment c WHERE c.campaign_id = $1 AND c.level = 0 AND c.state = 'shown'
      AND {_REPORTS_THAT_FOLD} < $2
    ORDER BY c.id DESC LIMIT $3""")  # noqa: S608
_BELOW = f"""
    SELECT {_COLUMNS} FROM comment c WHERE c.parent_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {{rows}})
      AND c.state <> 'withdrawn'"""  # noqa: S608
_ANSWERS = Sql(f"{_BELOW} AND c.kind = 'answer' ORDER BY c.number")
_FIRST = Sql(f"{_BELOW} AND c.kind = 'reply' AND c.number <= $2 ORDER BY c.number")
_REPLIES = Sql(f"""
    SELECT {_COLUMNS} FROM comment c WHERE c.parent_id = $1 AND c.number > $2 AND c.kind = 'reply' AND c.state <> 'withdrawn'
    ORDER BY c.number LIMIT $3""")  # noqa: S608
_ONE = Sql(f"SELECT {_COLUMNS} FROM comment c WHERE c.id = $1")  # noqa: S608
_NUMBER = Sql("SELECT COALESCE(MAX(number), 0) AS n FROM comment WHERE parent_id = $1")
_OPEN_OF = Sql(f"""
    SELECT COUNT(*) AS n FROM (SELECT 1 FROM comment c WHERE c.person_id = $1 AND c.campaign_id = $2 AND {_FILTERS["waiting"]}
                               LIMIT {QUESTIONS_OPEN_MAX}) AS open""")  # noqa: S608
_WRITTEN = Sql("SELECT COUNT(*) AS n FROM comment WHERE person_id = $1 AND made_at > $2")
_HOW_MANY_WAIT = Sql(f"""
    SELECT COUNT(*) AS n FROM (SELECT 1 FROM comment c WHERE c.campaign_id = $1 AND {_FILTERS["waiting"]} LIMIT {COUNTED_MAX}) AS w""")  # noqa: S608
_WAITING_SINCE = Sql(f"""
    SELECT {_COLUMNS} FROM comment c WHERE c.campaign_id = $1 AND {_FILTERS["waiting"]} AND c.made_at >= $2 AND c.made_at < $3
    ORDER BY c.id LIMIT $4""")  # noqa: S608
_REPORTED = Sql("""
    SELECT r.comment_id, COUNT(*) AS reports, MIN(r.made_at) AS since, MIN(r.id) AS first_id, c.text, c.state, c.kind,
           f.name AS fund, f.slug
    FROM comment_report r JOIN comment c ON c.id = r.comment_id JOIN campaign f ON f.id = c.campaign_id
    WHERE r.verdict = '' GROUP BY r.comment_id, c.text, c.state, c.kind, f.name, f.slug
    HAVING MIN(r.id) > $1 ORDER BY MIN(r.id) LIMIT $2""")
_HOW_MANY_REPORTED = Sql("SELECT COUNT(DISTINCT comment_id) AS n FROM comment_report WHERE verdict = ''")
_REPORTS = Sql("""
    SELECT r.reason, r.note, r.verdict, r.made_at, p.name FROM comment_report r JOIN person p ON p.id = r.person_id
    WHERE r.comment_id = $1 ORDER BY r.id DESC LIMIT 100""")
_EVENTS = Sql("""
    SELECT e.to_state, e.because, e.at, p.name FROM comment_event e LEFT JOIN person p ON p.id = e.by_person_id
    WHERE e.comment_id = $1 ORDER BY e.id DESC LIMIT 50""")
_CLOSE_REPORTS = Sql("""
    UPDATE comment_report SET verdict = $2, decided_at = $3 WHERE comment_id = $1 AND verdict = '' RETURNING id""")


@dataclass(frozen=True, slots=True)
class Said:
    """A comment as pages read it. name: of its author, empty where she isn't shown by it.

    reports: people whose report waits for staff; folding: of them, whose mailbox is known. below: the number of the last that
    stands below it, 0 where nothing does; last_reply: the same, answers left out.
    """

    comment: Comment
    name: str
    reports: int
    folding: int
    below: int
    last_reply: int

    @property
    def is_folded(self) -> bool:
        return is_folded(self.comment.state, self.folding)


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment or a question with what stands below it: answers first, then replies. more: there are others."""

    root: Said
    answers: list[Said]
    replies: list[Said]
    more: bool


def _said(row: dict[str, Any]) -> Said:
    names = ("made_at", "edited_at", "locked_at")
    apart = ("name", "reports", "folding", "below", "last_reply")
    kept = {name: value for name, value in row.items() if name not in (*apart, *names)}
    moments = {name: clock.from_us(row[name]) if row[name] is not None else None for name in names}
    level = 0 if row["parent_id"] is None else 1
    comment = Comment(**kept, **moments, level=level, parent_level=0 if level else None)
    return Said(comment, row["name"] or "", *(row[name] for name in apart[1:]))


async def _with_replies(rows: Sequence[dict[str, Any]], first: int) -> list[Thread]:
    roots = [_said(row) for row in rows]
    found: dict[int | None, tuple[list[Said], list[Said]]] = {root.comment.id: ([], []) for root in roots}
    if any(root.below for root in roots):
        ids = as_rows({"id": root.comment.id} for root in roots if root.below)
        for place, part in enumerate(await together(_ANSWERS.bind(ids), _FIRST.bind(ids, first))):
            for row in part:
                found[row["parent_id"]][place].append(_said(row))
    return [Thread(root, *found[root.comment.id], more=root.last_reply > first) for root in roots]


async def threads_of(
    campaign_id: int, *, show: str = "all", before_id: int | None = None, limit: int = PAGE
) -> list[Thread]:
    """A page of a fund's threads, the newest first, each with its answers and its first replies. show: a name of a filter."""
    rows = await _THREADS[show](campaign_id, before_id if before_id is not None else _END, limit)
    return await _with_replies(rows, FIRST_REPLIES)


FILTERS = tuple(_FILTERS)


async def latest_of(campaign_id: int) -> list[Thread]:
    """The last few that stand there unfolded, with their answers: for the fund's own page."""
    return await _with_replies(await _LATEST(campaign_id, FOLD_AFTER, LATEST), 0)


async def thread_of(root_id: int, *, after: int = 0, limit: int = REPLIES_PAGE) -> Thread:
    """One thread with all its answers and a page of its replies. after: the number of the last reply that was read."""
    row = await _ONE.one(root_id)
    if row is None:
        raise NotFound("There is no such comment.")
    ids = as_rows([{"id": root_id}])
    answers, replies = await together(_ANSWERS.bind(ids), _REPLIES.bind(root_id, after, limit + 1))
    return Thread(
        _said(row), [_said(r) for r in answers], [_said(r) for r in replies[:limit]], more=len(replies) > limit
    )


async def said(comment_id: int) -> Said:
    """One comment. Raises NotFound."""
    row = await _ONE.one(comment_id)
    if row is None:
        raise NotFound("There is no such comment.")
    return _said(row)


async def last_number(root_id: int) -> int:
    """The number of the last reply of a thread, 0 where there is none."""
    return int(await _NUMBER.value(root_id))


async def open_questions_of(person_id: int, campaign_id: int) -> int:
    """Her questions in a fund that wait for an answer, counted as far as it matters."""
    return int(await _OPEN_OF.value(person_id, campaign_id))


async def written_since(person_id: int, since: datetime) -> int:
    """What she has written since, under all funds, also what she has withdrawn."""
    return int(await _WRITTEN.value(person_id, clock.to_us(since)))


async def how_many_wait(campaign_id: int) -> int:
    """Questions in a fund that wait for an answer, `COUNTED_MAX` at most."""
    return int(await _HOW_MANY_WAIT.value(campaign_id))


async def waiting_between(campaign_id: int, since_us: int, until_us: int, *, limit: int) -> list[Said]:
    """Questions that were asked in this time and wait for an answer, the oldest first."""
    return [_said(row) for row in await _WAITING_SINCE(campaign_id, since_us, until_us, limit)]


# --- who asks, and whom ---


async def who_is(person_id: int | None, campaign: Campaign) -> Who | None:
    """How somebody stands to a fund; none where nobody is signed in."""
    if person_id is None:
        return None
    person = await Person.get(id=person_id)
    member = await Member.get_or_none(organisation_id=campaign.organisation_id, person_id=person_id)
    pledge = await counting_pledge(person_id, campaign.id)
    bar = await bar_now(person_id, campaign.id)
    return Who(
        person_id=person_id, is_maker=member is not None and may(member.role, Role.MANAGER), is_member=member is not None,
        is_backer=pledge is not None, is_confirmed=person.email_confirmed_at is not None,
        shown_as=pledge.shown_as if pledge is not None else ShownAs.NAME,
        barred_until=bar.ends_at if bar else None, barred_because=bar.reason if bar else "",
    )  # fmt: skip


async def bar_now(person_id: int, campaign_id: int) -> CommentBar | None:
    """What keeps her from writing under a fund at this moment."""
    bar = await CommentBar.get_or_none(person_id=person_id, campaign_id=campaign_id, lifted_at=None)
    return bar if bar is not None and bar.holds(clock.now()) else None


async def addressees_of(campaign: Campaign) -> list[Addressee]:
    return await Addressee.filter(campaign_id=campaign.id).order_by("position")


async def offered_in(campaign: Campaign) -> list[tuple[str, str]]:
    """Whom fans can ask: kind, and the name of somebody on the makers' list. With a list, the cast is whom it names."""
    names = [(Asked.NAMED.value, one.name) for one in await addressees_of(campaign)]
    return [(Asked.MAKERS.value, ""), *names] if names else built_in(campaign.kind)


# --- for staff ---


async def reported(*, after_id: int | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """Comments with reports that wait, those that were reported first on top; first_id: to go on after."""
    return await _REPORTED(after_id or 0, limit)


async def how_many_reported() -> int:
    return int(await _HOW_MANY_REPORTED.value())


async def reports_on(comment_id: int) -> list[dict[str, Any]]:
    return await _REPORTS(comment_id)


async def events_of(comment_id: int) -> list[dict[str, Any]]:
    return await _EVENTS(comment_id)


async def close_reports(comment_id: int, verdict: Verdict) -> int:
    """In the transaction of who decides: all that wait get this verdict; gives how many."""
    return len(await _CLOSE_REPORTS(comment_id, verdict.value, clock.now_us()))


async def reported_by(person_id: int, comment_ids: Collection[int]) -> set[int]:
    """Those of these comments that she has reported."""
    found = CommentReport.filter(person_id=person_id, comment_id__in=list(comment_ids)) if comment_ids else None
    return {report.comment_id for report in await found} if found is not None else set()


async def bars_in(campaign_id: int, person_id: int) -> list[CommentBar]:
    return await CommentBar.filter(campaign_id=campaign_id, person_id=person_id).order_by("-id").limit(20)


async def last_event_of(comment_id: int) -> CommentEvent | None:
    return await CommentEvent.filter(comment_id=comment_id).order_by("-id").first()
