from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from recorrido.site import postgres
from recorrido.site.postgres.cluster import USER


def recorrido(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "recorrido.site.cli", *arguments]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, env={**os.environ, **environment}
    )


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DATABASE_URL", "nonsense", "DATABASE_URL must look like"),
        ("DATABASE_URL", "postgresql://ana:secreto@localhost:port/x", "DATABASE_URL must look like"),
        ("DATABASE_URL", "postgresql://ana:secreto@localhost:1/x", "The database does not answer"),
        ("DATABASE_URL", "postgresql://ana:secreto@localhost/x?bogus=1", "The database does not answer"),
        ("RECORRIDO_SESSION_HOURS", "long", "RECORRIDO_SESSION_HOURS is 'long'"),
        ("RECORRIDO_LOG_LEVEL", "LOUD", "RECORRIDO_LOG_LEVEL is 'LOUD'"),
        ("RECORRIDO_TIME_ZONE", "Mars/Base", "RECORRIDO_TIME_ZONE is 'Mars/Base'"),
    ],
)
def test_a_setting_that_cannot_work_is_told_in_one_sentence(tmp_path, name, value, told):
    environment = {"DATABASE_URL": "postgresql://nobody@localhost:1/x", "RECORRIDO_DATA": str(tmp_path)}
    answer = recorrido("journeys", "list", **environment | {name: value})
    assert (answer.returncode, answer.stderr.count("\n")) == (2, 1)
    assert told in answer.stderr and "secreto" not in answer.stderr


@pytest.fixture
def empty_database(django_db_setup, settings) -> Iterator[str]:
    """The address of a database without tables."""
    name, sockets = f"complaints_{os.getpid()}", postgres.place_for(settings.RECORRIDO_DATA).sockets
    with psycopg.connect(host=str(sockets), user=USER, dbname="postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield f"postgresql://{USER}@/{name}?host={sockets}"
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_database_without_tables_says_how_they_are_made(tmp_path, empty_database):
    answer = recorrido("journeys", "list", DATABASE_URL=empty_database, RECORRIDO_DATA=str(tmp_path))
    assert (answer.returncode, "run `recorrido migrate`" in answer.stderr) == (2, True)
    assert "Traceback" not in answer.stderr


def test_a_port_that_is_none_is_refused(tmp_path):
    answer = recorrido("up", RECORRIDO_PORT="99999", RECORRIDO_DATA=str(tmp_path))
    assert (answer.returncode, "Traceback" in answer.stderr) == (2, False)


@pytest.mark.parametrize("command", ["up", "web"])
def test_an_installation_that_fails_its_checks_does_not_serve(tmp_path, empty_database, command):
    public = {"DATABASE_URL": empty_database, "RECORRIDO_URL": "https://cx.example.com"}
    answer = recorrido(command, "--port", "0", RECORRIDO_DATA=str(tmp_path), **public)
    assert (answer.returncode, "RECORRIDO_HOSTS must name cx.example.com" in answer.stderr) == (2, True)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "taken").write_text("")
    answer = recorrido(
        "simulate", "--scenario", "calm", "--customers", "5", "--out", str(tmp_path / "taken" / "run")
    )
    assert (answer.returncode, answer.stderr.strip().count("\n")) == (2, 0)
    assert f"{tmp_path}/taken/run cannot be used" in answer.stderr
