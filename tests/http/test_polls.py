"""Voting: one person one vote, a card once, to the second; counted as it is cast, and proven. On both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from crowdfund import clock
from crowdfund.books import check
from crowdfund.campaigns.followers import follow
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.pictures import forget_unused_pictures
from crowdfund.community.polls import actions, casting, rules
from crowdfund.community.polls.candidates import (
    Named,
    TooManyCandidates,
    add_candidate_once,
    change_candidate,
    picture_candidate,
    remove_candidate,
)
from crowdfund.community.polls.casting import Ballot, cast_vote
from crowdfund.community.polls.due import look_after_polls
from crowdfund.community.polls.models import (
    MOVES,
    Audience,
    Candidate,
    Decision,
    Label,
    Poll,
    PollEvent,
    PollState,
    Vote,
    VoteEvent,
)
from crowdfund.community.polls.queries import poll_now
from crowdfund.database import Sql, atomic, new_id
from crowdfund.database.once import KeyUsedForAnother
from crowdfund.people.models import Image, Member, Person
from crowdfund.people.pictures import keep_image
from crowdfund.pledges.actions import cancel_pledge
from crowdfund.refusal import Invalid, Refusal
from tests.polls import (
    a_backer,
    a_draft_poll,
    again_poll,
    an_open_poll,
    asked,
    candidate,
    counted,
    unconfirm,
    votes,
    with_card,
)
from tests.walks import walk_every_pair
from tests.world import Fan, a_campaign, a_fan, a_studio, broken

pytestmark = pytest.mark.usefixtures("database")
S = PollState
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    """After each story the counters are what was voted."""
    yield
    assert broken((await check(with_processor=False, counting=False)).findings) == []


@pytest.fixture
async def lin() -> Fan:
    return await a_fan("Lin")


@pytest.fixture
async def film(lin: Fan) -> Campaign:
    return await a_campaign(studio_id=await a_studio(owner=lin), days=60)


async def refused(poll: Poll, person_id: int, name: str = "Ava Stone") -> str:
    """The code of the refusal; nothing is counted."""
    before = (await counted(poll), (await again_poll(poll)).voters, await VoteEvent.filter(poll_id=poll.id).count())
    with pytest.raises(Refusal) as refusal:
        await votes(poll, person_id, name)
    assert (
        await counted(poll),
        (await again_poll(poll)).voters,
        await VoteEvent.filter(poll_id=poll.id).count(),
    ) == before
    return refusal.value.code


# --- one person, one vote ---


async def test_one_vote_each_whatever_they_paid(film: Campaign, lin: Fan) -> None:
    poll = await an_open_poll(film, by=lin.id)
    rich, poor = await a_backer(film, "Rich", amount_minor=5_000_00), await a_backer(film, "Poor", amount_minor=1_00)
    assert (await votes(poll, rich.id, "Ava Stone")).is_first
    assert (await votes(poll, poor.id, "Ben Okri")).is_first
    assert (await counted(poll), (await again_poll(poll)).voters) == ({"Ava Stone": 1, "Ben Okri": 1}, 2)


async def test_a_change_of_mind_moves_the_one_vote(film: Campaign, lin: Fan) -> None:
    poll = await an_open_poll(film, by=lin.id)
    mei = await a_backer(film)
    for name, is_first in (("Ava Stone", True), ("Ben Okri", False), ("Ben Okri", False), ("Cleo Marsh", False)):
        assert (await votes(poll, mei.id, name)).is_first is is_first
    assert (await counted(poll), (await again_poll(poll)).voters) == ({"Cleo Marsh": 1}, 1)
    ids = {one.id: one.name for one in await Candidate.filter(poll_id=poll.id)}
    history = await VoteEvent.filter(poll_id=poll.id).order_by("id")
    assert [(ids.get(one.from_candidate_id), ids[one.candidate_id]) for one in history] == [
        (None, "Ava Stone"), ("Ava Stone", "Ben Okri"), ("Ben Okri", "Cleo Marsh"),
    ]  # fmt: skip


async def test_who_is_asked(film: Campaign, lin: Fan) -> None:
    backer, follower, anybody = await a_backer(film), await a_fan("Follows"), await a_fan("Anybody")
    await follow(film.id, by=follower.id)
    said = {}
    for audience in Audience:
        poll = await an_open_poll(film, by=lin.id, audience=audience)
        for name, fan in (("backer", backer), ("follower", follower), ("anybody", anybody)):
            try:
                await votes(poll, fan.id, "Ava Stone")
                said[audience.value, name] = "votes"
            except Refusal as refusal:
                said[audience.value, name] = refusal.code
    assert said == {
        ("backers", "backer"): "votes", ("backers", "follower"): "not_asked", ("backers", "anybody"): "not_asked",
        ("followers", "backer"): "votes", ("followers", "follower"): "votes", ("followers", "anybody"): "not_asked",
        ("everyone", "backer"): "votes", ("everyone", "follower"): "votes", ("everyone", "anybody"): "votes",
    }  # fmt: skip


async def test_makers_and_staff_do_not_vote(film: Campaign, lin: Fan) -> None:
    poll = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE)
    assert await refused(poll, lin.id) == "no_vote_here"
    vera, ada, eve = [await a_fan(name) for name in ("Vera", "Ada", "Eve")]
    await Member.create(
        id=new_id(), organisation_id=film.organisation_id, person_id=vera.id, role="viewer", made_at=clock.now()
    )
    await atomic(Person.filter(id=ada.id).update)(staff_role="reviewer")
    await a_studio("Another", owner=eve)
    assert [await refused(poll, one.id) for one in (vera, ada)] == ["no_vote_here", "no_vote_here"]
    assert (await votes(poll, eve.id, "Ava Stone")).is_first, "who makes another film is a fan like any other"


async def test_an_address_that_nobody_confirmed_has_no_vote(film: Campaign, lin: Fan) -> None:
    poll = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE)
    ghost = await a_fan("Ghost")
    await unconfirm(ghost)
    assert await refused(poll, ghost.id) == "not_verified"


async def test_a_pledge_that_is_taken_back_leaves_the_vote(film: Campaign, lin: Fan) -> None:
    """It stands as it was cast, and can't be changed by somebody who is no backer any more."""
    poll = await an_open_poll(film, by=lin.id)
    mei = await a_backer(film)
    await votes(poll, mei.id, "Ava Stone")
    pledge_id = await Sql("SELECT id FROM pledge WHERE person_id = $1").value(mei.id)
    await cancel_pledge(pledge_id, person_id=mei.id)
    assert await refused(poll, mei.id, "Ben Okri") == "not_asked"
    assert await counted(poll) == {"Ava Stone": 1}


