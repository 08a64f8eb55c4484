"""Listings with all that belongs to them, many at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from crowdfund.merch.listings.models import (
    Listing,
    ListingEvent,
    ListingImage,
    ListingState,
    RealReport,
    ReportState,
    Variant,
)
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.people.models import Organisation, Person
from crowdfund.titles.models import Title


@dataclass(frozen=True, slots=True)
class Shelved:
    """One listing with its seller, its product, its film, its variants (withdrawn ones too) and its pictures."""

    listing: Listing
    seller: Organisation
    product: OnscreenProduct
    title: Title
    variants: tuple[Variant, ...]
    images: tuple[ListingImage, ...]


async def shelved(listings: Sequence[Listing]) -> list[Shelved]:
    """All that belongs to these, in their order."""
    if not listings:
        return []
    ids = [one.id for one in listings]
    variants: defaultdict[int, list[Variant]] = defaultdict(list)
    for variant in await Variant.filter(listing_id__in=ids).order_by("position", "id"):
        variants[variant.listing_id].append(variant)
    images: defaultdict[int, list[ListingImage]] = defaultdict(list)
    for image in await ListingImage.filter(listing_id__in=ids).order_by("position", "image_id"):
        images[image.listing_id].append(image)
    sellers = {o.id: o for o in await Organisation.filter(id__in=sorted({one.organisation_id for one in listings}))}
    products = {p.id: p for p in await OnscreenProduct.filter(id__in=sorted({one.product_id for one in listings}))}
    titles = {t.id: t for t in await Title.filter(id__in=sorted({one.title_id for one in listings}))}
    return [
        Shelved(
            one, sellers[one.organisation_id], products[one.product_id], titles[one.title_id], tuple(variants[one.id]),
            tuple(images[one.id]),
        )
        for one in listings
    ]  # fmt: skip


async def listings_of(
    organisation_id: int, *, states: Collection[str] = (), after_id: int | None = None, limit: int = 100
) -> list[Listing]:
    """A seller's, the newest first. after_id: those that are older than this one."""
    found = Listing.filter(organisation_id=organisation_id, id__lt=after_id if after_id is not None else 2**63 - 1)
    return await (found.filter(state__in=list(states)) if states else found).order_by("-id").limit(limit)


async def listings_after(title_ids: Collection[int], *, limit: int = 100) -> list[Listing]:
    """What is, or was, on sale after these films, the newest first."""
    states = [ListingState.LIVE.value, ListingState.PAUSED.value, ListingState.STOPPED.value]
    found = Listing.filter(title_id__in=sorted(title_ids), state__in=states)
    return await found.order_by("-id").limit(limit) if title_ids else []


async def history_of(listing_id: int) -> list[tuple[ListingEvent, str]]:
    """What happened to a listing, the newest first, each with the name of whoever did it."""
    events = await ListingEvent.filter(listing_id=listing_id).order_by("-id").limit(50)
    names = {
        p.id: p.name for p in await Person.filter(id__in=sorted({e.by_person_id for e in events if e.by_person_id}))
    }
    return [(event, names.get(event.by_person_id or 0, "")) for event in events]


async def reports_on(listing_id: int) -> list[tuple[RealReport, str]]:
    """What people asked about a listing, the newest first, each with the asker's name."""
    reports = await RealReport.filter(listing_id=listing_id).order_by("-id").limit(100)
    names = {p.id: p.name for p in await Person.filter(id__in=sorted({one.person_id for one in reports}))}
    return [(one, names.get(one.person_id, "")) for one in reports]


async def open_reports(
    title_ids: Collection[int] | None = None, *, after_id: int = 0, limit: int = 50
) -> list[RealReport]:
    """Reports that wait, the first that came on top. title_ids: of listings after these films only."""
    waiting = RealReport.filter(state=ReportState.OPEN.value, id__gt=after_id)
    if title_ids is not None:
        if not title_ids:
            return []
        listings = await Listing.filter(title_id__in=sorted(title_ids)).values_list("id", flat=True)
        waiting = waiting.filter(listing_id__in=list(listings))
    return await waiting.order_by("id").limit(limit)


async def how_many_wait(organisation_id: int | None = None) -> int:
    """Reports that wait for an answer. organisation_id: of a studio; else all."""
    if organisation_id is None:
        return await RealReport.filter(state=ReportState.OPEN.value).count()
    return len(await open_reports(await titles_of(organisation_id), limit=1000))


async def titles_of(organisation_id: int) -> list[int]:
    """The films of a studio."""
    return [title.id for title in await Title.filter(organisation_id=organisation_id).only("id")]


async def own_reports(listing_id: int, person_id: int) -> list[RealReport]:
    return await RealReport.filter(listing_id=listing_id, person_id=person_id).order_by("-id").limit(10)
