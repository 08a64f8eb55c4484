"""The variants of a listing and how many of each there are. A count that is changed by hand loses no sale that happened meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.merch.licences.queries import rights_of
from crowdfund.merch.licences.rules import may_make_more
from crowdfund.merch.listings.actions import locked_to_write
from crowdfund.merch.listings.contents import ON_HAND_MAX, TooMany, VariantWritten, refuse_variants
from crowdfund.merch.listings.models import Listing, ListingState, Variant, VariantState
from crowdfund.merch.listings.queries import recount
from crowdfund.people.audit import record
from crowdfund.refusal import Invalid, NotFound, Refusal


class NoSuchVariant(NotFound):
    pass


class StillReserved(Refusal):
    """Somebody pays for more of them than would be left."""


class NothingLeftToSell(Refusal):
    """What is on sale has at least one variant."""


class SellOff(Refusal):
    """The licence has ended, and only what is made is sold."""


@atomic
async def write_variants(listing_id: int, variants: Sequence[VariantWritten], *, by: int) -> None:
    """These variants in this order and no others: new ones are added, those left out are withdrawn. A changed price moves the version on.

    Raises ListingFrozen, NoSuchVariant, NothingLeftToSell, SellOff, Invalid.
    """
    listing = await locked_to_write(listing_id)
    refuse_variants(variants, listing.currency)
    if listing.state == ListingState.LIVE and not variants:
        raise NothingLeftToSell("What is on sale needs at least one variant. Pause it first.")
    there = {one.id: one for one in await offered(listing_id)}
    if {one.variant_id for one in variants if one.variant_id is not None} - set(there):
        raise NoSuchVariant("There is no such variant.")
    if any(one.variant_id is None and one.on_hand for one in variants):
        await _refuse_more(listing)
    kept = [one.variant_id for one in variants if one.variant_id is not None]
    gone = [one for one in there if one not in kept]
    # Names are free again before others take them.
    await Variant.filter(id__in=gone).update(state=VariantState.WITHDRAWN)
    renamed = [one for one in variants if one.variant_id in there and _differs(one, there[one.variant_id])]
    for one in renamed:
        await Variant.filter(id=one.variant_id).update(name=f"\n{one.variant_id}", sku="")
    for position, one in enumerate(variants):
        await _write(listing_id, one, position)
    changed = sum(one.variant_id in there and one.price_minor != there[one.variant_id].price_minor for one in variants)
    if changed or gone:
        await Listing.filter(id=listing_id).update(version=listing.version + 1)
    await record(
        "variants_written", f"listing:{listing_id}", by=by, before={"prices": [[o.name, o.price_minor] for o in there.values()]},
        after={"prices": [[one.name, one.price_minor] for one in variants]},
    )  # fmt: skip


def _differs(one: VariantWritten, there: Variant) -> bool:
    return (one.name, one.sku) != (there.name, there.sku)


async def _write(listing_id: int, one: VariantWritten, position: int) -> None:
    facts: dict[str, Any] = {"name": one.name, "sku": one.sku, "price_minor": one.price_minor, "position": position}
    if one.variant_id is not None:
        await Variant.filter(id=one.variant_id).update(**facts)
        return
    await Variant.create(id=new_id(), listing_id=listing_id, on_hand=one.on_hand, state=VariantState.OFFERED, **facts)


async def offered(listing_id: int) -> list[Variant]:
    """The variants of a listing that are sold, in their order."""
    return await Variant.filter(listing_id=listing_id, state=VariantState.OFFERED).order_by("position", "id")


async def add_variant(listing_id: int, one: VariantWritten, *, by: int) -> int:
    """One more, at the end; gives its id. In the caller's transaction. Raises what `write_variants` raises, TooMany."""
    there = await offered(listing_id)
    await write_variants(listing_id, [*map(as_written, there), one], by=by)
    known: Collection[int] = {variant.id for variant in there}
    made = [variant.id for variant in await offered(listing_id) if variant.id not in known]
    if not made:
        raise TooMany("No more variants can be added.")
    return made[0]


def as_written(variant: Variant) -> VariantWritten:
    return VariantWritten(variant.id, variant.name, variant.sku, variant.price_minor)


async def _refuse_more(listing: Listing) -> None:
    if listing.licence_id is None:
        return
    right = (await rights_of([listing.licence_id])).get(listing.licence_id)
    if right is not None and not may_make_more(right, clock.now()):
        raise SellOff(
            "Its licence allows to sell what is made, not to make more: the stock can't grow.", field="on_hand"
        )


@atomic
async def count_stock(listing_id: int, by_how_many: Mapping[int, int], *, by: int) -> None:
    """More pieces of variants, or fewer, all or none. by_how_many: the difference by variant, so that a sale meanwhile still counts.

    Raises ListingFrozen, NoSuchVariant, StillReserved, SellOff, Invalid.
    """
    listing = await locked_to_write(listing_id)
    there = {one.id: one for one in await offered(listing_id)}
    wanted = {variant_id: n for variant_id, n in by_how_many.items() if n}
    if set(wanted) - set(there):
        raise NoSuchVariant("There is no such variant.")
    if any(n > 0 for n in wanted.values()):
        await _refuse_more(listing)
    for variant_id, n in wanted.items():
        if there[variant_id].on_hand + n > ON_HAND_MAX:
            raise Invalid("At most {most} pieces.", field="on_hand", most=ON_HAND_MAX)
    done = await recount(wanted)
    if short := [there[variant_id] for variant_id in wanted if variant_id not in done]:
        raise StillReserved(
            "{reserved} of {name} are being paid for just now: there can't be fewer.", field="on_hand",
            reserved=short[0].reserved, name=short[0].name or listing.name,
        )  # fmt: skip
    await record(
        "stock_counted", f"listing:{listing_id}", by=by, after={str(one): [n, done[one]] for one, n in wanted.items()}
    )
