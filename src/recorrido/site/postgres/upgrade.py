"""Moving the cluster to a newer major version of PostgreSQL, with pg_upgrade, into a copy; the old one is kept."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from recorrido.site.postgres import binaries as programs
from recorrido.site.postgres import cluster as clusters
from recorrido.site.postgres import pidfile, server
from recorrido.site.postgres.binaries import Binaries
from recorrido.site.postgres.errors import PostgresError
from recorrido.site.postgres.place import Place

Tell = Callable[[str], None]
ROOM = 1.1  # of the cluster's size: what a copy and its logs need
STATISTICS_MOVE_SINCE = (
    18  # older targets start with no statistics, and plan every query as if tables were empty
)


@dataclass(frozen=True)
class Upgraded:
    """From which version to which, and where the old cluster lies."""

    old: int
    new: int
    kept: Path


def upgrade(place: Place, tell: Tell, *, old_folder: Path | None = None) -> Upgraded | None:
    """Upgrade the stopped server of ``place`` to the newest binaries found; None where it is as new as they are.

    ``old_folder`` names the binaries of the present version, where they are not found by themselves. The server is
    stopped first; nobody else may be connected. A failure at any point leaves the old cluster in its place.
    Raises PostgresError.
    """
    old, new = _versions(place, old_folder)
    if new.major <= old.major:
        return None
    _require_room(place)
    _shut_down(place, tell)
    with server.locked(place):
        old, new = clusters.readable(old, place), clusters.readable(new, place)
        tell(
            f"Copying the data of PostgreSQL {old.major} to PostgreSQL {new.major}; the old ones stay as they are."
        )
        _copy(place, old, new)
        kept = clusters.put_in_place(place, old.major)
    server.ensure_running(place, tell)
    _gather_statistics(place, new)
    return Upgraded(old.major, new.major, kept)


def _versions(place: Place, old_folder: Path | None) -> tuple[Binaries, Binaries]:
    major = clusters.major_of(place.cluster)
    if major is None:
        raise PostgresError(f"There is no database in {place.folder} yet: nothing to upgrade.")
    found = programs.candidates()
    newest = max(found, key=lambda one: one.major, default=None)
    if newest is None or newest.major <= major:
        found_major = newest.major if newest else major
        return Binaries(place.cluster, major, "cluster"), Binaries(place.cluster, min(found_major, major), "")
    return _old_binaries(major, old_folder), newest


def _old_binaries(major: int, folder: Path | None) -> Binaries:
    everywhere = [programs.inspect(folder, "--old-bin")] if folder else programs.everywhere()
    for one in everywhere:
        if one and one.major == major:
            return one
    raise PostgresError(
        f"pg_upgrade also needs the programs of PostgreSQL {major}, which made the data: install postgresql-{major}, "
        "or name their folder with --old-bin. (Or restore a backup into a new data folder.)"
    )


def _require_room(place: Place) -> None:
    needed = ROOM * sum(file.stat().st_size for file in place.cluster.rglob("*") if file.is_file())
    free = shutil.disk_usage(place.folder).free
    if free < needed:
        raise PostgresError(
            f"The upgrade copies the data: it needs {needed / 1e9:.1f} GB in {place.folder}, and {free / 1e9:.1f} GB are free."
        )


def _shut_down(place: Place, tell: Tell) -> None:
    """Cleanly: pg_upgrade takes no cluster that was killed, so such a one is started once more."""
    if pidfile.was_killed(place.cluster):
        server.ensure_running(place, tell)
    if server.is_running(place) and (others := _others(place)):
        raise PostgresError(f"{others} connections to the database are open: stop Recorrido first.")
    server.stop(place)


def _others(place: Place) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    with psycopg.connect(host=str(place.sockets), user=clusters.USER, dbname="postgres") as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _copy(place: Place, old: Binaries, new: Binaries) -> None:
    scratch = clusters.empty_cluster(place, new)
    command = [new.program("pg_upgrade"), "--username", clusters.USER, "--socketdir", str(place.sockets)]
    command += ["--old-bindir", str(old.folder), "--new-bindir", str(new.folder)]
    command += ["--old-datadir", str(place.cluster), "--new-datadir", str(scratch)]
    with open(place.folder / "upgrade.log", "wb") as log:
        code = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=False,
            **clusters.as_server_user(place),
        ).returncode
    (place.folder / "delete_old_cluster.sh").unlink(missing_ok=True)
    if code:
        shutil.rmtree(scratch, ignore_errors=True)
        raise PostgresError(
            f"pg_upgrade refused; the data are as they were. {_reason(place.folder / 'upgrade.log')}"
        )
    scratch.rename(clusters.upgraded_folder(place))


def _reason(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return f"The end of {log}:\n" + "\n".join(lines[-12:])


def _gather_statistics(place: Place, new: Binaries) -> None:
    command = [
        new.program("vacuumdb"),
        "--all",
        "--analyze-in-stages",
        "--quiet",
        "--username",
        clusters.USER,
    ]
    command += ["--host", str(place.sockets)]
    if new.major >= STATISTICS_MOVE_SINCE:
        command.append("--missing-stats-only")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    subprocess.run(command, check=False, env=environment)
