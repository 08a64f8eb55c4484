"""Tables of the orders room, and the life of an order. Its payment and its refunds are machines of their own, in payments."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.ids import public
from crowdfund.database.moves import Event


class OrderState(StrEnum):
    PLACED = "placed"  # its places are kept while she pays
    PAID = "paid"
    EXPIRED = "expired"  # not paid in time; a payment may still arrive
    CAME_TOO_LATE = "came_too_late"  # paid when its places were somebody else's: all of it goes back
    REFUNDED = "refunded"  # all of its tickets were given back
    LOST = "lost"  # her bank took the money back


O = OrderState  # noqa: E741
ORDER_MOVES: dict[OrderState, set[OrderState]] = {
    O.PLACED: {O.PAID, O.EXPIRED, O.CAME_TOO_LATE},
    O.PAID: {O.REFUNDED, O.LOST},
    O.EXPIRED: {O.PAID, O.CAME_TOO_LATE},
    O.CAME_TOO_LATE: {O.LOST},
    O.REFUNDED: {O.LOST},
    O.LOST: set(),
}


class PaidBy(StrEnum):
    CARD = "card"
    SEATS = "credit"  # that came with her pledge


class Order(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    person_id = fields.BigIntField()
    screening_id = fields.BigIntField()
    hold_id = fields.BigIntField()
    currency = fields.TextField()
    prices_minor = fields.BigIntField()
    fees_minor = fields.BigIntField()
    paid_by = fields.TextField(default=PaidBy.CARD.value)
    state = fields.TextField()
    refund_steps = fields.TextField()  # the screening's refund ladder of that moment
    key = fields.TextField()
    fingerprint = fields.TextField()
    made_at = InstantField()
    paid_at = InstantField(null=True)

    class Meta:
        table = "order"

    @property
    def total_minor(self) -> int:
        return self.prices_minor + self.fees_minor

    @property
    def path(self) -> str:
        return f"/orders/{public(self.id)}"

    @property
    def subject(self) -> str:
        """As payments and journal entries name it."""
        return f"order:{self.id}"


class OrderLine(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    order_id = fields.BigIntField()
    screening_id = fields.BigIntField()
    seat_id = fields.TextField(null=True)
    area_id = fields.TextField(null=True)
    price_id = fields.BigIntField()
    price_minor = fields.BigIntField()
    fee_minor = fields.BigIntField()

    class Meta:
        table = "order_line"

    @property
    def place_id(self) -> str:
        return str(self.seat_id or self.area_id)


class OrderEvent(Event):
    order_id = fields.BigIntField()

    class Meta:
        table = "order_event"


class CreditState(StrEnum):
    USED = "used"
    RETURNED = "returned"  # the ticket went back, and the seat can be used again


class SeatCredit(Model):
    """A seat that came with a pledge, and became a ticket."""

    id = fields.BigIntField(primary_key=True, generated=False)
    pledge_id = fields.BigIntField()
    number = fields.BigIntField()
    organisation_id = fields.BigIntField()
    ticket_id = fields.BigIntField()
    amount_minor = fields.BigIntField()
    currency = fields.TextField()
    state = fields.TextField()
    made_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table = "seat_credit"


class AskingState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Answer(StrEnum):
    """What a holder wants of a screening that does not take place as it was sold."""

    WAITING = "waiting"
    KEEP = "keep"  # the same place, at the new hour
    MOVE = "move"  # another screening of the film
    MONEY_BACK = "money_back"


class Asking(Model):
    """A screening that was cancelled or moved, and by when its holders say what they want; who says nothing has all back."""

    id = fields.BigIntField(primary_key=True, generated=False)
    screening_id = fields.BigIntField()
    to_screening_id = fields.BigIntField(null=True)
    reason = fields.TextField()
    answer_by = InstantField()
    state = fields.TextField()
    by_person_id = fields.BigIntField()
    made_at = InstantField()

    class Meta:
        table = "asking"

    @property
    def path(self) -> str:
        return f"/askings/{public(self.id)}"


class AskingAnswer(Model):
    ticket_id = fields.BigIntField(primary_key=True, generated=False)
    asking_id = fields.BigIntField()
    person_id = fields.BigIntField()
    answer = fields.TextField()
    by_default = fields.BigIntField(default=0)
    hold_id = fields.BigIntField(null=True)
    answered_at = InstantField(null=True)

    class Meta:
        table = "asking_answer"


class TicketMove(Model):
    from_ticket_id = fields.BigIntField(primary_key=True, generated=False)
    to_ticket_id = fields.BigIntField()
    from_screening_id = fields.BigIntField()
    to_screening_id = fields.BigIntField()
    amount_minor = fields.BigIntField()
    currency = fields.TextField()
    at = InstantField()

    class Meta:
        table = "ticket_move"
