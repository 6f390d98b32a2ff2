"""People are found by their names, however written: without accents, in any case, by any part.

Both extensions come with PostgreSQL and are trusted: the owner of a database may create them.
"""

from django.db import migrations

FOLD = """
    CREATE FUNCTION people_fold(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT public.unaccent('public.unaccent'::regdictionary, lower($1)) $$
"""
# queries.persons_called: names that hold a word
INDEX = """
    CREATE INDEX attribute_name_words ON people_attribute
    USING gin (people_fold(value #>> '{}') public.gin_trgm_ops)
    WHERE key IN ('name', 'nombre', 'full_name', 'fullName', 'first_name', 'firstName', 'nombres', 'last_name',
                  'lastName', 'surname', 'apellido', 'apellidos')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0003_limits_and_reviews'),
    ]

    operations = [
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA public", migrations.RunSQL.noop),
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public", migrations.RunSQL.noop),
        migrations.RunSQL(FOLD, "DROP FUNCTION people_fold(text)"),
        migrations.RunSQL(INDEX, "DROP INDEX attribute_name_words"),
    ]
