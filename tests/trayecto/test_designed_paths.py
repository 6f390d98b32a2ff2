"""The path a blueprint designs: how it is written, what it allows, what is said of mistakes."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayecto.blueprint import BlueprintInvalid, read_blueprint
from trayecto.conformance.automaton import compiled
from trayecto.conformance.blocks import Block, path_of, steps_of
from trayecto.conformance.costs import Costs
from trayecto.conformance.rules import Forbids, Needs, Within

HEAD = """\
blueprint: shop
departments: {shop: {}}
touchpoints:
  order: {event: order, stage: checkout, owner: shop}
  pack: {event: pack, stage: delivery, owner: shop}
  invoice: {event: invoice, stage: delivery, owner: shop}
  send: {event: send, stage: delivery, owner: shop}
  call: {event: call, stage: service, owner: shop, nature: support}
  leaflet: {stage: delivery, owner: shop}
journeys:
  order:
    key: order
    goal: send
"""


def designed(*lines: str):
    blueprint = read_blueprint(HEAD + "".join(f"    {line}\n" for line in lines))
    return blueprint, blueprint.journeys["order"]


def accepts(journey: str, *lines: str) -> bool:
    blueprint, journey_type = designed(*lines)
    return compiled(blueprint.allowed(journey_type)).accepts(journey.split())


def problem(*lines: str):
    with pytest.raises(BlueprintInvalid) as caught:
        designed(*lines)
    (found,) = caught.value.problems
    return found


PATH = "path: [order, {optional: call}, {any_order: [pack, invoice]}, {repeat: call, least: 1, most: 2}, {choice: [send, [call, send]]}]"


@pytest.mark.parametrize(
    ("journey", "allowed"),
    [
        ("order pack invoice call send", True),
        ("order call invoice pack call call call send", True),
        ("order pack invoice send", False),
        ("order pack pack call send", False),
        ("pack invoice call send", False),
    ],
)
def test_a_path_is_sequence_choice_option_repeat_and_any_order(journey, allowed):
    assert accepts(journey, PATH) is allowed


def test_a_touchpoint_without_events_is_not_looked_for():
    assert accepts("order send", "path: [order, leaflet, send]")


def test_an_exceptional_variant_is_allowed_beside_the_regular_path():
    lines = (
        "path: [order, send]",
        "exceptions: {stuck: {label: Atascado, path: [order, call, send]}, lost: [order]}",
    )
    assert all(accepts(journey, *lines) for journey in ("order send", "order call send", "order"))
    _, journey_type = designed(*lines)
    assert [one.label.es for one in journey_type.exceptions.values()] == ["Atascado", "lost"]


def test_rules_of_order_and_time_are_read():
    _, journey_type = designed(
        "rules:",
        "  - {step: send, needs: pack}",
        "  - {step: send, never_before: invoice}",
        "  - {step: pack, never_after: send}",
        "  - {step: send, within: 2d, since: order}",
    )
    assert journey_type.rules == (
        Needs("send", "pack"),
        Forbids("invoice", "send"),
        Forbids("pack", "send"),
        Within("send", "order", "2d"),
    )


def test_costs_are_of_inserting_and_skipping_or_of_both():
    _, journey_type = designed("costs: {call: 2, send: {skipped: 5}}")
    assert journey_type.costs == Costs({"call": 2}, {"call": 2, "send": 5})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("path: [order, sned]", "“sned” is no touchpoint of these journeys; did you mean “send”?"),
        ("path: [order, {optonal: send}]", "exactly one of: sequence, choice, optional, repeat, any_order"),
        ("path: [order, {choice: send}]", "here a list of touchpoints is expected"),
        ("path: [leaflet]", "name at least one touchpoint with events"),
        ("path: [order, null]", "here a touchpoint is expected"),
        ("path: [{repeat: order, least: 3, most: 2}]", "“most” is at least 1, and not less than “least”"),
        ("path: [{repeat: order, least: 1.5}]", "write a whole number"),
        ("path: [{any_order: [order, pack, send, call, call, call, call]}]", "at most 6 parts may come in any order"),
        ("path: [{repeat: {repeat: [order, send], most: 500}, most: 500}]", "this allows too many ways"),
        ("path: [{optional: order, most: 2}]", "“most” is not a field of this place"),
        ("rules: [{step: send}]", "a rule has exactly one of: needs, never_after, never_before, within"),
        ("rules: [{step: send, needs: send}]", "a rule speaks of two different touchpoints"),
        ("rules: {step: send}", "here a list is expected"),
        ("costs: {send: 0}", "a cost is more than 0"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_column_and_what_to_do(line, said):
    found = problem(line)
    assert said in found.message
    assert found.line == HEAD.count("\n") + 1
    assert found.column > 4


def test_the_column_is_where_the_wrong_word_stands():
    assert problem("path: [order, sned]").column == len("    path: [order, ") + 1


STEPS = ("order", "pack", "send")


def blocks():
    leaves = st.sampled_from(STEPS)
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(lambda parts: Block("sequence", tuple(parts)), st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda parts: Block("choice", tuple(parts)), st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda part: Block("optional", (part,)), inner),
            st.builds(lambda part, least, more: Block("repeat", (part,), least, least + more), inner, st.integers(0, 1), st.integers(1, 1)),
            st.builds(lambda parts: Block("any_order", tuple(parts)), st.lists(leaves, min_size=1, max_size=3)),
        ),
        max_leaves=5,
    )  # fmt: skip


def written(part) -> object:
    """The block as YAML has it."""
    if isinstance(part, str):
        return part
    parts = [written(one) for one in part.parts]
    if part.kind == "sequence":
        return parts
    if part.kind == "repeat":
        return {"repeat": parts[0], "least": part.least, "most": part.most}
    return {part.kind: parts[0] if part.kind == "optional" else parts}


@given(blocks())
def test_what_is_written_allows_what_the_block_allows(block):
    import json

    blueprint, journey_type = designed(f"path: {json.dumps(written(block))}")
    names = {step: step for step in STEPS}
    expected, found = compiled(path_of(block, names)), compiled(blueprint.allowed(journey_type))
    assert set(steps_of(journey_type.path)) == set(steps_of(block))
    for length in range(4):
        for journey in product(STEPS, repeat=length):
            assert found.accepts(journey) == expected.accepts(journey)
