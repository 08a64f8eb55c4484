"""What happens to a licence: offered by the studio, taken by the shop, moved on by its days, stopped by either side that may."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from crowdfund import clock
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.ids import public
from crowdfund.database.moves import MoveRefused, begin, move
from crowdfund.database.once import once
from crowdfund.merch.licences import queries
from crowdfund.merch.licences.models import BY_CLOCK, HELD, MOVES, Exclusivity, Licence, LicenceEvent, LicenceState
from crowdfund.merch.licences.rules import by_clock, clashes, standing, when_resumed
from crowdfund.merch.licences.terms import Terms, answer_by, refuse_terms
from crowdfund.merch.screen.models import OnscreenProduct, ProductState
from crowdfund.merch.screen.products import mark_licensed, mark_unlicensed
from crowdfund.people.audit import record
from crowdfund.people.models import Member, Organisation, OrganisationKind
from crowdfund.refusal import Invalid, NotAllowed, NotFound, Refusal
from crowdfund.titles.models import Title

S = LicenceState


class NoSuchLicence(NotFound):
    pass


class NoShopToLicense(Invalid):
    """Licences are for shops, and for those that are not stopped."""


class NotCleared(Refusal):
    """Nobody may make it yet: who owns its design, or the likeness of who wears it, has not agreed."""


class LicenceClashes(Refusal):
    """One of the two would be the only one."""


class ShopUnknown(NotAllowed):
    """Nobody knows yet who the shop is."""


class OfferOver(Refusal):
    pass


class StoppedByStaff(NotAllowed):
    pass


# --- the offer ---


@atomic
async def offer_licence(
    title: Title, shop: Organisation, terms: Terms, *, by: int, key: str, application_id: int | None = None
) -> Licence:
    """What a studio offers to a shop, or what this key has offered. In the caller's transaction, where there is one.

    Raises Invalid, NoShopToLicense, NotCleared, LicenceClashes, KeyUsedForAnother.
    """

    async def make() -> int:
        return (await _offer(title, shop, terms, by=by, application_id=application_id)).id

    told = {
        name: sorted(value) if isinstance(value, frozenset) else str(value) for name, value in asdict(terms).items()
    }
    return await Licence.get(id=await once(by, f"licence:{key}", [title.id, shop.id, application_id, told], make))


async def _offer(title: Title, shop: Organisation, terms: Terms, *, by: int, application_id: int | None) -> Licence:
    now = clock.now()
    refuse_terms(terms, now)
    if (
        shop.kind != OrganisationKind.SHOP
        or shop.state in ("suspended", "declined")
        or shop.id == title.organisation_id
    ):
        raise NoShopToLicense("Licences are offered to shops of this site that are not stopped.", field="shop")
    await queries.lock_title(title.id)
    await _refuse_uncleared(title.id, terms.product_ids)
    await _refuse_clash(title.id, terms, without=0)
    number = new_id()
    licence = await Licence.create(
        id=number, title_id=title.id, licensor_id=title.organisation_id, licensee_id=shop.id, application_id=application_id,
        state=S.OFFERED, badge=public(number), answer_by=answer_by(terms.ends_at, now), made_at=now, **_columns(terms),
    )  # fmt: skip
    await queries.write_scope(number, title.id, terms.product_ids, terms.countries)
    await begin(licence, because="offered", by=by, events=LicenceEvent)
    after = {"shop": shop.id, "royalty_bps": terms.royalty_bps, "exclusivity": terms.exclusivity}
    await record("licence_offered", f"title:{title.id}", by=by, after=after)
    await _letter("licence_offered", licence)
    return licence


def _columns(terms: Terms) -> dict[str, Any]:
    return {name: value for name, value in asdict(terms).items() if name not in ("product_ids", "countries")}


async def _refuse_uncleared(title_id: int, product_ids: frozenset[int]) -> None:
    """Raises Invalid for products of other films as for none, NotCleared."""
    found = await OnscreenProduct.filter(id__in=sorted(product_ids), title_id=title_id)
    if len(found) != len(product_ids):
        raise Invalid("Choose products of this film.", field="products")
    unclear = [one.name for one in found if not one.is_cleared]
    if unclear:
        sentence = "{name} is not cleared yet: write down first who agreed to its design and likeness."
        raise NotCleared(sentence, field="products", name=unclear[0])


async def _refuse_clash(title_id: int, terms: Terms, *, without: int) -> None:
    """Raises LicenceClashes. In the caller's transaction, with the title locked: of two that come at once one is told."""
    categories = await queries.categories_of(title_id)
    claims = await queries.claims_of(title_id, categories, without=without)
    if found := list(clashes(terms.claim(categories), claims)):
        other = await Organisation.get(id=(await Licence.get(id=found[0])).licensee_id)
        sentence = "It overlaps with the licence of {shop}, and one of the two is exclusive. Choose other products, countries or days."
        raise LicenceClashes(sentence, field="exclusivity", shop=other.name)