# --- a card, once ---


async def a_binding_poll(film: Campaign, lin: Fan, **more: object) -> Poll:
    return await an_open_poll(film, by=lin.id, label=Label.BINDING, audience=Audience.EVERYONE, **more)


async def test_a_binding_vote_takes_a_card_that_nobody_else_voted_with(film: Campaign, lin: Fan) -> None:
    poll = await a_binding_poll(film, lin)
    mei, alias, bare = await a_fan("Mei"), await a_fan("Alias"), await a_fan("Bare")
    await with_card(mei, "4242")
    await with_card(alias, "4242")
    await votes(poll, mei.id, "Ava Stone")
    assert await refused(poll, alias.id, "Ben Okri") == "card_has_voted"
    assert await refused(poll, bare.id) == "voting_card_needed"
    await with_card(bare, "")  # of which the processor told no number that could be compared
    assert await refused(poll, bare.id) == "voting_card_needed"
    await with_card(alias, "5555")
    await votes(poll, alias.id, "Ben Okri")  # her own other card
    assert await counted(poll) == {"Ava Stone": 1, "Ben Okri": 1}
    assert {one.fingerprint for one in await Vote.filter(poll_id=poll.id)} == {"4242", "5555"}


async def test_a_card_counts_once_a_poll_and_not_once_for_ever(film: Campaign, lin: Fan) -> None:
    one, other = await a_binding_poll(film, lin), await a_binding_poll(film, lin)
    mei, alias = await a_fan("Mei"), await a_fan("Alias")
    await with_card(mei, "4242")
    await with_card(alias, "4242")
    await votes(one, mei.id, "Ava Stone")
    await votes(other, alias.id, "Ava Stone")
    assert (await counted(one), await counted(other)) == ({"Ava Stone": 1}, {"Ava Stone": 1})


