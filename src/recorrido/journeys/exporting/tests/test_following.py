"""What was exported stays equal to the ledger: new events, merges, what is taken out, what is read differently."""

from __future__ import annotations

import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import connection, connections

from recorrido.company.models import Role, Staff
from recorrido.events.actions import (
    apply_remapping,
    carry_out,
    count_events,
    ensure_source,
    record_events,
    run_retention,
    save_retention_rule,
    undo_remapping,
)
from recorrido.events.ledger import EVENTS_LOCK_CLASS
from recorrido.events.models import Bookmark, Event, LedgerJob, RetentionRule
from recorrido.journeys.exporting import actions
from recorrido.journeys.exporting import rows as exporting_rows
from recorrido.journeys.exporting.actions import export_aside, export_events
from recorrido.journeys.exporting.errors import ExportFailed, ExportRunning
from recorrido.journeys.exporting.models import EventExport, ExportState
from recorrido.journeys.exporting.queries import state_of_export
from recorrido.journeys.exporting.tests.exported import files, rows
from recorrido.journeys.tests.ledgers import START, event, record
from recorrido.journeys.tests.some_orders import record_some
from recorrido.people.actions import merge_persons, unmerge
from recorrido.people.models import Identifier, PersonChange
from recorrido.shared import clock
from trayecto.events.exported import Update, opened, writing
from trayecto.events.exported.layout import read_manifest
from trayecto.events.exported.place import place_of

pytestmark = pytest.mark.django_db(transaction=True)  # only what is committed is exported


@pytest.fixture
def admin():
    return Staff.objects.create(email="a@example.cl", name="A", role=Role.ADMIN)


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "events"


def export(folder: Path) -> EventExport | None:
    return export_events(destination=str(folder))


def persons(folder: Path) -> list[int | None]:
    return [row["person"] for _id, row in sorted(rows(folder).items())]


def test_only_what_is_new_is_added(folder):
    record(event("a", order="o1"), event("b", 40, order="o1"))
    assert export(folder).events == 2
    before = files(folder)
    record(event("c", 41, order="o2"))
    assert export(folder).events == 1
    assert before < files(folder) and len(rows(folder)) == 3


def test_a_run_may_take_a_part_which_is_whole_in_itself_and_the_next_goes_on(folder, admin):
    record(event("a", customer="c1"), event("b", customer="c2"))
    export(folder)
    record(*[event("c", customer="c1") for _ in range(4)])
    merge_persons(actor=admin, one=persons(folder)[0], other=persons(folder)[1])
    run = export_events(destination=str(folder), most=2)
    assert (run.state, run.percent, len(rows(folder)), len(set(persons(folder)))) == ("done", 100, 4, 1)
    assert export(folder).events == 2 and len(rows(folder)) == 6


def test_where_nothing_happened_nothing_is_done(folder):
    record(event("a"))
    assert export(folder) and export(folder) is None
    assert EventExport.objects.count() == 1


def test_an_empty_ledger_is_an_empty_export(folder):
    assert export(folder).rows == 0
    assert opened(folder).files == ()


def test_persons_who_are_joined_and_parted_are_so_in_the_export_and_no_event_is_rewritten(folder, admin):
    record(event("a", customer="c1"), event("b", customer="c2"))
    export(folder)
    before, (one, other) = files(folder), persons(folder)
    merge_persons(actor=admin, one=one, other=other)
    export(folder)
    assert persons(folder) == [min(one, other)] * 2
    unmerge(actor=admin, merge=PersonChange.objects.latest("id").id)
    export(folder)
    assert persons(folder) == [one, other] and files(folder) == before


def test_what_retention_takes_out_is_gone_from_every_file_of_the_export(folder, admin):
    old = START - timedelta(days=400)
    record(event("a", -400, amount=1, region="RM"), event("b", 0, amount=2), event("c", -300, amount=3))
    export(folder)
    before = files(folder)
    save_retention_rule(actor=admin, kind=RetentionRule.EMPTY, source=None, type_pattern="", months=12)
    with clock.frozen(old + timedelta(days=370)):
        run_retention()
    assert export(folder).rewritten == 1
    told = [row["properties.amount"] for _id, row in sorted(rows(folder).items())][:3]
    assert told == [None, "2", "3"]
    (gone,) = before - files(folder)
    assert not Path(gone).exists()


def test_persons_who_are_forgotten_are_so_in_the_export(folder, admin):
    record_events(
        source=ensure_source(name="shop"),
        events=[event("a", -400, customer=None), _anonymous(START - timedelta(days=400))],
    )
    export(folder)
    assert persons(folder)[1] is not None
    save_retention_rule(actor=admin, kind=RetentionRule.FORGET, source=None, type_pattern="", months=3)
    with clock.frozen(START):
        run_retention()
    export(folder)
    assert persons(folder)[:2] == [None, None]


def _anonymous(at):
    told = event("visit", customer=None)
    return told.__class__("v", "visit", at, identifiers=(("anonymous", "x"),))


