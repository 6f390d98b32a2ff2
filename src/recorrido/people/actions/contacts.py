"""What staff say about the contacts of an organization."""

from __future__ import annotations

from django.db import transaction

from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.people.errors import UnknownContact
from recorrido.people.models import Contact
from recorrido.shared import clock


def end_contact(*, actor: Staff, contact: int, why: str = "") -> int:
    """The person does not act for the organization any more; a later event of theirs begins it again. Returns the
    organization's id.

    Raises UnknownContact.
    """
    with transaction.atomic():
        row = Contact.objects.select_for_update().filter(id=contact).first()
        if row is None:
            raise UnknownContact(contact)
        if row.until is None:
            now = clock.now()
            Contact.objects.filter(id=row.id).update(until=now)
            detail = {"organization": row.organization_id, "to": now.isoformat(), "why": why}
            audit(actor=actor, action="contact.ended", subject="contact", subject_id=row.id, detail=detail)
        return row.organization_id
