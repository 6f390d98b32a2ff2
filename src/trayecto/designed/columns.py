"""The event columns that a journey's attributes are taken from, as the blueprint describes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trayecto.blueprint import Attribute, Blueprint, JourneyType, Touchpoint
from trayecto.designed.properties import flags, mask, moments, numbers, texts
from trayecto.designed.steps import NONE, Mask
from trayecto.designed.words import column_name, late_attribute, promised_on_events

AT = "at"


class Columns:
    """Makes the columns of one journey type. ``table``: the events; ``steps``: (rows,) the place of each event's
    touchpoint in ``blueprint.measured``, or NONE; ``keys``: (rows,) whose journey each event is part of."""

    def __init__(
        self,
        table: pa.Table,
        steps: np.ndarray,
        keys: pa.ChunkedArray,
        blueprint: Blueprint,
        journey_type: JourneyType,
    ) -> None:
        self._table, self._steps, self._keys = table, steps, keys
        self._blueprint, self._journey_type = blueprint, journey_type
        self._places = {touchpoint.key: place for place, touchpoint in enumerate(blueprint.measured)}

    def all(self) -> dict[str, pa.ChunkedArray]:
        """Name → (rows,) values, of every attribute and of every promise that stands on its own events."""
        made = {column_name(one): self._of(one) for one in self._journey_type.attributes}
        late = {late_attribute(one): self._late(one) for one in promised_on_events(self._blueprint)}
        weight = self._journey_type.weight
        return made | late | ({"weight": numbers(self._table, weight)} if weight else {})

    def _of(self, attribute: Attribute) -> pa.ChunkedArray:
        value = self._value(attribute)
        if attribute.take == "person":
            return self._of_owner(
                value, texts(self._table, "person"), np.ones(len(self._steps), bool), "last"
            )
        if not attribute.of:
            return value
        of = self._is_one_of(attribute.of)
        if set(attribute.of) <= set(self._journey_type.without):
            take = "last" if attribute.take == "last" else "first"
            return self._of_owner(value, self._keys, of, take)
        return pc.if_else(pa.array(of), value, pa.scalar(None, value.type))

    def _value(self, attribute: Attribute) -> pa.ChunkedArray:
        if attribute.take == "count":
            return pa.chunked_array([pa.array(np.ones(self._table.num_rows, dtype=np.int64))])
        name = attribute.property or ""
        if attribute.take == "total":  # a column of nothing but nulls would be no number
            return pc.fill_null(numbers(self._table, name), 0)
        if attribute.take == "person":
            return texts(self._table, of_person(self._table, name))
        read = {"number": numbers, "flag": flags}.get(attribute.type, texts)
        return read(self._table, name)

    def _is_one_of(self, keys: Sequence[str]) -> Mask:
        return np.isin(self._steps, [self._places[key] for key in keys if key in self._places])

    def _of_owner(
        self, value: pa.ChunkedArray, owners: pa.ChunkedArray, rows: Mask, take: str
    ) -> pa.ChunkedArray:
        """For every event the first or last value told among the ``rows`` of its owner."""
        told = rows & mask(pc.is_valid(value)) & mask(pc.is_valid(owners))
        table = pa.table({"owner": owners, "at": self._table.column(AT), "value": value}).filter(
            pa.array(told)
        )
        ordered = table.sort_by([("owner", "ascending"), ("at", "ascending")])
        grouped = ordered.group_by("owner", use_threads=False).aggregate([("value", take)])
        place = pc.index_in(owners, value_set=grouped.column("owner").combine_chunks())
        return grouped.column(f"value_{take}").take(place)

    def _late(self, touchpoint: Touchpoint) -> pa.ChunkedArray:
        """1 where the event came after the moment promised on itself, else 0."""
        assert touchpoint.promise and touchpoint.promise.property
        promised = moments(self._table, touchpoint.promise.property, self._blueprint.time_zone)
        late = mask(pc.greater(self._table.column(AT), promised)) & self._is_one_of([touchpoint.key])
        return pa.chunked_array([pa.array(late.astype(np.int64))])


def of_person(table: pa.Table, name: str) -> str:
    """The column that a person's attribute stands in: of exported events one that says so."""
    said = f"person.{name}"
    return said if said in table.column_names else name


def is_step(steps: np.ndarray, blueprint: Blueprint, journey_type: JourneyType) -> Mask:
    """(rows,) whether the event is a step of journeys of this type."""
    left_out = [place for place, one in enumerate(blueprint.measured) if one.key in journey_type.without]
    return (steps != NONE) & ~np.isin(steps, left_out)
