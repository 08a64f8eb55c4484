"""Tables of what is said under a fund, and the life of a comment."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.ids import public
from crowdfund.database.moves import Event


class Kind(StrEnum):
    COMMENT = "comment"
    QUESTION = "question"
    REPLY = "reply"  # to either, one level deep
    ANSWER = "answer"  # the makers' reply to a question


class CommentState(StrEnum):
    SHOWN = "shown"
    HIDDEN = "hidden"  # by staff, who say why in its place
    WITHDRAWN = "withdrawn"  # by its author: the text is gone


S = CommentState
MOVES: dict[CommentState, set[CommentState]] = {
    S.SHOWN: {S.HIDDEN, S.WITHDRAWN},
    S.HIDDEN: {S.SHOWN, S.WITHDRAWN},
    S.WITHDRAWN: set(),
}


class ShownAs(StrEnum):
    """As whom its author is shown."""

    NAME = "name"
    NOBODY = "nobody"  # "a backer"
    MAKERS = "makers"  # the organisation


class Asked(StrEnum):
    """Whom a question is for."""

    MAKERS = "makers"
    CAST = "cast"
    NAMED = "named"  # somebody whom the makers offer by name


class Comment(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    campaign_id = fields.BigIntField()
    person_id = fields.BigIntField()
    kind = fields.TextField()
    level = fields.BigIntField()
    parent_id = fields.BigIntField(null=True)
    parent_level = fields.BigIntField(null=True)
    number = fields.BigIntField(null=True)
    state = fields.TextField(default=CommentState.SHOWN.value)
    shown_as = fields.TextField()
    asked = fields.TextField(default="")
    asked_name = fields.TextField(default="")
    text = fields.TextField()
    hidden_because = fields.TextField(default="")
    made_at = InstantField()
    edited_at = InstantField(null=True)
    locked_at = InstantField(null=True)

    class Meta:
        table = "comment"

    @property
    def thread_id(self) -> int:
        """The comment that began the thread it stands in."""
        return self.parent_id or self.id

    @property
    def staff_path(self) -> str:
        return f"/staff/comments/{public(self.id)}"


class CommentEvent(Event):
    comment_id = fields.BigIntField()

    class Meta:
        table = "comment_event"


class Reason(StrEnum):
    """What somebody says is wrong with a comment."""

    ABUSE = "abuse"
    SPAM = "spam"
    PRIVATE = "private"
    FALSE = "false"
    OTHER = "other"


class Verdict(StrEnum):
    """What became of a report; empty while it waits for staff."""

    OPEN = ""
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"  # its author took the comment back before anybody decided


class CommentReport(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    comment_id = fields.BigIntField()
    person_id = fields.BigIntField()
    reason = fields.TextField()
    note = fields.TextField(default="")
    verdict = fields.TextField(default=Verdict.OPEN.value)
    made_at = InstantField()
    decided_at = InstantField(null=True)

    class Meta:
        table = "comment_report"


class CommentBar(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    campaign_id = fields.BigIntField()
    person_id = fields.BigIntField()
    reason = fields.TextField()
    made_at = InstantField()
    ends_at = InstantField()
    by_person_id = fields.BigIntField()
    lifted_at = InstantField(null=True)

    class Meta:
        table = "comment_bar"

    def holds(self, now: datetime) -> bool:
        return self.lifted_at is None and now < self.ends_at


class Addressee(Model):
    """Somebody whom fans can ask by name."""

    id = fields.BigIntField(primary_key=True, generated=False)
    campaign_id = fields.BigIntField()
    position = fields.BigIntField()
    name = fields.TextField()

    class Meta:
        table = "addressee"
