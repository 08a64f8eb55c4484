"""The regular work on transfers: windows that closed in silence, elections, and what was kept for a next target."""

from __future__ import annotations

from crowdfund.payments.in_turn import in_turn
from crowdfund.pledges import sharing_back
from crowdfund.pledges.transfers import asking, elections, keeping, outcomes, queries


async def follow_transfers() -> bool:
    """Take each transfer that waits for its time one step further; gives whether there is more right now."""
    more = await in_turn(await queries.silent_windows(), outcomes.close_window)
    more += await in_turn(await queries.unopposed_outcomes(), outcomes.begin_election)
    more += await in_turn(await asking.running_elections(), elections.step)
    more += await in_turn(await keeping.next_targets(), keeping.tie_what_is_kept)
    more += await in_turn(await keeping.funds_with_something_to_use(), keeping.use_what_was_kept)
    more += await in_turn(await keeping.funds_with_something_to_return(), keeping.return_what_was_kept)
    return more + await sharing_back.share_back() > 0
