"""When past events are read differently, the journeys are built anew, whatever happens in between; pages say so meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from recorrido.events.actions import (
    apply_remapping,
    carry_out,
    count_events,
    run_retention,
    save_retention_rule,
    undo_remapping,
)
from recorrido.events.models import LedgerJob, RetentionRule
from recorrido.journeys.actions import build_now, follow, install_blueprint, request_stale_builds
from recorrido.journeys.models import BuildReason, BuildState, JourneyBuild
from recorrido.journeys.queries import open_study, pending_reading
from recorrido.journeys.tests.blueprints import SMALL, with_lines
from recorrido.journeys.tests.fresh_logs import as_built_anew, says
from recorrido.journeys.tests.ledgers import START, build, event, record
from recorrido.journeys.tests.test_build_journeys import APPS
from recorrido.shared import clock

pytestmark = pytest.mark.django_db(transaction=True, available_apps=[*APPS, "procrastinate.contrib.django"])
MONEY = "type refund.paid\nobject order from order_number"


@pytest.fixture(autouse=True)
def _shop(data_folder, transactional_db):
    forget_requests()
    record(event("order.placed", order="o1"), event("Money Back", 1, order_number="o1"))
    build(SMALL)


def forget_requests():
    """As if nobody had asked, or what was asked had been lost."""
    JourneyBuild.objects.filter(state=BuildState.QUEUED).delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


def count():
    while count_events():
        pass


def carry_out_all():
    for job in LedgerJob.objects.filter(state=LedgerJob.QUEUED):
        carry_out(job=job)
    count()


def reread(admin, steps=MONEY):
    count()
    return apply_remapping(
        actor=admin, name="Devoluciones", source=None, type_pattern="Money Back", steps=steps
    )


def follow_and_see():
    follow()
    return list(JourneyBuild.objects.filter(state=BuildState.QUEUED).values_list("journey_type", flat=True))


def notice():
    found = pending_reading(open_study("order"))
    return found and found.why


def test_a_remapping_has_the_journeys_built_anew_and_so_has_its_undoing(admin):
    made = reread(admin)
    carry_out_all()
    assert follow_and_see() == ["order"]
    forget_requests()
    assert as_built_anew_after(2)
    assert follow_and_see() == []
    undo_remapping(actor=admin, remapping=made)
    carry_out_all()
    assert follow_and_see() == ["order"]


def as_built_anew_after(steps):
    build_now(journey_type="order", actor=None)
    return len(says()["journeys"]["o1"]["steps"]) == steps


def test_a_request_that_was_lost_is_made_again(admin):
    reread(admin, "type refund.paid")
    count()
    follow()
    forget_requests()
    assert follow_and_see() == ["order"]


def test_a_build_that_had_read_the_past_already_is_followed_by_another(admin):
    def while_it_runs(row):
        if row.state == BuildState.BUILDING and not LedgerJob.objects.exists():
            reread(admin)
            carry_out_all()
            follow()

    build_now(journey_type="order", actor=None, tell=while_it_runs)
    assert len(says()["journeys"]["o1"]["steps"]) == 1
    assert follow_and_see() == ["order"]


def test_the_clock_asks_too_where_nobody_follows(admin):
    reread(admin)
    carry_out_all()
    assert len(request_stale_builds(reason=BuildReason.SCHEDULE)) == 1


def test_what_retention_took_out_leaves_the_journeys_with_the_next_build(admin):
    save_retention_rule(actor=admin, kind=RetentionRule.EMPTY, source=None, type_pattern="", months=1)
    with clock.frozen(START + timedelta(days=99)):
        run_retention()
    count()
    assert follow_and_see() == ["order"]
    forget_requests()
    build_now(journey_type="order", actor=None)
    with clock.frozen(START + timedelta(days=99)):
        run_retention()
    count()
    assert follow_and_see() == []


def test_a_page_says_that_past_events_are_read_differently_until_the_journeys_are_built_anew(admin):
    assert notice() is None
    reread(admin)
    assert notice() == "rereading"
    carry_out_all()
    assert notice() == "reread"
    build_now(journey_type="order", actor=None)
    assert notice() is None and as_built_anew()


def test_a_page_says_that_a_newer_design_is_in_force_until_the_journeys_are_built_by_it():
    before = open_study("order").version
    install_blueprint(source=with_lines("nature: support", "nature: advice"), file_name="x.yaml", actor=None)
    assert notice() == "designed"
    build_now(journey_type="order", actor=None)
    assert notice() is None and pending_reading(open_study("order", before)) is None


def test_the_notice_tells_how_far_the_build_is(admin):
    reread(admin, "type refund.paid")
    count()
    follow()
    JourneyBuild.objects.filter(state=BuildState.QUEUED).update(state=BuildState.EXPORTING, percent=40)
    assert pending_reading(open_study("order")).percent == 40
