from __future__ import annotations

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

import trayecto
from recorrido.company.models import AuditEntry
from recorrido.journeys.analyses import registry
from recorrido.journeys.analyses.actions import TASK, carry_out, request_analysis, request_scheduled
from recorrido.journeys.analyses.errors import UnknownKind
from recorrido.journeys.analyses.models import Analysis
from recorrido.journeys.analyses.queries import analysis_of, newest_result
from recorrido.journeys.queries import open_study

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


@pytest.fixture(autouse=True)
def kinds():
    """The registry as it was, with one question that counts journeys and one that refuses."""
    before = dict(registry._kinds)
    registry._kinds.clear()
    registry.register(registry.Kind("journeys", run=_count, scheduled=True))
    registry.register(registry.Kind("refusal", run=_refuse))
    registry.register(registry.Kind("stopped", run=_told_to_stop))
    yield
    registry._kinds.clear()
    registry._kinds.update(before)


def _count(study, parameters, progress):
    progress(0.5)
    return {"journeys": study.log.total_journeys, "asked": dict(parameters)}


def _told_to_stop(study, parameters, progress):
    raise SystemExit(143)


def _refuse(study, parameters, progress):
    raise trayecto.BadValue("No step is called 'x'.")


def test_an_analysis_is_queued_worked_out_and_kept_for_its_log_version():
    study = open_study("order")
    asked = request_analysis(study=study, kind="journeys", actor=None, parameters={"a": 1})
    assert analysis_of(study, "journeys", {"a": 1}).under_way
    carry_out(asked.id)
    stored = analysis_of(study, "journeys", {"a": 1})
    assert stored.result == {"journeys": study.log.total_journeys, "asked": {"a": 1}} and not stored.is_older
    assert stored.shown.as_of == study.log.as_of and stored.shown.percent == 100


def test_asking_twice_gives_the_same_analysis_whatever_the_order_of_the_parameters():
    study = open_study("order")
    first = request_analysis(study=study, kind="journeys", actor=None, parameters={"a": 1, "b": 2})
    second = request_analysis(study=study, kind="journeys", actor=None, parameters={"b": 2, "a": 1})
    assert first.id == second.id and Analysis.objects.count() == 1


def test_other_parameters_are_another_question():
    study = open_study("order")
    carry_out(request_analysis(study=study, kind="journeys", actor=None, parameters={"a": 1}).id)
    assert analysis_of(study, "journeys", {"a": 2}).result is None


def test_what_the_library_refuses_is_said_in_its_row_and_can_be_asked_again():
    study = open_study("order")
    asked = request_analysis(study=study, kind="refusal", actor=None)
    carry_out(asked.id)
    stored = analysis_of(study, "refusal")
    assert stored.failed and stored.asked.error == "No step is called 'x'." and stored.result is None
    assert request_analysis(study=study, kind="refusal", actor=None).under_way


def test_an_analysis_whose_worker_was_told_to_stop_waits_for_the_next_one():
    study = open_study("order")
    asked = request_analysis(study=study, kind="stopped", actor=None)
    with pytest.raises(SystemExit):
        carry_out(asked.id)
    stored = analysis_of(study, "stopped")
    assert stored.under_way and stored.asked.state == "queued" and not stored.asked.error


def test_a_page_of_a_newer_log_shows_the_older_result_and_says_so():
    study = open_study("order")
    carry_out(request_analysis(study=study, kind="journeys", actor=None).id)
    Analysis.objects.update(log_version="an-older-one")
    stored = analysis_of(study, "journeys")
    assert stored.is_older and stored.result is not None and stored.asked is None
    assert newest_result("order", "journeys").id == stored.shown.id


def test_a_job_that_comes_twice_works_once():
    asked = request_analysis(study=open_study("order"), kind="journeys", actor=None)
    carry_out(asked.id)
    before = Analysis.objects.get(id=asked.id).finished_at
    carry_out(asked.id)
    assert Analysis.objects.get(id=asked.id).finished_at == before


def test_scheduled_analyses_are_asked_once_for_each_ready_journey_type():
    first = request_scheduled()
    assert {one.journey_type for one in first} == {"order", "purchase", "weighted"}
    for one in first:
        carry_out(one.id)
    assert request_scheduled() == []


def test_only_the_newest_answers_to_a_question_are_kept():
    study = open_study("order")
    carry_out(request_analysis(study=study, kind="journeys", actor=None).id)
    row = Analysis.objects.get()
    for number in range(12):
        row.pk, row.log_version = None, f"version-{number}"
        Analysis.objects.bulk_create([row])
    asked = request_analysis(study=study, kind="journeys", actor=None, parameters={"a": 1})
    carry_out(asked.id)
    Analysis.objects.filter(log_version=study.version).exclude(id=asked.id).delete()
    carry_out(request_analysis(study=study, kind="journeys", actor=None).id)
    assert Analysis.objects.about("order", "journeys", {}).count() == 10


def test_an_unknown_kind_is_refused(analyst):
    with pytest.raises(UnknownKind):
        request_analysis(study=open_study("order"), kind="nothing", actor=analyst)


def test_asking_stands_in_the_audit_log(analyst):
    request_analysis(study=open_study("order"), kind="journeys", actor=analyst)
    entry = AuditEntry.objects.get(action="analysis.asked")
    assert entry.detail == {"kind": "journeys", "journeys": "order"}


def test_what_somebody_waits_for_comes_before_what_home_shows_and_that_before_the_rest(analyst):
    registry.register(registry.Kind("home", run=_count, scheduled=True, first=True))
    study = open_study("order")
    for kind, actor in (("journeys", None), ("home", None), ("refusal", analyst)):
        request_analysis(study=study, kind=kind, actor=actor)
    jobs = ProcrastinateJob.objects.filter(task_name=TASK).order_by("-priority", "id")
    kinds = dict(Analysis.objects.values_list("id", "kind"))
    assert [kinds[job.args["analysis_id"]] for job in jobs] == ["refusal", "home", "journeys"]
