"""What backers, clubs and staff may send about the end of a transfer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crowdfund.database.ids import private
from crowdfund.pledges.transfers.models import OutcomeKind
from crowdfund.pledges.transfers.rules import WORDS_MAX, WORDS_MIN
from crowdfund.web import fields
from crowdfund.web.form import Form
from crowdfund.web.i18n import _

OBJECTION_MIN, OBJECTION_MAX = 20, 2_000


def _ways(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return dict.fromkeys(given["ways"])


class ElectionForm(Form):
    """Read with the ways that are offered, as `pages.words` has them."""

    choice = fields.choice(_ways)

    @property
    def way(self) -> str:
        return "charity" if self.choice.startswith("charity-") else str(self.choice)

    @property
    def charity_id(self) -> int | None:
        return private(self.choice.removeprefix("charity-")) if self.way == "charity" else None


class _WithPaper(Form):
    words = fields.text(min=WORDS_MIN, max=WORDS_MAX, lines=True)
    document = fields.document()

    def check(self) -> None:
        if self.document is None:
            self.refuse("document", _("Choose the paper that shows it."))


class DealForm(_WithPaper):
    pass


class OutcomeForm(_WithPaper):
    kind = fields.choice({kind.value: None for kind in OutcomeKind})


class ObjectionForm(Form):
    text = fields.text(min=OBJECTION_MIN, max=OBJECTION_MAX, lines=True)


class BecauseForm(Form):
    because = fields.text(min=10, max=1_000, lines=True)
