"""The options of ``trayecto build``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Files = Annotated[
    list[Path],
    typer.Argument(help="CSV, Parquet, JSON lines, XES or OCEL 2.0 files.", show_default=False),
]
Out = Annotated[Path, typer.Option("--out", "-o", help="The folder to write the log to.", show_default=False)]
Journey = Annotated[str | None, typer.Option(help="Column that says whose step it is.")]
Step = Annotated[str | None, typer.Option(help="Column with the step's name.")]
At = Annotated[str | None, typer.Option(help="Column with the time.")]
By = Annotated[str | None, typer.Option(help="Another journey key: a column, or an OCEL object type.")]
Gap = Annotated[str | None, typer.Option(help="A pause longer than this ends a journey, e.g. 30d.")]
Start = Annotated[list[str] | None, typer.Option(help="A step that begins a journey.")]
End = Annotated[list[str] | None, typer.Option(help="A step that ends a journey.")]
Attr = Annotated[
    list[str] | None,
    typer.Option(help="Journey attribute: COLUMN, or NAME=COLUMN:first|last|count|total."),
]
Column = Annotated[list[str] | None, typer.Option(help="Column to keep for every event, e.g. channel.")]
Weight = Annotated[str | None, typer.Option(help="Column with the journey's weight.")]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first bad row.")]
Lifecycle = Annotated[str | None, typer.Option(help="Keep only events of this lifecycle transition.")]
Id = Annotated[str | None, typer.Option("--id", help="Column with the event's id; repeats are set aside.")]
TimeZone = Annotated[
    str | None, typer.Option(help="Time zone of times that name none, e.g. America/Santiago.")
]
TimeFormat = Annotated[str | None, typer.Option(help="Format of times that are not ISO 8601.")]
Rejects = Annotated[Path | None, typer.Option(help="Write rows that could not be read to this file.")]
Format = Annotated[str | None, typer.Option("--format", help="Format of files without a telling name.")]
Shards = Annotated[
    int | None,
    typer.Option(
        help="Build this many shards, file by file, on the engine: for more events than one machine holds.",
        show_default=False,
    ),
]
BlueprintFile = Annotated[
    Path | None,
    typer.Option(
        help="A blueprint: which step an event is, whose journeys, what they carry.", show_default=False
    ),
]
Journeys = Annotated[
    str | None, typer.Option(help="The blueprint's journey type; its default_journey when left out.")
]
ValuesFile = Annotated[
    Path | None,
    typer.Option(help="A value model, which the log keeps for questions about money.", show_default=False),
]
