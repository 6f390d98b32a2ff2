"""Events made by chance, in memory and in files, and how their logs are compared."""

import numpy as np
import pyarrow as pa
from pyarrow import parquet
from tests.trayecto.event_tables import TEXT, events_of

import trayecto

HOUR = 3_600_000_000


def events(seed, journeys=400):
    chance = np.random.default_rng(seed)
    keys = chance.integers(0, journeys, journeys * 6)
    found = [
        (f"k{key}", "abcde"[step], int(hour) * HOUR)
        for key, step, hour in zip(
            keys, chance.choice(5, len(keys), p=[0.3, 0.25, 0.2, 0.15, 0.1]), chance.integers(0, 900, len(keys)), strict=True
        )
    ]  # fmt: skip

    def texts(values):
        return pa.array(chance.choice(values, len(keys)).tolist(), pa.string()).dictionary_encode().cast(TEXT)

    return events_of(
        found, channel=texts(["web", "fax", "app"]), city=texts(["Lima", "Cali"]),
        price=pa.array(chance.integers(0, 4, len(keys))), weight=pa.array(keys % 3 + 1),
        person=pa.array([person_of(key) for key in keys.tolist()]).dictionary_encode().cast(TEXT),
    )  # fmt: skip


def person_of(key):
    """Whose journey it is: most have several, one in seven nobody's."""
    return f"p{key % 90}" if key % 7 else None


SHAPE = {
    "columns": ["channel"],
    "attributes": {"city": trayecto.first("city"), "spent": trayecto.total("price")},
}
READING = {"journey": "journey", "step": "step", "at": "at"}


def written(seed, folder, files=5):
    """The events in so many files."""
    table = events(seed).table
    size = -(-len(table) // files)
    paths = [folder / f"events{number}.parquet" for number in range(files)]
    for number, path in enumerate(paths):
        parquet.write_table(table.slice(number * size, size), path)
    return paths


def told(answer):
    """Numbers to nine figures: sums of fractions depend on their order in the last ones."""
    if isinstance(answer, dict):
        return {name: told(value) for name, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [told(value) for value in answer]
    return float(f"{answer:.9g}") if isinstance(answer, float) else answer


def rows_by_journey(log):
    return {
        row["journey"]: (row | {"row": 0}, log.steps_of(row["row"]), log.values_of(row["row"], "channel"))
        for row in log.journeys().to_pylist()
    }
