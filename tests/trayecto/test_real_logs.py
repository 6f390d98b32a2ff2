"""Real event logs, answered by us and, from the same events, by SQL."""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

import trayecto

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FLOWS = """
    WITH pairs AS (
        SELECT journey, step AS source, lead(step) OVER life AS target,
               (epoch_us(lead(moment) OVER life) - epoch_us(moment)) / 1e6 AS wait
        FROM found WINDOW life AS (PARTITION BY journey ORDER BY moment, row))
    SELECT source, target, count(*), count(DISTINCT journey), avg(wait), quantile_cont(wait, 0.5),
           quantile_cont(wait, 0.9), min(wait), max(wait)
    FROM pairs WHERE target IS NOT NULL GROUP BY ALL
"""
VARIANTS = """
    SELECT steps, count(*) FROM (
        SELECT list(step ORDER BY moment, row) AS steps FROM found GROUP BY journey) GROUP BY steps
"""


def numbered(table):
    """The events as SQL likes them: plain text, and the input order as a column."""
    names = [{"at": "moment"}.get(name, name) for name in table.column_names]
    plain = table.rename_columns(names).select(["journey", "step", "moment"])
    plain = plain.set_column(1, "step", plain["step"].cast(pa.string()))
    return plain.append_column("row", pa.array(np.arange(len(plain))))


def check_map(log, found):
    flows = {row[:2]: row[2:] for row in duckdb.sql(FLOWS).fetchall()}
    result = log.map()
    assert {(flow.source, flow.target) for flow in result.flows} == set(flows)
    for flow in result.flows:
        wait = flow.seconds
        ours = (flow.events, flow.journeys, wait.mean, wait.median, wait.p90, wait.min, wait.max)
        assert ours == pytest.approx(flows[flow.source, flow.target], rel=1e-9)


def check_variants(log, found):
    expected = {tuple(steps): count for steps, count in duckdb.sql(VARIANTS).fetchall()}
    assert {row.steps: row.journeys for row in log.variants().variants} == expected


def present(name):
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{path.name} is not there: real data lives beside the repository in shared/data")
    return path


@pytest.mark.real_data
def test_a_helpdesk_answers_as_sql_does(tmp_path):
    events = trayecto.read_events(present("helpdesk/Helpdesk.xes.gz"))
    found = numbered(events.table)
    log = trayecto.build(events, tmp_path / "log")
    assert (log.journey_count, log.event_count) == (4580, 21348)
    check_map(log, found)
    check_variants(log, found)


@pytest.mark.real_data
@pytest.mark.parametrize("kind", ["Container", "Customer Order", "Truck", "Transport Document"])
def test_the_journeys_of_an_object_type_answer_as_sql_does(tmp_path, kind):
    events = trayecto.read_events(present("ocel/logistics.sqlite"))
    log = trayecto.build(events, tmp_path / "log", by=kind)
    touched = sorted({
        (row["event"], row["object"]) for row in events.relations.to_pylist() if row["type"] == kind
    })  # fmt: skip
    table = events.table.take(pa.array([event for event, _ in touched], pa.int64()))
    keys = pa.array([thing for _, thing in touched])
    found = numbered(table.append_column("journey", keys))
    assert log.event_count == len(touched)
    check_map(log, found)
    check_variants(log, found)


@pytest.mark.real_data
def test_a_person_life_cut_by_pauses_answers_as_sql_does(tmp_path):
    path = present("clickstream/ecom.csv.gz")
    events = trayecto.read_events(path, journey="user_id", step="event", at="timestamp", tz="UTC")
    log = trayecto.build(events, tmp_path / "log", boundaries=trayecto.Boundaries(gap="30m"))
    found = numbered(events.table)
    lives = """
        SELECT journey, step, moment, row, coalesce(epoch_us(moment) - epoch_us(lag(moment) OVER life), 0) AS pause
        FROM found WINDOW life AS (PARTITION BY journey ORDER BY moment, row)
    """
    cut = """
        SELECT journey || '#' || (1 + sum((pause > 1800000000)::int) OVER life) AS journey, step, moment, row
        FROM lives WINDOW life AS (PARTITION BY journey ORDER BY moment, row)
    """
    found = duckdb.sql(f"WITH lives AS ({lives}) {cut}").to_arrow_table()
    assert log.journey_count == len(set(found["journey"].to_pylist()))
    check_map(log, found)
    check_variants(log, found)
