"""Retention by plain queries in Polars.

Asked: a list of ``{"orders": Parquet file with person and at, "by": "month" or "week", "tz": zone}``. Told: for each its rows:
first day of the cohort, periods since, persons who order in it, orders in it, persons whose second order came in it; those with
neither order nor second order are left out.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from bench.tools.answering import answer

EVERY = {"month": "1mo", "week": "1w"}


def cohorts(asked: list[dict[str, Any]]) -> list[list[list[Any]]]:
    return [_table(pl.scan_parquet(one["orders"]), one["by"], one["tz"]).rows() for one in asked]


def _table(orders: pl.LazyFrame, by: str, tz: str) -> Any:
    local = pl.col("at").dt.convert_time_zone(tz).dt.replace_time_zone(None)
    dated = (
        orders.select("person", period=local.dt.truncate(EVERY[by]).dt.date(), at="at")
        .sort("person", "at")
        .with_columns(
            cohort=pl.col("period").first().over("person"), place=pl.int_range(pl.len()).over("person")
        )
        .with_columns(since=_apart(by))
    )
    found = dated.group_by("cohort", "since").agg(
        persons=pl.col("person").n_unique(), orders=pl.len(), second=(pl.col("place") == 1).sum()
    )
    return (
        found.with_columns(pl.col("cohort").dt.to_string("iso"))
        .sort("cohort", "since")
        .select("cohort", "since", "persons", "orders", "second")
        .collect()
    )


def _apart(by: str) -> pl.Expr:
    """Periods between the first order and this one."""
    if by == "week":
        return (pl.col("period") - pl.col("cohort")).dt.total_days() // 7
    years = pl.col("period").dt.year() - pl.col("cohort").dt.year()
    return 12 * years + pl.col("period").dt.month().cast(pl.Int32) - pl.col("cohort").dt.month()


if __name__ == "__main__":
    answer(cohorts)
