"""What is appended to a log, made into a patch: the journeys of its events in the codes and types the log has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto.errors import BadValue, NeedsBuild
from trayecto.events.table import Events
from trayecto.log.content import MOST_STEPS, Settings, check, content_of
from trayecto.log.kinds import agreed, as_read_before, recast
from trayecto.log.patch import KEYS, Patch
from trayecto.log.replaced import Replaced, find_replaced
from trayecto.log.store import Position
from trayecto.log.version import Version
from trayecto.log.write import Content, journey_table
from trayecto.units import to_datetime, to_microseconds


@dataclass(frozen=True)
class Addition:
    """What is appended; see ``append``."""

    events: Events | None
    touched: Sequence[str] | None
    as_of: datetime | None
    position: Position | None
    untyped: bool


def patch_of(version: Version, addition: Addition) -> Patch:
    """The patch, not written yet, that puts the addition on the version."""
    settings = _settings(version, addition.as_of)
    content = _content(version, settings, addition)
    keys = _touched(content, addition.touched)
    replaced = find_replaced(version, keys["key"].combine_chunks())
    journeys = _journeys(version, content)
    facts = _facts(version, content)
    facts["totals"] = _totals(version, journeys, replaced, len(facts["steps"]))
    columns = {"base_row": replaced.base_row, "base_rows": replaced.base_rows}
    lines = pa.table([*keys.columns, *columns.values()], names=[*keys.column_names, *columns]).cast(KEYS)
    position = version.position if addition.position is None else addition.position
    facts["position"] = list(position)
    facts["as_of"] = _as_of(version, settings, Patch(facts, journeys, lines), replaced).isoformat()
    return Patch(facts, journeys, lines)


def _settings(version: Version, as_of: datetime | None) -> Settings:
    options = version.base.meta.get("options")
    if options is None:
        raise NeedsBuild(
            f"{version.base.folder} was built by an earlier version of this program: build the log again."
        )
    if as_of is not None:
        to_microseconds(as_of)
    return Settings.from_json(options, as_of)


def _content(version: Version, settings: Settings, addition: Addition) -> Content | None:
    """The journeys of the events; None without events."""
    if addition.events is None or len(addition.events) == 0:
        return None
    events = addition.events
    if addition.untyped:
        events = replace(events, table=_typed(events.table, version, settings))
    content = content_of(events, check(events, settings), _silent, version.facts["steps"])
    return content if len(content.offsets) > 1 else None


def _silent(_hundredths: int) -> None:
    """What is appended is written before a bar could be drawn."""


def _typed(table: pa.Table, version: Version, settings: Settings) -> pa.Table:
    """Texts as numbers, in the columns that the log has numbers, or nothing yet, from."""
    known = {settings.weight: pa.float64()} if settings.weight else {}
    for name, aggregate in settings.attributes.items():
        if aggregate.kind != "count":  # what is counted may be of any kind
            kind, empty = _known_kind(version, name)
            known[aggregate.column] = pa.float64() if empty else kind
    for name in known.keys() & set(table.column_names):
        place = table.column_names.index(name)
        table = table.set_column(place, name, as_read_before(table[name], known[name]))
    return table


def _known_kind(version: Version, name: str) -> tuple[pa.DataType, bool]:
    """What a log holds in an attribute, and whether it holds nothing but nulls."""
    tables = [version.base.table, *(patch.journeys for patch in version.patches)]
    empty = all(table[name].null_count == len(table) for table in tables)
    return tables[-1].schema.field(name).type, empty


def _touched(content: Content | None, touched: Sequence[str] | None) -> pa.Table:
    """A line per touched key, those with journeys first, in the order of their rows."""
    present = pa.array([], pa.large_string()) if content is None else content.keys
    rows = np.empty(0, np.int64) if content is None else content.rows_of_keys
    wanted = (
        present if touched is None else pc.unique(pa.array([str(key) for key in touched], pa.large_string()))
    )
    strange = present.filter(pc.invert(pc.is_in(present, value_set=wanted)))
    if len(strange):
        raise BadValue(
            f"There are events of '{strange[0]}', which is not among the touched keys: hand over all of its events."
        )
    gone = wanted.filter(pc.invert(pc.is_in(wanted, value_set=present)))
    keys = pa.concat_arrays([present, gone])
    counts = np.concatenate([rows, np.zeros(len(gone), np.int64)])
    return pa.table({"key": keys, "rows": counts})


def _journeys(version: Version, content: Content | None) -> pa.Table:
    """A row per journey, in the codes and the types of the log."""
    known = _schema(version)
    if content is None:
        return known.empty_table()
    steps, columns = _steps(version, content), _columns(version, content)
    recoded = replace(
        content,
        steps=_codes(steps, content.step_names).astype(np.uint16)[content.steps],
        columns={
            name: (_recoded(codes, columns[name], values), ())
            for name, (codes, values) in content.columns.items()
        },
    )
    table = journey_table(recoded, None)
    return recast(table, _agreed_schema(version, known, table))


def _schema(version: Version) -> pa.Schema:
    if version.patches:
        return version.patches[-1].journeys.schema
    schema = version.base.table.schema
    return schema.remove(schema.get_field_index("variant")).remove_metadata()


def _agreed_schema(version: Version, known: pa.Schema, table: pa.Table) -> pa.Schema:
    attributes = set(version.base.meta["attributes"])
    fields = []
    for field in known:
        column = table[field.name]
        kind = field.type
        if field.name in attributes and column.type != kind:
            empty = _known_kind(version, field.name)[1]
            kind = agreed(field.name, kind, empty, column.type, column.null_count == len(column))
        fields.append(pa.field(field.name, kind))
    return pa.schema(fields)


def _steps(version: Version, content: Content) -> list[str]:
    """All steps of the log by code: those it knows, then the new ones."""
    known = list(version.facts["steps"])
    steps = known + sorted(set(content.step_names) - set(known))
    if len(steps) > MOST_STEPS:
        raise NeedsBuild(
            f"The log would have {len(steps):,} steps and holds {MOST_STEPS:,}: choose a coarser column."
        )
    return steps


def _columns(version: Version, content: Content) -> dict[str, list[str]]:
    """The values of each event column by code: known ones, then new ones."""
    known = version.facts["columns"]
    return {
        name: list(known[name]) + [value for value in values if value not in set(known[name])]
        for name, (_, values) in content.columns.items()
    }


def _codes(known: Sequence[str], names: Sequence[str]) -> NDArray[np.int32]:
    code_of = {name: code for code, name in enumerate(known)}
    return np.array([code_of[name] for name in names], np.int32)


def _recoded(codes: NDArray[np.int32], known: Sequence[str], values: Sequence[str]) -> NDArray[np.int32]:
    """Codes among the known values; -1, no value, stays."""
    return np.append(_codes(known, values), np.int32(-1)).astype(np.int32)[codes]


def _facts(version: Version, content: Content | None) -> dict[str, Any]:
    """What the log knows once the patch is part of it."""
    facts = version.facts
    if content is None:
        return {name: facts[name] for name in ("steps", "columns", "date_only_steps")}
    dates = {*facts["date_only_steps"], *content.date_only_steps}
    columns = dict(facts["columns"]) | _columns(version, content)
    return {"steps": _steps(version, content), "columns": columns, "date_only_steps": sorted(dates)}


def _totals(version: Version, journeys: pa.Table, replaced: Replaced, n_steps: int) -> dict[str, Any]:
    """Live journeys, events, and events of each step once the patch is part of the log."""
    counted, events = version.totals
    lists = journeys["steps"].combine_chunks()
    new = np.bincount(lists.flatten().to_numpy(), minlength=n_steps)
    of_steps = np.zeros(n_steps, np.int64)
    of_steps[: len(version.events_of_steps)] = version.events_of_steps
    of_steps += new - np.bincount(replaced.steps, minlength=n_steps)
    return {
        "journeys": counted + len(journeys) - replaced.journeys,
        "events": events + int(new.sum()) - len(replaced.steps),
        "events_of_steps": of_steps.tolist(),
    }


def _as_of(version: Version, settings: Settings, patch: Patch, replaced: Replaced) -> datetime:
    """What was asked for; else as it was, or, in a log that goes with its events, the last of them."""
    if settings.as_of is not None:
        return settings.as_of
    if not version.base.meta["options"]["as_of_last"]:
        return version.as_of
    before = to_microseconds(version.as_of)
    ended = patch.journeys["ended"]
    newest = pc.max(ended).cast(pa.int64()).as_py() if len(ended) else None
    if newest is not None and newest >= before:
        return to_datetime(newest)
    if replaced.last is None or replaced.last < before:
        return version.as_of
    after = Version(version.base, (*version.numbers, "0"), (*version.patches, patch))
    return to_datetime(after.last_moment)
