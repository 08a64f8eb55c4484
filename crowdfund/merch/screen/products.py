"""Products that are seen in a title: written down, cleared by who owns design and likeness, opened to sellers, retired.

Pictures lie in place before a verb is asked.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import NamedTuple

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.database.moves import begin, move
from crowdfund.database.once import once
from crowdfund.merch.screen.models import (
    CLEARED,
    MOVES,
    OnscreenProduct,
    OnscreenProductEvent,
    ProductKind,
    ProductState,
)
from crowdfund.merch.screen.queries import lock_product
from crowdfund.merch.screen.rules import PRODUCTS_MAX, NoSuchProduct, NotCleared, TooManyOfThem, why_not_cleared
from crowdfund.merch.screen.scenes import keep_wearer, wearer_of
from crowdfund.people.audit import record
from crowdfund.people.models import Image
from crowdfund.refusal import Invalid, Refusal
from crowdfund.titles.models import Title


class SellersRelyOnIt(Refusal):
    """It is open to sellers, or made by one: that ends first."""


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """A product as its makers write it. wearer_id: none for what nobody wears or uses. category: a word, for licences by category."""

    kind: ProductKind
    name: str
    about: str = ""
    category: str = ""
    designer: str = ""
    wearer_id: int | None = None
    embargo_until: datetime | None = None
    spoiler: int = 0


class Worn(NamedTuple):
    """Who wears or uses it, by name, and who plays that: known already or not. Without a name it is nobody."""

    name: str
    actor: str = ""


async def _worn(title_id: int, facts: ProductFacts, worn: Worn | None, by: int) -> ProductFacts:
    """The facts with the character of this name, who is made where there is none; in the transaction of what needs her."""
    if worn is None:
        return facts
    wearer_id = (await keep_wearer(title_id, worn.name, worn.actor, by=by)).id if worn.name else None
    return replace(facts, wearer_id=wearer_id)


@atomic
async def make_product_once(
    title_id: int, facts: ProductFacts, *, worn: Worn | None = None, by: int, key: str
) -> OnscreenProduct:
    """A draft, or the product that this key made. worn: instead of the wearer's id. Raises NoSuchWearer, Invalid, TooManyOfThem."""

    async def make() -> int:
        return (await make_product(title_id, await _worn(title_id, facts, worn, by), by=by)).id

    wish = [title_id, {name: str(value) for name, value in asdict(facts).items()}, list(worn or ())]
    return await product_in(title_id, await once(by, f"product:{key}", wish, make))


@atomic
async def make_product(title_id: int, facts: ProductFacts, *, by: int) -> OnscreenProduct:
    if not await Title.exists(id=title_id):
        raise NoSuchProduct("There is no such title.")
    if await OnscreenProduct.filter(title_id=title_id).count() >= PRODUCTS_MAX:
        raise TooManyOfThem("At most {most} products of a title.", most=PRODUCTS_MAX)
    await _refuse_facts(title_id, facts)
    made = await OnscreenProduct.create(
        id=new_id(), title_id=title_id, state=ProductState.DRAFT, made_at=clock.now(), **asdict(facts)
    )
    await begin(made, because="made", by=by, events=OnscreenProductEvent)
    await record("product_made", f"product:{made.id}", by=by, after={"name": facts.name})
    return made


async def _refuse_facts(title_id: int, facts: ProductFacts, *, but: int = 0) -> None:
    if facts.wearer_id is not None:
        await wearer_of(title_id, facts.wearer_id)
    if await OnscreenProduct.filter(title_id=title_id, name=facts.name, id__not=but).exists():
        raise Invalid("There is a product of this name already.", field="name")


@atomic
async def change_product(product_id: int, facts: ProductFacts, *, worn: Worn | None = None, by: int) -> None:
    """Write it anew, all of it. Raises NoSuchWearer, Invalid, NotCleared where somebody would wear it who has not agreed."""
    before = await locked(product_id)
    facts = await _worn(before.title_id, facts, worn, by)
    await _refuse_facts(before.title_id, facts, but=product_id)
    if before.is_cleared and facts.wearer_id is not None and before.likeness_cleared_at is None:
        raise NotCleared(
            "It is cleared as something that nobody wears. Take it back to a draft, then say who wears it.",
            field="wearer",
        )
    await OnscreenProduct.filter(id=product_id).update(**asdict(facts))
    told = {name: str(getattr(before, name)) for name in ("name", "kind", "wearer_id", "embargo_until", "spoiler")}
    after = {name: str(getattr(facts, name)) for name in told}
    await record("product_changed", f"product:{product_id}", by=by, before=told, after=after)


@atomic
async def picture_product(product_id: int, image_id: int | None, *, alt: str, by: int) -> None:
    """Show a picture of it, or say in other words what the one it has shows. image_id None: that stays."""
    product = await locked(product_id)
    if image_id is not None:
        await OnscreenProduct.filter(id=product_id).update(image_id=image_id)
        await record("product_pictured", f"product:{product_id}", by=by)
    shown = image_id if image_id is not None else product.image_id
    if shown is not None:
        await Image.filter(id=shown).update(alt=alt)


@atomic
async def unpicture_product(product_id: int, *, by: int) -> None:
    await locked(product_id)
    await OnscreenProduct.filter(id=product_id).update(image_id=None)
    await record("product_unpictured", f"product:{product_id}", by=by)


# --- clearance ---


