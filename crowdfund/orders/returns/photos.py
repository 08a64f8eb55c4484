"""What a fan shows of what is wrong: pictures of a claim that she, its seller and our staff see, and nobody else ever."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from hashlib import blake2b

from crowdfund import clock
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.once import made_before, once
from crowdfund.database.private_files import PrivateFiles
from crowdfund.orders.goods.models import GoodsOrder
from crowdfund.orders.returns import queries
from crowdfund.orders.returns.locking import lock_return
from crowdfund.orders.returns.models import OPEN, GoodsReturn, GoodsReturnPhoto, Kind, ReturnState
from crowdfund.people.models import Member, Person
from crowdfund.refusal import NotFound, Refusal

FILES = PrivateFiles("claims")
PHOTOS_MAX = 4
KEPT_AFTER_THE_END = timedelta(days=180)  # banks let a fan go back on a payment for 120
UNUSED_SECONDS = 86_400


class NotAnOpenClaim(Refusal):
    """A picture belongs to a claim that somebody still decides on."""


class EnoughPhotos(Refusal):
    pass


class AnsweredAlready(Refusal):
    """The seller has seen it and answered."""


async def add_photo(found: GoodsReturn, content: bytes, size: tuple[int, int], *, by: int, key: str) -> None:
    """Show a picture to the seller; the same key shows it once. content: WebP. size: its width and height. Of what is refused no
    file stays.

    Raises NotAnOpenClaim, EnoughPhotos.
    """
    wish = ["claim_photo", found.id, blake2b(content, digest_size=16).hexdigest()]
    if await made_before(by, key, wish) is not None:
        return
    await _free_position(found)  # before anything is written
    name, photo_id = await FILES.keep(content, ".webp"), new_id()

    async def make() -> int:
        await _write_down(photo_id, found.id, name, size)
        return photo_id

    try:
        made = await once(by, key, wish, make)
    except Exception:  # not where the asker went away: then it is there all the same
        await FILES.drop([name])
        raise
    if made != photo_id:  # the same request was faster in another process
        await FILES.drop([name])


async def _free_position(found: GoodsReturn) -> int:
    if found.kind != Kind.CLAIM or found.state not in OPEN:
        raise NotAnOpenClaim("Photos can be added to a claim that is not over.")
    taken = {one.position for one in await GoodsReturnPhoto.filter(return_id=found.id)}
    free = [position for position in range(1, PHOTOS_MAX + 1) if position not in taken]
    if not free:
        raise EnoughPhotos("At most {most} photos. Take one away first.", most=PHOTOS_MAX)
    return free[0]


async def _write_down(photo_id: int, return_id: int, name: str, size: tuple[int, int]) -> None:
    found, _order, _lines = await lock_return(return_id)
    await GoodsReturnPhoto.create(
        id=photo_id, return_id=return_id, position=await _free_position(found), file=name, width=size[0], height=size[1],
        made_at=clock.now(),
    )  # fmt: skip


@atomic
async def take_away(return_id: int, photo_id: int) -> None:
    """She sent the wrong one; twice is once. Raises AnsweredAlready: what a seller has decided on stays beside it."""
    found, _order, _lines = await lock_return(return_id)
    if found.state != ReturnState.REQUESTED:
        raise AnsweredAlready("The seller has answered: what you showed stays beside it.")
    await _forget([one.id for one in await GoodsReturnPhoto.filter(id=photo_id, return_id=return_id)])


async def photo_for(person: Person, return_id: int, photo_id: int) -> GoodsReturnPhoto:
    """One that this person may see: who claimed, who sells, our staff. Raises NotFound for others as for none."""
    photo = await GoodsReturnPhoto.get_or_none(id=photo_id, return_id=return_id)
    if photo is None or not await _may_see(photo, person):
        raise NotFound("There is no such photo.")
    return photo


async def _may_see(photo: GoodsReturnPhoto, person: Person) -> bool:
    found = await GoodsReturn.get(id=photo.return_id)
    if person.staff_role or found.person_id == person.id:
        return True
    order = await GoodsOrder.get(id=found.order_id)
    return await Member.exists(organisation_id=order.organisation_id, person_id=person.id)


async def forget_old_photos() -> int:
    """Each night: photos of claims that ended half a year ago, and files that no photo names. Gives how many photos."""
    old = await queries.photos_ended_before(clock.now() - KEPT_AFTER_THE_END)
    if old:
        await _forget(old)
    left = await FILES.older_than(UNUSED_SECONDS)
    await FILES.drop(sorted(set(left) - await queries.files_of_photos(left)))
    return len(old)


@atomic
async def _forget(photo_ids: Iterable[int]) -> None:
    for photo_id, name in await queries.forget_photos(photo_ids):
        await outbox.enqueue("claim_photo_forgotten", {"file": name}, key=f"claim_photo_forgotten:{photo_id}")
