import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trayecto.event_files import balanced, read, read_text, rejects_file, rows, told, utc

from trayecto.errors import BadRows, UnreadableFile

HEADER = "id,case_id,activity,timestamp\n"
BAD = HEADER + "1,A,order,2024-05-01T10:00:00Z\n2,,order,2024-05-01T10:00:00Z\n3,A,pay,soon\n4,A,pay,\n"


def test_each_bad_row_is_told_with_file_row_column_value_and_reason(tmp_path):
    events = read_text(BAD, rejects=tmp_path / "bad.csv")
    assert [
        (r["file"], r["row"], r["column"], r["value"], r["reason"]) for r in rejects_file(events.report)
    ] == [
        ("stream", "3", "case_id", "", "the journey is empty"),
        ("stream", "5", "timestamp", "", "the time is empty"),
        ("stream", "4", "timestamp", "soon", "this is not a time that is understood"),
    ]
    assert events.report.rejects_path == tmp_path / "bad.csv"


def test_the_rejects_file_keeps_the_whole_row():
    assert '"activity": "pay"' in rejects_file(read_text(BAD).report)[1]["raw"]


def test_a_file_without_bad_rows_writes_no_rejects_file(tmp_path):
    events = read_text(
        BAD.splitlines()[0] + "\n1,A,order,2024-05-01T10:00:00Z\n", rejects=tmp_path / "bad.csv"
    )
    assert events.report.rejects_path is None
    assert not (tmp_path / "bad.csv").exists()


def test_without_a_place_for_them_rejects_go_to_the_folder_for_temporary_files(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    report = read_text(BAD, rejects=None).report
    assert report.rejects_path.parent == tmp_path
    assert len(rejects_file(report)) == 3


def test_a_rejects_file_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(UnreadableFile, match="cannot be written: No such file or directory"):
        read_text(BAD, rejects=tmp_path / "nowhere" / "bad.csv")


def test_strict_stops_with_the_first_bad_row_and_the_count(tmp_path):
    sentence = (
        r"3 rows could not be taken in; the first: stream, row 3, column 'case_id' = '': the journey is empty"
    )
    with pytest.raises(BadRows, match=sentence):
        read_text(BAD, strict=True, rejects=tmp_path / "bad.csv")
    assert len((tmp_path / "bad.csv").read_text().splitlines()) == 4


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (pa.timestamp("ns", "UTC"), 1700000000123456789, "2023-11-14 22:13:20.123456789Z"),
        (pa.time64("ns"), 3, "00:00:00.000000003"),
        (pa.duration("ms"), 2**60, str(2**60)),
    ],
)
def test_a_bad_row_may_hold_times_that_python_cannot(kind, value, shown):
    table = pa.table({"case": [None], "step": ["a"], "at": [1], "seen": pa.array([value], kind)})
    assert f'"seen": "{shown}"' in rejects_file(read(table).report)[0]["raw"]


def test_a_time_beyond_the_calendar_is_a_bad_row():
    at = pa.array([1700000000000, 2**55], pa.timestamp("ms"))
    events = read(pa.table({"case": ["1", "2"], "step": ["a", "b"], "at": at}))
    assert told(events.report) == [("2", "at", "the time is outside the years 1800 to 2299")]


def test_a_row_with_two_faults_is_rejected_once():
    events = read_text(HEADER + "1,,,\n")
    assert events.report.rejected == 1
    assert balanced(events)


def test_a_repeated_id_keeps_the_first_row_and_tells_of_the_later_ones():
    text = (
        HEADER
        + "1,A,order,2024-05-01T10:00:00Z\n1,A,pay,2024-05-01T11:00:00Z\n2,A,pay,2024-05-01T12:00:00Z\n"
    )
    events = read_text(text, id_column="id")
    assert rows(events) == [("A", "order", utc(2024, 5, 1, 10)), ("A", "pay", utc(2024, 5, 1, 12))]
    assert told(events.report) == [("3", "id", "duplicate id")]
    assert (events.report.duplicates, events.report.rejected) == (1, 0)


def test_a_rejected_row_does_not_take_the_id_of_a_good_one():
    text = HEADER + "1,A,order,never\n1,A,order,2024-05-01T10:00:00Z\n"
    events = read_text(text, id_column="id")
    assert len(events) == 1
    assert (events.report.rejected, events.report.duplicates) == (1, 0)


def test_rows_without_an_id_repeat_nothing():
    text = HEADER + ",A,order,2024-05-01T10:00:00Z\n,A,order,2024-05-01T10:00:00Z\n"
    assert len(read_text(text, id_column="id")) == 2


def test_ids_are_compared_across_files_and_the_reject_names_its_own(tmp_path):
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text(HEADER + "1,A,order,2024-05-01T10:00:00Z\n")
    second.write_text(HEADER + "9,A,order,x\n2,A,pay,2024-05-01T11:00:00Z\n1,A,pay,2024-05-01T12:00:00Z\n")
    events = read([first, second], id_column="id")
    assert [step for _journey, step, _at in rows(events)] == ["order", "pay"]
    assert [(r.file, r.row, r.reason) for r in events.report.first_rejects][1:] == [
        ("b.csv", "4", "duplicate id")
    ]
    assert balanced(events)


def test_lifecycle_leaves_other_transitions_out_and_counts_them():
    text = "case_id,activity,timestamp,lifecycle:transition\n"
    text += "1,a,2024-05-01T10:00:00Z,start\n1,a,2024-05-01T11:00:00Z,COMPLETE\n1,b,never,complete\n"
    events = read_text(text, lifecycle="complete")
    assert rows(events) == [("1", "a", utc(2024, 5, 1, 11))]
    assert told(events.report) == [("4", "timestamp", "this is not a time that is understood")]
    assert (events.report.left_out, events.report.rows_read) == (1, 2)


CELL = st.sampled_from(
    ["", "A", "B", "order", "never", "2024-05-01", "2024-05-01T10:00:00Z", '"', "x,y", "é"]
)


@given(st.lists(st.lists(CELL, min_size=1, max_size=5).map(",".join), max_size=20), st.booleans())
def test_every_row_is_kept_or_rejected_or_a_duplicate(lines, with_ids):
    text = HEADER + "".join(line + "\n" for line in lines)
    if text.count('"') % 2:
        text += '"\n'
    assert balanced(read_text(text, id_column="id" if with_ids else None))


def test_reports_turn_into_plain_values():
    plain = read_text(BAD).report.to_dict()
    assert (plain["rows_read"], plain["rows_kept"], plain["rejected"]) == (4, 1, 3)
    assert plain["first_rejects"][0] == "stream, row 3, column 'case_id' = '': the journey is empty"
