from __future__ import annotations

import pytest

from recorrido.journeys.actions import install_values
from recorrido.journeys.analyses import registry
from recorrido.journeys.analyses.actions import carry_out, request_analysis, request_scheduled
from recorrido.journeys.analyses.queries import analysis_of
from recorrido.journeys.queries import open_study

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]
CHEAP, DEAR = "currency: CLP\nreturn: 1\n", "currency: CLP\nreturn: 2\n"


@pytest.fixture(autouse=True)
def kinds():
    """The registry with one question: what are things worth?"""
    before = dict(registry._kinds)
    registry._kinds.clear()
    registry.register(registry.Kind("worth", run=_worth, scheduled=True))
    yield
    registry._kinds.clear()
    registry._kinds.update(before)


def _worth(study, parameters, progress):
    return {"values": study.log.texts.get("values")}


def install(source: str) -> None:
    install_values(source=source, file_name="", actor=None)


def test_an_analysis_is_worked_out_by_the_value_model_in_force_when_it_was_asked_for():
    study = open_study("order")
    install(CHEAP)
    asked = request_analysis(study=study, kind="worth", actor=None)
    install(DEAR)
    carry_out(asked.id)
    asked.refresh_from_db()
    assert asked.result == {"values": CHEAP} and asked.values == 1


def test_another_value_model_makes_the_answer_an_older_one_that_is_asked_anew_by_itself():
    study = open_study("order")
    for one in request_scheduled():
        carry_out(one.id)
    assert request_scheduled() == [] and not analysis_of(study, "worth").is_older
    install(DEAR)
    assert analysis_of(study, "worth").is_older
    again = next(one for one in request_scheduled() if one.journey_type == "order")
    carry_out(again.id)
    assert analysis_of(study, "worth").result == {"values": DEAR}
