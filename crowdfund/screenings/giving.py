"""Giving a ticket to somebody else: a letter with a link, and whoever uses it has the ticket; the old code is dead."""

from __future__ import annotations

from crowdfund import clock, signing
from crowdfund.database import Sql, atomic, new_id, outbox
from crowdfund.refusal import NotFound, Refusal
from crowdfund.screenings.codes.typed import typed_code
from crowdfund.screenings.holding import lock
from crowdfund.screenings.keys import code_for
from crowdfund.screenings.models import (
    TO_COME,
    GiftState,
    Screening,
    Ticket,
    TicketEvent,
    TicketGift,
    TicketState,
)

ISSUES_MAX = 200  # a code has room for 256

_GIVE = Sql("""
    UPDATE ticket SET person_id = $2, issue = issue + 1, typed_code = $3
    WHERE id = $1 AND state = 'sold' AND issue = $4 RETURNING id""")


class NotGivable(Refusal):
    """It was used or sent back, or its screening is over or does not take place."""


class GiftGone(Refusal):
    """The link was used, or the ticket was not given after all."""

    status_code = 410


def secret_of(gift_id: int) -> str:
    """What stands in the address of the link; only the letter that carries it is made from this."""
    return signing.signature("link:ticket_gift", str(gift_id))


@atomic
async def offer_ticket(ticket_id: int, to_email: str, *, by: int) -> TicketGift:
    """Write to somebody that this ticket can be hers. It stays with who has it, and good, until the link is used.

    Another offer of the same ticket takes the place of the first. Raises NotGivable.
    """
    ticket = await _givable(ticket_id, by)
    await TicketGift.filter(ticket_id=ticket_id, state=GiftState.OFFERED).update(
        state=GiftState.WITHDRAWN, ended_at=clock.now()
    )
    number = new_id()
    gift = await TicketGift.create(
        id=number, hash=signing.fingerprint(secret_of(number)), ticket_id=ticket.id, from_person_id=by, to_email=to_email,
        state=GiftState.OFFERED, made_at=clock.now(),
    )  # fmt: skip
    await outbox.enqueue("ticket_offered", {"gift": gift.id}, key=f"ticket_offered:{gift.id}")
    return gift


async def _givable(ticket_id: int, by: int) -> Ticket:
    found = await Ticket.get_or_none(id=ticket_id, person_id=by)
    if found is None:
        raise NotFound("There is no such ticket.")
    await lock([found.screening_id])
    ticket, screening = await Ticket.get(id=ticket_id), await Screening.get(id=found.screening_id)
    takes_place = screening.state in TO_COME and screening.ends_at > clock.now()
    if ticket.person_id != by or ticket.state != TicketState.SOLD or not takes_place:
        raise NotGivable("This ticket can't be given away any more.")
    if ticket.issue >= ISSUES_MAX:
        raise NotGivable("This ticket has changed hands too often.")
    return ticket


@atomic
async def withdraw_gift(ticket_id: int, *, by: int) -> None:
    """She keeps it after all: the link is good for nothing. Raises GiftGone where it was used."""
    ended = await TicketGift.filter(ticket_id=ticket_id, from_person_id=by, state=GiftState.OFFERED).update(
        state=GiftState.WITHDRAWN, ended_at=clock.now()
    )
    if not ended:
        raise GiftGone("The link was used already: the ticket is somebody else's.")


async def gift_of(secret: str) -> tuple[TicketGift, Ticket]:
    """What a link offers. Raises GiftGone, in the same words for one that never was."""
    gift = await TicketGift.get_or_none(hash=signing.fingerprint(secret), state=GiftState.OFFERED)
    if gift is None:
        raise GiftGone("This link was used already, or the ticket was not given after all.")
    return gift, await Ticket.get(id=gift.ticket_id)


@atomic
async def accept_gift(secret: str, *, by: int) -> Ticket:
    """The ticket is hers: another issue with another code. Raises GiftGone, NotGivable."""
    gift, found = await gift_of(secret)
    ticket = await _givable(found.id, gift.from_person_id)
    screening = await Screening.get(id=ticket.screening_id)
    if not await TicketGift.filter(id=gift.id, state=GiftState.OFFERED).update(
        state=GiftState.ACCEPTED, to_person_id=by, ended_at=clock.now()
    ):
        raise GiftGone("This link was used already.")
    typed = typed_code(code_for(ticket.id, ticket.seat_id, ticket.issue + 1, screening))
    if not await _GIVE(ticket.id, by, typed, ticket.issue):
        raise NotGivable("This ticket can't be given away any more.")
    await TicketEvent.create(
        id=new_id(), ticket_id=ticket.id, from_state=TicketState.SOLD, to_state=TicketState.SOLD,
        because="given to somebody else", by_person_id=by, at=clock.now(),
    )  # fmt: skip
    await outbox.enqueue("ticket_given", {"gift": gift.id}, key=f"ticket_given:{gift.id}")
    return await Ticket.get(id=ticket.id)


@atomic
async def decline_gift(secret: str) -> None:
    """Whoever has the link does not want it: it stays where it was."""
    gift, _ = await gift_of(secret)
    await TicketGift.filter(id=gift.id, state=GiftState.OFFERED).update(state=GiftState.DECLINED, ended_at=clock.now())
