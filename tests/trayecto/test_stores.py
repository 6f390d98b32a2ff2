"""Logs and files of events on a store: the same answers, fetched once, and a sentence when the store is in trouble."""

import os
import resource
import subprocess
import sys
import threading

import pytest
from tests.trayecto.every_question import answers
from tests.trayecto.grown_events import READING, SHAPE, events, told, written
from tests.trayecto.object_store import BUCKET, KEYS, door_to, s3_server

import trayecto
from trayecto import engine
from trayecto.cli.app import code_of
from trayecto.engine import watch
from trayecto.stores import cache, never, remote

pytest.importorskip("s3fs")
LOG = f"s3://{BUCKET}/log"


@pytest.fixture(scope="module")
def server():
    with s3_server() as port:
        yield port


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return written(5, tmp_path_factory.mktemp("events"))


@pytest.fixture(scope="module")
def whole(files, tmp_path_factory):
    """The same events in one piece, on this machine."""
    read = trayecto.read_events(list(map(str, files)), **READING)
    return trayecto.build(read, tmp_path_factory.mktemp("whole"), **SHAPE)


@pytest.fixture(scope="module")
def built(server, files, tmp_path_factory):
    """A log in shards on the server."""
    with pytest.MonkeyPatch.context() as patch:
        _reach(patch, server, tmp_path_factory.mktemp("built"))
        return trayecto.build_shards(files, LOG, shards=3, reading=READING, **SHAPE)[0].version


def _reach(patch, port, keeping):
    told = {"FSSPEC_S3_ENDPOINT_URL": f"http://127.0.0.1:{port}", "TRAYECTO_CACHE": str(keeping), **KEYS}
    for name, value in told.items():
        patch.setenv(name, value)
    patch.setattr(remote, "PAUSE", 0.01)


@pytest.fixture
def keeping(tmp_path):
    """What is fetched in a test is kept in a folder of its own."""
    return tmp_path / "kept"


@pytest.fixture
def door(server, monkeypatch, keeping):
    """The way to the server."""
    with door_to(server) as found:
        _reach(monkeypatch, found.server_address[1], keeping)
        yield found


@pytest.fixture
def log(door, built):
    """The log on the server, of which nothing is kept here yet."""
    return trayecto.JourneyLog.open(LOG)


def fetched(door):
    """How often each shard's journeys were read."""
    return sorted(count for name, count in door.asked.items() if "journeys.arrow" in name)


# --- the same answers, and what moves ---


def test_every_question_and_filter_is_answered_on_a_store_as_on_this_machine(log, door, whole, keeping):
    assert not fetched(door)  # opened by what is known of all shards
    assert told(answers(log)) == told(answers(whole))
    assert fetched(door) == [1, 1, 1]
    assert told(answers(trayecto.JourneyLog.open(LOG))) == told(answers(whole))
    assert fetched(door) == [1, 1, 1]


LIVES = {"by": "person", "boundaries": trayecto.Boundaries(gap="2d")}


@pytest.mark.parametrize(("cut", "whole_persons"), [(LIVES, True), ({}, False)])
def test_a_persons_journeys_belong_together_whatever_shards_they_lie_in(files, tmp_path, cut, whole_persons):
    cut = cut | {"columns": (), "attributes": SHAPE["attributes"]}
    one = trayecto.build(trayecto.read_events(list(map(str, files)), **READING), tmp_path / "one", **cut)
    log, _report = trayecto.build_shards(files, tmp_path / "log", shards=4, reading=READING, **cut)
    assert log.lives({}).whole is whole_persons
    for ask in (
        lambda log: log.cohorts(["a"], value="spent"),
        lambda log: log.cohorts(["a", "d"], "week", where="city = 'Lima'"),
        lambda log: log.compare("has('a')", "events > 2"),
        lambda log: log.compare("city = 'Lima'", "city = 'Cali'", where="has('b')"),
    ):
        assert told(ask(log).to_dict()) == told(ask(one).to_dict())
    assert any(
        step.seconds and step.seconds.p is not None for step in one.compare("has('a')", "events > 2").flows
    )


def test_a_page_of_journeys_fetches_only_the_shards_they_lie_in(log, door):
    first = log.journeys(2)
    assert first["row"].to_pylist() == [0, 1]
    assert fetched(door) == [1]
    last = log.journeys(2, after=log.total_rows - 3)
    assert last["row"].to_pylist() == [log.total_rows - 2, log.total_rows - 1]
    assert fetched(door) == [1, 1]
    assert len(log.steps_of(0)) == first["events"][0].as_py()


def test_many_who_ask_at_once_fetch_a_shard_once(log, door):
    def ask():
        found.append(trayecto.JourneyLog.open(LOG).rework().to_dict())

    found = []
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(one == found[0] for one in found)
    assert fetched(door) == [1, 1, 1]


