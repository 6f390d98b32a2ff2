"""``recorrido export``: the ledger's events to a shared folder or an object store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from recorrido.site import boot

if TYPE_CHECKING:
    from recorrido.journeys.exporting.models import EventExport


def register(app: typer.Typer) -> None:
    app.command("export")(export)


def export(
    destination: Annotated[
        str, typer.Argument(help="A folder, or s3://bucket/path; RECORRIDO_EXPORT when left out.")
    ] = "",
) -> None:
    """Write the ledger's events as Parquet, or bring what was written up to date: new events, merges, erasures."""
    boot.ready()
    from pathlib import Path

    from django.conf import settings

    from recorrido.journeys.exporting.actions import export_events
    from recorrido.journeys.exporting.errors import ExportError
    from recorrido.shared.aside import stand_back

    place = destination or settings.RECORRIDO_EXPORT
    if not place:
        boot.say("Say where to: recorrido export FOLDER, or set RECORRIDO_EXPORT.")
        raise typer.Exit(2)
    place = place.rstrip("/") if "://" in place else str(Path(place).absolute())
    stand_back()
    try:
        with typer.progressbar(
            length=100, label="Exporting events", file=typer.get_text_stream("stderr")
        ) as bar:
            run = export_events(destination=place, tell=lambda run: bar.update(max(0, run.percent - bar.pos)))
    except ExportError as error:
        boot.say(str(error))
        raise typer.Exit(2) from None
    boot.say(_told(place, run))


def _told(place: str, run: EventExport | None) -> str:
    if run is None:
        return f"{place} is up to date."
    anew = f", {run.rewritten:,} files written anew" if run.rewritten else ""
    return (
        f"{place}: {run.events:,} events added{anew}; {run.rows:,} events, {run.bytes:,} bytes in all, "
        f"in {run.seconds:.1f} s."
    )
