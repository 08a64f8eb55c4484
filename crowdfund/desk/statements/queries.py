"""What is due to be stated, and what pages read of statements."""

from __future__ import annotations

from crowdfund.database import Sql, atomic, read_up_to
from crowdfund.desk.statements.models import Statement
from crowdfund.refusal import NotFound

_WHAT = "statements"
_DONE = Sql("SELECT id FROM read_up_to WHERE what = $1")
_DUE = Sql("""
    SELECT c.id FROM campaign c
    WHERE EXISTS (SELECT 1 FROM daybook d WHERE d.subject = 'campaign:' || CAST(c.id AS TEXT) AND d.day < $1
                  AND d.day >= COALESCE((SELECT MAX(s.until_day) FROM statement s WHERE s.campaign_id = c.id), 0))
    ORDER BY c.id LIMIT 50""")
_FIRST_DAY = Sql("SELECT MIN(day) AS day FROM daybook WHERE subject = $1 AND day >= $2")


async def stated_until() -> int:
    """The day before which every fund has all its statements: then nothing has to be looked for."""
    return int(await _DONE.value(_WHAT) or 0)


@atomic
async def all_is_stated(before_day: int) -> None:
    await read_up_to.begin(_WHAT)
    await read_up_to.have_read(_WHAT, before_day)


async def funds_to_state(before_day: int) -> list[int]:
    """Funds with a day before this one that stands in no statement."""
    return [row["id"] for row in await _DUE(before_day)]


async def first_day_after(campaign_id: int, from_day: int) -> int | None:
    """The first day from this one on, on which something was moved because of a fund."""
    found = await _FIRST_DAY.value(f"campaign:{campaign_id}", from_day)
    return None if found is None else int(found)


async def last_of(campaign_id: int) -> Statement | None:
    return await Statement.filter(campaign_id=campaign_id).order_by("-period").first()


async def statements_of(campaign_id: int) -> list[Statement]:
    """The newest first: a dozen a year."""
    return await Statement.filter(campaign_id=campaign_id).order_by("-period")


async def statement_of(campaign_id: int, period: str) -> Statement:
    """Raises NotFound where this fund has no statement of that month."""
    found = await Statement.get_or_none(campaign_id=campaign_id, period=period)
    if found is None:
        raise NotFound("There is no such statement.")
    return found
