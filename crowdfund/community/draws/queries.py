"""What is read of draws, by pages and by the work on them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crowdfund.campaigns.models import Campaign, Tier
from crowdfund.community.draws.algorithm import sorted_entries
from crowdfund.community.draws.file import DrawFile
from crowdfund.community.draws.models import (
    HOLDS_PLACE,
    Draw,
    DrawEntry,
    DrawEvent,
    DrawState,
    DrawTier,
    DrawWinner,
)
from crowdfund.community.draws.rules import IS_OVER, TAKES_PLEDGES, Circle
from crowdfund.database import Sql
from crowdfund.database.ids import public
from crowdfund.refusal import NotFound

# Whoever backs the fund now, with one of the tiers where it is for some; not who makes the fund, and not who runs this site.
_MAY_ENTER = """
    EXISTS (SELECT 1 FROM pledge p WHERE p.person_id = {who} AND p.campaign_id = d.campaign_id
            AND p.state IN ('active', 'charging', 'errored', 'collected', 'disputed')
            AND (NOT EXISTS (SELECT 1 FROM draw_tier t WHERE t.draw_id = d.id)
                 OR EXISTS (SELECT 1 FROM draw_tier t WHERE t.draw_id = d.id AND t.tier_id = p.tier_id)))
    AND {is_no_maker} AND EXISTS (SELECT 1 FROM person q WHERE q.id = {who} AND q.state = 'active' AND q.staff_role IS NULL)"""
_IS_NO_MAKER = """
    NOT EXISTS (SELECT 1 FROM member m JOIN campaign c ON c.organisation_id = m.organisation_id
                WHERE m.person_id = {who} AND c.id = d.campaign_id)"""


def _may_enter(who: str) -> str:
    return _MAY_ENTER.format(who=who, is_no_maker=_IS_NO_MAKER.format(who=who))


_LOCK = Sql("SELECT id FROM draw WHERE id = $1 {for_update}")
_MAY = Sql(f"SELECT 1 AS may FROM draw d WHERE d.id = $1 AND {_may_enter('$2')}")  # noqa: S608
_MAKES = Sql(f"""
    SELECT 1 AS makes FROM draw d WHERE d.id = $1
      AND (NOT ({_IS_NO_MAKER.format(who="$2")}) OR EXISTS (SELECT 1 FROM person q WHERE q.id = $2 AND q.staff_role IS NOT NULL))""")  # noqa: S608
_LIST = Sql(f"""
    UPDATE draw_entry SET listed_at = $2
    WHERE draw_id = $1 AND withdrawn_at IS NULL
      AND EXISTS (SELECT 1 FROM draw d WHERE d.id = draw_entry.draw_id AND {_may_enter("draw_entry.person_id")})
    RETURNING entry""")  # noqa: S608
_LISTED = Sql("SELECT id, entry FROM draw_entry WHERE draw_id = $1 AND listed_at IS NOT NULL")
_BACKERS = Sql("""
    SELECT COUNT(*) AS n FROM (
        SELECT 1 FROM pledge p WHERE p.campaign_id = $1
          AND p.state IN ('active', 'charging', 'errored', 'collected', 'disputed')
          AND (NOT EXISTS (SELECT 1 FROM draw_tier t WHERE t.draw_id = $2)
               OR EXISTS (SELECT 1 FROM draw_tier t WHERE t.draw_id = $2 AND t.tier_id = p.tier_id))
        LIMIT $3) AS backers""")
_OVER_NOW = ", ".join(f"'{state}'" for state in sorted(IS_OVER))
_DUE_TO_CLOSE = Sql(f"""
    SELECT d.id FROM draw d JOIN campaign c ON c.id = d.campaign_id
    WHERE d.state = 'announced'
      AND (c.state IN ({_OVER_NOW}) OR (d.closes_at <= $1 AND (c.state <> 'suspended' OR d.answer_by <= $1)))
    ORDER BY d.closes_at LIMIT 50""")  # noqa: S608
_DUE_TO_DRAW = Sql(f"""
    SELECT d.id FROM draw d JOIN campaign c ON c.id = d.campaign_id
    WHERE d.state = 'closed'
      AND (c.state IN ({_OVER_NOW}) OR d.answer_by <= $1 OR (d.public_what = '' AND c.state <> 'suspended'))
    ORDER BY d.closes_at LIMIT 50""")  # noqa: S608
_LATE_WINNERS = Sql("SELECT id FROM draw_winner WHERE state = 'asked' AND answer_by <= $1 ORDER BY answer_by LIMIT 200")
_OVER = Sql("SELECT id FROM draw WHERE state = 'drawn' AND happens_at <= $1 ORDER BY happens_at LIMIT 50")
_FORGET_CONTACTS = Sql("""
    UPDATE draw_winner SET contact_name = '', contact = '', note = ''
    WHERE contact <> '' AND draw_id IN (SELECT id FROM draw WHERE state = 'completed' AND happens_at <= $1)
    RETURNING id""")
_WINNERS = Sql("""
    SELECT w.id, w.rank, w.state, w.place, w.answer_by, w.public_name, w.contact_name, w.contact, w.note, e.entry, e.person_id
    FROM draw_winner w JOIN draw_entry e ON e.id = w.entry_id WHERE w.draw_id = $1 ORDER BY w.rank""")
_TOLD_OF_RESULT = Sql("""
    SELECT e.person_id, e.id AS place FROM draw_entry e
    WHERE e.draw_id = $1 AND e.id > $2 AND e.listed_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM draw_winner w WHERE w.entry_id = e.id)
    ORDER BY e.id LIMIT $3""")
_TOLD_OF_END = Sql("""
    SELECT e.person_id, e.id AS place FROM draw_entry e WHERE e.draw_id = $1 AND e.id > $2 AND e.withdrawn_at IS NULL
    ORDER BY e.id LIMIT $3""")
_TOLD_OF_START = Sql("""
    SELECT p.person_id, p.id AS place FROM pledge p JOIN draw d ON d.campaign_id = p.campaign_id AND d.id = $1
    WHERE p.id > $2 AND p.state IN ('active', 'charging', 'errored', 'collected', 'disputed')
      AND (NOT EXISTS (SELECT 1 FROM draw_tier t WHERE t.draw_id = d.id)
           OR EXISTS (SELECT 1 FROM draw_tier t WHERE t.draw_id = d.id AND t.tier_id = p.tier_id))
      AND NOT EXISTS (SELECT 1 FROM mail_stop s WHERE s.campaign_id = p.campaign_id AND s.person_id = p.person_id)
    ORDER BY p.id LIMIT $3""")

lock = _LOCK.value
told_of_start, told_of_result, told_of_end = _TOLD_OF_START, _TOLD_OF_RESULT, _TOLD_OF_END


# --- what the work on draws asks ---


async def may_enter(draw_id: int, person_id: int) -> bool:
    """Whether she backs the fund now as the draw wants it, and is none of those who make or run it."""
    return await _MAY.value(draw_id, person_id) is not None


async def is_maker(draw_id: int, person_id: int) -> bool:
    """Whether she belongs to the organisation of the fund, or runs this site."""
    return await _MAKES.value(draw_id, person_id) is not None


async def close_list(draw_id: int, at_us: int) -> list[str]:
    """Mark who may still enter as listed, and give the entries in the order in which they are published."""
    return sorted_entries(row["entry"] for row in await _LIST(draw_id, at_us))


async def listed(draw_id: int) -> dict[str, int]:
    """The ids of the entries of a closed list, by what is published of them, in that order."""
    ids = {row["entry"]: row["id"] for row in await _LISTED(draw_id)}
    return {entry: ids[entry] for entry in sorted_entries(ids)}


async def circle_of(draw: Draw) -> Circle:
    """Who could enter. While the fund takes pledges only limited tiers set a bound; afterwards its backers are who they are."""
    campaign = await Campaign.get(id=draw.campaign_id)
    if campaign.state not in TAKES_PLEDGES:
        return Circle(campaign.state, int(await _BACKERS.value(campaign.id, draw.id, draw.entries_min)))
    sizes = [tier.size for tier in await tiers_of(draw)]
    limited = [size for size in sizes if size is not None]
    return Circle(campaign.state, sum(limited) if sizes and len(limited) == len(sizes) else None)


async def due_to_close(now_us: int) -> list[int]:
    return [row["id"] for row in await _DUE_TO_CLOSE(now_us)]


async def due_to_draw(now_us: int) -> list[int]:
    """Closed ones that need nobody's number, and those whose time has run out."""
    return [row["id"] for row in await _DUE_TO_DRAW(now_us)]


