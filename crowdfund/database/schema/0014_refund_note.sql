-- How a refund was paid that its card could not take is for staff; what the fan reads as the reason is kept apart from it.
ALTER TABLE refund ADD COLUMN note TEXT NOT NULL DEFAULT '';
-- sqlite:
UPDATE refund SET note = substr(reason, instr(reason, ' · ') + 3), reason = substr(reason, 1, instr(reason, ' · ') - 1)
WHERE state = 'paid_another_way' AND instr(reason, ' · ') > 0;
-- end
-- postgres:
UPDATE refund SET note = substr(reason, strpos(reason, ' · ') + 3), reason = substr(reason, 1, strpos(reason, ' · ') - 1)
WHERE state = 'paid_another_way' AND strpos(reason, ' · ') > 0;
-- end
