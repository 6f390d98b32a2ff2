"""A path as BPMN 2.0 XML with its picture: tasks, exclusive gateways, parallel gateways and ways back."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from trayecto.blueprint.saying import gettext as _
from trayecto.bpmn.errors import BpmnInvalid
from trayecto.bpmn.words import DC, DD, DI, END, EXCLUSIVE, FLOW, MODEL, OURS, PARALLEL, START
from trayecto.conformance import layout
from trayecto.conformance.blocks import OPTIONAL, REPEAT, SEQUENCE, Block, Part
from trayecto.conformance.layout import Layout, Line, Shape

MOST_SHAPES = 1000
TAGS = {layout.START: START, layout.END: END, layout.STEP: "task"}
PREFIXES = {"bpmn": MODEL, "bpmndi": DI, "dc": DC, "di": DD, "recorrido": OURS}


def write_bpmn(
    part: Part, *, name: str = "", process: str = "path", labels: Mapping[str, str] | None = None
) -> str:
    """The XML text of a path. ``process``: its id, of letters, digits and underscores; ``labels``: touchpoint → what its
    task is called. Repeats by number are written out. Raises BpmnInvalid for a path too large to be drawn."""
    drawn = layout.layout_of(unrolled(part))
    root = Element(_tag("definitions"), id="definitions", targetNamespace=OURS, exporter="Recorrido")
    body = SubElement(root, _tag("process"), id=f"process_{process}", name=name, isExecutable="false")
    ids = [f"{shape.kind}_{number}" for number, shape in enumerate(drawn.shapes, 1)]
    flows = [f"flow_{number}" for number in range(1, len(drawn.lines) + 1)]
    for place, shape in enumerate(drawn.shapes):
        _node(body, ids[place], shape, _ways(drawn, flows, place), labels or {})
    for flow, line in zip(flows, drawn.lines, strict=True):
        SubElement(body, _tag(FLOW), id=flow, sourceRef=ids[line.source], targetRef=ids[line.target])
    _picture(root, f"process_{process}", drawn, ids, flows)
    return _text(root)


def unrolled(part: Part) -> Part:
    """The same path without repeats by number: twice or three times is once, once more, and perhaps once more."""
    written, count = _unrolled(part)
    if count > MOST_SHAPES:
        message = _("this path would need more than %(most)s boxes; let less repeat by number")
        raise BpmnInvalid(message % {"most": MOST_SHAPES})
    return written


def _unrolled(part: Part) -> tuple[Part, int]:
    """The path and how many steps it has, written out; what is too large is left as it is."""
    if isinstance(part, str):
        return part, 1
    inner = [_unrolled(one) for one in part.parts]
    parts, count = tuple(one for one, _ in inner), sum(one for _, one in inner) + 1
    if part.kind != REPEAT:
        return Block(part.kind, parts), count
    times = max(part.least, 1) if part.most is None else part.most
    if count * times > MOST_SHAPES:
        return part, count * times
    return _times(parts[0], part.least, part.most), count * times


def _times(part: Part, least: int, most: int | None) -> Part:
    if most is None:
        again = Block(REPEAT, (part,), min(least, 1), None)
        return Block(SEQUENCE, (*[part] * (least - 1), again))
    rest: Part = Block(SEQUENCE, ())
    for _time in range(most - least):
        rest = Block(OPTIONAL, (Block(SEQUENCE, (part, rest)),))
    return Block(SEQUENCE, (*[part] * least, rest))


def _ways(drawn: Layout, flows: list[str], place: int) -> tuple[list[str], list[str]]:
    """The flows that come in and go out of a shape."""
    pairs = list(zip(flows, drawn.lines, strict=True))
    return [flow for flow, line in pairs if line.target == place], [
        f for f, line in pairs if line.source == place
    ]


def _node(
    body: Element, key: str, shape: Shape, ways: tuple[list[str], list[str]], labels: Mapping[str, str]
) -> None:
    gate = PARALLEL if shape.how == layout.PARALLEL else EXCLUSIVE
    node = SubElement(body, _tag(TAGS.get(shape.kind, gate)), id=key)
    if shape.step:
        node.set("name", labels.get(shape.step, shape.step))
        told = SubElement(node, _tag("extensionElements"))
        SubElement(told, f"{{{OURS}}}touchpoint", key=shape.step)
    if shape.kind in (layout.SPLIT, layout.JOIN):
        node.set("gatewayDirection", "Diverging" if shape.kind == layout.SPLIT else "Converging")
    for word, found in zip(("incoming", "outgoing"), ways, strict=True):
        for flow in found:
            SubElement(node, _tag(word)).text = flow


def _picture(root: Element, process: str, drawn: Layout, ids: list[str], flows: list[str]) -> None:
    diagram = SubElement(root, f"{{{DI}}}BPMNDiagram", id="diagram")
    plane = SubElement(diagram, f"{{{DI}}}BPMNPlane", id="plane", bpmnElement=process)
    for key, shape in zip(ids, drawn.shapes, strict=True):
        _shape(plane, key, shape)
    for key, line in zip(flows, drawn.lines, strict=True):
        _edge(plane, key, line)


def _shape(plane: Element, key: str, shape: Shape) -> None:
    drawn = SubElement(plane, f"{{{DI}}}BPMNShape", id=f"{key}_shape", bpmnElement=key)
    if shape.kind in (layout.SPLIT, layout.JOIN) and shape.how != layout.PARALLEL:
        drawn.set("isMarkerVisible", "true")
    bounds = {"x": shape.x, "y": shape.y, "width": shape.width, "height": shape.height}
    SubElement(drawn, f"{{{DC}}}Bounds", {name: f"{value:g}" for name, value in bounds.items()})


def _edge(plane: Element, key: str, line: Line) -> None:
    edge = SubElement(plane, f"{{{DI}}}BPMNEdge", id=f"{key}_edge", bpmnElement=key)
    for x, y in line.points:
        SubElement(edge, f"{{{DD}}}waypoint", x=f"{x:g}", y=f"{y:g}")


def _tag(name: str) -> str:
    return f"{{{MODEL}}}{name}"


def _text(root: Element) -> str:
    for prefix, address in PREFIXES.items():
        ElementTree.register_namespace(prefix, address)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"
