"""How outcomes and choices are called, in the reader's language."""

from __future__ import annotations

from crowdfund.pledges.transfers.models import Choice, OutcomeKind
from crowdfund.web.i18n import lazy

OUTCOMES = {
    OutcomeKind.SIGNED: lazy("The player is signed"),
    OutcomeKind.SIGNED_WITHOUT_FUND: lazy("He was signed with other money"),
    OutcomeKind.LOAN_INSTEAD: lazy("He comes on loan instead"),
    OutcomeKind.COLLAPSED: lazy("The deal fell through"),
    OutcomeKind.PLAYER_ELSEWHERE: lazy("He went to another club"),
    OutcomeKind.WINDOW_CLOSED: lazy("The window closed without him"),
    OutcomeKind.RULE_BLOCKED: lazy("A rule forbids it"),
    OutcomeKind.ORGANISER_WITHDREW: lazy("The club gave it up"),
}

# What happens where a backer says nothing, by what she ticked when she pledged.
BY_SILENCE = {
    "": lazy("If you say nothing, you get all of it back."),
    Choice.REFUND: lazy("If you say nothing, you get all of it back, as you ticked when you pledged."),
    Choice.FALLBACK: lazy(
        "If you say nothing, it goes to the academy that was announced, as you ticked when you pledged."
    ),
    Choice.NEXT: lazy("If you say nothing, it is kept for the club's next target, as you ticked when you pledged."),
    Choice.CHARITY: lazy("If you say nothing, it goes to the charity that you ticked when you pledged."),
}
