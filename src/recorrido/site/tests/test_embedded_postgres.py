"""The embedded server under everything that was seen to break others; real servers, from each folder of binaries."""

from __future__ import annotations

import multiprocessing
import os
import pwd
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from recorrido.site import postgres
from recorrido.site.postgres import cluster, pidfile, server
from recorrido.site.postgres.place import LONGEST_SOCKET, Account, place_for, reachable

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can drop to another user")


def ask(place, statement: str = "SELECT current_setting('data_directory')") -> str:
    with psycopg.connect(host=str(place.sockets), user=cluster.USER, dbname=cluster.DATABASE) as connection:
        return connection.execute(statement).fetchone()[0]


def pid_of(place) -> int:
    return pidfile.live_postmaster(place.cluster)


def in_processes(number: int, target, *arguments) -> list:
    """Run ``target`` in so many forked processes at once; their answers."""
    context = multiprocessing.get_context("fork")
    with context.Pool(number) as pool:
        return pool.starmap(target, [arguments] * number)


def start(data: Path) -> bool:
    return postgres.ensure_running(place_for(data))


def test_a_cold_start_makes_a_database_and_a_warm_one_finds_it(pg_bin, home):
    place = place_for(home)
    assert postgres.ensure_running(place) is True
    assert ask(place) == str(place.cluster)
    assert postgres.ensure_running(place) is False


def test_data_outlive_a_stop(pg_bin, home):
    place = place_for(home)
    start(home)
    with psycopg.connect(host=str(place.sockets), user=cluster.USER, dbname=cluster.DATABASE) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    assert postgres.stop(place) is True
    start(home)
    assert ask(place, "SELECT number FROM kept") == 7


def test_stopping_what_does_not_run_is_no_error(home):
    assert postgres.stop(place_for(home)) is False


def test_six_processes_at_once_get_the_same_server(pg_bin, home):
    answers = in_processes(6, start, home)
    assert sorted(answers) == [False] * 5 + [True]
    assert ask(place_for(home)) == str(place_for(home).cluster)


def test_a_killed_server_comes_back_several_times(pg_bin, home):
    place = place_for(home)
    start(home)
    for _ in range(3):
        os.kill(pid_of(place), signal.SIGKILL)
        assert start(home) is True
        assert ask(place) == str(place.cluster)


def test_a_pid_file_that_names_another_program_stops_nothing_and_hurts_nobody(pg_bin, home):
    place = place_for(home)
    start(home)
    postgres.stop(place)
    bystander = sleeper(place)
    (place.cluster / "postmaster.pid").write_text(f"{bystander.pid}\n{place.cluster}\n1\n5432\n\n\n\n")
    start(home)
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def sleeper(place) -> subprocess.Popen:
    """A program of the same user as the server, which PostgreSQL itself would take for its own."""
    return subprocess.Popen(["sleep", "60"], **cluster.as_server_user(place))


@pytest.mark.parametrize("content", ["", "12", "not a number\n", "-\n"])
def test_a_truncated_pid_file_does_not_matter(home, content):
    place = place_for(home)
    start(home)
    postgres.stop(place)
    (place.cluster / "postmaster.pid").write_text(content)
    assert start(home) is True


def test_a_stop_never_ends_another_program(home):
    place = place_for(home)
    start(home)
    postgres.stop(place)
    bystander = sleeper(place)
    (place.cluster / "postmaster.pid").write_text(f"{bystander.pid}\n")
    assert postgres.stop(place) is False
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_without_proc_the_command_line_tells_our_server_from_others(home):
    start(home)
    cluster_ = place_for(home).cluster
    assert pidfile._was_started_on(pid_of(place_for(home)), cluster_)
    assert not pidfile._was_started_on(pid_of(place_for(home)), home / "another")
    assert not pidfile._was_started_on(os.getpid(), cluster_)


def test_a_zombie_counts_as_dead(home):
    """When the application is process 1, nobody else collects a dead postmaster."""
    place = place_for(home)
    start(home)  # a child of this process: killed, it stays a zombie until we look
    pid = pid_of(place)
    os.kill(pid, signal.SIGKILL)
    while pidfile.live_postmaster(place.cluster) == pid:
        pass
    assert start(home) is True


