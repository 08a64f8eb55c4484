"""Two processes at the same pieces and the same licence: whoever locks both locks the pieces first, so nobody waits in a circle."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from crowdfund.database.connect import postgres_parts
from tests.goods import for_sale, paid_for, placed
from tests.world import a_fan

pytestmark = pytest.mark.usefixtures("proven_when_idle")


async def test_who_has_paid_waits_for_the_pieces_and_holds_no_licence_meanwhile(database: str, engine: str) -> None:
    """The other process has the pieces and is about to write a line under the licence, as placing a purchase does."""
    one = await for_sale()
    purchase = await placed(await a_fan("Mei"), (one, 1))
    if engine == "sqlite":  # there is one writer at a time
        assert (await paid_for(purchase)).state == "paid"
        return
    assert one.licence is not None
    other = await asyncpg.connect(**postgres_parts(database))
    try:
        placing = other.transaction()
        await placing.start()
        await other.execute("SELECT id FROM variant WHERE id = $1 FOR UPDATE", one.variant.id)
        paying = asyncio.ensure_future(paid_for(purchase))
        for _ in range(400):
            waits = await other.fetchval("SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            if waits:
                break
            await asyncio.sleep(0.05)
        assert waits, "she waits for the pieces"
        await other.execute("SELECT id FROM licence WHERE id = $1 FOR KEY SHARE NOWAIT", one.licence.id)
        await placing.commit()
        assert (await paying).state == "paid"
    finally:
        await other.close()
