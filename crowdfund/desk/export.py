"""All pledges of a fund as a CSV file, streamed a thousand at a time.

It holds no e-mail addresses: fans gave theirs to this site, not to the makers, who reach them by updates and, for what is
sent, by the deliveries page. Who doesn't want her name shown is nameless here too. Who took a file is in the audit.
"""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from io import StringIO
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from crowdfund import clock, money
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.pages.own import DESK, own_campaign
from crowdfund.campaigns.queries import tiers_of
from crowdfund.database import atomic
from crowdfund.database.ids import public
from crowdfund.desk.queries import all_pledges
from crowdfund.people.audit import record
from crowdfund.web import formats
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import get, member

_EXPORT = Limit("export", 20, 3600, by="person")
COLUMNS = ("pledge", "made_at", "state", "name", "tier", "quantity", "amount", "currency", "referrer", "page_version")
# What a spreadsheet takes for the start of a formula, the wide forms too (OWASP, "CSV injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(text: str) -> str:
    """A cell that no spreadsheet runs: what looks like a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def line(cells: list[str]) -> str:
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue()


async def export(request: Request) -> Response:
    campaign = await own_campaign(request)
    await _note(campaign.id, request.state.person.id)
    name = f"{campaign.slug}-{clock.now():%Y-%m-%d}.csv"
    return StreamingResponse(
        _lines(campaign), media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
    )  # fmt: skip


@atomic
async def _note(campaign_id: int, by: int) -> None:
    await record("pledges_exported", f"campaign:{campaign_id}", by=by)


async def _lines(campaign: Campaign) -> AsyncIterator[str]:
    tiers = {tier.id: tier.name for tier in await tiers_of(campaign.id)}
    yield "\ufeff" + line(list(COLUMNS))  # without the mark Excel reads UTF-8 as something else
    async for page in all_pledges(campaign.id):
        yield "".join(line(_cells(row, tiers)) for row in page)


def _cells(row: dict[str, Any], tiers: dict[int, str]) -> list[str]:
    return [
        public(row["id"]), formats.iso(row["made_at"]), row["state"], harmless(row["name"]),
        harmless(tiers.get(row["tier_id"], "")), str(row["quantity"]), money.plain(row["amount_minor"], row["currency"]),
        row["currency"], harmless(row["referrer"]), str(row["page_version"]),
    ]  # fmt: skip


routes = [get(f"{DESK}/pledges.csv", export, may=member("manager"), limit=_EXPORT)]
