"""A saved card is let go when nothing live uses it and its owner did not ask to keep it."""

from __future__ import annotations

from collections.abc import Iterable

from crowdfund.database import Sql, as_rows, atomic
from crowdfund.payments import cards

# Marked here, in the transaction that ended the last use; detached at Stripe by the sweep. A card that was saved for a pledge
# which could not be counted (its tier was taken meanwhile) stays while she may still choose another tier. Orders in a production run
# count on cards as pledges do.
_MARK = Sql("""
    UPDATE saved_card SET state = 'letting_go'
    WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) AND state = 'saved' AND consent = 'while_needed'
      AND NOT EXISTS (SELECT 1 FROM pledge p WHERE p.person_id = saved_card.person_id AND p.card_id = saved_card.id
                      AND p.state IN ('active', 'charging', 'errored'))
      AND NOT EXISTS (SELECT 1 FROM run_order r WHERE r.card_id = saved_card.id AND r.state IN ('standing', 'charging', 'errored'))
      AND NOT EXISTS (SELECT 1 FROM card_setup v JOIN pledge p
                      ON p.id = CASE WHEN v.subject LIKE 'pledge:%' THEN CAST(SUBSTR(v.subject, 8) AS BIGINT) END
                      WHERE v.card_id = saved_card.id AND p.state = 'started')
    RETURNING id""")
_SAVED_FOR = Sql("""
    SELECT v.card_id AS id FROM card_setup v
    WHERE v.subject IN (SELECT 'pledge:' || CAST(value->>'id' AS TEXT) FROM {rows}) AND v.card_id IS NOT NULL""")
_SOME_ARE_MARKED = Sql("SELECT 1 AS one FROM saved_card WHERE state = 'letting_go' LIMIT 1")
_NEEDED_AFTER_ALL = Sql("""
    UPDATE saved_card SET state = 'saved' WHERE state = 'letting_go'
      AND (EXISTS (SELECT 1 FROM pledge p WHERE p.person_id = saved_card.person_id AND p.card_id = saved_card.id
                   AND p.state IN ('active', 'charging', 'errored'))
           OR EXISTS (SELECT 1 FROM run_order r WHERE r.card_id = saved_card.id AND r.state IN ('standing', 'charging', 'errored')))""")


async def mark_unused(card_ids: Iterable[int | None]) -> None:
    """Mark those of these cards that nothing live uses any more, in the caller's transaction."""
    rows = [{"id": card_id} for card_id in set(card_ids) if card_id is not None]
    if rows:
        await _MARK(as_rows(rows))


async def mark_saved_for(pledge_ids: Iterable[int]) -> None:
    """Mark the cards that were saved for pledges which never came to use them."""
    rows = [{"id": pledge_id} for pledge_id in pledge_ids]
    if rows:
        await mark_unused(row["id"] for row in await _SAVED_FOR(as_rows(rows)))


async def let_cards_go() -> int:
    """Detach what is marked, but for a card that a pledge took in the same moment as it was marked; gives how many."""
    if not await _SOME_ARE_MARKED():
        return 0
    await atomic(_NEEDED_AFTER_ALL.__call__)()
    return await cards.let_cards_go()
