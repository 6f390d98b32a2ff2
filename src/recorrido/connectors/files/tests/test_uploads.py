"""From a file to the ledger: looked at, confirmed, checked, imported."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile

import openpyxl
import pytest

from recorrido.company.errors import Forbidden
from recorrido.connectors.files.errors import AnswersWrong, FileUnreadable, UploadRefused, WrongState
from recorrido.connectors.files.models import Upload, UploadState
from recorrido.connectors.files.parse import parse_mapping
from recorrido.connectors.files.tests import sheets
from recorrido.connectors.files.tests.uploading import answered, bring, check, confirm, run_import, whole_way
from recorrido.connectors.files.uploads import actions
from recorrido.connectors.files.uploads.proposing import proposal_of
from recorrido.connectors.files.uploads.queries import answered_before, same_content
from recorrido.events.models import Event, ImportRun
from recorrido.journeys.blueprint import read_blueprint
from recorrido.journeys.drafting.propose import new_design
from recorrido.journeys.drafting.text import text_of
from recorrido.people.queries import person_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_folder")]


def dated(rows, place):
    return sum(row[place] is not None for row in rows)


def counts_by_type():
    found = Event.objects.values_list("type__name", flat=True)
    return {name: list(found).count(name) for name in set(found)}


def expected(rows):
    return {
        "order.placed": len(rows),
        "payment.approved": dated(rows, 3),
        "order.shipped": dated(rows, 4),
        "order.delivered": dated(rows, 5),
    }


def test_a_cp1252_export_with_semicolons_becomes_events_of_dates_only(admin):
    rows = sheets.orders()
    upload = whole_way(admin, "pedidos.csv", sheets.text_file(rows))
    assert (upload.state, counts_by_type()) == (UploadState.IMPORTED, expected(rows))
    assert not Event.objects.filter(date_only=False).exists()
    placed = Event.objects.filter(type__name="order.placed").order_by("id").last()
    assert set(placed.properties) == {"amount", "tienda", "promised_at", "status", "currency"}
    assert person_of("cl.rut", rows[0][1].replace(".", "").replace("-", "")) is not None


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("p.xlsx", lambda rows: sheets.workbook(rows, title="Informe de pedidos")),
        (
            "p.csv",
            lambda rows: sheets.text_file(rows, encoding="utf-16", mark="\t", dates="%Y-%m-%d", decimal="."),
        ),
        (
            "p.csv",
            lambda rows: sheets.text_file(
                rows, encoding="utf-8-sig", mark=",", dates="%m/%d/%Y", decimal="."
            ),
        ),
        ("p.csv.gz", lambda rows: gzip.compress(sheets.text_file(rows, encoding="utf-8", mark="|"))),
    ],
)
def test_however_it_is_written_the_same_orders_become_the_same_events(admin, name, make):
    rows = sheets.orders()
    whole_way(admin, "pedidos.csv", sheets.text_file(rows))
    again = bring(admin, name, make(rows))
    sheet = {"sheet": "Pedidos", "header": 3, "without_last": 1} if name.endswith("xlsx") else {}
    upload = run_import(admin, check(admin, confirm(admin, again, **sheet)))
    run = ImportRun.objects.get(id=upload.run_id)
    assert (run.counts["recorded"], run.counts["duplicates"]) == (0, sum(expected(rows).values()))


def test_of_a_workbook_the_sheet_with_the_most_dates_is_proposed_not_the_longest(admin):
    book = openpyxl.load_workbook(io.BytesIO(sheets.workbook(sheets.orders(40))))
    lines = book.create_sheet("Líneas", 0)
    for row in [
        ["N° Pedido", "SKU", "Fecha de compra"],
        *([f"P{n}", "X" * 30, "2026-03-01"] for n in range(900)),
    ]:
        lines.append(row)
    out = io.BytesIO()
    book.save(out)
    looked = actions.looked_of(bring(admin, "libro.xlsx", out.getvalue()))
    assert (looked.guess.sheet, looked.sheets[0]) == ("Pedidos", "Pedidos")
    assert {sheet.name: sheet.dates for sheet in looked.about}["Pedidos"] == 4


def test_the_same_file_twice_changes_nothing_and_a_longer_one_adds_only_what_is_new(admin):
    rows = sheets.orders(50)
    whole_way(admin, "enero.csv", sheets.text_file(rows[:40]))
    assert (
        ImportRun.objects.get(id=whole_way(admin, "enero.csv", sheets.text_file(rows[:40])).run_id).counts[
            "recorded"
        ]
        == 0
    )
    whole_way(admin, "febrero.csv", sheets.text_file(rows))
    assert counts_by_type() == expected(rows)


def test_the_mapping_is_the_one_of_the_import_command_and_reads_the_file_alone(admin, tmp_path):
    rows = sheets.orders(30)
    upload = whole_way(admin, "pedidos.csv", sheets.text_file(rows))
    file = tmp_path / "otra vez.csv"
    file.write_bytes(sheets.text_file(rows))
    from recorrido.connectors.files.actions import import_files

    mapping = parse_mapping(upload.mapping, "pedidos.yaml")
    summary = import_files(actor=None, mapping=mapping, files=[file], rejects_file=tmp_path / "r.csv")
    assert (summary.recorded, summary.duplicates) == (0, sum(expected(rows).values()))


def test_days_and_months_that_could_be_either_must_be_chosen(admin):
    rows = [row for row in sheets.orders(300) if all(cell is None or cell.day <= 12 for cell in row[2:7])]
    upload = confirm(admin, bring(admin, "pedidos.csv", sheets.text_file(rows)))
    with pytest.raises(AnswersWrong) as caught:
        check(admin, upload)
    assert set(caught.value.fields) == {f"column.{place}.form" for place in range(2, 7)}
    chosen = dict.fromkeys(sheets.HEADER[2:7], "%d-%m-%Y")
    assert check(admin, upload, forms=chosen).state == UploadState.CHECKED


def test_country_zone_currency_and_source_are_asked_for(admin):
    header = [*sheets.HEADER[:1], "Teléfono", *sheets.HEADER[2:]]
    rows = [[row[0], "912345678", *row[2:]] for row in sheets.orders(60)]
    upload = confirm(admin, bring(admin, "pedidos.csv", sheets.text_file(rows, header=header)))
    with pytest.raises(AnswersWrong) as caught:
        check(admin, upload, source="", zone="", country="", currency="")
    assert set(caught.value.fields) == {"source", "zone", "country", "currency"}


def test_the_check_names_rows_that_cannot_be_used_and_records_nothing(admin):
    lines = sheets.text_file(sheets.orders(60)).decode("cp1252").splitlines()
    cells = lines[5].split(";")
    cells[2] = "ayer"
    lines[5] = ";".join(cells)
    upload = check(admin, confirm(admin, bring(admin, "pedidos.csv", "\n".join(lines).encode("cp1252"))))
    (bad,) = actions.check_of(upload).bad
    assert (bad.row, bad.column, bad.cell, Event.objects.count()) == (6, "Fecha de compra", "ayer", 0)
    with upload.rejects_file.open(newline="") as file:
        assert [row["row"] for row in csv.DictReader(file)] == ["6"]


def test_a_bad_row_counts_once_though_orders_of_several_lines_are_read_twice(admin):
    rows = [*(orders := sheets.orders(60)), orders[7]]
    lines = sheets.text_file(rows).decode("cp1252").splitlines()
    lines[5] = ";".join([*lines[5].split(";")[:2], "31-02-2026", *lines[5].split(";")[3:]])
    upload = whole_way(admin, "pedidos.csv", "\n".join(lines).encode("cp1252"))
    assert "lines" in parse_mapping(upload.mapping, "m").tables, "read once more for the sums of their lines"
    assert (actions.check_of(upload).rejected, upload.run.counts["rejected"]) == (1, 1)
    with upload.rejects_file.open(newline="") as file:
        assert [row["row"] for row in csv.DictReader(file)] == ["6"]


def test_one_row_per_event_becomes_events_of_cases(admin):
    rows = sheets.case_log()
    content = sheets.text_file(rows, header=sheets.CASE_HEADER)
    upload = whole_way(admin, "casos.csv", content, forms={"Fecha y hora": "%d/%m/%Y %H:%M"})
    kinds = {
        "Reclamo recibido": "contact.received",
        "Asignado": "case.assigned",
        "Caso cerrado": "case.resolved",
    }
    assert counts_by_type() == {kinds[name]: sum(r[2] == name for r in rows) for name in kinds}
    blueprint = read_blueprint(text_of(new_design(proposal_of(upload))))
    assert (blueprint.journeys["case"].goal, [t.key for t in blueprint.touchpoints]) == (
        ("case.resolved",), ["contact.received", "case.assigned", "case.resolved"],
    )  # fmt: skip


@pytest.mark.parametrize(("repeats", "recorded"), [("once", 2), ("each", 3)])
def test_rows_that_say_the_same_twice_count_as_the_person_says(admin, repeats, recorded):
    rows = [["C1", "a@x.cl", "Reclamo", "15/03/2026 10:00"]] * 2 + [
        ["C1", "a@x.cl", "Cierre", "16/03/2026 10:00"]
    ]
    content = sheets.text_file(rows, header=sheets.CASE_HEADER)
    whole_way(admin, "casos.csv", content, repeats=repeats)
    assert Event.objects.count() == recorded


def test_kinds_of_events_beyond_the_sample_are_told_and_can_be_added(admin):
    rows = [["C1", "a@x.cl", "Reclamo", "15/03/2026 10:00"]] * 5_100 + [
        ["C2", "b@x.cl", "Visita", "16/03/2026 09:00"]
    ]
    content = sheets.text_file(rows, header=sheets.CASE_HEADER)
    upload = check(admin, confirm(admin, bring(admin, "casos.csv", content)))
    assert actions.check_of(upload).others == (("Visita", 1),)
    upload = actions.take_other_values(actor=admin, upload=upload)
    assert (actions.check_of(upload).others, len(actions.check_of(upload).made)) == ((), 2)


def test_a_list_of_customers_introduces_persons(admin):
    header = ["Código cliente", "Correo", "Nombre", "Ciudad"]
    content = sheets.text_file(
        [["7", "ana@x.cl", "Ana", "Talca"], ["8", "eva@x.cl", "Eva", "Lota"]], header=header
    )
    upload = whole_way(admin, "clientes.csv", content)
    assert (upload.state, person_of("email", "ana@x.cl")) == (
        UploadState.IMPORTED,
        person_of("customer", "7"),
    )


def test_an_order_with_a_row_per_line_is_one_order(admin):
    header = ["Pedido", "Fecha compra", "SKU", "Monto"]
    rows = [["1", "15-03-2026", "A", 100.5], ["1", "15-03-2026", "B", 50.0], ["2", "16-03-2026", "A", 7.5]]
    upload = whole_way(admin, "lineas.csv", sheets.text_file(rows, header=header))
    amounts = Event.objects.order_by("at").values_list("properties__amount", flat=True)
    assert (list(amounts), upload.state) == ([150.5, 7.5], UploadState.IMPORTED)


def test_the_next_file_with_the_same_columns_is_offered_the_same_answers(admin):
    first = whole_way(admin, "enero.csv", sheets.text_file(sheets.orders(20)), source="tienda-web")
    second = confirm(admin, bring(admin, "febrero.csv", sheets.text_file(sheets.orders(30, seed=9))))
    assert (answered_before(second), same_content(second)) == (first, None)
    second = actions.reuse_answers(actor=admin, upload=second)
    assert answered(second).source == "erp"
    assert actions.answers_of(second).source == "tienda-web"


def bomb():
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.csv", "w", force_zip64=True) as member,
    ):
        for _ in range(300):
            member.write(b"a,b\n" * (1 << 18))
    return out.getvalue()


def far_cell():
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "a", "b"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("x.csv", b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        ("x.xls", b"<html><table><tr><td>1", "XML"),
        ("x.csv", b"   \r\n", "vac"),
        ("x.csv", bytes(range(256)) * 40, ""),
        ("x.xlsx", b"PK\x03\x04 broken", ""),
        ("x.xlsx", far_cell(), "CSV"),
        ("x.csv", b"\x00\x01\x02" * 999, ""),
    ],
    ids=["pdf", "html", "blank", "binary", "broken zip", "a cell far out", "nul"],
)  # fmt: skip
def test_what_is_no_table_says_what_to_do(admin, name, content, word):
    upload = bring(admin, name, content)
    assert upload.state == UploadState.UNREADABLE
    assert word in upload.error


def test_a_zip_bomb_is_left_packed(admin):
    upload = bring(admin, "x.zip", bomb())
    assert (upload.state, "256 MB" in upload.error) == (UploadState.UNREADABLE, True)


@pytest.mark.parametrize(
    "content",
    [b"Pedido;Fecha\r\n", ",".join(f"c{n}" for n in range(10_000)).encode() + b"\n" + b"1," * 9_999 + b"1\n"],
    ids=["header only", "10,000 columns"],
)
def test_a_table_that_cannot_be_used_is_refused_where_its_form_is_confirmed(admin, content):
    upload = bring(admin, "x.csv", content)
    with pytest.raises(FileUnreadable):
        confirm(admin, upload)


def test_too_large_and_empty_files_are_refused_before_they_are_kept(admin, settings, data_folder):
    settings.RECORRIDO_UPLOAD_MB = 1
    for size in (0, (1 << 20) + 1_048_577):
        with pytest.raises(UploadRefused):
            actions.receive_upload(actor=admin, name="x.csv", content=[], size=size)
    assert (Upload.objects.count(), (data_folder / "uploads").exists()) == (0, False)


def test_a_nul_and_a_formula_are_texts_like_others(admin):
    content = b'Pedido;Fecha;Estado\n1;15-03-2026;"=HYPERLINK(1)"\n2;16-03-2026;a\x00b\n3;17-03-2026;ok\n'
    upload = check(admin, confirm(admin, bring(admin, "x.csv", content)))
    assert [bad.row for bad in actions.check_of(upload).bad] == [3]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b\\c.csv", "x" * 300 + ".csv", "", "a[1]*.csv", "ñandú.csv"]
)
def test_the_name_of_a_file_leads_nowhere_else(admin, name, data_folder):
    upload = bring(admin, name, sheets.text_file(sheets.orders(5)))
    assert upload.file.resolve().is_relative_to(data_folder / "uploads")
    assert upload.state == UploadState.WRITTEN


def test_a_thrown_away_file_is_gone_and_no_step_can_be_taken(admin):
    upload = bring(admin, "x.csv", sheets.text_file(sheets.orders(5)))
    actions.throw_away(actor=admin, upload=upload)
    assert not upload.folder.exists()
    with pytest.raises(WrongState):
        confirm(admin, upload)


def test_old_files_leave_the_folder_and_their_answers_stay(admin, settings):
    upload = whole_way(admin, "x.csv", sheets.text_file(sheets.orders(5)))
    settings.RECORRIDO_UPLOAD_DAYS = 0
    assert actions.remove_old_uploads() == 1
    upload.refresh_from_db()
    assert (upload.folder.exists(), upload.state, bool(upload.mapping)) == (False, UploadState.IMPORTED, True)


NAMES = [
    "Pedido",
    'a"b',
    "c{d}",
    "x'; DROP TABLE t; --",
    "order",
    "select",
    "_row",
    "",
    "Fecha",
    "FECHA",
    "lines",
    "{{ 1 }}",
]


@pytest.mark.parametrize("lines", [1, 2])
def test_any_name_of_a_column_is_only_a_name(admin, lines):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(NAMES)
    for number in range(10):
        row = [number, "q", "b", "x", number % 2, "s", 1, "leer", "15-03-2026", "16-03-2026", "l", "z"]
        writer.writerows([row] * lines)
    upload = whole_way(admin, "raro.csv", text.getvalue().encode())
    assert (upload.state, Event.objects.count()) == (UploadState.IMPORTED, 20)


def test_only_those_who_import_events_may_upload(make_staff):
    with pytest.raises(Forbidden):
        bring(make_staff("agent"), "x.csv", b"a;b\n1;2\n")
