"""PM4Py (AGPL: it runs only here, in a process and an environment of its own)."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pm4py

from bench.tools.timing import stopwatch


def main() -> None:
    watch = stopwatch()
    log = watch.task("build", lambda: _load(watch.events), once=True)
    watch.task("map without journeys", lambda: pm4py.discover_performance_dfg(log), _flows)
    watch.task("variants", lambda: pm4py.get_variants(log), _variants)


def _load(path: Any) -> pd.DataFrame:
    frame = pd.read_parquet(path, columns=["journey", "step", "at"])
    frame = frame.assign(journey=frame["journey"].astype(str), step=frame["step"].astype(str))
    return pm4py.format_dataframe(frame, case_id="journey", activity_key="step", timestamp_key="at")


def _flows(found: tuple[dict[Any, Any], Any, Any]) -> list[list[Any]]:
    """Its performance map has no counts, so only mean, minimum and maximum can be compared."""
    return [[*pair, None, row["mean"], row["min"], row["max"]] for pair, row in found[0].items()]


def _variants(found: dict[Any, Any]) -> dict[str, Any]:
    counts = sorted(
        (count if isinstance(count, int) else len(count) for count in found.values()), reverse=True
    )
    return {"distinct": len(counts), "top": counts[:20]}


if __name__ == "__main__":
    main()