async def test_a_vote_stands_when_its_card_goes_and_may_change(film: Campaign, lin: Fan) -> None:
    poll = await a_binding_poll(film, lin)
    mei, alias = await a_fan("Mei"), await a_fan("Alias")
    card_id = await with_card(mei, "4242")
    await votes(poll, mei.id, "Ava Stone")
    await atomic(Sql("UPDATE saved_card SET state = 'gone', fingerprint = 'renewed' WHERE id = $1").__call__)(card_id)
    await votes(poll, mei.id, "Ben Okri")
    await with_card(alias, "4242")
    assert await refused(poll, alias.id) == "card_has_voted", "the card has voted, wherever it went since"
    assert await counted(poll) == {"Ben Okri": 1}


async def test_a_card_that_has_ended_is_none(film: Campaign, lin: Fan) -> None:
    poll = await a_binding_poll(film, lin)
    mei = await a_fan("Mei")
    card_id = await with_card(mei, "4242")
    now = clock.now()
    await atomic(Sql("UPDATE saved_card SET expires_year = $2, expires_month = $3 WHERE id = $1").__call__)(
        card_id, now.year - 1, now.month
    )
    assert await refused(poll, mei.id) == "voting_card_needed"


async def test_the_database_itself_refuses_a_second_vote_and_a_second_account_with_one_card(
    film: Campaign, lin: Fan
) -> None:
    poll = await a_binding_poll(film, lin)
    ava, mei, alias = await candidate(poll, "Ava Stone"), await a_fan("Mei"), await a_fan("Alias")
    await with_card(mei, "4242")
    await votes(poll, mei.id, "Ava Stone")
    now = clock.now()
    facts: dict[str, Any] = {"poll_id": poll.id, "candidate_id": ava.id, "made_at": now, "changed_at": now}
    for wrong in (
        {"person_id": alias.id, "fingerprint": "4242"},  # the same card
        {"person_id": mei.id, "fingerprint": "5555"},  # a second vote of one person
    ):
        with pytest.raises(Exception, match=r"(?i)unique"):
            await atomic(Vote.create)(id=new_id(), **facts, **wrong)
    other = await a_binding_poll(film, lin)
    with pytest.raises(Exception, match=r"(?i)foreign key"):  # a candidate of another poll
        await atomic(Vote.create)(id=new_id(), **{**facts, "poll_id": other.id}, person_id=alias.id, fingerprint="5555")


# --- races ---


async def test_twice_at_once_is_one_vote(film: Campaign, lin: Fan) -> None:
    """A button pressed twice, and two devices that differ: by one process, and by two that don't know each other."""
    poll = await an_open_poll(film, by=lin.id)
    names = ["Ava Stone", "Ava Stone", "Ben Okri", "Cleo Marsh"]
    for number in range(1, 6):
        mei = await a_backer(film, f"Mei{number}")
        if number % 2:
            await asyncio.gather(*(votes(poll, mei.id, name) for name in names))
        else:
            ballots = [await ballot(poll, film, mei.id, name) for name in names]
            await asyncio.gather(*(casting._cast([one]) for one in ballots))
        now = await again_poll(poll)
        assert (now.voters, sum((await counted(poll)).values())) == (number, number)
        assert await Vote.filter(poll_id=poll.id, person_id=mei.id).count() == 1


async def ballot(poll: Poll, film: Campaign, person_id: int, name: str) -> Ballot:
    return Ballot(poll.id, person_id, (await candidate(poll, name)).id, film.id, film.organisation_id)


