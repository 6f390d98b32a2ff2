"""The database server, asked with SQL of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from recorrido.shared import clock
from recorrido.site.doctor.diagnosis import Check, Diagnosis, State, error, fine, warning

CLOCKS_APART = 5.0  # seconds
LONG_TRANSACTION = "10 minutes"
WRAPAROUND = 1_000_000_000  # transactions; PostgreSQL stops at two billion


def _row(statement: str, *values: Any) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return tuple(cursor.fetchone())


def check_answer(data: Path) -> Iterator[Diagnosis]:
    version, name, size = _row(
        "SELECT current_setting('server_version'), current_database(), pg_size_pretty(pg_database_size(current_database()))"
    )
    yield fine("database", f"PostgreSQL {version} answers; the database {name} has {size}.")


def check_settings(data: Path) -> Iterator[Diagnosis]:
    from django.core.checks import ERROR, Tags, run_checks

    problems = run_checks(tags=[Tags.security, Tags.database], databases=["default"])
    for problem in problems:
        state = State.ERROR if problem.level >= ERROR else State.WARNING
        yield Diagnosis("settings", state, str(problem.msg), f"See {problem.id} in docs/settings.md.")
    if not problems:
        yield fine("settings", "They fit each other and the server.")


def check_clock(data: Path) -> Iterator[Diagnosis]:
    (theirs,) = _row("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
    apart = abs((clock.now().replace(tzinfo=None) - theirs).total_seconds())
    if apart > CLOCKS_APART:
        yield warning("clock", f"This machine and the database differ by {apart:.0f} s.", "Keep both by NTP.")
    else:
        yield fine("clock", f"It is {theirs:%Y-%m-%d %H:%M} UTC here and on the database.")


def check_pages(data: Path) -> Iterator[Diagnosis]:
    (failures,) = _row("SELECT coalesce(sum(checksum_failures), 0) FROM pg_stat_database")
    (on,) = _row("SELECT current_setting('data_checksums')")
    if failures:
        yield error(
            "pages",
            f"{failures} damaged pages were read.",
            "The disk fails: restore a backup on another one.",
        )
    elif on != "on":
        yield warning(
            "pages",
            "The server keeps no checksums of its pages.",
            "pg_checksums --enable, while it is stopped.",
        )
    else:
        yield fine("pages", "No damaged page was read.")


def check_transactions(data: Path) -> Iterator[Diagnosis]:
    (count, oldest) = _row(
        "SELECT count(*), max(now() - xact_start)::text FROM pg_stat_activity"
        " WHERE backend_type = 'client backend' AND xact_start < now() - %s::interval",
        LONG_TRANSACTION,
    )
    (age,) = _row("SELECT age(datfrozenxid) FROM pg_database WHERE datname = current_database()")
    if count:
        yield warning(
            "transactions",
            f"{count} are open for long, the oldest for {oldest}.",
            "Tables cannot be tidied meanwhile: end what is idle in its transaction (pg_stat_activity).",
        )
    if age > WRAPAROUND:
        yield error(
            "transactions", f"The oldest row is {age:,} transactions old.", "VACUUM FREEZE, at a quiet hour."
        )
    if not count and age <= WRAPAROUND:
        yield fine("transactions", "None is open for long.")


def check_databases_kept(data: Path) -> Iterator[Diagnosis]:
    (kept,) = _row(
        "SELECT string_agg(datname, ', ' ORDER BY datname) FROM pg_database"
        " WHERE datname ~ ('^' || left(current_database(), 40) || '_(before|check|incoming)_')"
    )
    if kept:
        yield warning(
            "databases", f"Left from restores or broken off checks: {kept}.", "DROP DATABASE, when content."
        )


def check_tables(data: Path) -> Iterator[Diagnosis]:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    unknown = sorted(executor.loader.applied_migrations.keys() - executor.loader.disk_migrations.keys())  # type: ignore[operator]
    if plan:
        yield error("tables", f"{len(plan)} changes of the tables are not made yet.", "recorrido migrate")
    elif ours := [f"{app}.{name}" for app, name in unknown if app in executor.loader.migrated_apps]:
        yield error(
            "tables",
            f"They are newer than this program ({', '.join(ours[:3])}).",
            "Install the newer Recorrido again.",
        )
    else:
        yield fine("tables", "They fit this program.")


CHECKS: tuple[Check, ...] = (
    check_settings,
    check_clock,
    check_pages,
    check_transactions,
    check_databases_kept,
)