def test_events_are_read_from_a_store_file_by_file_by_pattern_and_by_folder(door, files):
    import fsspec

    store = fsspec.filesystem("memory")
    for number, file in enumerate(files):
        store.put_file(str(file), f"/export/day={number}/{file.name}")
    for source in (
        "memory://export/*/*.parquet",
        "memory://export",
        [f"memory://export/day={n}/events{n}.parquet" for n in range(5)],
    ):
        assert trayecto.read_events(source, **READING).report.rows_kept == 2400
    log, report = trayecto.build_shards(
        ["memory://export"], "memory://logs/one", shards=2, reading=READING, **SHAPE
    )
    assert (report.rows_kept, log.address) == (2400, "memory://logs/one")
    with pytest.raises(trayecto.UnreadableFile, match=r"memory://export/x\.csv: there is no such file"):
        trayecto.read_events("memory://export/x.csv", **READING)


def test_a_log_in_one_piece_lies_on_a_store_too_and_takes_nothing_more_there(door, whole):
    address = f"s3://{BUCKET}/piece"
    log = trayecto.build(events(5), address, **SHAPE)
    again = trayecto.build(events(5), address, **SHAPE)
    assert (
        told(answers(again))
        == told(answers(log))
        == told(answers(trayecto.build(events(5), whole.path.parent / "again", **SHAPE)))
    )
    assert trayecto.JourneyLog.open(address, log.version).version == log.version
    with pytest.raises(trayecto.BadValue, match="lies on a store, where nothing is appended"):
        trayecto.append(address, events(5))
    with pytest.raises(trayecto.BadLog, match=f"There is no journey log at s3://{BUCKET}/nowhere"):
        trayecto.JourneyLog.open(f"s3://{BUCKET}/nowhere")
    with pytest.raises(trayecto.BadLog, match="a log in one piece"):
        trayecto.build_shards([], address, shards=2)


def test_the_command_builds_and_asks_on_a_store(door, files, capsys):
    for number, file in enumerate(files):
        remote.put_file(file, remote.Address("s3", f"{BUCKET}/in/{number}.parquet"))
    given = ["--journey", "journey", "--step", "step", "--at", "at", "--attr", "city", "--shards", "2"]
    assert code_of(["build", f"s3://{BUCKET}/in/*.parquet", *given, "--out", f"s3://{BUCKET}/cli"]) == 0
    assert "2,400 events" in capsys.readouterr().out
    assert code_of(["rework", f"s3://{BUCKET}/cli", "--where", "city = 'Lima'"]) == 0
    assert "a" in capsys.readouterr().out


def test_an_address_of_this_machine_is_its_folder(whole):
    log = trayecto.JourneyLog.open(f"file://{whole.path}")
    assert (log.path, log.version) == (whole.path, whole.version)


# --- a store in trouble ---


@pytest.mark.parametrize("faults", [["busy"] * 3, ["cut", "cut"], ["slow"] * 3])
def test_what_passes_costs_time_and_no_figure(log, door, whole, faults):
    door.faults += faults
    assert told(log.rework().to_dict()) == told(whole.rework().to_dict())
    assert not door.faults


@pytest.mark.parametrize("fault", ["busy", "cut"])
def test_what_does_not_pass_is_told_in_a_sentence(log, door, whole, keeping, monkeypatch, fault):
    monkeypatch.setenv("TRAYECTO_STORE_TRIES", "2")
    door.always = fault
    with pytest.raises(
        trayecto.NoStore, match=rf"The store s3://{BUCKET} gave no answer: reading s3://.*failed 2 times"
    ):
        log.rework()
    assert not [
        one for one in keeping.iterdir() if one.name[0] not in f".{cache.DRAFT}"
    ]  # nothing half is kept
    door.always = None
    assert told(log.rework().to_dict()) == told(whole.rework().to_dict())


def test_a_store_that_sends_nothing_is_given_up_after_its_time(log, door, monkeypatch):
    monkeypatch.setenv("TRAYECTO_STORE_TRIES", "1")
    monkeypatch.setenv("TRAYECTO_STORE_TIMEOUT", "0.5")
    door.always = "hang"
    with pytest.raises(trayecto.NoStore, match="too slow"):
        log.rework()


def test_which_parts_are_waited_for_is_said_and_the_question_can_be_called_off(log, door, monkeypatch):
    monkeypatch.setattr(watch, "SLOW", 0.2)
    door.faults += ["hang"]
    said = []

    def nobody_wants_it():
        return bool(said) and said[-1].startswith(
            "Still waiting for 1 parts; none came for 0.2 s: s3://lake/log/"
        )

    with engine.watched(say=said.append, cancelled=nobody_wants_it), pytest.raises(trayecto.Cancelled):
        log.rework()
    assert door.hanging.is_set()


