"""Backups of a whole installation with a server of its own, made and restored by the real commands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from recorrido.site.postgres import cluster, place_for
from recorrido.site.tests.conftest import open_folder

pytestmark = pytest.mark.slow


def recorrido(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"RECORRIDO_DATA": str(data), "DJANGO_SETTINGS_MODULE": "recorrido.site.settings"}
    command = [sys.executable, "-m", "recorrido.site.cli", *arguments]
    return subprocess.run(command, env=environment, cwd=data, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def shop() -> Iterator[Path]:
    """An installation with three events and a backup of them, ``one.backup``."""
    with open_folder() as data:
        assert recorrido(data, "migrate").returncode == 0
        ask(data, "INSERT INTO events_source (name, country) VALUES ('shop', 'CL')")
        for word in ("placed", "paid", "sent"):
            add_event(data, word)
        answer = recorrido(data, "backup", "one.backup")
        assert "compared: equal" in answer.stderr, answer.stderr
        yield data


def connect(data: Path, database: str = cluster.DATABASE) -> psycopg.Connection:
    return psycopg.connect(host=str(place_for(data).sockets), user=cluster.USER, dbname=database)


def ask(data: Path, statement: str, database: str = cluster.DATABASE):
    with connect(data, database) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else None


def add_event(data: Path, word: str) -> None:
    ask(data, f"INSERT INTO events_eventtype (name) VALUES ('{word}') ON CONFLICT DO NOTHING")
    ask(
        data,
        "INSERT INTO events_event (source_id, hash, type_id, at, received_at, date_only, leaf_ids, object_ids, properties)"
        f" SELECT s.id, md5(random()::text)::uuid, t.id, now(), now(), false, '{{}}', '{{}}', '{{\"a\": \"ñ\"}}'"
        f" FROM events_source s, events_eventtype t WHERE t.name = '{word}' LIMIT 1",
    )


def events(data: Path, database: str = cluster.DATABASE) -> int:
    return ask(data, "SELECT count(*) FROM events_event", database)[0][0]


def databases(data: Path) -> int:
    return ask(data, "SELECT count(*) FROM pg_database")[0][0]


def test_a_backup_brings_back_exactly_what_was_saved(shop):
    add_event(shop, "after the backup")
    there = events(shop)
    answer = recorrido(shop, "restore", "one.backup", "--replace")
    assert answer.returncode == 0, answer.stderr
    assert events(shop) == 3
    kept = answer.stderr.split("kept as the database ")[1].split(".")[0]
    assert events(shop, kept) == there > 3


def test_a_backup_made_while_events_come_in_is_one_moment(shop):
    """Its check by restoring would find tables of different moments."""
    ending = threading.Event()

    def write() -> None:
        while not ending.is_set():
            add_event(shop, "busy")

    writer = threading.Thread(target=write)
    writer.start()
    answer = recorrido(shop, "backup", "busy.backup")
    ending.set()
    writer.join()
    assert answer.returncode == 0, answer.stderr
    assert (shop / "busy.backup").stat().st_mode & 0o077 == 0


def test_what_a_crash_may_empty_is_not_saved(shop):
    """The memory of whom the door met: emptied between the dump and the sums, it would have made the backup look damaged."""
    ask(shop, "INSERT INTO people_acquaintance (hash, leaves) VALUES (gen_random_uuid(), '1,2')")
    answer = recorrido(shop, "backup", "met.backup")
    assert "compared: equal" in answer.stderr, answer.stderr
    assert recorrido(shop, "restore", "met.backup", "--replace").returncode == 0
    assert ask(shop, "SELECT count(*) FROM people_acquaintance") == [(0,)]
    assert ask(shop, "SELECT relpersistence FROM pg_class WHERE relname = 'people_acquaintance'") == [("u",)]


def test_no_database_is_left_over_from_the_check(shop):
    before = databases(shop)
    assert "is whole" in recorrido(shop, "restore", "one.backup", "--check").stderr
    assert databases(shop) == before


def test_a_restore_does_not_overwrite_events_unasked(shop):
    answer = recorrido(shop, "restore", "one.backup")
    assert answer.returncode == 2
    assert "repeat the command with --replace" in answer.stderr


def test_a_restore_waits_for_nobody_and_throws_nobody_out(shop):
    with connect(shop):
        answer = recorrido(shop, "restore", "one.backup", "--replace")
    assert answer.returncode == 2
    assert "stop Recorrido" in answer.stderr


def test_a_damaged_backup_changes_nothing(shop):
    content = bytearray((shop / "one.backup").read_bytes())
    with zipfile.ZipFile(shop / "one.backup") as archive:
        place = archive.getinfo("database.dump").header_offset + 2_000
    content[place] ^= 0xFF
    (shop / "bad.backup").write_bytes(content)
    before = databases(shop), events(shop)
    answer = recorrido(shop, "restore", "bad.backup", "--replace")
    assert answer.returncode == 2, answer.stderr
    assert (databases(shop), events(shop)) == before


@pytest.mark.parametrize("length", [0, 100, -100])
def test_half_a_backup_says_so(shop, length):
    (shop / "half.backup").write_bytes((shop / "one.backup").read_bytes()[:length])
    answer = recorrido(shop, "restore", "half.backup", "--replace")
    assert answer.returncode == 2
    assert "no whole backup" in answer.stderr


def test_a_backup_of_a_newer_recorrido_is_refused_and_says_what_to_install(shop):
    ask(shop, "INSERT INTO django_migrations (app, name, applied) VALUES ('events', '9999_later', now())")
    made = recorrido(shop, "backup", "newer.backup", "--no-verify")
    ask(shop, "DELETE FROM django_migrations WHERE name = '9999_later'")
    before = databases(shop), events(shop)
    answer = recorrido(shop, "restore", "newer.backup", "--replace")
    assert (made.returncode, answer.returncode) == (0, 2)
    assert "newer Recorrido" in answer.stderr and "events.9999_later" in answer.stderr
    assert (databases(shop), events(shop)) == before


def test_a_backup_of_a_newer_postgresql_is_refused_before_anything_is_made(shop):
    with zipfile.ZipFile(shop / "one.backup") as old, zipfile.ZipFile(shop / "pg.backup", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                content = re.sub(rb'"server": "\d+', b'"server": "99', content)
            new.writestr(name, content)
    answer = recorrido(shop, "restore", "pg.backup", "--replace")
    assert (answer.returncode, "recorrido upgrade" in answer.stderr) == (2, True), answer.stderr


def test_an_existing_file_is_not_overwritten(shop):
    before = (shop / "one.backup").read_bytes()
    assert "exists" in recorrido(shop, "backup", "one.backup").stderr
    assert (shop / "one.backup").read_bytes() == before


def test_a_backup_goes_into_a_new_installation_with_its_key(shop, home):
    other = home / "other"
    other.mkdir(mode=0o755)
    answer = recorrido(other, "restore", str(shop / "one.backup"))
    assert answer.returncode == 0, answer.stderr
    assert events(other) == 3
    assert (other / "secret-key").read_text() == (shop / "secret-key").read_text()
