"""A studio puts a preview up and takes it down; somebody of a shop agrees to keep it to herself, and looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crowdfund import clock, signing
from crowdfund.database import atomic, new_id, outbox
from crowdfund.merch.previews import queries
from crowdfund.merch.previews.files import FILES
from crowdfund.merch.previews.models import Preview, PreviewConsent, PreviewKind, PreviewView
from crowdfund.merch.previews.rules import (
    LINK_SECONDS,
    PREVIEWS_MAX,
    ConsentNeeded,
    LinkOver,
    NoSuchPreview,
    NotForYou,
    TooMuchShown,
    is_public,
    refuse_preview,
)
from crowdfund.merch.previews.terms import CURRENT, VERSIONS
from crowdfund.merch.screen.models import Master, OnscreenProduct, ProductState
from crowdfund.people.audit import record
from crowdfund.people.models import Member, Organisation, OrganisationKind
from crowdfund.titles.models import Title

_PURPOSE = "preview"


@dataclass(frozen=True, slots=True)
class Shown:
    """A preview as a studio puts it up. file, poster: names of files that are in place. clip_ms: what the file says that it lasts."""

    kind: PreviewKind
    start_ms: int
    end_ms: int
    file: str
    media_type: str
    poster: str = ""
    words: str = ""
    clip_ms: int | None = None


@atomic
async def refuse_before_it_is_kept(product: OnscreenProduct, shown: Shown) -> None:
    """What `add_preview` would say, before any file is written. Raises Invalid, TooMuchShown."""
    await _refuse(product, shown)


@atomic
async def add_preview(product: OnscreenProduct, shown: Shown, *, by: int) -> Preview:
    """Raises Invalid, TooMuchShown."""
    await queries.lock_product(product.id)
    await _refuse(product, shown)
    preview = await Preview.create(
        id=new_id(), product_id=product.id, kind=shown.kind, start_ms=shown.start_ms, end_ms=shown.end_ms, file=shown.file,
        media_type=shown.media_type, poster=shown.poster, words=shown.words, by_person_id=by, made_at=clock.now(),
    )  # fmt: skip
    await record("preview_added", f"onscreen_product:{product.id}", by=by, after={"kind": shown.kind})
    return preview


async def _refuse(product: OnscreenProduct, shown: Shown) -> None:
    if await Preview.filter(product_id=product.id, withdrawn_at=None).count() >= PREVIEWS_MAX:
        raise TooMuchShown("At most {most} previews of one product. Take one down first.", most=PREVIEWS_MAX)
    master = await Master.get_or_none(title_id=product.title_id)
    lengths = await queries.clip_lengths(product.title_id)
    refuse_preview(
        shown.kind, shown.start_ms, shown.end_ms, duration_ms=master.duration_ms if master else None, clip_ms=shown.clip_ms,
        product_ms=[length for product_id, length in lengths if product_id == product.id], title_ms=[length for _, length in lengths],
    )  # fmt: skip


@atomic
async def withdraw_preview(preview: Preview, *, by: int) -> None:
    """Nobody sees it any more, by no link, and its files go; who has seen it stays written down."""
    if await Preview.filter(id=preview.id, withdrawn_at=None).update(withdrawn_at=clock.now()):
        names = [name for name in (preview.file, preview.poster) if name]
        await outbox.enqueue("preview_forgotten", {"files": names}, key=f"preview_forgotten:{preview.id}")
        await record("preview_withdrawn", f"onscreen_product:{preview.product_id}", by=by)


# --- looking ---


@atomic
async def agree(person_id: int, shop: Organisation, version: int) -> None:
    """Somebody agrees for her shop, to the words as they stand now. Raises NotForYou, ConsentNeeded for words of before."""
    await refuse_stranger(person_id, shop)
    if version != CURRENT:
        raise ConsentNeeded("These terms have changed. Please read them again.")
    now_us = clock.now_us()
    await queries.keep_terms(CURRENT, VERSIONS[CURRENT], now_us)
    await queries.keep_consent(new_id(), person_id, shop.id, CURRENT, now_us)


async def has_agreed(person_id: int, organisation_id: int) -> bool:
    return await PreviewConsent.exists(person_id=person_id, organisation_id=organisation_id, version=CURRENT)


async def refuse_stranger(person_id: int, shop: Organisation) -> None:
    """Raises NotForYou."""
    if shop.kind != OrganisationKind.SHOP or not await Member.exists(organisation_id=shop.id, person_id=person_id):
        raise NotForYou("Previews are for people of shops.")


async def refuse_viewer(person_id: int, shop: Organisation) -> None:
    """Raises NotForYou, ConsentNeeded."""
    await refuse_stranger(person_id, shop)
    if not shop.is_verified:
        raise NotForYou("Previews are for shops that we have verified. Show us who you are first.")
    if not await has_agreed(person_id, shop.id):
        raise ConsentNeeded("Please agree first to keep to yourself what you see.")


def link_to(preview: Preview, person_id: int, shop: Organisation, *, part: str) -> str:
    """An address that is good for some minutes, for this person alone. part: `picture` or `clip`."""
    until = clock.wall_now_us() // 1_000_000 + LINK_SECONDS
    seal = signing.signature(_PURPOSE, _sealed(preview.id, person_id, shop.id, until))
    return f"/previews/{preview.public_id}/{shop.slug}/{until}/{seal}/{part}"


def _sealed(preview_id: int, person_id: int, shop_id: int, until: int) -> str:
    return f"{preview_id} {person_id} {shop_id} {until}"


async def look(
    preview_id: int, person_id: int, shop: Organisation, until: str, seal: str, *, counts: bool = True
) -> Preview:
    """What a link shows, once it was written down that somebody looked. counts: whether it is a look of its own.

    Raises LinkOver, NoSuchPreview, NotForYou, ConsentNeeded.
    """
    over = "This link was good for some minutes, and for one person. Open the page of the product again for a new one."
    if not (until.isascii() and until.isdigit() and len(until) <= 12):
        raise LinkOver(over)
    sealed = _sealed(preview_id, person_id, shop.id, int(until))
    if not signing.is_signature(_PURPOSE, sealed, seal) or clock.wall_now_us() >= int(until) * 1_000_000:
        raise LinkOver(over)
    preview = await Preview.get_or_none(id=preview_id, withdrawn_at=None)
    if preview is None:
        raise NoSuchPreview("There is no such preview.")
    product = await OnscreenProduct.get(id=preview.product_id)
    if product.state not in (ProductState.OPEN_FOR_APPLICATIONS, ProductState.LICENSED):
        raise NoSuchPreview("There is no such preview.")
    await refuse_viewer(person_id, shop)
    if counts:
        await _write_down(preview.id, person_id, shop.id)
    return preview


@atomic
async def _write_down(preview_id: int, person_id: int, shop_id: int) -> None:
    await PreviewView.create(
        id=new_id(), preview_id=preview_id, person_id=person_id, organisation_id=shop_id, at=clock.now()
    )


async def public_preview(preview_id: int, now: datetime) -> Preview:
    """One of a product that is public by now: anybody sees it, unmarked. Raises NoSuchPreview before, as for none."""
    preview = await Preview.get_or_none(id=preview_id, withdrawn_at=None)
    if preview is not None:
        product = await OnscreenProduct.get(id=preview.product_id)
        if product.is_cleared and is_public(await queries.product_public_at(product.id), now):
            return preview
    raise NoSuchPreview("There is no such preview.")


async def own_product(organisation_id: int, product_id: int) -> tuple[OnscreenProduct, Title]:
    """A product of a film of this studio. Raises NoSuchPreview for others' as for none."""
    product = await OnscreenProduct.get_or_none(id=product_id)
    title = await Title.get_or_none(id=product.title_id, organisation_id=organisation_id) if product else None
    if product is None or title is None:
        raise NoSuchPreview("There is no such product.")
    return product, title


# --- files that nothing shows ---

UNUSED_SECONDS = 86_400


async def forget_unused_previews() -> int:
    """Each night: files of previews that were taken down, or that were never put up. Gives how many."""
    names = await FILES.older_than(UNUSED_SECONDS)
    gone = sorted(set(names) - await queries.shown_files(names))
    await FILES.drop(gone)
    return len(gone)
