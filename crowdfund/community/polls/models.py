"""Tables of polls, and the life of one."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.ids import public
from crowdfund.database.moves import Event


class PollState(StrEnum):
    DRAFT = "draft"
    ANNOUNCED = "announced"  # seen by all, and no longer changed; it opens at its hour
    OPEN = "open"
    CLOSED = "closed"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"  # a draft that came to nothing
    CANCELLED = "cancelled"


S = PollState
MOVES: dict[PollState, set[PollState]] = {
    S.DRAFT: {S.ANNOUNCED, S.OPEN, S.WITHDRAWN},
    S.ANNOUNCED: {S.DRAFT, S.OPEN, S.CANCELLED},
    S.OPEN: {S.CLOSED, S.CANCELLED},
    S.CLOSED: {S.DECIDED},
    S.DECIDED: set(),
    S.WITHDRAWN: set(),
    S.CANCELLED: set(),
}
PUBLIC = {S.ANNOUNCED, S.OPEN, S.CLOSED, S.DECIDED, S.CANCELLED}


class Audience(StrEnum):
    """Who may vote."""

    BACKERS = "backers"  # with a pledge that counts
    FOLLOWERS = "followers"  # or a backer
    EVERYONE = "everyone"


class Label(StrEnum):
    ADVISORY = "advisory"
    BINDING = "binding"


class Results(StrEnum):
    SHOWN = "shown"  # from the first vote on
    HIDDEN = "hidden"  # until it has closed, from its makers too


class DecisionKind(StrEnum):
    """How what its makers decided agrees with what fans voted."""

    FOLLOWED = "followed"
    DEPARTED = "departed"  # from an advisory result
    NOT_FOLLOWED = "not_followed"  # a binding result
    FREE = "free"  # the vote said nothing: too few voted, or nobody
    MOOT = "moot"  # the fund ended without its money


class Poll(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    campaign_id = fields.BigIntField()
    state = fields.TextField()
    question = fields.TextField()
    text = fields.TextField(default="")
    audience = fields.TextField()
    label = fields.TextField()
    quorum = fields.BigIntField(default=0)
    results = fields.TextField()
    opens_at = InstantField(null=True)
    closes_at = InstantField(null=True)
    decide_by = InstantField(null=True)
    voters = fields.BigIntField(default=0)
    eligible = fields.BigIntField(null=True)
    late_told_at = InstantField(null=True)
    made_at = InstantField()

    class Meta:
        table = "poll"

    @property
    def is_public(self) -> bool:
        return self.state in PUBLIC

    def path_in(self, base: str) -> str:
        """Its address below its fund's page, or below its fund's desk."""
        return f"{base}/polls/{public(self.id)}"


class Candidate(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    poll_id = fields.BigIntField()
    position = fields.BigIntField()
    name = fields.TextField()
    text = fields.TextField(default="")
    image_id = fields.BigIntField(null=True)
    votes = fields.BigIntField(default=0)
    image_alt = ""  # what the picture shows, where it was looked up

    class Meta:
        table = "poll_candidate"


class PollEvent(Event):
    poll_id = fields.BigIntField()

    class Meta:
        table = "poll_event"


class Decision(Model):
    poll_id = fields.BigIntField(primary_key=True, generated=False)
    kind = fields.TextField()
    candidate_id = fields.BigIntField(null=True)
    reason = fields.TextField()
    by_person_id = fields.BigIntField(null=True)
    made_at = InstantField()

    class Meta:
        table = "poll_decision"


class Vote(Model):
    """Who voted for whom: read by the count and by the voter herself, by nobody else."""

    id = fields.BigIntField(primary_key=True, generated=False)
    poll_id = fields.BigIntField()
    person_id = fields.BigIntField()
    candidate_id = fields.BigIntField()
    fingerprint = fields.TextField(default="")
    made_at = InstantField()
    changed_at = InstantField()

    class Meta:
        table = "vote"


class VoteEvent(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    poll_id = fields.BigIntField()
    person_id = fields.BigIntField()
    from_candidate_id = fields.BigIntField(null=True)
    candidate_id = fields.BigIntField()
    at = InstantField()

    class Meta:
        table = "vote_event"