async def late_winners(now_us: int) -> list[int]:
    return [row["id"] for row in await _LATE_WINNERS(now_us)]


async def over(now_us: int) -> list[int]:
    return [row["id"] for row in await _OVER(now_us)]


async def forget_contacts(before_us: int) -> int:
    """Forget how winners were reached, of days that were before this moment."""
    return len(await _FORGET_CONTACTS.alone(before_us))


# --- what pages read ---


async def draw_of(draw_id: int) -> Draw:
    """An announced draw, that everybody may see. Raises NotFound for a draft, in the same words as for none."""
    draw = await Draw.get_or_none(id=draw_id)
    if draw is None or draw.state == DrawState.DRAFT:
        raise no_such_draw()
    return draw


def no_such_draw() -> NotFound:
    return NotFound("There is no such draw.")


async def draws_of(campaign_id: int, *, drafts: bool = False) -> list[Draw]:
    """A fund's draws, the newest first; drafts: those too that only its makers see."""
    query = Draw.filter(campaign_id=campaign_id)
    return await (query if drafts else query.filter(state__not=DrawState.DRAFT)).order_by("-id")


async def tiers_of(draw: Draw) -> list[Tier]:
    """Who may enter, as tiers; empty: every backer."""
    ids = await DrawTier.filter(draw_id=draw.id).values_list("tier_id", flat=True)
    return await Tier.filter(id__in=list(ids)).order_by("position", "id") if ids else []


