"""The calendar as pages that work without a script."""

from __future__ import annotations

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from recorrido.journeys.actions import install_blueprint
from recorrido.journeys.blueprint import find_blueprint
from recorrido.journeys.calendar.actions import add_entry, import_entries
from recorrido.journeys.calendar.models import CalendarEntry

pytestmark = pytest.mark.django_db
PAGE = "/journeys/calendar/"
SENT = {"date": "2026-09-21", "label": "Avisos nuevos", "kind": "release", "touchpoint": "pickup.notified", "department": "it"}  # fmt: skip


@pytest.fixture(autouse=True)
def blueprint():
    source = find_blueprint("aromo").read_text(encoding="utf-8")
    install_blueprint(source=source, file_name="aromo.yaml", actor=None)


@pytest.fixture
def lead(make_staff):
    return make_staff("cx_lead")


@pytest.fixture
def writer(signed_in, lead):
    return signed_in(lead)


def many(number: int) -> None:
    first = datetime.date(2026, 5, 1)
    rows = [{"date": first + datetime.timedelta(days=n), "label": f"Cambio {n}"} for n in range(number)]
    import_entries(actor=None, rows=rows)


def brought(writer, text: str):
    return writer.post(f"{PAGE}import/", {"file": SimpleUploadedFile("cal.csv", text.encode())}, follow=True)


def test_an_entry_is_written_by_a_plain_form(writer, lead):
    assert writer.post(f"{PAGE}new/", SENT).status_code == 302
    entry = CalendarEntry.objects.get()
    assert entry.fields == SENT and entry.written_by == lead
    shown = writer.get(PAGE).content.decode()
    assert "Avisos nuevos" in shown and lead.name in shown and "Aviso de retiro" in shown


def test_holidays_and_versions_of_the_design_stand_between_and_lead_nowhere(writer):
    many(3)
    rows = writer.get(PAGE).context["rows"]
    by_themselves = [one.label for one in rows if one.entry is None]
    assert "versión 1 del diseño" in by_themselves and "Navidad" in by_themselves
    assert [one.date for one in rows] == sorted((one.date for one in rows), reverse=True)


def test_a_form_with_mistakes_is_shown_again_with_them(writer):
    answer = writer.post(f"{PAGE}new/", {"date": "ayer", "label": "", "kind": "party"})
    assert answer.status_code == 422 and answer.content.decode().count('class="errors"') == 3
    assert not CalendarEntry.objects.exists()


def test_an_entry_that_stands_there_already_is_said_at_its_field(writer):
    writer.post(f"{PAGE}new/", SENT)
    answer = writer.post(f"{PAGE}new/", SENT)
    assert answer.status_code == 422 and answer.context["form"].errors["label"]


def test_an_entry_is_edited_and_removed(writer):
    writer.post(f"{PAGE}new/", SENT)
    address = f"{PAGE}{CalendarEntry.objects.get().pk}/"
    assert 'value="2026-09-21"' in writer.get(address).content.decode()
    assert writer.post(address, SENT | {"label": "Avisos por WhatsApp"}).status_code == 302
    assert "Avisos por WhatsApp" in writer.get(PAGE).content.decode()
    writer.post(f"{address}remove/")
    assert "Avisos por WhatsApp" not in str([one.label for one in writer.get(PAGE).context["rows"]])
    assert "message error" in writer.get(address, follow=True).content.decode()


def test_a_touchpoint_that_a_newer_design_does_not_know_stays_with_its_entry(writer):
    entry = add_entry(actor=None, date=datetime.date(2026, 9, 21), label="Caja", kind="other", touchpoint="old.step", department="")  # fmt: skip
    assert 'value="old.step" selected' in writer.get(f"{PAGE}{entry.pk}/").content.decode()
    assert writer.post(f"{PAGE}{entry.pk}/", SENT | {"touchpoint": "old.step"}).status_code == 302


def test_a_file_is_brought_and_goes_out_again(writer):
    answer = brought(writer, "fecha;qué\n2026-09-21;Avisos\n2026-09-28;Turnos\n")
    assert "message success" in answer.content.decode() and CalendarEntry.objects.count() == 2
    lines = writer.get(PAGE, {"format": "csv"}).content.decode("utf-8-sig").splitlines()
    assert lines == ["date;label;kind;touchpoint;department", "2026-09-21;Avisos;other;;", "2026-09-28;Turnos;other;;"]  # fmt: skip


def test_a_bad_file_is_told_line_by_line_and_nothing_is_kept(writer):
    answer = brought(writer, "date,label,kind\n2026-09-21,Avisos,release\nayer,Turnos,fiesta\n")
    page = answer.content.decode()
    assert answer.status_code == 422 and not CalendarEntry.objects.exists()
    assert page.count('<td class="number">3</td>') == 2 and "«ayer»" in page and "«fiesta»" in page


def test_without_a_file_the_page_says_to_choose_one(writer):
    assert "message error" in writer.post(f"{PAGE}import/", follow=True).content.decode()


def test_the_list_is_narrowed_by_words_and_kind(writer):
    writer.post(f"{PAGE}new/", SENT)
    many(2)

    def labels(**asked):
        return [one.label for one in writer.get(PAGE, asked).context["rows"]]

    assert labels(q="avisos") == ["Avisos nuevos"] and labels(kind="release") == ["Avisos nuevos"]
    assert labels(kind="design") == ["versión 1 del diseño"] and "Navidad" in labels(kind="holiday")


def test_pages_follow_each_other_without_a_day_twice_or_left_out(writer):
    many(120)
    rows, after = [], ""
    while True:
        answer = writer.get(PAGE, {"after": after})
        rows += answer.context["rows"]
        after = answer.context["page"].next_after
        if not after:
            break
    names = [(one.date, one.label) for one in rows]
    assert len(names) == len(set(names)) and sum(one.entry is not None for one in rows) == 120
    assert (datetime.date(2026, 7, 16), "Virgen del Carmen") in names


def test_other_roles_read_the_calendar_and_write_nothing(signed_in, analyst):
    entry = add_entry(actor=None, date=datetime.date(2026, 9, 21), label="Caja nueva", kind="other", touchpoint="", department="")  # fmt: skip
    client = signed_in(analyst)
    page = client.get(PAGE).content.decode()
    assert "Caja nueva" in page and f"{PAGE}new/" not in page and 'type="file"' not in page
    for address in ("new/", f"{entry.pk}/", f"{entry.pk}/remove/", "import/"):
        assert client.post(f"{PAGE}{address}", SENT).status_code == 403


def test_before_there_is_a_design_the_calendar_is_written_all_the_same(writer):
    from recorrido.journeys.models import BlueprintVersion

    BlueprintVersion.objects.all().delete()
    assert writer.get(PAGE).status_code == 200
    assert writer.post(f"{PAGE}new/", SENT | {"touchpoint": "", "department": ""}).status_code == 302


def test_the_list_needs_as_many_queries_for_many_entries_as_for_one(writer, django_assert_num_queries):
    many(60)
    writer.get(PAGE)
    # session, staff, blueprint, entries, their span, versions of the design
    with django_assert_num_queries(6):
        assert len(writer.get(PAGE).context["page"].rows) == 50
