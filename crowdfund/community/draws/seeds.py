"""The one place that knows the seed of a draw before it is drawn. No page, no API and no query imports this."""

from __future__ import annotations

import secrets

from crowdfund import clock
from crowdfund.community.draws.algorithm import SEED_BYTES, commitment_of
from crowdfund.community.draws.models import DrawSeed


async def commit(draw_id: int) -> str:
    """Make the seed of a draw, in the transaction that announces it, and give what is published of it."""
    seed = secrets.token_bytes(SEED_BYTES)
    await DrawSeed.create(draw_id=draw_id, seed=seed.hex(), made_at=clock.now())
    return commitment_of(seed)


async def reveal(draw_id: int) -> str:
    """The seed, for the drawing: hexadecimal."""
    return (await DrawSeed.get(draw_id=draw_id)).seed
