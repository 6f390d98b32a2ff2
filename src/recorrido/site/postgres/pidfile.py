"""Is the process that ``postmaster.pid`` names really our server?

After a crash the number may belong to another program: we start anyway and touch nobody.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def live_postmaster(cluster: Path) -> int | None:
    """The number of the running server of ``cluster``; None where it is dead, a zombie or someone else's."""
    pid = _recorded_pid(cluster)
    if pid is None or not _serves(pid, cluster):
        return None
    return pid


def was_killed(cluster: Path) -> bool:
    """Whether the server ended without taking its pid file along: killed or crashed, not stopped by anyone."""
    return _file(cluster).exists() and live_postmaster(cluster) is None


def clear_stale(cluster: Path) -> None:
    """Remove a pid file that names no server of ours.

    PostgreSQL would refuse to start on a reused number or a truncated file. Removing it is safe: backends that
    outlived their postmaster are still noticed by the shared memory they hold.
    """
    if live_postmaster(cluster) is None:
        _file(cluster).unlink(missing_ok=True)


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
