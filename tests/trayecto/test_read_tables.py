"""Parquet, Arrow and JSON lines; several files at once; progress."""

import gzip
import io
import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import feather
from pyarrow import parquet as pq
from tests.trayecto.event_files import balanced, read, read_text, rows, told, utc

from trayecto.errors import BadValue, UnknownColumn, UnreadableFile

TABLE = pa.table(
    {
        "case_id": pa.array(["1", "1", "2"]),
        "activity": pa.array(["order", "pay", None]),
        "timestamp": pa.array([utc(2024, 5, 1), utc(2024, 5, 2), utc(2024, 5, 3)], pa.timestamp("ms", "UTC")),
        "channel": pa.array(["web", "store", "web"]),
        "amount": pa.array([1, 2, 3]),
    }
)
EXPECTED = [("1", "order", utc(2024, 5, 1)), ("1", "pay", utc(2024, 5, 2))]
LINE = {"case_id": "1", "activity": "order", "timestamp": "2024-05-01T00:00:00Z"}


def lines(*objects):
    return "".join(item if isinstance(item, str) else json.dumps(item) + "\n" for item in objects)


def test_a_parquet_file_is_read_with_its_types(tmp_path):
    pq.write_table(TABLE, tmp_path / "events.parquet")
    events = read(tmp_path / "events.parquet")
    assert rows(events) == EXPECTED
    assert told(events.report) == [("3", "activity", "the step is empty")]
    assert rows(events, "channel", "amount") == [("web", 1), ("store", 2)]


def test_row_groups_share_one_dictionary(tmp_path):
    pq.write_table(TABLE, tmp_path / "events.parquet", row_group_size=1)
    step = read(tmp_path / "events.parquet").table.column("step")
    assert all(chunk.dictionary.equals(step.chunk(0).dictionary) for chunk in step.chunks)


def test_a_parquet_stream_needs_no_file():
    sink = io.BytesIO()
    pq.write_table(TABLE, sink)
    assert rows(read_text(sink.getvalue(), "parquet")) == EXPECTED


def test_a_cut_parquet_file_fails_with_a_sentence(tmp_path):
    pq.write_table(TABLE, tmp_path / "events.parquet")
    content = (tmp_path / "events.parquet").read_bytes()
    with pytest.raises(UnreadableFile, match="stream is not a Parquet file, or is damaged"):
        read_text(content[:-20], "parquet")


@pytest.mark.parametrize(
    "source", [TABLE, TABLE.to_reader(max_chunksize=1), TABLE.combine_chunks().to_batches()[0]], ids=type
)
def test_arrow_in_memory_is_a_source(source):
    events = read(source, columns=["amount"])
    assert rows(events) == EXPECTED
    assert events.table.column_names == ["journey", "step", "at", "amount"]


def test_whatever_speaks_arrows_c_stream_is_a_source():
    class Frame:
        def __arrow_c_stream__(self, requested_schema=None):
            return TABLE.__arrow_c_stream__(requested_schema)

    assert rows(read(Frame())) == EXPECTED


def test_an_arrow_file_is_read(tmp_path):
    feather.write_feather(TABLE, tmp_path / "events.arrow")
    assert rows(read(tmp_path / "events.arrow")) == EXPECTED


def test_journeys_and_steps_that_are_numbers_become_texts():
    table = pa.table({"case": [7, 8], "step": [1, 2], "at": pa.array([0, 60])})
    assert rows(read(table)) == [("7", "1", utc(1970, 1, 1)), ("8", "2", utc(1970, 1, 1, 0, 1))]


def test_dictionaries_of_any_width_become_the_standard_one():
    codes = pa.DictionaryArray.from_arrays(pa.array([0, 1, 1], pa.int8()), ["a", "a"])
    table = pa.table({"case": ["1", "1", "1"], "step": codes, "at": [1, 2, 3]})
    step = read(table).table.column("step")
    assert step.to_pylist() == ["a", "a", "a"]
    assert step.chunk(0).dictionary.to_pylist() == ["a"]


def test_nested_columns_are_kept_as_json():
    table = pa.table({"case": ["1"], "step": ["a"], "at": [1], "lines": [[{"sku": "x"}]]})
    assert read(table).table.column("lines").to_pylist() == ['[{"sku": "x"}]']


def test_nested_values_that_python_cannot_hold_are_kept_too():
    nanoseconds = pa.array([[1700000000123456789]], pa.list_(pa.timestamp("ns")))
    table = pa.table({"case": ["1"], "step": ["a"], "at": [1], "seen": nanoseconds})
    assert read(table).table.column("seen").to_pylist() == ['"[2023-11-14 22:13:20.123456789]"']


