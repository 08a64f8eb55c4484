"""What a door sends where no script runs, and what the desk sends about passes."""

from __future__ import annotations

from crowdfund.screenings.codes.judging import MAY_BE_FORCED
from crowdfund.screenings.door.models import Way
from crowdfund.screenings.door.rules import BECAUSE_MAX, BECAUSE_MIN, GATE_MAX
from crowdfund.web import fields
from crowdfund.web.form import Form
from crowdfund.web.i18n import _

CODE_MAX = 500


class ScanForm(Form):
    """One ticket: the letters below its code, or a picture of the code."""

    letters = fields.text(max=CODE_MAX, min=0)
    image = fields.image()
    key = fields.text(max=64, min=0)

    def check(self) -> None:
        if not self.letters and self.image is None:
            self.refuse("letters", _("Type the code below the ticket, or choose a picture of it."))


class AllTheSameForm(Form):
    """Somebody is let in although the door said no. shown, way: what was scanned, and how; verdict: what was said then."""

    shown = fields.text(max=CODE_MAX)
    way = fields.choice({Way.CODE: "", Way.TYPED: ""})
    verdict = fields.choice({verdict: "" for verdict in MAY_BE_FORCED})
    because = fields.text(min=BECAUSE_MIN, max=BECAUSE_MAX)
    key = fields.text(max=64, min=0)


class PassForm(Form):
    gate = fields.text(max=GATE_MAX)
    key = fields.text(max=64, min=0)
