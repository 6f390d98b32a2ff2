"""What stands beside other tools: journeys walk through their design, random designs are whole, differences are seen."""

import numpy as np
from bench.designed_journeys import events_of, walks
from validation.peer_designs import STRANGE, designs
from validation.peer_rows import Compared

from trayecto.conformance.automaton import compiled
from trayecto.conformance.blocks import path_of, steps_of
from trayecto.conformance.paths import any_order, optional, repeat, sequence

PATH = sequence("a", any_order("b", "c"), optional("d"), repeat("e", 0, 2))


def test_journeys_are_distinct_and_begin_with_those_as_designed():
    design = compiled(PATH)
    found = walks(design, 300, ["x"], seed=4)
    assert len(set(found)) == 300 and all(found)
    fitting = [design.accepts(journey) for journey in found]
    assert fitting[0] and not all(fitting)


def test_every_variant_has_a_journey_whose_events_are_in_its_order():
    variants = walks(compiled(PATH), 40, ["x"], seed=4)
    events = events_of(variants, 500, seed=1)
    lives = {}
    for row in sorted(events.to_pylist(), key=lambda row: row["at"]):
        lives.setdefault(row["journey"], []).append(row["step"])
    assert len(lives) == 500 and {tuple(steps) for steps in lives.values()} == set(variants)
    assert len(set(zip(events["journey"].to_pylist(), events["person"].to_pylist(), strict=True))) == 500
    assert (np.diff(events["at"].to_numpy().astype(np.int64)) != 0).all()


def test_a_random_blueprint_allows_what_its_diagram_says():
    for seed, design in designs(range(20)):
        kind = design.blueprint.journeys["order"]
        allowed = compiled(design.blueprint.allowed(kind))
        drawn = compiled(path_of(design.whole, {step: step for step in steps_of(design.whole)}))
        assert (allowed.steps, allowed.states) == (drawn.steps, drawn.states)
        assert (seed % 2 == 0) <= (not design.inserted and not design.skipped)
        assert walks(allowed, 50, STRANGE, seed)


def test_figures_that_differ_and_rows_that_one_side_lacks_are_told():
    row = Compared("retention", "some", "Polars")
    row.add("first", {"a": (1, 0.5), "b": (2,)}, {"a": (1, 0.5 + 1e-12), "b": (3,), "c": (4,)})
    assert (row.figures, row.fails) == (4, True)
    assert sorted(row.differences) == [
        "first, b: [2] here, [3] by Polars",
        "first, c: [] here, [4] by Polars",
    ]


def test_a_difference_with_a_reason_fails_nothing():
    row = Compared("object map", "some", "PM4Py", explained="events of the same time")
    row.add("first", {"a": (1,)}, {"a": (2,)})
    assert row.differences and not row.fails
