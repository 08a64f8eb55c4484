-- Where a backer's money went, and how a deal ended, is for good: no statement takes it back, whoever wrote it.

-- sqlite:
CREATE TRIGGER election_goes_forward BEFORE UPDATE ON election
WHEN OLD.pledge_id <> NEW.pledge_id OR OLD.campaign_id <> NEW.campaign_id OR OLD.person_id <> NEW.person_id
    OR OLD.asked_at <> NEW.asked_at OR (OLD.state <> NEW.state AND NOT (
        (OLD.state = 'asked' AND NEW.state IN ('refunded', 'given', 'kept', 'void'))
        OR (OLD.state = 'kept' AND NEW.state IN ('used', 'refunded', 'void'))))
BEGIN SELECT RAISE(ABORT, 'an election goes forward only'); END;
CREATE TRIGGER election_is_kept BEFORE DELETE ON election BEGIN SELECT RAISE(ABORT, 'an election stays'); END;
CREATE TRIGGER outcome_goes_forward BEFORE UPDATE ON outcome
WHEN OLD.id <> NEW.id OR OLD.campaign_id <> NEW.campaign_id OR OLD.kind <> NEW.kind OR OLD.words <> NEW.words
    OR COALESCE(OLD.document_id, 0) <> COALESCE(NEW.document_id, 0) OR COALESCE(OLD.filed_by_id, 0) <> COALESCE(NEW.filed_by_id, 0)
    OR OLD.filed_at <> NEW.filed_at OR (OLD.state <> NEW.state AND NOT (
        (OLD.state = 'filed' AND NEW.state IN ('checked', 'standing', 'withdrawn'))
        OR (OLD.state = 'checked' AND NEW.state IN ('standing', 'withdrawn'))))
BEGIN SELECT RAISE(ABORT, 'an outcome goes forward only'); END;
CREATE TRIGGER outcome_is_kept BEFORE DELETE ON outcome BEGIN SELECT RAISE(ABORT, 'an outcome stays'); END;
-- end
-- postgres:
CREATE FUNCTION refuse_going_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER election_goes_forward BEFORE UPDATE ON election FOR EACH ROW
WHEN (OLD.pledge_id <> NEW.pledge_id OR OLD.campaign_id <> NEW.campaign_id OR OLD.person_id <> NEW.person_id
    OR OLD.asked_at <> NEW.asked_at OR (OLD.state <> NEW.state AND NOT (
        (OLD.state = 'asked' AND NEW.state IN ('refunded', 'given', 'kept', 'void'))
        OR (OLD.state = 'kept' AND NEW.state IN ('used', 'refunded', 'void')))))
EXECUTE FUNCTION refuse_going_back('an election goes forward only');
CREATE TRIGGER election_is_kept BEFORE DELETE ON election FOR EACH ROW EXECUTE FUNCTION refuse_going_back('an election stays');
CREATE TRIGGER outcome_goes_forward BEFORE UPDATE ON outcome FOR EACH ROW
WHEN (OLD.id <> NEW.id OR OLD.campaign_id <> NEW.campaign_id OR OLD.kind <> NEW.kind OR OLD.words <> NEW.words
    OR COALESCE(OLD.document_id, 0) <> COALESCE(NEW.document_id, 0) OR COALESCE(OLD.filed_by_id, 0) <> COALESCE(NEW.filed_by_id, 0)
    OR OLD.filed_at <> NEW.filed_at OR (OLD.state <> NEW.state AND NOT (
        (OLD.state = 'filed' AND NEW.state IN ('checked', 'standing', 'withdrawn'))
        OR (OLD.state = 'checked' AND NEW.state IN ('standing', 'withdrawn')))))
EXECUTE FUNCTION refuse_going_back('an outcome goes forward only');
CREATE TRIGGER outcome_is_kept BEFORE DELETE ON outcome FOR EACH ROW EXECUTE FUNCTION refuse_going_back('an outcome stays');
-- end
