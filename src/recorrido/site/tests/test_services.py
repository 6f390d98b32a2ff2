"""The processes as they run: real children, real ports, killed for real."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from recorrido.site.services.ports import PortTaken, require_free

PATIENCE = 60  # seconds, for a machine that is busy with other tests


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(condition: Callable[[], object]) -> object:
    deadline = time.monotonic() + PATIENCE
    while not (answer := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)
    return answer


def healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthy", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def children_of(pid: int) -> dict[str, int]:
    """The supervised commands of a process, by name."""
    answer = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    lines = [line.split() for line in answer.stdout.splitlines() if "recorrido.site.cli" in line]
    return {words[words.index("recorrido.site.cli") + 1]: int(words[0]) for words in lines}


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def environment_of(home: Path) -> dict[str, str]:
    """That of a user with an embedded database below ``home``."""
    ours = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"RECORRIDO_DATA": str(home / "data")}


@contextmanager
def running(command: str, home: Path, port: int) -> Iterator[subprocess.Popen]:
    environment = environment_of(home) | {"RECORRIDO_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "recorrido.site.cli", command],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        wait_for(lambda: healthy(port) or process.poll() is not None)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stderr.close()


def in_a_thread_of_its_own(coroutine, **arguments):
    """As a worker would run it: browser tests leave a running event loop in the thread of the tests."""
    from asgiref.sync import async_to_sync
    from django.db import connections

    def run():
        try:
            async_to_sync(coroutine)(**arguments)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()


def test_a_taken_port_is_one_clear_sentence():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {port} on 127.0.0.1 is taken .*RECORRIDO_PORT"):
            require_free("127.0.0.1", port)


def test_a_port_that_a_killed_server_is_about_to_leave_is_waited_for():
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    leaving = Thread(target=lambda: (time.sleep(0.3), listener.close()))
    leaving.start()
    require_free("127.0.0.1", port, patience=PATIENCE)
    leaving.join()


def test_an_empty_start_serves_prints_a_login_and_stops_everything_on_ctrl_c(home):
    from recorrido.site import postgres

    port = free_port()
    with running("run", home, port) as process:
        assert healthy(port)
        children = children_of(process.pid)
        assert set(children) == {"web", "worker"}
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 0
    assert "Sign in as admin@recorrido.example with" in said and said.endswith("Stopped.\n")
    assert not any(alive(pid) for pid in children.values())
    assert not postgres.is_running(postgres.place_for(home / "data"))


def test_requests_leave_no_connections_behind(home):
    from recorrido.site import postgres

    port, sockets = free_port(), str(postgres.place_for(home / "data").sockets)
    with (
        running("run", home, port),
        psycopg.connect(host=sockets, user="recorrido", dbname="recorrido", autocommit=True) as database,
    ):
        count = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        seen = [-1]

        def settled() -> bool:  # web and worker open theirs one after the other
            time.sleep(0.5)
            seen.append(database.execute(count).fetchone()[0])
            return len(seen) > 6 and len(set(seen[-6:])) == 1

        wait_for(settled)
        before = seen[-1]
        assert all(healthy(port) for _request in range(60))
        (after,) = database.execute(count).fetchone()
    assert after <= before + 5


def test_starts_at_the_same_moment_make_the_tables_once(home):
    environment = environment_of(home)
    command = [sys.executable, "-m", "recorrido.site.cli", "migrate"]
    starts = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [start.wait(PATIENCE) for start in starts] == [0, 0, 0]


def test_preparing_the_pages_ahead_never_complains_of_an_installation_without_journeys(
    transactional_db, caplog
):
    from recorrido.site.services.web import warm_up

    preparing = Thread(target=warm_up)
    preparing.start()
    preparing.join()
    assert not caplog.records


def test_what_dies_is_started_again_and_orphans_end_by_themselves(home):
    port = free_port()
    with running("up", home, port) as process:
        first = children_of(process.pid)
        os.kill(first["worker"], signal.SIGKILL)
        wait_for(lambda: children_of(process.pid).get("worker") not in (None, first["worker"]))
        second = children_of(process.pid)
        assert second["web"] == first["web"]
        process.kill()
        wait_for(lambda: not any(alive(pid) for pid in second.values()))
    wait_for(lambda: not healthy(port))


def test_a_killed_database_comes_back_while_the_pages_are_served(home):
    from recorrido.site import postgres
    from recorrido.site.postgres.pidfile import live_postmaster

    place, port = postgres.place_for(home / "data"), free_port()
    with running("up", home, port) as process:
        killed = live_postmaster(place.cluster)
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: live_postmaster(place.cluster) not in (None, killed))
        wait_for(lambda: healthy(port))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


def left_by_a_dead_worker(**options):
    """A job that a worker took who was not heard of for an hour."""
    from django.db import connection
    from procrastinate.contrib.django import app

    job = app.configure_task("recorrido.company.tasks.forget_old_attempts", **options).defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        (worker,) = cursor.fetchone()
        statement = "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s"
        cursor.execute(statement, [worker, job])
    return job


def test_a_job_that_a_dead_worker_left_is_given_to_another(transactional_db):
    from procrastinate.contrib.django.models import ProcrastinateJob

    from recorrido.site.services.maintenance import retry_stalled_jobs

    job = left_by_a_dead_worker()
    in_a_thread_of_its_own(retry_stalled_jobs.func, timestamp=0)
    assert ProcrastinateJob.objects.get(id=job).status == "todo"


def test_a_job_whose_next_one_waits_already_holds_up_no_other_that_a_dead_worker_left(transactional_db):
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.models import ProcrastinateJob

    from recorrido.site.services.maintenance import retry_stalled_jobs

    over = left_by_a_dead_worker(queueing_lock="attempts")
    app.configure_task("recorrido.company.tasks.forget_old_attempts", queueing_lock="attempts").defer(
        timestamp=0
    )
    other = left_by_a_dead_worker()
    in_a_thread_of_its_own(retry_stalled_jobs.func, timestamp=0)
    assert ProcrastinateJob.objects.get(id=over).status == "aborted"
    assert ProcrastinateJob.objects.get(id=other).status == "todo"