async def test_two_accounts_with_one_card_at_once(film: Campaign, lin: Fan) -> None:
    """In one batch, and in the batches of two processes: one votes, the other is told."""
    poll = await a_binding_poll(film, lin)
    for number in range(1, 6):
        pair = [await a_fan(f"One{number}"), await a_fan(f"Other{number}")]
        for fan in pair:
            await with_card(fan, f"card-{number}")
        ballots = [await ballot(poll, film, fan.id, "Ava Stone") for fan in pair]
        if number % 2:
            answers = await asyncio.gather(*(cast_vote(one) for one in ballots), return_exceptions=True)
        else:
            answers = [one for (one,) in await asyncio.gather(*(casting._cast([one]) for one in ballots))]
        assert sorted(type(one).__name__ for one in answers) == ["CardHasVoted", "Cast"]
        assert (await again_poll(poll)).voters == number


async def test_a_rush_loses_no_vote(film: Campaign, lin: Fan) -> None:
    poll = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE)
    fans = [await a_fan(f"Fan{number}") for number in range(120)]
    ballots = [await ballot(poll, film, fan.id, ("Ava Stone", "Ben Okri")[i % 3 == 0]) for i, fan in enumerate(fans)]
    answers = await asyncio.gather(*(cast_vote(one) for one in ballots), return_exceptions=True)
    assert [one for one in answers if isinstance(one, BaseException)] == []
    assert (await counted(poll), (await again_poll(poll)).voters) == ({"Ava Stone": 80, "Ben Okri": 40}, 120)


async def test_a_vote_in_the_moment_of_the_close_or_of_a_cancellation(film: Campaign, lin: Fan) -> None:
    """Whoever is first: counted and told so, or refused and not counted."""
    for _ in range(5):
        poll = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE)
        mei = await a_fan("Mei")
        cancelled, answer = await asyncio.gather(
            actions.cancel_poll(poll.id, "She has signed elsewhere.", by=lin.id), votes(poll, mei.id, "Ava Stone"),
            return_exceptions=True,
        )  # fmt: skip
        assert cancelled is None and isinstance(answer, (casting.Cast, rules.PollClosed))
        assert (await again_poll(poll)).voters == (1 if isinstance(answer, casting.Cast) else 0)


# --- hours ---


async def test_votes_are_taken_to_the_second_whether_or_not_a_sweep_ran(film: Campaign, lin: Fan) -> None:
    now = clock.now()
    opens, closes = now + timedelta(days=1), now + timedelta(days=3)
    poll = await a_draft_poll(
        film, by=lin.id, audience=Audience.EVERYONE, opens_at=opens, closes_at=closes, decide_by=closes + timedelta(days=1)
    )  # fmt: skip
    await actions.announce_poll(poll.id, by=lin.id)
    fans = [await a_fan(f"Fan{number}") for number in range(6)]
    said = []
    for fan, moment in zip(
        fans, [opens - SECOND, opens, opens + SECOND, closes - SECOND, closes, closes + SECOND], strict=True
    ):
        at(moment)
        try:
            await votes(poll, fan.id, "Ava Stone")
            said.append("counted")
        except Refusal as refusal:
            said.append(refusal.code)
    assert said == ["poll_not_open", "counted", "counted", "counted", "poll_closed", "poll_closed"]
    assert (await again_poll(poll)).state == S.ANNOUNCED, "no sweep ran"
    await look_after_polls()
    assert ((await again_poll(poll)).state, await counted(poll)) == (S.CLOSED, {"Ava Stone": 3})


def at(moment: Any) -> None:
    """Set the clock to this very moment: it stands still enough for a test of a second."""
    clock.set_offset(moment - (clock.now() - timedelta(microseconds=clock.offset_us())))


