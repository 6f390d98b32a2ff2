from __future__ import annotations

import re

import pytest
from django.test import Client

from recorrido.company.models import AuditEntry, Staff
from recorrido.journeys.analyses.actions import carry_out, request_analysis
from recorrido.journeys.analyses.models import Analysis
from recorrido.journeys.queries import open_study
from recorrido.journeys.whatif.models import NamedChanges
from recorrido.journeys.whatif.queries import CHOICES
from recorrido.web.whatif.links import link_to, written

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
    file = chosen.get(f"{address}&format=csv").content.decode("utf-8-sig").splitlines()
    assert file[0].startswith("Resultado;Como fue;Como habría sido") and len(file) == 5
    # three maps, and the same figures as a table for whoever reads no picture
    assert text.count("<svg") >= 3 and 'class="side-by-side"' in text
    assert re.search(
        r'<th scope="row">Documento de identidad</th><td class="number">[\d.]+</td><td class="number">0</td>',
        text,
    )


def test_nothing_moved_is_no_question(chosen):
    text = text_of(chosen, PAGE)
    stands = dict(
        re.findall(r'type="range" name="([^"]+)" min="\d+" max="\d+" step="[\d.]+" value="([^"]+)"', text)
    )
    assert len(stands) == text.count('type="range"')
    ask(chosen, **stands)
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


# --- kept under a name ---


def saved(client: Client, name: str = "Sin carnet", change: str = written(GATE)):
    return client.post(f"{PAGE}named/", {"type": "purchase", "change": change, "name": name})


def test_changes_are_saved_under_a_name_and_opened_again(chosen):
    assert "Sin carnet" in text_of(chosen, saved(chosen)["Location"])
    address = re.search(r'<a href="([^"]+)">Sin carnet</a>', text_of(chosen, PAGE))[1].replace("&amp;", "&")
    assert "log=" not in address
    assert 'name="gate:identity.requested" value="1" checked' in text_of(chosen, address)
    entry = AuditEntry.objects.get(action="named_changes.saved")
    assert entry.detail == {"name": "Sin carnet", "changes": [GATE]}


def test_another_name_is_written_down_with_the_one_before(chosen):
    saved(chosen)
    row = NamedChanges.objects.get()
    chosen.post(f"{PAGE}named/{row.id}/", {"type": "purchase", "name": "  Sin   identidad "})
    text = text_of(chosen, PAGE)
    assert ">Sin identidad</a>" in text and ">Sin carnet</a>" not in text
    assert AuditEntry.objects.get(action="named_changes.renamed").detail["from"] == "Sin carnet"


def test_what_is_removed_is_gone_from_the_page_and_stays_in_the_audit_log(chosen):
    saved(chosen)
    row = NamedChanges.objects.get()
    for _twice in range(2):
        answer = chosen.post(f"{PAGE}named/{row.id}/remove/", {"type": "purchase"}, follow=True)
        assert answer.status_code == 200 and not NamedChanges.objects.exists()
    assert AuditEntry.objects.get(action="named_changes.removed").detail["changes"] == [GATE]


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "SIN CARNET"])
def test_a_name_that_does_not_fit_is_refused_with_a_sentence(chosen, name):
    saved(chosen)
    text = text_of(chosen, saved(chosen, name)["Location"])
    assert 'class="message error"' in text and NamedChanges.objects.count() == 1


def test_nothing_is_saved_of_nonsense_or_of_nothing(chosen):
    for change in ("nonsense", ""):
        saved(chosen, change=change)
    chosen.post(f"{PAGE}named/", {"type": "purchase", "name": "Nada"})
    assert not NamedChanges.objects.exists()


def test_who_may_not_name_changes_opens_them_and_is_offered_nothing_else(chosen, aromo):
    saved(chosen)
    store = client_of(Staff.objects.create(email="caja@example.cl", name="Caja", role="store"))
    text = text_of(store, link_to(GATE))
    assert ">Sin carnet</a>" in text and "whatif/named" not in text and 'name="name"' not in text
    row = NamedChanges.objects.get()
    for address in (f"{PAGE}named/", f"{PAGE}named/{row.id}/", f"{PAGE}named/{row.id}/remove/"):
        assert store.post(address, {"name": "x", "change": written(GATE)}).status_code == 403
    assert NamedChanges.objects.get().name == "Sin carnet"


def test_many_names_are_read_at_once(chosen, django_assert_max_num_queries):
    for number in range(30):
        saved(chosen, f"Prueba {number}")
    address = link_to(pinned=[("type", "purchase"), ("log", open_study("purchase").version)])
    chosen.get(address)
    with django_assert_max_num_queries(20):
        assert chosen.get(address).content.decode().count(">Prueba ") == 30


def test_the_page_asks_the_database_a_few_times(chosen, django_assert_max_num_queries):
    address = link_to(GATE, pinned=[("type", "purchase"), ("log", open_study("purchase").version)])
    chosen.get(address)
    with django_assert_max_num_queries(20):
        chosen.get(address)
