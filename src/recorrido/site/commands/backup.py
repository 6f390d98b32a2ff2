"""``recorrido backup`` and ``recorrido restore``."""

from __future__ import annotations

from pathlib import Path

import typer

from recorrido.site import boot


def register(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)


def backup(
    file: Path | None = typer.Argument(
        None, help="Where to write; recorrido-DATE-TIME.backup here by default."
    ),
    verify: bool = typer.Option(True, help="Restore it into a scratch database and compare every row."),
) -> None:
    """Write everything into one file, while Recorrido goes on working. Journey logs are left out: they are rebuilt."""
    boot.ready()
    from recorrido.shared import clock
    from recorrido.site.backups import write_backup

    path = file or Path(f"recorrido-{clock.now():%Y%m%d-%H%M%S}.backup")
    manifest = write_backup(path.absolute(), boot.data_folder(), boot.say, verify=verify)
    proved = "restored and compared: equal" if verify else "not checked"
    boot.say(
        f"{path}: {manifest.rows:,} rows of {len(manifest.sums)} tables, {manifest.bytes:,} bytes; {proved}."
    )
    boot.say("It holds personal data and the secret key: keep it on another machine, where few can read it.")


def restore(
    file: Path = typer.Argument(..., help="A file that `recorrido backup` wrote."),
    replace: bool = typer.Option(False, help="Put it in the place of an installation that holds events."),
    check: bool = typer.Option(
        False, help="Only restore into a scratch database, compare, and remove that again."
    ),
) -> None:
    """Put a backup in the place of this installation's data, which are kept under another name."""
    boot.ready()
    from recorrido.site.backups import restore_backup
    from recorrido.site.backups.restore import check_by_restoring
    from recorrido.site.backups.server import Server

    if check:
        manifest = check_by_restoring(file, Server.of_settings())
        boot.say(f"{file} of {manifest.made_at} is whole: {manifest.rows:,} rows, equal to what was saved.")
        return
    restored = restore_backup(file, boot.data_folder(), boot.say, replace=replace)
    boot.say(
        f"Restored {restored.manifest.rows:,} rows of {restored.manifest.made_at}, equal to what was saved."
    )
    boot.say(f"What was here before is kept as the database {restored.before}.")
    boot.say("Now run `recorrido migrate`, then `recorrido journeys build`, and start Recorrido.")
