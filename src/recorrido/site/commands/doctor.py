"""``recorrido doctor``: one page of checks, with what to do."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import typer

from recorrido.site import boot

SIGNS = {"fine": "[green]✓[/]", "warning": "[yellow]![/]", "error": "[red]✗[/]"}


def register(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(as_json: bool = typer.Option(False, "--json", help="A list of objects, for programs.")) -> None:
    """Look at everything that can be wrong with this installation and say what to do. Changes nothing."""
    try:
        boot.start_database()
    except Exception as problem:
        boot.say(str(problem))  # the page below says what depends on it
    boot.setup()
    from recorrido.site.doctor import State, examine

    found = list(examine(boot.data_folder()))
    if as_json:
        sys.stdout.write(
            json.dumps([asdict(diagnosis) for diagnosis in found], ensure_ascii=False, indent=1) + "\n"
        )
    else:
        _show(found)
    if any(diagnosis.state is State.ERROR for diagnosis in found):
        raise typer.Exit(1)


def _show(found: list) -> None:  # type: ignore[type-arg]
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    for diagnosis in found:
        words = escape(diagnosis.sentence) + (
            f"\n[bold]→ {escape(diagnosis.remedy)}[/]" if diagnosis.remedy else ""
        )
        table.add_row(SIGNS[diagnosis.state], diagnosis.name, words)
    Console().print(table)
    problems = sum(diagnosis.state != "fine" for diagnosis in found)
    Console().print(
        f"{len(found)} lines, {problems} to look at." if problems else f"{len(found)} lines, all fine."
    )
