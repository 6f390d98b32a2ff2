from django.db import migrations

# TRUNCATE passes by row triggers. A run of tests, which empties its tables, says so with recorrido.emptying.
FORWARD = """
CREATE FUNCTION company_audit_is_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('recorrido.emptying', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'the audit log is append-only: TRUNCATE is refused' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER company_auditentry_never_emptied BEFORE TRUNCATE ON company_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION company_audit_is_never_emptied();
"""
BACKWARD = """
DROP TRIGGER company_auditentry_never_emptied ON company_auditentry;
DROP FUNCTION company_audit_is_never_emptied();
"""


class Migration(migrations.Migration):
    dependencies = [("company", "0004_mails")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