async def entry_of(draw_id: int, person_id: int) -> DrawEntry | None:
    return await DrawEntry.get_or_none(draw_id=draw_id, person_id=person_id)


async def entered(draw_ids: Collection[int], person_id: int) -> set[int]:
    """Those of these draws that she takes part in."""
    rows = DrawEntry.filter(draw_id__in=list(draw_ids), person_id=person_id, withdrawn_at=None)
    return {entry.draw_id for entry in await rows} if draw_ids else set()


async def events_of(draw_id: int) -> list[DrawEvent]:
    return await DrawEvent.filter(draw_id=draw_id).order_by("id")


async def winners_of(draw_id: int) -> list[dict[str, Any]]:
    """Who was drawn, by rank, with the entry that is published, and with what only the makers and she may read."""
    return await _WINNERS(draw_id)


async def winner_of(draw_id: int, person_id: int) -> DrawWinner | None:
    """What she won in a draw, none where nothing."""
    entry = await entry_of(draw_id, person_id)
    return await DrawWinner.get_or_none(draw_id=draw_id, entry_id=entry.id) if entry else None


async def places_held(draw_id: int) -> int:
    """How many places have somebody who comes, or who is asked."""
    return await DrawWinner.filter(draw_id=draw_id, state__in=sorted(HOLDS_PLACE)).count()


@dataclass(frozen=True, slots=True)
class Published:
    """The list of a closed draw, as everybody can have it."""

    draw: Draw
    entries: list[str]


async def published(draw: Draw) -> Published:
    """Raises NotFound before it is closed, and where it never was."""
    if draw.list_hash is None:
        raise NotFound("The list of entries is published when the draw has closed.")
    return Published(draw, list(await listed(draw.id)))


async def file_of(draw: Draw) -> DrawFile:
    """The file of a draw that was held. Raises NotFound before that."""
    if not draw.is_drawn or draw.list_hash is None or draw.commitment is None or draw.seed is None:
        raise NotFound("There is a file once it is drawn.")
    assert draw.announced_at is not None and draw.drawn_at is not None
    drawn = [row["entry"] for row in await winners_of(draw.id)]
    return DrawFile(
        draw=public(draw.id), title=draw.title, announced_at=_iso(draw.announced_at), closes_at=_iso(draw.closes_at),
        drawn_at=_iso(draw.drawn_at), commitment=draw.commitment, seed=draw.seed, list_hash=draw.list_hash,
        entries=list(await listed(draw.id)), places=draw.places, reserves=draw.reserves, public_what=draw.public_what,
        public_value=draw.public_value, public_source=draw.public_source, winners=drawn[: draw.places],
        runners_up=drawn[draw.places :],
    )  # fmt: skip


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