def test_events_that_are_read_differently_are_so_in_the_export_and_as_before_when_undone(folder, admin):
    record(event("Order Placed", 0, customer=None, customer_no="7"), event("other", 50))
    while count_events():  # a remapping looks where the counters say
        pass
    export(folder)
    made = apply_remapping(
        actor=admin,
        name="x",
        source=None,
        type_pattern="Order*",
        steps="identifier customer from customer_no",
    )
    _work()
    export(folder)
    assert persons(folder)[0] == Identifier.objects.get(value="7").person_id
    undo_remapping(actor=admin, remapping=made)
    _work()
    export(folder)
    assert persons(folder)[0] is None


def _work() -> None:
    for job in LedgerJob.objects.filter(state=LedgerJob.QUEUED):
        assert carry_out(job=job).state == LedgerJob.DONE


def test_a_type_that_is_read_by_another_word_has_it_in_the_export_too(folder, admin):
    record(event("Order Placed"), event("Other", 40))
    export(folder)
    made = apply_remapping(
        actor=admin, name="x", source=None, type_pattern="Order*", steps="type order.placed"
    )
    assert export(folder).rewritten == 1
    assert _types(folder) >= {"order.placed", "Other"} and "Order Placed" not in _types(folder)
    undo_remapping(actor=admin, remapping=made)
    export(folder)
    assert "order.placed" not in _types(folder)


def _types(folder: Path) -> set[str]:
    import trayecto

    read = trayecto.read_events(folder, journey="", step="event_type", at="at", columns=["id"])
    return set(read.table["step"].to_pylist())


def test_a_word_that_is_changed_and_changed_back_while_events_are_read_leaves_nothing(
    folder, admin, monkeypatch
):
    record(event("Order Placed"))
    export(folder)
    record(event("Order Placed", 1), event("Order Placed", 2))
    monkeypatch.setattr(actions, "PORTION", 1)
    made = []

    def after_a_portion(_run):
        if not made:
            made.append(_order_placed(admin))

    export_events(destination=str(folder), tell=after_a_portion)
    undo_remapping(actor=admin, remapping=made[0])
    export(folder)
    assert "order.placed" not in _types(folder) and "Order Placed" in _types(folder)


def _order_placed(admin):
    return apply_remapping(
        actor=admin, name="x", source=None, type_pattern="Order*", steps="type order.placed"
    )


def test_persons_who_are_joined_while_persons_are_exported_are_so_in_all_files_or_in_none(
    folder, admin, monkeypatch
):
    record(event("a", customer="c1"), event("b", customer="c2"), event("c", customer="c3"))
    monkeypatch.setattr(exporting_rows, "STRETCH", 1)
    one, other, third = Identifier.objects.order_by("id").values_list("id", flat=True)
    merge_persons(actor=admin, one=other, other=third)

    class Interrupted(Update):
        def set_persons(self, number, content):
            if number == other:  # before those of the third are read
                merge = partial(merge_persons, actor=admin, one=one, other=other)
                ThreadPoolExecutor(1).submit(_alone, merge).result()
            super().set_persons(number, content)

    update = Interrupted(str(folder))
    actions._follow_the_past(update)
    actions._add_events(update, actions._Progress(EventExport.objects.create(destination="x"), None), None)
    actions._say_persons(update)
    update.publish(at_once=False)
    assert persons(folder) == [one, other, other]


def _alone(work):
    """In a thread, with a connection of its own."""
    try:
        work()
    finally:
        connection.close()


def test_a_first_export_that_was_cut_short_does_not_go_on_with_another_ledger(folder):
    record(event("a"), event("b"))
    update = Update(str(folder))
    actions._follow_the_past(update)
    actions._add_events(update, actions._Progress(EventExport.objects.create(destination="x"), None), None)
    assert not opened(folder)
    with connection.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica; UPDATE events_event SET hash = gen_random_uuid()"
        )
        cursor.execute("SET session_replication_role = origin")
    assert export(folder).events == 2


def test_a_writer_that_announces_itself_late_makes_nobody_export_everything_anew(folder):
    record(event("a"), event("b"))
    export(folder)
    before, known = files(folder), read_manifest(place_of(str(folder)))
    other = connection.copy()
    try:
        with other.cursor() as cursor:  # it took its place in the queue before ours, and is seen only now
            other.set_autocommit(False)
            cursor.execute(
                "SELECT pg_advisory_xact_lock_shared((%s::bigint << 48) | %s)",
                [EVENTS_LOCK_CLASS, known.position - 1],
            )
            export(folder)
            assert files(folder) == before
    finally:
        other.close()


def test_one_place_by_two_names_is_written_by_one_at_a_time(folder):
    record(event("a"))
    with actions._only_export_to(str(folder)), pytest.raises(ExportRunning):
        other = connection.copy()
        connections["default"], held = other, connections["default"]
        try:
            export_events(destination=f"file://{folder}/")
        finally:
            other.close()
            connections["default"] = held


