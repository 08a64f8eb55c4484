"""Casting votes: a rush, when a popular film asks who plays the part. Hundreds of votes become one transaction.

Lock and read, decide in memory, write set-based, as pledges are made. The poll's row is locked first: the counters that stand
in it and in its candidates change in the transaction of the votes, and of two accounts with one card the second is seen. Look-ups
by voter are correlated, one index probe a vote.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from crowdfund import clock
from crowdfund.community.polls import rules
from crowdfund.community.polls.models import Label
from crowdfund.community.polls.rules import Voter
from crowdfund.database import Batch, Sql, as_rows, atomic, new_id, together
from crowdfund.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Ballot:
    """What somebody wishes: one candidate of one poll. campaign_id, organisation_id: whose poll it is, which never changes."""

    poll_id: int
    person_id: int
    candidate_id: int
    campaign_id: int
    organisation_id: int


@dataclass(frozen=True, slots=True)
class Cast:
    """A vote as it stands now. is_first: she had not voted there before."""

    candidate_id: int
    is_first: bool


_LOCK = Sql("""
    SELECT p.id, p.state, p.audience, p.label, p.opens_at, p.closes_at,
           (SELECT c.state FROM campaign c WHERE c.id = p.campaign_id) AS campaign_state
    FROM poll p WHERE p.id IN (SELECT CAST(value->>'poll_id' AS BIGINT) FROM {rows}) ORDER BY p.id {for_update}""")
_CANDIDATES = Sql("""
    SELECT id, poll_id FROM poll_candidate WHERE id IN (SELECT CAST(value->>'candidate_id' AS BIGINT) FROM {rows})""")
_PERSON, _POLL = "CAST(value->>'person_id' AS BIGINT)", "CAST(value->>'poll_id' AS BIGINT)"
_CAMPAIGN, _ORGANISATION = "CAST(value->>'campaign_id' AS BIGINT)", "CAST(value->>'organisation_id' AS BIGINT)"
_CARDS = f"""
    FROM saved_card k WHERE k.person_id = {_PERSON} AND k.state = 'saved' AND k.fingerprint <> ''
      AND k.expires_year * 12 + k.expires_month >= $2"""
_VOTERS = Sql(f"""
    SELECT (SELECT v.candidate_id FROM vote v WHERE v.poll_id = {_POLL} AND v.person_id = {_PERSON}) AS voted_for,
           EXISTS (SELECT 1 FROM person p WHERE p.id = {_PERSON} AND p.email_confirmed_at IS NOT NULL) AS confirmed,
           EXISTS (SELECT 1 FROM person p WHERE p.id = {_PERSON} AND p.staff_role IS NOT NULL) AS is_staff,
           EXISTS (SELECT 1 FROM member m WHERE m.organisation_id = {_ORGANISATION} AND m.person_id = {_PERSON}) AS is_member,
           EXISTS (SELECT 1 FROM pledge g WHERE g.person_id = {_PERSON} AND g.campaign_id = {_CAMPAIGN}
                   AND g.state IN ('active', 'charging', 'errored', 'collected', 'disputed')) AS backs,
           EXISTS (SELECT 1 FROM follower f WHERE f.campaign_id = {_CAMPAIGN} AND f.person_id = {_PERSON}) AS follows,
           EXISTS (SELECT 1 {_CARDS}) AS has_card,
           (SELECT k.fingerprint {_CARDS} AND NOT EXISTS (
                SELECT 1 FROM vote v WHERE v.poll_id = {_POLL} AND v.fingerprint = k.fingerprint AND v.fingerprint <> '')
            ORDER BY k.id DESC LIMIT 1) AS fingerprint
    FROM {{rows}}""")  # noqa: S608
_PUT = Sql("""
    INSERT INTO vote (id, poll_id, person_id, candidate_id, fingerprint, made_at, changed_at)
    SELECT CAST(value->>'id' AS BIGINT), CAST(value->>'poll_id' AS BIGINT), CAST(value->>'person_id' AS BIGINT),
           CAST(value->>'candidate_id' AS BIGINT), value->>'fingerprint', CAST($2 AS BIGINT), CAST($2 AS BIGINT)
    FROM {rows} WHERE TRUE
    ON CONFLICT (poll_id, person_id) DO UPDATE SET candidate_id = excluded.candidate_id, changed_at = excluded.changed_at""")
_EVENTS = Sql("""
    INSERT INTO vote_event (id, poll_id, person_id, from_candidate_id, candidate_id, at)
    SELECT CAST(value->>'id' AS BIGINT), CAST(value->>'poll_id' AS BIGINT), CAST(value->>'person_id' AS BIGINT),
           CAST(value->>'from_candidate_id' AS BIGINT), CAST(value->>'candidate_id' AS BIGINT), CAST($2 AS BIGINT)
    FROM {rows}""")
_COUNT_VOTES = Sql("""
    UPDATE poll_candidate SET votes = votes + more.n
    FROM (SELECT CAST(value->>'id' AS BIGINT) AS id, CAST(value->>'n' AS BIGINT) AS n FROM {rows}) AS more
    WHERE poll_candidate.id = more.id""")
_COUNT_VOTERS = Sql("""
    UPDATE poll SET voters = voters + more.n
    FROM (SELECT CAST(value->>'id' AS BIGINT) AS id, CAST(value->>'n' AS BIGINT) AS n FROM {rows}) AS more
    WHERE poll.id = more.id""")


@dataclass(slots=True)
class _Standing:
    """What the database knew when the batch was decided. cards, votes: given away inside the batch so far."""

    polls: dict[int, dict[str, Any]]
    candidates: dict[int, int]
    cards: set[tuple[int, str]]
    votes: dict[tuple[int, int], dict[str, Any]]
    events: list[dict[str, Any]]


@atomic
async def _cast(ballots: list[Ballot]) -> list[Cast | Exception]:
    rows = as_rows(_row(ballot) for ballot in ballots)
    polls, candidates, voters = await together(_LOCK.bind(rows), _CANDIDATES.bind(rows), _VOTERS.bind(rows, _month()))
    now_us = clock.now_us()  # of the moment in which the poll is ours: who waited past its close is late
    standing = _Standing({p["id"]: p for p in polls}, {c["id"]: c["poll_id"] for c in candidates}, set(), {}, [])
    answers: list[Cast | Exception] = []
    for ballot, found in zip(ballots, voters, strict=True):
        try:
            answers.append(_decide(ballot, voter_of(found), standing, now_us))
        except Refusal as refusal:
            answers.append(refusal)
    await _write(standing, now_us)
    return answers


_batch = Batch[Ballot, Cast](_cast)
cast_vote = _batch.ask
finish = _batch.finish


def _decide(ballot: Ballot, voter: Voter, standing: _Standing, now_us: int) -> Cast:
    poll = standing.polls.get(ballot.poll_id)
    if poll is None:
        raise rules.NoSuchPoll("There is no such poll.")
    opens_at, closes_at = (
        clock.from_us(poll[one]) if poll[one] is not None else None for one in ("opens_at", "closes_at")
    )
    rules.refuse_unless_open(
        rules.stands(poll["state"], opens_at, closes_at, clock.from_us(now_us)), poll["campaign_state"]
    )
    if standing.candidates.get(ballot.candidate_id) != ballot.poll_id:
        raise rules.NoSuchCandidate("There is no such candidate in this poll.", field="candidate")
    earlier = standing.votes.get((ballot.poll_id, ballot.person_id))
    if earlier is not None:  # her button was pressed twice within the batch
        voter = replace(voter, voted_for=earlier["candidate_id"])
    elif (ballot.poll_id, voter.fingerprint) in standing.cards:
        voter = replace(voter, fingerprint="")
    rules.refuse_voter(voter, poll["audience"], poll["label"])
    if voter.voted_for != ballot.candidate_id:
        _take(ballot, voter, poll["label"] == Label.BINDING, standing)
    return Cast(ballot.candidate_id, voter.voted_for is None)


def _take(ballot: Ballot, voter: Voter, binds: bool, standing: _Standing) -> None:
    """Count a vote that was decided, for those decided after it in the same batch. The card of the first vote stays its card."""
    key = (ballot.poll_id, ballot.person_id)
    event = {
        "id": new_id(),
        "poll_id": ballot.poll_id,
        "person_id": ballot.person_id,
        "candidate_id": ballot.candidate_id,
    }
    standing.events.append({**event, "from_candidate_id": voter.voted_for})
    if key in standing.votes:
        standing.votes[key]["candidate_id"] = ballot.candidate_id
        return
    fingerprint = voter.fingerprint if binds and voter.voted_for is None else ""
    standing.votes[key] = {**event, "fingerprint": fingerprint}
    if fingerprint:
        standing.cards.add((ballot.poll_id, fingerprint))


async def _write(standing: _Standing, now_us: int) -> None:
    if not standing.events:
        return
    votes: Counter[int] = Counter()
    voters: Counter[int] = Counter()
    for event in standing.events:
        votes[event["candidate_id"]] += 1
        if event["from_candidate_id"] is None:
            voters[event["poll_id"]] += 1
        else:
            votes[event["from_candidate_id"]] -= 1
    counts = [_COUNT_VOTES.bind(as_rows({"id": i, "n": n} for i, n in sorted(votes.items()) if n))]
    if voters:
        counts.append(_COUNT_VOTERS.bind(as_rows({"id": i, "n": n} for i, n in sorted(voters.items()))))
    cast, events = as_rows(standing.votes.values()), as_rows(standing.events)
    await together(_PUT.bind(cast, now_us), _EVENTS.bind(events, now_us), *counts)


def voter_of(found: dict[str, Any]) -> Voter:
    """A row of the look-up as the rules take it: one engine says 1, the other true."""
    said = {name: bool(found[name]) for name in ("confirmed", "is_staff", "is_member", "backs", "follows", "has_card")}
    return Voter(**said, fingerprint=found["fingerprint"] or "", voted_for=found["voted_for"])


async def voter_now(ballot: Ballot) -> Voter:
    """What a page asks before it shows somebody a ballot."""
    [found] = await _VOTERS(as_rows([_row(ballot)]), _month())
    return voter_of(found)


def _row(ballot: Ballot) -> dict[str, Any]:
    return {
        "poll_id": ballot.poll_id, "person_id": ballot.person_id, "candidate_id": ballot.candidate_id,
        "campaign_id": ballot.campaign_id, "organisation_id": ballot.organisation_id,
    }  # fmt: skip


def _month() -> int:
    """This month, counted as cards' last months are."""
    now = clock.now()
    return now.year * 12 + now.month
