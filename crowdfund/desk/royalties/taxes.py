"""Tax on goods by country, as the platform has withheld it: for the operator, who pays it to the states. A month or a quarter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund import money as amounts
from crowdfund.desk.royalties import queries
from crowdfund.payouts.sellers.statement import Month, month_of
from crowdfund.web import csv
from crowdfund.web.page import page
from crowdfund.web.region import countries
from crowdfund.web.routes import get, staff

_HERE = "/staff/taxes"
COLUMNS = ("from", "to", "country", "currency", "orders", "net_sales", "tax_withheld", "tax_given_back", "tax_due")


def _asked(request: Request) -> tuple[Month, Month]:
    """The first month, and the one after the last; `span=3` is a quarter from it on."""
    first = month_of(request.query_params.get("month", ""), clock.now())
    after = first.after
    if request.query_params.get("span") == "3":
        after = after.after.after
    return first, after


async def _rows(first: Month, after: Month) -> list[dict[str, Any]]:
    rows = await queries.TAX(clock.to_us(first.begins), clock.to_us(after.begins))
    return [{**row, "due_minor": row["tax_minor"] - row["back_minor"]} for row in rows]


async def show(request: Request) -> Response:
    first, after = _asked(request)
    rows = await _rows(first, after)
    sums: dict[str, int] = {}
    for row in rows:
        sums[row["currency"]] = sums.get(row["currency"], 0) + row["due_minor"]
    return page(
        request, "desk/staff_taxes.html", rows=rows, sums=sums, first=first, last=after.before, names=countries(),
        span="3" if request.query_params.get("span") == "3" else "1", here=_HERE, is_now=first == month_of("", clock.now()),
    )  # fmt: skip


async def as_file(request: Request) -> Response:
    first, after = _asked(request)
    return csv.file(f"tax-{first.key}-{after.before.key}.csv", COLUMNS, _pages(first, after))


async def _pages(first: Month, after: Month) -> AsyncIterator[list[list[str]]]:
    yield [_cells(row, first, after) for row in await _rows(first, after)]


def _cells(row: dict[str, Any], first: Month, after: Month) -> list[str]:
    minors = ("net_minor", "tax_minor", "back_minor", "due_minor")
    return [
        f"{first.begins:%Y-%m-%d}", f"{after.begins:%Y-%m-%d}", row["country"], row["currency"], str(row["orders"]),
        *(amounts.plain(row[name], row["currency"]) for name in minors),
    ]  # fmt: skip


routes = [get(_HERE, show, may=staff("reviewer")), get(f"{_HERE}.csv", as_file, may=staff("reviewer"))]