def test_a_socket_lock_that_names_another_program_does_not_matter(home):
    """The number in it was given to somebody else after the crash; or to nobody, and its zombie was never collected."""
    place = place_for(home)
    start(home)
    os.kill(pid_of(place), signal.SIGKILL)
    bystander = sleeper(place)
    place.socket.with_name(f"{place.socket.name}.lock").write_text(f"{bystander.pid}\n{place.cluster}\n")
    assert start(home) is True
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_a_server_that_gave_up_its_recovery_is_tried_again_and_a_stopped_one_is_not(home):
    """A full disk ends recovery, and the pid file goes with it."""
    place = place_for(home)
    start(home)
    os.kill(pid_of(place), signal.SIGKILL)
    while pidfile.live_postmaster(place.cluster) is not None:
        pass
    conf = (place.cluster / "postgresql.conf").read_text()
    (place.cluster / "postgresql.conf").write_text("nonsense = 1\n")
    with pytest.raises(postgres.PostgresError):
        postgres.revive(place, restart_patience=0.5)
    assert not (place.cluster / "postmaster.pid").exists()
    (place.cluster / "postgresql.conf").write_text(conf)
    assert postgres.revive(place) is True
    postgres.stop(place)
    assert postgres.revive(place) is False


@pytest.mark.parametrize("name", ["with a space", "comillas ' y \" ñandú", "a,b"])
def test_any_name_of_a_folder_will_do(pg_bin, home, name):
    data = home / name
    start(data)
    assert ask(place_for(data)) == str(place_for(data).cluster)


def test_a_long_path_gets_a_short_private_socket_folder(pg_bin, home):
    data = home / ("d" * 60) / ("e" * 60)
    start(data)
    place = place_for(data)
    assert len(os.fsencode(place.socket)) <= LONGEST_SOCKET
    assert place.sockets.stat().st_mode & 0o077 == 0
    assert ask(place) == str(place.cluster)


def test_a_socket_folder_that_someone_else_made_is_refused(home):
    data = home / ("d" * 60) / ("e" * 60)
    sockets = place_for(data).sockets
    sockets.mkdir(mode=0o777)
    sockets.chmod(0o777)
    try:
        with pytest.raises(postgres.PostgresError, match="not a private folder"):
            start(data)
    finally:
        sockets.rmdir()


def test_an_interrupted_first_start_leaves_nothing_half_done(pg_bin, home):
    place = place_for(home)
    start(home)
    postgres.stop(place)
    place.cluster.rename(place.folder / "cluster.new-1")  # as if killed before the rename
    assert start(home) is True
    assert not list(place.folder.glob("cluster.new-*"))


def test_a_server_that_recovers_for_long_is_waited_for_and_said(home):
    """A process that answers as a recovering server does, until it ends."""
    place = place_for(home)
    start(home)
    postgres.stop(place)
    recovering = threading.Thread(target=answer_as_recovering, args=(place.socket, server.NEWS_AFTER + 0.5))
    recovering.start()
    told: list[str] = []
    assert postgres.ensure_running(place, told.append) is True
    recovering.join()
    assert any("recovering after a crash" in sentence for sentence in told)


def answer_as_recovering(path: Path, seconds: float) -> None:
    """What PostgreSQL says to a connection while it replays its log: an error with the code 57P03."""
    body = b"SFATAL\0C57P03\0Mthe database system is starting up\0\0"
    reply = b"E" + struct.pack(">i", len(body) + 4) + body
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        listener.settimeout(0.2)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with suppress(TimeoutError):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(1024)
                    connection.sendall(reply)
    path.unlink()


def test_a_killed_server_replays_what_was_committed(pg_bin, home):
    place = place_for(home)
    start(home)
    host = str(place.sockets)
    with psycopg.connect(
        host=host, user=cluster.USER, dbname=cluster.DATABASE, autocommit=True
    ) as connection:
        connection.execute(
            "CREATE TABLE kept AS SELECT n, repeat('x', 500) FROM generate_series(1, 100000) n"
        )
        os.kill(pid_of(place), signal.SIGKILL)
    start(home)
    assert ask(place, "SELECT count(*) FROM kept") == 100_000


def test_another_major_version_is_a_clear_message(home):
    place = place_for(home)
    start(home)
    postgres.stop(place)
    (place.cluster / "PG_VERSION").write_text("12\n")
    with pytest.raises(
        postgres.PostgresError, match=r"made by PostgreSQL 12, .*RECORRIDO_PG_BIN.*recorrido upgrade"
    ):
        start(home)


def test_an_existing_cluster_is_served_by_its_own_version(home, monkeypatch):
    from recorrido.site.tests.conftest import sources

    if len(sources()) < 2:
        pytest.skip("only one version of PostgreSQL is here")
    monkeypatch.setenv("RECORRIDO_PG_BIN", sources()[-1])
    start(home)
    made_by = ask(place_for(home), "SHOW server_version_num")
    postgres.stop(place_for(home))
    monkeypatch.delenv("RECORRIDO_PG_BIN")
    start(home)
    assert ask(place_for(home), "SHOW server_version_num") == made_by


