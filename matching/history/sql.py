"""The triggers behind the history: one statement in, one statement out, however many rows it touched.

They see what the ORM does one by one and in bulk, raw SQL and COPY alike. Rows are compared by the statement's
transition tables, so that publishing thousands of pairs costs a few inserts more, not thousands.
"""

from dataclasses import dataclass

# What the process that writes says of itself, and which applications are being erased: both end with the transaction.
ACT, FORGOTTEN, CLEARING = "mentoring.act", "mentoring.forgotten", "mentoring.clearing"
LINKS = ["application", "mentor", "mentorship", "run"]
# A person who is erased also vanishes from these; that alone is no event.
PEOPLE = ["decided_by_id"]


@dataclass(frozen=True)
class Tracked:
    """A table, the columns that are remembered, the one that tells what was done, and whom and what it is about."""

    model: str
    table: str
    columns: list[str]
    telling: str = ""
    cohort: str = "NULL::bigint"
    application: str = ""
    mentor: str = ""
    mentorship: str = ""
    run: str = ""

    @property
    def function(self) -> str:
        return f"{self.table}_remember"


def install(tracked: list[Tracked]) -> str:
    return SHARED + GUARDS + "".join(watch(each) for each in tracked)


def uninstall(tracked: list[Tracked]) -> str:
    return "".join(unwatch(each) for each in tracked) + UNGUARD + UNSHARE


def unwatch(tracked: Tracked) -> str:
    drops = (f"DROP TRIGGER remember_{kind} ON {tracked.table};\n" for kind in ("insert", "update", "delete"))
    return "".join(drops) + f"DROP FUNCTION {tracked.function}();\n"


def watch(tracked: Tracked) -> str:
    return f"""
CREATE FUNCTION {tracked.function}() RETURNS trigger LANGUAGE plpgsql
    -- Names are looked up where the tables are, also while a dump is restored.
    SET search_path FROM CURRENT
    -- The plan made for one row is kept, and would compare each row with each when thousands come.
    SET enable_nestloop = off
AS $remember${body(tracked)}$remember$;
CREATE TRIGGER remember_insert AFTER INSERT ON {tracked.table}
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION {tracked.function}();
CREATE TRIGGER remember_update AFTER UPDATE ON {tracked.table}
    REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION {tracked.function}();
CREATE TRIGGER remember_delete AFTER DELETE ON {tracked.table}
    REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION {tracked.function}();
"""


def body(tracked: Tracked) -> str:
    return f"""
DECLARE
    signed jsonb := nullif(current_setting('{ACT}', true), '')::jsonb;
    forgotten bigint[] := nullif(current_setting('{FORGOTTEN}', true), '')::bigint[];
    -- Unsigned work is grouped by its transaction.
    act_key uuid := coalesce(
        (signed->>'key')::uuid,
        md5(concat(pg_current_xact_id(), transaction_timestamp(), signed->>'actor'))::uuid
    );
BEGIN
    IF TG_OP = 'INSERT' THEN
        {store(tracked, inserted(tracked))}
    ELSIF TG_OP = 'UPDATE' THEN
        {store(tracked, updated(tracked))}
    ELSE
        {store(tracked, deleted(tracked))}
    END IF;
    RETURN NULL;
END
"""


def store(tracked: Tracked, changed: str) -> str:
    """One act a cohort, with its counts, and one event a row."""
    links = ", ".join(LINKS)
    return f"""WITH changed AS MATERIALIZED (
            {changed}
        ), counted AS (
            SELECT cohort_id, jsonb_object_agg(deed, number) AS counts
            FROM (SELECT cohort_id, deed, count(*) AS number FROM changed GROUP BY 1, 2) AS each_deed
            GROUP BY 1
        ), acts AS (
            INSERT INTO matching_act AS act (key, cohort_id, at, actor, by_id, words, touched, counts)
            SELECT act_key, cohort_id, statement_timestamp(), coalesce(signed->>'actor', 'database'),
                (signed->>'by')::bigint, CASE WHEN signed IS NULL THEN session_user ELSE signed->>'words' END,
                ARRAY['{tracked.model}'], counts
            FROM counted
            ON CONFLICT (key, cohort_id) DO UPDATE SET
                counts = matching_add_counts(act.counts, excluded.counts),
                touched = CASE WHEN act.touched @> excluded.touched THEN act.touched ELSE act.touched || excluded.touched END
            RETURNING id, cohort_id
        )
        INSERT INTO matching_event (act_id, at, model, row, deed, changes, {links})
        SELECT acts.id, statement_timestamp(), '{tracked.model}', changed.row, left(deed, 200), changes, {links}
        FROM changed JOIN acts ON coalesce(acts.cohort_id, 0) = coalesce(changed.cohort_id, 0);"""


def inserted(tracked: Tracked) -> str:
    values = given(tracked, "jsonb_build_array(NULL, {value})")
    return f"SELECT {about(tracked, 'fresh')}, {deed(tracked, 'insert', 'fresh')} AS deed, {values} AS changes FROM fresh"


