"""Who may see the calendar, and who may write into it: whoever may change the design."""

from __future__ import annotations

from recorrido.company.access import Permission, may, require
from recorrido.company.models import Staff
from recorrido.journeys.calendar.errors import EntryRemoved
from recorrido.journeys.calendar.models import CalendarEntry


def may_write(actor: Staff) -> bool:
    """Whether pages offer to write."""
    return may(actor, Permission.EDIT_BLUEPRINT)


def require_write(actor: Staff) -> None:
    """Raises Forbidden."""
    require(actor, Permission.EDIT_BLUEPRINT)


def entry_for(actor: Staff, entry_id: int) -> CalendarEntry:
    """An entry to change. Raises Forbidden, EntryRemoved where it does not stand there any more."""
    require_write(actor)
    found = (
        CalendarEntry.objects.standing()
        .select_related("written_by", "changed_by")
        .filter(id=entry_id)
        .first()
    )
    if found is None:
        raise EntryRemoved()
    return found
