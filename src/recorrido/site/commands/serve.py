"""``recorrido up``, ``web``, ``ingest`` and ``worker``: the processes that stay."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from recorrido.site import boot

HOST = typer.Option("127.0.0.1", envvar="RECORRIDO_HOST", help="The address to listen on.")
PORT = typer.Option(8000, envvar="RECORRIDO_PORT", help="The port to listen on.")
START_LOCK = 7_100  # number of an advisory lock
PARENT = typer.Option(0, hidden=True)


def register(app: typer.Typer) -> None:
    for command in (up, web, ingest, worker):
        app.command()(command)


def up(host: str = HOST, port: int = PORT) -> None:
    """Run everything on one port: pages and background work. Ctrl-C stops it."""
    boot.require_free_port(host, port)
    boot.ready()
    with boot.database_stopped_afterwards():
        with one_start_at_a_time():
            migrate()
        run_everything(host, port)


@contextmanager
def one_start_at_a_time() -> Iterator[None]:
    """Hold back other starts on this database: two that make tables, or the first login, at once trip over each other."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [START_LOCK])
        if not cursor.fetchone()[0]:
            boot.say("Another start is preparing this installation; waiting for it…")
            cursor.execute("SELECT pg_advisory_lock(%s)", [START_LOCK])
    try:
        yield
    finally:
        connection.close()  # which gives the lock back, also in the middle of a failed transaction


def migrate(verbosity: int = 0) -> None:
    """Bring the tables up to date. Call it within ``one_start_at_a_time``."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=verbosity)


def require_sound_installation() -> None:
    """Raise ImproperlyConfigured where the checks of ``docs/settings.md`` find what must not be served."""
    from django.core.checks import ERROR, Tags, run_checks
    from django.core.exceptions import ImproperlyConfigured

    problems = run_checks(tags=[Tags.security, Tags.database], databases=["default"])
    for problem in problems:
        if problem.level < ERROR:
            boot.say(str(problem.msg))
    if errors := [f"{problem.msg} ({problem.id})" for problem in problems if problem.level >= ERROR]:
        raise ImproperlyConfigured(" ".join(errors))


def run_everything(host: str, port: int, *, welcome: str = "") -> None:
    """Supervise web and worker until Ctrl-C."""
    from recorrido.site.services.supervisor import Child, supervise

    require_sound_installation()
    address = f"http://{'localhost' if host in ('127.0.0.1', '::1') else host}:{port}/"
    boot.say(welcome.format(address=address) or f"Recorrido is at {address} – Ctrl-C stops it.")
    children = [
        Child("web server", ["web", "--host", host, "--port", str(port)]),
        Child("worker", ["worker"]),
    ]
    supervise(children, watch=boot.revive_database)


def web(
    host: str = HOST,
    port: int = PORT,
    workers: int = typer.Option(1, envvar="RECORRIDO_WEB_WORKERS", help="Processes that serve pages."),
    parent: int = PARENT,
) -> None:
    """Serve pages only."""
    boot.require_free_port(host, port)
    boot.ready()
    require_sound_installation()
    from recorrido.shared import orphans
    from recorrido.site.services.web import serve

    orphans.end_with(parent)
    serve(host, port, workers)


def ingest(
    host: str = HOST,
    port: int = typer.Option(8001, envvar="RECORRIDO_INGEST_PORT", help="The port to listen on."),
    workers: int = typer.Option(1, envvar="RECORRIDO_INGEST_WORKERS", help="Processes that take events."),
    parent: int = PARENT,
) -> None:
    """Take events only: the open door on a port of its own. (`recorrido up` and `web` take them too.)"""
    boot.require_free_port(host, port)
    boot.ready()
    require_sound_installation()
    from recorrido.shared import orphans
    from recorrido.site.services.ingest import serve

    orphans.end_with(parent)
    serve(host, port, workers)


def worker(
    concurrency: int = typer.Option(
        min(4, os.cpu_count() or 1), envvar="RECORRIDO_WORKER_JOBS", help="Jobs run at the same time."
    ),
    parent: int = PARENT,
) -> None:
    """Run background work only."""
    boot.ready()
    from recorrido.shared import orphans
    from recorrido.site.services.worker import work

    orphans.end_with(parent)
    work(concurrency)
