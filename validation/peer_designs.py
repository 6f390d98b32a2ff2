"""Designs made at random: choice, optional, repeats, any order, nested; with exceptional variants and costs of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trayecto.blueprint import Blueprint
    from trayecto.conformance.blocks import Part

NAMES = tuple("abcdefgh")
STRANGE = (*NAMES, "x", "y")
MOST_STATES, MOST_BOXES = 200, 40
COSTS = (0.25, 0.5, 1.5, 2, 3, 5)


@dataclass(frozen=True)
class Design:
    """A blueprint whose journeys are orders, and everything they may be as one block."""

    blueprint: Blueprint
    whole: Part
    inserted: dict[str, float]
    skipped: dict[str, float]


def designs(seeds: range) -> Iterator[tuple[int, Design]]:
    """One per seed, with unit costs where the seed is even."""
    for seed in seeds:
        luck = Random(seed)
        found = None
        while found is None:
            found = _design(luck, with_costs=seed % 2 == 1)
        yield seed, found


def _design(luck: Random, *, with_costs: bool) -> Design | None:
    """None for one that is too large, or allows nothing but the empty journey."""
    from trayecto.bpmn import BpmnInvalid, write_bpmn
    from trayecto.conformance.automaton import compiled
    from trayecto.conformance.blocks import CHOICE, Block, path_of
    from trayecto.conformance.paths import DONE
    from trayecto.errors import BadValue

    ways = [_part(luck, luck.randint(3, 8)) for _ in range(luck.choice((1, 1, 2, 3)))]
    whole = Block(CHOICE, tuple(ways)) if len(ways) > 1 else ways[0]
    path = path_of(whole, {name: name for name in NAMES})
    try:
        compiled(path, most_states=MOST_STATES)
        if path == DONE or write_bpmn(whole).count("<bpmn:task ") > MOST_BOXES:
            return None
    except (BadValue, BpmnInvalid):
        return None
    costs = [{step: luck.choice(COSTS) for step in NAMES if with_costs and luck.random() < 0.5} for _ in "is"]
    return Design(_blueprint(ways, *costs), whole, *costs)


def _part(luck: Random, size: int) -> Part:
    """A block over about ``size`` steps."""
    from trayecto.conformance.blocks import ANY_ORDER, CHOICE, OPTIONAL, REPEAT, SEQUENCE, Block

    if size <= 1:
        return luck.choice(NAMES)
    kind = luck.choice((SEQUENCE, SEQUENCE, SEQUENCE, CHOICE, CHOICE, ANY_ORDER, OPTIONAL, REPEAT))
    if kind == OPTIONAL:
        return Block(OPTIONAL, (_part(luck, size - 1),))
    if kind == REPEAT:
        least = luck.randint(0, 2)
        most = luck.choice((None, max(1, least + luck.randint(0, 2))))
        return Block(REPEAT, (_part(luck, size - 1),), least, most)
    count = luck.randint(2, min(size, 4))
    return Block(kind, tuple(_part(luck, max(1, size // count)) for _ in range(count)))


def _blueprint(ways: list[Part], inserted: dict[str, float], skipped: dict[str, float]) -> Blueprint:
    from trayecto.blueprint import read_blueprint

    paths = [_path(way) for way in ways]
    costs = {
        step: {"inserted": inserted.get(step, 1), "skipped": skipped.get(step, 1)}
        for step in sorted({*inserted, *skipped})
    }
    order = {"key": "order", "goal": NAMES[-1], "path": paths[0], "costs": costs}
    order["exceptions"] = {f"way{number}": path for number, path in enumerate(paths[1:], 2)}
    return read_blueprint(blueprint_text(NAMES, order))


def _path(part: Part) -> list[Any]:
    from trayecto.conformance.blocks import written

    path = written(part)
    return path if isinstance(path, list) else [path]


def blueprint_text(events: tuple[str, ...], order: dict[str, Any]) -> str:
    """A blueprint with a touchpoint for each event type and journeys called ``order`` (JSON is YAML too)."""
    owned = {"stage": "checkout", "owner": "sales"}
    touchpoints = {event.lower().replace(" ", "-"): {"event": event} | owned for event in events}
    return json.dumps({
        "blueprint": "peers", "time_zone": "UTC", "departments": {"sales": {"label": "Sales"}},
        "touchpoints": touchpoints, "journeys": {"order": order},
    })  # fmt: skip
