"""What makers, backers and staff may send about the release of a milestone."""

from __future__ import annotations

from crowdfund.pledges.milestones.rules import WORDS_MAX, WORDS_MIN
from crowdfund.web import fields
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.rate_limit import Limit

ASKING = Limit("ask_release", 6, 3600, by="person")  # each is a mail to every backer
OBJECTION_MIN, OBJECTION_MAX = 20, 2_000
BECAUSE_MIN, BECAUSE_MAX = 10, 1_000


class ReleaseForm(Form):
    """The evidence, and up to two more papers: pictures, a receipt."""

    words = fields.text(min=WORDS_MIN, max=WORDS_MAX, lines=True)
    document = fields.document()
    more = fields.document()
    receipt = fields.document()

    def check(self) -> None:
        if self.document is None:
            self.refuse("document", _("Choose the paper that shows it."))


class ObjectionForm(Form):
    text = fields.text(min=OBJECTION_MIN, max=OBJECTION_MAX, lines=True)


class AnswerForm(Form):
    answer = fields.text(min=BECAUSE_MIN, max=OBJECTION_MAX, lines=True)


class BecauseForm(Form):
    because = fields.text(min=BECAUSE_MIN, max=BECAUSE_MAX, lines=True)
