"""Getting ready: settings, database server, Django. Every command begins here."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REVIVAL_PATIENCE = 5.0  # seconds of trying to start, until the next look


def say(message: str) -> None:
    """A sentence for the person at the terminal; stdout is left to results."""
    print(message, file=sys.stderr, flush=True)


def data_folder() -> Path:
    """The data folder, made absolute once so that child processes agree on it."""
    folder = Path(os.environ.get("RECORRIDO_DATA") or ".recorrido").absolute()
    os.environ["RECORRIDO_DATA"] = str(folder)
    return folder


def start_database() -> bool:
    """Start the embedded server where DATABASE_URL is not set; True if this process started it."""
    if os.environ.get("DATABASE_URL"):
        return False
    from recorrido.site import postgres

    return postgres.ensure_running(postgres.place_for(data_folder()), say)


def revive_database() -> None:
    """For a supervisor: bring back an embedded server that was killed; pages would answer 500 until a new command."""
    if os.environ.get("DATABASE_URL"):
        return
    from recorrido.site import postgres

    try:
        if postgres.revive(postgres.place_for(data_folder()), restart_patience=REVIVAL_PATIENCE):
            say("The database had ended without being stopped; it is up again.")
    except postgres.PostgresError as error:
        _complain_seldom(str(error))


def _complain_seldom(message: str) -> None:
    """A disk may be full for hours; once a minute says it often enough."""
    global _complained  # noqa: PLW0603
    if time.monotonic() - _complained > 60:
        _complained = time.monotonic()
        say(message)


_complained = float("-inf")


def setup() -> None:
    """Load Django's settings and applications."""
    data_folder()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recorrido.site.settings")
    import django

    django.setup()


def ready() -> None:
    """Database and Django, for commands that need both."""
    start_database()
    setup()


def require_free_port(host: str, port: int) -> None:
    """Find out first: nobody wants to read about a taken port after minutes of preparation."""
    from recorrido.site.services.ports import LEAVING, require_free

    require_free(host, port, patience=LEAVING)


@contextmanager
def database_stopped_afterwards() -> Iterator[None]:
    """Leave nothing running behind, also when Ctrl-C comes in the middle of the preparations."""
    try:
        yield
    finally:
        if not os.environ.get("DATABASE_URL"):
            _stop_database_if_idle()
        say("Stopped.")


def _stop_database_if_idle() -> None:
    """Stop the embedded server unless another program is connected to it; the next command starts it again."""
    from django.db import connection

    from recorrido.site import postgres

    connection.close()  # it may stand in the middle of what was interrupted
    others = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    with connection.cursor() as cursor:
        cursor.execute(others)
        (busy,) = cursor.fetchone()
    connection.close()
    if busy:
        say("The database stays up: another program uses it. `recorrido database stop` stops it.")
    else:
        postgres.stop(postgres.place_for(data_folder()))
