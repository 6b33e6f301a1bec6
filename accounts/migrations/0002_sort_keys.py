from django.db import migrations

CREATE = """
CREATE FUNCTION sort_keys(names text[]) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN ARRAY(SELECT sort_key(name) FROM unnest(names) AS name);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION sort_keys(text[]);")]
