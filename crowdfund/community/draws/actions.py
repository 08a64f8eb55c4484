"""What makers and backers do with a draw before it is drawn: write it, announce it, call it off; enter it and leave it.

A verb that looks at pledges locks the campaign and then the draw; who enters locks the draw alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.campaigns.actions import NotReady
from crowdfund.campaigns.models import Campaign, Tier
from crowdfund.campaigns.rules import Missing
from crowdfund.community.draws import queries, rules, seeds
from crowdfund.community.draws.models import (
    MOVES,
    Draw,
    DrawEntry,
    DrawEvent,
    DrawState,
    DrawTier,
)
from crowdfund.community.draws.rules import Content
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.ids import public
from crowdfund.database.moves import move
from crowdfund.database.once import once
from crowdfund.people.audit import record
from crowdfund.refusal import Invalid

ENTRY_LETTERS = 16  # 80 bits that tell neither who nor when
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


async def locked(draw_id: int) -> tuple[Draw, Mapping[str, Any]]:
    """A draw and its campaign's facts as they are now that both are locked: no pledge and no entry moves meanwhile."""
    found = await Draw.get_or_none(id=draw_id)
    campaign = await counters.lock_one(found.campaign_id) if found else None
    await queries.lock(draw_id)
    draw = await Draw.get_or_none(id=draw_id)
    if draw is None or campaign is None:  # a draft that somebody has just discarded
        raise queries.no_such_draw()
    return draw, campaign


async def move_draw(draw: Draw, to: DrawState, *, because: str, by: int | None, **changes: Any) -> None:
    """A step of a draw, with its row in the draw's history and its line in the audit."""
    await move(draw, to, moves=MOVES, because=because, by=by, events=DrawEvent, **changes)
    told = {"title": draw.title, "draw": public(draw.id)}
    await record(f"draw_{to}", f"campaign:{draw.campaign_id}", by=by, reason=because, after=told)


# --- writing it ---


@atomic
async def make_draw(campaign_id: int, content: Content, *, by: int) -> Draw:
    """A draft, which only its makers see. Raises Invalid, NoDrawHere."""
    campaign = await counters.lock_one(campaign_id)
    rules.refuse_fund(campaign["state"])
    rules.refuse_content(content, clock.now())
    if await Draw.filter(campaign_id=campaign_id).count() >= rules.DRAWS_MAX:
        raise rules.NoDrawHere("A fund has at most {most} draws.", most=rules.DRAWS_MAX)
    draw = await Draw.create(
        id=new_id(), campaign_id=campaign_id, state=DrawState.DRAFT, made_at=clock.now(), **_columns(content)
    )
    await _write_tiers(draw, content)
    told = {"title": draw.title, "draw": public(draw.id)}
    await record("draw_made", f"campaign:{campaign_id}", by=by, after=told)
    return draw


@atomic
async def make_draw_once(campaign_id: int, content: Content, *, by: int, key: str) -> Draw:
    """The draft of this wish. Raises KeyUsedForAnother, and NotFound where it was discarded since."""

    async def make() -> int:
        return (await make_draw(campaign_id, content, by=by)).id

    made_id = await once(by, f"draw:{key}", [campaign_id, asdict(content)], make)
    draw = await Draw.get_or_none(id=made_id)
    if draw is None:
        raise queries.no_such_draw()
    return draw


@atomic
async def write_draw(draw_id: int, content: Content, *, by: int) -> None:
    """Change what a draft says: all of it at once. Raises DrawNotChangeable once it is announced."""
    draw, _campaign = await locked(draw_id)
    _refuse_unless_draft(draw)
    rules.refuse_content(content, clock.now())
    await DrawTier.filter(draw_id=draw_id).delete()
    await Draw.filter(id=draw_id, state=DrawState.DRAFT).update(**_columns(content))
    await _write_tiers(draw, content)


@atomic
async def discard_draw(draw_id: int, *, by: int) -> None:
    """Throw a draft away. Raises DrawNotChangeable once it is announced."""
    draw, _campaign = await locked(draw_id)
    _refuse_unless_draft(draw)
    await DrawTier.filter(draw_id=draw_id).delete()
    await Draw.filter(id=draw_id, state=DrawState.DRAFT).delete()
    await record("draw_discarded", f"campaign:{draw.campaign_id}", by=by, before={"title": draw.title})


def _refuse_unless_draft(draw: Draw) -> None:
    if draw.state != DrawState.DRAFT:
        raise rules.DrawNotChangeable("This draw is announced: what it says is promised and stays.")


