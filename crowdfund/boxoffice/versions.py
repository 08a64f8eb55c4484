"""Deals in their versions: one side writes and offers, the other agrees; what was agreed before gives way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from crowdfund import clock
from crowdfund.boxoffice import queries
from crowdfund.boxoffice.deals.reading import read
from crowdfund.boxoffice.deals.steps import Deal as Terms
from crowdfund.boxoffice.deals.writing import canonical, deal_hash
from crowdfund.boxoffice.models import DEAL_MOVES, Deal, DealEvent, DealState
from crowdfund.boxoffice.rules import (
    CASHIERS,
    PLATFORM,
    RESERVE_BPS,
    SETTLE_DAYS,
    NobodyBound,
    NoDealNow,
    NoSuchDeal,
    NotADraft,
    NotYourTurn,
)
from crowdfund.boxoffice.writing_rows import terms_of
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.moves import begin, move
from crowdfund.people.audit import record
from crowdfund.people.models import Organisation
from crowdfund.screenings.models import Booking, BookingState
from crowdfund.titles.models import Title


@dataclass(frozen=True, slots=True)
class DealContent:
    """What a side writes. terms: as `reading.read` takes it. who: organisation ids by payee, of those whom the booking doesn't name."""

    terms: Mapping[str, Any]
    who: Mapping[str, int]
    note: str = ""
    reserve_bps: int = RESERVE_BPS
    settle_days: int = SETTLE_DAYS
    from_start: bool = False

    def columns(self, terms: Terms) -> dict[str, Any]:
        return {
            "currency": terms.currency, "terms": canonical(terms).decode(), "sha256": deal_hash(terms), "note": self.note,
            "reserve_bps": self.reserve_bps, "settle_days": self.settle_days, "from_start": int(self.from_start),
        }  # fmt: skip


def named_by_booking(title: Title, booking: Booking) -> dict[str, int | None]:
    """Payees whose organisation nobody has to choose: the title's, the booking's, who remits, and the platform."""
    cinema = booking.organisation_id
    return {
        "producer": title.organisation_id, "cinema": cinema, "festival": cinema, "venue": cinema, PLATFORM: None,
        **dict.fromkeys(CASHIERS, cinema),
    }  # fmt: skip


# Who is always who; the others of those named by a booking may be told otherwise.
FIXED = ("producer", "cinema", PLATFORM)


async def _who(terms: Terms, booking: Booking, chosen: Mapping[str, int]) -> dict[str, int | None]:
    """Who each payee is. Raises NobodyBound."""
    title = await Title.get(id=booking.title_id)
    known = named_by_booking(title, booking)
    found: dict[str, int | None] = {}
    for number, payee in enumerate(terms.payees, 1):
        key = payee.key
        if key in chosen and key not in FIXED:
            found[key] = chosen[key]
        elif key in known:
            found[key] = known[key]
        else:
            raise NobodyBound("Say which organisation {payee} is.", field=f"payee-{number}", payee=payee.name or key)
    wanted = {one for one in found.values() if one is not None}
    verified = {one.id for one in await Organisation.filter(id__in=list(wanted)) if one.is_verified}
    for number, payee in enumerate(terms.payees, 1):
        who = found[payee.key]
        if who is not None and who not in verified:
            raise NobodyBound(
                "{payee} has to be an organisation that we have verified.",
                field=f"payee-{number}", payee=payee.name or payee.key,
            )  # fmt: skip
    return found


@atomic
async def draft_deal(booking_id: int, content: DealContent, *, side: int, by: int) -> Deal:
    """A new version that only its side sees; a draft it has already is written anew. side: the organisation that writes.

    Raises DealRefused, NobodyBound, NoDealNow.
    """
    booking = await _booking(booking_id, side)
    terms = read(content.terms)
    who = await _who(terms, booking, content.who)
    await _refuse_other_payees(booking, terms, who, content)
    draft = await Deal.get_or_none(
        booking_id=booking.id, organisation_id=side, currency=terms.currency, state=DealState.DRAFT
    )
    if draft is None:
        version = 1 + await Deal.filter(booking_id=booking.id).count()
        draft = await Deal.create(
            id=new_id(), booking_id=booking.id, version=version, state=DealState.DRAFT, organisation_id=side, by_person_id=by,
            made_at=clock.now(), **content.columns(terms),
        )  # fmt: skip
        await begin(draft, because="written", by=by, events=DealEvent)
    else:
        await Deal.filter(id=draft.id).update(**content.columns(terms))
    await queries.bind(draft.id, who)
    return await Deal.get(id=draft.id)


async def _booking(booking_id: int, side: int) -> Booking:
    """Locked, and one of the side's. Raises NoSuchDeal, NoDealNow."""
    booking = await queries.lock_booking(booking_id)
    if side not in await sides_of(booking):
        raise NoSuchDeal("There is no such booking.")
    if booking.state not in (BookingState.AGREED, BookingState.ENDED):
        raise NoDealNow("A deal is made once the booking is agreed on.")
    return booking


async def sides_of(booking: Booking) -> tuple[int, int]:
    """The producer's organisation, and the cinema's."""
    return (await Title.get(id=booking.title_id)).organisation_id, booking.organisation_id


