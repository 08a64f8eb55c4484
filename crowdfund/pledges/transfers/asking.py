"""Asking each backer of a transfer that fell through where her money shall go, a page of them at a time."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.campaigns.models import CampaignState
from crowdfund.database import Sql, atomic, outbox
from crowdfund.pledges.stakes import LEFT
from crowdfund.pledges.transfers.models import ElectionState

PAGE = 240

# They are asked in the order of their pledges, and while a fund waits for its end no pledge becomes a paid one: who was asked last
# is found by the index, a probe a state, and no sweep looks at all those before her again. Of a payment that a bank has taken back
# something may be left.
_LAST_ASKED = " UNION ALL ".join(
    f"SELECT MAX(pledge_id) AS id FROM election WHERE campaign_id = f.id AND state = '{state}'"  # noqa: S608
    for state in ElectionState
)
_UNASKED = f"""p.campaign_id = f.id AND p.state IN ('collected', 'disputed', 'lost')
    AND p.id > (SELECT COALESCE(MAX(last.id), 0) FROM ({_LAST_ASKED}) AS last)
    AND (p.state <> 'lost' OR EXISTS (
        SELECT 1 FROM charge c WHERE c.subject = 'pledge:' || CAST(p.id AS TEXT) AND c.state = 'succeeded' AND {LEFT} > 0))"""  # noqa: S608
_ASK = Sql(f"""
    INSERT INTO election (pledge_id, campaign_id, person_id, state, asked_at)
    SELECT p.id, p.campaign_id, p.person_id, 'asked', $2 FROM campaign f JOIN pledge p ON {_UNASKED}
    WHERE f.id = $1 ORDER BY p.id LIMIT $3
    RETURNING pledge_id""")  # noqa: S608
# By chance, as a fund may wait for a bank: what waits must not keep the others from being worked off.
_RUNNING = Sql(f"""
    SELECT f.id FROM campaign f JOIN transfer t ON t.campaign_id = f.id
    WHERE f.state IN ('electing', 'refunding', 'redirecting')
      AND (t.elections_until <= $1 OR (f.state = 'electing' AND EXISTS (SELECT 1 FROM pledge p WHERE {_UNASKED})))
    ORDER BY RANDOM() LIMIT 50""")  # noqa: S608


@atomic
async def ask_page(campaign_id: int) -> int:
    """A page of backers is asked; gives how many. Their letters follow from the rows."""
    campaign = await counters.lock_one(campaign_id)
    if campaign["state"] != CampaignState.ELECTING:
        return 0
    asked = await _ASK(campaign_id, clock.now_us(), PAGE)
    await outbox.enqueue_many(
        [("election_opened", {"pledge": r["pledge_id"]}, f"election_opened:{r['pledge_id']}") for r in asked]
    )
    return len(asked)


async def running_elections() -> list[int]:
    """Funds whose backers are still to be asked, or whose time to choose is over."""
    return [row["id"] for row in await _RUNNING(clock.now_us())]
