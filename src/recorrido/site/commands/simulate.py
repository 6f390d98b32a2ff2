"""``recorrido simulate``: a retailer whose truth is known, written as files."""

from __future__ import annotations

from pathlib import Path

import typer

from recorrido.site import boot


def register(app: typer.Typer) -> None:
    app.command()(simulate)


def simulate(
    scenario: str = typer.Option(
        ..., help="A scenario file, or one of: aromo, b2b, calm, electro, moda, one_fault, tarde."
    ),
    out: Path = typer.Option(..., help="The folder for events.jsonl and truth.json."),
    without: list[str] = typer.Option([], metavar="FAULT", help="Leave this fault out (may be repeated)."),
    customers: int | None = typer.Option(None, min=1, help="How many customers, instead of the scenario's."),
    months: int | None = typer.Option(
        None, min=1, max=60, help="How many months, instead of the scenario's."
    ),
    seed: int | None = typer.Option(None, min=0, help="Another seed: another run of the same scenario."),
    gz: bool = typer.Option(False, "--gz", help="Compress the events (events.jsonl.gz)."),
) -> None:
    """Simulate a company from a scenario file: its events, and what each planted fault costs it."""
    from rich.console import Console
    from rich.progress import Progress

    from recorrido.simulator.errors import SimulatorError
    from recorrido.simulator.parsing import load_scenario
    from recorrido.simulator.scenario import resized
    from recorrido.simulator.writer import write_run

    try:
        chosen = resized(load_scenario(scenario), customers=customers, months=months, seed=seed)
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(f"Simulating {chosen.name}", total=None)
            report = write_run(
                scenario=chosen,
                out=out,
                without=without,
                compress=gz,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
    except SimulatorError as error:
        boot.say(str(error))
        raise typer.Exit(2) from None
    boot.say(
        f"{report.events:,} events in {report.events_path}; what the faults cost in {report.truth_path}."
    )
