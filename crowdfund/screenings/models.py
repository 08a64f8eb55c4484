"""Tables of the screenings room: where films are shown, one showing, its prices, its seats, its tickets, and how they move."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.ids import public
from crowdfund.database.moves import Event


class BookingState(StrEnum):
    ASKED = "asked"  # a cinema would like to show it
    OFFERED = "offered"  # its producer would like a cinema to
    AGREED = "agreed"
    DECLINED = "declined"
    ENDED = "ended"  # nothing new is put on; what is on sale goes on


B = BookingState
BOOKING_MOVES: dict[BookingState, set[BookingState]] = {
    B.ASKED: {B.AGREED, B.DECLINED},
    B.OFFERED: {B.AGREED, B.DECLINED},
    B.AGREED: {B.ENDED},
    B.DECLINED: set(),
    B.ENDED: set(),
}


class ScreeningState(StrEnum):
    DRAFT = "draft"
    ON_SALE = "on_sale"
    CLOSED = "closed"  # nothing is sold any more, and it has not been shown
    SCREENED = "screened"
    SETTLED = "settled"  # everybody has their share
    RESCHEDULED = "rescheduled"  # it takes place at another time: holders are asked
    CANCELLED = "cancelled"


S = ScreeningState
SCREENING_MOVES: dict[ScreeningState, set[ScreeningState]] = {
    S.DRAFT: {S.ON_SALE, S.CANCELLED},
    S.ON_SALE: {S.CLOSED, S.SCREENED, S.RESCHEDULED, S.CANCELLED},
    S.CLOSED: {S.ON_SALE, S.SCREENED, S.RESCHEDULED, S.CANCELLED},
    S.SCREENED: {S.SETTLED},
    S.SETTLED: set(),
    S.RESCHEDULED: set(),
    S.CANCELLED: set(),
}
TO_COME = (S.ON_SALE, S.CLOSED)  # fans know of it, and it has not been shown
PLANNED = (S.DRAFT, *TO_COME)  # nobody else has its hall then
CALLED_OFF = (S.CANCELLED, S.RESCHEDULED)  # it does not take place as it was sold


class TicketState(StrEnum):
    SOLD = "sold"
    ADMITTED = "admitted"
    NO_SHOW = "no_show"
    REFUNDED = "refunded"
    MOVED = "moved"  # another ticket of another screening has taken its place
    LOST = "lost"  # her bank took the money back


T = TicketState
TICKET_MOVES: dict[TicketState, set[TicketState]] = {
    T.SOLD: {T.ADMITTED, T.NO_SHOW, T.REFUNDED, T.MOVED, T.LOST},
    T.ADMITTED: {T.REFUNDED, T.MOVED, T.LOST},  # back only where the screening was broken off
    T.NO_SHOW: {T.ADMITTED, T.REFUNDED, T.LOST},  # a door that was offline tells of her later
    T.REFUNDED: set(),
    T.MOVED: set(),
    T.LOST: set(),
}
PROMISED = (T.SOLD, T.ADMITTED)  # a screening that is called off owes these their seat, those that are in already too
LIVE = (T.SOLD, T.ADMITTED, T.NO_SHOW)  # their seat is nobody else's


class SingleSeats(StrEnum):
    """What happens when a choice would leave one seat alone between taken ones."""

    WARN = "warn"
    REFUSE = "refuse"


class PriceState(StrEnum):
    OFFERED = "offered"
    WITHDRAWN = "withdrawn"


class Venue(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    organisation_id = fields.BigIntField()
    slug = fields.TextField()
    name = fields.TextField()
    address = fields.TextField()
    city = fields.TextField()
    country = fields.TextField()
    zone = fields.TextField()
    access = fields.TextField(default="")
    made_at = InstantField()

    class Meta:
        table = "venue"

    @property
    def path(self) -> str:
        return f"/venues/{self.slug}"


class Auditorium(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    venue_id = fields.BigIntField()
    name = fields.TextField()
    made_at = InstantField()

    class Meta:
        table = "auditorium"


class SeatPlan(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    auditorium_id = fields.BigIntField()
    plan = fields.TextField()
    seats = fields.BigIntField()
    standing = fields.BigIntField()
    by_person_id = fields.BigIntField()
    made_at = InstantField()

    class Meta:
        table = "seat_plan"


class Booking(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    title_id = fields.BigIntField()
    organisation_id = fields.BigIntField()
    state = fields.TextField()
    note = fields.TextField(default="")
    by_person_id = fields.BigIntField()
    made_at = InstantField()

    class Meta:
        table = "booking"


class BookingEvent(Event):
    booking_id = fields.BigIntField()

    class Meta:
        table = "booking_event"


class Screening(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    title_id = fields.BigIntField()
    booking_id = fields.BigIntField()
    organisation_id = fields.BigIntField()
    auditorium_id = fields.BigIntField()
    plan_id = fields.BigIntField()
    currency = fields.TextField()
    state = fields.TextField()
    note = fields.TextField(default="")
    doors_at = InstantField()
    starts_at = InstantField()
    ends_at = InstantField()
    sale_opens_at = InstantField()
    sale_closes_at = InstantField()
    fee_minor = fields.BigIntField()
    per_fan_max = fields.BigIntField()
    single_seats = fields.TextField()
    refund_steps = fields.TextField()
    sold = fields.BigIntField(default=0)
    gross_minor = fields.BigIntField(default=0)
    fees_minor = fields.BigIntField(default=0)
    admitted = fields.BigIntField(default=0)
    made_at = InstantField()

    class Meta:
        table = "screening"


class ScreeningEvent(Event):
    screening_id = fields.BigIntField()

    class Meta:
        table = "screening_event"


class Price(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    screening_id = fields.BigIntField()
    category_id = fields.TextField()
    name = fields.TextField()
    price_minor = fields.BigIntField()
    position = fields.BigIntField()
    state = fields.TextField()

    class Meta:
        table = "price"


class Hold(Model):
    """Places kept for a fan until a moment; they are free again the moment it passes, with nobody doing anything."""

    id = fields.BigIntField(primary_key=True, generated=False)
    screening_id = fields.BigIntField()
    person_id = fields.BigIntField()
    places = fields.BigIntField()
    held_until = InstantField()
    extended_at = InstantField(null=True)
    key = fields.TextField()
    fingerprint = fields.TextField()
    made_at = InstantField()

    class Meta:
        table = "hold"

    @property
    def path(self) -> str:
        return f"/holds/{public(self.id)}"


class Ticket(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    order_id = fields.BigIntField()
    screening_id = fields.BigIntField()
    person_id = fields.BigIntField()
    seat_id = fields.TextField(null=True)
    area_id = fields.TextField(null=True)
    price_id = fields.BigIntField()
    price_minor = fields.BigIntField()
    fee_minor = fields.BigIntField()
    currency = fields.TextField()
    state = fields.TextField()
    issue = fields.BigIntField(default=1)
    typed_code = fields.TextField()
    refund_id = fields.BigIntField(null=True)
    refunded_minor = fields.BigIntField(default=0)  # what of price and fee she has back
    made_at = InstantField()
    day = fields.BigIntField()  # on which it was sold, by the clock of its venue

    class Meta:
        table = "ticket"

    @property
    def path(self) -> str:
        return f"/tickets/{public(self.id)}"

    @property
    def place_id(self) -> str:
        return str(self.seat_id or self.area_id)


class GiftState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"


class TicketGift(Model):
    """A ticket on its way to somebody else: hers until the link in the letter is used."""

    id = fields.BigIntField(primary_key=True, generated=False)
    hash = fields.TextField()
    ticket_id = fields.BigIntField()
    from_person_id = fields.BigIntField()
    to_email = fields.TextField()
    to_person_id = fields.BigIntField(null=True)
    state = fields.TextField()
    made_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table = "ticket_gift"


class TicketEvent(Event):
    ticket_id = fields.BigIntField()

    class Meta:
        table = "ticket_event"
