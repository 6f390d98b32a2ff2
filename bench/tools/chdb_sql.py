"""chDB (ClickHouse in the process): a table sorted by journey and time, and its own windowFunnel."""

from __future__ import annotations

import json
import tempfile
from typing import Any

from chdb import session

from bench.generate import FUNNEL
from bench.tools.timing import stopwatch

LOAD = """
    CREATE TABLE bench.events ENGINE = MergeTree ORDER BY (journey, at) AS
    SELECT journey, toLowCardinality(assumeNotNull(step)) AS step, toUnixTimestamp64Micro(assumeNotNull(at)) AS at
    FROM file('{events}', Parquet, 'journey Int64, step String, at DateTime64(6, \\'UTC\\')')
"""
MAP = """
    SELECT pair.1, pair.2, count(), avg(pair.3) / 1e6, min(pair.3) / 1e6, max(pair.3) / 1e6 {more}
    FROM (
        SELECT journey, arrayJoin(arrayZip(arrayPopBack(steps), arrayPopFront(steps),
                                  arrayMap((a, b) -> b - a, arrayPopBack(times), arrayPopFront(times)))) AS pair
        FROM (SELECT journey, groupArray(step) AS steps, groupArray(at) AS times
              FROM (SELECT journey, step, at FROM bench.events ORDER BY journey, at) GROUP BY journey)
    ) GROUP BY pair.1, pair.2
"""
JOURNEYS = ", uniqExact(journey)"
QUANTILES = ", quantileExactInclusive(0.5)(pair.3) / 1e6, quantileExactInclusive(0.9)(pair.3) / 1e6"
VARIANTS = """
    WITH variants AS (
        SELECT count() AS journeys
        FROM (SELECT groupArray(step) AS steps
              FROM (SELECT journey, step, at FROM bench.events ORDER BY journey, at) GROUP BY journey)
        GROUP BY steps
    )
    SELECT (SELECT count() FROM variants), (SELECT arraySlice(arrayReverseSort(groupArray(journeys)), 1, 20) FROM variants)
"""
FUNNEL_QUERY = """
    SELECT countIf(level >= 1), countIf(level >= 2), countIf(level >= 3), countIf(level >= 4)
    FROM (SELECT windowFunnel({window})(toUInt64(at), {conditions}) AS level FROM bench.events GROUP BY journey)
"""


def main() -> None:
    watch = stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        own = session.Session(folder)

        def rows(query: str) -> list[list[Any]]:
            text = str(own.query(query, "JSONCompact"))
            return json.loads(text)["data"] if text else []

        own.query("CREATE DATABASE bench")
        watch.task("build", lambda: rows(LOAD.format(events=watch.events)), once=True)
        watch.task("map without journeys", lambda: rows(MAP.format(more="")), _numbers)
        watch.task("map", lambda: rows(MAP.format(more=JOURNEYS)), _numbers)
        watch.task("map, median and p90", lambda: rows(MAP.format(more=JOURNEYS + QUANTILES)), _numbers)
        watch.task("variants", lambda: rows(VARIANTS), _variants)
        conditions = ", ".join(f"step = '{step}'" for step in FUNNEL)
        funnel = FUNNEL_QUERY.format(window=7 * 86_400_000_000, conditions=conditions)
        watch.task("funnel", lambda: rows(funnel), lambda found: [int(count) for count in found[0]])
        own.close()


def _numbers(found: list[list[Any]]) -> list[list[Any]]:
    return [[row[0], row[1], int(row[2]), *map(float, row[3:])] for row in found]


def _variants(found: list[list[Any]]) -> dict[str, Any]:
    return {"distinct": int(found[0][0]), "top": [int(count) for count in found[0][1]]}


if __name__ == "__main__":
    main()