# --- the shop's answer ---


@atomic
async def accept_licence(licence_id: int, *, by: int) -> Licence:
    """The shop takes it as it is. Raises OfferOver, ShopUnknown, LicenceClashes, MoveRefused."""
    licence = await _locked(licence_id)
    now = clock.now()
    if licence.state == S.OFFERED and now >= licence.answer_by:
        raise OfferOver("This offer has run out. Ask the studio for another one.")
    shop = await Organisation.get(id=licence.licensee_id)
    if not shop.is_verified:
        raise ShopUnknown("Before you can take a licence we have to know who you are.")
    if licence.state == S.OFFERED:
        await _refuse_clash(licence.title_id, await queries.terms_of(licence), without=licence.id)
    await _move(licence, S.ACCEPTED, "accepted", by, accepted_at=now)
    await _mark_products(licence, by)
    if now >= licence.starts_at:
        await _move(licence, S.ACTIVE, "its first day had come", None)
    await _letter("licence_accepted", licence)
    return licence


async def _mark_products(licence: Licence, by: int) -> None:
    """What only this shop makes is not asked for any more; what others may make as well stays open to them."""
    right = (await queries.rights_of([licence.id]))[licence.id]
    for product in await OnscreenProduct.filter(id__in=sorted(right.product_ids)).order_by("id"):
        if licence.exclusivity != Exclusivity.NONE or product.state == ProductState.CLEARED:
            await mark_licensed(product.id, by=by)


async def _unmark_products(licence: Licence, by: int | None) -> None:
    """What nobody makes any more."""
    right = (await queries.rights_of([licence.id]))[licence.id]
    for product_id in await queries.without_licence(sorted(right.product_ids)):
        await mark_unlicensed(product_id, by=by)


@atomic
async def decline_licence(licence_id: int, reason: str, *, by: int) -> Licence:
    """The shop would rather not. Raises MoveRefused."""
    licence = await _locked(licence_id)
    await _move(licence, S.DECLINED, reason, by)
    await _letter("licence_declined", licence)
    return licence


# --- the studio's and the site's own ---


@atomic
async def withdraw_licence(licence_id: int, reason: str, *, by: int) -> Licence:
    """The studio takes an offer back that nobody has answered. Raises MoveRefused."""
    licence = await _locked(licence_id)
    await _move(licence, S.WITHDRAWN, reason, by)
    await _letter("licence_withdrawn", licence)
    return licence


@atomic
async def suspend_licence(licence_id: int, reason: str, *, by: int) -> Licence:
    """Stop sales for now: offers end in this moment, orders that are open end as they were sold. Raises MoveRefused."""
    licence = await _up_to_date(licence_id)
    await _move(licence, S.SUSPENDED, reason, by)
    await _tell("licence_suspended", licence, by, reason)
    return licence


@atomic
async def resume_licence(licence_id: int, reason: str, *, by: int, is_staff: bool = False) -> Licence:
    """Let it go on, to wherever its days have taken it. What staff stopped only staff lets go on. Raises StoppedByStaff, MoveRefused."""
    licence = await _locked(licence_id)
    if licence.state != S.SUSPENDED:
        raise MoveRefused("That is not possible as things stand now. Please load the page again.")
    if not is_staff and await _stopped_by_staff(licence):
        raise StoppedByStaff("This licence was stopped by us, so only we can let it go on. Please write to us.")
    to = when_resumed(licence.starts_at, licence.ends_at, licence.sell_off_days, clock.now())
    await _move(licence, to, reason, by)
    await _tell("licence_resumed", licence, by, reason)
    return licence


