"""Making a replay's people and funds in bulk, before its clock starts."""

from __future__ import annotations

from crowdfund.database import Sql

PEOPLE = Sql("""
    INSERT INTO person (id, email, name, password_hash, stripe_customer_id, made_at, email_confirmed_at)
    SELECT CAST(value->>'id' AS BIGINT), value->>'email', value->>'name', '', value->>'customer', CAST(value->>'at' AS BIGINT),
           CAST(value->>'at' AS BIGINT)
    FROM {rows}""")
TOKENS = Sql("""
    INSERT INTO api_token (hash, id, person_id, name, scopes, made_at)
    SELECT value->>'hash', CAST(value->>'token_id' AS BIGINT), CAST(value->>'id' AS BIGINT), 'replay',
           'pledges:write pledges:read tickets:read tickets:write goods:read goods:write', CAST(value->>'at' AS BIGINT)
    FROM {rows}""")
CARDS = Sql("""
    INSERT INTO saved_card (id, person_id, stripe_payment_method_id, brand, last4, expires_month, expires_year, consent, state, made_at)
    SELECT CAST(value->>'card_id' AS BIGINT), CAST(value->>'id' AS BIGINT), value->>'method', 'visa', '4242', 12, 2034, 'keep',
           'saved', CAST(value->>'at' AS BIGINT)
    FROM {rows}""")
SUMS = Sql("""
    SELECT COUNT(*) AS campaigns, CAST(COALESCE(SUM(collected_minor), 0) AS BIGINT) AS collected_minor,
           CAST(COALESCE(SUM(refunded_minor), 0) AS BIGINT) AS refunded_minor FROM campaign""")
CHARGED = Sql("SELECT COUNT(*) AS n FROM charge WHERE state <> 'sending'")
OPEN = Sql("""
    SELECT COUNT(*) AS n FROM campaign c WHERE c.state IN ('live', 'settling', 'prelaunch')
       OR (c.state IN ('failed', 'cancelled') AND EXISTS (SELECT 1 FROM pledge p WHERE p.campaign_id = c.id AND p.state = 'active'))""")
TICKETS = Sql("""
    SELECT COUNT(*) AS tickets, COUNT(*) - COUNT(DISTINCT CAST(screening_id AS TEXT) || ' ' || seat_id) AS twice
    FROM ticket WHERE state = 'sold' AND seat_id IS NOT NULL""")
TAKEN_FOR_SCREENINGS = Sql(
    "SELECT CAST(SUM(amount_minor) AS BIGINT) AS minor FROM charge WHERE held_for LIKE 'screening:%' AND state = 'succeeded'"
)