async def test_the_sweep_opens_and_closes(film: Campaign, lin: Fan) -> None:
    now = clock.now()
    poll = await a_draft_poll(film, by=lin.id, opens_at=now + timedelta(days=1))
    await actions.announce_poll(poll.id, by=lin.id)
    assert not await look_after_polls()
    clock.advance(timedelta(days=1))
    assert await look_after_polls() and not await look_after_polls()
    assert (await again_poll(poll)).state == S.OPEN
    clock.advance(timedelta(days=4))
    assert await look_after_polls() and not await look_after_polls()
    assert (await again_poll(poll)).state == S.CLOSED
    clock.advance(timedelta(days=4))
    assert await look_after_polls() and not await look_after_polls(), "told once that the decision is late"
    assert (await again_poll(poll)).late_told_at is not None


# --- what was asked stays ---


async def test_what_fans_were_asked_stays(film: Campaign, lin: Fan) -> None:
    poll = await an_open_poll(film, by=lin.id)
    ava = await candidate(poll, "Ava Stone")
    for verb in (
        actions.change_poll(poll.id, asked(question="Who plays her?"), by=lin.id),
        add_candidate_once(poll.id, Named("Dee", ""), by=lin.id, key="dee"),
        change_candidate(ava.id, Named("Ada Stone", ""), by=lin.id),
        remove_candidate(ava.id, by=lin.id),
        picture_candidate(ava.id, None, alt="", by=lin.id),
        actions.take_back_poll(poll.id, by=lin.id),
        actions.withdraw_poll(poll.id, by=lin.id),
        actions.open_poll(poll.id, by=lin.id),
        actions.announce_poll(poll.id, by=lin.id),
    ):
        with pytest.raises(actions.PollFrozen):
            await verb


@pytest.mark.parametrize(
    "change",
    [
        {"question": "Who plays her?"}, {"text": "She sings."}, {"audience": "everyone"}, {"label": "binding"}, {"quorum": 9},
        {"results": "hidden"}, {"opens_at": clock.from_us(1)}, {"closes_at": clock.from_us(1_999_999_999_999_999)},
        {"decide_by": clock.from_us(1_999_999_999_999_999)},
    ],
)  # fmt: skip
async def test_the_database_itself_keeps_what_was_asked(film: Campaign, lin: Fan, change: dict[str, Any]) -> None:
    poll = await an_open_poll(film, by=lin.id)
    with pytest.raises(Exception, match="stays as it is"):
        await atomic(Poll.filter(id=poll.id).update)(**change)


async def test_the_database_itself_keeps_candidates_votes_and_decisions(film: Campaign, lin: Fan) -> None:
    poll = await an_open_poll(film, by=lin.id)
    mei = await a_backer(film)
    await votes(poll, mei.id, "Ava Stone")
    for verb in (
        Candidate.filter(poll_id=poll.id, name="Ben Okri").update(name="Somebody"),
        Candidate.filter(poll_id=poll.id, name="Ben Okri").delete(),
        Candidate.create(id=new_id(), poll_id=poll.id, position=9, name="Dee"),
    ):
        with pytest.raises(Exception, match="stays as it is"):
            await atomic(awaited)(verb)
    await close(poll)
    await actions.decide_poll(poll.id, None, "We found nobody who can row.", by=lin.id)
    for verb in (
        VoteEvent.filter(poll_id=poll.id).update(candidate_id=1), VoteEvent.filter(poll_id=poll.id).delete(),
        Vote.filter(poll_id=poll.id).delete(), PollEvent.filter(poll_id=poll.id).delete(),
        Decision.filter(poll_id=poll.id).update(reason="Because."), Decision.filter(poll_id=poll.id).delete(),
    ):  # fmt: skip
        with pytest.raises(Exception, match=r"append-only|is kept"):
            await atomic(awaited)(verb)


async def awaited(verb: Any) -> None:
    await verb


