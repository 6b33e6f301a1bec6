"""The audit log of emergency access only grows: PostgreSQL itself refuses to change or delete a line."""

ONLY_GROWS = """
CREATE FUNCTION meetings_emergency_log_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The log of emergency access only grows: no line of it is changed or deleted.';
END $$;

CREATE TRIGGER emergency_log_only_grows
    BEFORE UPDATE OR DELETE ON meetings_emergencyevent
    FOR EACH ROW EXECUTE FUNCTION meetings_emergency_log_only_grows();
"""
MAY_SHRINK = """
DROP TRIGGER emergency_log_only_grows ON meetings_emergencyevent;
DROP FUNCTION meetings_emergency_log_only_grows();
"""
