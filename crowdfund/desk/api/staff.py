"""What waits for staff, and the audit, for their programs."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database.ids import NoSuchId, private, public
from crowdfund.desk.audit.queries import audit_entries
from crowdfund.desk.inbox import queries
from crowdfund.people.models import Person
from crowdfund.web import api
from crowdfund.web.api import Filter, Out
from crowdfund.web.routes import bearer, get

_FOR_EVER_US = 2**62
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


class InboxOut(Out):
    """How many of each kind wait for a person; of kinds that are rare at most fifty are counted."""

    counts: dict[str, int]


class AuditLineOut(Out):
    """subject: `kind:id`, with the id as everywhere else in the API. by: none where the site itself did it."""

    id: str
    at: str
    action: str
    subject: str
    reason: str
    by: str | None
    by_name: str
    before: dict[str, Any]
    after: dict[str, Any]


async def show_inbox(request: Request) -> InboxOut:
    """What needs a person."""
    found = await queries.inbox()
    kinds = [one.name for one in fields(found) if one.name != "counts"]
    return InboxOut(counts={kind: found.counts.get(kind, len(getattr(found, kind))) for kind in kinds})


_ACTION = Filter("action", "Only this was done: `campaign_approved`.", pattern="[a-z_]*")
_SUBJECT = Filter("subject", "Only about this: `campaign:` and its id.", pattern="[a-z_]+:[0-9A-Za-z_]+")
_BY = Filter("by", "Only by the person with this e-mail address.", length_max=254)
_FROM = Filter("from", "Only from this day on (UTC, `2027-03-31`).", pattern=_DAY)
_TO = Filter("to", "Only until the end of this day.", pattern=_DAY)


async def list_audit(request: Request) -> Response:
    """Who did what, when and why, the newest first."""
    asked = api.cursor(request)
    subject = _subject(request)
    rows = await audit_entries(
        before_id=asked.after_id, action=_ACTION.of(request), subjects=[subject] if subject else None, by=await _person(request),
        since_us=_day_us(request, _FROM, otherwise=0), until_us=_day_us(request, _TO, otherwise=_FOR_EVER_US, days=1),
        limit=asked.limit + 1,
    )  # fmt: skip
    return api.paged(request, rows, asked, _line, lambda row: row["id"])


def _line(row: dict[str, Any]) -> AuditLineOut:
    by = row["by_person_id"]
    return AuditLineOut(
        id=public(row["id"]), at=api.instant(row["at"]), action=row["action"], subject=_public_subject(row["subject"]),
        reason=row["reason"], by=public(by) if by else None, by_name=row["by_name"] or "", before=orjson.loads(row["before"]),
        after=orjson.loads(row["after"]),
    )  # fmt: skip


def _public_subject(subject: str) -> str:
    kind, _, number = subject.partition(":")
    return f"{kind}:{public(int(number))}" if number.isdigit() else subject


def _subject(request: Request) -> str:
    """As it stands in the log: subjects with an id of ours hold it as a number."""
    kind, _, text = _SUBJECT.of(request).partition(":")
    try:
        return f"{kind}:{private(text)}" if kind else ""
    except NoSuchId:
        return f"{kind}:{text}"


async def _person(request: Request) -> int:
    """Whose lines: 0 for everybody's, -1 (nobody) for an address that is none of ours."""
    email = _BY.of(request)
    if not email:
        return 0
    person = await Person.get_or_none(email=email.lower())
    return person.id if person else -1


def _day_us(request: Request, asked: Filter, *, otherwise: int, days: int = 0) -> int:
    text = asked.of(request)
    if not text:
        return otherwise
    try:
        return clock.to_us(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=days))
    except (ValueError, OverflowError):
        raise api.BadFilter("{name} is no day.", f"bad_{asked.name}", name=asked.name) from None


_REVIEW = bearer("staff:review", staff="reviewer")
routes = [
    get("/api/v1/staff/inbox", show_inbox, may=_REVIEW, gives=InboxOut, summary="What waits for a person"),
    get(
        "/api/v1/staff/audit", list_audit, may=_REVIEW, gives=AuditLineOut, lists=True,
        filters=[_ACTION, _SUBJECT, _BY, _FROM, _TO], summary="Who did what, when and why",
    ),
]  # fmt: skip
