"""What is counted and read of milestones and their releases."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import Sql
from crowdfund.pledges.stakes import LEFT

_STAKES = Sql(f"""
    SELECT CAST(COALESCE(SUM(s.left_minor), 0) AS BIGINT) AS minor
    FROM (SELECT {LEFT} AS left_minor FROM charge c WHERE c.campaign_id = $1 AND c.state = 'succeeded') AS s
    WHERE s.left_minor > 0""")  # noqa: S608
_BACKERS = Sql("SELECT COUNT(*) AS n FROM pledge WHERE campaign_id = $1 AND state = 'collected'")
_DUE = Sql("""
    SELECT m.id FROM release_request r JOIN milestone m ON m.id = r.milestone_id AND m.state = 'requested'
    WHERE r.ended_at IS NULL AND r.objections_until <= $1 ORDER BY r.objections_until LIMIT 50""")


async def stakes_minor(campaign_id: int) -> int:
    """What all backers of a fund have in it: of what they paid, what nobody has taken back."""
    return int(await _STAKES.value(campaign_id))


async def backers_in(campaign_id: int) -> int:
    """How many backers' money is in a fund."""
    return int(await _BACKERS.value(campaign_id))


async def due_releases() -> list[int]:
    """Milestones whose five days are over without enough objections."""
    return [row["id"] for row in await _DUE(clock.now_us())]
