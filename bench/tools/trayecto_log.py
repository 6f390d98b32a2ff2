"""Our own answers."""

from __future__ import annotations

import shutil
from typing import Any

import trayecto
from bench.generate import FUNNEL
from bench.tools.timing import Stopwatch, stopwatch
from trayecto import engine
from trayecto.questions import map as map_question
from trayecto.questions import variants as variants_question

FILTER = "has('order.placed')"


def flows(result: map_question.MapResult) -> list[list[Any]]:
    rows = []
    for flow in result.flows:
        wait = flow.seconds
        rows.append([flow.source, flow.target, flow.events, wait.mean, wait.min, wait.max, flow.journeys])
    return rows


def quantiles(result: map_question.MapResult) -> list[list[Any]]:
    return [
        [*row, f.seconds.median, f.seconds.p90] for row, f in zip(flows(result), result.flows, strict=True)
    ]


def variants(result: variants_question.VariantsResult) -> dict[str, Any]:
    return {"distinct": result.distinct, "top": [row.journeys for row in result.variants]}


def main() -> None:
    watch = stopwatch()
    _warm(watch)
    log = _build(watch)
    _ask(watch, log)


def _warm(watch: Stopwatch) -> None:
    """Compile every kernel on a small log first: that is paid once per installation."""
    import pyarrow.parquet as pq

    few = trayecto.read_events(next(pq.ParquetFile(watch.events).iter_batches(10_000)), journey="journey")
    place = watch.out.with_suffix(".warm")
    log = trayecto.build(few, place)
    for view in (log, log.where(FILTER)):
        map_question.ask(view)
        view.variants(top=20)
        view.funnel(FUNNEL, within="7d")
    shutil.rmtree(place)


def _build(watch: Stopwatch) -> trayecto.JourneyLog:
    place = watch.out.with_suffix(".log")

    def build() -> trayecto.JourneyLog:
        shutil.rmtree(place, ignore_errors=True)
        events = trayecto.read_events(watch.events, journey="journey", step="step", at="at", columns=())
        return trayecto.build(events, place)

    watch.task("build", build)
    return watch.task("open", lambda: trayecto.JourneyLog.open(place))


def _ask(watch: Stopwatch, log: trayecto.JourneyLog) -> None:
    fresh = lambda: trayecto.JourneyLog.open(log.path)  # noqa: E731  a new log has nothing remembered
    for name in ("map without journeys", "map"):  # ours always counts journeys
        watch.task(name, lambda: map_question.ask(log, percentiles=False), flows)
    watch.task("map, median and p90", lambda: map_question.ask(log), quantiles)
    watch.task("variants", lambda: _variants_from_steps(log), variants)
    watch.task(
        "funnel", lambda: log.funnel(FUNNEL, within="7d"), lambda r: [step.journeys for step in r.steps]
    )
    watch.task("map, stored", lambda: fresh().map(), quantiles)
    watch.task("variants, stored", lambda: fresh().variants(top=20), variants)
    watch.task("filter", lambda: log.where(FILTER).journey_count, lambda count: count)
    narrow = log.where(FILTER)
    watch.task("map, median and p90, filtered", narrow.map)
    watch.task("variants, filtered", lambda: narrow.variants(top=20))


def _variants_from_steps(log: trayecto.JourneyLog) -> variants_question.VariantsResult:
    summary = engine.run(log.batches(), variants_question.scan, variants_question.merge)
    return variants_question.finish(summary, log.step_names, 20)


if __name__ == "__main__":
    main()
