import django.db.models.functions.datetime
from django.db import migrations, models

# One row per statement and stretch of 65,536 ids, however many events it changed.
FORWARD = """
CREATE FUNCTION event_note_past_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events_pastchange (first_id, last_id) SELECT min(id), max(id) FROM changed GROUP BY id >> 16;
    RETURN NULL;
END
$$;
CREATE FUNCTION event_note_correction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events_pastchange (first_id, last_id)
    SELECT min(event_id), max(event_id) FROM changed GROUP BY event_id >> 16;
    RETURN NULL;
END
$$;
CREATE TRIGGER event_changed AFTER UPDATE ON events_event REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION event_note_past_change();
CREATE TRIGGER event_corrected AFTER INSERT ON events_eventoverlay REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION event_note_correction();
CREATE TRIGGER event_corrected_anew AFTER UPDATE ON events_eventoverlay REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION event_note_correction();
CREATE TRIGGER event_corrected_no_more AFTER DELETE ON events_eventoverlay REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION event_note_correction();
"""

BACKWARD = """
DROP TRIGGER event_changed ON events_event;
DROP TRIGGER event_corrected ON events_eventoverlay;
DROP TRIGGER event_corrected_anew ON events_eventoverlay;
DROP TRIGGER event_corrected_no_more ON events_eventoverlay;
DROP FUNCTION event_note_past_change();
DROP FUNCTION event_note_correction();
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0007_quarantine_lists")]

    operations = [
        migrations.CreateModel(
            name="PastChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_id", models.BigIntegerField()),
                ("last_id", models.BigIntegerField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
