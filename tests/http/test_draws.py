"""Draws from the announcement to the day itself, by their verbs: who may enter, what is frozen, who wins, who moves up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from crowdfund import clock
from crowdfund.books import check
from crowdfund.campaigns.actions import NotReady
from crowdfund.campaigns.models import Campaign
from crowdfund.community.draws import actions, queries
from crowdfund.community.draws.actions import announce_draw, cancel_draw, enter, leave
from crowdfund.community.draws.algorithm import commitment_of, list_hash_of
from crowdfund.community.draws.drawing import close_draw, draw_now
from crowdfund.community.draws.file import holds, read
from crowdfund.community.draws.models import (
    Draw,
    DrawEntry,
    DrawEvent,
    DrawSeed,
    DrawWinner,
    DrawWinnerEvent,
)
from crowdfund.community.draws.rules import (
    DrawnAlready,
    DrawNotChangeable,
    DrawNotOpen,
    NoDrawHere,
    NotAmongThem,
    NotYetDrawable,
)
from crowdfund.community.draws.winners import confirm, decline
from crowdfund.database import Sql, atomic, new_id
from crowdfund.database.moves import MoveRefused
from crowdfund.people.models import AuditEntry, Person
from crowdfund.pledges.actions import cancel_pledge
from crowdfund.pledges.models import Pledge
from crowdfund.refusal import Invalid, NotFound
from crowdfund.worker import work_until_idle
from tests.http.draw_world import (
    YES,
    a_backer,
    a_drafted_draw,
    a_draw,
    a_fund,
    again,
    entrants,
    pass_to,
    ranked,
    standing,
    state_of,
    terms,
    told,
    why,
    with_a_number,
    worked,
)
from tests.world import Fan, a_campaign, a_fan, a_tier, broken

pytestmark = pytest.mark.usefixtures("database")


# --- from the announcement to the day ---


async def test_a_draw_from_the_announcement_to_the_day() -> None:
    """Five backers, two places, two in line. One winner comes, one doesn't, the first in line moves up and lets it lapse."""
    campaign, lin = await a_fund()
    draft = await a_drafted_draw(campaign, by=lin)
    assert (draft.commitment, await DrawSeed.exists(draw_id=draft.id)) == (None, False)
    await announce_draw(draft.id, by=lin)
    draw = await again(draft)
    seed = await DrawSeed.get(draw_id=draw.id)
    assert draw.commitment == commitment_of(bytes.fromhex(seed.seed)) and (draw.seed, draw.list_hash) == (None, None)

    fans = await entrants(draw, campaign, 5)
    assert (await again(draw)).entries == 5
    pass_to(draw.closes_at)
    await worked()
    draw = await again(draw)
    listed = sorted(entry.entry for entry in await DrawEntry.filter(draw_id=draw.id))
    assert (draw.state, draw.seed, draw.list_hash) == ("drawn", seed.seed, list_hash_of(listed))
    first, second, third, fourth = await ranked(draw)
    assert {first, second, third, fourth} < {fan.id for fan in fans}
    file = await queries.file_of(draw)
    assert holds(file) and read(file.as_bytes()) == file and file.entries == listed
    assert await standing(draw) == [(1, "asked", 1), (2, "asked", 2), (3, "waiting", None), (4, "waiting", None)]

    await confirm(draw.id, person_id=first, **YES)
    await decline(draw.id, person_id=second)
    assert await standing(draw) == [(1, "confirmed", 1), (2, "declined", 2), (3, "asked", 2), (4, "waiting", None)]
    pass_to(draw.answer_by)
    await worked()
    assert await standing(draw) == [(1, "confirmed", 1), (2, "declined", 2), (3, "lapsed", 2), (4, "asked", 2)]
    await confirm(draw.id, person_id=fourth, **YES, public_name="Mei")
    pass_to(draw.happens_at)
    await worked()
    assert await state_of(draw) == "completed"
    assert [(e.from_state, e.to_state, e.because) for e in await DrawEvent.filter(draw_id=draw.id).order_by("id")] == [
        ("draft", "announced", "announced"), ("announced", "closed", "the list is closed"), ("closed", "drawn", "drawn"),
        ("drawn", "completed", "the day has come"),
    ]  # fmt: skip
    third_winner = await DrawWinner.get(draw_id=draw.id, rank=3)
    steps = await DrawWinnerEvent.filter(draw_winner_id=third_winner.id).order_by("id")
    assert [(e.to_state, e.because) for e in steps] == [
        ("waiting", "drawn"), ("asked", "moved up"), ("lapsed", "did not answer in time"),
    ]  # fmt: skip
    assert holds(await queries.file_of(await again(draw))), "who came changes nothing of what was drawn"
    assert broken((await check(with_processor=False, counting=False)).findings) == []


