"""The server behind Django's settings, for what Django does not do: other databases beside ours, pg_dump, pg_restore."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from recorrido.site.backups.errors import BackupError
from recorrido.site.postgres import binaries as programs

_VARIABLES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}


@dataclass(frozen=True)
class Server:
    """Where a database lives; ``embedded`` says that it is our own server's."""

    database: str
    options: Mapping[str, Any]
    embedded: bool

    @classmethod
    def of_settings(cls) -> Server:
        from django.conf import settings

        given = settings.DATABASES["default"]
        names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
        options = {ours: given[theirs] for ours, theirs in names.items() if given.get(theirs)}
        return cls(given["NAME"], options | given.get("OPTIONS", {}), not os.environ.get("DATABASE_URL"))

    def connect(self, database: str | None = None, **options: Any) -> psycopg.Connection[Any]:
        """A connection of its own, in UTC and with one way of writing values, so that sums compare."""
        connection = psycopg.connect(dbname=database or self.database, **{**self.options, **options})
        connection.execute("SET timezone = 'UTC'")
        connection.execute("SET datestyle = 'ISO'")
        connection.execute("SET extra_float_digits = 1")
        connection.commit()
        return connection

    def environment(self) -> dict[str, str]:
        """For pg_dump and pg_restore; a password never stands on a command line."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        named = {_VARIABLES[name]: str(value) for name, value in self.options.items() if name in _VARIABLES}
        others = {f"PG{name.upper()}": str(v) for name, v in self.options.items() if name.startswith("ssl")}
        return kept | named | others

    def major(self) -> int:
        with self.connect() as connection:
            return connection.info.server_version // 10_000

    def program(self, name: str) -> str:
        """``pg_dump`` or ``pg_restore`` of the server's own major version. Raises BackupError."""
        major = self.major()
        if self.embedded:
            return programs.choose(major).program(name)
        # The wheel's pg_dump knows no TLS, and a dump made by another version may not go back in.
        for folder in [*programs.system_folders(), *_on_the_path(name)]:
            if _major_of(folder / name) == major:
                return str(folder / name)
        raise BackupError(
            f"No {name} of PostgreSQL {major} was found on this machine, and DATABASE_URL names a server of that version: "
            f"install postgresql-client-{major}, or back the server up with its own tools."
        )


def _on_the_path(name: str) -> list[Path]:
    found = shutil.which(name)
    return [Path(found).parent] if found else []


def _major_of(program: Path) -> int | None:
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    version = re.search(r"(\d+)(?:\.\d+|devel|beta|rc)", answer.stdout)
    return int(version.group(1)) if version else None


def create_database(server: Server, name: str) -> None:
    """An empty database beside ours, with the same encoding and locale. Raises BackupError."""
    try:
        with server.connect(autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise BackupError(
            "The database's user may not create databases, which restoring needs: grant CREATEDB, "
            "or leave out the check with --no-verify."
        ) from error


def drop_database(server: Server, name: str) -> None:
    with server.connect("postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


@contextmanager
def scratch_database(server: Server) -> Iterator[str]:
    """A database that is gone afterwards; its name begins with ours, so that a leftover tells whose it is."""
    name = f"{server.database[:40]}_check_{os.urandom(4).hex()}"
    create_database(server, name)
    try:
        yield name
    finally:
        drop_database(server, name)
