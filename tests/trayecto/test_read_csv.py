import csv
import gzip
import io
from datetime import datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trayecto.event_files import balanced, needs, read, read_text, rows, told, utc

from trayecto.errors import BadValue, UnknownColumn, UnreadableFile

GOOD = "case_id,activity,timestamp\n1,order,2024-05-01T10:00:00Z\n1,pay,2024-05-01T10:05:00Z\n"
EXPECTED = [("1", "order", utc(2024, 5, 1, 10)), ("1", "pay", utc(2024, 5, 1, 10, 5))]


def test_well_known_column_names_are_taken_and_the_report_says_so():
    events = read_text(GOOD)
    assert rows(events) == EXPECTED
    assert (
        "the journey from 'case_id', the step from 'activity', the time from 'timestamp'"
        in events.report.notes[0]
    )


def test_named_columns_win_over_known_ones():
    text = "case_id,person,activity,what,timestamp\n1,ana,x,order,2024-05-01T10:00:00Z\n"
    events = read_text(text, journey="person", step="what")
    assert rows(events) == [("ana", "order", utc(2024, 5, 1, 10))]


def test_standard_columns_have_the_promised_types():
    schema = read_text(GOOD).table.schema
    assert schema.field("journey").type == pa.string()
    assert schema.field("step").type == pa.dictionary(pa.int32(), pa.string())
    assert schema.field("at").type == pa.timestamp("us", "UTC")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    assert rows(read_text(GOOD.replace(",", delimiter))) == EXPECTED


def test_a_decimal_comma_does_not_hide_the_semicolon():
    text = "case_id;activity;timestamp;price\n1;order;2024-05-01T10:00:00Z;3,50\n2;pay;2024-05-01T10:00:00Z;4,20\n"
    assert read_text(text).table.column("price").to_pylist() == ["3,50", "4,20"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_without_a_warning(encoding):
    events = read_text(GOOD.replace("pay", "devolución ✓").encode(encoding))
    assert rows(events)[1][1] == "devolución ✓"
    assert events.report.warnings == ()


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_western_encodings_are_read_with_a_warning(encoding):
    events = read_text(GOOD.replace("pay", "devolución").encode(encoding))
    assert rows(events)[1][1] == "devolución"
    assert "not UTF-8" in events.report.warnings[0]


def test_a_ragged_row_in_another_encoding_is_told_too():
    events = read_text((GOOD + "2,año\n").encode("latin-1"))
    assert told(events.report) == [("4", "", "the row has 2 values where the header has 3")]
    assert balanced(events)


def test_gzip_is_known_by_its_content(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(gzip.compress(GOOD.encode()))
    assert rows(read(path)) == EXPECTED


def test_line_breaks_inside_quotes_are_part_of_the_value():
    text = (
        'case_id,activity,timestamp\n1,"order\nby ""phone""",2024-05-01T10:00:00Z\n1,,2024-05-01T10:05:00Z\n'
    )
    events = read_text(text)
    assert rows(events)[0][1] == 'order\nby "phone"'
    assert told(events.report) == [("3", "activity", "the step is empty")]


def test_row_numbers_are_those_of_a_spreadsheet_also_after_blank_and_ragged_rows():
    text = GOOD + "\n2,order\n2,order,never\n,,\n3,order,2024-05-01T10:00:00Z\n3,,2024-05-01T10:00:00Z\n"
    events = read_text(text)
    assert [row for row, _column, _reason in told(events.report)] == ["5", "9", "6"]
    assert "2 blank rows" in events.report.notes[-1]
    assert balanced(events)


def test_a_row_empty_in_the_used_columns_only_is_no_blank_row():
    text = "case_id,activity,timestamp,note\n1,order,2024-05-01T10:00:00Z,\n,,,lost\n"
    events = read_text(text, columns=[])
    assert told(events.report) == [("3", "case_id", "the journey is empty")]


def test_a_quote_that_never_closes_is_named_with_its_row():
    with pytest.raises(UnreadableFile, match="quoted value in row 3 never closes"):
        read_text(GOOD.replace("1,pay", '1,"pay') + GOOD)


def test_two_open_quotes_that_hide_the_rows_between_them_are_named():
    text = GOOD.replace("1,pay", '1,"pay') + GOOD.replace("1,pay", '2,"pay')
    with pytest.raises(UnreadableFile, match="quoted value in row 3 runs on into other rows"):
        read_text(text)


def test_an_inch_mark_in_a_value_is_no_open_quote():
    events = read_text(GOOD.replace("pay", 'screen 5"'))
    assert rows(events)[1][1] == 'screen 5"'


def test_numbers_get_their_type_and_codes_keep_their_zeros():
    text = "case_id,activity,timestamp,amount,price,zip,vip\n"
    text += "1,a,2024-05-01T10:00:00Z,3,4.5,00123,true\n1,a,2024-05-01T10:00:00Z,,1,8320000,false\n"
    table = read_text(text).table
    assert table.column("amount").to_pylist() == [3, None]
    assert table.column("price").to_pylist() == [4.5, 1.0]
    assert table.column("zip").to_pylist() == ["00123", "8320000"]
    assert table.column("vip").to_pylist() == [True, False]


def test_only_the_asked_columns_are_kept():
    text = "case_id,activity,timestamp,channel,note\n1,a,2024-05-01T10:00:00Z,web,x\n"
    assert read_text(text, columns=["channel"]).table.column_names == ["journey", "step", "at", "channel"]


def test_without_a_known_journey_column_the_journey_is_absent():
    text = "who,activity,timestamp\n1,a,2024-05-01T10:00:00Z\n"
    assert read_text(text).table.column_names == ["step", "at", "who"]


def test_an_unknown_column_is_named_with_the_nearest_and_the_list():
    with pytest.raises(
        UnknownColumn, match=r"no column 'activty'. Did you mean 'activity'\? It has: 'case_id',"
    ):
        read_text(GOOD, step="activty")


def test_a_file_without_a_time_column_says_which_columns_it_has():
    with pytest.raises(
        UnknownColumn, match=r"hold the time; say which with at=\. It has: 'case_id', 'activity'"
    ):
        read_text("case_id,activity\n1,a\n")


def test_a_column_that_is_called_like_a_standard_one_is_kept_beside_it():
    text = "case,step,what,timestamp\n1,7,order,2024-05-01T10:00:00Z\n"
    events = read_text(text, step="what")
    assert rows(events, "step", "step_") == [("order", 7)]
    assert "'step_'" in events.report.warnings[0]


def test_repeated_and_missing_header_names_are_made_distinct():
    text = "case_id,activity,timestamp,note,note,\n1,a,2024-05-01T10:00:00Z,x,y,z\n"
    assert read_text(text).table.column_names[3:] == ["note", "note_2", "column_6"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "stream is empty"),
        (gzip.compress(GOOD.encode() * 1000)[:-30], "is cut short: its compressed content ends too early"),
        (b"\x1f\x8bnothing of the kind", "gzip content cannot be unpacked"),
        (b"PK\x03\x04\x00\x00\x00\x00", "is not a text file"),
    ],
)
def test_a_bad_file_fails_with_a_sentence(content, sentence):
    with pytest.raises(UnreadableFile, match=sentence):
        read_text(content)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UnreadableFile, match=r"nothing.csv: there is no such file"):
        read(tmp_path / "nothing.csv")


