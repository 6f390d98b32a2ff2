"""A patch: journeys written anew, complete for the keys it names, in one file that never changes.

The file holds two Arrow streams. The first has a row per journey, as the base has them but for the variant; what
describes the patch is JSON in its schema. The second has a line per key: the key, how many rows it has here (none:
its journeys are gone), and the rows of the base whose place it takes (-1: none).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto.errors import BadLog
from trayecto.log import writing
from trayecto.log.kinds import recast
from trayecto.log.store import TAIL, PatchFile
from trayecto.stores import disk

DESCRIPTION = b"trayecto"
KEYS = pa.schema(
    [("key", pa.large_string()), ("rows", pa.int32()), ("base_row", pa.int64()), ("base_rows", pa.int32())]
)


@dataclass(frozen=True, eq=False)
class Patch:
    """One patch, or several put together. ``meta``: what is known of the log when it was written, see ``describe``."""

    meta: Mapping[str, Any]
    journeys: pa.Table
    keys: pa.Table

    @property
    def events(self) -> int:
        return int(self.journeys["events"].to_numpy().sum())

    @property
    def rows_of_keys(self) -> NDArray[np.int64]:
        return self.keys["rows"].to_numpy().astype(np.int64)

    @cached_property
    def base_rows(self) -> NDArray[np.int64]:
        """The rows of the base that this patch takes the place of."""
        return spread(self.keys["base_row"].to_numpy(), self.keys["base_rows"].to_numpy().astype(np.int64))


def spread(first: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """``first, first + 1 …``, ``counts`` of them, for each run."""
    return np.repeat(first, counts) + np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


def write_patch(place: Path, patch: Patch, tail: Sequence[PatchFile]) -> PatchFile:
    """Write a patch into a base's folder of patches and flush it to disk; nobody reads it until it is published in a
    tail that follows ``tail``."""
    number = writing.reserve_patch(place, tail)
    path = place / TAIL / f"{number}.patch"
    meta = {DESCRIPTION: json.dumps(dict(patch.meta), ensure_ascii=False).encode()}
    with pa.OSFile(str(path), "wb") as sink:
        for table in (patch.journeys.replace_schema_metadata(meta), patch.keys):
            whole = table.unify_dictionaries().combine_chunks()
            with pa.ipc.new_stream(sink, whole.schema) as writer:
                writer.write_table(whole, max_chunksize=max(len(whole), 1))
    facts = writing.describe(path)
    disk.sync(path.parent)
    return PatchFile(number, facts["bytes"], facts["sha256"], patch.events)


def read_patch(path: Path) -> Patch:
    """Memory-map a patch; BadLog when it is damaged."""
    try:
        source = pa.memory_map(str(path))
        journeys = pa.ipc.open_stream(source).read_all()
        keys = pa.ipc.open_stream(source).read_all()
        meta = json.loads((journeys.schema.metadata or {})[DESCRIPTION])
    except (OSError, KeyError, ValueError, pa.ArrowException) as error:
        raise BadLog(f"{path} is damaged ({error}): build the log again.") from error
    return Patch(meta, journeys.replace_schema_metadata(None), keys)


def combine(patches: Sequence[Patch]) -> Patch:
    """Several patches, oldest first, as one: of each key what the newest of them says."""
    if len(patches) == 1:
        return patches[0]
    newest = patches[-1]
    owned = _owned([patch.keys["key"] for patch in patches])
    schema = newest.journeys.schema
    journeys, keys = [], []
    for patch, mine in zip(patches, owned, strict=True):
        table = recast(patch.journeys, schema)
        rows = np.repeat(mine, patch.rows_of_keys)
        journeys.append(table if rows.all() else table.filter(pa.array(rows)))
        keys.append(patch.keys if mine.all() else patch.keys.filter(pa.array(mine)))
    whole = pa.concat_tables(journeys).unify_dictionaries().combine_chunks()
    return Patch(newest.meta, whole, pa.concat_tables(keys).combine_chunks())


def _owned(keys: Sequence[pa.ChunkedArray]) -> list[NDArray[np.bool_]]:
    """Of the keys of each patch, oldest first, those that no newer patch names."""
    newest_first = [chunk for column in reversed(keys) for chunk in column.chunks]
    coded = pa.chunked_array(newest_first, pa.large_string()).combine_chunks().dictionary_encode()
    codes = coded.indices.to_numpy()
    first = np.empty(len(coded.dictionary), np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    mine = first[codes] == np.arange(len(codes))
    ends = np.cumsum([len(column) for column in reversed(keys)])
    return list(np.split(mine, ends[:-1]))[::-1]
