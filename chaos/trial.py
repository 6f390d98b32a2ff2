"""One trial: start the product, let clients send, kill, fill the disk, wait until all is told, judge."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from random import Random

from bench.installation import Installation, free_port, installation, stop_database

from chaos import clients, scene
from chaos.disk import SmallDisk, small_disk
from chaos.killing import TURNS, Kept, Kill, Killer
from chaos.outside import Received, outside
from chaos.story import Story

SENDING = 1_800.0  # seconds for the whole of the sending
STARTING = 120.0  # seconds until the door opens, and until what was killed is there to be killed again
CALM, PER_KILL = 15.0, 1.0  # seconds that few events are spread over, so that all finds them under way
FULL_FOR = 8.0  # seconds in which the disk stays full
LEAST_PAUSE = 0.3


@dataclass
class Course:
    """What happened, for the report and the judges."""

    seed: int
    events: int
    received: Received
    kills: list[Kill] = field(default_factory=list)
    full: tuple[float, float] | None = None
    not_full: str = ""
    began: float = 0.0
    ended: float = 0.0
    senders: list[clients.Sender] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return self.ended - self.began


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


@contextlib.contextmanager
def trial(*, seed: int, events: int, kills: int, folder: Path | None, patience: float) -> Iterator[Course]:
    """Run it; inside the block the installation is quiet, its database up, and this process part of it.

    ``patience``: seconds for followers and outboxes, after the last answer to a client.
    """
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(installation(prefix="recorrido-chaos-", root=folder))
        disk = stack.enter_context(small_disk(ours.data))
        stack.callback(stop_database, ours.data)  # before its disk goes
        received, webhooks, mails = stack.enter_context(outside())
        _tell_the_way_out(ours, mails)
        ours.use()
        _fit_wal_to_the_disk()
        course = Course(seed, events, received)
        port, secrets = free_port(), scene.prepare(webhooks)
        kept = Kept(ours, port)
        stack.callback(kept.stop)
        _wait_for_the_door(port)
        course.senders = clients.senders(
            Story(seed, events), port, secrets, ours.data, within=SENDING, at_least=CALM + PER_KILL * kills
        )
        _run(course, Killer(ours, kept, Random(f"{seed}-targets")), kills, disk)
        course.behind = _wait_for_followers(patience)
        kept.stop()
        ours.use()  # which starts the database that `recorrido up` has stopped
        yield course


def _fit_wal_to_the_disk() -> None:
    """The larger one of a machine with much memory would not leave room for a disk that is soon filled."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER SYSTEM SET max_wal_size = '512MB'")
        cursor.execute("SELECT pg_reload_conf()")


def _tell_the_way_out(ours: Installation, mails: int) -> None:
    way = {
        "RECORRIDO_SMTP_URL": f"smtp://127.0.0.1:{mails}",
        "RECORRIDO_MAIL_FROM": "chaos@example.com",
        "RECORRIDO_WEBHOOK_ALLOW": "127.0.0.0/8",
    }
    ours.environment |= way
    os.environ.update(way)  # this process becomes one of the installation's too


def _wait_for_the_door(port: int) -> None:
    import socket

    until = time.monotonic() + STARTING
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"Nothing listens on port {port} after {STARTING:.0f} s.")


def _run(course: Course, killer: Killer, kills: int, disk: SmallDisk | str) -> None:
    settled = multiprocessing.get_context("spawn").Value("q", 0)
    course.began = time.time()
    running = clients.start(course.senders, settled)
    plan = _plan(course, killer, kills, disk, settled)
    try:
        while any(process.is_alive() for process in running) or plan:
            if plan and settled.value >= plan[0][0]:
                plan.pop(0)[1]()
            time.sleep(0.05)
        course.ended = time.time()
    finally:
        for process in running:
            process.kill()


def _plan(
    course: Course, killer: Killer, kills: int, disk: SmallDisk | str, settled: Synchronized[int]
) -> list[tuple[int, Callable[[], None]]]:
    """What happens when so many events are settled: kills all along the way, every kind in turn, and the full disk."""
    random = Random(f"{course.seed}-plan")
    kinds = [TURNS[n % len(TURNS)] for n in range(kills)]
    random.shuffle(kinds)
    plan = [
        (_moment(random, course.events, n, kills), _kill(course, killer, random, kind))
        for n, kind in enumerate(kinds)
    ]
    if isinstance(disk, SmallDisk):
        plan.append((int(course.events * random.uniform(0.3, 0.6)), lambda: _fill(course, disk, settled)))
    else:
        course.not_full = disk
    return sorted(plan, key=lambda step: step[0])


def _moment(random: Random, events: int, n: int, kills: int) -> int:
    """Somewhere in the n-th of equal stretches, the last tenth left for the recovery from the last."""
    return int(events * 0.9 * (n + random.random()) / kills)


def _kill(course: Course, killer: Killer, random: Random, kind: str) -> Callable[[], None]:
    pause = LEAST_PAUSE + random.random()

    def kill() -> None:
        until = time.monotonic() + STARTING
        while (done := killer.kill(kind)) is None and time.monotonic() < until:
            time.sleep(0.05)
        if done is None:
            raise RuntimeError(f"No {kind} came back within {STARTING:.0f} s.")
        course.kills.append(done)
        say(f"  {done.at - course.began:6.1f} s  kill -9 of the {done.what} ({done.kind})")
        time.sleep(pause)

    return kill


def _fill(course: Course, disk: SmallDisk, settled: Synchronized[int]) -> None:
    _wait_for_answers(settled)  # the door is open now: it is its answer that counts
    written = disk.fill()
    began = time.time()
    say(f"  {began - course.began:6.1f} s  the disk of the database is full ({written:,} bytes of ballast)")
    until = time.monotonic() + FULL_FOR
    while time.monotonic() < until:
        disk.fill()  # what the database gives back meanwhile
        _use_up_the_log()
        time.sleep(0.2)
    disk.free()
    course.full = began, time.time()
    say(f"  {time.time() - course.began:6.1f} s  there is room again")


def _use_up_the_log() -> None:
    """Tables may find room in pages they own, and the log in segments it made before: until these are used up too, a
    full disk is not felt."""
    from django.db import Error, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_switch_wal()")
    except Error:
        connection.close()


def _wait_for_answers(settled: Synchronized[int]) -> None:
    before, until = settled.value, time.monotonic() + STARTING
    while settled.value == before and time.monotonic() < until:
        time.sleep(0.05)


def _wait_for_followers(patience: float) -> list[str]:
    """Until every bookmark stands behind the last event and the outboxes are empty; what was not by then."""
    from django.db import Error, connection

    until, behind = time.monotonic() + patience, ["nobody could be asked"]
    while behind and time.monotonic() < until:
        try:
            behind = _behind()
        except Error:
            connection.close()
        time.sleep(0.2)
    connection.close()
    return behind


def _behind() -> list[str]:
    """The consumers with events after their bookmark (the horizon alone moves for what was rolled back too)."""
    from recorrido.shared import sql

    rows = sql.fetch(_BEHIND)
    return [str(name) for (name,) in rows]


_BEHIND = """
    SELECT consumer FROM events_bookmark
    WHERE position < (SELECT max(id) FROM events_event) AND stream = 'events'
       OR position < (SELECT max(id) FROM people_personchange) AND stream = 'people'
    UNION ALL SELECT 'webhooks on their way' WHERE EXISTS (SELECT FROM webhooks_delivery WHERE state = 'waiting')
    UNION ALL SELECT 'mails on their way'
        WHERE EXISTS (SELECT FROM company_mail WHERE state IN ('waiting', 'sending', 'handed'))
"""