async def _refuse_other_payees(
    booking: Booking, terms: Terms, who: Mapping[str, int | None], content: DealContent
) -> None:
    """What counts for what is settled already can't move it from one organisation to another."""
    before = await queries.agreed_deal(booking.id, terms.currency)
    if not content.from_start or before is None:
        return
    was = await queries.bound_to(before.id)
    for number, payee in enumerate(terms.payees, 1):
        if payee.key in was and was[payee.key] != who[payee.key]:
            raise NobodyBound(
                "{payee} was another organisation before: that can change from the next screening on only.",
                field=f"payee-{number}", payee=payee.name or payee.key,
            )  # fmt: skip


@atomic
async def offer_deal(deal_id: int, *, side: int, by: int) -> Deal:
    """Show it to the other side; what was offered before, by either, gives way. From now on it stays word for word.

    Where one organisation is both sides it is agreed on at once. Raises NoSuchDeal, NotADraft, NoDealNow, DealRefused.
    """
    deal = await _own(deal_id, side)
    booking = await _booking(deal.booking_id, side)
    if deal.state != DealState.DRAFT or deal.organisation_id != side:
        raise NotADraft("This version was offered already.")
    content = DealContent(
        read_json(deal), {k: v for k, v in (await queries.bound_to(deal.id)).items() if v is not None},
        from_start=bool(deal.from_start),
    )  # fmt: skip
    terms = terms_of(deal)
    await _refuse_other_payees(booking, terms, await _who(terms, booking, content.who), content)
    for other in await Deal.filter(booking_id=booking.id, currency=deal.currency, state=DealState.OFFERED):
        await _move(other, DealState.SUPERSEDED, "another version was offered", by)
    await _move(deal, DealState.OFFERED, "offered", by, offered_at=clock.now())
    if len(set(await sides_of(booking))) == 1:
        await _agree(deal, by)
    else:
        await _tell_other(deal, booking, DealState.OFFERED, side)
    return deal


async def _tell_other(deal: Deal, booking: Booking, what: DealState, side: int) -> None:
    """The other side hears of it, once."""
    to = next(one for one in await sides_of(booking) if one != side)
    await outbox.enqueue("deal_told", {"deal": deal.id, "what": what, "to": to}, key=f"deal_{what}:{deal.id}")


def read_json(deal: Deal) -> dict[str, Any]:
    """The terms of a version in the form that editors take."""
    found: dict[str, Any] = orjson.loads(deal.terms)
    return found


@atomic
async def agree_deal(deal_id: int, *, side: int, by: int) -> Deal:
    """The side that did not write it says yes: it counts from the next settlement on.

    Raises NoSuchDeal, NotYourTurn, MoveRefused.
    """
    deal = await _own(deal_id, side)
    booking = await _booking(deal.booking_id, side)
    if deal.state == DealState.OFFERED and deal.organisation_id == side:
        raise NotYourTurn("You have written this version: the other side agrees to it.")
    await _agree(deal, by)
    await _tell_other(deal, booking, DealState.AGREED, side)
    return deal


async def _agree(deal: Deal, by: int) -> None:
    before = await queries.agreed_deal(deal.booking_id, deal.currency)
    run_id = before.run_id if before is not None and deal.from_start else deal.id
    if before is not None:
        await _move(before, DealState.SUPERSEDED, "another version was agreed on", by)
    await _move(deal, DealState.AGREED, "agreed", by, agreed_at=clock.now(), run_id=run_id)
    await record(
        "deal_agreed", f"booking:{deal.booking_id}", by=by, after={"version": deal.version, "sha256": deal.sha256}
    )


@atomic
async def drop_deal(deal_id: int, *, side: int, by: int) -> Deal:
    """Take a draft or an offer of one's own back, or say no to the other side's. Raises NoSuchDeal, MoveRefused."""
    deal = await _own(deal_id, side)
    booking = await queries.lock_booking(deal.booking_id)
    if deal.state == DealState.AGREED:
        raise NotYourTurn("What is agreed on is replaced by another version, never taken back.")
    because, was_offered = "taken back" if deal.organisation_id == side else "declined", deal.state == DealState.OFFERED
    await _move(deal, DealState.SUPERSEDED, because, by)
    if was_offered:
        await _tell_other(deal, booking, DealState.SUPERSEDED, side)
    return deal


async def _own(deal_id: int, side: int) -> Deal:
    """A version that this side may see. Raises NoSuchDeal."""
    deal = await Deal.get_or_none(id=deal_id)
    booking = await Booking.get(id=deal.booking_id) if deal is not None else None
    if deal is None or booking is None or side not in await sides_of(booking) or not may_see(deal, side):
        raise NoSuchDeal("There is no such deal.")
    return deal


def may_see(deal: Deal, side: int) -> bool:
    """A draft is its side's own, and so is one that was never offered."""
    return deal.organisation_id == side or deal.offered_at is not None


async def versions_of(booking_id: int, side: int) -> Sequence[Deal]:
    """All that this side may see, the newest first."""
    return [deal for deal in await Deal.filter(booking_id=booking_id).order_by("-version") if may_see(deal, side)]


async def _move(deal: Deal, to: DealState, because: str, by: int, **changes: Any) -> None:
    await move(deal, to, moves=DEAL_MOVES, because=because, by=by, events=DealEvent, **changes)
