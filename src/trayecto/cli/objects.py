"""``trayecto object-map``: several types of objects at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trayecto.cli import asked, output
from trayecto.errors import BadValue

Ocel = Annotated[Path, typer.Argument(help="An OCEL 2.0 file: JSON, XML or SQLite.", show_default=False)]


def object_map(
    ocel: Ocel,
    types: Annotated[
        list[str] | None,
        typer.Option("--type", help="Only objects of this type; may be repeated.", show_default=False),
    ] = None,
    least: Annotated[
        float,
        typer.Option(
            "--least", min=0.0, max=1.0, help="Only flows that this share of a type's objects take."
        ),
    ] = 0.0,
    tz: Annotated[str | None, typer.Option("--tz", help="Time zone of times that name none.")] = None,
    json: asked.Json = False,
    svg: asked.SvgFile = None,
    lang: asked.Language = "en",
    title: asked.Title = "",
) -> None:
    """The directly-follows flows of every type of object; what several objects do together counts once."""
    from trayecto.events.read import read_events
    from trayecto.objects import ObjectLog
    from trayecto.objects import ask as question

    if not ocel.exists():
        raise BadValue(f"There is no file {ocel}.")
    events = read_events(ocel, tz=tz)
    output.tell_report(events.report)
    log = ObjectLog.of_events(events)
    result = question(log, types or None)
    if least:
        result = result.only(result.types, least)
    if svg is not None:
        from trayecto import draw

        output.save(draw.object_map(result, title=title, lang=lang), svg)
    if json:
        output.give_json(result.to_dict())
    elif svg is None:
        head = f"{result.events:,} events, {sum(result.objects.values()):,} objects of {len(result.objects)} types"
        steps = [
            (one.type, one.step, one.events, one.objects, one.total, one.starts, one.ends)
            for one in result.steps
        ]
        output.table(
            ("type", "step", "events", "objects", "in all", "start", "end"), steps, head, texts=(0, 1)
        )
        print()
        flows = [
            (one.type, one.source, one.target, one.events, one.objects, one.total,
             *map(output.length, (one.seconds.mean, one.seconds.median, one.seconds.p90)))
            for one in result.flows
        ]  # fmt: skip
        headings = ("type", "from", "to", "event pairs", "objects", "in all", "mean", "median", "p90")
        output.table(headings, flows, texts=(0, 1, 2))
