"""Where a seller ships to, and what that costs. What was bought keeps what it cost to send."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.database.once import once
from crowdfund.merch.listings.contents import ZONES_MAX, TooMany, ZoneWritten, refuse_zone
from crowdfund.merch.listings.models import Listing, ListingState, ShippingZone
from crowdfund.merch.listings.queries import lock_seller
from crowdfund.people.audit import record
from crowdfund.people.models import Organisation
from crowdfund.refusal import Invalid, NotFound, Refusal


class NoSuchZone(NotFound):
    pass


class LastZone(Refusal):
    """Something is on sale that would be sent nowhere."""


def _columns(zone: ZoneWritten) -> dict[str, Any]:
    return {**asdict(zone), "countries": " ".join(sorted(set(zone.countries)))}


@atomic
async def make_zone_once(
    organisation: Organisation, zone: ZoneWritten, *, known: Collection[str], by: int, key: str
) -> ShippingZone:
    """A new zone, or the one that this key made. known: the countries that there are. Raises Invalid, TooMany, KeyUsedForAnother."""

    async def make() -> int:
        refuse_zone(zone, known)
        await lock_seller(organisation.id)
        if await ShippingZone.filter(organisation_id=organisation.id).count() >= ZONES_MAX:
            raise TooMany("At most {most} shipping zones.", most=ZONES_MAX)
        await _refuse_twin(organisation.id, zone.name, None)
        number = new_id()
        await ShippingZone.create(id=number, organisation_id=organisation.id, made_at=clock.now(), **_columns(zone))
        await record("zone_made", f"organisation:{organisation.id}", by=by, after=_columns(zone))
        return number

    made_id = await once(by, f"zone:{key}", [organisation.id, asdict(zone)], make)
    return await own_zone(organisation.id, made_id)


async def own_zone(organisation_id: int, zone_id: int) -> ShippingZone:
    """Raises NoSuchZone for another's as for none."""
    found = await ShippingZone.get_or_none(id=zone_id, organisation_id=organisation_id)
    if found is None:
        raise NoSuchZone("There is no such shipping zone.")
    return found


async def _refuse_twin(organisation_id: int, name: str, but: int | None) -> None:
    if await ShippingZone.filter(organisation_id=organisation_id, name=name).exclude(id=but or 0).exists():
        raise Invalid("You have a zone of this name already.", field="name")


@atomic
async def change_zone(
    organisation_id: int, zone_id: int, zone: ZoneWritten, *, known: Collection[str], by: int
) -> ShippingZone:
    """Write it anew, all of it. Raises NoSuchZone, Invalid, LastZone where its currency is changed under what is on sale."""
    refuse_zone(zone, known)
    await lock_seller(organisation_id)
    before = await own_zone(organisation_id, zone_id)
    await _refuse_twin(organisation_id, zone.name, zone_id)
    if before.currency != zone.currency:
        await _refuse_last(before)
    await ShippingZone.filter(id=zone_id).update(**_columns(zone))
    await record(
        "zone_changed", f"organisation:{organisation_id}", by=by, before={"name": before.name}, after=_columns(zone)
    )
    return await own_zone(organisation_id, zone_id)


@atomic
async def remove_zone(organisation_id: int, zone_id: int, *, by: int) -> None:
    """Ship there no longer. Raises NoSuchZone, LastZone."""
    await lock_seller(organisation_id)
    zone = await own_zone(organisation_id, zone_id)
    await _refuse_last(zone)
    await ShippingZone.filter(id=zone_id).delete()
    await record(
        "zone_removed",
        f"organisation:{organisation_id}",
        by=by,
        before={"name": zone.name, "countries": zone.countries},
    )


async def _refuse_last(zone: ShippingZone) -> None:
    same = {"organisation_id": zone.organisation_id, "currency": zone.currency}
    if await ShippingZone.filter(**same).exclude(id=zone.id).exists():
        return
    if await Listing.filter(**same, state=ListingState.LIVE).exists():
        raise LastZone(
            "What you have on sale in {currency} would be sent nowhere. Pause it first.", currency=zone.currency
        )
