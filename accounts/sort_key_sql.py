"""The SQL behind `accounts.sorting.SortKey`. `unaccent` itself is not immutable, with its dictionary named it may be."""

CREATE = """
CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE FUNCTION sort_key(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN lower(public.unaccent('public.unaccent'::regdictionary, value));
CREATE FUNCTION sort_keys(names text[]) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN ARRAY(SELECT sort_key(name) FROM unnest(names) AS name);
"""
DROP = "DROP FUNCTION sort_keys(text[]); DROP FUNCTION sort_key(text);"
