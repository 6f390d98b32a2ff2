"""Polars: lazily from the Parquet file, sorted once per question, as its users write it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl

from bench.generate import FUNNEL
from bench.tools.timing import stopwatch

SECONDS = 1e6


def pairs(events: pl.LazyFrame) -> pl.LazyFrame:
    """One row per flow event, with its wait in microseconds."""
    follow = events.sort("journey", "at").with_columns(
        target=pl.col("step").shift(-1),
        next_at=pl.col("at").shift(-1),
        next_journey=pl.col("journey").shift(-1),
    )
    same = follow.filter(pl.col("journey") == pl.col("next_journey"))
    return same.select(
        "journey", "step", "target", wait=(pl.col("next_at") - pl.col("at")).dt.total_microseconds()
    )


def flows(events: pl.LazyFrame, journeys: bool = True, quantiles: bool = False) -> list[list[Any]]:
    wait = pl.col("wait") / SECONDS
    figures = [pl.len(), wait.mean().alias("mean"), wait.min().alias("min"), wait.max().alias("max")]
    if journeys:
        figures.append(pl.col("journey").n_unique().alias("journeys"))
    if quantiles:
        figures += [wait.median().alias("median"), wait.quantile(0.9, "linear").alias("p90")]
    return [list(row) for row in pairs(events).group_by("step", "target").agg(*figures).collect().rows()]


def variants(events: pl.LazyFrame) -> dict[str, Any]:
    steps = (
        events.with_columns(pl.col("step").to_physical())
        .sort("journey", "at")
        .group_by("journey")
        .agg("step")
    )
    counts = steps.group_by("step").len().collect()["len"]
    return {"distinct": len(counts), "top": counts.sort(descending=True)[:20].to_list()}


def funnel(events: pl.LazyFrame) -> list[int]:
    """Each first step is followed to the next second step, and so on."""
    by_step = [
        events.filter(pl.col("step") == step).select("journey", **{f"at{k}": "at"}).sort(f"at{k}")
        for k, step in enumerate(FUNNEL)
    ]
    chain = by_step[0]
    for k in range(1, len(FUNNEL)):
        chain = chain.sort(f"at{k - 1}").join_asof(
            by_step[k], left_on=f"at{k - 1}", right_on=f"at{k}", by="journey", strategy="forward",
            allow_exact_matches=False,
        )  # fmt: skip
    reached = [
        pl.col("journey")
        .filter(pl.col(f"at{k}") <= pl.col("at0") + timedelta(days=7))
        .n_unique()
        .alias(str(k))
        for k in range(len(FUNNEL))
    ]
    return list(chain.select(*reached).collect().row(0))


def main() -> None:
    watch = stopwatch()
    events = pl.scan_parquet(watch.events).with_columns(pl.col("step").cast(pl.Categorical))
    same = lambda found: found  # noqa: E731
    watch.task("map without journeys", lambda: flows(events, journeys=False), same)
    watch.task("map", lambda: flows(events), same)
    watch.task("map, median and p90", lambda: flows(events, quantiles=True), same)
    watch.task("variants", lambda: variants(events), same)
    watch.task("funnel", lambda: funnel(events), same)


if __name__ == "__main__":
    main()