async def test_everybody_is_told_once(engine: str) -> None:
    campaign, lin = await a_fund()
    draw = await a_draw(campaign, by=lin)
    fans = await entrants(draw, campaign, 5)
    bystander = await a_backer(campaign)
    await work_until_idle()
    assert (await told(bystander.id))[-1] == "A draw at River Moon: A day on the boat"
    pass_to(draw.closes_at)
    await work_until_idle()
    first, second, third, fourth = await ranked(draw)
    (rest,) = {fan.id for fan in fans} - {first, second, third, fourth}
    said = {person: (await told(person))[-1] for person in (first, second, third, fourth, rest)}
    assert said == {
        first: "You won: A day on the boat", second: "You won: A day on the boat", third: "You are in line: A day on the boat",
        fourth: "You are in line: A day on the boat", rest: "The result of A day on the boat",
    }  # fmt: skip
    assert "The result of A day on the boat" not in await told(bystander.id)
    await decline(draw.id, person_id=first)
    await confirm(draw.id, person_id=second, **YES)
    pass_to(draw.answer_by, hours=-20)
    await work_until_idle()
    assert (await told(third))[-2:] == ["You moved up: A day on the boat", "Do you come? A day on the boat"]
    assert (await told(second)).count("Do you come? A day on the boat") == 0, "she has answered"
    pass_to(draw.answer_by)
    await work_until_idle()
    assert (await told(third))[-1] == "Your place has gone: A day on the boat"
    assert (await told(fourth))[-1] == "You moved up: A day on the boat"
    for person in said:
        subjects = await told(person)
        assert len(subjects) == len(set(subjects)), "nobody is told anything twice"


async def test_with_a_number_from_outside_nothing_is_drawn_before_it_is_known() -> None:
    campaign, lin = await a_fund()
    draw = await a_draw(campaign, by=lin, content=with_a_number())
    await entrants(draw, campaign, 4)
    pass_to(draw.closes_at)
    await worked()
    closed = await again(draw)
    assert (closed.state, closed.seed) == ("closed", None) and closed.list_hash is not None
    number = {"public_value": "16,843.21", "public_source": "the exchange's own page"}
    assert draw.public_at is not None
    pass_to(draw.public_at, seconds=-1)
    with pytest.raises(NotYetDrawable):
        await draw_now(draw.id, by=lin, **number)
    pass_to(draw.public_at)
    await work_until_idle()
    assert (await told(lin))[-1] == "Ready to be drawn: A day on the boat"
    for wrong in (
        {},
        {"public_value": "16,843.21", "public_source": ""},
        number | {"public_value": "１６８４３"},
        number | {"public_value": "1\n2"},
    ):
        with pytest.raises(Invalid):
            await draw_now(draw.id, by=lin, **wrong)
    assert (await again(draw)).seed is None
    await draw_now(draw.id, by=lin, **number)
    drawn = await again(draw)
    assert (drawn.state, drawn.public_value, drawn.list_hash) == ("drawn", "16,843.21", closed.list_hash)
    file = await queries.file_of(drawn)
    assert holds(file)
    with pytest.raises(DrawnAlready):
        await draw_now(draw.id, by=lin, **number | {"public_value": "16,843.22"})
    assert await queries.file_of(await again(draw)) == file


