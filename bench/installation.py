"""A whole installation of its own for a measurement or a trial: data folder, embedded database, processes.

Everything runs as an operator would run it (`python -m recorrido.site.cli …` in a process of its own) and goes away
with the ``with`` block.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_PATIENCE = 120.0
END_PATIENCE = 30.0
_LISTENS = "0A"  # the state in /proc/net/tcp


class Installation:
    """Paths, environment and processes of one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name != "DATABASE_URL" and not name.startswith("RECORRIDO_")
        } | {"RECORRIDO_DATA": str(data)}
        self.processes: list[subprocess.Popen[bytes]] = []

    def use(self) -> None:
        """Make this process itself one of the installation's, with its tables made."""
        os.environ.pop("DATABASE_URL", None)
        os.environ["RECORRIDO_DATA"] = str(self.data)
        from recorrido.site import boot

        boot.ready()
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)

    def start(self, *arguments: str, log: str) -> subprocess.Popen[bytes]:
        """A ``recorrido`` command of its own; what it says goes to a file of this name in the data folder."""
        command = [sys.executable, "-m", "recorrido.site.cli", *arguments]
        with open(self.data / log, "ab") as file:
            process = subprocess.Popen(
                command, env=self.environment, stdout=file, stderr=file, start_new_session=True
            )
        self.processes.append(process)
        return process

    def stop_all(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(END_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()


@contextmanager
def installation(*, prefix: str, root: Path | None = None) -> Iterator[Installation]:
    """A fresh installation below ``root`` (the system's place for temporary files), removed afterwards."""
    data = Path(tempfile.mkdtemp(prefix=prefix, dir=root))
    data.chmod(0o755)  # the database's own user must be able to reach its folder, where root starts it
    ours = Installation(data)
    try:
        yield ours
    finally:
        ours.stop_all()
        stop_database(data)
        shutil.rmtree(data, ignore_errors=True)


def stop_database(data: Path) -> None:
    from recorrido.site import postgres

    place = postgres.place_for(data)
    if place.cluster.exists():
        postgres.stop(place)
    if place.moved:
        shutil.rmtree(place.folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_listeners(port: int, count: int) -> None:
    """Until that many processes listen, each on a socket of its own (Linux): sooner, the first ones would get every
    connection, and the others stand by idle."""
    until = time.monotonic() + START_PATIENCE
    while _listeners(port) < count and time.monotonic() < until:
        time.sleep(0.05)


def _listeners(port: int) -> int:
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(1 for row in rows if row[1].endswith(f":{port:04X}") and row[3] == _LISTENS)


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until something listens. Raises RuntimeError with the end of the log where the process ends first."""
    until = time.monotonic() + START_PATIENCE
    while time.monotonic() < until:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"Nothing listens on port {port}. The end of {log}:\n{log.read_text()[-2_000:]}")