def deleted(tracked: Tracked) -> str:
    values = given(tracked, "jsonb_build_array({value}, NULL)").replace("fresh.", "stale.")
    return f"SELECT {about(tracked, 'stale')}, {deed(tracked, 'delete', 'stale')} AS deed, {values} AS changes FROM stale"


def updated(tracked: Tracked) -> str:
    changes = strip(
        f"'{field(column)}', CASE WHEN {moved(column)} THEN jsonb_build_array(stale.{column}, fresh.{column}) END"
        for column in tracked.columns
    )
    keys = f"'{tracked.model}.changed.' || (SELECT string_agg(key, '+' ORDER BY key) FROM jsonb_object_keys(changes) AS key)"
    said = keys
    if tracked.telling:
        turned = f"'{tracked.model}.{tracked.telling}.' || was || '>' || becomes"
        said = f"CASE WHEN was <> becomes THEN {turned} ELSE {keys} END"
    telling = (
        f", stale.{tracked.telling} AS was, fresh.{tracked.telling} AS becomes" if tracked.telling else ""
    )
    return f"""SELECT *, {said} AS deed FROM (
                SELECT {about(tracked, "fresh")}{telling}, {changes} AS changes
                FROM stale JOIN fresh USING (id)
            ) AS compared WHERE changes <> '{{}}'"""


def moved(column: str) -> str:
    differs = f"stale.{column} IS DISTINCT FROM fresh.{column}"
    return f"forgotten IS NULL AND {differs}" if column in PEOPLE else differs


def given(tracked: Tracked, pair: str) -> str:
    """Each column that holds something, beside nothing."""
    return strip(
        f"'{field(column)}', CASE WHEN fresh.{column} IS NOT NULL AND fresh.{column}::text <> '' "
        f"THEN {pair.format(value=f'fresh.{column}')} END"
        for column in tracked.columns
    )


def strip(pairs) -> str:
    return f"jsonb_strip_nulls(jsonb_build_object({', '.join(pairs)}))"


def field(column: str) -> str:
    return column.removesuffix("_id")


def deed(tracked: Tracked, operation: str, row: str) -> str:
    plain = f"'{tracked.model}.{operation}"
    return f"{plain}.' || {row}.{tracked.telling}" if tracked.telling else f"{plain}'"


def about(tracked: Tracked, row: str) -> str:
    """Which row, of which cohort, about whom; whoever is just being erased is left out."""
    is_theirs = " OR ".join(
        f"{row}.{column} = ANY(forgotten)" for column in (tracked.application, tracked.mentor) if column
    )
    number = f"CASE WHEN {is_theirs} THEN NULL ELSE {row}.id END" if is_theirs else f"{row}.id"
    # A join by this name would read the column `id` of both.
    parts = [f"{number} AS row", f"{tracked.cohort.format(row=row)} AS cohort_id"]
    for link in LINKS:
        column = getattr(tracked, link)
        value = f"{row}.{column}" if column else "NULL::bigint"
        if column and link in ("application", "mentor"):
            value = f"CASE WHEN {value} = ANY(forgotten) THEN NULL ELSE {value} END"
        parts.append(f"{value} AS {link}")
    return ", ".join(parts)


SHARED = """
CREATE FUNCTION matching_add_counts(a jsonb, b jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
    RETURN (
        SELECT jsonb_object_agg(deed, number) FROM (
            SELECT deed, sum(value::bigint) AS number
            FROM (SELECT * FROM jsonb_each_text(a) UNION ALL SELECT * FROM jsonb_each_text(b)) AS both_of (deed, value)
            GROUP BY deed
        ) AS added
    );
"""
UNSHARE = "DROP FUNCTION matching_add_counts(jsonb, jsonb);\n"

# The triggers above add to an act's counts, so they are let through; so is erasing a person, and clearing what is old.
GUARDS = f"""
CREATE FUNCTION matching_history_stands() RETURNS trigger LANGUAGE plpgsql AS $stands$
BEGIN
    IF pg_trigger_depth() > 1
        OR (TG_OP = 'UPDATE' AND coalesce(current_setting('{FORGOTTEN}', true), '') <> '')
        OR (TG_OP = 'DELETE' AND coalesce(current_setting('{CLEARING}', true), '') <> '')
    THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'The history stands as it was written: % of % is refused.', TG_OP, TG_TABLE_NAME
        USING HINT = 'Erasing a person and clear_history are the only ways to change it.';
END
$stands$;
CREATE TRIGGER history_stands BEFORE UPDATE OR DELETE ON matching_act
    FOR EACH STATEMENT EXECUTE FUNCTION matching_history_stands();
CREATE TRIGGER history_stands BEFORE UPDATE OR DELETE ON matching_event
    FOR EACH STATEMENT EXECUTE FUNCTION matching_history_stands();
"""
UNGUARD = """
DROP TRIGGER history_stands ON matching_act;
DROP TRIGGER history_stands ON matching_event;
DROP FUNCTION matching_history_stands();
"""
