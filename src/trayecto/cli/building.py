"""``trayecto build`` and ``trayecto info``."""

from __future__ import annotations

import gzip
import re
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trayecto.cli import asked, output
from trayecto.errors import BadValue, EmptyLog, UnknownStep, did_you_mean

if TYPE_CHECKING:
    from trayecto.events.table import Events, ReadReport
    from trayecto.log.attributes import Aggregate
    from trayecto.log.info import LogInfo

KINDS = ("first", "last", "count", "total")
USUAL = ("channel", "owner", "person")


def build(
    files: Annotated[
        list[Path],
        typer.Argument(help="CSV, Parquet, JSON lines, XES or OCEL 2.0 files.", show_default=False),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The folder to write the log to.", show_default=False)
    ],
    journey: Annotated[str | None, typer.Option(help="Column that says whose step it is.")] = None,
    step: Annotated[str | None, typer.Option(help="Column with the step's name.")] = None,
    at: Annotated[str | None, typer.Option(help="Column with the time.")] = None,
    by: Annotated[
        str | None, typer.Option(help="Another journey key: a column, or an OCEL object type.")
    ] = None,
    gap: Annotated[
        str | None, typer.Option(help="A pause longer than this ends a journey, e.g. 30d.")
    ] = None,
    start: Annotated[list[str] | None, typer.Option(help="A step that begins a journey.")] = None,
    end: Annotated[list[str] | None, typer.Option(help="A step that ends a journey.")] = None,
    attr: Annotated[
        list[str] | None,
        typer.Option(help="Journey attribute: COLUMN, or NAME=COLUMN:first|last|count|total."),
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="Column to keep for every event, e.g. channel.")
    ] = None,
    weight: Annotated[str | None, typer.Option(help="Column with the journey's weight.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first bad row.")] = False,
    lifecycle: Annotated[
        str | None, typer.Option(help="Keep only events of this lifecycle transition.")
    ] = None,
    id_: Annotated[
        str | None, typer.Option("--id", help="Column with the event's id; repeats are set aside.")
    ] = None,
    tz: Annotated[
        str | None, typer.Option(help="Time zone of times that name none, e.g. America/Santiago.")
    ] = None,
    time_format: Annotated[str | None, typer.Option(help="Format of times that are not ISO 8601.")] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="Write rows that could not be read to this file.")
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", help="Format of files without a telling name.")
    ] = None,
    json: asked.Json = False,
) -> None:
    """Read events from FILES and build a journey log in the folder --out."""
    import trayecto

    attributes = attributes_of(attr or [])
    progress = sys.stderr.isatty()
    wanted = _wanted(attributes, [*(column or []), *filter(None, (by, weight))])
    events = trayecto.read_events(
        [str(file) for file in files] if len(files) > 1 else str(files[0]),
        journey=journey,
        step=step,
        at=at,
        columns=_columns_to_read(files, wanted),
        tz=tz,
        time_format=time_format,
        strict=strict,
        rejects=rejects,
        lifecycle=lifecycle,
        id_column=id_,
        format=format_,
        progress=progress,
    )
    _tell(events.report)
    if not events.table.num_rows:
        raise EmptyLog(f"{', '.join(map(str, files))}: no event could be read, so there is nothing to build.")
    _check_steps([*(start or []), *(end or [])], events)
    cut = trayecto.Boundaries(starts=start or (), ends=end or (), gap=gap) if start or end or gap else None
    log = trayecto.build(
        events,
        out,
        by=by,
        attributes=attributes,
        columns=column,
        boundaries=cut,
        weight=weight,
        progress=progress,
    )
    _tell_weights(log.info())
    facts = {"log": log.info().to_dict(), "read": events.report.to_dict()}
    if json:
        output.give_json(facts)
    else:
        print(
            f"{out}: {log.total_journeys:,} journeys, {log.total_events:,} events, {len(log.steps):,} steps"
        )


def _check_steps(named: list[str], events: Events) -> None:
    """UnknownStep when a boundary names a step that no event has."""
    import pyarrow.compute as pc

    known = pc.unique(events.table["step"]).to_pylist() if named else []
    for step in named:
        if step not in known:
            raise UnknownStep(f"The events have no step '{step}'.{did_you_mean(step, known)}")


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


def _tell(report: ReadReport) -> None:
    """What became of the rows, on stderr."""
    for sentence in (*report.notes, *report.warnings):
        output.note(sentence)
    if report.rejected or report.duplicates:
        output.note(
            f"{report.rejected:,} of {report.rows_read:,} rows could not be read and {report.duplicates:,} repeat an id"
            + (
                f"; they are in {report.rejects_path}."
                if report.rejects_path
                else "; --rejects FILE keeps them."
            )
        )
        for reject in report.first_rejects[:3]:
            output.note(f"  {reject}")


def _tell_weights(info: LogInfo) -> None:
    if info.weights_differ:
        output.note(
            f"{info.weights_differ:,} of {info.journeys:,} journeys have events with different weights: "
            "the first of each counts."
        )


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