async def test_a_draft_is_taken_back_until_its_hour(film: Campaign, lin: Fan) -> None:
    opens = clock.now() + timedelta(days=1)
    poll = await a_draft_poll(film, by=lin.id, opens_at=opens)
    await actions.announce_poll(poll.id, by=lin.id)
    at(opens - SECOND)
    await actions.take_back_poll(poll.id, by=lin.id)
    await actions.change_poll(poll.id, asked(question="Who plays her?", opens_at=opens), by=lin.id)
    await actions.announce_poll(poll.id, by=lin.id)
    at(opens)
    with pytest.raises(actions.PollFrozen):
        await actions.take_back_poll(poll.id, by=lin.id)


async def test_what_a_poll_needs_before_fans_see_it(film: Campaign, lin: Fan) -> None:
    poll = await a_draft_poll(film, by=lin.id, names=("Ava Stone",), closes_at=None, decide_by=None)
    with pytest.raises(Invalid) as refusal:
        await actions.open_poll(poll.id, by=lin.id)
    assert [one["field"] for one in refusal.value.errors] == ["candidates", "closes_at", "decide_by"]  # type: ignore[attr-defined]
    with pytest.raises(Invalid, match="of this name"):
        await add_candidate_once(poll.id, Named("AVA STONE", ""), by=lin.id, key="twin")
    for number in range(23):
        await add_candidate_once(poll.id, Named(f"Number {number}", ""), by=lin.id, key=f"n{number}")
    with pytest.raises(TooManyCandidates):
        await add_candidate_once(poll.id, Named("One too many", ""), by=lin.id, key="25")
    assert (await again_poll(poll)).state == S.DRAFT


async def test_a_poll_is_of_a_fund_that_people_see(lin: Fan) -> None:
    for state in ("draft", "approved", "failed", "cancelled", "suspended"):
        film = await a_campaign(studio_id=await a_studio(owner=lin), state=state)
        with pytest.raises(actions.CannotAskNow):
            await actions.make_poll_once(film, asked(), by=lin.id, key=state)
    film = await a_campaign(studio_id=await a_studio(owner=lin))
    poll = await a_draft_poll(film, by=lin.id)
    await atomic(Campaign.filter(id=film.id).update)(state="suspended")
    with pytest.raises(actions.CannotAskNow):
        await actions.open_poll(poll.id, by=lin.id)


async def test_one_key_makes_one_poll(film: Campaign, lin: Fan) -> None:
    wish = asked()
    made = await asyncio.gather(*(actions.make_poll_once(film, wish, by=lin.id, key="k") for _ in range(4)))
    assert len({poll.id for poll in made}) == 1 == await Poll.filter(campaign_id=film.id).count()
    with pytest.raises(KeyUsedForAnother):
        await actions.make_poll_once(film, asked(question="Who sings?"), by=lin.id, key="k")


async def test_a_candidate_of_another_poll_and_a_poll_that_is_none(film: Campaign, lin: Fan) -> None:
    one, other = [await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE) for _ in range(2)]
    mei = await a_fan("Mei")
    theirs = await candidate(other, "Ava Stone")
    with pytest.raises(rules.NoSuchCandidate):
        await cast_vote(Ballot(one.id, mei.id, theirs.id, film.id, film.organisation_id))
    with pytest.raises(rules.NoSuchPoll):
        await cast_vote(Ballot(new_id(), mei.id, theirs.id, film.id, film.organisation_id))
    draft = await a_draft_poll(film, by=lin.id, audience=Audience.EVERYONE)
    assert await refused(draft, mei.id) == "no_such_poll"
    assert await Vote.all().count() == 0


# --- what comes of it ---


async def close(poll: Poll) -> Poll:
    """Its hour comes, and the sweep of that moment."""
    now = await again_poll(poll)
    assert now.closes_at is not None
    at(now.closes_at)
    await look_after_polls()
    return await again_poll(poll)


