"""Which touchpoint an event is: the first of the blueprint whose type, channel and conditions fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto.blueprint import Blueprint, Touchpoint
from trayecto.blueprint.design import Condition
from trayecto.designed.properties import mask, numbers, texts
from trayecto.log.pieces import whole

NONE = -1
Mask = NDArray[np.bool_]


def touchpoints_of(table: pa.Table, types: pa.ChunkedArray, blueprint: Blueprint) -> NDArray[np.int32]:
    """(rows,) the place of each event's touchpoint in ``blueprint.measured``, NONE for events that fit none.

    ``types``: (rows,) the event types, dictionary-coded.
    """
    coded = whole(types)
    codes, names = coded.indices.to_numpy(zero_copy_only=False), coded.dictionary.to_pylist()
    found = np.full(len(codes), NONE, dtype=np.int32)
    places = {touchpoint.key: place for place, touchpoint in enumerate(blueprint.measured)}
    for touchpoint in sorted(blueprint.measured, key=lambda one: one.number):
        if touchpoint.event in names:
            fits = (codes == names.index(touchpoint.event)) & (found == NONE)
            found[fits & _meets(table, touchpoint)] = places[touchpoint.key]
    return found


def _meets(table: pa.Table, touchpoint: Touchpoint) -> Mask:
    met: Sequence[Mask] = [_one(table, condition) for condition in touchpoint.when]
    if touchpoint.channels:
        channel = pc.is_in(texts(table, "channel"), value_set=pa.array(touchpoint.channels, pa.string()))
        met = [mask(channel), *met]
    everything = np.ones(table.num_rows, dtype=bool)
    return np.logical_and.reduce([everything, *met])


def _one(table: pa.Table, condition: Condition) -> Mask:
    if condition.values:
        wanted = pa.array(condition.values, pa.string())
        return mask(pc.is_in(texts(table, condition.property), value_set=wanted))
    number = numbers(table, condition.property)
    met = [
        mask(compare(number, bound))
        for compare, bound in ((pc.greater_equal, condition.minimum), (pc.less_equal, condition.maximum))
        if bound is not None
    ]
    return np.logical_and.reduce(met)
