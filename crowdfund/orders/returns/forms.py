"""What buyers and sellers may send about what was bought."""

from __future__ import annotations

import re

from starlette.datastructures import FormData

from crowdfund.database.ids import public
from crowdfund.orders.returns.models import REASONS, Kind, Reason
from crowdfund.web import fields
from crowdfund.web.fields import Field, Wrong
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.rate_limit import Limit

_PIECES = re.compile(r"[0-9]{1,2}", re.ASCII)
PHOTOS = Limit("claim_photo", 60, 3600, by="person")
REASONS_SHE_MAY_HAVE = [reason for kind in (Kind.RETURN, Kind.CLAIM) for reason in REASONS[kind]]


class _Pieces(Field[dict[int, int]]):
    """How many of each line, a box for each: `pieces_<its public id>`. The form is read with `lines=`."""

    async def take(self, name: str, sent: FormData, form: Form) -> dict[int, int]:
        found = {}
        for line in form.given["lines"]:
            box = f"{name}_{public(line.id)}"
            typed = sent.get(box)
            text = typed.strip() if isinstance(typed, str) else ""
            form.typed[box] = text[:20]
            if text and not _PIECES.fullmatch(text):
                raise Wrong(_("Please write how many pieces, in plain digits."))
            found[line.id] = int(text or 0)
        return found


def pieces() -> Field[dict[int, int]]:
    return _Pieces(lambda typed, form: {})


class SendForm(Form):
    carrier = fields.text(max=60)
    tracking = fields.text(max=60, min=0)
    pieces = pieces()
    key = fields.text(max=80, min=0)


class CarrierForm(Form):
    carrier = fields.text(max=60)
    tracking = fields.text(max=60, min=0)


class CallOffForm(Form):
    pieces = pieces()
    words = fields.text(max=1000, min=0, lines=True)
    key = fields.text(max=80, min=0)


class ReturnForm(Form):
    """Why says which of the two it is: she may, or something is wrong."""

    reason = fields.choice({reason.value: None for reason in REASONS_SHE_MAY_HAVE})
    words = fields.text(max=1000, min=0, lines=True)
    pieces = pieces()
    key = fields.text(max=80, min=0)

    @property
    def kind(self) -> Kind:
        return Kind.CLAIM if Reason(self.reason) in REASONS[Kind.CLAIM] else Kind.RETURN

    def check(self) -> None:
        if self.kind == Kind.CLAIM and len(self.words.strip()) < 10:
            self.refuse("words", _("Please say in a sentence or two what is wrong."))


class PhotoForm(Form):
    image = fields.image()
    key = fields.text(max=80, min=0)

    def check(self) -> None:
        if self.image is None:
            self.refuse("image", _("Choose a picture."))


class CantMakeItForm(Form):
    pieces = pieces()
    reason = fields.text(min=10, max=500, lines=True)
    restock = fields.checkbox()


class AnswerForm(Form):
    answer = fields.choice({"yes": None, "no": None})
    words = fields.text(max=1000, min=0, lines=True)
    keeps_it = fields.checkbox()
    replaces = pieces()

    def check(self) -> None:
        if self.answer == "no" and len(self.words.strip()) < 10:
            self.refuse("words", _("Please say why not: she reads it."))


class CountForm(Form):
    pieces = pieces()
    words = fields.text(max=1000, min=0, lines=True)
    restock = fields.checkbox()


class ByStaffForm(Form):
    pieces = pieces()
    reason = fields.text(min=10, max=500, lines=True)


class ReviewForm(Form):
    stars = fields.choice({str(n): None for n in range(1, 6)})
    words = fields.text(max=2000, min=0, lines=True)


class ReviewAnswerForm(Form):
    words = fields.text(min=2, max=1000, lines=True)


class BecauseForm(Form):
    because = fields.text(min=10, max=500, lines=True)
