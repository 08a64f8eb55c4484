-- A card belongs to a fan, and so do the pledges that count on it: they are found by her, which saves the rush an index to write.
DROP INDEX pledge_card;

-- Charges that something may still be given back of, so that a failed fund finds the rest of them at once.
CREATE INDEX charge_not_given_back ON charge (campaign_id, id) WHERE state = 'succeeded' AND refunded_minor < amount_minor;
