"""``recorrido upgrade``: the embedded database, to a newer major version of PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import typer

from recorrido.site import boot

OLD_BIN = typer.Option(
    None, help="The bin folder of the PostgreSQL that made the data, where it is not found."
)


def register(app: typer.Typer) -> None:
    app.command()(upgrade)


def upgrade(old_bin: Path | None = OLD_BIN) -> None:
    """Move the embedded database to the newest PostgreSQL found here; the old data are kept beside it."""
    import os

    from recorrido.site import postgres
    from recorrido.site.postgres.upgrade import upgrade as run

    if os.environ.get("DATABASE_URL"):
        boot.say("DATABASE_URL names a server of yours: upgrade it with its own tools. Nothing was done.")
        raise typer.Exit(2)
    done = run(postgres.place_for(boot.data_folder()), boot.say, old_folder=old_bin)
    if done is None:
        boot.say("The database is as new as the newest PostgreSQL found here: nothing to do.")
        return
    boot.say(f"The database runs on PostgreSQL {done.new} now. Next: `recorrido doctor`.")
    boot.say(
        f"The data of PostgreSQL {done.old} are kept in {done.kept}: remove that folder when you are content."
    )
