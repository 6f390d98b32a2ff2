"""Writing small event files for the reading tests, and reading reports in short."""

import csv
import io
import itertools
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from trayecto.events.read import read_events

DATA = Path(__file__).parents[3] / "shared" / "data"


def needs(name):
    """A file of the shared data, or a skip with the reason."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


REJECTS = tempfile.TemporaryDirectory(prefix="trayecto-tests-")
NUMBERS = itertools.count()


def read(source, **wishes):
    """``read_events`` whose rejects go to a folder that vanishes after the tests."""
    wishes.setdefault("rejects", Path(REJECTS.name) / f"{next(NUMBERS)}.csv")
    return read_events(source, **wishes)


def read_text(text, format="csv", **wishes):
    """Events of a text or of bytes."""
    return read(io.BytesIO(text if isinstance(text, bytes) else text.encode()), format=format, **wishes)


def rows(events, *names):
    """The events as tuples of the named columns (default: the standard three)."""
    names = names or ("journey", "step", "at")
    return list(zip(*(events.table.column(name).to_pylist() for name in names), strict=True))


def told(report):
    """(row, column, reason) of the first rejects."""
    return [(reject.row, reject.column, reject.reason) for reject in report.first_rejects]


def balanced(events):
    report = events.report
    return (
        report.rows_read == report.rows_kept + report.rejected + report.duplicates
        and report.rows_kept == len(events)
    )


def rejects_file(report):
    with report.rejects_path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
