"""Who holds tickets for a screening: names, places and order numbers, to find somebody at the door, and as a file.

No e-mail addresses: fans gave theirs to this site, not to each cinema; what has to reach them (another hour, a cancellation) is
mailed by us. Who took a file is in the audit. Producers see numbers, never names.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import money
from crowdfund.database import atomic
from crowdfund.database.ids import private_or_none, public
from crowdfund.people.audit import record
from crowdfund.screenings.desk import queries
from crowdfund.screenings.pages.forms import PEOPLE_CSV
from crowdfund.screenings.pages.own import DESK, base_of, desk_page, screening_in
from crowdfund.screenings.queries import Shown
from crowdfund.web import csv, formats
from crowdfund.web.routes import get, member

COLUMNS = ("ticket", "order", "name", "place", "kind", "paid", "currency", "state")


async def people(request: Request) -> Response:
    shown = await screening_in(request)
    asked = request.query_params
    text, after = asked.get("q", "").strip()[:80].replace("\x00", ""), private_or_none(asked.get("after", ""))
    found = await queries.holders_of(shown.screening.id, text, after_id=after or 0, limit=queries.HOLDERS_MAX + 1)
    rows = found[: queries.HOLDERS_MAX]
    path = f"{base_of(request)}/screenings/{public(shown.screening.id)}"
    more = f"{path}/people?after={public(rows[-1]['id'])}" if len(found) > len(rows) else ""
    return desk_page(
        request, "desk_screening_people.html", "screenings", shown=shown, path=path, q=text, more=more,
        rows=[(row, _place(shown, row), public(row["order_id"])) for row in rows], first=f"{path}/people" if after else "",
    )  # fmt: skip


def _place(shown: Shown, row: dict[str, Any]) -> str:
    return formats.said(shown.plan.label(row["seat_id"] or row["area_id"]))


async def people_file(request: Request) -> Response:
    shown = await screening_in(request)
    await _note(shown.screening.id, request.state.person.id)
    return csv.file(f"tickets-{public(shown.screening.id)}.csv", COLUMNS, _rows(shown))


@atomic
async def _note(screening_id: int, by: int) -> None:
    await record("tickets_exported", f"screening:{screening_id}", by=by)


async def _rows(shown: Shown) -> AsyncIterator[list[list[str]]]:
    after = 0
    while page := await queries.holders_of(shown.screening.id, after_id=after, limit=1_000):
        yield [_cells(shown, row) for row in page]
        after = page[-1]["id"]


def _cells(shown: Shown, row: dict[str, Any]) -> list[str]:
    place = str(shown.plan.label(row["seat_id"] or row["area_id"]))
    return [
        public(row["id"]), public(row["order_id"]), csv.harmless(row["name"]), csv.harmless(place), csv.harmless(row["price"]),
        money.plain(row["price_minor"], row["currency"]), row["currency"], row["state"],
    ]  # fmt: skip


_ONE = f"{DESK}/screenings/{{screening}}/people"
routes = [
    get(_ONE, people, may=member("viewer")),
    get(f"{_ONE}.csv", people_file, may=member("manager"), limit=PEOPLE_CSV),
]
