"""The audit: who did what, when and why. It is only ever read."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database.ids import NoSuchId, private, public
from crowdfund.desk import queries
from crowdfund.people.models import Person
from crowdfund.web.page import page
from crowdfund.web.routes import get, staff

PAGE = 50
_FOR_EVER_US = 2**62


async def audit(request: Request) -> Response:
    """The newest first; filtered by what was done, about what, by whom, and by days. A day that can't be read is left out."""
    asked = {
        name: request.query_params.get(name, "").strip()[:200] for name in ("action", "subject", "by", "from", "to")
    }
    asked = {name: value.replace("\x00", "") for name, value in asked.items()}
    rows = await queries.audit_entries(
        before_id=_id(request.query_params.get("before", "")), action=asked["action"], subject=asked["subject"],
        by=await _person(asked["by"]), since_us=_day_us(asked["from"], 0),
        until_us=_day_us(asked["to"], _FOR_EVER_US, days=1), limit=PAGE + 1,
    )  # fmt: skip
    names = await queries.names_of({row["subject"] for row in rows})
    kept = {name: value for name, value in asked.items() if value}
    older = f"/staff/audit?{urlencode(kept | {'before': public(rows[PAGE - 1]['id'])})}" if len(rows) > PAGE else ""
    newest = f"/staff/audit?{urlencode(kept)}" if "before" in request.query_params else ""
    return page(
        request, "desk/audit.html", lines=[_line(row, names) for row in rows[:PAGE]], asked=asked, older=older, newer=newest
    )  # fmt: skip


def _line(row: dict[str, Any], names: dict[str, tuple[str, str]]) -> dict[str, Any]:
    name, path = names.get(row["subject"], ("", ""))
    return {
        "at": clock.from_us(row["at"]), "by": row["by_name"] or "", "action": row["action"].replace("_", " "),
        "subject": row["subject"], "subject_name": name, "subject_path": path, "reason": row["reason"],
        "changes": _changes(row["before"], row["after"]),
    }  # fmt: skip


def _changes(before: str, after: str) -> list[tuple[str, str, str]]:
    """What changed: the name of a thing, what it was, what it is."""
    was, now = orjson.loads(before), orjson.loads(after)
    return [(name, _text(was.get(name)), _text(now.get(name))) for name in dict.fromkeys([*was, *now])]


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else orjson.dumps(value).decode()


def _id(text: str) -> int | None:
    try:
        return private(text) if text else None
    except NoSuchId:
        return None


async def _person(email: str) -> int:
    """Whose lines: 0 for everybody's, -1 (nobody) for an address that is none of ours."""
    if not email:
        return 0
    person = await Person.get_or_none(email=email.lower())
    return person.id if person else -1


def _day_us(text: str, otherwise: int, *, days: int = 0) -> int:
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
    except (ValueError, OverflowError):
        return otherwise
    return clock.to_us(datetime(day.year, day.month, day.day, tzinfo=clock.now().tzinfo))


routes = [get("/staff/audit", audit, may=staff("reviewer"))]
