"""What all questions share: opening the log, narrowing it, and their common options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trayecto.cli import output
from trayecto.errors import BadValue, EmptyLog, did_you_mean

if TYPE_CHECKING:
    from trayecto.log.journeylog import JourneyLog

Log = Annotated[
    Path, typer.Argument(help="The journey log folder that `trayecto build` wrote.", show_default=False)
]
Where = Annotated[
    str | None,
    typer.Option("--where", help="Only journeys that meet this, e.g. \"has('pay') and country = 'CL'\"."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
SvgFile = Annotated[Path | None, typer.Option("--svg", help="Write a picture to this file.")]
Language = Annotated[str, typer.Option("--lang", help="Language of the picture: en or es.")]
Title = Annotated[str, typer.Option("--title", help="Title of the picture.")]


def open_log(path: Path, where: str | None) -> JourneyLog:
    """The log, narrowed; EmptyLog when there is nothing in it to ask."""
    from trayecto.log.journeylog import JourneyLog

    log = JourneyLog.open(path)
    if not log.total_journeys:
        raise EmptyLog(f"The journey log {path} is empty: it holds no journey to ask about.")
    if where is None:
        return log
    narrowed = log.where(where)
    if not narrowed.journey_count:
        output.note("No journey meets --where; all figures are zero.")
    return narrowed


def pairs(given: list[str], option: str) -> dict[str, str]:
    """``NAME=VALUE`` options as a mapping; the last = divides, so that names may hold one."""
    found = {}
    for one in given:
        name, mark, value = one.rpartition("=")
        if not mark or not name or not value:
            raise BadValue(f"{option} '{one}' is not of the form STEP=VALUE.")
        found[name] = value
    return found


def choice(value: str, known: tuple[str, ...], option: str) -> str:
    """The value, if it is one of the known ones."""
    if value not in known:
        hint = did_you_mean(value, known)
        raise BadValue(f"{option} '{value}' is unknown; it is one of {', '.join(known)}.{hint}")
    return value
