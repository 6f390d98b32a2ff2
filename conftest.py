"""What every test may use: a real PostgreSQL, a data folder, a cast of people."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

Result = TypeVar("Result")

PASSWORD = "un-secreto-largo"
MADE_BY_MIGRATE = ("django_content_type", "auth_permission")
LARGE = 1 << 20

# Files that take a minute or more are begun first, those that wait a lot beside those that reckon a lot: no process is
# left alone with one of them at the end.
LONGEST = (
    "api/read/tests/test_schema.py",
    "clients/test_delivery.py",
    "trayecto/test_cluster.py",
    "site/tests/test_services.py",
    "browser/journeys/test_every_page.py",
    "site/tests/test_embedded_postgres.py",
    "web/journeys/tests/test_figures_lead_to_their_rows.py",
    "site/tests/test_backup.py",
    "trayecto/test_log_folder.py",
    "clients/test_browser_delivery.py",
    "trial/test_trial.py",
    "watch/tests/test_restarts.py",
    "clients/test_raw_requests.py",
    "site/tests/test_embedded_choices.py",
    "trayecto/test_gates.py",
    "browser/test_data_pages.py",
    "webhooks/tests/test_receiving.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _place(item.path.as_posix()))


def _place(path: str) -> int:
    return next((place for place, name in enumerate(LONGEST) if path.endswith(name)), len(LONGEST))


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Start the embedded server unless DATABASE_URL names one; the lock makes it one for all processes."""
    from django.conf import settings

    from recorrido.site import postgres

    if not os.environ.get("DATABASE_URL"):
        place = postgres.place_for(settings.RECORRIDO_DATA)
        postgres.ensure_running(place)
        _never_wait_for_the_disk(place)


def _never_wait_for_the_disk(place) -> None:
    """A crash of the machine may cost the tests' databases; emptying tables between tests is most of the waiting."""
    import psycopg

    from recorrido.site.postgres.cluster import USER

    with psycopg.connect(
        host=str(place.sockets), user=USER, dbname="postgres", autocommit=True
    ) as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
        _drop_what_killed_runs_left(connection)


def _drop_what_killed_runs_left(connection) -> None:
    """A run that was killed could not drop its database, which is named with its process."""
    names = connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^test_recorrido_[0-9]+'")
    for (name,) in names.fetchall():
        if not Path(f"/proc/{name.split('_')[2]}").exists() and Path("/proc/self").exists():
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session", autouse=True)
def _empty_what_was_filled() -> Iterator[None]:
    """Django empties all tables behind a test with real transactions: half a second of making their files anew."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", _statements_that_empty)
        # What it would fill again stays.
        patch.setattr("django.core.management.commands.flush.emit_post_migrate_signal", lambda *_, **__: None)
        yield


def _statements_that_empty(operations, _style, tables, **_options) -> list[str]:
    """A few rows are deleted, past triggers and foreign keys; what became large is truncated, and the rest is empty."""
    with operations.connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, pg_relation_size(quote_ident(name)::regclass) FROM unnest(%s::text[]) name",
            [tables],
        )
        sizes = {name: size for name, size in cursor.fetchall() if size and name not in MADE_BY_MIGRATE}
    large = [operations.quote_name(name) for name, size in sizes.items() if size > LARGE]
    small = [operations.quote_name(name) for name, size in sizes.items() if size <= LARGE]
    truncated = [f"TRUNCATE {', '.join(large)} CASCADE"] if large else []
    return [
        *truncated,
        "SET LOCAL session_replication_role = replica",
        *(f"DELETE FROM {name}" for name in small),
    ]


@pytest.fixture(autouse=True)
def _rules_of_this_test_only() -> None:
    """A test's rules are rolled back with it; the process that remembers them asks again."""
    from recorrido.people import rules

    rules.forget()


@pytest.fixture(autouse=True)
def _jobs_of_this_test_only(request) -> Iterator[None]:
    """What a test with real transactions queued would look like work that waits to the tests behind it: the queue's tables
    are not Django's, so emptying the tables between tests leaves them."""
    marker = request.node.get_closest_marker("django_db")
    committed = bool(marker and marker.kwargs.get("transaction")) or {
        "transactional_db",
        "live_server",
    } & set(request.fixturenames)
    if not committed:
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("periodic_defers", "events", "jobs"):
            cursor.execute(f"DELETE FROM procrastinate_{table}")


def in_a_loop(work: Coroutine[object, object, Result]) -> Result:
    """What asynchronous work gives, in a thread of its own: Playwright may run a loop in this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


@pytest.fixture
def data_folder(settings, tmp_path: Path) -> Path:
    """A data folder of the test's own: journey logs and files made in it vanish with the test."""
    settings.RECORRIDO_DATA = tmp_path
    return tmp_path


@pytest.fixture
def make_staff(db):
    """Make a member of staff: ``make_staff("analyst")``; the password is PASSWORD."""
    from recorrido.company.models import Staff

    def make(role: str = "admin", *, email: str = "", **fields: object) -> Staff:
        email = email or f"{role}@example.com"
        staff = Staff(email=email, name=fields.pop("name", role.title()), role=role, **fields)
        staff.set_password(PASSWORD)
        staff.save()
        return staff

    return make


@pytest.fixture
def admin(make_staff):
    return make_staff("admin")


@pytest.fixture
def analyst(make_staff):
    return make_staff("analyst")


@pytest.fixture
def signed_in(client):
    """A test client signed in as the given member of staff: ``signed_in(analyst).get("/")``."""

    def sign_in(staff):
        client.force_login(staff)
        return client

    return sign_in