async def _write_tiers(draw: Draw, content: Content) -> None:
    wanted = sorted(set(content.tier_ids))
    if await Tier.filter(campaign_id=draw.campaign_id, id__in=wanted).count() != len(wanted):
        raise Invalid("One of these tiers is not of this fund.", field="tiers")
    for tier_id in wanted:
        await DrawTier.create(id=new_id(), draw_id=draw.id, campaign_id=draw.campaign_id, tier_id=tier_id)


def _columns(content: Content) -> dict[str, Any]:
    return {name: value for name, value in asdict(content).items() if name != "tier_ids"}


# --- announcing it, calling it off ---


async def missing_in(draw: Draw) -> list[Missing]:
    """What keeps a draft from being announced."""
    return rules.what_is_missing(draw, await queries.circle_of(draw), clock.now())


@atomic
async def announce_draw(draw_id: int, *, by: int) -> None:
    """Show it to everybody and open it: from now on its terms stay, and so does the seed that the site commits to here.

    by: who answers for it that the place holds them all. Raises NotReady with all that is missing.
    """
    draw, _campaign = await locked(draw_id)
    _refuse_unless_draft(draw)
    if missing := await missing_in(draw):
        raise NotReady(missing)
    commitment = await seeds.commit(draw_id)
    published = {"commitment": commitment, "announced_at": clock.now()}
    await move_draw(draw, DrawState.ANNOUNCED, because="announced", by=by, **published)
    await outbox.enqueue("draw_announced", {"draw": draw_id}, key=f"draw_announced:{draw_id}")


@atomic
async def cancel_draw(draw_id: int, because: str, *, by: int) -> None:
    """Call an announced draw off; everybody who entered is told why. Raises Invalid without a reason, MoveRefused once drawn."""
    rules.refuse_reason(because)
    draw, _campaign = await locked(draw_id)
    await call_off(draw, because=because, by=by)


async def call_off(draw: Draw, *, because: str, by: int | None, **changes: Any) -> None:
    """In the transaction that has locked it. by None: the site itself, where it can't be held."""
    await move_draw(draw, DrawState.CANCELLED, because=because, by=by, **changes)
    await outbox.enqueue("draw_cancelled", {"draw": draw.id}, key=f"draw_cancelled:{draw.id}")


# --- entering it, leaving it ---


@atomic
async def enter(draw_id: int, *, person_id: int) -> DrawEntry:
    """Take part: one entry a person, whatever she pledged; twice is once. Raises DrawNotOpen, NotAmongThem."""
    await queries.lock(draw_id)
    draw = await queries.draw_of(draw_id)
    campaign = await Campaign.get(id=draw.campaign_id)
    rules.refuse_entering(draw, campaign.state, clock.now())
    entry = await queries.entry_of(draw_id, person_id)
    if entry is not None and entry.stands:
        return entry
    await _refuse_stranger(draw, person_id)
    if entry is None:
        entry = await DrawEntry.create(
            id=new_id(), draw_id=draw_id, person_id=person_id, entry=_new_entry(), made_at=clock.now()
        )
    else:
        await DrawEntry.filter(id=entry.id).update(withdrawn_at=None)
        entry.withdrawn_at = None
    await Draw.filter(id=draw_id).update(entries=draw.entries + 1)
    return entry


@atomic
async def leave(draw_id: int, *, person_id: int) -> None:
    """Take part no longer; twice is once, and she may come back while it is open. Raises DrawNotOpen."""
    await queries.lock(draw_id)
    draw = await queries.draw_of(draw_id)
    if not draw.is_open(clock.now()):
        raise rules.DrawNotOpen("This draw is closed: its list of entries stays as it is.")
    if await DrawEntry.filter(draw_id=draw_id, person_id=person_id, withdrawn_at=None).update(withdrawn_at=clock.now()):
        await Draw.filter(id=draw_id).update(entries=draw.entries - 1)


async def _refuse_stranger(draw: Draw, person_id: int) -> None:
    if await queries.may_enter(draw.id, person_id):
        return
    if await queries.is_maker(draw.id, person_id):
        raise rules.NotAmongThem("Who makes the fund or runs this site can't win here.")
    tiers = await queries.tiers_of(draw)
    if tiers:
        names = ", ".join(tier.name for tier in tiers)
        raise rules.NotAmongThem("This draw is among the backers who took {tiers}.", tiers=names)
    raise rules.NotAmongThem("This draw is among the backers of the fund: pledge first, whatever amount you like.")


def _new_entry() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(ENTRY_LETTERS))