async def test_a_number_that_was_never_announced_is_refused() -> None:
    campaign, lin = await a_fund()
    draw = await a_draw(campaign, by=lin)
    await entrants(draw, campaign, 3)
    pass_to(draw.closes_at)
    with pytest.raises(Invalid):
        await draw_now(draw.id, by=lin, public_value="7", public_source="my dice")
    assert await state_of(draw) == "closed"
    await worked()
    assert (await again(draw)).public_value == ""


async def test_nobody_gives_the_number_and_it_is_called_off() -> None:
    campaign, lin = await a_fund()
    draw = await a_draw(campaign, by=lin, content=with_a_number())
    (mei, *_) = await entrants(draw, campaign, 3)
    pass_to(draw.answer_by, seconds=-1)
    await worked()
    assert await state_of(draw) == "closed"
    pass_to(draw.answer_by)
    with pytest.raises(NotYetDrawable, match="too late"):
        await draw_now(draw.id, by=lin, public_value="7", public_source="the exchange")
    await work_until_idle()
    assert (await state_of(draw), await why(draw)) == ("cancelled", "it was not drawn in time")
    assert (await told(mei.id))[-1] == "A day on the boat was called off"


# --- what can be announced ---


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"places": 11, "entries_min": 11}, "capacity"),
        ({"places": 4, "entries_min": 4, "persons_each": 3}, "capacity"),
        ({"capacity": None}, "capacity"),
        ({"capacity_by": ""}, "capacity_by"),
    ],
)  # fmt: skip
async def test_what_the_place_does_not_hold_is_not_announced(change: dict[str, Any], field: str) -> None:
    """A place for ten that Wei confirmed: eleven winners, or four who bring two each, don't fit."""
    campaign, lin = await a_fund()
    draw = await a_drafted_draw(campaign, by=lin, **change)
    with pytest.raises(NotReady) as refused:
        await announce_draw(draw.id, by=lin)
    assert [one.field for one in refused.value.missing] == [field]
    assert (await state_of(draw), await DrawSeed.all().count()) == ("draft", 0)
    with pytest.raises(Exception, match=r"(?i)check"):
        await atomic(
            Sql("UPDATE draw SET state = 'announced', commitment = 'x', announced_at = 1 WHERE id = $1").__call__
        )(draw.id)


async def test_ten_fit_into_a_place_for_ten() -> None:
    campaign, lin = await a_fund()
    for fitting in ({"places": 10, "entries_min": 10}, {"places": 5, "entries_min": 5, "persons_each": 2}):
        assert (await a_draw(campaign, by=lin, **fitting)).state == "announced"


async def test_more_winners_than_could_ever_enter_are_refused_when_that_is_known() -> None:
    """Three winners among the takers of a tier of which there are two; three among two backers of a fund that is closed."""
    campaign, lin = await a_fund()
    small, large = await a_tier(campaign, size=2), await a_tier(campaign)
    for tiers, missing in (([small], ["entries_min"]), ([small, large], []), ([], [])):
        draw = await a_drafted_draw(campaign, by=lin, places=3, entries_min=3, tier_ids=tiers)
        assert [one.field for one in await actions.missing_in(draw)] == missing
    settled, wei = await a_fund()
    for _ in range(2):
        await a_backer(settled)
    await atomic(Campaign.filter(id=settled.id).update)(state="funded")
    draw = await a_drafted_draw(settled, by=wei, places=3, entries_min=3)
    with pytest.raises(NotReady, match="At most 2 backers could enter, and with fewer than 3"):
        await announce_draw(draw.id, by=wei)
    assert (await a_draw(settled, by=wei, places=2)).state == "announced"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"closes_at": timedelta(seconds=-1)}, "closes_at"),
        ({"answer_by": timedelta(days=7, hours=23)}, "answer_by"),
        ({"happens_at": timedelta(days=14, hours=23)}, "happens_at"),
        ({"public_at": timedelta(days=8)}, "public_what"),
        ({"public_what": "the DAX"}, "public_at"),
        ({"public_what": "the DAX", "public_at": timedelta(days=7)}, "public_at"),
        ({"public_what": "the DAX", "public_at": timedelta(days=13, hours=1)}, "answer_by"),
        ({"places": 3}, "entries_min"),
        ({"tier_ids": [12345]}, "tiers"),
    ],
)  # fmt: skip
async def test_what_cant_be_said(change: dict[str, Any], field: str) -> None:
    campaign, lin = await a_fund()
    now = clock.now()
    change = {name: now + value if isinstance(value, timedelta) else value for name, value in change.items()}
    with pytest.raises(Invalid) as refused:
        await a_drafted_draw(campaign, by=lin, **change)
    assert (refused.value.field, await Draw.all().count()) == (field, 0)


