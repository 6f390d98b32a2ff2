"""Each diagnosis on the ground it is about, in a real database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest

from recorrido.events.actions import ensure_source, record_many
from recorrido.events.consumers import consume
from recorrido.events.records import NewEvent
from recorrido.shared import clock
from recorrido.site.backups.dump import LAST
from recorrido.site.doctor import State, examine
from recorrido.site.doctor.diagnosis import examined
from recorrido.site.doctor.machine import check_program


def found(data, name: str):
    return [diagnosis for diagnosis in examine(data) if diagnosis.name == name]


@pytest.mark.parametrize(
    ("options", "prefix", "state"),
    [
        ("'--enable-shared'", "/opt/pyenv", State.WARNING),
        ("'--enable-shared' '--enable-optimizations'", "/opt/pyenv", State.FINE),
        ("'--enable-shared'", "/usr", State.FINE),
        (None, "/opt/python", State.FINE),
    ],
)
def test_a_python_built_without_optimisations_is_told(monkeypatch, tmp_path, options, prefix, state):
    monkeypatch.setattr("sysconfig.get_config_var", {"CONFIG_ARGS": options}.get)
    monkeypatch.setattr("sys.base_prefix", prefix)
    assert list(examined([check_program], tmp_path))[-1].state is state


@pytest.mark.django_db
def test_an_installation_without_administrator_cannot_be_used(data_folder, make_staff):
    assert [diagnosis.state for diagnosis in found(data_folder, "logins")] == [State.ERROR]
    make_staff("admin")
    assert [diagnosis.state for diagnosis in found(data_folder, "logins")] == [State.FINE]


@pytest.mark.django_db
def test_a_missing_worker_is_an_error_with_its_remedy(data_folder):
    (diagnosis,) = found(data_folder, "worker")
    assert diagnosis.state is State.ERROR
    assert "recorrido worker" in diagnosis.remedy


@pytest.mark.django_db
def test_what_waits_in_quarantine_is_told_with_its_place(data_folder):
    event = NewEvent(message_id="m1", type="", at=clock.now())
    record_many(source=ensure_source(name="shop"), events=[event])
    (diagnosis,) = found(data_folder, "quarantine")
    assert diagnosis.sentence.startswith("1 events wait") and "/data/quarantine/" in diagnosis.remedy


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "state"), [(1, State.FINE), (30, State.WARNING)])
def test_a_backup_grows_old(data_folder, days, state):
    made_at = (clock.now() - timedelta(days=days)).isoformat(timespec="seconds")
    (data_folder / LAST).write_text(f"{made_at}\n/mnt/shop.backup\nverified\n")
    assert [diagnosis.state for diagnosis in found(data_folder, "backup")] == [state]


@pytest.mark.django_db(transaction=True)
def test_a_consumer_that_stands_still_is_told_however_few_events_wait(data_folder):
    record_many(
        source=ensure_source(name="shop"), events=[NewEvent(message_id="m1", type="a", at=clock.now())]
    )
    consume(consumer="mail", handle=lambda batch: None, limit=10)
    assert [diagnosis.state for diagnosis in found(data_folder, "consumers")] == [State.FINE]
    record_many(
        source=ensure_source(name="shop"), events=[NewEvent(message_id="m2", type="a", at=clock.now())]
    )
    with clock.frozen(clock.now() + timedelta(hours=3)):
        (diagnosis,) = found(data_folder, "consumers")
    assert diagnosis.sentence.startswith("mail is 1 behind the ledger, for 3 hours")
    assert "recorrido worker" in diagnosis.remedy


@pytest.mark.django_db
def test_every_finding_that_is_not_fine_says_what_to_do(data_folder):
    diagnoses = list(examine(data_folder))
    assert len({diagnosis.name for diagnosis in diagnoses}) > 12
    assert all(diagnosis.remedy for diagnosis in diagnoses if diagnosis.state is not State.FINE)


def test_a_check_that_breaks_off_is_a_finding_and_stops_no_other(tmp_path):
    def check_first(data):
        raise RuntimeError("the disk\nis gone")

    def check_second(data):
        return []

    (diagnosis,) = examined([check_first, check_second], tmp_path)
    assert (diagnosis.name, diagnosis.state) == ("first", State.ERROR)
    assert "the disk is gone" in diagnosis.sentence


def test_without_a_database_the_page_still_comes_and_says_so(home):
    environment = os.environ | {"RECORRIDO_DATA": str(home), "RECORRIDO_PG_BIN": str(home)}
    environment["DJANGO_SETTINGS_MODULE"] = "recorrido.site.settings"
    command = [sys.executable, "-m", "recorrido.site.cli", "doctor", "--json"]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    diagnoses = {diagnosis["name"]: diagnosis for diagnosis in json.loads(answer.stdout)}
    assert answer.returncode == 1
    assert diagnoses["answer"]["state"] == "error" and "tables" not in diagnoses
