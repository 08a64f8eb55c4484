"""Asking for a milestone, once: a call that is sent again answers what it made the first time."""

from __future__ import annotations

from collections.abc import Sequence

from crowdfund.database import atomic
from crowdfund.database.once import once
from crowdfund.pledges.milestones.releases import request_release


@atomic
async def request_release_once(campaign_id: int, words: str, papers: Sequence[int], *, by: int, key: str) -> int:
    """The id of the request of this wish. Raises KeyUsedForAnother, and what `request_release` raises."""

    async def make() -> int:
        return await request_release(campaign_id, words=words, papers=papers, by=by)

    return await once(by, f"release_request:{key}", [campaign_id, words, list(papers)], make)
