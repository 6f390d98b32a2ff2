"""The design as text, as pictures and diagrams, as an inventory, and version against version."""

from __future__ import annotations

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from recorrido.journeys.actions import draft_of_text, install_blueprint
from recorrido.journeys.blueprint import find_blueprint
from recorrido.journeys.models import BlueprintDraft, BlueprintVersion

pytestmark = pytest.mark.django_db
BASE = "/journeys/blueprint/"


@pytest.fixture
def visitor(signed_in, admin):
    return signed_in(admin)


@pytest.fixture(autouse=True)
def installed():
    return install(find_blueprint("olist").read_text())


def install(text):
    return install_blueprint(source=text, file_name="olist.yaml", actor=None)


@pytest.fixture
def draft(admin):
    return draft_of_text(actor=admin)


def text_of(answer):
    return answer.content.decode()


def test_the_file_in_force_opens_as_text_comments_and_all(visitor, installed):
    answer = visitor.post(f"{BASE}new/text/", follow=True)
    assert "# Olist: a Brazilian marketplace" in text_of(answer)
    assert BlueprintDraft.objects.get().source == installed.source


def test_a_mistake_is_told_with_line_and_column_and_leads_there(visitor, draft):
    wrong = draft.source.replace("owner: carriers", "owner: cariers")
    line = next(n for n, text in enumerate(wrong.splitlines(), 1) if "cariers" in text)
    page = text_of(visitor.post(f"{BASE}drafts/{draft.pk}/check/", {"source": wrong}))
    assert f'data-line="{line}" data-column="5"' in page
    assert "carriers" in page and "<html" not in page


def test_what_is_no_yaml_is_kept_and_told(visitor, draft):
    answer = visitor.post(
        f"{BASE}drafts/{draft.pk}/text/", {"source": "a: [\r\nb", "do": "keep"}, follow=True
    )
    draft.refresh_from_db()
    assert draft.source == "a: [\nb"
    assert "YAML" in text_of(answer)
    assert visitor.get(f"{BASE}drafts/{draft.pk}/").url == f"{BASE}drafts/{draft.pk}/text/"


def test_checking_without_script_keeps_nothing(visitor, draft):
    page = text_of(visitor.post(f"{BASE}drafts/{draft.pk}/text/", {"source": "blueprint: x", "do": "check"}))
    draft.refresh_from_db()
    assert "blueprint: x" in page and draft.source != "blueprint: x"


def test_a_text_is_installed_as_the_next_version_unless_it_has_mistakes(visitor, draft):
    address = f"{BASE}drafts/{draft.pk}/text/"
    assert visitor.post(address, {"source": "blueprint: x", "do": "install"}).status_code == 422
    better = draft.source.replace("target: 0.8", "target: 0.9")
    assert visitor.post(address, {"source": better, "do": "install"}).url == f"{BASE}drafts/{draft.pk}/build/"
    assert BlueprintVersion.objects.newest().source == better


def test_versions_are_compared_field_by_field_and_line_by_line(visitor, installed):
    text = installed.source.replace("owner: carriers", "owner: sellers")
    text = text.replace(
        "path: [order.placed, payment.approved, packaging, order.shipped, order.delivered]",
        "path: [order.placed, [payment.approved, packaging], order.shipped, order.delivered]",
    )
    later = install(text)
    page = text_of(visitor.get(f"{BASE}compare/?a={installed.pk}&b={later.pk}"))
    assert "carriers" in page and "<del>" in page and "<ins>" in page
    assert "escrito de otra forma, permite lo mismo" in page
    rows = text_of(visitor.get(f"{BASE}compare/?a={installed.pk}&b={later.pk}&format=csv"))
    assert "Punto de contacto;Entregado;cambiado;owner;carriers;sellers" in rows


def test_the_list_of_versions_asks_the_same_number_of_queries_for_many(
    visitor, installed, django_assert_num_queries
):
    for number in range(60):
        BlueprintVersion.objects.create(
            name="olist", number=number + 10, digest="x", source="", file_name="f"
        )
    visitor.get(f"{BASE}versions/")
    with django_assert_num_queries(3):
        page = text_of(visitor.get(f"{BASE}versions/"))
    assert (page.count('<tr><th scope="row">'), "after=" in page) == (50, True)