async def test_a_tier_of_another_fund_is_none() -> None:
    campaign, lin = await a_fund()
    other = await a_tier(await a_campaign())
    with pytest.raises(Invalid, match="not of this fund"):
        await a_drafted_draw(campaign, by=lin, tier_ids=[other])


@pytest.mark.parametrize("state", ["draft", "submitted", "failed", "cancelled", "suspended"])
async def test_funds_without_draws(state: str) -> None:
    campaign, lin = await a_fund(state=state)
    with pytest.raises(NoDrawHere):
        await a_drafted_draw(campaign, by=lin)


async def test_a_draft_waits_too_long_and_cant_be_announced() -> None:
    campaign, lin = await a_fund()
    draw = await a_drafted_draw(campaign, by=lin)
    pass_to(draw.closes_at)
    with pytest.raises(NotReady, match="Its closing moment has passed"):
        await announce_draw(draw.id, by=lin)
    await actions.write_draw(draw.id, terms(title="Two days on the boat"), by=lin)
    await announce_draw(draw.id, by=lin)
    assert (await again(draw)).title == "Two days on the boat"


async def test_an_announced_draw_is_not_rewritten_discarded_or_announced_again() -> None:
    campaign, lin = await a_fund()
    draft, draw = await a_drafted_draw(campaign, by=lin), await a_draw(campaign, by=lin)
    before = await again(draw)
    for verb in (
        actions.write_draw(draw.id, terms(places=1), by=lin), actions.discard_draw(draw.id, by=lin), announce_draw(draw.id, by=lin),
    ):  # fmt: skip
        with pytest.raises(DrawNotChangeable):
            await verb
    assert vars(await again(draw))["commitment"] == before.commitment
    await actions.discard_draw(draft.id, by=lin)
    assert await Draw.all().count() == 1
    with pytest.raises(NotFound):
        await actions.discard_draw(draft.id, by=lin)
    done = [line.action for line in await AuditEntry.filter(subject=f"campaign:{campaign.id}").order_by("id")]
    assert done == ["draw_made", "draw_made", "draw_announced", "draw_discarded"]


# --- who may enter ---


async def test_one_entry_a_person_whatever_she_pledged() -> None:
    campaign, lin = await a_fund(goal_minor=10_000_00)
    draw = await a_draw(campaign, by=lin)
    little, much = await a_backer(campaign, amount_minor=1_00), await a_backer(campaign, amount_minor=5_000_00)
    for fan in (little, much):
        entry = await enter(draw.id, person_id=fan.id)
        assert (await enter(draw.id, person_id=fan.id)).entry == entry.entry, "twice is once"
    assert (await DrawEntry.filter(draw_id=draw.id).count(), (await again(draw)).entries) == (2, 2)


async def test_who_may_not_enter() -> None:
    campaign, lin = await a_fund()
    tier = await a_tier(campaign)
    draw, theirs = await a_draw(campaign, by=lin), await a_draw(campaign, by=lin, tier_ids=[tier])
    stranger = await a_fan()
    elsewhere = await a_backer(await a_campaign())
    plain, with_tier = await a_backer(campaign), await a_backer(campaign, tier_id=tier)
    staff = await a_backer(campaign)
    await atomic(Person.filter(id=staff.id).update)(staff_role="reviewer")
    gone = await a_backer(campaign)
    await cancel_pledge((await Pledge.get(person_id=gone.id)).id, person_id=gone.id)
    for fan, words in (
        (stranger, "pledge first"), (elsewhere, "pledge first"), (gone, "pledge first"), (staff, "can't win here"),
        (Fan(lin, ""), "can't win here"),
    ):  # fmt: skip
        with pytest.raises(NotAmongThem, match=words):
            await enter(draw.id, person_id=fan.id)
    with pytest.raises(NotAmongThem, match="who took Two seats"):
        await enter(theirs.id, person_id=plain.id)
    await enter(theirs.id, person_id=with_tier.id)
    for nothing in (12345, (await a_drafted_draw(campaign, by=lin)).id):
        with pytest.raises(NotFound, match="no such draw"):
            await enter(nothing, person_id=plain.id)
    assert await DrawEntry.all().count() == 1


