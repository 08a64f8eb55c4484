"""Box office shares: whoever is paid of tickets sees each line, what they come to, and a file of it. Producer, cinema or neither."""

from __future__ import annotations

import csv
import io
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund import money as amounts
from crowdfund.boxoffice.models import LineOf
from crowdfund.boxoffice.pages.reports import safe
from crowdfund.boxoffice.pages.settlements import KINDS
from crowdfund.boxoffice.pages.words import roles
from crowdfund.boxoffice.shares import LAST, Share, shares_of, sums_of, total_minor
from crowdfund.database.ids import private_or_none, public
from crowdfund.web.i18n import lazy
from crowdfund.web.page import page
from crowdfund.web.routes import get, member

DESK = "/desk/{organisation}/shares"
AT_ONCE, FILE_MAX = 50, 100_000
WHAT = {
    LineOf.SHARE: lazy("share"),
    LineOf.COST: lazy("of what the payment company took"),
    LineOf.FEE: lazy("left of booking fees"),
}
COLUMNS = (
    "settled_at",
    "kind",
    "title",
    "venue",
    "city",
    "country",
    "starts_at",
    "what",
    "payee",
    "currency",
    "amount",
    "screening",
)


def _before(request: Request) -> int:
    asked = private_or_none(request.query_params.get("before", ""))
    return LAST if asked is None else asked


async def show(request: Request) -> Response:
    organisation, before = request.state.organisation, _before(request)
    found = await shares_of(organisation.id, before=before, limit=AT_ONCE + 1)
    older = ""
    if len(found) > AT_ONCE:
        found = found[:AT_ONCE]
        older = f"/desk/{organisation.slug}/shares?" + urlencode({"before": public(found[-1][0].row["settlement_id"])})
    return page(
        request, "boxoffice/shares.html", organisation=organisation, found=found, sums=await sums_of(organisation.id), kinds=KINDS,
        whats=WHAT, roles=roles(), total_minor=total_minor, older=older, is_first=before == LAST,
    )  # fmt: skip


async def as_file(request: Request) -> Response:
    """All lines, the newest first, in the deal's own words, so that a program reads the same in any language."""
    organisation, out = request.state.organisation, io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for lines in await shares_of(organisation.id, limit=FILE_MAX):
        writer.writerows([[safe(cell) for cell in _cells(line)] for line in lines])
    name = f"box-office-shares-{organisation.slug}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response("\ufeff" + out.getvalue(), headers=headers, media_type="text/csv; charset=utf-8")


def _cells(line: Share) -> list[str]:
    row = line.row
    return [
        f"{clock.from_us(row['made_at']):%Y-%m-%dT%H:%M:%SZ}", row["kind"], row["title"], row["venue"], row["city"], row["country"],
        f"{clock.from_us(row['starts_at']):%Y-%m-%dT%H:%M:%SZ}", row["what"], row["payee"], row["currency"],
        amounts.plain(row["amount_minor"], row["currency"]), public(row["screening_id"]),
    ]  # fmt: skip


routes = [get(DESK, show, may=member("viewer")), get(f"{DESK}.csv", as_file, may=member("viewer"))]
