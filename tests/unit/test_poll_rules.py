"""What a poll may ask, who may vote, what a result means: the rules, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crowdfund.community.polls import rules
from crowdfund.community.polls.models import Audience, DecisionKind, Label, PollState
from crowdfund.community.polls.rules import Asked, Tally, Voter, judge, stands, tally
from crowdfund.refusal import Invalid

NOW = datetime(2027, 3, 20, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ASKED = Asked(
    question="Who plays Lin?", text="", audience=Audience.BACKERS, label=Label.ADVISORY, quorum=10, hides_results=False,
    opens_at=NOW + timedelta(days=1), closes_at=NOW + timedelta(days=8), decide_by=NOW + timedelta(days=15),
)  # fmt: skip


def test_a_vote_about_a_transfer_can_only_be_advisory() -> None:
    """Also where there is no such fund yet: the rule is about the word."""
    binding = replace(ASKED, label=Label.BINDING)
    rules.refuse_asked(binding, "film", NOW)
    rules.refuse_asked(ASKED, "transfer", NOW)
    with pytest.raises(Invalid, match="can only be advisory") as refused:
        rules.refuse_asked(binding, "transfer", NOW)
    assert refused.value.field == "label"
    missing = rules.what_is_missing(binding, 3, NOW, kind="transfer", at_once=False)
    assert [one.field for one in missing] == ["label"], "nor is one opened that was written before its fund became one"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"opens_at": NOW}, "opens_at"),
        ({"closes_at": NOW}, "closes_at"),
        ({"decide_by": NOW}, "decide_by"),
        ({"closes_at": NOW + timedelta(days=1)}, "closes_at"),
        ({"closes_at": NOW + timedelta(hours=12)}, "closes_at"),
        ({"closes_at": NOW + timedelta(days=1, hours=1) - SECOND}, "closes_at"),
        ({"closes_at": NOW + timedelta(days=61) + SECOND}, "closes_at"),
        ({"decide_by": NOW + timedelta(days=8)}, "decide_by"),
        ({"decide_by": NOW + timedelta(days=2)}, "decide_by"),
        ({"decide_by": NOW + timedelta(days=98) + SECOND}, "decide_by"),
        ({"closes_at": None, "decide_by": NOW + timedelta(hours=1)}, "decide_by"),
    ],
)
def test_dates_in_the_wrong_order(change: dict[str, datetime | None], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.refuse_asked(replace(ASKED, **change), "film", NOW)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_dates_at_their_limits() -> None:
    longest = {"closes_at": NOW + timedelta(days=61), "decide_by": NOW + timedelta(days=151)}
    shortest = {"closes_at": NOW + timedelta(days=1, hours=1), "decide_by": NOW + timedelta(days=1, hours=1) + SECOND}
    for change in (longest, shortest):
        rules.refuse_asked(replace(ASKED, **change), "film", NOW)  # type: ignore[arg-type]


def test_what_a_draft_lacks() -> None:
    empty = replace(ASKED, opens_at=None, closes_at=None, decide_by=None)

    def missing(asked: Asked, candidates: int, *, at_once: bool) -> list[str]:
        return [one.field for one in rules.what_is_missing(asked, candidates, NOW, kind="film", at_once=at_once)]

    assert missing(empty, 1, at_once=False) == ["candidates", "opens_at", "closes_at", "decide_by"]
    assert missing(empty, 2, at_once=True) == ["closes_at", "decide_by"]
    assert missing(ASKED, 2, at_once=False) == []
    late = replace(ASKED, opens_at=NOW - SECOND)
    assert missing(late, 2, at_once=False) == ["opens_at"], "it lay too long: its hour has passed"
    assert missing(replace(late, opens_at=None), 2, at_once=True) == []


ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia")


@pytest.mark.parametrize("zone", ZONES)
def test_it_opens_and_closes_to_the_second(zone: str) -> None:
    """Across the nights in which clocks are changed: hours are moments, whoever reads them."""
    opens = datetime(2027, 3, 13, 18, 0, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    closes = datetime(2027, 3, 28, 2, 30, tzinfo=ZoneInfo(zone)).astimezone(UTC)

    def at(moment: datetime, state: PollState = PollState.ANNOUNCED) -> PollState:
        return stands(state, opens, closes, moment)

    assert [at(opens + shift) for shift in (-SECOND, timedelta(0), SECOND)] == [
        PollState.ANNOUNCED, PollState.OPEN, PollState.OPEN,
    ]  # fmt: skip
    for written in (PollState.ANNOUNCED, PollState.OPEN):  # whether or not a sweep has been there
        assert [at(closes + shift, written) for shift in (-SECOND, timedelta(0), SECOND)] == [
            PollState.OPEN, PollState.CLOSED, PollState.CLOSED,
        ]  # fmt: skip
    for ended in (PollState.DRAFT, PollState.CANCELLED, PollState.DECIDED, PollState.WITHDRAWN):
        assert at(closes + SECOND, ended) == ended


def test_a_decision_is_late_to_the_second() -> None:
    by = NOW + timedelta(days=15)
    late = [rules.is_late(PollState.CLOSED, by, by + shift) for shift in (-SECOND, timedelta(0), SECOND)]
    assert late == [False, True, True]
    assert not rules.is_late(PollState.DECIDED, by, by + SECOND)


MEI = Voter(
    confirmed=True, is_staff=False, is_member=False, backs=True, follows=False, has_card=True, fingerprint="4242", voted_for=None
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "audience", "label", "code"),
    [
        ({}, "backers", "binding", ""),
        ({"confirmed": False}, "everyone", "advisory", "not_verified"),
        ({"is_member": True}, "everyone", "advisory", "no_vote_here"),
        ({"is_staff": True}, "everyone", "advisory", "no_vote_here"),
        ({"backs": False, "follows": True}, "backers", "advisory", "not_asked"),
        ({"backs": False, "follows": True}, "followers", "advisory", ""),
        ({"follows": False}, "followers", "advisory", ""),
        ({"backs": False}, "followers", "advisory", "not_asked"),
        ({"backs": False}, "everyone", "advisory", ""),
        ({"has_card": False, "fingerprint": ""}, "everyone", "advisory", ""),
        ({"has_card": False, "fingerprint": ""}, "everyone", "binding", "voting_card_needed"),
        ({"fingerprint": ""}, "everyone", "binding", "card_has_voted"),
        ({"has_card": False, "fingerprint": "", "voted_for": 7}, "everyone", "binding", ""),
        ({"backs": False, "voted_for": 7}, "backers", "binding", "not_asked"),
    ],
)
def test_who_may_vote(change: dict[str, object], audience: str, label: str, code: str) -> None:
    voter = replace(MEI, **change)  # type: ignore[arg-type]
    if not code:
        rules.refuse_voter(voter, audience, label)
        return
    with pytest.raises(rules.Refusal) as refused:
        rules.refuse_voter(voter, audience, label)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("votes", "quorum", "met", "leaders"),
    [
        ({1: 5, 2: 3}, 8, True, {1}),
        ({1: 5, 2: 3}, 9, False, set()),
        ({1: 4, 2: 4, 3: 1}, 0, True, {1, 2}),
        ({1: 0, 2: 0}, 0, False, set()),
        ({1: 1, 2: 0}, 0, True, {1}),
    ],
)
def test_what_a_vote_says(votes: dict[int, int], quorum: int, met: bool, leaders: set[int]) -> None:
    assert tally(votes, sum(votes.values()), quorum) == Tally(met, frozenset(leaders))


def test_what_a_decision_makes_of_it() -> None:
    clear, tie, nothing = Tally(True, frozenset({1})), Tally(True, frozenset({1, 2})), Tally(False, frozenset())
    assert [judge("binding", clear, one) for one in (1, 2, None)] == ["followed", "not_followed", "not_followed"]
    assert [judge("advisory", clear, one) for one in (1, 2, None)] == ["followed", "departed", "departed"]
    assert [judge("binding", tie, one) for one in (1, 2, 3)] == ["followed", "followed", "not_followed"]
    assert {judge(label, nothing, one) for label in Label for one in (1, None)} == {DecisionKind.FREE}
    with pytest.raises(rules.VoteBinds):
        rules.refuse_decision(DecisionKind.NOT_FOLLOWED, cannot_follow=False)
    rules.refuse_decision(DecisionKind.NOT_FOLLOWED, cannot_follow=True)
    rules.refuse_decision(DecisionKind.DEPARTED, cannot_follow=False)
