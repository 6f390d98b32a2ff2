"""``recorrido migrate``, ``recorrido django …`` and ``recorrido database …``."""

from __future__ import annotations

import typer

from recorrido.site import boot
from recorrido.site.commands import serve

database = typer.Typer(help="The embedded database.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.command()(migrate)
    passthrough = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
    app.command("django", context_settings=passthrough)(django)
    app.add_typer(database, name="database")


def migrate() -> None:
    """Bring the database's tables up to date."""
    boot.ready()
    with serve.one_start_at_a_time():
        serve.migrate(verbosity=1)


def django(context: typer.Context) -> None:
    """Run one of Django's own commands, such as makemigrations or shell."""
    boot.ready()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["recorrido django", *context.args])


@database.command()
def start() -> None:
    """Start the embedded server and leave it running."""
    started = boot.start_database()
    boot.say("Started." if started else "It was running, or DATABASE_URL names another server.")


@database.command()
def stop() -> None:
    """Stop the embedded server."""
    from recorrido.site import postgres

    stopped = postgres.stop(postgres.place_for(boot.data_folder()))
    boot.say("Stopped." if stopped else "It was not running.")


@database.command()
def shell() -> None:
    """Open psql on the database."""
    boot.ready()
    from django.core.management import call_command

    call_command("dbshell")
