"""A database in which staff's word about a bank transfer stood behind the reason that a fan reads: it is kept apart from it."""

from __future__ import annotations

import pytest

from crowdfund.database.migrate import migrate
from tests.unit.test_schema_deliveries import old_database, rows, run

__all__ = ["old_database"]

_REFUNDS = """
INSERT INTO saved_card (id, person_id, stripe_payment_method_id, brand, last4, expires_month, expires_year, consent, state, made_at)
    VALUES (1, 1, 'pm', 'visa', '4242', 1, 2030, 'while_needed', 'saved', 1);
INSERT INTO charge (id, subject, person_id, card_id, campaign_id, amount_minor, currency, state, attempt, key, made_at, sent_at)
    VALUES (1, 'pledge:1', 1, 1, 1, 100, 'EUR', 'succeeded', 1, 'c', 1, 1);
INSERT INTO refund (id, charge_id, subject, campaign_id, amount_minor, currency, state, key, reason, stripe_charge_id, made_at, sent_at)
    VALUES (1, 1, 'pledge:1', 1, 40, 'EUR', 'paid_another_way', 'r1', 'the fund failed · IBAN DE02 · by phone', 'ch', 1, 1),
           (2, 1, 'pledge:1', 1, 30, 'EUR', 'succeeded', 'r2', 'she asked · twice', 'ch', 1, 1),
           (3, 1, 'pledge:1', 1, 30, 'EUR', 'failed', 'r3', 'the fund failed', 'ch', 1, 1);
"""


@pytest.mark.landing
async def test_what_staff_wrote_behind_a_reason_is_a_note_now(old_database: str) -> None:
    await run(old_database, _REFUNDS)
    await migrate(old_database)
    assert await rows(old_database, "SELECT id, reason, note FROM refund ORDER BY id") == [
        (1, "the fund failed", "IBAN DE02 · by phone"),
        (2, "she asked · twice", ""),
        (3, "the fund failed", ""),
    ]
