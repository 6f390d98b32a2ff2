import django.db.models.functions.datetime
from django.db import migrations, models

# TRUNCATE passes by row triggers. A run of tests, which empties its tables, says so with recorrido.emptying.
FORWARD = """
CREATE FUNCTION ledger_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('recorrido.emptying', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION '% is append-only: TRUNCATE refused.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER event_never_emptied BEFORE TRUNCATE ON events_event
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_truncate();
CREATE TRIGGER eventobject_never_emptied BEFORE TRUNCATE ON events_eventobject
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_truncate();
"""

BACKWARD = """
DROP TRIGGER event_never_emptied ON events_event;
DROP TRIGGER eventobject_never_emptied ON events_eventobject;
DROP FUNCTION ledger_refuse_truncate();
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0002_append_only")]

    operations = [
        migrations.AddField(
            "bookmark",
            "stream",
            models.CharField(choices=[("events", "Events"), ("people", "People")], db_default="events", max_length=16),
        ),
        migrations.AddField(
            "bookmark",
            "error",
            models.TextField(
                db_default="", help_text="Why the last try stopped; empty after one that went through."
            ),
        ),
        migrations.AddField("bookmark", "failed_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "bookmark",
            "updated_at",
            models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), help_text="When it last moved."
            ),
        ),
        migrations.AddConstraint(
            "bookmark",
            models.CheckConstraint(
                condition=models.Q(("stream__in", ["events", "people"])), name="bookmark_stream_known"
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
