"""Restoring a backup: into a database beside ours, compared, and only then put in its place."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from psycopg import sql

from recorrido.shared import clock
from recorrido.site.backups.archive import KEY, Manifest, blocks_of, open_archive
from recorrido.site.backups.errors import BackupError
from recorrido.site.backups.server import Server, create_database, drop_database, scratch_database
from recorrido.site.backups.sums import differences, sums_of

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Restored:
    """What a restore did: the backup's manifest, and the name under which the data before it are kept."""

    manifest: Manifest
    before: str


def check_by_restoring(path: Path, server: Server) -> Manifest:
    """Restore the backup into a scratch database and compare every table. Raises BackupError."""
    with open_archive(path) as (archive, manifest), scratch_database(server) as scratch:
        _load(archive, manifest, server, scratch)
        _require_same(manifest, server, scratch)
    return manifest


def restore_backup(path: Path, data: Path, tell: Tell, *, replace: bool = False) -> Restored:
    """Put the backup in the place of the installation's database; what was there is kept under another name.

    Nobody else may be connected. Without ``replace`` only an installation without events is replaced. Journey logs
    are removed: they are rebuilt from the ledger. Raises BackupError; then nothing has changed.
    """
    server = Server.of_settings()
    with open_archive(path) as (archive, manifest):
        if not replace:
            _require_empty(server)
        _require_nobody_else(server)
        _require_no_older_server(manifest, server)
        incoming = f"{server.database[:40]}_incoming_{os.urandom(4).hex()}"
        create_database(server, incoming)
        try:
            tell(f"Restoring {manifest.rows:,} rows…")
            _load(archive, manifest, server, incoming)
            _require_same(manifest, server, incoming)
            _require_tables_we_know(server, incoming)
            before = _swap(server, incoming)
        except BaseException:
            drop_database(server, incoming)
            raise
        _take_key(archive, data)
    shutil.rmtree(data / "logs", ignore_errors=True)
    return Restored(manifest, before)


def _load(archive: ZipFile, manifest: Manifest, server: Server, database: str) -> None:
    command = [server.program("pg_restore"), "--exit-on-error", "--no-owner", "--no-privileges"]
    command += [f"--dbname={database}", "--no-password"]
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=complaints, stderr=complaints, env=server.environment()
        )
        assert process.stdin is not None
        try:
            for block in blocks_of(archive, manifest):
                process.stdin.write(block)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it ended early, and says why
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.wait():
            complaints.seek(0)
            words = complaints.read().decode(errors="replace").strip()
            raise BackupError(f"pg_restore failed: {words}")


def _require_same(manifest: Manifest, server: Server, database: str) -> None:
    with server.connect(database) as connection:
        found = differences(manifest.sums, sums_of(connection))
    if found:
        raise BackupError(f"What was restored is not what was saved: {'; '.join(found[:5])}.")


def _require_empty(server: Server) -> None:
    with server.connect() as connection:
        row = connection.execute("SELECT to_regclass('events_event')").fetchone()
        filled = row and row[0] and connection.execute("SELECT 1 FROM events_event LIMIT 1").fetchone()
    if filled:
        raise BackupError(
            "This installation holds events. To put the backup in their place, repeat the command with --replace; "
            "the present data are kept as another database."
        )


def _require_nobody_else(server: Server) -> None:
    with server.connect("postgres") as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'",
            [server.database],
        ).fetchone()
    if row and row[0]:
        raise BackupError(
            f"{row[0]} connections to the database are open: stop Recorrido (Ctrl-C, or its service) and try again."
        )


def _require_no_older_server(manifest: Manifest, server: Server) -> None:
    theirs, ours = manifest.server.partition(".")[0], server.major()
    if theirs.isdecimal() and int(theirs) > ours:
        how = "run `recorrido upgrade` first" if server.embedded else "restore into a server of that version"
        raise BackupError(
            f"The backup is of PostgreSQL {theirs} and this server is PostgreSQL {ours}: {how}."
        )


def _require_tables_we_know(server: Server, database: str) -> None:
    """An older program over newer tables would run, and write what the newer one no longer understands."""
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None, ignore_no_migrations=True)
    with server.connect(database) as connection:
        rows = connection.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
    newer = [
        f"{app}.{name}"
        for app, name in rows
        if app in loader.migrated_apps and (app, name) not in loader.disk_migrations
    ]
    if newer:
        raise BackupError(
            f"The backup was made by a newer Recorrido than this one, whose tables it does not know ({newer[-1]}): "
            "install that version, or a newer one, and restore again. Nothing was changed."
        )


def _swap(server: Server, incoming: str) -> str:
    """Rename both in one transaction; the old database keeps everything until somebody drops it."""
    before = f"{server.database[:40]}_before_{clock.now():%Y%m%d_%H%M%S}"
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with server.connect("postgres") as connection:
        connection.execute(rename.format(sql.Identifier(server.database), sql.Identifier(before)))
        connection.execute(rename.format(sql.Identifier(incoming), sql.Identifier(server.database)))
    return before


def _take_key(archive: ZipFile, data: Path) -> None:
    """The key that signs sessions and links goes with the data it signed."""
    if KEY not in archive.namelist() or os.environ.get("RECORRIDO_SECRET_KEY"):
        return
    scratch = data / f"{KEY}.new"
    with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as handle:
        handle.write(archive.read(KEY))
    scratch.rename(data / KEY)
