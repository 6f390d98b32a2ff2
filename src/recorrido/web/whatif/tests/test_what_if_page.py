from __future__ import annotations

import re

import pytest
from django.test import Client

from recorrido.company.models import Staff
from recorrido.journeys.analyses.actions import carry_out, request_analysis
from recorrido.journeys.analyses.models import Analysis
from recorrido.journeys.queries import open_study
from recorrido.journeys.whatif.queries import CHOICES
from recorrido.web.whatif.links import link_to

pytestmark = pytest.mark.django_db
PAGE, ASK = "/journeys/what-if/", "/journeys/what-if/ask/"
GATE = {"change": "remove_gate", "step": "identity.requested"}


def client_of(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


@pytest.fixture
def chosen(aromo):
    """What can be changed has been worked out."""
    carry_out(request_analysis(study=open_study("purchase"), kind=CHOICES, actor=None).id)
    return client_of(aromo["analyst"])


def text_of(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def ask(client: Client, **fields):
    study = open_study("purchase")
    told = {"type": "purchase", "log": study.version} | fields
    return client.post(ASK, {name.replace("__", ":"): value for name, value in told.items()})


def test_before_the_choices_are_worked_out_the_page_offers_to_do_it(aromo):
    text = text_of(client_of(aromo["analyst"]), PAGE)
    assert 'name="kind" value="what_if_choices"' in text


def test_the_sliders_stand_where_things_stand(chosen):
    text = text_of(chosen, PAGE)
    assert 'name="gate:identity.requested"' in text and "checked" not in text
    now = re.search(r'name="fails:order.delivered" min="0" max="100" step="1" value="(\d+)"', text)
    assert now and 0 < int(now[1]) < 60
    assert 'name="share:delivery" min="0" max="100" step="5" value="0"' in text


def test_a_moved_slider_is_a_question_with_an_address_of_its_own(chosen):
    answer = ask(chosen, **{"gate__identity.requested": "1", "takes__refund.paid": "50"})
    assert answer.status_code == 302 and answer["Location"].count("change=") == 2
    analysis = Analysis.objects.get(kind="what_if")
    assert analysis.parameters == {
        "changes": [GATE, {"change": "duration", "step": "refund.paid", "times": 0.5}]
    }
    assert "<progress" in text_of(chosen, answer["Location"])


def test_the_answer_stands_before_and_after_with_its_interval(chosen):
    address = ask(chosen, **{"gate__identity.requested": "1"})["Location"]
    carry_out(Analysis.objects.get(kind="what_if").id)
    text = text_of(chosen, address)
    assert (
        text.count('<rect class="before"') == 4 and 'name="gate:identity.requested" value="1" checked' in text
    )
    assert "outcome,before,after" in chosen.get(f"{address}&format=csv").content.decode()


def test_nothing_moved_is_no_question(chosen):
    ask(chosen)
    assert not Analysis.objects.filter(kind="what_if").exists()


def test_others_can_link_with_a_change_filled_in(chosen):
    text = text_of(chosen, link_to(GATE))
    assert 'name="gate:identity.requested" value="1" checked' in text
    assert 'name="kind" value="what_if"' in text


def test_a_change_that_no_slider_shows_is_kept_beside_them(chosen):
    fix = {"change": "fix", "step": "pickup.ready", "since": "2026-09-22"}
    text = text_of(chosen, link_to(fix))
    assert 'name="change"' in text and "2026-09-22" in text


def test_an_address_with_nonsense_says_what_is_wrong(chosen):
    for change in ("{", "nonsense", '{"change": "remove_gate"}'):
        text = text_of(chosen, f"{PAGE}?type=purchase&log={open_study('purchase').version}&change={change}")
        assert 'class="message error"' in text


def test_what_the_log_cannot_answer_is_said_on_the_page(chosen):
    address = ask(chosen, change='{"change": "remove_gate", "step": "order.placed"}')["Location"]
    carry_out(Analysis.objects.get(kind="what_if").id)
    assert "no gate" in text_of(chosen, address).replace("&#x27;", "'")


def test_journeys_of_other_keys_lead_to_those_of_persons(chosen):
    text = text_of(chosen, f"{PAGE}?type=return")
    assert f'href="{PAGE}?type=purchase"' in text


def test_the_page_asks_the_database_a_few_times(chosen, django_assert_max_num_queries):
    address = link_to(GATE, pinned=[("type", "purchase"), ("log", open_study("purchase").version)])
    chosen.get(address)
    with django_assert_max_num_queries(20):
        chosen.get(address)
