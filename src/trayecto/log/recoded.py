"""The content of a shard in the words of all shards: one list of steps, one list of values for each event column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto.log.write import Content


@dataclass(frozen=True)
class Words:
    """What the events of all files are called: steps and values of event columns, each sorted."""

    steps: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    fields: Mapping[str, pa.DataType]  # every column of any file


def recoded(content: Content, words: Words) -> Content:
    """The content with the codes of these words, which hold all of its own."""
    return replace(
        content,
        steps=_places(content.step_names, words.steps).astype(np.uint16)[content.steps],
        step_names=words.steps,
        columns={name: _in(*column, words.columns[name]) for name, column in content.columns.items()},
    )


def _in(
    codes: NDArray[np.int32], own: Sequence[str], values: tuple[str, ...]
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    places = np.append(_places(own, values), -1).astype(np.int32)  # -1, no value, stays what it is
    return places[codes], values


def _places(own: Sequence[str], words: Sequence[str]) -> NDArray[np.int64]:
    place = {word: number for number, word in enumerate(words)}
    return np.array([place[word] for word in own], np.int64)
