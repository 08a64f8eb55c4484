"""Backers say "I would buy this" of what is not made yet: once each, and sellers see how many."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import atomic
from crowdfund.merch.screen.models import OnscreenProduct, ProductState
from crowdfund.merch.screen.products import locked
from crowdfund.merch.screen.queries import add_want, backs_title, count_wanted, drop_want, products_of
from crowdfund.people.audit import record
from crowdfund.refusal import NotAllowed, Refusal

OPEN = frozenset({ProductState.DRAFT, ProductState.CLEARED, ProductState.OPEN_FOR_APPLICATIONS})


class NotAsked(Refusal):
    """Nobody asks whether this would be bought."""


class OnlyBackers(NotAllowed):
    pass


@atomic
async def ask_backers(product_id: int, *, by: int) -> None:
    """Show a product to the backers of its title's fund and ask whether they would buy it. Asking again changes nothing."""
    product = await locked(product_id)
    if product.state not in OPEN:
        raise NotAsked("It is made already, or put away: nobody has to be asked any more.")
    if product.asked_at is None:
        await OnscreenProduct.filter(id=product_id).update(asked_at=clock.now())
        await record("backers_asked", f"product:{product_id}", by=by)


@atomic
async def stop_asking(product_id: int, *, by: int) -> None:
    """Ask no further; what was said so far counts on."""
    await locked(product_id)
    if await OnscreenProduct.filter(id=product_id).exclude(asked_at=None).update(asked_at=None):
        await record("backers_asked_no_more", f"product:{product_id}", by=by)


def is_asked(product: OnscreenProduct) -> bool:
    return product.asked_at is not None and product.state in OPEN


async def asked_of(title_id: int) -> list[OnscreenProduct]:
    """What backers of a title are asked about, the most wanted first."""
    asked = [one for one in await products_of(title_id) if is_asked(one)]
    return sorted(asked, key=lambda one: (-one.wanted, one.id))


@atomic
async def want_it(product_id: int, *, by: int) -> int:
    """She would buy it; said twice it counts once. Gives how many would. Raises NoSuchProduct, NotAsked, OnlyBackers."""
    product = await locked(product_id)
    if not is_asked(product):
        raise NotAsked("Nobody asks any more whether you would buy this.")
    if not await backs_title(by, product.title_id):
        raise OnlyBackers("Only backers of this film's fund are asked. A pledge of any amount makes you one.")
    if await add_want(by, product_id, clock.now_us()):
        return await count_wanted(product_id, 1)
    return product.wanted


@atomic
async def want_it_no_more(product_id: int, *, by: int) -> int:
    """She has changed her mind. Gives how many would buy it. Raises NoSuchProduct."""
    product = await locked(product_id)
    if await drop_want(by, product_id):
        return await count_wanted(product_id, -1)
    return product.wanted
