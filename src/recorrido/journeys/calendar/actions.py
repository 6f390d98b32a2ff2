"""The only writes of the calendar: add, edit, remove an entry, and bring a file of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NotRequired, TypedDict, Unpack

from django.db import connection, transaction

from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.journeys.calendar import queries
from recorrido.journeys.calendar.access import require_write
from recorrido.journeys.calendar.errors import EntryRemoved, EntryTwice
from recorrido.journeys.calendar.models import CalendarEntry
from recorrido.shared import clock

_LOCK = 4_917_003  # one change at a time, so that each has an edition of its own


class EntryFields(TypedDict):
    """``touchpoint`` and ``department``: keys of the blueprint, or "". What is left out stays as it is."""

    date: datetime.date
    label: str
    kind: NotRequired[str]
    touchpoint: NotRequired[str]
    department: NotRequired[str]


@dataclass(frozen=True)
class Brought:
    """What a file did: rows that are new, that changed one that stood there, that stood there as they are."""

    added: int
    changed: int
    same: int


@transaction.atomic
def add_entry(*, actor: Staff | None, **fields: Unpack[EntryFields]) -> CalendarEntry:
    """``actor`` None: the command line. Raises Forbidden, EntryTwice."""
    edition = _next_edition(actor)
    _require_once(fields["date"], fields["label"])
    return _added(edition, actor, fields)


@transaction.atomic
def edit_entry(*, actor: Staff, entry: CalendarEntry, **fields: Unpack[EntryFields]) -> None:
    """Nothing changed: nothing is written. Raises Forbidden, EntryTwice, EntryRemoved."""
    edition = _next_edition(actor)
    found = _standing(entry)
    _require_once(fields["date"], fields["label"], but=found.id)
    _changed(edition, actor, found, fields)


@transaction.atomic
def remove_entry(*, actor: Staff, entry: CalendarEntry) -> None:
    """Raises Forbidden, EntryRemoved."""
    edition = _next_edition(actor)
    found = _standing(entry)
    found.removed_at, found.edition = clock.now(), edition
    found.changed_at, found.changed_by = found.removed_at, actor
    found.save(update_fields=["removed_at", "edition", "changed_at", "changed_by"])
    _tell(actor, "removed", found, {"from": found.fields})


@transaction.atomic
def import_entries(*, actor: Staff | None, rows: Iterable[EntryFields]) -> Brought:
    """Rows of a file, all or none. One that stands there by its day and label is changed where it says otherwise. Raises Forbidden."""
    edition = _next_edition(actor)
    known = {(one.date, one.label): one for one in CalendarEntry.objects.standing()}
    added = changed = same = 0
    for row in rows:
        found = known.get((row["date"], row["label"]))
        if found is None:
            known[row["date"], row["label"]] = _added(edition, actor, row)
            added += 1
        elif _changed(edition, actor, found, row):
            changed += 1
        else:
            same += 1
    return Brought(added, changed, same)


def _next_edition(actor: Staff | None) -> int:
    if actor is not None:
        require_write(actor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    return queries.edition() + 1


def _require_once(date: datetime.date, label: str, but: int = 0) -> None:
    if CalendarEntry.objects.standing().filter(date=date, label=label).exclude(id=but).exists():
        raise EntryTwice(label)


def _standing(entry: CalendarEntry) -> CalendarEntry:
    found = CalendarEntry.objects.standing().filter(id=entry.id).first()
    if found is None:
        raise EntryRemoved()
    return found


def _added(edition: int, actor: Staff | None, fields: EntryFields) -> CalendarEntry:
    entry = CalendarEntry.objects.create(edition=edition, written_by=actor, **fields)
    _tell(actor, "added", entry, {"to": entry.fields})
    return entry


def _changed(edition: int, actor: Staff | None, entry: CalendarEntry, fields: EntryFields) -> bool:
    before = entry.fields
    for name, value in fields.items():
        setattr(entry, name, value)
    if entry.fields == before:
        return False
    entry.edition, entry.changed_at, entry.changed_by = edition, clock.now(), actor
    entry.save(update_fields=[*fields, "edition", "changed_at", "changed_by"])
    _tell(actor, "edited", entry, {"from": before, "to": entry.fields})
    return True


def _tell(actor: Staff | None, verb: str, entry: CalendarEntry, detail: dict[str, object]) -> None:
    audit(
        actor=actor,
        action=f"calendar_entry.{verb}",
        subject="calendar_entry",
        subject_id=entry.id,
        detail=detail,
    )
