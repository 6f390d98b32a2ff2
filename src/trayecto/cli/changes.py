"""``trayecto changes``: since when a step takes longer, happens more often, fails more often."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trayecto.cli import asked, output

if TYPE_CHECKING:
    from trayecto.changes.ask import Change


def changes(
    log: asked.Log,
    calendar: Annotated[
        Path | None,
        typer.Option(
            "--calendar", help="YAML file with dates and what was changed: '2026-09-22: New release'."
        ),
    ] = None,
    where: asked.Where = None,
    json: asked.Json = False,
) -> None:
    """When each step's time, volume or failures changed, and what in the calendar stands nearest."""
    from trayecto.changes import changes as ask
    from trayecto.changes import read_calendar

    result = ask(asked.open_log(log, where), read_calendar(calendar) if calendar else ())
    if json:
        output.give_json(result.to_dict())
        return
    output.table(
        ("step", "measure", "since", "between", "before", "after", "nearest in the calendar"),
        [_row(one) for one in result.changes],
        f"{len(result.changes)} changes in {result.tested} series of {result.days} days",
        texts=(0, 1, 6),
    )


def _row(one: Change) -> tuple[object, ...]:
    between = f"{one.earliest} … {one.latest}"
    near = f"{one.nearest.date} {one.nearest.label}" if one.nearest else None
    said = one.measure + (" (as all journeys)" if one.with_all else "")
    return (
        one.step or "all journeys",
        said,
        one.since,
        between,
        _level(one, one.before),
        _level(one, one.after),
        near,
    )


def _level(one: Change, value: float | None) -> str:
    if value is None:
        return "never"
    if one.unit == "seconds":
        return output.length(value)
    return f"{value:.1%}" if one.unit == "share" else f"{value:,.1f}"
