"""Is the process that ``postmaster.pid`` names really our server?

After a crash the number may belong to another program: we start anyway and touch nobody.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SHUT_DOWN, SHUT_DOWN_IN_RECOVERY = 1, 2  # of PostgreSQL's DBState


def live_postmaster(cluster: Path) -> int | None:
    """The number of the running server of ``cluster``; None where it is dead, a zombie or someone else's."""
    pid = _recorded_pid(cluster)
    if pid is None or not _serves(pid, cluster):
        return None
    return pid


def was_killed(cluster: Path) -> bool:
    """Whether the server ended without being stopped by anyone: killed, crashed, or given up in its recovery.

    One that could not recover, on a full disk say, takes its pid file along as one that was stopped does: the
    cluster's own record of its state tells them apart.
    """
    if live_postmaster(cluster) is not None:
        return False
    return _file(cluster).exists() or not _was_shut_down(cluster)


def clear_stale(cluster: Path, socket: Path) -> None:
    """Remove a pid file, and the lock of the socket, that name no server of ours.

    PostgreSQL would refuse to start on a reused number, a zombie or a truncated file. Removing them is safe: the
    socket's folder is private to this cluster, and backends that outlived their postmaster are still noticed by the
    shared memory they hold.
    """
    if live_postmaster(cluster) is None:
        _file(cluster).unlink(missing_ok=True)
        socket.with_name(f"{socket.name}.lock").unlink(missing_ok=True)


def orphans(cluster: Path) -> list[int]:
    """Servers' children that still work on the cluster though their postmaster is dead: none while one lives.

    Found where there is /proc: programs called ``postgres`` that stand in the cluster's folder. (A shell may stand there too.)
    """
    if live_postmaster(cluster) is not None:
        return []
    numbers = (int(folder.name) for folder in Path("/proc").glob("[0-9]*"))
    return [pid for pid in numbers if _is_postgres(pid) and _serves(pid, cluster)]


def _is_postgres(pid: int) -> bool:
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe")).partition(" ")[0] == "postgres"
    except OSError:
        return False


def _was_shut_down(cluster: Path) -> bool:
    """What ``pg_control`` says: a number behind the identifier and two versions, the same in every version so far."""
    try:
        state = (cluster / "global" / "pg_control").read_bytes()[16:20]
    except OSError:
        return True
    return int.from_bytes(state, sys.byteorder) in (SHUT_DOWN, SHUT_DOWN_IN_RECOVERY)


def _file(cluster: Path) -> Path:
    return cluster / "postmaster.pid"


def _recorded_pid(cluster: Path) -> int | None:
    try:
        first = _file(cluster).read_text(errors="replace").split("\n", 1)[0]
    except FileNotFoundError:
        return None
    number = first.strip().lstrip("-")
    return int(number) if number.isdecimal() and int(number) > 1 else None


def _serves(pid: int, cluster: Path) -> bool:
    if not Path("/proc/self/stat").exists():
        return _was_started_on(pid, cluster)
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rsplit(b")", 1)[1].split()[0]
        folder = Path(f"/proc/{pid}/cwd").resolve(strict=True)
    except (OSError, IndexError):
        return False
    return state != b"Z" and _same_folder(folder, cluster)


def _same_folder(folder: Path, cluster: Path) -> bool:
    """A postmaster works in its own cluster: nobody else has a reason to."""
    try:
        return os.path.samefile(folder, cluster)
    except OSError:
        return False


def _was_started_on(pid: int, cluster: Path) -> bool:
    """Where there is no /proc (macOS): the process's command line names the cluster, as ours always does."""
    command = ["ps", "-ww", "-o", "stat=,command=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    state, _, line = answer.stdout.strip().partition(" ")
    return bool(state) and not state.startswith("Z") and f"-D {cluster} " in line
