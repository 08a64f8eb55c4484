"""A saved card is let go when nothing live uses it and its owner did not ask to keep it."""

from __future__ import annotations

from collections.abc import Iterable

from crowdfund.database import Sql, as_rows

# Marked here, in the transaction that ended the last use; detached at Stripe by the sweep.
_MARK = Sql("""
    UPDATE saved_card SET state = 'letting_go'
    WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) AND state = 'saved' AND consent = 'while_needed'
      AND NOT EXISTS (SELECT 1 FROM pledge p WHERE p.card_id = saved_card.id AND p.state IN ('active', 'charging', 'errored'))
    RETURNING id""")


async def mark_unused(card_ids: Iterable[int | None]) -> None:
    """Mark those of these cards that nothing live uses any more, in the caller's transaction."""
    rows = [{"id": card_id} for card_id in set(card_ids) if card_id is not None]
    if rows:
        await _MARK(as_rows(rows))