def test_an_unknown_ending_asks_for_the_format(tmp_path):
    path = tmp_path / "orders.xyz"
    path.write_text(GOOD)
    with pytest.raises(UnreadableFile, match="say it with format="):
        read(path)
    with pytest.raises(BadValue, match="Did you mean 'csv'"):
        read(path, format="cvs")


def test_a_header_without_rows_gives_no_events():
    events = read_text("case_id,activity,timestamp,note\n")
    assert len(events) == 0
    assert events.report.rows_read == 0


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8)


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=20), st.sampled_from(",;\t|"))
def test_a_written_csv_gives_back_its_cells(cells, delimiter):
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows(
        [("case", "step", "at"), *((case, step, "2024-05-01T10:00:00Z") for case, step in cells)]
    )
    assert rows(read_text(sink.getvalue()), "journey", "step") == cells


@pytest.mark.real_data
def test_the_click_stream_is_read_as_the_standard_library_reads_it():
    path = needs("clickstream/ecom.csv.gz")
    events = read(path, journey="session_id", tz="UTC")
    with gzip.open(path, "rt", newline="") as file:
        lines = list(csv.DictReader(file))
    names = ("session_id", "event", "timestamp", "platform")
    assert rows(events, "journey", "step", "at", "platform") == [
        (one["session_id"], one["event"], datetime.fromisoformat(one["timestamp"] + "Z"), one["platform"])
        for one in ({name: line[name] for name in names} for line in lines)
    ]
    assert (events.report.rows_read, events.report.warnings) == (31_106, ())