async def test_turnout_is_of_those_who_could_vote(film: Campaign, lin: Fan) -> None:
    """Backers: five, of whom one belongs to the makers; one voted and took her pledge back. Followers: two more."""
    polls = {audience: await an_open_poll(film, by=lin.id, audience=audience) for audience in Audience}
    backers = [await a_backer(film, f"Fan{number}") for number in range(5)]
    for fan in (await a_fan("F1"), await a_fan("F2"), backers[0]):
        await follow(film.id, by=fan.id)
    ghost = await a_fan("Ghost")
    await follow(film.id, by=ghost.id)
    await unconfirm(ghost)
    for poll in polls.values():
        for fan in backers[:3]:
            await votes(poll, fan.id, "Ava Stone")
    await Member.create(
        id=new_id(), organisation_id=film.organisation_id, person_id=backers[4].id, role="viewer", made_at=clock.now()
    )
    gone = await Sql("SELECT id FROM pledge WHERE person_id = $1").value(backers[1].id)
    await cancel_pledge(gone, person_id=backers[1].id)
    closed = {audience: await close(poll) for audience, poll in polls.items()}
    assert {audience: (poll.voters, poll.eligible) for audience, poll in closed.items()} == {
        "backers": (3, 4), "followers": (3, 6), "everyone": (3, None),
    }  # fmt: skip


async def decided(film: Campaign, lin: Fan, said: dict[str, int], choose: str | None, **more: Any) -> Decision:
    """A poll that was voted on so, and decided for somebody."""
    cannot_follow = more.pop("cannot_follow", False)
    poll = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE, **more)
    for name, n in said.items():
        for number in range(n):
            fan = await a_fan(f"Fan{number}")
            await with_card(fan, f"{fan.id}")
            await votes(poll, fan.id, name)
    await close(poll)
    chosen = (await candidate(poll, choose)).id if choose else None
    reason = "She is the only one of them who rows."
    await actions.decide_poll(poll.id, chosen, reason, cannot_follow=cannot_follow, by=lin.id)
    assert (await again_poll(poll)).state == S.DECIDED
    return await Decision.get(poll_id=poll.id)


@pytest.mark.parametrize(
    ("said", "choose", "more", "kind"),
    [
        ({"Ava Stone": 2, "Ben Okri": 1}, "Ava Stone", {"label": Label.BINDING}, "followed"),
        ({"Ava Stone": 2, "Ben Okri": 1}, "Ben Okri", {"label": Label.BINDING, "cannot_follow": True}, "not_followed"),
        ({"Ava Stone": 2, "Ben Okri": 1}, None, {"label": Label.BINDING, "cannot_follow": True}, "not_followed"),
        ({"Ava Stone": 2, "Ben Okri": 1}, "Ben Okri", {"label": Label.BINDING, "quorum": 4}, "free"),
        ({"Ava Stone": 1, "Ben Okri": 1}, "Ben Okri", {"label": Label.BINDING}, "followed"),
        ({"Ava Stone": 2, "Ben Okri": 1}, "Ben Okri", {}, "departed"),
        ({"Ava Stone": 2, "Ben Okri": 1}, "Ava Stone", {"quorum": 3}, "followed"),
        ({}, "Ava Stone", {"label": Label.BINDING}, "free"),
    ],
)
async def test_how_a_decision_agrees_with_the_vote(
    film: Campaign, lin: Fan, said: dict[str, int], choose: str | None, more: dict[str, Any], kind: str
) -> None:
    assert (await decided(film, lin, said, choose, **more)).kind == kind


async def test_a_binding_vote_binds_until_its_makers_say_plainly_that_they_cannot(film: Campaign, lin: Fan) -> None:
    with pytest.raises(rules.VoteBinds):
        await decided(film, lin, {"Ava Stone": 2, "Ben Okri": 1}, "Ben Okri", label=Label.BINDING)
    assert await Decision.all().count() == 0


