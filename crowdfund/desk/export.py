"""All pledges of a fund as a CSV file, and the addresses of its deliveries as another, streamed a thousand at a time.

The first holds no e-mail addresses: fans gave theirs to this site, not to the makers, who reach them by updates and, for what is
sent, by the deliveries page. Who doesn't want her name shown is nameless here too. Who took a file is in the audit.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock, money
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.pages.own import DESK, own_campaign
from crowdfund.campaigns.queries import tiers_of
from crowdfund.database import atomic
from crowdfund.database.ids import public
from crowdfund.desk.queries import CSV_PAGE, all_pledges
from crowdfund.people.audit import record
from crowdfund.pledges import deliveries
from crowdfund.pledges.models import Delivery, DeliveryState, Pledge
from crowdfund.web import csv, formats
from crowdfund.web.csv import harmless
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import get, member

_EXPORT = Limit("export", 20, 3600, by="person")
COLUMNS = ("pledge", "made_at", "state", "name", "tier", "quantity", "amount", "currency", "referrer", "page_version")


async def export(request: Request) -> Response:
    campaign = await own_campaign(request)
    await _note(campaign.id, request.state.person.id)
    return csv.file(f"{campaign.slug}-{clock.now():%Y-%m-%d}.csv", COLUMNS, _rows(campaign))


@atomic
async def _note(campaign_id: int, by: int) -> None:
    await record("pledges_exported", f"campaign:{campaign_id}", by=by)


async def _rows(campaign: Campaign) -> AsyncIterator[list[list[str]]]:
    tiers = {tier.id: tier.name for tier in await tiers_of(campaign.id)}
    async for page in all_pledges(campaign.id):
        yield [_cells(row, tiers) for row in page]


def _cells(row: dict[str, Any], tiers: dict[int, str]) -> list[str]:
    return [
        public(row["id"]), formats.iso(row["made_at"]), row["state"], harmless(row["name"]),
        harmless(tiers.get(row["tier_id"], "")), str(row["quantity"]), money.plain(row["amount_minor"], row["currency"]),
        row["currency"], harmless(row["referrer"]), str(row["page_version"]),
    ]  # fmt: skip


# --- where parcels go ---

ADDRESS_COLUMNS = ("pledge", "state", "tier", "quantity", "recipient", "address", "country", "tracking")


async def export_addresses(request: Request) -> Response:
    """For whoever packs: what can be sent, or what was sent, with the addresses that backers gave for it."""
    campaign = await own_campaign(request)
    asked = request.query_params.get("state", "")
    state = DeliveryState(asked) if asked in set(DeliveryState) else DeliveryState.READY
    await _note_addresses(campaign.id, state, request.state.person.id)
    name = f"{campaign.slug}-{state}-{clock.now():%Y-%m-%d}.csv"
    return csv.file(name, ADDRESS_COLUMNS, _address_rows(campaign, state))


@atomic
async def _note_addresses(campaign_id: int, state: str, by: int) -> None:
    await record("addresses_exported", f"campaign:{campaign_id}", by=by, after={"deliveries": state})


async def _address_rows(campaign: Campaign, state: str) -> AsyncIterator[list[list[str]]]:
    tiers = {tier.id: tier.name for tier in await tiers_of(campaign.id)}
    after = 0
    while page := await deliveries.page_of(campaign.id, state, after_id=after, limit=CSV_PAGE):
        quantities = {p.id: p.quantity for p in await Pledge.filter(id__in=[one.pledge_id for one in page])}
        yield [_address_cells(one, tiers, quantities) for one in page]
        after = page[-1].pledge_id


def _address_cells(one: Delivery, tiers: dict[int, str], quantities: dict[int, int]) -> list[str]:
    return [
        public(one.pledge_id), one.state, harmless(tiers.get(one.tier_id, "")), str(quantities[one.pledge_id]),
        harmless(one.recipient), harmless(one.address), harmless(one.country), harmless(one.tracking),
    ]  # fmt: skip


routes = [
    get(f"{DESK}/deliveries.csv", export_addresses, may=member("manager"), limit=_EXPORT),
    get(f"{DESK}/pledges.csv", export, may=member("manager"), limit=_EXPORT),
]
