"""One trial: start the product, let clients send, kill, fill the disk, wait until all is told, judge."""

from __future__ import annotations

import contextlib
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from random import Random

from bench.installation import Installation, free_port, installation, wait_for_port

from chaos import clients, consumer
from chaos.disk import SmallDisk, small_disk
from chaos.killing import KINDS, Consumers, Kill, Killer
from chaos.story import Story

SOURCES = ("shop", "app", "pos")
PATIENCE = 1_800.0  # seconds for the whole of the sending
CATCHING_UP = 180.0  # seconds for the consumer, after the last answer
FULL_FOR = 8.0  # seconds in which the disk stays full
LEAST_PAUSE = 0.3


@dataclass
class Course:
    """What happened, for the report and the judges."""

    seed: int
    events: int
    kills: list[Kill] = field(default_factory=list)
    full: tuple[float, float] | None = None
    not_full: str = ""
    began: float = 0.0
    ended: float = 0.0
    journals: list[Path] = field(default_factory=list)
    senders: list[clients.Sender] = field(default_factory=list)
    caught_up: bool = False

    @property
    def seconds(self) -> float:
        return self.ended - self.began


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


@contextlib.contextmanager
def trial(*, seed: int, events: int, kills: int, folder: Path | None) -> Iterator[Course]:
    """Run it; inside the block the installation is quiet, its database up, and this process part of it."""
    course = Course(seed, events)
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(installation(prefix="recorrido-chaos-", root=folder))
        disk = stack.enter_context(small_disk(ours.data))
        stack.callback(_stop_database, ours)
        ours.use()
        port, secrets = free_port(), _prepare()
        up = ours.start("up", "--port", str(port), log="up.log")
        wait_for_port(port, up, ours.data / "up.log")
        consumers = Consumers(ours)
        stack.callback(consumers.stop)
        killer = Killer(ours, up.pid, consumers, Random(f"{seed}-targets"))
        course.senders = clients.senders(
            Story(seed, events), port, secrets, ours.data, time.time() + PATIENCE
        )
        _run(course, consumers, killer, kills, disk)
        consumers.stop()
        ours.stop_all()
        ours.use()  # which starts the database that `recorrido up` has stopped
        yield course


def _stop_database(ours: Installation) -> None:
    """Before its disk goes."""
    from bench.installation import stop_database

    stop_database(ours.data)


def _prepare() -> list[str]:
    """The table of effects, and a key for each source."""
    from django.db import connection

    from recorrido.company.actions import make_api_key

    with connection.cursor() as cursor:
        cursor.execute(consumer.TABLE)
    keys = [
        make_api_key(actor=None, name=source, scopes=["ingest"], source=source, country="CL")
        for source in SOURCES
    ]
    connection.close()
    return [secret for _, secret in keys]


def _run(course: Course, consumers: Consumers, killer: Killer, kills: int, disk: SmallDisk | str) -> None:
    settled = multiprocessing.get_context("spawn").Value("q", 0)
    course.began = time.time()
    running = clients.start(course.senders, settled)
    course.journals = [sender.journal for sender in course.senders]
    plan = _plan(course, killer, kills, disk, settled)
    try:
        while any(process.is_alive() for process in running) or plan:
            consumers.keep_up()
            if plan and settled.value >= plan[0][0]:
                plan.pop(0)[1]()
            time.sleep(0.05)
        course.ended = time.time()
        course.caught_up = _wait_for_consumer(consumers)
    finally:
        for process in running:
            process.kill()


def _plan(
    course: Course, killer: Killer, kills: int, disk: SmallDisk | str, settled: Synchronized[int]
) -> list[tuple[int, Callable[[], None]]]:
    """What happens when so many events are settled: kills all along the way, every kind in turn, and the full disk."""
    random = Random(f"{course.seed}-plan")
    kinds = [KINDS[n % len(KINDS)] for n in range(kills)]
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
        until = time.monotonic() + 60
        while (done := killer.kill(kind)) is None and time.monotonic() < until:
            time.sleep(0.05)
        if done is None:
            raise RuntimeError(f"No {kind} came back within a minute.")
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
    before, until = settled.value, time.monotonic() + 60
    while settled.value == before and time.monotonic() < until:
        time.sleep(0.05)


def _wait_for_consumer(consumers: Consumers) -> bool:
    from django.db import Error, connection

    from recorrido.events.queries import lags, ledger_horizon

    until = time.monotonic() + CATCHING_UP
    while time.monotonic() < until:
        consumers.keep_up()
        try:
            horizon = ledger_horizon()
            if (
                any(lag.consumer == consumer.CONSUMER and lag.position >= horizon for lag in lags())
                or _nothing_after()
            ):
                return True
        except Error:
            connection.close()
        time.sleep(0.2)
    return False


def _nothing_after() -> bool:
    """The horizon moves for what was rolled back too; a bookmark stands at the last event there is."""
    from recorrido.shared import sql

    ((left,),) = sql.fetch(
        "SELECT EXISTS (SELECT FROM events_event WHERE id > (SELECT position FROM events_bookmark WHERE consumer = %s))",
        consumer.CONSUMER,
    )
    return not left
