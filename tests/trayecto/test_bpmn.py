"""Designed paths as BPMN diagrams and back: the same sequences are allowed."""

import itertools
from xml.etree import ElementTree

import pytest
from hypothesis import assume, given, settings
from tests.trayecto.blocks import BLOCKS
from tests.trayecto.logs import NAMES

from trayecto.bpmn import BpmnInvalid, read_bpmn, touchpoints_in, write_bpmn
from trayecto.bpmn.words import DC, DD, DI, MODEL
from trayecto.conformance.automaton import compiled
from trayecto.conformance.blocks import Block, path_of, written
from trayecto.conformance.paths import DONE
from trayecto.errors import BadValue

KEYS = {name: name for name in NAMES}
HEAD = f'<definitions xmlns="{MODEL}"><process id="p">'
FOOT = "</process></definitions>"


def least(part):
    """The minimal automaton of a path, as plain values: equal for paths that allow the same."""
    try:
        found = compiled(path_of(part, KEYS), most_states=300)
    except BadValue:
        assume(False)
    return found.steps, [a.tolist() for a in (found.sources, found.labels, found.targets, found.accepting)]


def process(*elements, flows):
    """A process of elements given as ``kind id name``, and flows given as ``a>b``."""
    nodes = "".join(f'<{kind} id="{key}" name="{name or key}"/>' for kind, key, *_, name in elements)
    drawn = "".join(
        f'<sequenceFlow id="f{at}" sourceRef="{s}" targetRef="{t}"/>'
        for at, (s, t) in enumerate(flow.split(">") for flow in flows.split())
    )
    return (HEAD + nodes + drawn + FOOT).encode()


START, END = ("startEvent", "s", ""), ("endEvent", "e", "")
A, B, C = (("userTask", key, key) for key in "abc")
X, Y = ("exclusiveGateway", "x", ""), ("exclusiveGateway", "y", "")
P, Q = ("parallelGateway", "p1", ""), ("parallelGateway", "q", "")


@settings(max_examples=100, deadline=None)
@given(BLOCKS)
def test_a_path_comes_back_from_its_diagram_allowing_the_same(part):
    expected = least(part)
    assume(path_of(part, KEYS) != DONE)
    try:
        text = write_bpmn(part)
    except BpmnInvalid:  # too many boxes
        assume(False)
    assume(text.count("<bpmn:task ") < 40)
    assert least(read_bpmn(text.encode()).path) == expected


@settings(max_examples=60, deadline=None)
@given(BLOCKS)
def test_every_node_has_a_box_and_every_flow_ends_at_its_boxes(part):
    try:
        text = write_bpmn(part)
    except BpmnInvalid:
        assume(False)
    assume(text.count("<bpmn:task ") < 60)
    root = ElementTree.fromstring(text)
    boxes = {s.get("bpmnElement"): bounds(s) for s in root.iter(f"{{{DI}}}BPMNShape")}
    nodes = [one.get("id") for one in root[0] if not one.tag.endswith("sequenceFlow")]
    assert sorted(boxes) == sorted(nodes)
    edges = {e.get("bpmnElement"): points(e) for e in root.iter(f"{{{DI}}}BPMNEdge")}
    for flow in root.iter(f"{{{MODEL}}}sequenceFlow"):
        way = edges[flow.get("id")]
        assert touches(boxes[flow.get("sourceRef")], way[0]) and touches(
            boxes[flow.get("targetRef")], way[-1]
        )
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in itertools.pairwise(way))
    assert not overlapping(list(boxes.values()))


def bounds(shape):
    found = shape.find(f"{{{DC}}}Bounds")
    return tuple(float(found.get(name)) for name in ("x", "y", "width", "height"))


def points(edge):
    return [(float(p.get("x")), float(p.get("y"))) for p in edge.iter(f"{{{DD}}}waypoint")]


def touches(box, point):
    x, y, width, height = box
    on_side = point[0] in (x, x + width) and y <= point[1] <= y + height
    return on_side or (point[1] in (y, y + height) and x <= point[0] <= x + width)