def test_a_named_folder_without_programs_is_a_clear_message(home, monkeypatch):
    monkeypatch.setenv("RECORRIDO_PG_BIN", str(home))
    with pytest.raises(postgres.PostgresError, match="no working initdb and postgres in it"):
        start(home / "data")


def test_a_server_that_cannot_start_shows_the_end_of_its_log(home):
    place = place_for(home)
    start(home)
    postgres.stop(place)
    (place.cluster / "postgresql.conf").write_text("nonsense = 1\n")
    with pytest.raises(postgres.PostgresError, match="nonsense"):
        postgres.ensure_running(place, restart_patience=1.0)


def test_the_server_listens_on_no_network_and_only_to_its_user(pg_bin, home):
    start(home)
    place = place_for(home)
    assert ask(place, "SHOW listen_addresses") == ""
    assert place.sockets.stat().st_mode & 0o077 == 0
    assert place.cluster.stat().st_mode & 0o077 == 0


def test_spanish_letters_have_lower_case_and_order_is_by_code(pg_bin, home):
    start(home)
    assert ask(place_for(home), "SELECT lower('ÁÑÜ')") == "áñü"
    assert ask(place_for(home), "SELECT datcollate FROM pg_database WHERE datname = 'recorrido'") in (
        "C",
        "C.UTF-8",
    )


@as_root
def test_root_never_runs_the_server_itself(pg_bin, home):
    start(home)
    place = place_for(home)
    owner = Path(f"/proc/{pid_of(place)}").stat().st_uid
    assert owner == place.account.uid != 0


@as_root
def test_data_of_root_go_where_the_server_can_reach_them(pg_bin, home):
    private = home / "private"
    private.mkdir(mode=0o700)
    told: list[str] = []
    place = place_for(private / "data")
    postgres.ensure_running(place, told.append)
    assert place.moved and str(place.folder).startswith("/var/lib/recorrido/")
    assert any("cannot reach" in sentence for sentence in told)
    private.chmod(0o755)
    assert place_for(private / "data").folder == place.folder  # remembered, though it could be reached now


@as_root
def test_a_data_folder_made_anew_never_gets_the_database_of_one_that_was_removed(home):
    data = home / "private" / "data"
    data.parent.mkdir(mode=0o700)
    before = place_for(data)
    before.cluster.mkdir(parents=True)
    try:
        assert place_for(data).folder == before.folder.with_name(f"{before.folder.name}-2")
        data.mkdir()
        (data / "secret-key").write_text("that of before")
        assert place_for(data).folder == before.folder, "only its pointer was lost"
    finally:
        shutil.rmtree(before.folder)


@as_root
def test_a_wheel_the_server_cannot_read_is_copied_beside_the_data(home, monkeypatch):
    from recorrido.site.postgres import binaries

    package = binaries.wheel_folder().parent.parent
    hidden = home / "private"
    hidden.mkdir(mode=0o700)
    for name in (package.name, f"{package.name}.libs"):
        subprocess.run(["cp", "-a", package.parent / name, hidden], check=True)
    monkeypatch.setenv("RECORRIDO_PG_BIN", str(hidden / package.name / "pginstall" / "bin"))
    monkeypatch.syspath_prepend(hidden)  # a virtual environment below a private home
    start(home / "data")
    place = place_for(home / "data")
    program = os.readlink(f"/proc/{pid_of(place)}/exe")
    assert program.startswith(str(place.folder / "runtime-"))
    assert hidden.stat().st_mode & 0o777 == 0o700  # nobody's folder was opened


@as_root
def test_a_normal_user_runs_the_server_as_himself(pg_bin, home):
    user = pwd.getpwnam("nobody")
    if not reachable(Path(pg_bin), Account(user.pw_name, user.pw_uid, user.pw_gid)):
        pytest.skip(f"the user 'nobody' cannot read {pg_bin}, and only root may copy it")
    os.chown(home, user.pw_uid, user.pw_gid)
    context = multiprocessing.get_context("fork")
    child = context.Process(target=start_as, args=(user, home / "data"))
    child.start()
    child.join()
    assert child.exitcode == 0


def start_as(user: pwd.struct_passwd, data: Path) -> None:
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    place = place_for(data)
    started = postgres.ensure_running(place)
    same_user = Path(f"/proc/{pid_of(place)}").stat().st_uid == user.pw_uid
    stopped = postgres.stop(place)
    sys.exit(0 if started and same_user and stopped else 1)
