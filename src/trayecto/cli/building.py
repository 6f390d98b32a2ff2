"""``trayecto build`` and ``trayecto info``."""

from __future__ import annotations

import gzip
import re
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trayecto.cli import asked, designing, output, sharding
from trayecto.cli import build_options as options
from trayecto.errors import BadValue, EmptyLog

if TYPE_CHECKING:
    from trayecto.log.attributes import Aggregate
    from trayecto.log.boundaries import Boundaries

KINDS = ("first", "last", "count", "total")
USUAL = ("channel", "owner", "person")


def build(
    files: options.Files,
    out: options.Out,
    journey: options.Journey = None,
    step: options.Step = None,
    at: options.At = None,
    by: options.By = None,
    gap: options.Gap = None,
    start: options.Start = None,
    end: options.End = None,
    attr: options.Attr = None,
    column: options.Column = None,
    weight: options.Weight = None,
    strict: options.Strict = False,
    lifecycle: options.Lifecycle = None,
    id_: options.Id = None,
    tz: options.TimeZone = None,
    time_format: options.TimeFormat = None,
    rejects: options.Rejects = None,
    format_: options.Format = None,
    blueprint: options.BlueprintFile = None,
    journeys: options.Journeys = None,
    values: options.ValuesFile = None,
    shards: options.Shards = None,
    json: asked.Json = False,
) -> None:
    """Read events from FILES and build a journey log in the folder --out."""
    if blueprint is not None:
        shaping = {"--journey": journey, "--by": by, "--gap": gap, "--start": start, "--end": end, "--attr": attr,
                   "--column": column, "--weight": weight}  # fmt: skip
        designing.refuse(shaping)
        read = designing.Reading(files, step, at, tz, time_format, strict, rejects, lifecycle, id_, format_)
        designing.build(read, out, blueprint, journeys, values, json, shards)
        return
    designing.need_blueprint({"--journeys": journeys, "--values": values})
    attributes = attributes_of(attr or [])
    wanted = _wanted(attributes, [*(column or []), *filter(None, (by, weight))])
    reading = {"journey": journey, "step": step, "at": at, "columns": _columns_to_read(files, wanted), "tz": tz,
               "time_format": time_format, "strict": strict, "lifecycle": lifecycle, "format": format_}  # fmt: skip
    shape = {
        "by": by,
        "attributes": attributes,
        "columns": column,
        "boundaries": _cut(start, end, gap),
        "weight": weight,
    }
    if shards is None:
        _in_one_piece(files, out, reading | {"rejects": rejects, "id_column": id_}, shape, json)
        return
    sharding.refuse(rejects)
    sharding.build(files, out, shards, reading, shape, id_, json)


def _cut(start: list[str] | None, end: list[str] | None, gap: str | None) -> Boundaries | None:
    from trayecto.log.boundaries import Boundaries

    return Boundaries(starts=start or (), ends=end or (), gap=gap) if start or end or gap else None


def _in_one_piece(
    files: list[Path], out: Path, reading: dict[str, Any], shape: dict[str, Any], json: bool
) -> None:
    """Build and say what became of the rows."""
    import trayecto
    from trayecto.log.boundaries import check_named

    progress = sys.stderr.isatty()
    named = [str(file) for file in files] if len(files) > 1 else str(files[0])
    events = trayecto.read_events(named, progress=progress, **reading)
    output.tell_report(events.report)
    if not events.table.num_rows:
        raise EmptyLog(f"{', '.join(map(str, files))}: no event could be read, so there is nothing to build.")
    check_named(shape["boundaries"], events.table["step"].unique().to_pylist())
    log = trayecto.build(events, out, progress=progress, **shape)
    output.tell_weights(log.info())
    output.give_built(out, log, {"read": events.report.to_dict()}, json)


def attributes_of(given: list[str]) -> dict[str, Aggregate]:
    """``--attr`` values as aggregates: ``country``, ``amount:total``, ``spent=amount:total``, ``returns=pay:count``."""
    from trayecto.log import attributes

    found: dict[str, Aggregate] = {}
    for one in given:
        named, mark, rest = one.partition("=")
        text = rest if mark else one
        column, colon, kind = text.rpartition(":")
        if not colon or kind not in KINDS:
            column, kind = text, "first"
        name = named if mark else column
        if not name or not column:
            raise BadValue(f"--attr '{one}' is not of the form COLUMN, COLUMN:total or NAME=COLUMN:total.")
        if name in found:
            raise BadValue(
                f"--attr gives two attributes the name '{name}': name one, e.g. {name}_{kind}={text}."
            )
        found[name] = getattr(attributes, kind)(column)
    return found


def _wanted(attributes: dict[str, Aggregate], others: list[str]) -> list[str] | None:
    """The columns that the build names; None when a count may mean a step as well as a column."""
    if any(aggregate.kind == "count" for aggregate in attributes.values()):
        return None
    return [*(aggregate.column for aggregate in attributes.values()), *others]


def _columns_to_read(files: list[Path], wanted: list[str] | None) -> list[str] | None:
    """Only what is used, so that wide files cost no memory; None (all) when a file's columns are not known ahead."""
    from trayecto.events.exported import opened

    if wanted is not None and len(files) == 1 and opened(files[0]):
        return list(dict.fromkeys([*wanted, "channel", "person"]))
    headers = [_header(file) for file in files]
    if wanted is None or not all(headers):
        return None
    everywhere = set.intersection(*(set(header or ()) for header in headers))
    return list(dict.fromkeys([*wanted, *(name for name in USUAL if name in everywhere)]))


def _header(file: Path) -> list[str] | None:
    """The column names of a Parquet or delimited file, None for any other."""
    name = file.name.lower()
    try:
        if name.endswith(".parquet"):
            from pyarrow import parquet

            return list(parquet.read_schema(file).names)
        if re.search(r"\.(csv|tsv)(\.gz)?$", name):
            with gzip.open(file, "rb") if name.endswith(".gz") else file.open("rb") as stream:
                first = stream.readline(1_000_000).decode("utf-8-sig", errors="replace")
            return [part.strip().strip('"') for part in re.split(r"[,;\t|]", first)]
    except (OSError, ValueError, EOFError, zlib.error):
        return None  # read_events says what is wrong with it
    return None


def info(log: asked.Log, where: asked.Where = None, json: asked.Json = False) -> None:
    """What is in a journey log."""
    from trayecto.log.journeylog import JourneyLog

    opened = JourneyLog.open(log)
    facts: dict[str, Any] = opened.info().to_dict()
    if where is not None:
        narrowed = opened.where(where)
        facts["selected"] = {"journeys": narrowed.journey_count, "events": narrowed.event_count}
    if json:
        output.give_json(facts)
        return
    rows = [(name.replace("_", " "), _plain(value)) for name, value in facts.items()]
    output.table(("", ""), rows, texts=(0, 1))


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{count:,} {name}" for name, count in value.items())
    return output.shown(value)
