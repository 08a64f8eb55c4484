"""What pages read of production runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crowdfund import clock
from crowdfund.merch.listings.models import Listing, ListingImage, ListingState, Variant, VariantState
from crowdfund.merch.runs.models import TO_JOIN, ProductionRun, ProductionRunEvent, RunDiary
from crowdfund.merch.runs.rules import NoSuchRun
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.people.models import Organisation
from crowdfund.titles.models import Title


@dataclass(frozen=True, slots=True)
class RunShown:
    """A run with what it is about."""

    run: ProductionRun
    listing: Listing
    variant: Variant
    product: OnscreenProduct
    title: Title
    seller: Organisation
    images: list[ListingImage]

    @property
    def name(self) -> str:
        return f"{self.listing.name}, {self.variant.name}" if self.variant.name else str(self.listing.name)


async def run_of(run_id: int) -> ProductionRun:
    """Raises NoSuchRun."""
    run = await ProductionRun.get_or_none(id=run_id)
    if run is None:
        raise NoSuchRun("There is no such production run.")
    return run


async def run_shown(run: ProductionRun) -> RunShown:
    listing = await Listing.get(id=run.listing_id)
    return RunShown(
        run, listing, await Variant.get(id=run.variant_id), await OnscreenProduct.get(id=listing.product_id),
        await Title.get(id=listing.title_id), await Organisation.get(id=run.organisation_id),
        await ListingImage.filter(listing_id=listing.id).order_by("position", "image_id"),
    )  # fmt: skip


async def open_runs_of(variant_ids: Iterable[int]) -> dict[int, ProductionRun]:
    """The run of each of these variants that takes orders now, by the variant."""
    now = clock.now()
    runs = await ProductionRun.filter(
        variant_id__in=list(set(variant_ids)), state__in=[str(state) for state in TO_JOIN]
    )
    return {run.variant_id: run for run in runs if run.can_be_joined(now)}


async def runs_of(organisation_id: int, *, before_id: int = 2**63 - 1, limit: int = 50) -> list[ProductionRun]:
    """A seller's runs, the newest first."""
    return await ProductionRun.filter(organisation_id=organisation_id, id__lt=before_id).order_by("-id").limit(limit)


async def diary_of(run_id: int) -> list[RunDiary]:
    """The newest first."""
    return await RunDiary.filter(run_id=run_id).order_by("-id").limit(200)


async def history_of(run_id: int) -> list[ProductionRunEvent]:
    return await ProductionRunEvent.filter(production_run_id=run_id).order_by("id")


async def variants_for(organisation_id: int) -> list[tuple[Variant, Listing]]:
    """What a seller may make a run of: all that is offered, by listing."""
    listings = {one.id: one for one in await Listing.filter(organisation_id=organisation_id, state=ListingState.LIVE)}
    variants = await Variant.filter(listing_id__in=list(listings), state=VariantState.OFFERED).order_by(
        "listing_id", "position"
    )
    return [(variant, listings[variant.listing_id]) for variant in variants]
