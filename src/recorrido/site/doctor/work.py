"""What Recorrido itself does: the worker, its queue, consumers, journey logs, quarantine, mails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.db.models import Count, Min, Q
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from recorrido.company.models import Mail, MailState, Role, Staff
from recorrido.events.models import ImportRun, Quarantine
from recorrido.events.queries import ConsumerState, consumers
from recorrido.journeys.errors import JourneysError, NoBlueprint
from recorrido.journeys.queries import journey_types, open_study
from recorrido.shared import clock
from recorrido.site.doctor.diagnosis import Check, Diagnosis, error, fine, warning

ALIVE = timedelta(seconds=45)
LATE_JOB = timedelta(minutes=15)
FAR_BEHIND = 10_000  # events
LONG_BEHIND = timedelta(minutes=15)
STOPPED = "Mend what the sentence names; it tries again by itself. /data/consumers/ shows where it stands."
LONG_IMPORT = timedelta(hours=12)


def check_logins(data: Path) -> Iterator[Diagnosis]:
    admins = Staff.objects.filter(role=Role.ADMIN, is_active=True).count()
    if admins:
        yield fine("logins", f"{admins} administrators can sign in.")
    else:
        yield error("logins", "No administrator can sign in.", "recorrido user create --role admin")


def check_worker(data: Path) -> Iterator[Diagnosis]:
    seen = clock.now() - ALIVE
    alive = ProcrastinateWorker.objects.filter(last_heartbeat__gt=seen).count()
    if alive:
        yield fine("worker", f"{alive} at work.")
    else:
        yield error(
            "worker",
            "None is at work: nothing is built, watched or sent.",
            "recorrido up, or recorrido worker.",
        )


def check_queue(data: Path) -> Iterator[Diagnosis]:
    late = ProcrastinateJob.objects.filter(
        Q(scheduled_at__lt=clock.now() - LATE_JOB) | Q(scheduled_at=None), status="todo"
    )
    failed = ProcrastinateJob.objects.filter(status="failed").values("task_name").annotate(n=Count("id"))
    names = ", ".join(
        f"{row['task_name'].rsplit('.', 1)[-1]} ({row['n']})" for row in failed.order_by("-n")[:5]
    )
    waiting = late.count()
    if names:
        yield warning("queue", f"Jobs failed in the last two weeks: {names}.", "The worker's log says why.")
    if waiting > 100:
        yield warning(
            "queue", f"{waiting} jobs wait.", "Run more workers (RECORRIDO_WORKER_JOBS, or recorrido worker)."
        )
    if not names and waiting <= 100:
        yield fine("queue", f"{waiting} jobs wait, none failed.")


def check_consumers(data: Path) -> Iterator[Diagnosis]:
    late = [one for one in consumers() if _is_late(one)]
    for one in late:
        words = f"{one.consumer} is {one.events_behind:,} behind the ledger"
        words += f", for {_minutes(one.time_behind)}." if one.time_behind else "."
        if one.error:
            yield error("consumers", f"{words} It stopped: {one.error[:200]}", STOPPED)
        else:
            yield warning(
                "consumers", words, "It catches up while a worker runs (recorrido up, or recorrido worker)."
            )
    if not late:
        yield fine("consumers", "None is far behind the ledger.")


def _is_late(one: ConsumerState) -> bool:
    """In a small shop a consumer may stand still for days before many events wait."""
    waited = one.time_behind or timedelta()
    return one.events_behind > FAR_BEHIND or waited > LONG_BEHIND or bool(one.error and one.events_behind)


def _minutes(waited: timedelta) -> str:
    minutes = int(waited.total_seconds() // 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"


def check_journey_logs(data: Path) -> Iterator[Diagnosis]:
    try:
        states = journey_types()
    except NoBlueprint:
        yield warning(
            "journey logs",
            "No blueprint is installed.",
            "Upload a table, or recorrido journeys install FILE.",
        )
        return
    for state in states:
        yield _log(state.journey_type.slug)


def _log(slug: str) -> Diagnosis:
    try:
        study = open_study(slug)
    except JourneysError as problem:
        return error("journey logs", f"{slug}: {problem}", f"recorrido journeys build {slug}")
    return fine("journey logs", f"{slug}: version {study.version} opens.")


def check_quarantine(data: Path) -> Iterator[Diagnosis]:
    found = Quarantine.objects.filter(released_at=None).aggregate(n=Count("id"), since=Min("created_at"))
    if found["n"]:
        words = f"{found['n']:,} events wait, the oldest since {found['since']:%Y-%m-%d}."
        yield warning("quarantine", words, "Look at /data/quarantine/, or recorrido quarantine list.")
    else:
        yield fine("quarantine", "It is empty.")


def check_imports(data: Path) -> Iterator[Diagnosis]:
    broken = ImportRun.objects.filter(finished_at=None, started_at__lt=clock.now() - LONG_IMPORT).count()
    if broken:
        yield warning(
            "imports",
            f"{broken} have no end: they were killed.",
            "Run them again: what is there stays single.",
        )


def check_mails(data: Path) -> Iterator[Diagnosis]:
    failed = Mail.objects.filter(state__in=(MailState.FAILED, MailState.UNSURE)).count()
    if failed:
        yield warning(
            "mails",
            f"{failed} could not be sent.",
            "Look at /company/mails/; recorrido mail test tries the server.",
        )
    else:
        yield fine("mails", "None failed.")


CHECKS: tuple[Check, ...] = (
    check_logins,
    check_worker,
    check_queue,
    check_consumers,
    check_journey_logs,
    check_quarantine,
    check_imports,
    check_mails,
)
