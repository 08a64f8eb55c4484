"""Box office shares: whoever is paid of tickets sees each line, what they come to, and a file of it. Producer, cinema or neither."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund import money as amounts
from crowdfund.boxoffice.models import LineOf
from crowdfund.boxoffice.pages.settlements import KINDS
from crowdfund.boxoffice.pages.words import roles
from crowdfund.boxoffice.shares import LAST, Share, shares_of, sums_of, total_minor
from crowdfund.database.ids import private_or_none, public
from crowdfund.web import csv
from crowdfund.web.i18n import lazy
from crowdfund.web.page import page
from crowdfund.web.routes import get, member

DESK = "/desk/{organisation}/shares"
AT_ONCE, OF_FILE = 50, 500  # settlements
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
    organisation = request.state.organisation
    return csv.file(f"box-office-shares-{organisation.slug}.csv", COLUMNS, _rows(organisation.id))


async def _rows(organisation_id: int) -> AsyncIterator[list[list[str]]]:
    before = LAST
    while found := await shares_of(organisation_id, before=before, limit=OF_FILE):
        yield [_cells(line) for lines in found for line in lines]
        before = found[-1][0].row["settlement_id"]


def _cells(line: Share) -> list[str]:
    row = line.row
    typed = (row["title"], row["venue"], row["city"], row["country"])
    return [
        f"{clock.from_us(row['made_at']):%Y-%m-%dT%H:%M:%SZ}", row["kind"], *map(csv.harmless, typed),
        f"{clock.from_us(row['starts_at']):%Y-%m-%dT%H:%M:%SZ}", row["what"], csv.harmless(row["payee"]), row["currency"],
        amounts.plain(row["amount_minor"], row["currency"]), public(row["screening_id"]),
    ]  # fmt: skip


routes = [get(DESK, show, may=member("viewer")), get(f"{DESK}.csv", as_file, may=member("viewer"))]
