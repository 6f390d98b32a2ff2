"""What goes where: results to stdout (JSON alone, or tables), everything else to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trayecto.errors import BadValue

if TYPE_CHECKING:
    from trayecto.draw import Svg
    from trayecto.events.table import ReadReport
    from trayecto.log.info import LogInfo
    from trayecto.log.journeylog import JourneyLog


def note(sentence: str) -> None:
    """A remark for the person at the terminal."""
    print(sentence, file=sys.stderr)


def give_json(facts: dict[str, Any] | list[dict[str, Any]]) -> None:
    json.dump(facts, sys.stdout, ensure_ascii=False, separators=(",", ":"))
    sys.stdout.write("\n")
    sys.stdout.flush()


def save(picture: Svg, target: Path) -> None:
    """Writes a picture; BadValue says why it cannot be written."""
    try:
        picture.save(target)
    except OSError as error:
        raise BadValue(f"Cannot write the picture {target}: {error.strerror or error}.") from error
    note(f"Wrote {target}")


def table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], title: str = "", texts: Sequence[int] = (0,)
) -> None:
    """A table on stdout; ``texts`` are the columns that hold words, the others hold figures."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    drawn = Table(box=None, pad_edge=False)
    for place, heading in enumerate(headings):
        drawn.add_column(
            heading, justify="left" if place in texts else "right", overflow="fold", header_style="dim"
        )
    for row in rows:
        drawn.add_row(*(Text(shown(value)) for value in row))
    if title:
        console.print(Text(title, style="bold"))
    console.print(drawn)


def shown(value: object) -> str:
    """A value as people read it; floats are taken as shares."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{100 * value:.1f}%"
    return str(value)


def length(seconds: float | None) -> str:
    """Seconds as a length of time: 3d 4h."""
    if seconds is None:
        return "–"
    from trayecto.units import SECOND, format_duration

    return format_duration(seconds * SECOND) if seconds >= 1 or seconds == 0 else f"{seconds:.3g}s"


def weight(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def tell_report(report: ReadReport) -> None:
    """What became of the rows, on stderr."""
    for sentence in (*report.notes, *report.warnings):
        note(sentence)
    if report.rejected or report.duplicates:
        note(
            f"{report.rejected:,} of {report.rows_read:,} rows could not be read and {report.duplicates:,} repeat an id"
            + (
                f"; they are in {report.rejects_path}."
                if report.rejects_path
                else "; --rejects FILE keeps them."
            )
        )
        for reject in report.first_rejects[:3]:
            note(f"  {reject}")


def tell_weights(info: LogInfo) -> None:
    if info.weights_differ:
        note(
            f"{info.weights_differ:,} of {info.journeys:,} journeys have events with different weights: "
            "the first of each counts."
        )


def give_built(
    out: Path, log: JourneyLog, told: dict[str, Any], json: bool, shards: int | None = None
) -> None:
    """What was built: its facts and ``told`` as JSON, else a sentence."""
    if json:
        give_json({"log": log.info().to_dict()} | told)
        return
    count = f"{log.total_journeys:,} journeys, {log.total_events:,} events, {len(log.steps):,} steps"
    print(f"{out}: {count}" + ("" if shards is None else f", {shards:,} shards"))
