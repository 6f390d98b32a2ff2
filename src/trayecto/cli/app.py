"""The command's frame: its subcommands, and one sentence on stderr with exit code 2 for what a user gets wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from trayecto.cli import (
    align,
    bpmn,
    building,
    changes,
    comparing,
    contacts,
    demand,
    deviations,
    drivers,
    findings,
    gates,
    leaving,
    objects,
    questions,
    regular,
    sequences,
    whatif,
)
from trayecto.engine import checked
from trayecto.errors import TrayectoError, did_you_mean

COMMANDS = {
    "build": building.build,
    "info": building.info,
    "map": sequences.map_,
    "variants": sequences.variants,
    "funnel": sequences.funnel,
    "durations": questions.durations,
    "dropoff": questions.dropoff,
    "rework": questions.rework,
    "volume": questions.volume,
    "delays": questions.delays,
    "align": align.align,
    "gates": gates.gates,
    "regular": regular.regular,
    "leaving": leaving.leaving,
    "deviations": deviations.deviations,
    "bpmn-export": bpmn.export,
    "bpmn-import": bpmn.import_,
    "failure-demand": demand.failure_demand,
    "findings": findings.findings,
    "contacts": contacts.contacts,
    "advice": contacts.advice,
    "profit": contacts.profit,
    "drivers": drivers.drivers,
    "changes": changes.changes,
    "what-if": whatif.what_if,
    "object-map": objects.object_map,
    "cohorts": comparing.cohorts,
    "compare": comparing.compare,
    "sankey": comparing.sankey,
}

app = typer.Typer(
    name="trayecto",
    help="Journey analytics: build a journey log from events, then ask it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for name, command in COMMANDS.items():
    app.command(name)(command)  # type: ignore[type-var]


def _show_version(wanted: bool) -> None:
    if wanted:
        try:
            number = version("recorrido")
        except PackageNotFoundError:
            number = "unknown"
        print(f"trayecto {number}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave."),
    ] = False,
    engine: Annotated[
        str | None,
        typer.Option(
            help="What counts: local, ray or ray://HOST:PORT; default: TRAYECTO_ENGINE, else local.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Journey analytics: build a journey log from events, then ask it."""
    if engine is not None:
        os.environ["TRAYECTO_ENGINE"] = checked(engine)


def run(arguments: Sequence[str] | None = None) -> None:
    """Runs the command and leaves the process with its exit code."""
    sys.exit(code_of(arguments))


def code_of(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; 0 is success, 2 a mistake of the user, 130 an interruption."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _code(app(given, standalone_mode=False))
    except TrayectoError as error:
        return _refuse(str(error))
    except typer.BadParameter as error:
        return _refuse(error.format_message())
    except typer.Abort:
        return 130
    except BrokenPipeError:
        # The reader (head, less) has left; Python would complain once more while closing stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        return _refuse(_usage(error.format_message(), given))


def _code(result: object) -> int:
    return result if isinstance(result, int) else 0


def _usage(message: str, given: Sequence[str]) -> str:
    """What the argument parser says, with the nearest command when there is none of this name."""
    if message.startswith("No such command") and given and "Did you mean" not in message:
        message += did_you_mean(given[0], COMMANDS)
    return " ".join(message.split())


def _refuse(message: str) -> int:
    print(f"trayecto: {' '.join(message.split())}", file=sys.stderr)
    return 2
