"""What became of each journey, as columns of numbers: what deviating journeys are compared by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import Batch
from trayecto.designed import step_names
from trayecto.deviations.found import Found
from trayecto.log.journeylog import JourneyLog

DAYS, GOAL, CONTACTS, SCORE = "days", "goal", "contacts", "score"
CIRCUMSTANCES = ("region", "delivery")  # journey attributes within whose values journeys are compared
QUARTER = 91 * 86_400_000_000  # microseconds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def outcomes_of(found: Found) -> dict[str, Floats]:
    """Outcome → (rows,) values, NaN where there is none: ``days`` from the first step to the goal (of those who reached
    it), ``goal`` 1 or 0, ``contacts`` of support, ``score`` of satisfaction (where the journeys have one)."""
    log, names = found.log, step_names(found.log, found.blueprint)
    goal = _codes(log, [names.get(step, step) for step in found.journey_type.goal])
    support = [names.get(one.key, one.key) for one in found.blueprint.measured if one.nature == "support"]
    took, contacts = _joined(log, partial(_scan, goal=goal, support=_codes(log, support)))
    values = {DAYS: took / 86_400e6, GOAL: (~np.isnan(took)).astype(float), CONTACTS: contacts}
    score = found.journey_type.satisfaction
    if score is not None and score in log.attributes.column_names:
        values[SCORE] = _numbers(log.attributes[score])
    return values


def _codes(log: JourneyLog, steps: Sequence[str]) -> NDArray[np.bool_]:
    """(n_steps,) which codes these steps have."""
    codes: Mapping[str, int] = log.stored.code_of
    found = np.zeros(len(log.step_names), np.bool_)
    found[[codes[step] for step in steps if step in codes]] = True
    return found


def _joined(log: JourneyLog, scan: partial[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    parts = engine.over(scan, log.batches())
    return np.concatenate([took for took, _ in parts]), np.concatenate([contacts for _, contacts in parts])


def _scan(batch: Batch, goal: NDArray[np.bool_], support: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Microseconds from each journey's first step to its first goal step (NaN: never), and its support contacts."""
    low, high = int(batch.offsets[0]), int(batch.offsets[-1])
    steps, offsets = batch.steps[low:high], batch.offsets - low
    took = np.full(batch.journeys, np.nan)
    reached = np.flatnonzero(goal[steps])
    rows, first = np.unique(np.searchsorted(offsets, reached, side="right") - 1, return_index=True)
    times = batch.times[low:high]
    took[rows] = times[reached[first]] - times[offsets[rows]]
    running = np.concatenate([[0], np.cumsum(support[steps])])
    return took, (running[offsets[1:]] - running[offsets[:-1]]).astype(float)


def _numbers(column: pa.ChunkedArray) -> Floats:
    values: Floats = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return values


def strata_of(log: JourneyLog) -> Ints:
    """(rows,) a number for each combination of circumstances and the quarter that the journey began in."""
    started = log.attributes["started"].cast(pa.int64()).to_numpy(zero_copy_only=False)
    code: Ints = (started - started.min()) // QUARTER if len(started) else started
    for name in CIRCUMSTANCES:
        if name in log.attributes.column_names:
            found = _encoded(log.attributes[name])
            code = code * (found.max(initial=0) + 1) + found
    return np.unique(code, return_inverse=True)[1].astype(np.int64)


def persons_of(log: JourneyLog) -> Ints:
    """(rows,) a number for each person; journeys of nobody known are alone."""
    if "person" not in log.attributes.column_names:
        return np.arange(log.total_rows)
    codes = _encoded(log.attributes["person"])
    nobody = log.attributes["person"].is_null().to_numpy(zero_copy_only=False)
    return np.where(nobody, len(codes) + np.arange(len(codes)), codes) if nobody.any() else codes


def _encoded(column: pa.ChunkedArray) -> Ints:
    whole = column.cast(pa.string()).combine_chunks()
    whole = whole.combine_chunks() if isinstance(whole, pa.ChunkedArray) else whole
    return (
        pc.dictionary_encode(whole, null_encoding="encode")
        .indices.to_numpy(zero_copy_only=False)
        .astype(np.int64)
    )
