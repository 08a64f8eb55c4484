"""How outcomes and choices are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from crowdfund.campaigns.recipients.models import Recipient
from crowdfund.database.ids import public
from crowdfund.pledges.transfers.models import Choice, Election, ElectionState, OutcomeKind
from crowdfund.pledges.transfers.queries import ElectionShown
from crowdfund.web.i18n import _, lazy

Way = tuple[str, str, str]  # a value of a field, its words, and what they mean

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


def by_whom(election: Election, ticked: str) -> str:
    """Who decided where her money went. ticked: what she had ticked when she pledged, if anything."""
    if election.chosen_by == "fan":
        return _("You chose this.")
    if not ticked:
        return _("You did not choose in time, and had ticked nothing: you get it all back.")
    if election.state == ElectionState.REFUNDED and election.kept_until is None and ticked != Choice.REFUND:
        return _("You did not choose in time, and what you had ticked can't be done any more: you get it all back.")
    return _("You did not choose in time: this is what you had ticked.")


def went_to(found: ElectionShown) -> str:
    """Where her money went on, as a line of a receipt; empty where it went back to her, or has not been decided about."""
    state = found.election.state
    if state == ElectionState.GIVEN and found.recipient is not None:
        return _("Given to %(name)s") % {"name": found.recipient.name}
    if state == ElectionState.USED and found.next_target is not None:
        return _("Used for the club's next target, %(name)s") % {"name": found.next_target.name}
    return _("Kept for the club's next target") if state == ElectionState.KEPT else ""


def ways(fallback: Recipient | None, charities: Sequence[Recipient]) -> list[Way]:
    """Where a backer's money may go when the transfer falls through."""
    found = [(Choice.REFUND.value, _("Back to my card"), _("All of it, fees included."))]
    if fallback is not None:
        found.append(
            (Choice.FALLBACK.value, _("To %(name)s") % {"name": fallback.name}, _("It has to tell what became of it."))
        )
    found.append(
        (
            Choice.NEXT.value,
            _("Kept for the club's next target"),
            _("Back to your card if there is none within a year, or if that falls through, too."),
        )
    )
    return found + [
        (f"charity-{public(one.id)}", _("To %(name)s") % {"name": one.name}, _("A charity of our list."))
        for one in charities
    ]