def overlapping(boxes):
    return [
        (a, b) for at, a in enumerate(boxes) for b in boxes[:at]
        if a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("elements", "flows", "path"),
    [
        ((START, A, B, END), "s>a a>b b>e", ["a", "b"]),
        ((START, X, A, B, Y, END), "s>x x>a x>b a>y b>y y>e", [{"choice": ["a", "b"]}]),
        ((START, X, A, Y, END), "s>x x>a x>y a>y y>e", [{"optional": "a"}]),
        ((START, X, A, Y, END), "s>x x>a a>y y>x y>e", [{"repeat": "a", "least": 1}]),
        ((START, P, A, B, Q, END), "s>p1 p1>a p1>b a>q b>q q>e", [{"any_order": ["a", "b"]}]),
        ((START, A, B, ("endEvent", "e2", ""), X, END), "s>x x>a x>b a>e b>e2", [{"choice": ["a", "b"]}]),
        (
            (START, P, X, A, B, Y, C, Q, END),
            "s>p1 p1>x x>a x>b a>y b>y y>q p1>c c>q q>e",
            [{"any_order": ["c", {"choice": ["a", "b"]}]}],
        ),
    ],
)
def test_diagrams_of_other_tools_are_read(elements, flows, path):
    found = written(read_bpmn(process(*elements, flows=flows)).path)
    assert (found if isinstance(found, list) else [found]) == path


def test_a_task_that_loops_by_itself_is_a_repeat():
    loop = '<task id="t" name="a"><standardLoopCharacteristics loopMaximum="3"/></task>'
    drawn = process(START, END, flows="s>t t>e").replace(b"<endEvent", loop.encode() + b"<endEvent")
    assert read_bpmn(drawn).path == Block("repeat", ("a",), 1, 3)


def test_overlapping_loops_have_a_path_too():
    drawn = process(
        START, X, A, Y, B, ("exclusiveGateway", "z", ""), END, flows="s>x x>a a>y y>b b>z z>x z>y z>e y>e"
    )
    words = path_of(read_bpmn(drawn).path, KEYS)
    assert all(compiled(words).accepts(word) for word in ("a", "ab", "aba", "abb", "abbab"))
    assert not any(compiled(words).accepts(word) for word in ("", "b", "aa", "ba"))


@pytest.mark.parametrize(
    ("elements", "flows", "said"),
    [
        (
            (START, ("inclusiveGateway", "i", "Cualquiera"), END),
            "s>i i>e",
            "“inclusiveGateway” “Cualquiera” is not read",
        ),
        ((START, ("subProcess", "u", "Pago"), END), "s>u u>e", "“subProcess” “Pago” is not read"),
        (
            (START, P, A, B, Y, END),
            "s>p1 p1>a p1>b a>y b>y y>e",
            "the ways of the parallel gateway “p1” do not all meet",
        ),
        ((START, A, B, END), "s>a a>e", "nothing leads to “b”"),
        ((START, A, B, END), "s>a a>b b>b b>e a>e", "“a” has several ways out"),
        ((START, A), "s>a", "nothing leads on from “a”"),
        ((A, END), "a>e a>a", "several ways out"),
        ((START, A, END, B, C), "s>a a>e b>c c>b", "“b” lies on no way"),
        ((START, A, END), "s>a a>e a>nowhere", "“nowhere”, which is not in the process"),
    ],
)
def test_what_is_no_path_is_told_by_the_element(elements, flows, said):
    with pytest.raises(BpmnInvalid, match=said):
        read_bpmn(process(*elements, flows=flows))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<definitions", "not well-formed XML: line 1"),
        ("<html/>", "its root is <html>"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "document type"),
        (HEAD + FOOT, "has 0 processes"),
    ],
)
def test_files_that_are_no_bpmn_are_told(text, said):
    with pytest.raises(BpmnInvalid, match=said):
        read_bpmn(text.encode())


def test_tasks_are_known_by_key_or_by_what_people_call_them():
    labels = {"order.placed": ["Pedido", "Order"], "order.sent": ["En camino", "Shipped"]}
    part = Block("sequence", ("pedido", "order.sent", "Shipped"))
    assert written(touchpoints_in(part, labels)) == ["order.placed", "order.sent", "order.sent"]
    with pytest.raises(BpmnInvalid, match="is no touchpoint of these journeys; did you mean “Pedido”"):
        touchpoints_in("Pedidos", labels)


def test_repeats_by_number_are_written_out_unless_they_are_too_many():
    assert write_bpmn(Block("repeat", ("a",), 2, 4)).count("<bpmn:task ") == 4
    with pytest.raises(BpmnInvalid, match="1000 boxes"):
        write_bpmn(Block("repeat", (Block("sequence", ("a",) * 40),), 30, 40))
