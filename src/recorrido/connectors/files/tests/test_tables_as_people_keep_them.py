"""Files as they come out of ERPs and spreadsheets: titles above, totals below, marks and dates of the country."""

from __future__ import annotations

import csv
import gzip
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest

from recorrido.connectors.files.errors import FileUnreadable
from recorrido.connectors.files.tests.importing import run
from recorrido.events.door import message_hash
from recorrido.events.models import Event

pytestmark = pytest.mark.django_db

SALES = """
mapping: sales
source: erp
timezone: America/Santiago
tables:
  rows:
    file: "*"
    key: [Pedido]
    header: 3
    without_last: 1
    columns: {Monto: {type: money, decimal: ","}, Fecha: {type: date, format: "%d-%m-%Y"}}
events:
  - {type: order.placed, from: rows, at: Fecha, properties: {amount: Monto}, objects: {order: Pedido}}
"""
TEXT = (
    'Informe de ventas\n\nPedido,Fecha,Monto\n007,05-03-2026,"$ 1.234,50"\n008,13-03-2026,12.990\n,,14.224\n'
)


def events():
    return [(id_of(e), e.at, e.properties, e.date_only) for e in Event.objects.order_by("at", "id")]


def id_of(event):
    """The ledger keeps the hash of a message id only."""
    known = {message_hash(f"order.placed:{id_}"): id_ for id_ in IDS}
    return known.get(str(event.hash).replace("-", ""))


IDS = ("007", "008", "8", "1", "2", "1/1", "1/2", "2/1")
EXPECTED = [
    ("007", datetime(2026, 3, 5, 3, tzinfo=UTC), {"amount": 1234.5}, True),
    ("008", datetime(2026, 3, 13, 3, tzinfo=UTC), {"amount": 12990.0}, True),
]


def put(path, mapping=SALES, **options):
    return run(path.parent, [path], mapping, **options)


def test_titles_above_and_totals_below_are_no_rows(tmp_path):
    path = tmp_path / "ventas.csv"
    path.write_text(TEXT)
    assert put(path).rejected == 0
    assert events() == EXPECTED


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_any_encoding_can_be_declared(tmp_path, encoding):
    path = tmp_path / "ventas.csv"
    path.write_bytes(TEXT.replace("Informe", "Año").encode(encoding))
    put(path, SALES.replace("header: 3", f"encoding: {encoding}\n    header: 3"))
    assert events() == EXPECTED


def test_a_table_packed_in_gz_or_zip_is_read(tmp_path):
    with gzip.open(tmp_path / "ventas.csv.gz", "wt") as packed:
        packed.write(TEXT)
    with zipfile.ZipFile(tmp_path / "ventas.zip", "w") as archive:
        archive.writestr("ventas.csv", TEXT)
    assert put(tmp_path / "ventas.csv.gz").recorded == 2
    assert put(tmp_path / "ventas.zip").duplicates == 2


def workbook(path, *, sheet="Ventas"):
    book = openpyxl.Workbook()
    book.active.title = "Notas"
    rows = book.create_sheet(sheet)
    for row in (["Informe"], [], ["Pedido", "Fecha", "Monto"]):
        rows.append(row)
    rows.append(["007", date(2026, 3, 5), 1234.5])
    rows.append([8, date(2026, 3, 13), 12990])
    rows.append(["Total", None, "=C4+C5"])
    rows.merge_cells("A1:C1")
    book.save(path)


def test_a_sheet_of_a_workbook_is_read_with_its_dates_and_leading_zeros(tmp_path):
    workbook(tmp_path / "ventas.xlsx")
    columns = 'columns: {Monto: {type: money, decimal: ","}, Fecha: {type: date, format: "%d-%m-%Y"}}'
    put(
        tmp_path / "ventas.xlsx",
        SALES.replace(columns, "sheet: Ventas\n    columns: {Monto: money, Fecha: date}"),
    )
    assert [found[0] for found in events()] == ["007", "8"]
    assert [found[1:] for found in events()] == [found[1:] for found in EXPECTED]


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(tmp_path):
    workbook(tmp_path / "ventas.xlsx")
    with pytest.raises(FileUnreadable, match="Notas, Ventas"):
        put(tmp_path / "ventas.xlsx", SALES.replace("header: 3", "header: 3\n    sheet: Pedidos"))


def test_a_bad_row_is_told_with_the_number_a_spreadsheet_shows(tmp_path):
    path = tmp_path / "ventas.csv"
    path.write_text(TEXT.replace("13-03-2026", "03-13-2026"))
    summary = put(path)
    with open(summary.rejects_file, newline="") as file:
        (reject,) = csv.DictReader(file)
    assert (reject["row"], reject["column"], "dd-mm-" in reject["reason"]) == ("5", "Fecha", True)


def test_rows_with_fewer_cells_are_rejected_or_filled_as_declared(tmp_path):
    path = tmp_path / "ventas.csv"
    path.write_text(TEXT.replace("008,13-03-2026,12.990", "008,13-03-2026"))
    assert put(path).rejected == 1
    assert put(path, SALES.replace("header: 3", "header: 3\n    short_rows: fill")).rejected == 0


REPEATED = "Pedido,Fecha,Monto\n1,01-03-2026,100\n1,01-03-2026,50\n2,02-03-2026,7\n"


@pytest.mark.parametrize(
    ("repeats", "ids"),
    [
        ("reject", ["1", "2"]),
        ("first", ["1", "2"]),
        ("number", ["1/1", "1/2", "2/1"]),
    ],
)
def test_rows_that_share_a_key_are_rejected_passed_over_or_numbered(tmp_path, repeats, ids):
    path = tmp_path / "ventas.csv"
    path.write_text(REPEATED)
    mapping = SALES.replace("header: 3\n    without_last: 1", f"header: 1\n    repeats: {repeats}")
    summary = put(path, mapping)
    assert ([found[0] for found in events()], summary.rejected) == (ids, int(repeats == "reject"))


def test_lines_of_an_order_are_added_up_beside_its_first_row(tmp_path):
    path = tmp_path / "ventas.csv"
    path.write_text(REPEATED)
    mapping = SALES.replace("header: 3\n    without_last: 1", "header: 1\n    repeats: first")
    lines = '  lines: {file: "*", header: 1, columns: {Monto: money}}\nevents:'
    mapping = mapping.replace("events:", lines).replace(
        "    header: 1\n    repeats",
        "    joins: {lines: {table: lines, on: Pedido, many: true}}\n    header: 1\n    repeats",
    )
    put(path, mapping.replace("amount: Monto", 'amount: "list_sum([l.Monto for l in lines])"'))
    assert [properties for _id, _at, properties, _date in events()] == [{"amount": 150.0}, {"amount": 7.0}]


def test_the_channel_may_stand_in_a_column(tmp_path):
    path = tmp_path / "ventas.csv"
    path.write_text("Pedido,Fecha,Monto\nTienda,01-03-2026,1\nOtro,02-03-2026,1\n")
    mapping = SALES.replace("header: 3\n    without_last: 1", "header: 1").replace(
        "at: Fecha", "at: Fecha, channel: web, channel_from: \"CASE Pedido WHEN 'Tienda' THEN 'store' END\""
    )
    put(path, mapping)
    assert list(Event.objects.order_by("at").values_list("channel", flat=True)) == ["store", "web"]
