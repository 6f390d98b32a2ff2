"""``trayecto what-if``: what a change would make of a log's time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trayecto.cli import asked, output
from trayecto.errors import UnreadableFile

if TYPE_CHECKING:
    from trayecto.whatif import Outcome


def what_if(
    log: asked.Log,
    change: Annotated[
        Path, typer.Option("--change", help="YAML or JSON file with the changes.", show_default=False)
    ],
    where: asked.Where = None,
    draws: Annotated[int, typer.Option(min=20, help="How often persons are drawn for the interval.")] = 400,
    json: asked.Json = False,
) -> None:
    """What a change would have made of orders, contacts, money and times, with 90 % intervals."""
    from trayecto.whatif import read_changes
    from trayecto.whatif import what_if as ask

    try:
        text = change.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{change.name} cannot be read as text: {error}") from error
    result = ask(asked.open_log(log, where), read_changes(text), draws=draws)
    if json:
        output.give_json(result.to_dict())
        return
    rows = [_row(one) for one in result.outcomes]
    output.table(("outcome", "before", "after", "change", "90 %"), rows, "Over the whole time of the log")
    for note in result.notes:
        output.note(note.text)
    for line in result.lines:
        total = line.total.expected
        output.note(
            f"{line.what}: {line.quantity.expected:,.0f} × {line.each.expected:,.4g} = {total:,.0f} {result.currency}"
        )


def _row(one: Outcome) -> tuple[str, str, str, str, str]:
    """Totals whole, days with two places, shares in points."""
    scale, places = (100, 2) if one.name.startswith("late:") else (1, 2 if ":" in one.name else 0)
    unit = " %" if scale == 100 else ""

    def told(value: float, sign: str = "") -> str:
        return f"{value * scale:{sign},.{places}f}{unit}"

    effect = one.effect
    between = f"{told(effect.low, '+')} … {told(effect.high, '+')}"
    return one.name, told(one.before), told(one.after), told(effect.expected, "+"), between
