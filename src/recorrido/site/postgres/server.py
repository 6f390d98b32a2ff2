"""The embedded server: make the cluster, start it, wait for it, stop it."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path

from recorrido.site.postgres import cluster as clusters
from recorrido.site.postgres import pidfile
from recorrido.site.postgres.binaries import Binaries
from recorrido.site.postgres.errors import PostgresError
from recorrido.site.postgres.place import PORT, Place, make_data_folder, prepare

RECOVERY_PATIENCE = 900.0  # seconds: replaying a gigabyte of WAL on a slow disk takes minutes
RESTART_PATIENCE = 60.0  # seconds: after kill -9 the old backends hold the shared memory for a moment
ORPHANS_ASKED, ORPHANS_FORCED = 1.0, 3.0  # seconds: within the patience of who looks after a server
NEWS_AFTER = 3.0  # seconds of waiting before we say why

Tell = Callable[[str], None]


class State(Enum):
    """What answers on the socket."""

    ABSENT = "nobody"
    BUSY = "starting, recovering or stopping"
    READY = "a server"


def ensure_running(
    place: Place, tell: Tell = lambda message: None, *, restart_patience: float = RESTART_PATIENCE
) -> bool:
    """Have the server of ``place`` accept connections; True if this call started it.

    Any number of processes may call at once: one starts the server, the others wait for it. ``tell`` is given
    sentences worth showing to a person; launches that fail are repeated for ``restart_patience`` seconds.
    Raises PostgresError.
    """
    if probe(place.socket) is State.READY:
        return False
    with locked(place):
        if probe(place.socket) is State.READY:
            return False
        prepare(place)
        binaries = clusters.ready_binaries(place, tell)
        return _start(place, binaries, tell, restart_patience)


def revive(
    place: Place, tell: Tell = lambda message: None, *, restart_patience: float = RESTART_PATIENCE
) -> bool:
    """Start the server again if it was killed; one that somebody stopped stays down. True if this call started it.

    Raises PostgresError.
    """
    return pidfile.was_killed(place.cluster) and ensure_running(
        place, tell, restart_patience=restart_patience
    )


def is_running(place: Place) -> bool:
    return probe(place.socket) is State.READY


def stop(place: Place) -> bool:
    """Stop the server cleanly and wait until it has gone; False if it was not running."""
    with locked(place):
        pid = pidfile.live_postmaster(place.cluster)
        if pid is None:
            return False
        os.kill(pid, signal.SIGINT)  # "fast": ends sessions, writes a checkpoint
        _wait_until_gone(place, pid)
        return True


def _wait_until_gone(place: Place, pid: int) -> None:
    deadline = time.monotonic() + RESTART_PATIENCE
    while pidfile.live_postmaster(place.cluster) == pid:
        if time.monotonic() > deadline:
            raise PostgresError(f"PostgreSQL (process {pid}) did not stop; its log is {place.log}.")
        time.sleep(0.05)


@contextmanager
def locked(place: Place) -> Iterator[None]:
    """One process at a time decides about this server; the lock dies with its holder."""
    make_data_folder(place.data)
    try:
        handle = os.open(place.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise PostgresError(
            f"{place.lock} cannot be opened ({error.strerror}): the data folder belongs to another user; "
            "use that user or another RECORRIDO_DATA."
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _start(place: Place, binaries: Binaries, tell: Tell, restart_patience: float) -> bool:
    """Launch and wait. A launch that fails at once is tried again: old backends may still be dying."""
    begun = time.monotonic()
    process: subprocess.Popen[bytes] | None = None
    told = False
    while (state := probe(place.socket)) is not State.READY:
        waited = time.monotonic() - begun
        running = state is State.BUSY or (process is not None and process.poll() is None)
        _give_up_if_late(place, waited, RECOVERY_PATIENCE if running else restart_patience)
        if waited > NEWS_AFTER and not told:
            told = True
            tell(f"PostgreSQL is not ready yet, perhaps recovering after a crash; its log is {place.log}.")
        if not running:
            _end_orphans(place, waited)
            process = _launch(place, binaries)
        time.sleep(0.02 if waited < 1 else 0.2)
    return process is not None


def _end_orphans(place: Place, waited: float) -> None:
    """Ask, then force backends to end that outlived their postmaster by more than the usual moment.

    They hold its memory, and no other server can start. One that waits for its client sees that it is alone; one in the
    middle of a long statement, an export say, does so only after it: the database stayed away for minutes.
    """
    if waited < ORPHANS_ASKED:
        return
    for pid in pidfile.orphans(place.cluster):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM if waited < ORPHANS_FORCED else signal.SIGKILL)


def _give_up_if_late(place: Place, waited: float, patience: float) -> None:
    if waited < patience:
        return
    raise PostgresError(
        f"PostgreSQL did not start in {waited:.0f} s. The end of {place.log}:\n{_tail(place.log)}"
    )


def _tail(log: Path) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-5:])
    except OSError:
        return "(no log)"


def _launch(place: Place, binaries: Binaries) -> subprocess.Popen[bytes]:
    """In a session of its own, so that Ctrl-C in our terminal does not reach it."""
    pidfile.clear_stale(place.cluster, place.socket)
    directories = '"' + str(place.sockets).replace('"', '""') + '"'
    command = [binaries.program("postgres"), "-D", str(place.cluster), "-p", str(PORT)]
    command += ["-c", f"unix_socket_directories={directories}", "-c", "listen_addresses="]
    with open(place.log, "ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **clusters.as_server_user(place),
        )


def probe(path: Path) -> State:
    """Ask the socket with the first message of the protocol, without a client library."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(5)
            connection.connect(str(path))
            connection.sendall(_hello())
            reply = connection.recv(1024)
    except TimeoutError:
        return State.BUSY
    except OSError:
        return State.ABSENT
    return _state_of(reply)


def _hello() -> bytes:
    body = struct.pack(">i", 196608) + f"user\0{clusters.USER}\0database\0postgres\0\0".encode()
    return struct.pack(">i", len(body) + 4) + body


def _state_of(reply: bytes) -> State:
    if not reply:
        return State.ABSENT
    if reply[:1] == b"E" and b"C57P03\0" in reply:  # cannot_connect_now
        return State.BUSY
    return State.READY


__all__ = ["State", "ensure_running", "is_running", "locked", "probe", "revive", "stop"]
