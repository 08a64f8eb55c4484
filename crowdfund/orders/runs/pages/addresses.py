"""Where the pieces of a run go: its maker's list, page by page, and the same as a file for labels.

Only who has paid is in it: of an order that was never charged its maker learns no address. Who took the file is in the audit.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database import atomic
from crowdfund.database.ids import private_or_none, public
from crowdfund.merch.runs import queries as runs
from crowdfund.merch.runs.models import ProductionRun
from crowdfund.merch.runs.pages.desk import DESK, base_of, path_of, run_in
from crowdfund.orders.runs.queries import ToSend, sending_of, to_send_of
from crowdfund.people.audit import record
from crowdfund.people.models import Role
from crowdfund.people.rules import may
from crowdfund.web import csv
from crowdfund.web.csv import harmless
from crowdfund.web.page import page
from crowdfund.web.rate_limit import Limit
from crowdfund.web.region import countries
from crowdfund.web.routes import get, member

PAGE, FILE_PAGE = 50, 1000
_EXPORT = Limit("export", 20, 3600, by="person")
COLUMNS = ("order", "pieces", "to_send", "thing", "name", "address", "country", "phone", "send_by")


def _asked(request: Request) -> bool:
    """Whether all are wanted, those too of which everything was sent."""
    return request.query_params.get("show", "") == "all"


async def show(request: Request) -> Response:
    run, is_all = await run_in(request), _asked(request)
    after = private_or_none(request.query_params.get("after", "")) or 0
    rows = await to_send_of(run.id, is_all=is_all, after=after, limit=PAGE + 1)
    here = f"{path_of(request)}/addresses?show={'all' if is_all else ''}"
    return page(
        request, "runs/desk_addresses.html", organisation=request.state.organisation, base=base_of(request), path=path_of(request),
        run=run, shown=await runs.run_shown(run), rows=rows[:PAGE], is_all=is_all, counts=await sending_of(run.id),
        countries=countries(), sales=f"{request.state.organisation.desk_path}/sales",
        may_write=may(request.state.role, Role.MANAGER),
        first=here if after else "", more=f"{here}&after={public(rows[PAGE - 1].order_id)}" if len(rows) > PAGE else "",
    )  # fmt: skip


async def as_file(request: Request) -> Response:
    run, is_all = await run_in(request), _asked(request)
    await _note(run, is_all, request.state.person.id)
    shown = await runs.run_shown(run)
    name = f"{request.state.organisation.slug}-run-{public(run.id)}-{clock.now():%Y-%m-%d}.csv"
    return csv.file(name, COLUMNS, _rows(run.id, shown.name, is_all))


@atomic
async def _note(run: ProductionRun, is_all: bool, by: int) -> None:
    await record("addresses_exported", f"run:{run.id}", by=by, after={"deliveries": "all" if is_all else "to_send"})


async def _rows(run_id: int, thing: str, is_all: bool) -> AsyncIterator[list[list[str]]]:
    after = 0
    while rows := await to_send_of(run_id, is_all=is_all, after=after, limit=FILE_PAGE):
        yield [_cells(one, thing) for one in rows]
        after = rows[-1].order_id


def _cells(one: ToSend, thing: str) -> list[str]:
    return [
        public(one.order_id), str(one.quantity), str(one.to_send), harmless(thing), harmless(one.name),
        harmless("\n".join(one.address)), one.country, harmless(one.phone), f"{one.ship_by:%Y-%m-%d}",
    ]  # fmt: skip


_ADDRESSES = f"{DESK}/{{run}}/addresses"
routes = [
    get(_ADDRESSES, show, may=member("manager")),
    get(f"{_ADDRESSES}.csv", as_file, may=member("manager"), limit=_EXPORT),
]
