"""What people may send about comments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crowdfund.community.talk.models import Reason, ShownAs
from crowdfund.community.talk.rules import BAR_DAYS_MAX, NAME_MAX, NAMES_MAX, NOTE_MAX, TEXT_MAX, TEXT_MIN
from crowdfund.web import fields
from crowdfund.web.form import Form
from crowdfund.web.i18n import lazy
from crowdfund.web.rate_limit import Limit

# Shared by processes, and by pages and programs. Makers answer many at a sitting; what a fan may say is a rule besides.
SAYING = Limit("comment", 60, 600, by="person", shared=True)
REPORTING = Limit("report_comment", 20, 3600, by="person", shared=True)

REASON_MIN, REASON_MAX = 10, 600
REASONS = {
    Reason.ABUSE: lazy("It insults or threatens somebody"),
    Reason.SPAM: lazy("It advertises, or has nothing to do with this"),
    Reason.PRIVATE: lazy("It tells something private"),
    Reason.FALSE: lazy("It says something false"),
    Reason.OTHER: lazy("Something else"),
}


def _offered(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"": None, **given["offered"]}


class SayForm(Form):
    """Read with whom can be asked: (kind, name) by what stands for them in the form. Nobody asked: a comment."""

    text = fields.text(min=TEXT_MIN, max=TEXT_MAX, lines=True)
    asked = fields.choice(_offered)
    shown_as = fields.choice({"": None, ShownAs.NAME.value: None, ShownAs.NOBODY.value: None})
    key = fields.text(max=64, min=0)

    @property
    def whom(self) -> tuple[str, str] | None:
        found: tuple[str, str] | None = self.given["offered"].get(self.asked)
        return found


class ReplyForm(Form):
    text = fields.text(min=TEXT_MIN, max=TEXT_MAX, lines=True)
    shown_as = fields.choice({"": None, ShownAs.NAME.value: None, ShownAs.NOBODY.value: None})
    key = fields.text(max=64, min=0)


class WordingForm(Form):
    text = fields.text(min=TEXT_MIN, max=TEXT_MAX, lines=True)


class ReportForm(Form):
    reason = fields.choice({reason.value: None for reason in Reason})
    note = fields.text(max=NOTE_MAX, min=0, lines=True)


class NamesForm(Form):
    names = fields.text(max=(NAME_MAX + 2) * NAMES_MAX, min=0, lines=True)


class DecisionForm(Form):
    """What staff decide about a comment, with the reason that people read. days: where its author is barred."""

    reason = fields.text(min=REASON_MIN, max=REASON_MAX, lines=True)
    days = fields.maybe(fields.whole(min=1, max=BAR_DAYS_MAX))