def test_whole_numbers_that_pandas_made_floats_are_ids_without_a_point():
    ids = pa.array([12345678901.0, None, float("nan")])
    events = read(pa.table({"case": ids, "step": ["a"] * 3, "at": [1, 2, 3]}))
    assert events.table.column("journey").to_pylist() == ["12345678901"]
    assert told(events.report) == [(row, "case", "the journey is empty") for row in ("2", "3")]


def test_a_list_cannot_be_a_step():
    with pytest.raises(BadValue, match=r"column 'step': A column of type list.* cannot be read as text"):
        read(pa.table({"case": ["1"], "step": [["a"]], "at": [1]}))


def test_two_columns_of_one_name_are_told():
    table = TABLE.append_column("channel", pa.array(["x", "y", "z"]))
    with pytest.raises(UnknownColumn, match="more than one column 'channel'"):
        read(table)


def test_json_lines_may_have_nested_and_missing_values():
    text = lines(
        LINE | {"props": {"sku": "x", "size": {"eu": 38}}, "tags": ["a", "b"]}, LINE | {"props": None}
    )
    events = read_text(text, "jsonl")
    assert rows(events, "props.sku", "props.size.eu", "tags") == [("x", 38, '["a", "b"]'), (None, None, None)]


def test_bad_json_lines_are_told_by_line():
    events = read_text(lines("\ufeff", LINE, "\n", "{broken\n", "[1]\n", LINE), "jsonl")
    assert [row for row, _column, _reason in told(events.report)] == ["3", "4"]
    assert told(events.report)[1] == ("4", "", "the line is no JSON object")
    assert len(events) == 2
    assert balanced(events)


def test_a_value_that_changes_its_type_becomes_text():
    events = read_text(lines(LINE | {"v": 1}, LINE | {"v": "x"}, LINE | {"v": 1.5}), "jsonl")
    assert events.table.column("v").to_pylist() == ["1", "x", "1.5"]


def test_whole_and_broken_numbers_are_numbers():
    assert read_text(lines(LINE | {"v": 1}, LINE | {"v": 1.5}), "jsonl").table.column("v").to_pylist() == [
        1.0,
        1.5,
    ]


def test_a_stream_of_text_is_told():
    with pytest.raises(BadValue, match="open it in binary mode"):
        read(io.StringIO("case,step,at"), format="csv")


def test_a_json_file_may_be_one_list():
    events = read_text(json.dumps([LINE, 5, LINE]), "json")
    assert len(events) == 2
    assert told(events.report) == [("2", "", "the item is no JSON object")]


def test_a_json_file_that_is_cut_short_is_told():
    with pytest.raises(UnreadableFile, match="is not JSON, or is cut short"):
        read_text(json.dumps([LINE, LINE])[:-5], "json")


def test_several_files_follow_each_other(tmp_path):
    pq.write_table(TABLE.slice(0, 1), tmp_path / "a.parquet")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines(LINE | {"amount": "x"}).encode()))
    events = read([tmp_path / "a.parquet", tmp_path / "b.jsonl.gz"])
    assert rows(events, "step", "channel", "amount") == [("order", "web", "1"), ("order", None, "x")]
    assert events.report.files == ("a.parquet", "b.jsonl.gz")
    assert "'amount' is not of one type in all files" in events.report.warnings[0]


def test_a_folder_is_its_files_in_order_of_name(tmp_path):
    for name, step in (("2.csv", "pay"), ("1.csv", "order")):
        (tmp_path / name).write_text(f"case,step,at\n1,{step},2024-05-01\n")
    (tmp_path / "readme.md").write_text("no events")
    events = read(tmp_path)
    assert [step for _journey, step, _at in rows(events)] == ["order", "pay"]


def test_date_only_is_filled_where_a_file_has_none(tmp_path):
    (tmp_path / "1.csv").write_text("case,step,at\n1,a,2024-05-01\n")
    (tmp_path / "2.csv").write_text("case,step,at\n1,b,2024-05-01T10:00:00Z\n")
    assert read(tmp_path).table.column("date_only").to_pylist() == [True, False]


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_progress_reaches_the_total(tmp_path, format):
    path = tmp_path / f"events.{format}"
    path.write_text("case,step,at\n1,a,2024-05-01\n" if format == "csv" else lines(LINE))
    seen = []
    read(path, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)


NAME = st.text(min_size=1, max_size=8).filter(lambda text: text.encode("utf-8", "ignore").decode() == text)
MOMENT = st.datetimes(utc(1990, 1, 1).replace(tzinfo=None), utc(2035, 1, 1).replace(tzinfo=None))


@given(st.lists(st.tuples(NAME, NAME, MOMENT), min_size=1, max_size=20))
def test_json_lines_give_back_what_was_written(written):
    text = lines(*({"case": c, "step": s, "at": at.isoformat() + "Z"} for c, s, at in written))
    assert rows(read_text(text, "jsonl")) == [
        (c, s, at.replace(tzinfo=utc(2000, 1, 1).tzinfo)) for c, s, at in written
    ]
