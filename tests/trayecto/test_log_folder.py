"""What the folder of a journey log promises: old or new, never half; damage is named."""

import json
import os
import resource
import shutil
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
from tests.trayecto.event_tables import events_of, journeys_in

import trayecto
from trayecto.errors import BadLog
from trayecto.log import writing

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
    work(folder)
    os._exit(0)

def build(folder):
    trayecto.build(events_of([("p", "a", 1), ("p", "b", 2), ("q", "b", 5)]), folder)

def append(folder):
    trayecto.append(folder, events_of([("p", "b", 2), ("q", "b", 5)]))

def compact(folder):
    trayecto.compact(folder)

work = {"build": build, "append": append, "compact": compact}[sys.argv[2]]
trayecto.build(events_of([("p", "a", 1)]), sys.argv[1] + ".warm")  # load the kernels once, before forking
trayecto.append(sys.argv[1] + ".warm", events_of([("p", "a", 1)]))
for moment in map(int, sys.argv[3:]):
    child = os.fork()
    if child == 0:
        write_and_die(sys.argv[1], moment)
    died = os.waitpid(child, 0)[1]
    log = trayecto.JourneyLog.open(sys.argv[1])
    log.verify()
    print("died" if died else "lived", log.journeys().num_rows)
"""


def write_and_die(folder, *moments, work="build"):
    """For each moment, write the new log in a process that kills itself at that touch of the folder.

    Returns what became of the process and how many journeys the log has after it: the old one 1, the new one 2.
    """
    python = [sys.executable, "-c", WRITER, str(folder), work, *map(str, moments)]
    paths = os.pathsep.join(["src", "."])
    done = subprocess.run(
        python, env=os.environ | {"PYTHONPATH": paths}, check=True, capture_output=True, text=True
    )
    return done.stdout.split("\n")[:-1]


def test_killing_the_writer_at_any_moment_leaves_the_old_log_or_the_new_one(tmp_path):
    trayecto.build(OLD, tmp_path / "log")
    outcomes = write_and_die(tmp_path / "log", *range(1, 60))
    assert set(outcomes) == {"died 1", "died 2", "lived 2"} and outcomes == sorted(outcomes)
    assert outcomes.count("died 1") > 5


def test_killing_who_appends_at_any_moment_leaves_the_old_log_or_the_new_one(tmp_path):
    trayecto.build(OLD, tmp_path / "log")
    outcomes = write_and_die(tmp_path / "log", *range(1, 45), work="append")
    assert set(outcomes) == {"died 1", "died 2", "lived 2"}
    assert outcomes.index("died 2") > 5 and "died 1" not in outcomes[outcomes.index("died 2") :]


def test_killing_who_merges_patches_at_any_moment_changes_no_journey(tmp_path):
    grown_in_steps(tmp_path / "log")
    outcomes = write_and_die(tmp_path / "log", *range(1, 26, 2), work="compact")
    assert {outcome.split()[1] for outcome in outcomes} == {"95000"}
    assert trayecto.JourneyLog.open(tmp_path / "log").info().patches == 1


def grown_in_steps(folder):
    """A log of 95,000 journeys with two patches that are too large to be merged at once."""
    rows = [(f"k{number}", "a", number) for number in range(95_000)]
    trayecto.build(events_of(rows[:5_000]), folder)
    trayecto.append(folder, events_of(rows[5_000:55_000]))
    trayecto.append(folder, events_of(rows[55_000:]))
    assert trayecto.JourneyLog.open(folder).info().patches == 2


def test_what_readers_may_hold_stays_an_hour_and_goes_then(tmp_path):
    first = trayecto.build(OLD, tmp_path / "log")
    versions = [trayecto.append(tmp_path / "log", NEW).version for _ in range(40)]
    assert journeys_in(trayecto.JourneyLog.open(tmp_path / "log", versions[0])) == journeys_in(
        trayecto.JourneyLog.open(tmp_path / "log")
    )
    tail = tmp_path / "log" / first.version / "tail"
    for path in tail.iterdir():
        os.utime(path, (0, 0))
    for _ in range(32):
        last = trayecto.append(tmp_path / "log", NEW).version
    assert len(list(tail.iterdir())) < 60
    with pytest.raises(BadLog, match="no longer has version"):
        trayecto.JourneyLog.open(tmp_path / "log", versions[0])
    trayecto.JourneyLog.open(tmp_path / "log", last).verify()


def test_many_append_and_merge_at_the_same_time(tmp_path):
    trayecto.build(OLD, tmp_path / "log")
    rows = [[(f"k{writer}-{number}", "a", number) for number in range(20)] for writer in range(4)]

    def work(mine):
        for row in mine:
            trayecto.append(tmp_path / "log", events_of([row]))
            trayecto.compact(tmp_path / "log")

    threads = [threading.Thread(target=work, args=(mine,)) for mine in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journeys_in(trayecto.JourneyLog.open(tmp_path / "log"))) == 81


def test_what_a_killed_writer_left_is_swept_by_the_next(tmp_path):
    trayecto.build(OLD, tmp_path / "log")
    write_and_die(tmp_path / "log", 6)
    trayecto.build(NEW, tmp_path / "log")
    assert len([path for path in (tmp_path / "log").iterdir() if path.is_dir()]) == 2


def test_a_build_that_fails_leaves_the_old_log_and_no_rubbish(tmp_path):
    trayecto.build(OLD, tmp_path / "log")
    before = sorted(path.name for path in (tmp_path / "log").iterdir())
    with pytest.raises(ZeroDivisionError), writing.new_base(tmp_path / "log") as place:
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


def test_a_changed_patch_is_not_opened(tmp_path):
    trayecto.build(OLD, tmp_path / "log")
    log = trayecto.append(tmp_path / "log", NEW)
    base, number = log.version.split(".")
    change_a_byte(tmp_path / "log" / base / "tail" / f"{number}.patch")
    with pytest.raises(BadLog, match=r"\.patch"):
        log.verify()
    with pytest.raises(BadLog, match=r"\.patch does not match"):
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


def test_an_open_log_answers_also_when_its_files_are_gone(tmp_path):
    trayecto.build(NEW, tmp_path / "log")
    trayecto.append(tmp_path / "log", events_of([("q", "b", 5), ("q", "a", 6)]))
    log, kept = trayecto.JourneyLog.open(tmp_path / "log"), trayecto.JourneyLog.open(tmp_path / "log")
    told = [kept.map(), kept.variants(), journeys_in(kept)]
    shutil.rmtree(tmp_path / "log")
    assert [log.map(), log.variants(), journeys_in(log)] == told


def test_an_open_log_of_a_base_alone_answers_when_its_files_are_gone(tmp_path):
    trayecto.build(NEW, tmp_path / "log")
    log = trayecto.JourneyLog.open(tmp_path / "log")
    shutil.rmtree(tmp_path / "log")
    assert (log.map().journeys, log.variants().journeys, log.where("variant_rank(1)").journey_count) == (
        2,
        2,
        1,
    )


def test_no_two_versions_have_one_name_whatever_was_removed_or_left_behind(tmp_path):
    base = trayecto.build(OLD, tmp_path / "log").version
    tail, names = tmp_path / "log" / base / "tail", []
    for round in range(6):
        names.append(trayecto.append(tmp_path / "log", NEW).version)
        for path in tail.iterdir():  # what is past its hour
            if path.stem not in names[-1].split(".")[1:]:
                path.unlink()
        if round == 3:
            (tail / "8.patch").write_bytes(b"half a patch of a writer that died")
    assert len(set(names)) == 6 and journeys_in(trayecto.JourneyLog.open(tmp_path / "log"))


def test_a_full_disk_leaves_the_log_as_it_was(tmp_path):
    rows = [(f"k{number}", "a", number) for number in range(20_000)]
    before = trayecto.build(events_of(rows[:10]), tmp_path / "log").version
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(OSError, match=r"."):
            trayecto.append(tmp_path / "log", events_of(rows))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert trayecto.current_version(tmp_path / "log") == before
    assert trayecto.append(tmp_path / "log", events_of(rows)).total_journeys == 20_000
