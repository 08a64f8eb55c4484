"""What a maker does with a run: promise it, start making, tell how it goes, call it off. And how it moves by itself."""

from __future__ import annotations

from typing import Any

from crowdfund import clock
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.moves import begin, move
from crowdfund.database.once import once
from crowdfund.merch.listings.models import Listing, ListingState, Variant, VariantState
from crowdfund.merch.runs import counting, rules
from crowdfund.merch.runs.models import MOVES, TO_JOIN, ProductionRun, ProductionRunEvent, RunDiary, RunState
from crowdfund.merch.runs.rules import Asked, NoSuchRun, NotNow, RunRefused


async def own_run(organisation_id: int, run_id: int) -> ProductionRun:
    """A seller's own run. Raises NoSuchRun for another's, in the same words as for none."""
    run = await ProductionRun.get_or_none(id=run_id, organisation_id=organisation_id)
    if run is None:
        raise NoSuchRun("There is no such production run.")
    return run


async def make_run(variant_id: int, asked: Asked, *, organisation_id: int, by: int, key: str) -> ProductionRun:
    """Promise to make something once enough is ordered: people can order from now on, and what is promised stays.

    Raises RunRefused, also where the variant is not for sale, or another run of it takes orders.
    """
    wish = ["run", variant_id, asked.minimum_units, asked.most_units, asked.price_minor, clock.to_us(asked.closes_at),
            clock.to_us(asked.ships_by), asked.about]  # fmt: skip

    async def make() -> int:
        return await _make(variant_id, asked, organisation_id, by)

    return await ProductionRun.get(id=await once(by, key, wish, make))


@atomic
async def _make(variant_id: int, asked: Asked, organisation_id: int, by: int) -> int:
    variant = await Variant.get_or_none(id=variant_id)
    listing = await Listing.get_or_none(id=variant.listing_id, organisation_id=organisation_id) if variant else None
    if variant is None or listing is None:
        raise RunRefused("Please choose one of your listings.", field="variant")
    if listing.state != ListingState.LIVE or variant.state != VariantState.OFFERED:
        raise RunRefused("Put the listing on sale first: people order it there.", field="variant")
    rules.decide_run(asked, listing.currency, clock.now())
    if await ProductionRun.exists(variant_id=variant_id, state__in=[str(state) for state in TO_JOIN]):
        raise RunRefused("Another run of this takes orders already.", field="variant")
    run = ProductionRun(
        id=new_id(), listing_id=listing.id, variant_id=variant_id, organisation_id=organisation_id, about=asked.about,
        minimum_units=asked.minimum_units, most_units=asked.most_units, price_minor=asked.price_minor,
        currency=listing.currency, closes_at=asked.closes_at, ships_by=asked.ships_by, state=RunState.OPEN, made_at=clock.now(),
    )  # fmt: skip
    await run.save(force_create=True)
    await begin(run, because="promised", by=by, events=ProductionRunEvent)
    return int(run.id)


async def move_run(run: ProductionRun, to: RunState, *, because: str, by: int | None, **changes: Any) -> None:
    """In the caller's transaction, with the run locked; those who ordered are written to where there is something to tell."""
    if to in (RunState.CLOSED, RunState.FAILED, RunState.CANCELLED):
        changes["ended_at"] = clock.now()
    await move(run, to, moves=MOVES, because=because, by=by, events=ProductionRunEvent, **changes)
    if to in (RunState.FUNDED, RunState.FAILED, RunState.CANCELLED, RunState.IN_PRODUCTION):
        await outbox.enqueue("run_moved", {"run": run.id, "state": str(to)}, key=f"run_moved:{run.id}:{to}")


async def cancel_run(run_id: int, reason: str, *, organisation_id: int, by: int) -> None:
    """Its maker can't make it after all: nobody is charged any more, and all that was paid goes back. Raises NotNow."""
    await _change(run_id, organisation_id, RunState.CANCELLED, because="called off by its maker", by=by, reason=reason)


async def start_production(run_id: int, *, organisation_id: int, by: int) -> None:
    """It is being made from now on: no more orders, and half of what was paid is the maker's. Raises NotNow."""
    await _change(run_id, organisation_id, RunState.IN_PRODUCTION, because="production has started", by=by)


@atomic
async def _change(run_id: int, organisation_id: int, to: RunState, *, because: str, by: int, **changes: Any) -> None:
    await own_run(organisation_id, run_id)
    run = await counting.lock(run_id)
    if run.state == to:
        return  # the button was pressed twice
    if to not in MOVES[RunState(run.state)]:
        if to == RunState.CANCELLED:
            raise NotNow("It can't be called off any more: it is being made, or it is over.")
        raise NotNow("Production starts once enough orders are paid.")
    await move_run(run, to, because=because, by=by, **changes)


async def write_diary(
    run_id: int, words: str, *, image_id: int | None, alt: str, organisation_id: int, by: int, key: str
) -> int:
    """Tell those who wait how it goes: kept as it was written, and sent to them. Raises NotNow where nobody waits any more."""

    async def write() -> int:
        return await _write(run_id, words, image_id, alt, organisation_id, by)

    return await once(by, key, ["diary", run_id, words, image_id, alt], write)


@atomic
async def _write(run_id: int, words: str, image_id: int | None, alt: str, organisation_id: int, by: int) -> int:
    await own_run(organisation_id, run_id)
    run = await counting.lock(run_id)
    if run.state in (RunState.FAILED, RunState.CANCELLED):
        raise NotNow("This run came to nothing: there is nobody to tell.")
    entry = await RunDiary.create(
        id=new_id(), run_id=run_id, words=words, image_id=image_id, alt=alt, by_person_id=by, at=clock.now()
    )
    await outbox.enqueue("run_diary", {"entry": entry.id}, key=f"run_diary:{entry.id}")
    return int(entry.id)
