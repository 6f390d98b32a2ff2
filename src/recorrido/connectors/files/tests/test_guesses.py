"""Round trips: what is written in a known way is guessed so, or told to be ambiguous; never wrong and silent."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from recorrido.connectors.files.cells import cell_as_typed, literal, moment
from recorrido.connectors.files.guess import words
from recorrido.connectors.files.guess.columns import guess_columns
from recorrido.connectors.files.guess.encodings import guess_encodings
from recorrido.connectors.files.guess.layout import guess_delimiters, guess_layout
from recorrido.connectors.files.guess.readings import AND, readings_of, value_of_number
from recorrido.connectors.files.guess.shapes import guess_shape
from recorrido.connectors.files.mapping import Column, Table
from recorrido.connectors.files.uploads.answers import channel_of
from recorrido.connectors.files.written import Written

quick = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
DAYS = st.lists(st.dates(date(1990, 1, 1), date(2035, 12, 31)), min_size=1, max_size=12)
FORMS = [
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%Y/%m/%d",
    "%d-%m-%y",
    "%m/%d/%y",
    "%y-%m-%d",
]
TIMES = ["", " %H:%M", " %H:%M:%S", " %I:%M %p"]


def read_by(cell: str, form: str) -> datetime | None:
    for one in form.split(AND):
        try:
            return datetime.strptime(cell, one) if one else datetime.fromisoformat(cell)  # noqa: DTZ007 (local)
        except ValueError:
            continue
    return None


@quick
@given(
    DAYS,
    st.sampled_from([*FORMS, "%Y-%m-%d"]),
    st.sampled_from(TIMES),
    st.integers(0, 23),
    st.integers(0, 59),
)
def test_dates_are_read_as_written_or_told_to_be_ambiguous(days, form, time, hour, minute):
    moments = [datetime(d.year, d.month, d.day, *((hour, minute) if time else ())) for d in days]  # noqa: DTZ001
    assume(not (form == "%Y-%m-%d" and "%p" in time))
    found = readings_of([m.strftime(form + time) for m in moments])
    true = [
        way for way in found.ways if all(read_by(m.strftime(form + time), way.form) == m for m in moments)
    ]
    assert true
    assert true[0].reads == found.of == len(days)
    if found.decided:
        assert found.best == true[0]


@quick
@given(DAYS, st.sampled_from(FORMS), st.sampled_from(["", " %H:%M"]))
def test_the_import_reads_dates_just_as_the_guess_showed_them(days, form, time):
    cells = [day.strftime(form + time) for day in days]
    for way in readings_of(cells).ways:
        how = Column(way.type, tuple(way.form.split(AND)) if way.form else ())
        ((got,),) = duckdb.sql(
            f"SELECT count({moment('c', how, 'UTC')}) FROM (SELECT unnest({cells!r}) AS c)"
        ).fetchall()
        assert got == way.reads


NUMBERS = st.lists(st.decimals(-(10**7), 10**7, places=2), min_size=1, max_size=12)


def in_writing(number: object, mark: str, thousands: bool, places: int) -> str:
    text = f"{number:{',' if thousands else ''}.{places}f}"
    return text if mark == "." else text.translate(str.maketrans(",.", ".,"))


@quick
@given(
    NUMBERS,
    st.sampled_from(".,"),
    st.booleans(),
    st.sampled_from([0, 2]),
    st.sampled_from(["", "$ ", "CLP ", "€"]),
)
def test_numbers_are_read_as_written_or_told_to_be_ambiguous(numbers, mark, thousands, places, sign):
    rounded = [round(float(number), places) for number in numbers]
    cells = [sign + in_writing(number, mark, thousands, places) for number in rounded]
    found = readings_of(cells)
    right = [value_of_number(cell, mark) for cell in cells]
    assert right == pytest.approx(rounded)
    if found.decided and found.best.form != mark:  # the other mark says the same of every cell
        assert [value_of_number(cell, found.best.form) for cell in cells] == pytest.approx(rounded)


@quick
@given(
    st.lists(
        st.from_regex(r"[$€]? ?-?[0-9]{1,3}([.,' ][0-9]{3}){0,2}([.,][0-9]{1,4})?", fullmatch=True).map(
            str.strip
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(".,"),
)
def test_the_import_reads_numbers_just_as_the_guess_showed_them(cells, mark):
    table = Table("t", (), (), ",", "utf-8", ".", False, {"c": Column("number", (), mark)}, {}, ())
    rows = " UNION ALL ".join(f"SELECT {n} AS n, {literal(cell)} AS c" for n, cell in enumerate(cells))
    got = duckdb.sql(f"SELECT {cell_as_typed('c', table, 'UTC')} FROM ({rows}) ORDER BY n").fetchall()
    for (value,), cell in zip(got, cells, strict=True):
        shown = value_of_number(cell, mark)
        assert (value is None) == (shown is None)
        assert value is None or value == pytest.approx(shown)


SPANISH = st.lists(
    st.sampled_from(["Ñuñoa", "Viña", "Concepción", "Situación", "Año", "Pingüino", "Corazón", "São", "Açúcar", "Cañón", "Bogotá", "Perú", "camión", "día"]),
    min_size=1, max_size=30,
)  # fmt: skip


@quick
@given(
    SPANISH, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp850", "mac_roman"])
)
def test_letters_are_read_as_written_or_the_true_encoding_is_offered(tmp_path, words_, encoding):
    text = "nombre;valor\n" + "".join(f"{word};1\n" for word in words_)
    file = tmp_path / "x.csv"
    file.write_bytes(text.encode(encoding))
    found = guess_encodings(file)
    reads = [one for one in found if file.read_bytes().decode(Written(one.name).codec, "replace") == text]
    assert reads
    assert not any(one.sure for one in found if one not in reads)


CELLS = st.text("abcdefghñ ,;|0123456789", min_size=1, max_size=10).map(str.strip).filter(bool)


@quick
@given(st.data(), st.sampled_from(",;\t|~^"), st.integers(2, 6), st.integers(3, 15), st.integers(0, 3))
def test_a_table_is_found_below_its_titles_whatever_parts_its_cells(
    tmp_path, data, mark, width, rows, titles
):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=mark)
    out.write("".join(f"Informe {n}\n" for n in range(titles)))
    writer.writerow([f"columna {chr(97 + n)}" for n in range(width)])
    writer.writerows(
        data.draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=rows, max_size=rows))
    )
    file = tmp_path / "t.csv"
    file.write_text(out.getvalue(), encoding="utf-8")
    offered = [one.mark for one in guess_delimiters(file, "utf-8")]
    assert mark in offered
    assert guess_layout(file, Written(delimiter=mark)).header == titles + 1


@pytest.mark.parametrize(
    ("cells", "form"),
    [
        (["05-mar-2026", "17-abr-2026"], "%d-%b-%Y"),
        (["5 de marzo de 2026"], "%d de %b de %Y"),
        (["15/03/2026 3:45 p. m."], "%d/%m/%Y %I:%M %p"),
        (["2026-03-05", "2026-03-05T10:00:00"], ""),
        (["2026-03-05T10:00:00-03:00"], ""),
        (["05.12.2026", "31.12.2026"], "%d.%m.%Y"),
    ],
)
def test_ways_to_write_a_date_that_people_use(cells, form):
    found = readings_of(cells)
    assert (found.best.form, found.best.reads, found.decided) == (form, len(cells), True)


@pytest.mark.parametrize(
    ("cells", "form"), [(["45000"], "excel"), (["20260305"], "%Y%m%d"), (["1772000000"], "unix")]
)
def test_numbers_are_dates_only_where_the_column_says_so(cells, form):
    assert readings_of(cells, numbers_are_dates=True).best.form == form
    assert readings_of(cells).best.type == "money"


@pytest.mark.parametrize(
    ("name", "cells", "role"),
    [
        ("N° Pedido", ["1", "2"], "order"),
        ("Correo", ["a@x.cl", "b@x.cl"], "email"),
        ("contacto", ["a@x.cl", "b@x.cl"], "email"),
        ("RUT", ["12.345.678-5"], "rut"),
        ("id", ["12.345.678-5", "9.876.543-2"], "rut"),
        ("Total", ["1.000,50", "2.000,00"], words.AMOUNT),
        ("Total", ["sí", "no"], words.PROPERTY),
        ("Fecha entrega", ["15-03-2026"], words.DATE),
        ("Fecha compromiso", ["15-03-2026"], words.PROMISE),
        ("Estado", ["abierto"] * 4 + ["cerrado"], words.STATUS),
        ("Medio de pago", ["Webpay"] * 5, words.PROPERTY),
        ("Canal de venta", ["Web"] * 5, words.CHANNEL),
        ("Hora", ["09:05", "17:30:00", "5:30 p. m."], words.HOUR),
        ("vacía", ["", ""], words.LEAVE),
    ],
)
def test_a_column_is_known_by_its_name_and_its_cells(name, cells, role):
    (found,) = guess_columns([name], [[cell] for cell in cells])
    assert found.role == role


def test_the_shape_of_a_table_follows_from_its_columns():
    def shape(*columns):
        return guess_shape(
            guess_columns(
                [name for name, _ in columns], list(zip(*(cells for _, cells in columns), strict=True))
            )
        )

    number, date_ = ("Pedido", ["1", "2"] * 9), ("Fecha pago", ["15-03-2026"] * 18)
    assert shape(number, date_).kind == "dates"
    assert shape(number, date_, ("Evento", ["a", "b"] * 9)).kind == "events"
    assert shape(number, date_, ("Estado", ["creado"] * 2 + ["entregado"] * 16)).kind == "dates"
    assert shape(("Correo", ["a@x.cl"] * 3), ("Nombre", ["Ana"] * 3)).kind == "persons"


def test_a_state_that_changes_along_a_case_is_what_happened_and_one_that_does_not_is_none():
    names = ["Pedido", "Estado", "Fecha"]
    log = [[str(n), state, "15-03-2026"] for n in range(9) for state in ("Creado", "Pagado", "Entregado")]
    lines = [[str(n), "Pagado" if n % 2 else "Creado", "15-03-2026"] for n in range(9) for _line in range(3)]
    assert guess_shape(guess_columns(names, log), log).kind == "events"
    assert guess_shape(guess_columns(names, lines), lines).kind == "dates"


def test_the_example_of_a_number_shows_all_its_digits():
    ways = {way.form: way.example for way in readings_of(["1.843.848,50", "12,5"]).ways}
    assert float(ways[","]) == 1843848.5


@pytest.mark.parametrize(
    ("value", "channel"),
    [
        ("Tienda web", "web"),
        ("Tienda física", "store"),
        ("Venta en línea", "web"),
        ("Teléfono móvil", "phone"),
    ],
)
def test_a_channel_is_known_by_the_word_that_tells_most(value, channel):
    assert channel_of(value) == channel
