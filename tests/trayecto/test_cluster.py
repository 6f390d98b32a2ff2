"""Two machines answer as one: every question of a log, counted by a Ray cluster of two nodes, and with one of them killed."""

import json
import os
import pickle
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from tests.trayecto.event_tables import TEXT, events_of
from tests.trayecto.every_question import answers
from tests.trayecto.grown_events import (
    HOUR,
    READING,
    SHAPE,
    events,
    person_of,
    rows_by_journey,
    told,
    written,
)
from tests.trayecto.object_store import BUCKET, KEYS, s3_server
from tests.trayecto.simulated import simulated

import trayecto
from trayecto import engine
from trayecto.cli.app import code_of
from trayecto.designed import blueprint_of, shape_of
from trayecto.engine.cluster import assigned
from trayecto.log import batches
from trayecto.stores import remote
from trayecto.stores.address import placed

ray = pytest.importorskip("ray")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store that the nodes reach, and a folder for what this process itself fetches."""
    kept = tmp_path_factory.mktemp("kept")
    with s3_server() as port, pytest.MonkeyPatch.context() as patch:
        told = {"FSSPEC_S3_ENDPOINT_URL": f"http://127.0.0.1:{port}", "TRAYECTO_CACHE": str(kept), **KEYS}
        for name, value in told.items():
            patch.setenv(name, value)
        yield kept


@pytest.fixture(scope="module")
def cluster(store, tmp_path_factory):
    """Two nodes with a core each, as two machines would be; the test's own process counts nothing."""
    from ray.cluster_utils import Cluster

    os.environ.setdefault("RAY_DEDUP_LOGS", "0")
    keep = [{"TRAYECTO_CACHE": str(tmp_path_factory.mktemp("node"))} for _ in range(2)]
    found = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False, "env_vars": keep[0]}
    )
    found.add_node(num_cpus=1, env_vars=keep[1])
    ray.init(address=found.address, log_to_driver=False)
    yield found
    ray.shutdown()
    found.shutdown()


@pytest.fixture(autouse=True)
def _in_many_parts(monkeypatch):
    """Small logs, cut as large ones are."""
    monkeypatch.setattr(batches, "SMALL", 0)


def build(seed, folder, *, weighted=False, tail=False):
    log = trayecto.build(events(seed), folder, weight="weight" if weighted else None, **SHAPE)
    if tail:
        trayecto.append(folder, more())
    return log


def more():
    return events_of(
        [("k1", "a", HOUR), ("k1", "d", 3 * HOUR), ("new", "b", 2 * HOUR)],
        channel=pa.array(["web", "fax", "web"]).dictionary_encode().cast(TEXT),
        city=pa.array(["Lima"] * 3).dictionary_encode().cast(TEXT),
        price=pa.array([1, 2, 3]), weight=pa.array([2, 2, 1]),
        person=pa.array([person_of(1), person_of(1), None]).dictionary_encode().cast(TEXT),
    )  # fmt: skip


# --- the same answers ---


@pytest.mark.parametrize(
    ("seed", "weighted", "tail"), [(1, False, False), (2, True, False), (3, False, True), (4, True, True)]
)
def test_every_question_and_filter_is_answered_by_two_nodes_as_by_one_machine(
    cluster, tmp_path, seed, weighted, tail
):
    build(seed, tmp_path / "log", weighted=weighted, tail=tail)
    here = answers(trayecto.JourneyLog.open(tmp_path / "log"))
    there = answers(trayecto.JourneyLog.open(tmp_path / "log", engine="ray"))
    assert told(there) == told(here)


@pytest.mark.parametrize(("seed", "weighted"), [(5, False), (6, True)])
def test_a_log_built_in_shards_by_two_nodes_answers_as_one_built_in_one_piece(
    cluster, tmp_path, seed, weighted
):
    files = written(seed, tmp_path)
    whole = trayecto.build(
        trayecto.read_events(list(map(str, files)), **READING), tmp_path / "whole",
        weight="weight" if weighted else None, **SHAPE,
    )  # fmt: skip
    log, report = trayecto.build_shards(
        files, tmp_path / "shards", shards=4, engine="ray", reading=READING,
        weight="weight" if weighted else None, **SHAPE,
    )  # fmt: skip
    assert report.rows_kept == whole.total_events == log.total_events
    assert rows_by_journey(log) == rows_by_journey(whole)
    assert told(answers(log)) == told(answers(whole))


