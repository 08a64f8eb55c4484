"""Looking through the audit: by what was done, about what, by whom, and when."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database.ids import private_or_none, public
from crowdfund.desk.audit import queries, words
from crowdfund.desk.audit.queries import About
from crowdfund.people.models import Person
from crowdfund.web.page import page
from crowdfund.web.routes import get, staff

PAGE = 50
_FOR_EVER_US = 2**62


async def audit(request: Request) -> Response:
    """The newest first; filtered by what was done, about what, by whom, and by days. A day that can't be read is left out."""
    asked = {
        name: request.query_params.get(name, "").replace("\x00", "").strip()[:200]
        for name in ("action", "subject", "by", "from", "to")
    }
    rows = await queries.audit_entries(
        before_id=private_or_none(request.query_params.get("before", "")), action=asked["action"],
        subjects=await _subjects(asked["subject"]), by=await _person(asked["by"]), since_us=_day_us(asked["from"], 0),
        until_us=_day_us(asked["to"], _FOR_EVER_US, days=1), limit=PAGE + 1,
    )  # fmt: skip
    about = await queries.subjects_named({row["subject"] for row in rows})
    people = {p.id: p.name for p in await Person.filter(id__in=words.people_in(rows))}
    kept = {name: value for name, value in asked.items() if value}
    older = f"/staff/audit?{urlencode(kept | {'before': public(rows[PAGE - 1]['id'])})}" if len(rows) > PAGE else ""
    newest = f"/staff/audit?{urlencode(kept)}" if "before" in request.query_params else ""
    return page(
        request, "desk/audit.html", lines=[_line(row, about, people) for row in rows[:PAGE]], asked=asked, older=older,
        newest=newest, actions=_actions(asked["action"]),
    )  # fmt: skip


def _actions(asked: str) -> list[tuple[str, str]]:
    """What can be asked for, in the order of the reader's words; one that is asked for and unknown stays asked for."""
    known = {code: str(said) for code, said in words.ACTIONS.items()}
    if asked and asked not in known:
        known[asked] = words.action_said(asked)
    return sorted(known.items(), key=lambda action: action[1].lower())


def _line(row: dict[str, Any], about: dict[str, About], people: dict[int, str]) -> dict[str, Any]:
    found = about.get(row["subject"])
    return {
        "at": clock.from_us(row["at"]), "by": row["by_name"] or "", "action": words.action_said(row["action"]),
        "subject": words.subject_said(row["subject"], found), "subject_path": found.path if found else "", "reason": row["reason"],
        "changes": words.changes_said(row["before"], row["after"], found, people),
    }  # fmt: skip


async def _subjects(text: str) -> list[str] | None:
    """About what: a fund or a studio by (part of) its name or its address, a person by e-mail, a pledge by its letters."""
    if not text:
        return None
    if _looks_like_a_subject(text):
        return [text]
    last = text.rstrip("/").rpartition("/")[2]
    found = await queries.subjects_called(last)
    if (pledge_id := private_or_none(last)) is not None:
        found.append(f"pledge:{pledge_id}")
    return found


def _looks_like_a_subject(text: str) -> bool:
    kind, colon, number = text.partition(":")
    return bool(colon) and kind.isalpha() and (number.isdigit() or kind == "event")


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
