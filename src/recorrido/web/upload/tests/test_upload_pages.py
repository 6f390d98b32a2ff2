"""The way of a file through the pages, as plain forms."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from recorrido.connectors.files.models import Upload, UploadState
from recorrido.connectors.files.tests import sheets
from recorrido.connectors.files.uploads import actions
from recorrido.events.models import Event
from recorrido.journeys.actions import install_blueprint
from recorrido.journeys.blueprint import find_blueprint
from recorrido.journeys.models import BlueprintDraft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_folder")]


@pytest.fixture
def visitor(signed_in, admin):
    return signed_in(admin)


def send(visitor, content=None, name="pedidos.csv"):
    content = sheets.text_file(sheets.orders(80)) if content is None else content
    answer = visitor.post("/data/upload/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302
    return Upload.objects.order_by("-id").first(), answer.url


def fields(page: str) -> dict[str, str]:
    """What the page's answering form would send as it stands."""
    form = page[page.index('<form id="form"') :]
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    found |= dict(re.findall(r'<input type="radio" name="([^"]+)" value="([^"]*)" checked', form))
    found |= dict(
        re.findall(r'<input(?: class="\w+")?(?: type="number")? name="([^"]+)"[^>]* value="([^"]*)"', form)
    )
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
        first = re.search(r'<option(?: value="([^"]*)")?', options)
        found[name] = (chosen[1] if chosen[1] is not None else chosen[2]) if chosen else (first[1] or "")
    found.pop("csrfmiddlewaretoken", None)
    return found


CHILE = {"country": "CL", "zone": "America/Santiago", "currency": "CLP"}


def go_on(visitor, upload, step, **said):
    said = (CHILE if step == "columns" else {}) | said
    page = visitor.get(f"/data/upload/{upload.pk}/{step}/").content.decode()
    answer = visitor.post(f"/data/upload/{upload.pk}/{step}/", fields(page) | said, follow=True)
    upload.refresh_from_db()
    return answer


def test_a_file_goes_from_the_form_to_the_ledger(visitor):
    upload, address = send(visitor)
    assert address == f"/data/upload/{upload.pk}/"
    go_on(visitor, upload, "written")
    answer = go_on(visitor, upload, "columns", do="check")
    assert (upload.state, "order.delivered" in answer.content.decode()) == (UploadState.CHECKED, True)
    visitor.post(f"/data/upload/{upload.pk}/check/", {"do": "import"})
    upload.refresh_from_db()
    assert "hx-trigger" in visitor.get(f"/data/upload/{upload.pk}/").content.decode()
    actions.work_on_upload(upload=upload)
    assert visitor.get(f"/data/upload/{upload.pk}/", follow=True).redirect_chain[-1][0].endswith("/import/")
    assert Event.objects.filter(type__name="order.placed").count() == 80


def imported(visitor):
    upload, _ = send(visitor)
    go_on(visitor, upload, "written")
    go_on(visitor, upload, "columns", do="check")
    visitor.post(f"/data/upload/{upload.pk}/check/", {"do": "import"})
    upload.refresh_from_db()
    actions.work_on_upload(upload=upload)
    return upload


def test_each_encoding_is_shown_with_its_letters_and_the_rows_read_so(visitor):
    upload, _ = send(visitor)
    page = visitor.get(f"/data/upload/{upload.pk}/written/").content.decode()
    assert all(words in page for words in ("Situación", "Windows-1252", "DOS 850", "punto y coma"))
    other = visitor.get(f"/data/upload/{upload.pk}/written/?encoding=cp850&delimiter=%3B").content.decode()
    assert "Ñuñoa" not in other.partition("<h2>")[2]


def test_an_answer_that_is_missing_is_marked_at_its_field(visitor):
    rows = [row for row in sheets.orders(300) if all(cell is None or cell.day <= 12 for cell in row[2:7])]
    upload, _ = send(visitor, sheets.text_file(rows))
    go_on(visitor, upload, "written")
    answer = go_on(visitor, upload, "columns", do="check", currency="")
    assert (answer.status_code, upload.state) == (422, UploadState.COLUMNS)
    page = answer.content.decode()
    assert (page.count("Son posibles ambas lecturas"), "Elija la moneda" in page) == (5, True)


def test_of_the_first_file_nobody_said_its_zone_and_of_the_next_it_is_the_last_confirmed(visitor):
    upload, _ = send(visitor)
    page = go_on(visitor, upload, "written").content.decode()
    assert [fields(page)[name] for name in CHILE] == ["", "", ""]
    Upload.objects.filter(pk=imported(visitor).pk).update(answers={"zone": "America/Bogota", "country": "CO"})
    again, _ = send(visitor, sheets.text_file(sheets.case_log(), header=sheets.CASE_HEADER))
    page = go_on(visitor, again, "written").content.decode()
    assert [fields(page)[name] for name in CHILE] == ["CO", "America/Bogota", ""]


@pytest.mark.parametrize(("do", "status"), [("show", 200), ("check", 422)])
def test_a_country_brings_its_zone_and_currency_to_be_seen_first(visitor, do, status):
    upload, _ = send(visitor)
    go_on(visitor, upload, "written")
    answer = go_on(visitor, upload, "columns", do=do, country="CO", zone="", currency="")
    page = fields(answer.content.decode())
    assert (answer.status_code, page["zone"], page["currency"]) == (status, "America/Bogota", "COP")


