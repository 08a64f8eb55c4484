-- Charges that wait for their fan at her bank are looked up every few seconds, and few among all that there are.
CREATE INDEX charge_needs_action ON charge (ended_at) WHERE state = 'needs_action';
