"""DuckDB: from the Parquet file, or (``--sorted``) on its own table sorted by journey and time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import duckdb

from bench.generate import FUNNEL
from bench.tools.timing import Stopwatch, stopwatch

PAIRS = """
    SELECT journey, step AS source, lead(step) OVER follow AS target,
           epoch_us(lead("at") OVER follow) - epoch_us("at") AS wait
    FROM {table} WINDOW follow AS (PARTITION BY journey ORDER BY "at")
"""
MAP = """
    SELECT source, target, count(*), avg(wait) / 1e6, min(wait) / 1e6, max(wait) / 1e6 {more}
    FROM ({pairs}) WHERE target IS NOT NULL GROUP BY source, target
"""
JOURNEYS = ", count(DISTINCT journey)"
QUANTILES = ", quantile_cont(wait, 0.5) / 1e6, quantile_cont(wait, 0.9) / 1e6"
VARIANTS = """
    WITH variants AS (
        SELECT count(*) AS journeys FROM (SELECT list(step ORDER BY "at") AS steps FROM {table} GROUP BY journey)
        GROUP BY steps
    )
    SELECT (SELECT count(*) FROM variants),
           (SELECT list(journeys ORDER BY journeys DESC) FROM (FROM variants ORDER BY journeys DESC LIMIT 20))
"""
# Each first step is followed to the next second step, and so on: the chain that ends earliest.
FUNNEL_CHAIN = """
    WITH a AS (SELECT journey, "at" FROM {table} WHERE step = '{0}'),
         b AS (SELECT journey, "at" FROM {table} WHERE step = '{1}'),
         c AS (SELECT journey, "at" FROM {table} WHERE step = '{2}'),
         d AS (SELECT journey, "at" FROM {table} WHERE step = '{3}'),
         ab AS (SELECT a.journey, a."at" AS first, b."at" AS at2 FROM a ASOF LEFT JOIN b
                ON a.journey = b.journey AND a."at" < b."at"),
         abc AS (SELECT ab.*, c."at" AS at3 FROM ab ASOF LEFT JOIN c ON ab.journey = c.journey AND ab.at2 < c."at"),
         abcd AS (SELECT abc.*, d."at" AS at4 FROM abc ASOF LEFT JOIN d ON abc.journey = d.journey AND abc.at3 < d."at")
    SELECT count(DISTINCT journey),
           count(DISTINCT journey) FILTER (at2 <= first + INTERVAL 7 DAY),
           count(DISTINCT journey) FILTER (at3 <= first + INTERVAL 7 DAY),
           count(DISTINCT journey) FILTER (at4 <= first + INTERVAL 7 DAY)
    FROM abcd
"""


def main() -> None:
    own_table = "--sorted" in sys.argv
    if own_table:
        sys.argv.remove("--sorted")
    watch = stopwatch()
    connection = duckdb.connect()
    source = f"read_parquet('{watch.events}')"
    if own_table:
        watch.task("build", lambda: _sort(connection, source), once=True)
    ask(watch, connection, "sorted" if own_table else source)


def _sort(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    steps = f"SELECT DISTINCT step FROM {source} ORDER BY step"
    connection.execute(f"CREATE TYPE step AS ENUM ({steps})")
    connection.execute(
        f'CREATE TABLE sorted AS SELECT journey, step::step AS step, "at" FROM {source} ORDER BY journey, "at"'
    )


def ask(watch: Stopwatch, connection: duckdb.DuckDBPyConnection, table: str) -> None:
    def rows(query: str) -> Callable[[], list[Any]]:
        return lambda: connection.execute(query).fetchall()

    pairs = PAIRS.format(table=table)
    as_lists = lambda found: [list(row) for row in found]  # noqa: E731
    watch.task("map without journeys", rows(MAP.format(pairs=pairs, more="")), as_lists)
    watch.task("map", rows(MAP.format(pairs=pairs, more=JOURNEYS)), as_lists)
    watch.task("map, median and p90", rows(MAP.format(pairs=pairs, more=JOURNEYS + QUANTILES)), as_lists)
    watch.task(
        "variants", rows(VARIANTS.format(table=table)), lambda r: {"distinct": r[0][0], "top": r[0][1]}
    )
    watch.task("funnel", rows(FUNNEL_CHAIN.format(*FUNNEL, table=table)), lambda found: list(found[0]))


if __name__ == "__main__":
    main()