def test_before_the_import_all_that_was_confirmed_is_said_once_more(visitor):
    upload, _ = send(visitor)
    go_on(visitor, upload, "written")
    page = go_on(visitor, upload, "columns", do="check").content.decode()
    said = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page))
    assert said["Qué separa las celdas"] == "punto y coma ( ; )"
    assert "Windows-1252" in said["Letras"]
    assert said["Monto total"].startswith("coma decimal 1.234,56: ")
    dates = said["Fecha de compra, Fecha pago, Fecha despacho, Fecha entrega, Fecha compromiso"]
    assert re.match(r"dd-mm-aaaa: \d\d-\d\d-2026 → \d", dates)
    assert (said["Zona horaria de sus fechas y horas"], said["Moneda de sus montos"]) == (
        "America/Santiago",
        "CLP",
    )


def test_a_reading_chosen_for_one_column_is_proposed_for_the_others_and_shown(visitor):
    rows = [row for row in sheets.orders(300) if all(cell is None or cell.day <= 12 for cell in row[2:7])]
    upload, _ = send(visitor, sheets.text_file(rows))
    go_on(visitor, upload, "written")
    answer = go_on(visitor, upload, "columns", do="show", **{"column.2.form": "date|%m-%d-%Y"})
    assert answer.content.decode().count('value="date|%m-%d-%Y" selected') == 5


def test_another_shape_brings_its_own_questions(visitor):
    upload, _ = send(visitor, sheets.text_file(sheets.case_log(), header=sheets.CASE_HEADER))
    page = go_on(visitor, upload, "written").content.decode()
    assert "Caso cerrado" in page
    other = go_on(visitor, upload, "columns", do="show", shape="persons").content.decode()
    assert ("Caso cerrado</th>" in other, "Su número está en" in other) == (False, False)


def test_mapping_and_rejects_can_be_downloaded(visitor):
    lines = sheets.text_file(sheets.orders(60)).decode("cp1252").splitlines()
    lines[5] = lines[5].replace(lines[5].split(";")[2], "=ayer", 1)
    upload, _ = send(visitor, "\n".join(lines).encode("cp1252"))
    go_on(visitor, upload, "written")
    page = go_on(visitor, upload, "columns", do="check").content.decode()
    assert "=ayer" in page
    mapping = visitor.get(f"/data/upload/{upload.pk}/mapping/").content.decode()
    assert "encoding: cp1252" in mapping
    answer = visitor.get(f"/data/upload/{upload.pk}/check/rejects/")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert [(row["row"], row["column"]) for row in rows] == [("6", "Fecha de compra")]


def test_a_first_design_is_proposed_from_the_file_over_the_untouched_example(visitor):
    install_blueprint(source=find_blueprint("starter").read_text(), file_name="starter.yaml", actor=None)
    upload = imported(visitor)
    page = visitor.get(f"/data/upload/{upload.pk}/import/").content.decode()
    assert ("Proponer un diseño" in page, "Ya rige un diseño" in page) == (True, False)
    answer = visitor.post(f"/data/upload/{upload.pk}/draft/", {"how": "new"})
    draft = BlueprintDraft.objects.get()
    assert (answer.url, draft.base) == (f"/journeys/blueprint/drafts/{draft.pk}/", None)


def test_a_design_in_force_is_added_to_unless_one_says_otherwise(visitor):
    install_blueprint(source=find_blueprint("olist").read_text(), file_name="olist.yaml", actor=None)
    upload = imported(visitor)
    page = visitor.get(f"/data/upload/{upload.pk}/import/").content.decode()
    assert "Agregar a ese diseño" not in page  # it knows all four kinds of events
    install_blueprint(source=find_blueprint("aromo").read_text(), file_name="aromo.yaml", actor=None)
    visitor.post(f"/data/upload/{upload.pk}/draft/", {"how": "add"})
    assert BlueprintDraft.objects.get().base.name == "aromo"


def test_what_cannot_be_read_says_so_and_leads_back(visitor):
    _upload, address = send(visitor, b"%PDF-1.7 x", "informe.csv")
    page = visitor.get(address).content.decode()
    assert ("PDF" in page, "Subir otro" in page) == (True, True)


@pytest.mark.parametrize("step", ["written", "columns", "check", "import"])
def test_a_step_whose_turn_it_is_not_leads_to_the_one_whose_it_is(visitor, step):
    upload, _ = send(visitor)
    answer = visitor.get(f"/data/upload/{upload.pk}/{step}/", follow=True)
    assert (
        answer.redirect_chain == []
        if step == "written"
        else answer.request["PATH_INFO"].endswith("/written/")
    )


def test_a_removed_file_has_no_steps_any_more(visitor):
    upload, _ = send(visitor)
    visitor.post(f"/data/upload/{upload.pk}/remove/")
    assert visitor.get(f"/data/upload/{upload.pk}/").status_code == 404


def test_a_form_without_a_file_or_with_one_too_large_says_so(visitor, settings):
    settings.RECORRIDO_UPLOAD_MB = 0
    for data in ({}, {"file": SimpleUploadedFile("x.csv", b"a;b\n1;2\n")}):
        page = visitor.post("/data/upload/", data, follow=True).content.decode()
        assert "message error" in page
    assert not Upload.objects.exists()


def test_the_list_of_uploads_asks_the_same_number_of_queries_for_many(
    visitor, admin, django_assert_num_queries
):
    for number in range(60):
        Upload.objects.create(name=f"f{number}.csv", bytes=1, sha256="x", staff=admin)
    with django_assert_num_queries(3):
        page = visitor.get("/data/upload/").content.decode()
    assert (page.count('<th scope="row">'), "after=" in page) == (50, True)
    assert "f7.csv" in visitor.get("/data/upload/?q=f7").content.decode()


@pytest.mark.parametrize("role", ["agent", "store", "department_head"])
def test_uploading_is_for_those_who_may_import(signed_in, make_staff, role):
    client = signed_in(make_staff(role))
    assert {client.get("/data/upload/").status_code, client.post("/data/upload/").status_code} == {403}