async def test_she_leaves_and_comes_back_with_the_same_entry() -> None:
    campaign, lin = await a_fund()
    draw = await a_draw(campaign, by=lin)
    mei = await a_backer(campaign)
    entry = await enter(draw.id, person_id=mei.id)
    for _ in range(2):
        await leave(draw.id, person_id=mei.id)
    assert (await again(draw)).entries == 0
    assert (await enter(draw.id, person_id=mei.id)).entry == entry.entry
    assert (await again(draw)).entries == 1


@pytest.mark.parametrize(("seconds", "is_open"), [(-1, True), (0, False), (1, False)])
async def test_it_closes_to_the_second(seconds: int, is_open: bool) -> None:
    """Also before anybody has worked off the moment."""
    campaign, lin = await a_fund()
    draw = await a_draw(campaign, by=lin, closes_at=(clock.now() + timedelta(days=7)).replace(microsecond=0))
    mei, jun = await a_backer(campaign), await a_backer(campaign)
    await enter(draw.id, person_id=jun.id)
    pass_to(draw.closes_at, seconds=seconds)
    for verb in (enter(draw.id, person_id=mei.id), leave(draw.id, person_id=jun.id)):
        if is_open:
            await verb
        else:
            with pytest.raises(DrawNotOpen):
                await verb
    assert await close_draw(draw.id) is not is_open
    assert (await again(draw)).state == ("announced" if is_open else "cancelled")


async def test_nobody_enters_while_the_fund_is_paused() -> None:
    campaign, lin = await a_fund()
    draw = await a_draw(campaign, by=lin)
    mei = await a_backer(campaign)
    await entrants(draw, campaign, 3)
    await atomic(Campaign.filter(id=campaign.id).update)(state="suspended")
    with pytest.raises(DrawNotOpen, match="paused"):
        await enter(draw.id, person_id=mei.id)
    pass_to(draw.closes_at)
    await worked()
    assert await state_of(draw) == "announced"
    with pytest.raises(NotYetDrawable, match="paused"):
        await draw_now(draw.id, by=lin)
    await atomic(Campaign.filter(id=campaign.id).update)(state="live")
    await worked()
    assert await state_of(draw) == "drawn"


# --- what is frozen ---


async def test_who_is_no_backer_any_more_drops_out_and_after_the_close_the_list_stays() -> None:
    campaign, lin = await a_fund(days=60)
    draw = await a_draw(campaign, by=lin, content=with_a_number())
    stays, cancels, leaves, joins_the_studio, late = await entrants(draw, campaign, 5)
    keeps = await entrants(draw, campaign, 2)
    await cancel_pledge((await Pledge.get(person_id=cancels.id)).id, person_id=cancels.id)
    await leave(draw.id, person_id=leaves.id)
    add = Sql("INSERT INTO member (id, organisation_id, person_id, role, made_at) VALUES ($1, $2, $3, 'viewer', 1)")
    await atomic(add.__call__)(new_id(), campaign.organisation_id, joins_the_studio.id)
    pass_to(draw.closes_at)
    await worked()
    closed = await again(draw)
    assert (closed.state, closed.entries) == ("closed", 4)
    listed = set((await queries.listed(draw.id)).values())
    people = {entry.person_id for entry in await DrawEntry.filter(id__in=listed)}
    assert people == {stays.id, late.id, *(fan.id for fan in keeps)}
    await cancel_pledge((await Pledge.get(person_id=late.id)).id, person_id=late.id)
    pass_to(draw.public_at, seconds=1)
    await draw_now(draw.id, by=lin, public_value="7", public_source="the exchange")
    assert len((await queries.file_of(await again(draw))).entries) == 4, "after the close the list stays as it is"


