"""Tables of outcomes and elections: how a transfer ended, who objected, and where each backer's money went."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.moves import Event


class OutcomeKind(StrEnum):
    SIGNED = "signed"
    SIGNED_WITHOUT_FUND = "signed_without_fund"  # he came, paid with other money
    LOAN_INSTEAD = "loan_instead"
    COLLAPSED = "collapsed"
    PLAYER_ELSEWHERE = "player_elsewhere"
    WINDOW_CLOSED = "window_closed"
    RULE_BLOCKED = "rule_blocked"
    ORGANISER_WITHDREW = "organiser_withdrew"


class OutcomeState(StrEnum):
    FILED = "filed"
    CHECKED = "checked"  # staff has seen the evidence
    STANDING = "standing"
    WITHDRAWN = "withdrawn"  # an objection was right: it is as if it had not been filed


S = OutcomeState
MOVES: dict[OutcomeState, set[OutcomeState]] = {
    S.FILED: {S.CHECKED, S.STANDING, S.WITHDRAWN},
    S.CHECKED: {S.STANDING, S.WITHDRAWN},
    S.STANDING: set(),
    S.WITHDRAWN: set(),
}
UNDECIDED = {S.FILED, S.CHECKED}


class Outcome(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    campaign_id = fields.BigIntField()
    kind = fields.TextField()
    state = fields.TextField()
    words = fields.TextField()
    document_id = fields.BigIntField(null=True)
    filed_by_id = fields.BigIntField(null=True)
    filed_at = InstantField()
    objections_until = InstantField()
    checked_by_id = fields.BigIntField(null=True)
    checked_at = InstantField(null=True)
    decided_by_id = fields.BigIntField(null=True)
    decided_at = InstantField(null=True)

    class Meta:
        table = "outcome"


class OutcomeEvent(Event):
    outcome_id = fields.BigIntField()

    class Meta:
        table = "outcome_event"


class Objection(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    outcome_id = fields.BigIntField()
    person_id = fields.BigIntField()
    text = fields.TextField()
    made_at = InstantField()
    answer = fields.TextField(default="")
    answered_by_id = fields.BigIntField(null=True)
    answered_at = InstantField(null=True)

    class Meta:
        table = "objection"


class ElectionState(StrEnum):
    ASKED = "asked"
    REFUNDED = "refunded"  # all of it goes back to her card
    GIVEN = "given"  # to the academy that was announced, or to a charity
    KEPT = "kept"  # for the club's next target
    USED = "used"  # the next target was signed
    VOID = "void"  # nothing was left to decide about: her bank took it back, or staff refunded it


E = ElectionState
ELECTION_MOVES: dict[ElectionState, set[ElectionState]] = {
    E.ASKED: {E.REFUNDED, E.GIVEN, E.KEPT, E.VOID},
    E.KEPT: {E.USED, E.REFUNDED, E.VOID},
    E.REFUNDED: set(),
    E.GIVEN: set(),
    E.USED: set(),
    E.VOID: set(),
}


class Choice(StrEnum):
    """Where a backer's money goes when the deal falls through."""

    REFUND = "refund"
    FALLBACK = "fallback"  # the recipient that was announced when she pledged
    NEXT = "next"
    CHARITY = "charity"


class Election(Model):
    """One backer's decision; it goes by the number of her pledge."""

    pledge_id = fields.BigIntField(primary_key=True, generated=False)
    campaign_id = fields.BigIntField()
    person_id = fields.BigIntField()
    state = fields.TextField()
    chosen_by = fields.TextField(default="")
    recipient_id = fields.BigIntField(null=True)
    amount_minor = fields.BigIntField(default=0)
    kept_for_id = fields.BigIntField(null=True)
    kept_until = InstantField(null=True)
    asked_at = InstantField()
    chosen_at = InstantField(null=True)

    class Meta:
        table = "election"


class ElectionEvent(Event):
    election_id = fields.BigIntField()

    class Meta:
        table = "election_event"
