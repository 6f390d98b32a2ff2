from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from recorrido.company.models import AuditEntry
from recorrido.events.actions import (
    count_events,
    due_now,
    ensure_source,
    run_retention,
    save_retention_rule,
    switch_retention_rule,
)
from recorrido.events.errors import BadSteps
from recorrido.events.models import Event, RetentionRule
from recorrido.events.queries import events_of_object
from recorrido.events.tests.making import NOON, event, figures, record
from recorrido.shared import clock

pytestmark = pytest.mark.django_db(transaction=True)  # a reader waits for the end of a writer

OLD, YOUNG = NOON - timedelta(days=100), NOON - timedelta(days=20)


@pytest.fixture(autouse=True)
def _noon():
    with clock.frozen(NOON):
        yield


def rule(admin, kind=RetentionRule.EMPTY, months=3, source=None, type_pattern=""):
    return save_retention_rule(
        actor=admin, kind=kind, source=source, type_pattern=type_pattern, months=months
    )


def told(name, at=OLD, **fields):
    told = event(name, at=at, properties={"note": "call me"}, objects=(("order", name),), **fields)
    record(told)
    while count_events():
        pass
    return told


def noted():
    """Which events still say something, by the order they are about."""
    return [one.properties.get("note") is not None for one in told_by_shops()]


def told_by_shops():
    return Event.objects.exclude(source__name="recorrido").order_by("id")


def test_old_events_lose_their_properties_and_young_ones_keep_them(admin):
    told("old")
    told("young", YOUNG)
    rule(admin)
    assert (run_retention(), noted()) == (1, [False, True])


def test_an_emptied_event_is_a_duplicate_still_and_keeps_its_objects(admin):
    old = told("old")
    rule(admin)
    run_retention()
    assert figures(record(old)) == (0, 1, 0)
    assert [one.properties for one in events_of_object("order", "old")] == [{}]


def test_what_grows_old_or_arrives_old_later_is_emptied_in_its_night(admin):
    told("old")
    told("young", YOUNG)
    rule(admin)
    run_retention()
    told("arrived late", OLD)
    assert (run_retention(), noted()) == (1, [False, True, False])
    with clock.frozen(NOON + timedelta(days=80)):
        assert (run_retention(), noted()) == (1, [False, False, False])


def test_a_rule_is_for_its_source_and_its_types(admin):
    told("a")
    told("b", type_="page")
    record(event("c", "page", at=OLD, properties={"note": 1}), source="web")
    rule(admin, type_pattern="pa*", source=ensure_source(name="web"))
    assert (run_retention(), noted()) == (1, [True, True, False])


def test_anonymous_visits_lose_their_person_and_those_of_known_people_do_not(admin):
    told("visit", identifiers=(("anonymous", "A1"),))
    told("known visit", identifiers=(("anonymous", "A2"),))
    told("sign in", identifiers=(("anonymous", "A2"), ("customer", "C1")))
    rule(admin, RetentionRule.FORGET)
    assert run_retention() == 1
    assert [(one.leaf_id is None, one.leaf_ids == []) for one in told_by_shops()] == [
        (True, True),
        (False, False),
        (False, False),
    ]


def test_the_page_can_say_how_many_before_anything_is_done(admin):
    told("old")
    told("young", YOUNG)
    made = rule(admin)
    assert (due_now(made).events, due_now(made).exact, noted()) == (1, True, [True, True])


def test_a_rule_that_rests_does_nothing(admin):
    told("old")
    made = rule(admin)
    switch_retention_rule(actor=admin, rule=made, is_active=False)
    assert (run_retention(), noted()) == (0, [True])


def test_the_opening_for_changes_is_closed_again_at_once(admin):
    told("old")
    rule(admin)
    run_retention()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.update(channel="web")


def test_each_night_is_written_down(admin):
    told("old")
    made = rule(admin)
    run_retention()
    run_retention()
    made.refresh_from_db()
    assert (made.emptied, made.last_run_at) == (1, NOON)
    assert AuditEntry.objects.filter(action="retention_rule.ran").get().detail["events"] == 1


def test_a_night_that_changed_something_is_told_in_the_ledger_once(admin):
    told("old")
    rule(admin)
    run_retention()
    with clock.frozen(NOON + timedelta(days=200)):
        run_retention()
    assert Event.objects.filter(type__name="ledger.retention_ran").count() == 1


def test_no_rule_for_less_than_a_month(admin):
    with pytest.raises(BadSteps):
        rule(admin, months=0)
