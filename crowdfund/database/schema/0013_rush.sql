-- A card belongs to a fan, and so do the pledges that count on it: they are found by her, which saves the rush an index to write.
DROP INDEX pledge_card;
