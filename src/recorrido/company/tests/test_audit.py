from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from recorrido.company.actions import audit
from recorrido.company.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_an_audit_entry_says_what_changed():
    entry = audit(actor=None, action="store.created", subject="store", subject_id=7, detail={"to": "Centro"})
    entry.refresh_from_db()
    assert (entry.action, entry.subject_id, entry.detail) == ("store.created", "7", {"to": "Centro"})


def test_the_database_refuses_to_change_an_audit_entry():
    entry = audit(actor=None, action="store.created", subject="store", subject_id=7)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(action="something else")


def test_the_database_refuses_to_delete_an_audit_entry():
    entry = audit(actor=None, action="store.created", subject="store", subject_id=7)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).delete()


def test_the_database_refuses_to_empty_the_audit_log():
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL recorrido.emptying = 'off'")
        cursor.execute("TRUNCATE company_auditentry CASCADE")
