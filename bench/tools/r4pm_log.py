"""r4pm (rust4pm): its directly-follows graph carries counts and no durations."""

from __future__ import annotations

from typing import Any

import polars as pl
import r4pm
from r4pm import bindings

from bench.tools.timing import stopwatch


def main() -> None:
    watch = stopwatch()
    log = watch.task("build", lambda: _load(watch.events), once=True)
    watch.task("map without journeys", lambda: bindings.discover_dfg(log), _flows)
    watch.task("variants", lambda: bindings.log_to_activity_projection(log), _variants)


def _load(path: Any) -> str:
    frame = pl.read_parquet(path, columns=["journey", "step", "at"]).select(
        pl.col("journey").cast(pl.String).alias("case:concept:name"),
        pl.col("step").cast(pl.String).alias("concept:name"),
        pl.col("at").alias("time:timestamp"),
    )
    return r4pm.import_item_from_df("EventLog", frame)


def _flows(graph: dict[str, Any]) -> list[list[Any]]:
    found = graph["directly_follows_relations"]
    pairs = [(tuple(row[0]), row[1]) for row in found] if isinstance(found, list) else list(found.items())
    return [[*pair, count, None, None, None] for pair, count in pairs]


def _variants(projection: str) -> dict[str, Any]:
    top = bindings.get_top_n_variants(projection, 20)
    return {"distinct": bindings.get_num_variants(projection), "top": [row["count"] for row in top]}


if __name__ == "__main__":
    main()
