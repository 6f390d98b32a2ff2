"""``trayecto align``: how near journeys come to the path that a blueprint designed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trayecto.cli import asked, output

if TYPE_CHECKING:
    from trayecto.blueprint import Blueprint, JourneyType
    from trayecto.log.journeylog import JourneyLog
    from trayecto.questions.alignments import AlignmentsResult

SHOWN = 15
SIGNS = {"together": "", "inserted": "+", "skipped": "−"}


BlueprintFile = Annotated[
    Path | None,
    typer.Option(
        "--blueprint", help="The blueprint; default: the one the log was built by.", show_default=False
    ),
]
Journeys = Annotated[
    str | None,
    typer.Option("--journeys", help="Journey type of the blueprint; default: the log's, else its first."),
]


def align(
    log: asked.Log,
    blueprint: BlueprintFile = None,
    journeys: Journeys = None,
    where: asked.Where = None,
    top: Annotated[int, typer.Option(min=1, help="So many variants in the table; JSON has all.")] = SHOWN,
    json: asked.Json = False,
) -> None:
    """Every variant beside the designed path: what was skipped, and what was done besides."""
    from trayecto.designed import align as ask

    opened = asked.open_log(log, where)
    result = ask(opened, *design_of(opened, blueprint, journeys))
    if json:
        output.give_json(result.to_dict())
        return
    _show(result, top)


def design_of(log: JourneyLog, file: Path | None, journeys: str | None) -> tuple[Blueprint, JourneyType]:
    """The design that a command speaks of: that of the file, else the one the log was built by."""
    from trayecto.blueprint import load_blueprint
    from trayecto.designed import blueprint_of, journey_type_of

    if file is None:
        blueprint, built = blueprint_of(log)
        return blueprint, journey_type_of(blueprint, journeys or built.slug)
    blueprint = load_blueprint(file)
    built_as = log.texts.get("journeys")
    return blueprint, journey_type_of(
        blueprint, journeys or (built_as if built_as in blueprint.journeys else None)
    )


def _show(result: AlignmentsResult, top: int) -> None:
    share = result.fitting / result.journeys if result.journeys else 1.0
    head = f"Fitness {result.fitness:.3f}; {result.fitting:,} of {result.journeys:,} journeys ({share:.1%}) go as designed"
    deviations = [(one.step, one.skipped, one.inserted, one.out_of_order) for one in result.steps]
    output.table(("step", "skipped", "inserted", "out of order"), deviations, head)
    shown = [result.variant(place) for place in range(min(top, len(result.table)))]
    rows = [
        (" ".join(SIGNS[move.kind] + move.step for move in one.moves), one.journeys, f"{one.cost:g}")
        for one in shown
    ]
    output.table(("variant (+ done besides, − skipped)", "journeys", "cost"), rows)
