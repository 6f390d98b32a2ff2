"""A journey log by a blueprint: from the events of a file, as the product builds them from its ledger."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trayecto.blueprint import Blueprint, JourneyType, read_blueprint
from trayecto.designed import words
from trayecto.designed.columns import Columns, is_step
from trayecto.designed.properties import texts
from trayecto.designed.steps import NONE, touchpoints_of
from trayecto.errors import BadValue, EmptyLog, UnknownColumn, did_you_mean
from trayecto.events.progress import Tell
from trayecto.events.table import JOURNEY, STEP, Events, column_of
from trayecto.log.build import build
from trayecto.log.journeylog import JourneyLog

BLUEPRINT, JOURNEYS = "blueprint", "journeys"
PERSON = "person"
KEPT = ("channel", "source")


@dataclass(frozen=True)
class Plan:
    """The steps of one journey type, and what became of the events that are none of them."""

    events: Events
    unmatched: dict[str, int]  # event type → events that no touchpoint names
    left_out: int  # events of touchpoints that are no steps of these journeys
    without_key: int  # events that belong to nobody's journey of this type

    def sentences(self) -> list[str]:
        """What a person who builds should know."""
        said = [
            f"{events:,} events of type '{name}' fit no touchpoint."
            for name, events in self.unmatched.items()
        ]
        if self.left_out:
            said.append(f"{self.left_out:,} events are no steps of these journeys, by the blueprint.")
        if self.without_key:
            said.append(f"{self.without_key:,} events belong to no journey of this type.")
        return said


def journey_type_of(blueprint: Blueprint, name: str | None) -> JourneyType:
    """The journey type of that name, or the default one; raises BadValue."""
    found = blueprint.journeys.get(name or blueprint.default_journey)
    if found is None:
        mend = did_you_mean(name or "", blueprint.journeys)
        raise BadValue(f"The blueprint has no journeys '{name}'.{mend}")
    return found


def plan(events: Events, blueprint: Blueprint, journey_type: JourneyType) -> Plan:
    """Events of any types as steps of the journey type's journeys, with the columns their attributes come from.

    ``events.table`` has the event type as ``step``; the key of a journey stands in the column ``person``, or in one
    called as the kind of object, such as ``order`` or ``order_id``. Raises UnknownColumn, EmptyLog.
    """
    planned = _planned(events, blueprint, journey_type)
    if not len(planned.events):
        raise EmptyLog(" ".join(["No event is a step of these journeys.", *planned.sentences()]))
    return planned


def _planned(events: Events, blueprint: Blueprint, journey_type: JourneyType) -> Plan:
    table = events.table
    steps = touchpoints_of(table, table.column(STEP), blueprint)
    keys = texts(table, _key_column(table, journey_type.key))
    columns = Columns(table, steps, keys, blueprint, journey_type).all()
    has_key = pc.is_valid(keys).to_numpy(zero_copy_only=False)
    wanted = is_step(steps, blueprint, journey_type)
    kept = pa.array(wanted & has_key)
    named = pa.DictionaryArray.from_arrays(
        np.maximum(steps, 0), pa.array([one.key for one in blueprint.measured], pa.string())
    )
    standard = {name: table.column(name) for name in _standard(table)}
    told = {name: texts(table, name) for name in kept_columns(blueprint) if column_of(table, name)}
    made = {JOURNEY: keys, STEP: named} | told | standard | columns
    return Plan(
        events=replace(events, table=pa.table(made).filter(kept)),
        unmatched=_unmatched(table, steps),
        left_out=int(((steps != NONE) & ~wanted).sum()),
        without_key=int((wanted & ~has_key).sum()),
    )


def kept_columns(blueprint: Blueprint) -> list[str]:
    """The event columns a log keeps: channel, source, and what support contacts are told apart by."""
    return [*KEPT, *told_columns(blueprint)]


def told_columns(blueprint: Blueprint) -> list[str]:
    """The properties that support contacts are told apart by."""
    told = dict.fromkeys(echo.property for echo in blueprint.demand if echo.property is not None)
    return [name for name in told if name not in KEPT]


def texts_of(blueprint: Blueprint, journey_type: JourneyType) -> dict[str, str]:
    """What a log keeps to say by which design it was built."""
    return {BLUEPRINT: blueprint.source, JOURNEYS: journey_type.slug}


def _standard(table: pa.Table) -> list[str]:
    return [name for name in ("at", "date_only", PERSON, *KEPT) if name in table.column_names]


def _key_column(table: pa.Table, key: str) -> str:
    for name in (f"objects.{key}", key, f"{key}_id"):
        if name in table.column_names:
            return name
    raise UnknownColumn(
        f"Journeys by {key} need a column '{key}' or '{key}_id' in the events; "
        f"there is none.{did_you_mean(key, table.column_names)}"
    )


def _unmatched(table: pa.Table, steps: np.ndarray) -> dict[str, int]:
    types = table.column(STEP).filter(pa.array(steps == NONE)).cast(pa.string())
    counted = pc.value_counts(types.combine_chunks()).to_pylist()
    return {
        one["values"]: one["counts"]
        for one in sorted(counted, key=lambda one: (-one["counts"], one["values"]))
    }


def build_designed(
    events: Events,
    out: str | Path,
    *,
    blueprint: Blueprint,
    journeys: str | None = None,
    texts: dict[str, str] | None = None,
    progress: Tell | bool | None = None,
) -> tuple[JourneyLog, Plan]:
    """Build the log of one journey type (default: the blueprint's own) by a blueprint, which the log keeps.

    ``texts``: what else the log keeps by name, such as the value model. Raises as ``plan`` and ``build`` do.
    """
    journey_type = journey_type_of(blueprint, journeys)
    planned = plan(events, blueprint, journey_type)
    log = build(
        planned.events,
        out,
        attributes=words.attributes(blueprint, journey_type),
        columns=[name for name in kept_columns(blueprint) if name in planned.events.table.column_names],
        boundaries=words.boundaries(journey_type),
        weight="weight" if journey_type.weight else None,
        order=words.step_order(blueprint),
        texts=texts_of(blueprint, journey_type) | (texts or {}),
        progress=progress,
    )
    return log, planned


def shape_of(
    blueprint: Blueprint, journeys: str | None, texts: dict[str, str] | None = None
) -> dict[str, Any]:
    """How ``trayecto.build_shards`` builds the journeys of one type: every machine applies the blueprint to its shards."""
    journey_type = journey_type_of(blueprint, journeys)
    weight = "weight" if journey_type.weight else None
    return {
        "key": journey_type.key,
        "shape": partial(_steps_of, blueprint=blueprint, journey_type=journey_type),
        "steps": [one.key for one in blueprint.measured],
        "attributes": words.attributes(blueprint, journey_type),
        "columns": kept_columns(blueprint),
        "boundaries": words.boundaries(journey_type),
        "weight": weight,
        "order": words.step_order(blueprint),
        "texts": texts_of(blueprint, journey_type) | (texts or {}),
    }


def _steps_of(events: Events, blueprint: Blueprint, journey_type: JourneyType) -> Events:
    return _planned(events, blueprint, journey_type).events


def blueprint_of(log: JourneyLog) -> tuple[Blueprint, JourneyType]:
    """The blueprint a log was built by, and its journey type; raises BadValue for a log built without one."""
    text = log.texts.get(BLUEPRINT)
    if text is None:
        raise BadValue("This log was built without a blueprint: build it with --blueprint.")
    blueprint = read_blueprint(text)
    return blueprint, journey_type_of(blueprint, log.texts.get(JOURNEYS))
