"""Optimal alignments by PM4Py (AGPL: it runs only here, in a process and an environment of its own).

Asked: a list of ``{"bpmn": file, "events": file, "inserted": {step: cost}, "skipped": {step: cost}, "most": variants}``; costs
are multiples of a quarter, 1 where a step has none. Told: for each its ``variants``, most frequent first, and the ``seconds``
that aligning them took, once net and log were read.
"""

from __future__ import annotations

import time
from typing import Any

import pandas as pd
import pm4py
from pm4py.algo.conformance.alignments.petri_net.variants import state_equation_a_star as searched
from pm4py.objects.log.obj import Event, Trace

from bench.tools.answering import answer

QUARTER, HIDDEN = (
    2500,
    1,
)  # what PM4Py pays: a hidden transition must cost something, and never add up to a quarter
Costs = dict[str, float]


def align(asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_aligned(one) for one in asked]


def _aligned(one: dict[str, Any]) -> dict[str, Any]:
    net = pm4py.convert_to_petri_net(pm4py.read_bpmn(one["bpmn"]))
    variants = sorted(_variants(one["events"]).items(), key=lambda pair: (-pair[1], pair[0]))
    began = time.perf_counter()
    least = _cost(net, (), one)
    told = []
    for steps, journeys in variants[: one["most"]]:
        cost = _cost(net, steps, one)
        worst = least + sum(one["inserted"].get(step, 1.0) for step in steps)
        told.append({"steps": steps, "journeys": journeys, "cost": cost, "fitness": 1 - cost / worst})
    return {"variants": told, "seconds": time.perf_counter() - began}


def _variants(file: str) -> dict[tuple[str, ...], int]:
    found = pm4py.get_variants(_log(file))
    return {steps: count if isinstance(count, int) else len(count) for steps, count in found.items()}


def _log(file: str) -> pd.DataFrame:
    if ".xes" in file:
        return pm4py.read_xes(file)
    frame = pd.read_parquet(file, columns=["journey", "step", "at"])
    frame = frame.assign(journey=frame["journey"].astype(str), step=frame["step"].astype(str))
    return pm4py.format_dataframe(frame, case_id="journey", activity_key="step", timestamp_key="at")


def _cost(net: Any, steps: tuple[str, ...], one: dict[str, Any]) -> float:
    graph, start, end = net
    seen = [transition for transition in graph.transitions if transition.label is not None]
    parameters = {
        "trace_cost_function": [_paid(one["inserted"], step) for step in steps],
        "model_cost_function": {
            transition: HIDDEN if transition.label is None else _paid(one["skipped"], transition.label)
            for transition in graph.transitions
        },
        "sync_cost_function": dict.fromkeys(seen, 0),
    }
    trace = Trace([Event({"concept:name": step}) for step in steps])
    found = searched.apply(trace, graph, start, end, parameters=parameters)
    return float(found["cost"] // QUARTER / 4)


def _paid(costs: Costs, step: str) -> int:
    return round(4 * costs.get(step, 1.0)) * QUARTER


if __name__ == "__main__":
    answer(align)
