"""The same problem stays one finding from look to look; what is gone is gone, and may come back."""

from __future__ import annotations

import pytest

from recorrido.company.models import AuditEntry
from recorrido.improve.actions import dismiss_finding
from recorrido.improve.models import Finding, FindingChange, FindingRun, FindingStatus
from recorrido.improve.queries import history_of, trail_of
from recorrido.improve.tests.looks import look, only, told

pytestmark = pytest.mark.django_db
NEW, GONE, LOOK_ALIKE = FindingStatus.NEW, FindingStatus.GONE, FindingStatus.LOOK_ALIKE


def statuses() -> list[str]:
    """From the first to the last."""
    return [change.after for change in reversed(trail_of(only()))]


def test_the_same_problem_stays_one_finding_with_the_history_of_its_figures():
    for day, journeys in enumerate((240, 260, 251)):
        look(told(journeys=journeys, money=1_000.0 * journeys), day=day)
    figures = history_of(only())
    assert [one.journeys for one in figures] == [251, 260, 240]
    assert (only().journeys, only().money, figures[0].money.expected) == (251, 251_000.0, 251_000.0)
    assert [one.log_version for one in figures] == ["v2", "v1", "v0"]


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "changed"},
        {"step": "order.delivered"},
        {"cause": {"attribute": "region", "value": "Andes"}},
        {"cause": {"attribute": "carrier", "value": "Sur"}},
        {"cause": None},
        {"department": "logistics"},
        {"department": None},
    ],
)
def test_another_kind_step_cause_or_department_is_another_finding(other):
    look(told(), told(**other))
    assert Finding.objects.count() == 2


def test_figures_and_method_may_change_without_making_another_finding():
    look(told())
    look(told(journeys=3, method="association", born_at="elsewhere", money=None), day=1)
    assert only().money is None and only().detail["method"] == "association"


def test_what_is_not_found_any_more_is_gone_and_what_is_found_again_came_back():
    look(told())
    look(day=1)
    assert only().status == GONE and not only().returned
    look(told(), day=2)
    assert only().returned and statuses() == [NEW, GONE, NEW]


def test_a_decision_of_people_outlives_the_absence(analyst):
    look(told())
    dismiss_finding(actor=analyst, finding_id=only().id, why="Conocido")
    look(day=1)
    look(told(), day=2)
    assert statuses() == [NEW, "dismissed", GONE, "dismissed"]


def test_a_look_alike_is_none_until_it_stands():
    look(told(discarded=True))
    assert only().status == LOOK_ALIKE and FindingRun.objects.newest().found == 0
    look(told(), day=1)
    look(told(discarded=True), day=2)
    assert statuses() == [LOOK_ALIKE, NEW, LOOK_ALIKE]


def test_an_accepted_finding_that_vanishes_in_the_comparison_is_gone(analyst):
    look(told())
    dismiss_finding(actor=analyst, finding_id=only().id, why="Conocido")
    look(told(discarded=True), day=1)
    assert only().status == GONE


def test_a_look_at_an_older_log_changes_nothing():
    look(told(), day=3)
    assert look(told(journeys=1), day=2) is None
    assert only().journeys == 240 and FindingRun.objects.count() == 1


def test_a_look_writes_who_when_from_and_to_and_one_line_of_audit():
    run = look(told())
    change = FindingChange.objects.get()
    assert (change.by, change.run, change.before, change.after) == (None, run, "", NEW)
    assert AuditEntry.objects.get(action="findings.found").detail["found"] == 1
