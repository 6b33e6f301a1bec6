"""The SQL that keeps `Session.taken`, so that the check constraint makes overbooking impossible for every program.

The count moves by one with each seat instead of being counted afresh: a transaction that waits for the session's row
goes on with the row as the other left it, but a count would still be of the seats that it saw before it waited.
Nobody writes the count by hand: an UPDATE that sets it from anywhere but the seats' own trigger (depth 1) keeps what
was there, so that a stale object saved whole changes nothing. Rows that are loaded begin at 0 and their seats count.
"""

CREATE = """
UPDATE meetings_session SET taken = (
    SELECT count(*) FROM meetings_seat
     WHERE session_id = meetings_session.id AND state IN ('going', 'offered'));

CREATE FUNCTION meetings_seat_count() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was bigint := NULL;
    is_now bigint := NULL;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state IN ('going', 'offered') THEN was := OLD.session_id; END IF;
    IF TG_OP <> 'DELETE' AND NEW.state IN ('going', 'offered') THEN is_now := NEW.session_id; END IF;
    IF was IS DISTINCT FROM is_now THEN
        -- In the order of the rows, so that two seats moved between the same two sessions never wait for each other.
        UPDATE meetings_session
           SET taken = taken + CASE id WHEN is_now THEN 1 ELSE -1 END
         WHERE id = LEAST(was, is_now);
        UPDATE meetings_session
           SET taken = taken + CASE id WHEN is_now THEN 1 ELSE -1 END
         WHERE id = GREATEST(was, is_now) AND id <> LEAST(was, is_now);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER meetings_seat_counted
    AFTER INSERT OR DELETE OR UPDATE OF state, session_id ON meetings_seat
    FOR EACH ROW EXECUTE FUNCTION meetings_seat_count();

CREATE FUNCTION meetings_session_keep_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.taken := 0;
    ELSIF pg_trigger_depth() = 1 THEN
        NEW.taken := OLD.taken;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER meetings_session_count_kept
    BEFORE INSERT OR UPDATE OF taken ON meetings_session
    FOR EACH ROW EXECUTE FUNCTION meetings_session_keep_count();
"""
DROP = """
DROP TRIGGER meetings_session_count_kept ON meetings_session;
DROP FUNCTION meetings_session_keep_count();
DROP TRIGGER meetings_seat_counted ON meetings_seat;
DROP FUNCTION meetings_seat_count();
"""
