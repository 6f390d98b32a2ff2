"""Making a backup: one snapshot for the dump and for the sums it is checked against."""

from __future__ import annotations

import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import psycopg

from recorrido.shared import clock
from recorrido.site.backups import archive as archives
from recorrido.site.backups.archive import DUMP, KEY, Manifest
from recorrido.site.backups.errors import BackupError
from recorrido.site.backups.restore import check_by_restoring
from recorrido.site.backups.server import Server
from recorrido.site.backups.sums import Sums, sums_of

Tell = Callable[[str], None]
LAST = "last-backup"


def write_backup(path: Path, data: Path, tell: Tell, *, verify: bool = True) -> Manifest:
    """Write a backup of the installation to ``path`` while it goes on working.

    ``data`` is the data folder. With ``verify`` the file is restored into a scratch database and compared, row for
    row, before the call returns. Raises BackupError; then there is no file.
    """
    if path.exists():
        raise BackupError(f"{path} exists: choose another name, or remove it.")
    server = Server.of_settings()
    program = server.program("pg_dump")
    with archives.new_archive(path) as archive:
        manifest = _fill(archive, server, program, data)
    if verify:
        tell("Written. Restoring it into a scratch database to see that it is whole…")
        try:
            check_by_restoring(path, server)
        except BaseException:
            path.rename(path.with_name(f"{path.name}.failed"))
            raise
    (data / LAST).write_text(f"{manifest.made_at}\n{path}\n{'verified' if verify else 'not verified'}\n")
    return manifest


def _fill(archive: zipfile.ZipFile, server: Server, program: str, data: Path) -> Manifest:
    made_at = clock.now().isoformat(timespec="seconds")
    with server.connect() as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        snapshot = _one(connection, "SELECT pg_export_snapshot()")
        version = _one(connection, "SHOW server_version")
        sha256, length = _dump(archive, server, program, snapshot)
        sums: Sums = sums_of(connection)
    if (data / KEY).exists():
        archive.write(data / KEY, KEY)
    manifest = Manifest(made_at, version, sha256, length, sums)
    archives.write_manifest(archive, manifest)
    return manifest


def _one(connection: psycopg.Connection, statement: str) -> str:  # type: ignore[type-arg]
    row = connection.execute(statement).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return str(row[0])


def _dump(archive: zipfile.ZipFile, server: Server, program: str, snapshot: str) -> tuple[str, int]:
    command = [program, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    command += ["--no-unlogged-table-data", f"--dbname={server.database}", "--no-password"]
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=complaints,
            stdin=subprocess.DEVNULL,
            env=server.environment(),
        )
        assert process.stdout is not None
        try:
            written = archives.copy_in(archive, DUMP, process.stdout)
        except BaseException:
            process.kill()
            raise
        finally:
            process.stdout.close()
            code = process.wait()
        if code:
            complaints.seek(0)
            raise BackupError(f"pg_dump failed: {complaints.read().decode(errors='replace').strip()}")
    return written
