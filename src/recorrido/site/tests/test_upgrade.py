"""A newer PostgreSQL, from every older version that is on this machine."""

from __future__ import annotations

import psycopg
import pytest

from recorrido.site import postgres
from recorrido.site.postgres import binaries, cluster
from recorrido.site.postgres.place import place_for
from recorrido.site.postgres.upgrade import upgrade


@pytest.fixture
def two_versions(monkeypatch) -> tuple[binaries.Binaries, binaries.Binaries]:
    """The oldest and the newest binaries here; the environment names neither."""
    monkeypatch.delenv("RECORRIDO_PG_BIN", raising=False)
    found = sorted(binaries.everywhere(), key=lambda one: one.major)
    if len({one.major for one in found}) < 2:
        pytest.skip("only one major version of PostgreSQL is here")
    return found[0], found[-1]


@pytest.fixture
def old_installation(two_versions, home, monkeypatch):
    """A database of the older version with something in it."""
    monkeypatch.setenv("RECORRIDO_PG_BIN", str(two_versions[0].folder))
    place = place_for(home)
    postgres.ensure_running(place)
    ask(place, "CREATE TABLE kept AS SELECT n, 'ñandú ' || n AS word FROM generate_series(1, 1000) n")
    monkeypatch.delenv("RECORRIDO_PG_BIN")
    return place


def ask(place, statement: str):
    with psycopg.connect(host=str(place.sockets), user=cluster.USER, dbname=cluster.DATABASE) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone() if cursor.description else None


def test_the_data_are_there_after_an_upgrade_and_the_old_ones_are_kept(old_installation, two_versions):
    done = upgrade(old_installation, lambda sentence: None)
    assert (done.old, done.new) == (two_versions[0].major, two_versions[1].major)
    assert ask(old_installation, "SELECT count(*), max(word) FROM kept") == (1000, "ñandú 999")
    assert ask(old_installation, "SHOW server_version_num")[0].startswith(str(done.new))
    assert cluster.major_of(done.kept) == done.old


def test_a_second_upgrade_has_nothing_to_do(old_installation):
    upgrade(old_installation, lambda sentence: None)
    assert upgrade(old_installation, lambda sentence: None) is None


def test_a_server_that_was_killed_is_recovered_first(old_installation):
    import os
    import signal

    from recorrido.site.postgres import pidfile

    os.kill(pidfile.live_postmaster(old_installation.cluster), signal.SIGKILL)
    upgrade(old_installation, lambda sentence: None)
    assert ask(old_installation, "SELECT count(*) FROM kept") == (1000,)


def test_nobody_is_thrown_out(old_installation):
    refused = pytest.raises(postgres.PostgresError, match="1 connections to the database are open")
    host = str(old_installation.sockets)
    with psycopg.connect(host=host, user=cluster.USER, dbname=cluster.DATABASE), refused:
        upgrade(old_installation, lambda sentence: None)


def test_a_crash_between_the_two_renames_loses_nothing(old_installation):
    upgrade(old_installation, lambda sentence: None)
    postgres.stop(old_installation)
    old_installation.cluster.rename(cluster.upgraded_folder(old_installation))  # as if killed there
    assert postgres.ensure_running(old_installation) is True
    assert ask(old_installation, "SELECT count(*) FROM kept") == (1000,)


def test_without_the_old_programs_it_says_what_to_install(
    old_installation, two_versions, monkeypatch, tmp_path
):
    with pytest.raises(postgres.PostgresError, match=r"install postgresql-\d+, or name their folder"):
        upgrade(old_installation, lambda sentence: None, old_folder=two_versions[1].folder)
    assert ask(old_installation, "SELECT count(*) FROM kept") == (1000,)


def test_nothing_to_upgrade_is_said(home):
    with pytest.raises(postgres.PostgresError, match="no database"):
        upgrade(place_for(home), lambda sentence: None)
