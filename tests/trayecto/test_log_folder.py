"""What the folder of a journey log promises: old or new, never half; damage is named."""

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
from tests.trayecto.event_tables import events_of, journeys_in

import trayecto
from trayecto.errors import BadLog
from trayecto.log import store

OLD, NEW = events_of([("p", "a", 1)]), events_of([("p", "a", 1), ("p", "b", 2), ("q", "b", 5)])
WRITER = """
import os, sys
from tests.trayecto.event_tables import events_of, journeys_in
import trayecto

def write_and_die(folder, moment):
    touches = 0
    def count(event, args):
        nonlocal touches
        touches += event in ("open", "os.rename", "os.mkdir") and folder + "/" in str(args[0])
        if touches == moment:
            os.kill(os.getpid(), 9)
    sys.addaudithook(count)
    trayecto.build(events_of([("p", "a", 1), ("p", "b", 2), ("q", "b", 5)]), folder)
    os._exit(0)

trayecto.build(events_of([("p", "a", 1)]), sys.argv[1] + ".warm")  # load the kernels once, before forking
for moment in map(int, sys.argv[2:]):
    child = os.fork()
    if child == 0:
        write_and_die(sys.argv[1], moment)
    died = os.waitpid(child, 0)[1]
    log = trayecto.JourneyLog.open(sys.argv[1])
    log.verify()
    print("died" if died else "lived", len(journeys_in(log)))
"""


def write_and_die(folder, *moments):
    """For each moment, build the new log in a process that kills itself at that touch of the folder.

    Returns what became of the process and how many journeys the log has after it: the old one 1, the new one 2.
    """
    python = [sys.executable, "-c", WRITER, str(folder), *map(str, moments)]
    paths = os.pathsep.join(["src", "."])
    done = subprocess.run(
        python, env=os.environ | {"PYTHONPATH": paths}, check=True, capture_output=True, text=True
    )
    return done.stdout.split("\n")[:-1]


def test_killing_the_writer_at_any_moment_leaves_the_old_log_or_the_new_one(tmp_path):
    trayecto.build(OLD, tmp_path / "log")
    outcomes = write_and_die(tmp_path / "log", *range(1, 29))
    assert set(outcomes) == {"died 1", "died 2", "lived 2"} and outcomes == sorted(outcomes)
    assert outcomes.count("died 1") > 5


def test_what_a_killed_writer_left_is_swept_by_the_next(tmp_path):
    trayecto.build(OLD, tmp_path / "log")
    write_and_die(tmp_path / "log", 6)
    trayecto.build(NEW, tmp_path / "log")
    assert len([path for path in (tmp_path / "log").iterdir() if path.is_dir()]) == 2


def test_a_build_that_fails_leaves_the_old_log_and_no_rubbish(tmp_path):
    trayecto.build(OLD, tmp_path / "log")
    before = sorted(path.name for path in (tmp_path / "log").iterdir())
    with pytest.raises(ZeroDivisionError), store.new_version(tmp_path / "log") as place:
        (place / "half").write_text("written")
        _ = 1 / 0
    assert sorted(path.name for path in (tmp_path / "log").iterdir()) == before
    trayecto.JourneyLog.open(tmp_path / "log").verify()


def test_an_open_log_keeps_the_version_it_opened(tmp_path):
    old = trayecto.build(OLD, tmp_path / "log")
    new = trayecto.build(NEW, tmp_path / "log")
    assert old.version != new.version and len(journeys_in(old)) == 1
    assert journeys_in(trayecto.JourneyLog.open(tmp_path / "log", old.version)) == journeys_in(old)


def test_superseded_versions_go_after_an_hour(tmp_path):
    old = trayecto.build(OLD, tmp_path / "log")
    trayecto.build(NEW, tmp_path / "log")
    manifest = json.loads((tmp_path / "log" / "manifest.json").read_text())
    manifest["superseded"][old.version] = (datetime.now(UTC) - timedelta(minutes=61)).isoformat()  # noqa: TID251
    (tmp_path / "log" / "manifest.json").write_text(json.dumps(manifest))
    trayecto.build(NEW, tmp_path / "log")
    with pytest.raises(BadLog, match="no longer has version"):
        trayecto.JourneyLog.open(tmp_path / "log", old.version)


def test_two_writers_take_turns(tmp_path):
    threads = [threading.Thread(target=trayecto.build, args=(NEW, tmp_path / "log")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    trayecto.JourneyLog.open(tmp_path / "log").verify()
    assert len([path for path in (tmp_path / "log").iterdir() if path.is_dir()]) == 4


def test_a_missing_log_says_how_to_build_one(tmp_path):
    with pytest.raises(BadLog, match="no journey log at"):
        trayecto.JourneyLog.open(tmp_path / "nothing")


def test_a_foreign_folder_is_not_a_log_and_is_not_written_to(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(BadLog, match="is not a journey log"):
        trayecto.JourneyLog.open(tmp_path)
    with pytest.raises(BadLog, match=r"letter\.txt"):
        trayecto.build(OLD, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "log").write_text("x")
    with pytest.raises(BadLog, match="cannot be written"):
        trayecto.build(OLD, tmp_path / "log")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "other"}', '{"format": "trayecto-journey-log"}'])
def test_a_damaged_manifest_is_one_sentence(tmp_path, text):
    trayecto.build(OLD, tmp_path / "log")
    (tmp_path / "log" / "manifest.json").write_text(text)
    with pytest.raises(BadLog, match=r"manifest\.json|log format"):
        trayecto.JourneyLog.open(tmp_path / "log")


@pytest.mark.parametrize("name", ["journeys.arrow", "variants.arrow", "log.json"])
def test_a_lost_or_cut_file_is_named(tmp_path, name):
    log = trayecto.build(NEW, tmp_path / "log")
    path = tmp_path / "log" / log.version / name
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(BadLog, match=name):
        trayecto.JourneyLog.open(tmp_path / "log")
    path.unlink()
    with pytest.raises(BadLog, match=name):
        trayecto.JourneyLog.open(tmp_path / "log")


def change_a_byte(path):
    content = bytearray(path.read_bytes())
    content[-40] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("name", ["journeys.arrow", "variants.arrow", "answers_map_flows.arrow", "log.json"])
def test_verify_finds_one_changed_byte(tmp_path, name):
    log = trayecto.build(NEW, tmp_path / "log")
    change_a_byte(tmp_path / "log" / log.version / name)
    with pytest.raises(BadLog, match=name):
        log.verify()


@pytest.mark.parametrize("name", ["journeys.arrow", "variants.arrow", "answers_map_flows.arrow", "log.json"])
def test_a_small_file_with_one_changed_byte_is_not_opened(tmp_path, name):
    change_a_byte(tmp_path / "log" / trayecto.build(NEW, tmp_path / "log").version / name)
    with pytest.raises(BadLog, match=f"{name} does not match its checksum"):
        trayecto.JourneyLog.open(tmp_path / "log")


def test_a_version_is_a_name_and_never_a_path(tmp_path):
    trayecto.build(NEW, tmp_path / "log")
    with pytest.raises(BadLog, match="no longer has version"):
        trayecto.JourneyLog.open(tmp_path / "log", "../log")


def test_info_says_what_is_in_the_log(tmp_path):
    log = trayecto.build(NEW, tmp_path / "log")
    facts = log.info().to_dict()
    assert (facts["journeys"], facts["events"], facts["steps"]) == (2, 3, ["a", "b"])
    assert json.dumps(facts) and facts["started"].startswith("1970-01-01T00:00:00")
