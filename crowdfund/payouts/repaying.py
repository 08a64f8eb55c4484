"""What an organisation owes us is taken from what we owe it, before anything is paid out."""

from __future__ import annotations

from crowdfund.database import new_id
from crowdfund.ledger import Entry, Posting, balance_minor, post
from crowdfund.payouts import queries
from crowdfund.payouts.whose import Whose


async def owes_minor(whose: Whose) -> int:
    """What an organisation owes us beyond what is being asked back from transfers to it: no cent is taken twice."""
    under_way = int(await queries.REVERSING.value(whose.organisation_id, whose.currency) or 0)
    return max(0, await balance_minor(whose.receivable) - under_way)


async def repay(whose: Whose) -> None:
    """In the caller's transaction, with whose money it is locked."""
    minor = min(await owes_minor(whose), await whose.owed_minor())
    if minor > 0:
        movement = Posting(whose.source, whose.receivable, minor)
        await post([Entry(f"repaid:{new_id()}", "receivable_repaid", whose.held_for, [movement])])
