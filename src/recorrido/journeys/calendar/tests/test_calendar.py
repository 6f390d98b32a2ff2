"""What people write into the calendar: once a day, with who and when, each change a new edition."""

from __future__ import annotations

import datetime

import pytest

from recorrido.company.errors import Forbidden
from recorrido.company.models import AuditEntry
from recorrido.journeys.actions import install_blueprint
from recorrido.journeys.blueprint import find_blueprint
from recorrido.journeys.calendar import actions, queries
from recorrido.journeys.calendar.errors import EntryRemoved, EntryTwice
from recorrido.journeys.calendar.models import CalendarEntry
from recorrido.journeys.queries import blueprint_in_force

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 9, 21)
NOTICES = {"date": DAY, "label": "Avisos nuevos", "kind": "release", "touchpoint": "", "department": "it"}


@pytest.fixture
def lead(make_staff):
    return make_staff("cx_lead")


@pytest.fixture
def blueprint():
    source = find_blueprint("aromo").read_text(encoding="utf-8")
    install_blueprint(source=source, file_name="aromo.yaml", actor=None)
    return blueprint_in_force()[1]


def told() -> list[tuple[str, str]]:
    return [(entry.action, entry.actor_name) for entry in AuditEntry.objects.filter(subject="calendar_entry")]


def test_an_entry_says_who_wrote_it_and_stands_in_the_audit_log(lead):
    entry = actions.add_entry(actor=lead, **NOTICES)
    assert entry.written_by == lead and entry.changed_at is None
    assert told() == [("calendar_entry.added", lead.name)]


def test_every_change_is_a_new_edition_of_the_calendar(lead):
    entry = actions.add_entry(actor=lead, **NOTICES)
    assert queries.edition() == 1
    actions.edit_entry(actor=lead, entry=entry, **NOTICES | {"label": "Avisos por WhatsApp"})
    assert queries.edition() == 2
    actions.remove_entry(actor=lead, entry=entry)
    assert queries.edition() == 3 and queries.written_entries() == []


def test_an_edit_that_changes_nothing_writes_nothing(lead):
    entry = actions.add_entry(actor=lead, **NOTICES)
    actions.edit_entry(actor=lead, entry=entry, **NOTICES)
    assert queries.edition() == 1 and len(told()) == 1


def test_the_audit_log_keeps_what_an_entry_said_before(lead):
    entry = actions.add_entry(actor=lead, **NOTICES)
    actions.edit_entry(actor=lead, entry=entry, **NOTICES | {"kind": "process"})
    detail = AuditEntry.objects.get(action="calendar_entry.edited").detail
    assert (detail["from"]["kind"], detail["to"]["kind"]) == ("release", "process")


def test_the_same_thing_stands_on_a_day_once(lead):
    first = actions.add_entry(actor=lead, **NOTICES)
    with pytest.raises(EntryTwice):
        actions.add_entry(actor=lead, **NOTICES)
    actions.remove_entry(actor=lead, entry=first)
    assert actions.add_entry(actor=lead, **NOTICES).id != first.id


def test_what_was_removed_meanwhile_is_neither_edited_nor_removed_again(lead):
    entry = actions.add_entry(actor=lead, **NOTICES)
    actions.remove_entry(actor=lead, entry=entry)
    with pytest.raises(EntryRemoved):
        actions.edit_entry(actor=lead, entry=entry, **NOTICES)
    with pytest.raises(EntryRemoved):
        actions.remove_entry(actor=lead, entry=entry)


def test_who_may_not_change_the_design_may_not_write_the_calendar(analyst):
    with pytest.raises(Forbidden):
        actions.add_entry(actor=analyst, **NOTICES)
    assert not CalendarEntry.objects.exists()


def test_a_file_brought_twice_adds_nothing_the_second_time(lead):
    rows = [NOTICES, {"date": DAY, "label": "Turnos nuevos"}]
    assert actions.import_entries(actor=lead, rows=rows) == actions.Brought(2, 0, 0)
    assert actions.import_entries(actor=lead, rows=rows) == actions.Brought(0, 0, 2)
    assert queries.edition() == 1


def test_a_file_changes_what_it_says_otherwise_and_keeps_what_it_does_not_say(lead):
    actions.add_entry(actor=lead, **NOTICES)
    row = {"date": DAY, "label": "Avisos nuevos", "kind": "process"}
    assert actions.import_entries(actor=lead, rows=[row]).changed == 1
    entry = CalendarEntry.objects.get()
    assert (entry.kind, entry.department, entry.changed_by) == ("process", "it", lead)


def test_versions_of_the_design_and_holidays_stand_there_by_themselves(blueprint):
    (version,) = queries.design_entries(blueprint)
    first, last = datetime.date(2026, 9, 1), datetime.date(2026, 9, 30)
    found = queries.entries_by_themselves(blueprint, first, last)
    assert version.kind == queries.DESIGN and version.label == "1"
    assert {one.date.day for one in found if one.kind == queries.HOLIDAY} == {18, 19}


def test_the_entry_that_stands_nearest_to_a_day_is_what_was_changed_before_a_holiday(lead, blueprint):
    actions.add_entry(actor=lead, **NOTICES | {"date": datetime.date(2026, 9, 17)})
    entries = queries.written_entries()
    near = queries.entry_near(entries, blueprint, datetime.date(2026, 9, 18))
    assert near.label == "Avisos nuevos"
    assert queries.entry_near([], blueprint, datetime.date(2026, 9, 22)).kind == queries.HOLIDAY
    assert queries.entry_near(entries, blueprint, datetime.date(2026, 11, 20)) is None
