"""Builds asked for from a page or by the clock are done by the worker, each once."""

from datetime import timedelta

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from recorrido.company.models import AuditEntry
from recorrido.journeys.actions import (
    build_now,
    follow,
    install_blueprint,
    request_build,
    request_stale_builds,
    run_build,
)
from recorrido.journeys.actions.fresh import ask_for_build
from recorrido.journeys.actions.requests import is_under_way
from recorrido.journeys.errors import BuildFailed
from recorrido.journeys.models import BuildReason, BuildState, JourneyBuild
from recorrido.journeys.queries import newest_version
from recorrido.journeys.tasks import build_journey_log
from recorrido.journeys.tests.blueprints import SMALL, with_lines
from recorrido.journeys.tests.ledgers import build, event, record
from recorrido.journeys.tests.test_build_journeys import APPS
from recorrido.shared import clock

pytestmark = pytest.mark.django_db(transaction=True, available_apps=[*APPS, "procrastinate.contrib.django"])


@pytest.fixture(autouse=True)
def _own_folder(data_folder, transactional_db):
    """The queue's tables are not Django's, so no flush empties them."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.fixture
def blueprint():
    return install_blueprint(source=SMALL, file_name="small.yaml", actor=None)


def ask():
    return request_build(journey_type="order", actor=None, reason=BuildReason.MANUAL)


def test_a_request_waits_for_the_worker(blueprint):
    asked = ask()
    job = ProcrastinateJob.objects.get(task_name="recorrido.journeys.tasks.build_journey_log")
    assert (asked.state, job.args) == (BuildState.QUEUED, {"build_id": asked.id})
    assert AuditEntry.objects.filter(action="journeys.build_asked", subject_id=str(asked.id)).exists()


def test_a_second_request_joins_the_one_that_waits(blueprint):
    assert ask() == ask()
    assert JourneyBuild.objects.count() == 1


def test_the_worker_carries_a_request_out(blueprint):
    record(event("order.placed", order="o1"))
    assert run_build(build=ask()).state == BuildState.DONE


def test_a_build_that_fails_keeps_its_reason(blueprint):
    asked = ask()
    with pytest.raises(BuildFailed):
        run_build(build=asked)
    asked.refresh_from_db()
    assert asked.state == BuildState.FAILED
    assert asked.error


def test_a_build_whose_process_died_is_told_by_the_next_one():
    record(event("order.placed", order="o1"))
    build(SMALL)
    dead = JourneyBuild.objects.create(
        journey_type="order", blueprint_id=JourneyBuild.objects.get().blueprint_id, state=BuildState.EXPORTING
    )
    build_now(journey_type="order", actor=None)
    dead.refresh_from_db()
    assert dead.state == BuildState.FAILED


def test_a_row_of_a_build_that_died_keeps_nobody_from_asking(blueprint):
    for state in (BuildState.EXPORTING, BuildState.QUEUED):
        JourneyBuild.objects.create(journey_type="order", blueprint=blueprint, state=state)
    ask_for_build("order")
    assert ProcrastinateJob.objects.count() == 1
    ask_for_build("order")
    assert (ProcrastinateJob.objects.count(), JourneyBuild.objects.count()) == (1, 3)


def test_a_job_whose_worker_died_after_it_had_published_is_done_already():
    record(event("order.placed", order="o1"))
    first = build(SMALL)
    JourneyBuild.objects.filter(id=first.id).update(state=BuildState.BUILDING)
    version = newest_version("order")
    again = run_build(build=JourneyBuild.objects.get(id=first.id))
    assert (again.state, again.journeys, newest_version("order")) == (BuildState.DONE, 1, version)


def test_a_flood_of_events_does_not_have_the_worker_build_all_the_time():
    record(event("order.placed", order="o1"))
    made = build(SMALL)
    JourneyBuild.objects.filter(id=made.id).update(seconds=60)
    record_many(10_001)
    assert not is_under_way("order")
    with clock.frozen(clock.now() + timedelta(minutes=10)):
        record_many(1)
    assert is_under_way("order")


def record_many(number):
    for first in range(0, number, 5_000):
        record(*(event("order.placed", order="o2") for _ in range(min(5_000, number - first))))
    while follow():
        pass


def test_the_clock_asks_only_for_logs_that_lack_something():
    record(event("order.placed", order="o1"))
    build(SMALL)
    assert request_stale_builds(reason=BuildReason.SCHEDULE) == []
    record(event("order.placed", 1, order="o2"))
    assert request_stale_builds(reason=BuildReason.SCHEDULE) == []  # the follower has it in a second
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        asked = request_stale_builds(reason=BuildReason.SCHEDULE)
    assert [build.journey_type for build in asked] == ["order"]


def test_a_log_that_is_kept_fresh_is_built_anew_once_a_day():
    record(event("order.placed", order="o1"))
    build(SMALL)
    record(event("order.placed", 1, order="o2"))
    follow()
    with clock.frozen(clock.now() + timedelta(hours=23)):
        assert request_stale_builds(reason=BuildReason.SCHEDULE) == []
    with clock.frozen(clock.now() + timedelta(hours=25)):
        assert len(request_stale_builds(reason=BuildReason.SCHEDULE)) == 1


def test_a_new_blueprint_makes_logs_stale():
    record(event("order.placed", order="o1"))
    build(SMALL)
    install_blueprint(source=with_lines("nature: support", "nature: advice"), file_name="x.yaml", actor=None)
    assert len(request_stale_builds(reason=BuildReason.INSTALL)) == 1


def test_without_a_blueprint_the_clock_asks_for_nothing():
    assert request_stale_builds(reason=BuildReason.SCHEDULE) == []


def test_an_empty_ledger_makes_the_clock_ask_for_nothing(blueprint):
    assert request_stale_builds(reason=BuildReason.SCHEDULE) == []


def test_events_that_fit_no_touchpoint_are_tried_once_and_again_when_there_are_more(blueprint):
    record(event("weather.changed"))
    with pytest.raises(BuildFailed):
        build_now(journey_type="order", actor=None)
    assert request_stale_builds(reason=BuildReason.SCHEDULE) == []
    record(event("order.placed", order="o1"))
    assert len(request_stale_builds(reason=BuildReason.SCHEDULE)) == 1


def test_the_clock_leaves_what_is_being_built_to_that_build(blueprint):
    record(event("order.placed", order="o1"))
    asked = []
    build_now(
        journey_type="order",
        actor=None,
        tell=lambda row: (
            asked.extend(request_stale_builds(reason=BuildReason.SCHEDULE)) if row.running else None
        ),
    )
    assert asked == []


def test_a_build_that_finds_nothing_is_no_complaint_of_the_worker(blueprint):
    asked = ask()
    build_journey_log(build_id=asked.id)
    asked.refresh_from_db()
    assert asked.state == BuildState.FAILED


def test_a_build_whose_process_died_says_so(blueprint, settings):
    settings.RECORRIDO_OWN_PROCESSES = True  # which does not find a row that is not committed, and fails
    asked = ask()
    JourneyBuild.objects.filter(id=asked.id).update(state=BuildState.EXPORTING)
    build_journey_log(build_id=asked.id)
    asked.refresh_from_db()
    assert (asked.state, asked.error) == (
        BuildState.FAILED,
        "El proceso que construía estos recorridos se cortó.",
    )