@atomic
async def write_clearances(product_id: int, *, design: str, likeness: str, by: int) -> None:
    """Who agreed, and on what paper; empty for nobody yet. Raises SellersRelyOnIt where what others rely on would be gone.

    A cleared product that lacks one now is a draft again.
    """
    product, now = await locked(product_id), clock.now()
    missing = why_not_cleared(design=bool(design), likeness=bool(likeness), has_wearer=product.wearer_id is not None)
    if missing is not None and product.state in CLEARED - {ProductState.CLEARED}:
        raise SellersRelyOnIt("Sellers rely on this clearance. Close the applications and end the licences first.")
    if missing is not None and product.state == ProductState.CLEARED:
        await _move(product, ProductState.DRAFT, because="a clearance was taken back", by=by)
    await OnscreenProduct.filter(id=product_id).update(
        design_clearance=design, design_cleared_at=(product.design_cleared_at or now) if design else None,
        likeness_clearance=likeness, likeness_cleared_at=(product.likeness_cleared_at or now) if likeness else None,
    )  # fmt: skip
    before = {"design": product.design_clearance, "likeness": product.likeness_clearance}
    after = {"design": design, "likeness": likeness}
    await record("product_clearances", f"product:{product_id}", by=by, before=before, after=after)


@atomic
async def clear_product(product_id: int, *, by: int) -> None:
    """It may be made and shown from now on. Raises NotCleared, MoveRefused."""
    product = await locked(product_id)
    missing = why_not_cleared(
        design=product.design_cleared_at is not None, likeness=product.likeness_cleared_at is not None,
        has_wearer=product.wearer_id is not None,
    )  # fmt: skip
    if missing is not None:
        raise missing
    await _moved(product, ProductState.CLEARED, because="cleared", by=by)


# --- sellers ---


@atomic
async def open_applications(product_id: int, *, by: int) -> None:
    """Sellers may ask to make it. Raises MoveRefused, NotCleared for a draft."""
    product = await locked(product_id)
    if product.state == ProductState.DRAFT:
        raise NotCleared("Not cleared: sellers can only apply to what may be made.")
    await _moved(product, ProductState.OPEN_FOR_APPLICATIONS, because="opened to sellers", by=by)


@atomic
async def close_applications(product_id: int, *, by: int) -> None:
    """Nobody can ask any more; it stays cleared. Raises MoveRefused."""
    product = await locked(product_id)
    if product.state != ProductState.OPEN_FOR_APPLICATIONS:
        raise SellersRelyOnIt("It is not open to sellers.")
    await _moved(product, ProductState.CLEARED, because="closed to sellers", by=by)


@atomic
async def mark_licensed(product_id: int, *, by: int | None) -> bool:
    """A licence for it has begun: in that one's transaction. Gives whether it is news. Raises NotCleared, MoveRefused."""
    product = await locked(product_id)
    if product.state == ProductState.LICENSED:
        return False
    if product.state == ProductState.DRAFT:
        raise NotCleared("Not cleared: sellers can only apply to what may be made.")
    await _moved(product, ProductState.LICENSED, because="licensed", by=by)
    return True


@atomic
async def mark_unlicensed(product_id: int, *, by: int | None) -> bool:
    """The last licence for it has ended. Gives whether it is news."""
    product = await locked(product_id)
    if product.state != ProductState.LICENSED:
        return False
    await _moved(product, ProductState.CLEARED, because="its last licence has ended", by=by)
    return True


@atomic
async def take_back_to_draft(product_id: int, *, by: int) -> None:
    """Cleared by mistake. Raises MoveRefused, SellersRelyOnIt."""
    product = await locked(product_id)
    if product.state in CLEARED - {ProductState.CLEARED}:
        raise SellersRelyOnIt("Sellers rely on this clearance. Close the applications and end the licences first.")
    await _moved(product, ProductState.DRAFT, because="taken back to a draft", by=by)


@atomic
async def retire_product(product_id: int, *, by: int) -> None:
    """Put it away for good: it is shown and sold nowhere. Raises MoveRefused, SellersRelyOnIt while it is licensed."""
    product = await locked(product_id)
    if product.state == ProductState.LICENSED:
        raise SellersRelyOnIt("Somebody makes it under a licence: that ends first.")
    await _moved(product, ProductState.RETIRED, because="retired", by=by)


async def _moved(product: OnscreenProduct, to: ProductState, *, because: str, by: int | None) -> None:
    before = product.state
    await _move(product, to, because=because, by=by)
    await record(
        "product_moved", f"product:{product.id}", by=by, before={"state": str(before)}, after={"state": str(to)}
    )


async def _move(product: OnscreenProduct, to: ProductState, *, because: str, by: int | None) -> None:
    await move(product, to, moves=MOVES, because=because, by=by, events=OnscreenProductEvent)


async def locked(product_id: int) -> OnscreenProduct:
    """A product that nobody else changes until the caller's transaction ends. Raises NoSuchProduct."""
    await lock_product(product_id)
    found = await OnscreenProduct.get_or_none(id=product_id)
    if found is None:
        raise NoSuchProduct("There is no such product.")
    return found


async def product_in(title_id: int, product_id: int) -> OnscreenProduct:
    """Raises NoSuchProduct."""
    found = await OnscreenProduct.get_or_none(id=product_id, title_id=title_id)
    if found is None:
        raise NoSuchProduct("There is no such product.")
    return found