def test_a_place_with_a_password_in_it_is_refused_and_kept_nowhere():
    with pytest.raises(ExportFailed) as told:
        export_events(destination="s3://KEYNAME:hidden@bucket/events")
    assert "hidden" not in str(told.value) and not EventExport.objects.exists()


def test_files_whose_hour_is_over_go_although_nothing_happened(folder, admin, monkeypatch):
    record(event("a", customer="c1"), event("b", customer="c2"))
    export(folder)
    merge_persons(actor=admin, one=persons(folder)[0], other=persons(folder)[1])
    export(folder)
    merged = set((folder / "persons").iterdir())
    unmerge(actor=admin, merge=PersonChange.objects.latest("id").id)
    export(folder)
    assert merged <= set((folder / "persons").iterdir()) and export(folder) is None
    monkeypatch.setattr(writing, "KEEP", timedelta(0))
    export(folder)
    assert not merged & set((folder / "persons").iterdir())


def test_what_nobody_could_read_as_an_identifier_stays_here(folder):
    record_events(
        source=ensure_source(name="shop", country="CL"),
        events=[event("a").__class__("m", "a", START, identifiers=(("email", "no mail at all"),))],
    )
    assert "$unread_identifiers" in Event.objects.get().properties
    export(folder)
    assert all(b"no mail at all" not in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_ledger_that_is_another_one_is_exported_anew(folder):
    record(event("a"), event("b"))
    export(folder)
    with connection.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica; UPDATE events_event SET hash = gen_random_uuid()"
        )
        cursor.execute("SET session_replication_role = origin")
    record(event("c"))
    export(folder)
    assert len(rows(folder)) == 3


def test_two_at_once_do_not_write_to_one_place(folder):
    record(event("a"))
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [actions.LOCK_CLASS, str(folder)])
        with pytest.raises(ExportRunning):
            export(folder)
    finally:
        other.close()


def test_a_place_that_cannot_be_written_says_so_and_keeps_its_bookmark(folder, settings):
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("no folder")
    record(event("a"))
    with pytest.raises(ExportFailed):
        export(folder)
    settings.RECORRIDO_EXPORT = str(folder)
    export_aside()
    assert Bookmark.objects.get(consumer="export").error


def test_the_export_of_the_settings_is_a_consumer_that_people_see(folder, settings):
    export_aside()
    assert (state_of_export().destination, Bookmark.objects.count()) == ("", 0)
    settings.RECORRIDO_EXPORT = str(folder)
    record(event("a"))
    assert state_of_export().behind > 0
    export_aside()
    assert (state_of_export().behind, state_of_export().done.rows) == (0, 1)
    Bookmark.objects.update(position=0)
    _finished(EventExport.objects.get(), after=timedelta(), ago=timedelta())
    export_aside()
    assert Bookmark.objects.get(consumer="export").position == opened(folder).position


def test_a_run_that_took_long_is_followed_by_a_rest(folder, settings):
    settings.RECORRIDO_EXPORT = str(folder)
    export_aside()
    done = EventExport.objects.get()
    record(event("a"))
    _finished(done, after=timedelta(minutes=3), ago=timedelta(minutes=11))
    export_aside()
    assert EventExport.objects.count() == 1
    _finished(done, after=timedelta(minutes=3), ago=timedelta(minutes=13))
    export_aside()
    assert EventExport.objects.count() == 2


def _finished(run: EventExport, *, after: timedelta, ago: timedelta) -> None:
    end = clock.now() - ago
    EventExport.objects.filter(id=run.id).update(started_at=end - after, finished_at=end)


def test_a_process_that_is_killed_at_any_moment_leaves_a_whole_export(folder):
    record_some(random.Random(3), 20)
    program = [sys.executable, "-m", "recorrido.journeys.exporting.tests.killed_exports"]
    with subprocess.Popen([*program, connection.settings_dict["NAME"], str(folder), "7", "7"]) as process:
        looks = _watch(folder, process)
    assert process.returncode == 0 and looks > 5
    killed = EventExport.objects.exclude(state=ExportState.DONE).count()
    export(folder)
    assert killed and set(rows(folder)) == set(Event.objects.values_list("id", flat=True))


def _watch(folder: Path, process: subprocess.Popen[bytes]) -> int:
    """Whenever a reader looks, the files that are meant are there and hold each event up to their position, once."""
    looks = 0
    while _runs(process):
        found = opened(folder) if folder.is_dir() else None
        if found is not None:
            ids = set(rows(folder))
            assert ids >= set(Event.objects.filter(id__lte=found.position).values_list("id", flat=True))
            assert ids <= set(Event.objects.values_list("id", flat=True))
            looks += 1
    return looks


def _runs(process: subprocess.Popen[bytes]) -> bool:
    """Leaves the processor to it for a moment."""
    try:
        process.wait(0.02)
    except subprocess.TimeoutExpired:
        return True
    return False
