"""Store the content of a base: journeys, variants, the index of keys, unfiltered answers, what describes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import Batch
from trayecto.kernels import naming
from trayecto.log import store, writing
from trayecto.log.batches import cut_batches
from trayecto.questions import kept_map
from trayecto.questions import map as map_question
from trayecto.questions import variants as variants_question

JOURNEYS, VARIANTS, KEYS = "journeys.arrow", "variants.arrow", "keys.arrow"
MAP_STEPS, MAP_FLOWS = "answers_map_steps.arrow", "answers_map_flows.arrow"
FLOWS = "flows.arrow"  # every flow's durations, of a log that grows
Stage = Callable[[int], None]  # takes the hundredths of the build that were just done
MOMENT = pa.timestamp("us", "UTC")
LISTS = {"steps": np.uint16, "times": np.int64}  # the other lists are codes of event columns


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
    weights_differ: NDArray[np.bool_] | None  # journeys whose events name more than one weight
    date_only_steps: tuple[str, ...]
    keys: pa.Array  # (keys with journeys,) in the order of their journeys
    rows_of_keys: NDArray[np.int64]  # (keys with journeys,) how many journeys each has; they lie together


def write_base(
    place: Path, content: Content, told: Mapping[str, Any], advance: Stage, *, grows: bool = True
) -> None:
    """Write a base into its folder, all of it flushed to disk; publishing it is another step. ``told`` goes into
    ``log.json`` as it is. One that ``grows`` by patches holds what it takes to keep its map current."""
    batches = cut_batches(
        Batch(
            0, content.offsets, content.steps, content.times, None, content.weights, len(content.step_names)
        )
    )
    numbers, variants = _number_variants(batches, len(content.offsets) - 1, content.step_names)
    write_table(place / JOURNEYS, journey_table(content, numbers))
    advance(20)
    write_table(place / VARIANTS, variants)
    write_table(place / KEYS, _index(content.keys, content.rows_of_keys))
    answer, kept = _write_map(place, batches, content, grows=grows)
    names = [JOURNEYS, VARIANTS, KEYS, MAP_STEPS, MAP_FLOWS, *kept]
    advance(10)
    checks = engine.each(lambda name: writing.describe(place / name), names)
    writing.write_meta(place, _meta(content, answer, dict(zip(names, checks, strict=True))) | dict(told))
    advance(20)


def _write_map(
    place: Path, batches: list[Batch], content: Content, *, grows: bool
) -> tuple[map_question.MapResult, list[str]]:
    """Store the map that nobody narrowed; what keeps it current too, and the name of that file."""
    steps = content.step_names
    if grows and content.weights is None:
        measured = kept_map.measure(batches, len(steps))
        answer, kept = kept_map.figures(measured, steps), [FLOWS]
        write_table(place / FLOWS, measured.to_arrow())
    else:
        answer, kept = map_question.over(batches, map_question.plan_for(batches, len(steps)), steps), []
    write_table(place / MAP_STEPS, answer.steps_to_arrow())
    write_table(place / MAP_FLOWS, answer.to_arrow())
    return answer, kept


def _index(keys: pa.Array, rows: NDArray[np.int64]) -> pa.Table:
    """Where the journeys of a key are: hashes of keys, sorted, with their first row and how many there are."""
    hashes = naming.hash_texts(keys)
    order = np.argsort(hashes, kind="stable")
    first = np.cumsum(rows) - rows
    return pa.table({"hash": hashes[order], "row": first[order], "rows": rows[order].astype(np.int32)})


def _number_variants(
    batches: list[Any], journeys: int, step_names: tuple[str, ...]
) -> tuple[NDArray[np.int32], pa.Table]:
    """The variant of each journey (0 = the most frequent), and the table of variants."""
    parts = engine.each(variants_question.scan, batches)
    union, mapping = variants_question.join(parts)
    ranked = variants_question.ranking(union, step_names)
    number = np.empty(union.distinct, np.int32)
    number[ranked] = np.arange(len(ranked), dtype=np.int32)
    numbers, base = np.empty(journeys, np.int32), 0
    for batch, part in zip(batches, parts, strict=True):
        own = mapping[base : base + part.distinct]
        numbers[batch.first : batch.first + batch.journeys] = number[own[part.members]]
        base += part.distinct
    offsets, steps = variants_question.runs_of(union.offsets, union.steps, ranked)
    hashes = naming.hash_runs(offsets, steps)
    by_hash = np.argsort(hashes, kind="stable")
    table = {"steps": lists(offsets, steps), "journeys": union.counts[ranked]}
    return numbers, pa.table(table | {"hash": hashes[by_hash], "by_hash": by_hash.astype(np.int32)})


def lists(offsets: NDArray[np.int64], values: NDArray[Any]) -> pa.Array:
    """Runs as a list column, without a copy."""
    return pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(values))


def journey_table(content: Content, numbers: NDArray[np.int32] | None) -> pa.Table:
    """A row per journey; ``numbers`` are those of their variants, which patches do without."""
    offsets, times = content.offsets, content.times
    columns: dict[str, Any] = {"journey": content.journeys, "person": content.persons}
    if content.weights is not None and content.weights_differ is not None:
        columns |= {"weight": content.weights, "weight_differs": content.weights_differ}
    columns |= {
        "started": pa.array(times[offsets[:-1]]).cast(MOMENT),
        "ended": pa.array(times[offsets[1:] - 1]).cast(MOMENT),
        "events": np.diff(offsets).astype(np.int32),
        **({} if numbers is None else {"variant": numbers}),
        **content.attributes,
        "steps": lists(offsets, content.steps),
        "times": lists(offsets, times),
    }
    columns |= {name: lists(offsets, codes) for name, (codes, _) in content.columns.items()}
    return pa.table(columns)


def write_table(path: Path, table: pa.Table) -> None:
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
        "date_only_steps": list(content.date_only_steps),
        "steps": list(content.step_names),
        "attributes": list(content.attributes),
        "columns": {name: list(values) for name, (_, values) in content.columns.items()},
        "files": files,
    }
