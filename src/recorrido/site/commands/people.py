"""``recorrido people …``."""

from __future__ import annotations

import typer

from recorrido.site import boot

people = typer.Typer(help="Persons and who is who.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(people, name="people")


@people.command()
def propose(
    least: float = typer.Option(
        0.5, min=0.01, max=1.0, help="The smallest probability worth a person's time."
    ),
) -> None:
    """Look for probable matches by names, dates, places and typing errors, for staff to decide. Merges nobody."""
    boot.ready()
    from recorrido.people.matching.proposing import propose_matches

    kept = propose_matches(least=least)
    boot.say(f"{kept:,} proposals are new or changed; /people/review/ shows them.")
