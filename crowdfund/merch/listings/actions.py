"""What happens to a listing at its seller's hands: written, put on sale, paused, ended."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from crowdfund import clock
from crowdfund.campaigns.actions import NotReady
from crowdfund.campaigns.rules import Missing
from crowdfund.database import atomic, new_id
from crowdfund.database.moves import begin, move
from crowdfund.database.once import once
from crowdfund.merch.licences.models import HELD
from crowdfund.merch.licences.queries import rights_of
from crowdfund.merch.licences.rules import Right, standing
from crowdfund.merch.listings.contents import (
    LISTINGS_MAX,
    ListingFrozen,
    TooMany,
    Written,
    WrongLabel,
    missing_in,
    refuse_written,
)
from crowdfund.merch.listings.models import MOVES, Listing, ListingEvent, ListingState
from crowdfund.merch.listings.queries import facts_of, lock_listing, may_be_listed
from crowdfund.merch.listings.rules import NoSuchListing
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.people.audit import record
from crowdfund.people.models import Organisation
from crowdfund.refusal import Invalid, NotFound
from crowdfund.settings import current

S = ListingState
WRITABLE = (S.DRAFT, S.LIVE, S.PAUSED)


class NoSuchProduct(NotFound):
    pass


@atomic
async def make_listing_once(
    organisation: Organisation, product_id: int, written: Written, currency: str, *, by: int, key: str
) -> Listing:
    """A new draft, or the one that this key made. Raises NoSuchProduct, WrongLabel, Invalid, TooMany, KeyUsedForAnother."""

    async def make() -> int:
        return (await _make(organisation.id, product_id, written, currency, by=by)).id

    wish = [organisation.id, product_id, currency, asdict(written)]
    return await Listing.get(id=await once(by, f"listing:{key}", wish, make))


async def _make(organisation_id: int, product_id: int, written: Written, currency: str, *, by: int) -> Listing:
    product = await OnscreenProduct.get_or_none(id=product_id)
    if product is None or not await may_be_listed(product, organisation_id, clock.now()):
        raise NoSuchProduct("There is no such product, or it is not shown yet.")
    if currency not in current().currencies:
        raise Invalid("Nothing is sold in {currency} here.", field="currency", currency=currency)
    await _refuse(written, organisation_id, product_id)
    if await Listing.filter(organisation_id=organisation_id).exclude(state=S.RETIRED).count() >= LISTINGS_MAX:
        raise TooMany("At most {most} listings.", most=LISTINGS_MAX)
    listing = await Listing.create(
        id=new_id(), organisation_id=organisation_id, product_id=product_id, title_id=product.title_id, currency=currency,
        state=S.DRAFT, made_at=clock.now(), **asdict(written),
    )  # fmt: skip
    await begin(listing, because="made", by=by, events=ListingEvent)
    await record("listing_made", f"listing:{listing.id}", by=by, after=_told(written))
    return listing


async def _refuse(written: Written, organisation_id: int, product_id: int) -> None:
    right = await _right(written.licence_id)
    refuse_written(written, right, organisation_id, product_id)
    if right is not None and standing(right, clock.now()) not in HELD:
        raise WrongLabel("This licence has ended, or is not yours yet.", field="licence")


async def _right(licence_id: int | None) -> Right | None:
    return None if licence_id is None else (await rights_of([licence_id])).get(licence_id)


def _told(written: Written) -> dict[str, Any]:
    facts = asdict(written)
    return {**facts, "about": facts["about"][:200]}


async def locked(listing_id: int) -> Listing:
    """A listing that nobody else changes until the caller's transaction ends. Raises NoSuchListing."""
    if not await lock_listing(listing_id):
        raise NoSuchListing("There is no such listing.")
    return await Listing.get(id=listing_id)


async def locked_to_write(listing_id: int) -> Listing:
    """The same, where its seller may write on it. Raises ListingFrozen."""
    listing = await locked(listing_id)
    if listing.state not in WRITABLE:
        raise ListingFrozen("Nothing of it can be changed: it was stopped, or it has ended.")
    return listing


@atomic
async def change_listing(listing_id: int, written: Written, *, by: int) -> Listing:
    """Write it anew, all of it. What is in a cart is shown as it is now; what was bought stays as it was.

    Raises ListingFrozen, WrongLabel, Invalid.
    """
    listing = await locked_to_write(listing_id)
    await _refuse(written, listing.organisation_id, listing.product_id)
    before = written_of(listing)
    if before == written:
        return listing
    await Listing.filter(id=listing_id).update(**asdict(written), version=listing.version + 1)
    await record("listing_changed", f"listing:{listing_id}", by=by, before=_told(before), after=_told(written))
    return await Listing.get(id=listing_id)


def written_of(listing: Listing) -> Written:
    """What a listing says, as its seller wrote it."""
    return Written(**{name: getattr(listing, name) for name in Written.__dataclass_fields__})


# --- on sale, and not ---


async def missing_now(listing: Listing) -> list[Missing]:
    """What keeps it from being sold."""
    seller = await Organisation.get(id=listing.organisation_id)
    return missing_in((await facts_of([listing.id]))[listing.id], listing.about, seller.payouts_state)


@atomic
async def publish_listing(listing_id: int, *, by: int) -> None:
    """Put a draft, or a paused one, on sale. Raises NotReady with all that is missing, MoveRefused."""
    listing = await locked(listing_id)
    if listing.state in WRITABLE and (missing := await missing_now(listing)):
        raise NotReady(missing)
    since = {} if listing.live_since is not None else {"live_since": clock.now()}
    await _move(listing, S.LIVE, because="on sale", by=by, **since)


@atomic
async def pause_listing(listing_id: int, *, by: int) -> None:
    """Take it off sale for a while. Who pays just now may finish. Raises MoveRefused."""
    listing = await locked(listing_id)
    if listing.state == S.STOPPED:
        raise ListingFrozen("It was stopped. Whoever stopped it can let it go on.")
    await _move(listing, S.PAUSED, because="paused", by=by)


@atomic
async def retire_listing(listing_id: int, *, by: int) -> None:
    """End it for good. Raises MoveRefused."""
    listing = await locked(listing_id)
    await _move(listing, S.RETIRED, because="ended", by=by, stopped_by="")


async def _move(listing: Listing, to: ListingState, *, because: str, by: int | None, **changes: Any) -> None:
    before = str(listing.state)
    await move(listing, to, moves=MOVES, because=because, by=by, events=ListingEvent, **changes)
    await record(
        f"listing_{to}", f"listing:{listing.id}", by=by, reason=because, before={"state": before}, after={"state": to}
    )
