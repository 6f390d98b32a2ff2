"""The object-centric directly-follows graph by PM4Py (AGPL: it runs only here, in a process and an environment of its own).

Asked: a list of ``{"file": OCEL 2.0 file, "json": path or null}``; with a path, the log is first written there as JSON and read
back. Told: for each ``steps``, (type, step) → events, objects, total, starts, ends, and ``flows``,
(type, source, target) → pairs of events, objects, total, mean wait in seconds; keys stand first in a row.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pm4py

from bench.tools.answering import answer

MEASURES = ("events", "unique_objects", "total_objects")


def graphs(asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_graph(pm4py.discover_ocdfg(_log(one))) for one in asked]


def _log(one: dict[str, Any]) -> Any:
    if not one["json"]:
        return _read(one["file"])
    pm4py.write_ocel2_json(_read(one["file"]), one["json"])
    return _read(one["json"])


def _read(file: str) -> Any:
    read = {"sqlite": pm4py.read_ocel2_sqlite, "xmlocel": pm4py.read_ocel2_xml}
    return read.get(file.rpartition(".")[2], pm4py.read_ocel2_json)(file)


def _graph(found: dict[str, Any]) -> dict[str, Any]:
    ends = [_sizes(found[name]["unique_objects"]) for name in ("start_activities", "end_activities")]
    tables = [*(_sizes(found["activities_ot"][name]) for name in MEASURES), *ends]
    couples = found["edges"]["event_couples"]
    names = ("event_couples", "unique_objects", "total_objects")
    flows = [_sizes(found["edges"][name]) for name in names]
    waits = found["edges_performance"]["event_couples"]
    return {
        "steps": [[kind, step, *(table[kind, step] for table in tables)] for kind, step in tables[0]],
        "flows": [
            [kind, *pair, *(table[kind, pair] for table in flows), _mean(waits[kind][pair])]
            for kind, pairs in couples.items()
            for pair in pairs
        ],
    }


def _sizes(table: dict[str, dict[Any, Any]]) -> Counter[tuple[str, Any]]:
    return Counter({(kind, key): len(members) for kind, row in table.items() for key, members in row.items()})


def _mean(waits: Any) -> float:
    return float(sum(waits) / len(waits))


if __name__ == "__main__":
    answer(graphs)
