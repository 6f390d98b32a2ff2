"""An installation of the test's own: its database, its open door, killed and started again as the test likes."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from recorrido.site import postgres
from recorrido.site.postgres.cluster import DATABASE, USER
from recorrido.site.postgres.pidfile import live_postmaster

PATIENCE = 90  # seconds, for a machine that is busy with other tests

_MAKE_KEYS = """
import json, sys
from recorrido.site import boot
boot.ready()
from recorrido.company.actions import make_api_key
made = {name: make_api_key(actor=None, name=name, scopes=["ingest"], source=name)[1] for name in sys.argv[1:]}
print(json.dumps(made))
"""


def free_port() -> int:
    """Below the ports that systems give to outgoing connections: a client that tries again and again while the server is
    away may otherwise be given its own target, connect to itself, and keep the port."""
    while True:
        port = random.randint(15_000, 30_000)
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


class Installation:
    """``command``: what serves the open door, "ingest" or "up"."""

    def __init__(self, home: Path, command: str = "ingest") -> None:
        self.place = postgres.place_for(home / "data")
        self.command = command
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        ours = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL")
        kept = {name: value for name, value in os.environ.items() if name not in ours}
        self.environment = kept | {"RECORRIDO_DATA": str(home / "data")}
        self._process: subprocess.Popen[bytes] | None = None

    def recorrido(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "recorrido.site.cli", *arguments]
        subprocess.run(
            command, env=self.environment, check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )

    def make_keys(self, *sources: str) -> dict[str, str]:
        """A write key for each source."""
        command = [sys.executable, "-c", _MAKE_KEYS, *sources]
        made = subprocess.run(command, env=self.environment, check=True, capture_output=True, text=True)
        return json.loads(made.stdout.splitlines()[-1])

    def start(self) -> None:
        """Serve, and come back when the door answers."""
        command = [sys.executable, "-m", "recorrido.site.cli", self.command, "--port", str(self.port)]
        self._process = subprocess.Popen(
            command, env=self.environment, stderr=subprocess.DEVNULL, start_new_session=True
        )
        wait_for(lambda: self.answers() or self._has_ended())
        assert not self._has_ended(), "the server did not start"

    def _has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/v1/ping", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def kill_server(self) -> None:
        """The server and its workers, with no chance to say anything. (Supervised children see it and end.)"""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        wait_for(lambda: not self.answers())

    def kill_child(self, command: str) -> None:
        """A supervised process, which its supervisor starts again."""
        assert self._process is not None
        asked = ["ps", "-o", "pid=,args=", "--ppid", str(self._process.pid)]
        lines = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()
        (child,) = (line.split()[0] for line in lines if f"recorrido.site.cli {command} " in line)
        os.kill(int(child), signal.SIGKILL)

    def stop_server(self) -> int:
        """As an administrator would; its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(PATIENCE)

    def kill_database(self) -> None:
        postmaster = live_postmaster(self.place.cluster)
        assert postmaster is not None
        os.kill(postmaster, signal.SIGKILL)

    def start_database(self) -> None:
        postgres.ensure_running(self.place)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill_server()
        postgres.stop(self.place)

    def ask(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Asks again while a database that a test killed comes back."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with psycopg.connect(host=str(self.place.sockets), user=USER, dbname=DATABASE) as connection:
                    return connection.execute(statement, parameters).fetchall()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, "the database does not come back"
                time.sleep(0.1)

    def numbers_of(self, source: str) -> Counter[int]:
        """How often each number of a stream is in the ledger."""
        rows = self.ask(
            "SELECT (e.properties->>'number')::int FROM events_event e JOIN events_source s ON s.id = e.source_id"
            " WHERE s.name = %s",
            source,
        )
        return Counter(number for (number,) in rows)
