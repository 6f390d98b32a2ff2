"""From the events of a simulated company to findings that people decide on: nothing made up in between."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recorrido.improve.actions import dispute_finding, request_findings
from recorrido.improve.models import DisputedJourney, Finding, FindingRun, FindingStatus
from recorrido.improve.queries import disputed_journeys, known_findings, together
from recorrido.journeys.actions import install_values
from recorrido.journeys.analyses.actions import carry_out
from recorrido.journeys.blueprint import find_blueprint
from recorrido.journeys.queries import Filters, Selection, count, forget_answers, open_study
from recorrido.journeys.tests import ledgers
from recorrido.simulator import actions as simulator
from recorrido.simulator.parsing import load_scenario
from recorrido.simulator.scenario import resized

pytestmark = pytest.mark.django_db
VALUES = "currency: CLP\nmargin: {share: {low: 0.36, expected: 0.38, high: 0.4}}\ncontact: {any: 2100}\n"


@pytest.fixture(scope="module", autouse=True)
def company(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[None]:
    """The demo's retailer, small, with its faults; looked at once."""
    from django.conf import settings
    from django.core.management import call_command

    before = settings.RECORRIDO_DATA
    settings.RECORRIDO_DATA = tmp_path_factory.mktemp("company")
    with django_db_blocker.unblock():
        try:
            _fill()
            yield
        finally:
            call_command("flush", interactive=False, verbosity=0)
            settings.RECORRIDO_DATA = before
            forget_answers()


def _fill() -> None:
    simulator.feed(scenario=resized(load_scenario("aromo"), customers=4_000))
    install_values(source=VALUES, file_name="", actor=None)
    ledgers.build(find_blueprint("aromo").read_text(encoding="utf-8"), "purchase")
    from recorrido.journeys.analyses.actions import request_analysis

    carry_out(request_analysis(study=open_study(), kind="findings", actor=None).id)


def test_planted_faults_are_found_and_ranked_by_money():
    found = [one for one in known_findings() if one.status == FindingStatus.NEW]
    assert {"identity.requested", "refund.paid"} <= {one.step for one in found}
    money = [one.money for one in found]
    assert money == sorted(money, reverse=True) and all(amount > 0 for amount in money)


def test_a_click_lists_just_the_journeys_that_were_counted():
    study = open_study()
    for one in known_findings():
        if not one.is_look_alike:
            behind = count(study, Filters(), Selection("finding", (one.key,)))
            assert behind.count == one.journeys


def test_all_of_them_together_are_worth_what_the_library_says():
    run = FindingRun.objects.newest()
    money, total = together(run, known_findings()), run.summary["total"]
    assert money.currency == "CLP"
    assert (money.low, money.expected, money.high) == pytest.approx(
        (total["low"], total["expected"], total["high"])
    )


def test_the_look_keeps_what_home_opens_with():
    summary = FindingRun.objects.newest().summary["summary"]
    inside = summary["contacts"]["inside"]
    assert 0 < inside["low"] <= inside["expected"] <= inside["high"] <= 1
    assert 0.5 < summary["regular"]["share"] < 1 and summary["contacts"]["contacts"] > 100


def test_late_refunds_tell_how_long_they_were_waited_for():
    refund = next(one for one in known_findings() if one.step == "refund.paid")
    assert refund.detail["wait"]["median"] > 5 * 86_400


def test_a_disputed_finding_keeps_twenty_of_its_journeys_with_their_steps(analyst):
    found = next(one for one in known_findings() if one.step == "identity.requested")
    dispute_finding(actor=analyst, finding_id=found.id, why="No me cuadra")
    sample = disputed_journeys(found)
    assert len(sample) == 20 == DisputedJourney.objects.count()
    assert all("identity.requested" in [step for step, _at in row.steps] for row in sample)


def test_looking_at_the_same_log_again_is_answered_already(analyst):
    assert not request_findings(actor=analyst).under_way
    assert Finding.objects.count() and FindingRun.objects.count() == 1
