from __future__ import annotations

import pytest

from recorrido.journeys.analyses import registry
from recorrido.journeys.analyses.actions import carry_out
from recorrido.journeys.analyses.models import Analysis
from recorrido.journeys.queries import open_study

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]
ASK = "/journeys/analyses/ask/"


@pytest.fixture(autouse=True)
def kinds():
    before = dict(registry._kinds)
    registry.register(
        registry.Kind("count", run=lambda study, told, progress: {"journeys": study.log.total_journeys})
    )
    yield
    registry._kinds.clear()
    registry._kinds.update(before)


def ask(client, **fields):
    study = open_study("order")
    told = {"type": "order", "log": study.version, "kind": "count", "next": "/journeys/?x=1"}
    return client.post(ASK, told | fields)


def test_asking_leads_back_to_the_page_with_the_analysis_queued(signed_in, analyst):
    answer = ask(signed_in(analyst))
    assert answer.status_code == 302 and answer["Location"] == "/journeys/?x=1"
    assert Analysis.objects.get().under_way


def test_the_progress_is_asked_for_until_the_result_is_there_and_then_the_page_is_loaded_anew(
    signed_in, analyst
):
    client = signed_in(analyst)
    ask(client)
    analysis = Analysis.objects.get()
    waiting = client.get(f"/journeys/analyses/{analysis.id}/")
    assert "<progress" in waiting.content.decode() and "HX-Refresh" not in waiting
    carry_out(analysis.id)
    assert client.get(f"/journeys/analyses/{analysis.id}/")["HX-Refresh"] == "true"


def test_parameters_that_cannot_be_read_are_refused_with_a_sentence(signed_in, analyst):
    for text in ("{", "[]", "[" * 5000, '{"a": "\\u0000"}'):
        assert ask(signed_in(analyst), parameters=text).status_code == 400
    assert not Analysis.objects.exists()


def test_an_unknown_kind_and_a_foreign_address_lead_home_with_a_message(signed_in, analyst):
    answer = ask(signed_in(analyst), kind="nothing", next="https://elsewhere.example/")
    assert answer.status_code == 302 and answer["Location"] == "/"
    assert not Analysis.objects.exists()


def test_an_analysis_that_is_gone_sends_its_page_to_load_anew(signed_in, analyst):
    assert signed_in(analyst).get("/journeys/analyses/999/")["HX-Refresh"] == "true"
