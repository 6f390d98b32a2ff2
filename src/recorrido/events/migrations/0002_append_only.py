from django.db import migrations

FORWARD = """
CREATE FUNCTION event_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('recorrido.erasing', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'The ledger is append-only: % on event % refused. Only the erasure of a person may change it.',
            TG_OP, OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON events_event
    FOR EACH ROW EXECUTE FUNCTION event_refuse_change();
"""

BACKWARD = """
DROP TRIGGER event_append_only ON events_event;
DROP FUNCTION event_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
