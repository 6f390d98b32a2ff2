"""The machine: settings, data folder, disk, PostgreSQL's programs, backups. No database needed."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from recorrido.shared import clock
from recorrido.site.backups.dump import LAST
from recorrido.site.doctor.diagnosis import Check, Diagnosis, error, fine, warning
from recorrido.site.postgres import binaries, cluster, place_for

LITTLE_ROOM, NO_ROOM = 5e9, 5e8  # bytes
OLD_BACKUP = timedelta(days=8)


def check_program(data: Path) -> Iterator[Diagnosis]:
    from importlib.metadata import version

    yield fine(
        "program",
        f"Recorrido {version('recorrido')}, Python {platform.python_version()}, {platform.platform()}.",
    )
    if not _is_optimised():
        yield warning(
            "program",
            f"{sys.base_prefix} holds a Python that was built without optimisations: it is a fourth slower.",
            "Make the environment anew with the system's (make clean, make setup PYTHON=/usr/bin/python3), or build "
            "that one with --enable-optimizations.",
        )


def _is_optimised() -> bool:
    """Distributions optimise theirs without saying so among its options; systems that keep none count as optimised."""
    options = sysconfig.get_config_var("CONFIG_ARGS")
    return options is None or sys.base_prefix == "/usr" or "--enable-optimizations" in options


def check_data_folder(data: Path) -> Iterator[Diagnosis]:
    if not os.access(data, os.W_OK | os.X_OK):
        yield error(
            "data folder", f"{data} cannot be written.", "Give its user the folder, or set RECORRIDO_DATA."
        )
        return
    yield fine("data folder", f"{data} can be written.")
    key = data / "secret-key"
    if key.exists() and key.stat().st_mode & 0o077:
        yield warning("secret key", f"Others can read {key}.", f"chmod 600 {key}")


def check_disk(data: Path) -> Iterator[Diagnosis]:
    free = shutil.disk_usage(data).free
    sentence = f"{free / 1e9:.1f} GB are free where the data lie."
    if free < NO_ROOM:
        yield error(
            "disk", sentence, "Make room now: PostgreSQL stops when there is none. Nothing accepted is lost."
        )
    elif free < LITTLE_ROOM:
        yield warning("disk", sentence, "Make room: a rebuild of a journey log needs its size again.")
    else:
        yield fine("disk", sentence)


def check_programs_of_postgresql(data: Path) -> Iterator[Diagnosis]:
    if os.environ.get("DATABASE_URL"):
        yield fine("server", "DATABASE_URL names the database server.")
        return
    place = place_for(data)
    chosen = binaries.choose(cluster.major_of(place.cluster))
    yield fine(
        "server",
        f"Embedded, in {place.folder}, with PostgreSQL {chosen.major} ({chosen.origin}, {chosen.folder}).",
    )
    newest = max(one.major for one in binaries.candidates())
    if newest > chosen.major:
        yield warning("server", f"PostgreSQL {newest} is here too.", "recorrido upgrade")
    if kept := sorted(folder.name for folder in place.folder.glob("cluster-*")):
        yield warning(
            "server",
            f"{place.folder} keeps old data: {', '.join(kept)}.",
            "Remove them when content with the upgrade.",
        )


def check_backup(data: Path) -> Iterator[Diagnosis]:
    try:
        made_at, path, proof = (data / LAST).read_text().splitlines()[:3]
    except (FileNotFoundError, ValueError):
        yield warning(
            "backup",
            "No backup was made by `recorrido backup`.",
            "recorrido backup, every night, to another machine.",
        )
        return
    age = clock.now() - datetime.fromisoformat(made_at)
    sentence = f"The last one is {path} of {made_at} ({proof})."
    if age > OLD_BACKUP:
        yield warning("backup", sentence, "recorrido backup, every night, to another machine.")
    else:
        yield fine("backup", sentence)


CHECKS: tuple[Check, ...] = (
    check_program,
    check_data_folder,
    check_disk,
    check_programs_of_postgresql,
    check_backup,
)