async def test_a_decision_comes_after_the_vote_and_once(film: Campaign, lin: Fan) -> None:
    poll = await an_open_poll(film, by=lin.id)
    reason, ava = "She is the only one who rows.", (await candidate(poll, "Ava Stone")).id
    with pytest.raises(actions.NotClosedYet):
        await actions.decide_poll(poll.id, ava, reason, by=lin.id)
    assert poll.closes_at is not None
    at(poll.closes_at - SECOND)
    with pytest.raises(actions.NotClosedYet):
        await actions.decide_poll(poll.id, ava, reason, by=lin.id)
    at(poll.closes_at)
    answers = await asyncio.gather(
        *(actions.decide_poll(poll.id, one, reason, by=lin.id) for one in (ava, None)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in answers) == ["NoneType", "PollClosed"], "no sweep has to run before it"
    assert await Decision.filter(poll_id=poll.id).count() == 1
    other = await an_open_poll(film, by=lin.id)
    await close(other)
    with pytest.raises(rules.NoSuchCandidate):
        await actions.decide_poll(other.id, ava, reason, by=lin.id)


async def test_a_fund_that_ends_without_its_money_takes_its_polls_along(film: Campaign, lin: Fan) -> None:
    opens = clock.now() + timedelta(days=7)
    later = {"opens_at": opens, "closes_at": opens + timedelta(days=1), "decide_by": opens + timedelta(days=2)}
    coming = await a_draft_poll(film, by=lin.id, **later)
    await actions.announce_poll(coming.id, by=lin.id)
    closed = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE)
    mei = await a_fan("Mei")
    await votes(closed, mei.id, "Ava Stone")
    await close(closed)
    running = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE)
    await atomic(Campaign.filter(id=film.id).update)(state="failed")
    assert await refused(running, mei.id) == "poll_closed", "at once, whatever the sweep has written down"
    await look_after_polls()
    states = {one.id: one.state for one in await Poll.all()}
    assert states == {coming.id: S.CANCELLED, running.id: S.CANCELLED, closed.id: S.DECIDED}
    assert (await Decision.get(poll_id=closed.id)).kind == "moot"
    clock.advance(timedelta(days=90))
    assert not await look_after_polls(), "and nobody is reminded of anything"


async def test_hidden_results_are_hidden_until_the_close(film: Campaign, lin: Fan) -> None:
    poll = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE, hides_results=True)
    await votes(poll, (await a_fan("Mei")).id, "Ava Stone")
    assert not (await poll_now(await again_poll(poll))).shows_results
    assert poll.closes_at is not None
    at(poll.closes_at)
    assert (await poll_now(await again_poll(poll))).shows_results


# --- every pair of states ---


async def test_every_pair_of_states_of_a_poll(film: Campaign, lin: Fan) -> None:
    poll = await a_draft_poll(film, by=lin.id, opens_at=clock.now() + timedelta(days=1))
    await walk_every_pair(poll, MOVES, PollEvent)
    await atomic(Poll.filter(id=poll.id).update)(state=S.DRAFT)  # for the books, which know of no decision


# --- pictures ---


async def test_a_candidates_picture_is_not_forgotten(film: Campaign, lin: Fan) -> None:
    poll = await a_draft_poll(film, by=lin.id)
    used, unused = new_id(), new_id()
    for one in (used, unused):
        await keep_image(one, 320, 400, by=lin.id)
    await picture_candidate((await candidate(poll, "Ava Stone")).id, used, alt="Ava Stone at sea", by=lin.id)
    clock.advance(timedelta(days=2))
    assert await forget_unused_pictures() == 1
    assert [image.id for image in await Image.all()] == [used]


async def test_the_books_find_a_counter_that_lies(film: Campaign, lin: Fan) -> None:
    poll = await an_open_poll(film, by=lin.id)
    await votes(poll, (await a_backer(film)).id, "Ava Stone")
    lie = Sql("UPDATE poll_candidate SET votes = votes + $2 WHERE poll_id = $1 AND name = 'Ben Okri'")
    await atomic(lie.__call__)(poll.id, 1)
    await atomic(Poll.filter(id=poll.id).update)(voters=2)
    found = broken((await check(with_processor=False, counting=False)).findings)
    assert [one.partition(":")[0] for one in found] == [
        "what a candidate is told to have is what was voted", "a poll has as many voters as votes",
    ]  # fmt: skip
    await atomic(lie.__call__)(poll.id, -1)
    await atomic(Poll.filter(id=poll.id).update)(voters=1)