def test_what_two_nodes_count_on_a_store_is_fetched_by_them_and_answers_as_in_one_piece(
    cluster, store, tmp_path
):
    files = written(7, tmp_path)
    address = f"s3://{BUCKET}/shards"
    for file in files:
        remote.put_file(file, placed(f"s3://{BUCKET}/events/{file.name}"))
    log, _report = trayecto.build_shards(
        [f"s3://{BUCKET}/events/*.parquet"], address, shards=4, engine="ray", reading=READING, weight="weight", **SHAPE
    )  # fmt: skip
    whole = trayecto.build(
        trayecto.read_events(list(map(str, files)), **READING), tmp_path / "whole", weight="weight", **SHAPE
    )
    asked = (
        lambda log: log.rework(),
        lambda log: log.where("city = 'Lima'").map(),
        lambda log: log.variants(),
        lambda log: log.cohorts(["a", "b"], "week", value="spent"),
        lambda log: log.compare("city = 'Lima'", "has('d')"),
    )
    assert [told(ask(log).to_dict()) for ask in asked] == [told(ask(whole).to_dict()) for ask in asked]
    assert not list(store.iterdir())  # nothing came to who asked
    assert told(answers(log)) == told(answers(whole))
    assert told(answers(trayecto.JourneyLog.open(address, engine="local"))) == told(answers(whole))


# --- what happens on the way ---


def test_a_batch_is_sent_as_where_it_lies_and_a_changed_one_with_its_own_events(tmp_path):
    log = build(1, tmp_path / "log").where("has('a')")
    for batch in log.batches(3):
        sent = pickle.dumps(batch)
        again = pickle.loads(sent)
        assert len(sent) < 2_000
        assert (again.first, again.offsets.tolist()) == (batch.first, batch.offsets.tolist())
        assert again.selected.tolist() == batch.selected.tolist()
        moved = pickle.loads(pickle.dumps(replace(batch, times=batch.times + 1)))
        low, high = batch.offsets[[0, -1]]
        assert moved.times.tolist() == (batch.times[low:high] + 1).tolist()
        assert np.diff(moved.offsets).tolist() == np.diff(batch.offsets).tolist()


def test_how_far_a_question_is_is_told_and_it_can_be_called_off(cluster, tmp_path):
    log = trayecto.JourneyLog.open(build(1, tmp_path / "log").path, engine="ray")
    seen = []
    with engine.watched(lambda done, total: seen.append((done, total))):
        log.rework()
    assert seen == [(1, 2), (2, 2)]
    with engine.watched(cancelled=lambda: True), pytest.raises(trayecto.Cancelled):
        log.rework()
    assert log.rework().journeys == log.total_journeys  # the next question is answered as ever


def test_a_mistake_is_told_as_on_one_machine(cluster, tmp_path):
    log = trayecto.JourneyLog.open(build(1, tmp_path / "log").path, engine="ray")

    def stumble(batch):
        raise trayecto.BadValue(f"No {batch.n_steps}.")

    with pytest.raises(trayecto.BadValue, match=r"^No 5\.$"):
        engine.over(stumble, log.batches())


def test_after_a_mistake_the_other_parts_are_not_waited_for(cluster):
    def stumble(number):
        if number == 0:
            raise trayecto.BadValue("No.")
        time.sleep(1)  # as long as a part takes

    seen = []
    with engine.watched(lambda done, total: seen.append(done)), pytest.raises(trayecto.BadValue):
        engine.on("ray", stumble, list(range(12)))
    assert len(seen) < 10


