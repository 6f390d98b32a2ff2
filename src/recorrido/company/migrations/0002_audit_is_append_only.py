from django.db import migrations

FORWARD = """
CREATE FUNCTION company_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER company_auditentry_append_only BEFORE UPDATE OR DELETE ON company_auditentry
    FOR EACH ROW EXECUTE FUNCTION company_audit_is_append_only();
"""
BACKWARD = """
DROP TRIGGER company_auditentry_append_only ON company_auditentry;
DROP FUNCTION company_audit_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("company", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
