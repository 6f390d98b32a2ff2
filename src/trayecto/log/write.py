"""Store the content of a log: journeys, variants, the unfiltered answers, and what describes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto import engine
from trayecto.log import store
from trayecto.log.batches import cut_batches
from trayecto.questions import map as map_question
from trayecto.questions import variants as variants_question

JOURNEYS, VARIANTS = "journeys.arrow", "variants.arrow"
MAP_STEPS, MAP_FLOWS = "answers_map_steps.arrow", "answers_map_flows.arrow"
Stage = Callable[[int], None]  # takes the hundredths of the build that were just done
MOMENT = pa.timestamp("us", "UTC")


@dataclass(frozen=True)
class Content:
    """Everything a log stores. Journey ``j`` owns ``offsets[j]:offsets[j + 1]`` of the event arrays."""

    journeys: pa.Array
    persons: pa.Array
    weights: NDArray[np.float64] | None
    offsets: NDArray[np.int64]
    steps: NDArray[np.uint16]
    times: NDArray[np.int64]
    step_names: tuple[str, ...]
    attributes: dict[str, pa.Array]
    columns: dict[str, tuple[NDArray[np.int32], tuple[str, ...]]]
    as_of: datetime
    key: str
    left_out: int
    weights_differ: int  # journeys whose events name more than one weight
    date_only_steps: tuple[str, ...]


def write_log(out: Path, content: Content, advance: Stage) -> None:
    """Write a new version of the log at ``out`` and make it the current one."""
    batches = cut_batches(
        content.offsets, content.steps, content.times, len(content.step_names), weights=content.weights
    )
    numbers, variants = _number_variants(batches, len(content.offsets) - 1)
    with store.new_version(out) as place:
        _write(place / JOURNEYS, _journey_table(content, numbers))
        advance(20)
        _write(place / VARIANTS, variants)
        answer = map_question.over(
            batches, map_question.plan_for(batches, len(content.step_names)), content.step_names
        )
        _write(place / MAP_STEPS, answer.steps_to_arrow())
        _write(place / MAP_FLOWS, answer.to_arrow())
        advance(10)
        names = [JOURNEYS, VARIANTS, MAP_STEPS, MAP_FLOWS]
        checks = engine.each(lambda name: store.describe(place / name), names)
        store.write_meta(place, _meta(content, answer, dict(zip(names, checks, strict=True))))
    advance(20)


def _number_variants(batches: list[Any], journeys: int) -> tuple[NDArray[np.int32], pa.Table]:
    """The variant of each journey (0 = the most frequent), and the table of variants."""
    parts = engine.each(variants_question.scan, batches)
    union, mapping = variants_question.join(parts)
    ranked = variants_question.ranking(union)
    number = np.empty(union.distinct, np.int32)
    number[ranked] = np.arange(len(ranked), dtype=np.int32)
    numbers, base = np.empty(journeys, np.int32), 0
    for batch, part in zip(batches, parts, strict=True):
        own = mapping[base : base + part.distinct]
        numbers[batch.first : batch.first + batch.journeys] = number[own[part.members]]
        base += part.distinct
    offsets, steps = variants_question.runs_of(union.offsets, union.steps, ranked)
    table = pa.table({"steps": _lists(offsets, steps), "journeys": union.counts[ranked]})
    return numbers, table


def _lists(offsets: NDArray[np.int64], values: NDArray[Any]) -> pa.Array:
    return pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(values))


def _journey_table(content: Content, numbers: NDArray[np.int32]) -> pa.Table:
    offsets, times = content.offsets, content.times
    columns: dict[str, Any] = {"journey": content.journeys, "person": content.persons}
    if content.weights is not None:
        columns["weight"] = content.weights
    columns |= {
        "started": pa.array(times[offsets[:-1]]).cast(MOMENT),
        "ended": pa.array(times[offsets[1:] - 1]).cast(MOMENT),
        "events": np.diff(offsets).astype(np.int32),
        "variant": numbers,
        **content.attributes,
        "steps": _lists(offsets, content.steps),
        "times": _lists(offsets, times),
    }
    columns |= {name: _lists(offsets, codes) for name, (codes, _) in content.columns.items()}
    return pa.table(columns)


def _write(path: Path, table: pa.Table) -> None:
    """One uncompressed record batch, so that a memory map of the file is the arrays themselves."""
    whole = table.unify_dictionaries().combine_chunks()
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, whole.schema) as writer:
        writer.write_table(whole, max_chunksize=max(len(whole), 1))


def _meta(content: Content, answer: map_question.MapResult, files: dict[str, Any]) -> dict[str, Any]:
    return {
        "format": store.FORMAT,
        "format_version": store.FORMAT_VERSION,
        "journeys": answer.journeys,
        "events": answer.events,
        "weighted_journeys": answer.weighted_journeys,
        "key": content.key,
        "as_of": content.as_of.isoformat(),
        "events_left_out": content.left_out,
        "weights_differ": content.weights_differ,
        "date_only_steps": list(content.date_only_steps),
        "steps": list(content.step_names),
        "attributes": list(content.attributes),
        "columns": {name: list(values) for name, (_, values) in content.columns.items()},
        "files": files,
    }