async def _stopped_by_staff(licence: Licence) -> bool:
    last = await LicenceEvent.filter(licence_id=licence.id, to_state=S.SUSPENDED.value).order_by("-id").first()
    return last is not None and not await Member.exists(
        organisation_id=licence.licensor_id, person_id=last.by_person_id
    )


@atomic
async def terminate_licence(licence_id: int, reason: str, *, by: int) -> Licence:
    """End it for good, before its time. Orders that are open end as they were sold. Raises MoveRefused."""
    licence = await _up_to_date(licence_id)
    await _move(licence, S.TERMINATED, reason, by)
    await _unmark_products(licence, by)
    await _tell("licence_terminated", licence, by, reason)
    return licence


async def _tell(action: str, licence: Licence, by: int | None, reason: str) -> None:
    await record(action, f"licence:{licence.id}", by=by, reason=reason)
    await _letter(action, licence)


# --- by the clock ---


@atomic
async def bring_up_to_date(licence_id: int) -> bool:
    """Write down what its days have made of it. Gives whether it moved; sales ask the clock and never wait for this."""
    licence = await _locked(licence_id)
    if licence.state == S.OFFERED:
        if clock.now() < licence.answer_by:
            return False
        await _move(licence, S.WITHDRAWN, "nobody answered in time", None)
        await _letter("licence_withdrawn", licence)
        return True
    return await _follow(licence)


async def _up_to_date(licence_id: int) -> Licence:
    licence = await _locked(licence_id)
    await _follow(licence)
    return licence


async def _follow(licence: Licence) -> bool:
    to = by_clock(licence.state, licence.starts_at, licence.ends_at, licence.sell_off_days, clock.now())
    if licence.state not in HELD or to == licence.state:
        return False
    while licence.state != to:  # a step at a time, so that its history has no gap
        await _move(licence, _next(licence, to), "its day had come", None)
    if to == S.ENDED:
        await _unmark_products(licence, None)
    await _letter(f"licence_{to}", licence)
    return True


def _next(licence: Licence, to: LicenceState) -> LicenceState:
    if to in MOVES[S(licence.state)]:
        return to
    return S.ACTIVE if licence.state == S.ACCEPTED else S.SELL_OFF


# --- what all of them do ---


async def _locked(licence_id: int) -> Licence:
    """A licence that nobody else moves, nor another one of its title, until the caller's transaction ends. Raises NoSuchLicence."""
    licence = await Licence.get_or_none(id=licence_id)
    if licence is None:
        raise NoSuchLicence("There is no such licence.")
    await queries.lock_title(licence.title_id)
    return await Licence.get(id=licence_id)


async def _move(licence: Licence, to: LicenceState, because: str, by: int | None, **changes: Any) -> None:
    await move(licence, to, moves=MOVES, because=because, by=by, events=LicenceEvent, **changes)


async def _letter(kind: str, licence: Licence) -> None:
    """Ask for a letter to each side; `kind` is the name of its job, which knows which of them it is for."""
    event = await LicenceEvent.filter(licence_id=licence.id).order_by("-id").first()
    number = event.id if event else 0
    await outbox.enqueue_many([
        (kind, {"licence": licence.id, "event": number, "to": side}, f"{kind}:{number}:{side}")
        for side in (licence.licensor_id, licence.licensee_id)
    ])  # fmt: skip


async def licence_of_side(organisation_id: int, licence_id: int) -> Licence:
    """One that this organisation has given or holds. Raises NoSuchLicence for others' as for none."""
    licence = await Licence.get_or_none(id=licence_id)
    if licence is None or organisation_id not in (licence.licensor_id, licence.licensee_id):
        raise NoSuchLicence("There is no such licence.")
    return licence


async def standing_now(licence: Licence) -> LicenceState:
    """Its state at this moment, whether or not anybody has written it down."""
    if licence.state not in (*BY_CLOCK, S.SUSPENDED):
        return S(licence.state)
    return standing((await queries.rights_of([licence.id]))[licence.id], clock.now())