async def test_a_pledge_that_moved_to_another_tier_drops_out() -> None:
    campaign, lin = await a_fund()
    tier = await a_tier(campaign)
    draw = await a_draw(campaign, by=lin, tier_ids=[tier], places=1, entries_min=1)
    mei, jun = await a_backer(campaign, tier_id=tier), await a_backer(campaign, tier_id=tier)
    for fan in (mei, jun):
        await enter(draw.id, person_id=fan.id)
    await atomic(Pledge.filter(person_id=mei.id).update)(tier_id=None)
    pass_to(draw.closes_at)
    await worked()
    assert await ranked(draw) == [jun.id]


async def test_fewer_than_announced_and_it_is_not_held() -> None:
    """Three winners at least among three; two of four stay: no draw, everybody is told, no seed and no list is published."""
    campaign, lin = await a_fund()
    draw = await a_draw(campaign, by=lin, places=2, entries_min=3)
    fans = await entrants(draw, campaign, 4)
    for fan in fans[:2]:
        await cancel_pledge((await Pledge.get(person_id=fan.id)).id, person_id=fan.id)
    pass_to(draw.closes_at)
    await work_until_idle()
    ended = await again(draw)
    assert (ended.state, ended.entries, ended.seed, ended.list_hash) == ("cancelled", 2, None, None)
    assert await why(draw) == "fewer backers entered than it takes"
    assert [(await told(fan.id))[-1] for fan in fans] == ["A day on the boat was called off"] * 4
    with pytest.raises(NotYetDrawable, match="without a result"):
        await draw_now(draw.id, by=lin)


async def test_as_many_winners_as_entries_and_fewer_in_line() -> None:
    campaign, lin = await a_fund()
    draw = await a_draw(campaign, by=lin, places=3, entries_min=3, reserves=5)
    await entrants(draw, campaign, 4)
    pass_to(draw.closes_at)
    await worked()
    assert [state for _, state, _ in await standing(draw)] == ["asked"] * 3 + ["waiting"]


async def test_the_fund_ends_and_so_does_its_draw() -> None:
    campaign, lin = await a_fund()
    open_, closed = (
        await a_draw(campaign, by=lin),
        await a_draw(campaign, by=lin, content=with_a_number(closes_at=clock.now() + timedelta(days=1))),
    )
    await entrants(closed, campaign, 3)
    pass_to(closed.closes_at)
    await worked()
    assert (await state_of(open_), await state_of(closed)) == ("announced", "closed")
    await atomic(Campaign.filter(id=campaign.id).update)(state="failed")
    await worked()
    for draw in (open_, closed):
        assert (await state_of(draw), await why(draw)) == (
            "cancelled",
            "the fund has ended, so there is nothing to visit",
        )


async def test_it_is_called_off_with_a_reason_and_not_once_it_is_drawn() -> None:
    campaign, lin = await a_fund()
    open_, closed, drawn = (
        await a_draw(campaign, by=lin),
        await a_draw(campaign, by=lin, content=with_a_number()),
        await a_draw(campaign, by=lin),
    )
    (mei, *_) = await entrants(open_, campaign, 3)
    for draw in (closed, drawn):
        await enter(draw.id, person_id=mei.id)
        await entrants(draw, campaign, 2)
    with pytest.raises(Invalid, match="Say why"):
        await cancel_draw(open_.id, "no", by=lin)
    await cancel_draw(open_.id, "The boat has sunk, sadly.", by=lin)
    with pytest.raises(DrawNotOpen, match="called off"):
        await enter(open_.id, person_id=mei.id)
    pass_to(drawn.closes_at)
    await worked()
    await cancel_draw(closed.id, "The boat has sunk, sadly.", by=lin)
    for draw in (open_, drawn):
        with pytest.raises(MoveRefused):
            await cancel_draw(draw.id, "The boat has sunk, sadly.", by=lin)
    ended = await again(closed)
    assert (ended.seed, ended.list_hash is not None) == (None, True), "its list stays published, the seed stays secret"
    await work_until_idle()
    assert (await told(mei.id))[-1] == "A day on the boat was called off"
