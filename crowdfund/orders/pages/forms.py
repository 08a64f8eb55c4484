"""What fans and cinemas may send about orders."""

from __future__ import annotations

from crowdfund.orders.models import Answer
from crowdfund.web import fields
from crowdfund.web.form import Form


class GiftForm(Form):
    email = fields.email()


class AnswerForm(Form):
    """Read with `tickets=` and `screenings=`, by their public ids."""

    answer = fields.choice({Answer.KEEP.value: None, Answer.MOVE.value: None, Answer.MONEY_BACK.value: None})
    ticket = fields.several(lambda given: given["tickets"])
    screening = fields.maybe(fields.choice(lambda given: given["screenings"]))


class CancelScreeningForm(Form):
    reason = fields.text(min=10, max=500, lines=True)


class RescheduleForm(Form):
    """Hours as the clocks of the venue have them."""

    starts_at = fields.instant()
    reason = fields.text(min=10, max=500, lines=True)