def test_a_build_that_loses_its_store_leaves_the_old_log(log, door, files, monkeypatch):
    monkeypatch.setenv("TRAYECTO_STORE_TRIES", "1")
    door.only, door.always = "/parts/", "busy"
    with pytest.raises(trayecto.NoStore):
        trayecto.build_shards(files[:2], LOG, shards=2, reading=READING, **SHAPE)
    door.always = None
    again = trayecto.JourneyLog.open(LOG)
    assert (again.version, again.total_events) == (log.version, 2400)
    assert remote.names(remote.Address("s3", f"{BUCKET}/log")).count(log.version) == 1


def test_refused_credentials_and_unknown_stores_are_told(door, monkeypatch):
    with pytest.raises(trayecto.NoStore, match="nostore://a/b"):
        trayecto.JourneyLog.open("nostore://a/b")
    monkeypatch.setenv("TRAYECTO_STORE_TRIES", "many")
    with pytest.raises(trayecto.NoStore, match="TRAYECTO_STORE_TRIES is 'many': write a number"):
        trayecto.JourneyLog.open(LOG)


def test_a_store_in_trouble_is_not_taken_for_an_empty_one(log, door, monkeypatch):
    monkeypatch.setenv("TRAYECTO_STORE_TRIES", "2")
    door.only, door.always, door.methods = "shards.json", "busy", ("GET", "HEAD")
    with pytest.raises(trayecto.NoStore, match=r"gave no answer: looking for s3://lake/log/shards\.json"):
        remote.exists(remote.Address("s3", f"{BUCKET}/log/shards.json"))
    door.always = None
    door.faults += ["busy"]
    assert trayecto.JourneyLog.open(LOG).version == log.version and not door.faults


def test_a_shard_that_was_removed_while_it_was_fetched_is_told_as_such(log, door):
    door.always = "gone"
    with pytest.raises(trayecto.NoStore, match=r"s3://lake/log/.*was removed .*: open the log again"):
        log.rework()


def test_a_disk_that_has_no_room_for_the_end_of_a_file_is_told(tmp_path):
    address = remote.Address("memory", "full")
    remote.put(address, bytes(5_000))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        with pytest.raises(OSError, match="No space left"):
            remote.fetch(address, 5_000, tmp_path / "file", never)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_an_address_with_a_secret_in_it_is_refused_and_not_repeated():
    with pytest.raises(trayecto.BadValue, match="AWS_") as told:
        trayecto.JourneyLog.open("s3://KEYNAME:s3cr/et@bucket/log")
    assert not {"KEYNAME", "s3cr", "et@"} & set(str(told.value).replace("/", " ").split())
    assert str(remote.Address("abfs", "lake@account.dfs.core.windows.net/log"))


# --- what is kept ---


def test_what_others_take_away_while_room_is_made_disturbs_nobody(keeping, monkeypatch):
    monkeypatch.setenv("TRAYECTO_CACHE", str(keeping))
    keeping.mkdir()
    for name in (f"{cache.DRAFT}1", "a" * 32):  # listed, and gone when one looks
        (keeping / name).symlink_to(keeping / "nowhere")
    assert cache.kept("one", lambda folder: (folder / "file").write_bytes(b"1")).is_dir()


def test_what_was_not_opened_for_longest_goes_when_there_is_too_much(keeping, monkeypatch):
    monkeypatch.setenv("TRAYECTO_CACHE", str(keeping))

    def fill(folder):
        (folder / "file").write_bytes(bytes(600))

    old, new = cache.kept("old", fill), cache.kept("new", fill)
    for entry, moment in ((old, 1_000), (new, 2_000)):
        os.utime(entry, (moment, moment))
    monkeypatch.setenv("TRAYECTO_CACHE_GB", str(1300 / 1e9))
    third = cache.kept("third", fill)
    assert [entry.exists() for entry in (old, new, third)] == [False, True, True]
    assert cache.kept("new", lambda _folder: pytest.fail("it is there")) == new


def test_a_log_that_is_open_answers_although_what_was_kept_is_gone(log, whole, keeping):
    before = told(log.rework().to_dict())
    subprocess.run(["rm", "-r", str(keeping)], check=True)
    assert told(log.rework().to_dict()) == before == told(whole.rework().to_dict())


# --- without the library ---


def test_without_fsspec_a_store_says_what_to_install_and_nothing_else_asks_for_it():
    script = (
        "import sys; sys.modules['fsspec'] = None\n"
        "import trayecto\n"
        "try: trayecto.JourneyLog.open('s3://bucket/log')\n"
        "except trayecto.NoStore as error: print(error)\n"
        "print('s3fs' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "s3://bucket/log/shards.json lies on a store" in found.stdout
    assert "install the extra 's3' (pip install 'recorrido[s3]'" in found.stdout
    assert found.stdout.endswith("False\n")
