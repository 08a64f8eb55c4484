"""What may go back, and until when: pure rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crowdfund.orders.returns import rules
from crowdfund.orders.returns.models import Kind, Reason, Resolution

SENT = datetime(2027, 3, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return SENT + timedelta(days=number)


def a_way(delivered: float | None = None, state: str = "sent") -> rules.Way:
    return rules.Way(1, SENT, None if delivered is None else day(delivered), state)


@pytest.mark.parametrize(
    ("kind", "delivered", "ends"),
    [(Kind.RETURN, 4, 18), (Kind.RETURN, None, 24), (Kind.CLAIM, 4, 184), (Kind.CLAIM, None, 190)],
)
def test_a_window_counts_from_arrival_or_from_when_it_had_to_arrive(
    kind: Kind, delivered: float | None, ends: int
) -> None:
    assert rules.window_ends([a_way(1), a_way(delivered)], kind, days_max=10) == day(ends)


def test_what_was_never_sent_has_no_window() -> None:
    assert rules.window_ends([], Kind.RETURN, 10) is None


def test_each_kind_has_its_reasons_and_its_time() -> None:
    rules.may_ask(Kind.RETURN, Reason.CHANGED_MIND, [a_way(4)], 10, day(17.9))
    with pytest.raises(rules.TooLate, match="14 days"):
        rules.may_ask(Kind.RETURN, Reason.CHANGED_MIND, [a_way(4)], 10, day(18))
    rules.may_ask(Kind.CLAIM, Reason.DAMAGED, [a_way(4)], 10, day(18))
    with pytest.raises(rules.WrongReason):
        rules.may_ask(Kind.RETURN, Reason.DAMAGED, [a_way(4)], 10, day(5))


def test_what_can_still_arrive_is_not_missing() -> None:
    with pytest.raises(rules.NotYet):
        rules.may_ask(Kind.CLAIM, Reason.NOT_ARRIVED, [a_way()], 10, day(10))
    rules.may_ask(Kind.CLAIM, Reason.NOT_ARRIVED, [a_way()], 10, day(10.1))
    rules.may_ask(Kind.CLAIM, Reason.NOT_ARRIVED, [a_way(state="lost")], 10, day(1))
    with pytest.raises(rules.NotYet):
        rules.may_ask(Kind.CLAIM, Reason.NOT_ARRIVED, [a_way(4)], 10, day(30))


@pytest.mark.parametrize(
    ("replaces", "by"), [({}, Resolution.REFUND), ({1: 1}, Resolution.BOTH), ({1: 2, 2: 1}, Resolution.REPLACEMENT)]
)
def test_how_a_claim_is_made_good(replaces: dict[int, int], by: Resolution) -> None:
    assert rules.resolution_of({1: 2, 2: 1}, replaces) == by


def test_no_more_is_replaced_than_was_claimed() -> None:
    with pytest.raises(rules.MoreThanBought):
        rules.resolution_of({1: 2}, {1: 3})


def test_shipping_goes_back_with_the_last_piece_unless_one_came_back_freely() -> None:
    assert rules.ship_back_too([(2, 2), (1, 1)], was_returned=False)
    assert not rules.ship_back_too([(2, 1), (1, 1)], was_returned=False)
    assert not rules.ship_back_too([(2, 2), (1, 1)], was_returned=True)


def test_what_is_too_much_is_named() -> None:
    pieces = [rules.Pieces(1, "Earring", 3, 2, 0, 1, 0)]
    rules.none_too_many({1: 1}, rules.coming_back(pieces))
    with pytest.raises(rules.MoreThanBought, match="Of “Earring” only one piece"):
        rules.none_too_many({1: 2}, rules.coming_back(pieces))
    with pytest.raises(rules.NothingChosen):
        rules.chosen({1: 0})