def test_the_paths_are_drawn_with_their_exceptions_and_rules(visitor):
    page = text_of(visitor.get(f"{BASE}paths/?type=order"))
    assert page.count("<svg") == 3
    assert "«Entregado» solo después de «Entregado al transporte»" in page


def test_a_path_goes_out_as_bpmn_and_comes_back_into_a_draft(visitor, installed):
    sent = visitor.get(f"{BASE}paths/order/bpmn/?exception=cancelled")
    file = SimpleUploadedFile("x.bpmn", sent.content)
    answer = visitor.post(
        f"{BASE}paths/bring/", {"file": file, "type": "order", "exception": "Otra forma"}, follow=True
    )
    assert "exceptions.otra_forma" in text_of(answer)
    added = BlueprintDraft.objects.get().source
    assert "otra_forma" in added and BlueprintVersion.objects.newest() == installed


def test_a_path_that_comes_back_under_the_label_of_its_exception_changes_nothing(visitor, installed):
    page = text_of(visitor.get(f"{BASE}paths/?type=order"))
    name = re.findall(r"bpmn/\?exception=(\w+)", page)[0]
    label = re.findall(r'<option value="([^"]+)"></option>', page)[0]
    sent = visitor.get(f"{BASE}paths/order/bpmn/?exception={name}")
    file = SimpleUploadedFile("x.bpmn", sent.content)
    answer = visitor.post(
        f"{BASE}paths/bring/", {"file": file, "type": "order", "exception": label}, follow=True
    )
    assert "Nada cambió" in text_of(answer) and not BlueprintDraft.objects.exists()


def test_a_diagram_that_is_no_path_is_refused_with_a_sentence(visitor):
    file = SimpleUploadedFile("x.bpmn", b"<html/>")
    answer = visitor.post(f"{BASE}paths/bring/", {"file": file, "type": "order"}, follow=True)
    assert "&lt;html&gt;" in text_of(answer) and not BlueprintDraft.objects.exists()


@pytest.mark.parametrize("form", ["csv", "json"])
def test_the_inventory_comes_back_as_it_went(visitor, installed, form):
    sent = visitor.get(f"{BASE}touchpoints.{form}")
    answer = visitor.post(
        f"{BASE}touchpoints/bring/", {"file": SimpleUploadedFile(f"t.{form}", sent.content)}, follow=True
    )
    assert "Nada cambió" in text_of(answer) and not BlueprintDraft.objects.exists()


def test_a_changed_cell_is_a_change_of_the_draft(visitor):
    rows = json.loads(visitor.get(f"{BASE}touchpoints.json").content)["touchpoints"]
    rows[0] |= {"importance": 2, "gate_origin": "law", "gate_mandatory": True}
    file = SimpleUploadedFile("t.json", json.dumps(rows).encode())
    page = text_of(visitor.post(f"{BASE}touchpoints/bring/", {"file": file}, follow=True))
    assert "importance" in page and "origin: law" in page


def test_bad_cells_are_told_by_row_and_column_and_nothing_is_kept(visitor):
    lines = text_of(visitor.get(f"{BASE}touchpoints.csv")).splitlines()
    bad = "\n".join([lines[0], lines[1].replace("shop", "nobody"), "x;;;;;;;nowhere;;shop;;;quizás"])
    answer = visitor.post(f"{BASE}touchpoints/bring/", {"file": SimpleUploadedFile("t.csv", bad.encode())})
    page = text_of(answer)
    assert answer.status_code == 422 and not BlueprintDraft.objects.exists()
    assert '<td class="number">3</td><td><code>planned</code></td>' in page
    mended = bad.replace("quizás", "no")
    page = text_of(
        visitor.post(f"{BASE}touchpoints/bring/", {"file": SimpleUploadedFile("t.csv", mended.encode())})
    )
    assert '<td class="number">2</td><td><code>owner</code></td>' in page
    assert '<td class="number">3</td><td><code>stage</code></td>' in page


def test_only_those_who_shape_the_design_may_bring_or_type(signed_in, analyst, draft):
    client = signed_in(analyst)
    assert client.get(f"{BASE}paths/").status_code == 200
    assert client.get(f"{BASE}drafts/{draft.pk}/text/").status_code == 403
    assert client.get(f"{BASE}compare/?b=draft-{draft.pk}").status_code == 404
    assert client.post(f"{BASE}touchpoints/bring/").status_code == 403
