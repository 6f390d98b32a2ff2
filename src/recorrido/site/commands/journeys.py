"""``recorrido journeys install|values|build|list``: the design of the journeys, what things are worth, and their logs."""

from __future__ import annotations

from pathlib import Path

import typer

from recorrido.site import boot

journeys = typer.Typer(help="Blueprints and journey logs.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(journeys, name="journeys")


@journeys.command()
def install(
    blueprint: str = typer.Argument(help="A YAML file, or a shipped blueprint: aromo, olist, starter."),
) -> None:
    """Put a blueprint in force."""
    boot.ready()
    from recorrido.journeys.actions import install_blueprint
    from recorrido.journeys.blueprint import find_blueprint
    from recorrido.journeys.errors import JourneysError

    try:
        path = find_blueprint(blueprint)
        version = install_blueprint(source=path.read_text(encoding="utf-8"), file_name=path.name, actor=None)
    except UnicodeDecodeError:
        boot.say(f"{blueprint} is not written in UTF-8: save it so.")
        raise typer.Exit(2) from None
    except (JourneysError, OSError) as error:
        raise _stopped(error) from None
    boot.say(f"In force: blueprint {version}. Now run: recorrido journeys build")


@journeys.command()
def values(
    file: Path = typer.Argument(None, help="A YAML file (docs/values.md); left out: print what is in force."),
) -> None:
    """Say what things are worth, or see what was said."""
    boot.ready()
    from recorrido.journeys.actions import install_values
    from recorrido.journeys.errors import JourneysError
    from recorrido.journeys.queries import values_in_force

    if file is None:
        in_force = values_in_force()
        if in_force is None:
            raise _stopped(
                Exception("Nobody has said yet what things are worth: recorrido journeys values FILE")
            )
        print(in_force.source, end="")
        return
    try:
        version = install_values(source=file.read_text(encoding="utf-8"), file_name=file.name, actor=None)
    except UnicodeDecodeError:
        boot.say(f"{file} is not written in UTF-8: save it so.")
        raise typer.Exit(2) from None
    except (JourneysError, OSError) as error:
        raise _stopped(error) from None
    boot.say(f"In force: version {version} of what things are worth. Figures of money follow within minutes.")


@journeys.command()
def build(
    journey_type: str = typer.Argument(
        "", help="A journey type of the blueprint; all of them when left out."
    ),
) -> None:
    """Build the journey logs from the ledger."""
    boot.ready()
    from recorrido.journeys.actions import build_now
    from recorrido.journeys.errors import JourneysError
    from recorrido.journeys.queries import journey_types
    from recorrido.shared.aside import stand_back

    stand_back()
    try:
        slugs = [journey_type] if journey_type else [state.journey_type.slug for state in journey_types()]
    except JourneysError as error:
        raise _stopped(error) from None
    failed = [slug for slug in slugs if not _built(build_now, slug, JourneysError)]
    raise typer.Exit(2 if failed else 0)


def _built(build_now, slug: str, expected: type[Exception]) -> bool:  # type: ignore[no-untyped-def]
    try:
        done = build_now(journey_type=slug, actor=None)
    except expected as error:
        boot.say(f"{slug}: {error}")
        return False
    boot.say(f"{slug}: {done.journeys:,} journeys of {done.events_used:,} steps in {done.seconds:.1f} s.")
    if done.events_without_key:
        boot.say(f"  {done.events_without_key:,} events belong to no journey of this type.")
    if done.events_left_out:
        boot.say(f"  {done.events_left_out:,} events are left out of this type by the blueprint.")
    for entry in done.unmatched:
        place = f"{entry['type']} ({entry['channel'] or 'no channel'})"
        boot.say(f"  {entry['events']:,} events {place} fit no touchpoint of the blueprint.")
    _tell_weights(slug)
    return True


def _tell_weights(slug: str) -> None:
    from recorrido.journeys.queries import open_study

    differ = open_study(slug).weights_differ
    if differ:
        boot.say(f"  {differ:,} journeys have events with different weights: the first of each counts.")


@journeys.command("list")
def list_() -> None:
    """Say which journey types there are, and how fresh their logs."""
    boot.ready()
    from recorrido.journeys.errors import JourneysError
    from recorrido.journeys.queries import journey_types

    try:
        states = journey_types()
    except JourneysError as error:
        raise _stopped(error) from None
    for state in states:
        done = state.newest
        told = (
            f"{done.journeys:,} journeys, built {done.finished_at:%Y-%m-%d %H:%M} UTC"
            if done
            else "never built"
        )
        print(f"{state.journey_type.slug}\t{state.journey_type.label.en}\t{told}")


def _stopped(error: Exception) -> typer.Exit:
    boot.say(str(error))
    return typer.Exit(2)
