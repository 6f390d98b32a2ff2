"""Small tables of events for building logs in tests."""

import pyarrow as pa

from trayecto.events.table import Events
from trayecto.units import to_microseconds

TEXT = pa.dictionary(pa.int32(), pa.string())
MOMENT = pa.timestamp("us", "UTC")


def events_of(rows, **columns):
    """Events of ``(journey, step, microseconds)`` rows; further columns by name."""
    keys, steps, times = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    table = {
        "journey": pa.array(keys, pa.string()),
        "step": pa.array(steps, pa.string()).dictionary_encode().cast(TEXT),
        "at": pa.array(times, pa.int64()).cast(MOMENT),
    }
    return Events(pa.table(table | columns))


def journeys_in(log):
    """id -> [(step, microseconds)] of every journey of a log."""
    return {
        row["journey"]: [(step, to_microseconds(at)) for step, at in log.steps_of(row["row"])]
        for row in log.journeys().to_pylist()
    }