@pytest.mark.parametrize("where", ["folder", "store"])
def test_a_node_killed_while_it_counts_costs_nothing_and_is_told(store, tmp_path, where):
    """The node is killed with SIGKILL, all its processes, when it has begun and before it can end."""
    if where == "folder":
        path = str(build(7, tmp_path / "log").path)
    else:
        path = f"s3://{BUCKET}/killed"
        trayecto.build_shards(written(7, tmp_path), path, shards=8, reading=READING, **SHAPE)
    lost_after = subprocess.run(
        [sys.executable, "-c", KILLED, path, str(tmp_path / "begun")],
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert lost_after.returncode == 0, lost_after.stderr
    answer = json.loads(lost_after.stdout.splitlines()[-1])  # Ray says things of its own before
    assert answer["there"] == answer["here"]
    assert answer["begun_there"] > 0
    (said,) = [one for one in answer["said"] if not one.startswith("Still waiting for ")]
    assert re.fullmatch(
        r"Machine \w+ was lost while it counted: [1-9]\d* of its \d+ parts were counted by others\. "
        r"The answer is complete\.", said,
    )  # fmt: skip


KILLED = """
import json, os, pathlib, sys, threading, time
import ray
from ray.cluster_utils import Cluster
import trayecto
from trayecto import engine
from trayecto.log import batches
from trayecto.questions import rework

folder, begun = sys.argv[1], pathlib.Path(sys.argv[2])
batches.SMALL = 0
begun.mkdir()
soon = {"health_check_initial_delay_ms": 0, "health_check_period_ms": 200}  # who is gone is seen soon, who is slow is not gone
cluster = Cluster(initialize_head=True, head_node_args={
    "num_cpus": 1, "include_dashboard": False, "env_vars": {"TRAYECTO_CACHE": f"{begun}-stays"}, "_system_config": soon})
doomed = cluster.add_node(num_cpus=1, env_vars={"TRAYECTO_CACHE": f"{begun}-goes"})
ray.init(address=cluster.address, log_to_driver=False)
mine = ray.get_runtime_context().get_node_id()

def slow(batch):
    node = ray.get_runtime_context().get_node_id()
    (begun / f"{node}-{batch.first}").touch()
    while node != mine and not (begun / "killed").exists():
        time.sleep(0.05)
    return rework.scan(batch)

def kill():
    while not list(begun.glob(doomed.node_id + "*")):
        time.sleep(0.05)
    cluster.remove_node(doomed, allow_graceful=False)
    (begun / "killed").touch()

killer = threading.Thread(target=kill)
killer.start()
said = []
log = trayecto.JourneyLog.open(folder, engine="ray")
with engine.watched(say=said.append):
    there = rework.finish(engine.run(log.batches(8), slow, rework.merge), log.step_names)
killer.join()
here = trayecto.JourneyLog.open(folder).rework()
print(json.dumps({"here": here.to_dict(), "there": there.to_dict(), "said": said,
                  "begun_there": len(list(begun.glob(doomed.node_id + "*")))}))
"""


# --- shards ---


def test_shards_are_built_without_a_cluster_too_and_the_old_log_answers_until_the_new_one_stands(tmp_path):
    files = written(8, tmp_path)
    old, _report = trayecto.build_shards(files[:2], tmp_path / "log", shards=3, reading=READING, **SHAPE)
    before = told(answers(old))
    new, _report = trayecto.build_shards(files, tmp_path / "log", shards=2, reading=READING, **SHAPE)
    assert told(answers(old)) == before
    assert (old.total_events, new.total_events) == (960, 2400)
    assert trayecto.JourneyLog.open(tmp_path / "log").version == new.version
    new.verify()
    assert sorted(path.name for path in (tmp_path / "log").iterdir() if path.is_dir()) == [
        old.version,
        new.version,
    ]
    assert not (tmp_path / "log" / new.version / "parts").exists()


def test_a_build_that_fails_leaves_the_log_as_it_was(tmp_path):
    files = written(8, tmp_path)
    old, _report = trayecto.build_shards(files[:2], tmp_path / "log", shards=3, reading=READING, **SHAPE)
    files[2].write_bytes(b"no parquet at all")
    with pytest.raises(trayecto.UnreadableFile, match=r"events2\.parquet"):
        trayecto.build_shards(files, tmp_path / "log", shards=3, reading=READING, **SHAPE)
    assert trayecto.JourneyLog.open(tmp_path / "log").version == old.version
    assert [path.name for path in (tmp_path / "log").iterdir() if path.is_dir()] == [old.version]


def test_more_shards_than_journeys_are_some_without_any(tmp_path):
    path = tmp_path / "few.parquet"
    parquet.write_table(events(9, journeys=3).table, path)
    log, _report = trayecto.build_shards([path], tmp_path / "log", shards=16, reading=READING, **SHAPE)
    whole = trayecto.build(trayecto.read_events(str(path), **READING), tmp_path / "whole", **SHAPE)
    assert told(answers(log)) == told(answers(whole))


def test_an_events_id_counts_once_per_journey_whatever_files_it_stands_in(tmp_path):
    table = events(1, journeys=40).table
    ids = pa.array([f"e{row % 200}" for row in range(len(table))])
    paths = [tmp_path / "one.parquet", tmp_path / "two.parquet"]
    for path, half in zip(paths, (slice(0, 120), slice(120, 240)), strict=True):
        parquet.write_table(table.append_column("id", ids)[half], path)
    log, report = trayecto.build_shards(paths, tmp_path / "log", shards=3, reading=READING, ids="id", **SHAPE)
    keys = table["journey"].to_pylist()
    same = [row for row in range(200, 240) if keys[row] == keys[row - 200]]
    assert (report.duplicates, log.total_events) == (len(same), 240 - len(same))


def test_what_cannot_be_built_in_shards_is_said(tmp_path):
    files = written(8, tmp_path)
    with pytest.raises(trayecto.BadValue, match="at least one shard"):
        trayecto.build_shards(files, tmp_path / "log", shards=0, reading=READING)
    with pytest.raises(trayecto.BadValue, match="There is no engine 'spark'"):
        trayecto.build_shards(files, tmp_path / "log", shards=2, engine="spark", reading=READING)
    build(1, tmp_path / "plain")
    with pytest.raises(trayecto.BadLog, match="a log in one piece"):
        trayecto.build_shards(files, tmp_path / "plain", shards=2, reading=READING)


# --- without Ray, or without its cluster ---


def test_without_ray_the_engine_says_what_to_install(tmp_path):
    folder = build(1, tmp_path / "log").path
    script = (
        "import sys; sys.modules['ray'] = None\n"
        "import trayecto\n"
        f"log = trayecto.JourneyLog.open({str(folder)!r}, engine='ray')\n"
        "try: log.rework()\n"
        "except trayecto.NoEngine as error: print(error)\n"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "install the extra 'ray'" in found.stdout


def test_trayecto_does_not_import_ray_unless_asked():
    script = "import sys, trayecto; trayecto.JourneyLog; print('ray' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_parts_are_spread_by_cores_and_only_those_of_a_lost_machine_move():
    keys = [f"log#{number}" for number in range(40)]
    before = assigned(keys, {"a": 2, "b": 1, "c": 1})
    assert Counter(before) == {"a": 20, "b": 10, "c": 10}
    assert assigned(keys, {"a": 2, "b": 1, "c": 1}) == before
    after = assigned(keys, {"a": 2, "b": 1})
    stayed = sum(one == other for one, other in zip(before, after, strict=True) if one != "c")
    assert stayed >= 20  # of 30; those beyond a machine's room may move


# --- the command, and logs by a design ---


def test_the_command_builds_shards_and_counts_on_the_engine_it_is_told(
    cluster, tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("TRAYECTO_ENGINE", "local")
    files = list(map(str, written(1, tmp_path)))
    told = ["--journey", "journey", "--step", "step", "--at", "at", "--attr", "city", "--json"]
    assert (
        code_of(["--engine", "ray", "build", *files, *told, "--shards", "3", "--out", str(tmp_path / "log")])
        == 0
    )
    built = json.loads(capsys.readouterr().out)
    assert (built["log"]["events"], built["read"]["rows_read"]) == (2400, 2400)
    assert code_of(["--engine", "ray", "rework", str(tmp_path / "log"), "--json"]) == 0
    there = json.loads(capsys.readouterr().out)
    assert code_of(["--engine", "local", "rework", str(tmp_path / "log"), "--json"]) == 0
    assert there == json.loads(capsys.readouterr().out)
    assert code_of(["--engine", "spark", "rework", str(tmp_path / "log")]) == 2
    assert "There is no engine 'spark'" in capsys.readouterr().err
    assert (
        code_of(["build", *files, "--shards", "3", "--rejects", "no.csv", "--out", str(tmp_path / "log")])
        == 2
    )
    assert "--rejects cannot be used with --shards" in capsys.readouterr().err


def test_a_log_by_a_design_is_the_same_in_shards(tmp_path):
    whole = simulated(tmp_path, "calm", customers=300).log
    table = parquet.read_table(tmp_path / "events.parquet")
    paths = [tmp_path / f"part{number}.parquet" for number in range(3)]
    for number, path in enumerate(paths):
        parquet.write_table(table.slice(number * (len(table) // 3 + 1), len(table) // 3 + 1), path)
    blueprint, journey_type = blueprint_of(whole)
    log, _report = trayecto.build_shards(
        paths, tmp_path / "shards", shards=4, reading={"journey": "", "step": "event", "at": "at", "tz": blueprint.time_zone},
        **shape_of(blueprint, journey_type.slug),
    )  # fmt: skip
    assert log.texts["blueprint"] == whole.texts["blueprint"]
    assert told(log.map().to_dict()) == told(whole.map().to_dict())
    assert told(log.variants().to_dict()) == told(whole.variants().to_dict())
    assert attributes_by_journey(log) == attributes_by_journey(whole)


def attributes_by_journey(log):
    return {row["journey"]: row | {"row": 0} for row in log.journeys().to_pylist()}
