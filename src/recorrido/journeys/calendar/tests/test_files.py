"""A calendar as a CSV file: as spreadsheets write it, and with every mistake told by its line and column."""

from __future__ import annotations

import csv
import datetime
import io

import pytest

from recorrido.journeys.actions import install_blueprint
from recorrido.journeys.blueprint import find_blueprint
from recorrido.journeys.calendar.actions import import_entries
from recorrido.journeys.calendar.errors import BadCalendar
from recorrido.journeys.calendar.models import CalendarEntry
from recorrido.journeys.calendar.sheet import COLUMNS, csv_rows, read_calendar_file
from recorrido.journeys.queries import blueprint_in_force

pytestmark = pytest.mark.django_db


@pytest.fixture
def blueprint():
    source = find_blueprint("aromo").read_text(encoding="utf-8")
    install_blueprint(source=source, file_name="aromo.yaml", actor=None)
    return blueprint_in_force()[1]


def read(text: str, blueprint=None):
    return read_calendar_file(text.encode(), blueprint)


def mistakes(text: str, blueprint=None) -> list[tuple[int, str]]:
    with pytest.raises(BadCalendar) as refused:
        read(text, blueprint)
    assert all(cell.message for cell in refused.value.cells)
    return [(cell.row, cell.column) for cell in refused.value.cells]


def test_two_columns_are_enough():
    assert read("date,label\n2026-09-21,New notices\n") == [
        {"date": datetime.date(2026, 9, 21), "label": "New notices"}
    ]


def test_a_file_as_a_spanish_spreadsheet_writes_it_is_read(blueprint):
    text = "\ufeffFecha;Qué;Tipo;Departamento\r\n21-09-2026;Avisos; Versión ;Bodega\r\n;;;\r\n"
    (row,) = read(text, blueprint)
    assert row == {
        "date": datetime.date(2026, 9, 21),
        "label": "Avisos",
        "kind": "release",
        "department": "warehouse",
    }


def test_days_are_read_as_the_file_itself_tells():
    text = "date,label\n09/12/2026,a\n{},b\n"
    assert [one["date"].month for one in read(text.format("25/12/2026"))] == [12, 12]
    assert [one["date"].month for one in read(text.format("12/25/2026"))] == [9, 12]


def test_a_day_that_can_be_read_in_two_ways_is_asked_for():
    assert mistakes("date,label\n09/12/2026,a\n12/12/2026,b\n") == [(2, "date")]


def test_what_goes_out_comes_in_as_it_was(blueprint):
    rows = [
        {"date": datetime.date(2026, 9, 21), "label": "=Avisos", "kind": "release", "touchpoint": "pickup.notified"},
        {"date": datetime.date(2026, 9, 21), "label": 'Caja "nueva"; y más', "kind": "other", "department": "it"},
    ]  # fmt: skip
    import_entries(actor=None, rows=rows)
    file = io.StringIO()
    csv.writer(file).writerows([COLUMNS, *csv_rows(CalendarEntry.objects.order_by("id"))])
    assert import_entries(actor=None, rows=read(file.getvalue(), blueprint)).same == 2


def test_every_bad_cell_is_told_by_its_line_and_column(blueprint):
    text = (
        "date,label,kind,touchpoint,department\nayer,Avisos,release,,\n"
        '2026-09-22,"Dos\nlíneas",fiesta,,\n2026-09-23,,,nowhere,nobody\n2026-13-01,x,,,\n'
    )
    wrong = [(2, "date"), (3, "kind"), (5, "label"), (5, "touchpoint"), (5, "department"), (6, "date")]
    assert mistakes(text, blueprint) == wrong


def test_a_row_that_stands_twice_names_the_line_of_the_first():
    text = "date,label\n2026-09-22,a\n2026-09-23,b\n2026-09-22,a\n"
    with pytest.raises(BadCalendar, match="2") as refused:
        read(text)
    assert refused.value.cells[0].row == 4


def test_columns_that_are_missing_or_unknown_are_named():
    assert mistakes("day;labl\n2026-09-22;a\n") == [(1, "labl"), (1, "label")]
    assert mistakes("") == mistakes("Hallazgo;Estado\nx;y\n") == [(1, "")]


def test_a_row_longer_than_the_header_is_told():
    assert mistakes("date,label\n2026-09-22,a,b\n") == [(2, "")]


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a" * 500_001, b"date,label\x00"])
def test_what_is_no_csv_text_is_refused_in_a_sentence(data):
    with pytest.raises(BadCalendar) as refused:
        read_calendar_file(data, None)
    assert str(refused.value)


def test_more_than_a_thousand_entries_at_once_are_refused():
    assert mistakes("date,label\n" + "".join(f"2026-09-22,{n}\n" for n in range(1001))) == [(1002, "")]
