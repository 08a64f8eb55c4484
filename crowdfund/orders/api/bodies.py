"""The bodies of the orders API, in and out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from crowdfund.screenings.api.fans_bodies import PlaceId
from crowdfund.web.api import AmountMinor, In, Out, PublicId


class LineIn(In):
    """A place that is kept, and the price that is chosen for it: of an area once for each person."""

    place: PlaceId
    price: PublicId


class OrderIn(In):
    """All places of a hold. total_minor: what was shown to the fan, with the fees; where it costs something else, nothing is made."""

    hold: PublicId
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=50)]
    total_minor: AmountMinor


class OrderPlaced(Out):
    """state: placed, or paid where it costs nothing. held_until: by when it has to be paid."""

    id: str
    state: str
    screening: str
    currency: str
    prices_minor: int
    fees_minor: int
    total_minor: int
    held_until: str


class LineOut(Out):
    place: str
    price: str
    price_minor: int
    fee_minor: int


class RefundOut(Out):
    id: str
    amount_minor: int
    state: str
    reason: str
    made_at: str


class TicketOut(Out):
    """code: the text of its QR code; typed_code: what can be read out at the door. Both none once it is good for nothing."""

    id: str
    order: str
    screening: str
    place: str
    state: str
    price_minor: int
    fee_minor: int
    currency: str
    code: str | None
    typed_code: str | None


class OrderOut(OrderPlaced):
    """tickets: those that are the fan's own."""

    made_at: str
    paid_at: str | None
    lines: list[LineOut]
    tickets: list[TicketOut]
    refunds: list[RefundOut]


class OrdersListed(Out):
    items: list[OrderOut]
    next: str | None


class TicketsListed(Out):
    items: list[TicketOut]
    next: str | None


class PaymentOut(Out):
    """Where the fan pays: the processor's page."""

    url: str


class BackOut(Out):
    """What a ticket that can be sent back now gives back, of what was paid for it."""

    ticket: str
    paid_minor: int
    back_minor: int


class BacksOut(Out):
    tickets: list[BackOut]


class SendBackIn(In):
    """back_minor: what was shown to the fan; where it is something else by now, nothing is sent back."""

    tickets: Annotated[list[PublicId], Field(min_length=1, max_length=50)]
    back_minor: AmountMinor


class GiftIn(In):
    email: Annotated[
        str, StringConstraints(pattern=r"^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9.-]{1,180}\.[a-z]{2,63}$")
    ]


class GiftOut(Out):
    """A letter to that address carries the link; the ticket stays with who has it until the link is used."""

    id: str
    ticket: str
    email: str
    state: str


class AskingOut(Out):
    """A screening that does not take place as it was sold. tickets: of the fan's, with what was answered so far."""

    id: str
    screening: str
    moved_to: str | None
    reason: str
    answer_by: str
    tickets: dict[str, str]


class HolderAnswerIn(In):
    """screening: where to, for `move`: another one of the same film."""

    tickets: Annotated[list[PublicId], Field(min_length=1, max_length=50)]
    answer: Literal["keep", "move", "money_back"]
    screening: PublicId | None = None
