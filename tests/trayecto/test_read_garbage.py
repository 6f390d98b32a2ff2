"""Whatever bytes a file holds: either events, or one of our sentences."""

import gzip
import io
import json
import sqlite3

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import feather
from pyarrow import parquet as pq
from tests.trayecto.event_files import balanced, read_text
from tests.trayecto.test_read_ocel import LOG, database_of
from tests.trayecto.test_read_xes import MAY, attribute, event, log, trace

from trayecto.errors import TrayectoError

TABLE = pa.table(
    {"case": ["1", "2"], "step": ["a", "b"], "at": ["2020-01-01", "2020-01-02 10:00"], "n": [1, 2]}
)


def written(write):
    sink = io.BytesIO()
    write(TABLE, sink)
    return sink.getvalue()


class Whole(dict):
    """Said in one word when an example fails."""

    def __repr__(self):
        return "Whole()"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A good file of each kind."""
    path = database_of(
        tmp_path_factory.mktemp("ocel") / "log.sqlite", "INSERT INTO event VALUES ('e1', 'pay')"
    )
    sqlite3.connect(path).close()
    return Whole(
        {
            "csv": b'case,step,at,n\n1,"a\nb",2020-01-01 10:00:00,3\n2,b,2020-01-01T10:00:00Z,x\n' * 3,
            "jsonl": b'{"case":"1","step":"a","at":"2020-01-01","n":{"m":[1,2]}}\n' * 3,
            "json": json.dumps(LOG).encode(),
            "xes": log(trace("A", event("a", MAY, attribute("n", "1", "int")), event("b"))).encode(),
            "ocel": path.read_bytes(),
            "parquet": written(pq.write_table),
            "arrow": written(feather.write_feather),
        }
    )


DAMAGE = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 20), st.binary(max_size=6)), max_size=5)
FORMATS = ["csv", "jsonl", "json", "xes", "ocel", "parquet", "arrow"]


def read_or_told(content, format):
    try:
        events = read_text(content, format, id_column="n", tz="Europe/Madrid", columns=["n"])
    except TrayectoError as problem:
        assert str(problem)[-1] in ".?"
    else:
        assert balanced(events)
        assert events.table.column("at").null_count == events.table.column("step").null_count == 0


@pytest.mark.parametrize("format", FORMATS)
@given(damage=DAMAGE, cut=st.none() | st.integers(1, 500), packed=st.booleans())
def test_a_damaged_file_is_read_or_told(whole, format, damage, cut, packed):
    content = bytearray(whole[format])
    for place, removed, added in damage:
        start = place % (len(content) or 1)
        content[start : start + removed] = added
    data = gzip.compress(bytes(content)) if packed else bytes(content)
    read_or_told(data[: len(data) - cut] if cut else data, format)


@pytest.mark.parametrize("format", FORMATS)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_or_told(format, content):
    read_or_told(content, format)
