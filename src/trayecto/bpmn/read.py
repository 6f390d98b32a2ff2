"""BPMN 2.0 XML as a path: sequence, exclusive and parallel gateways, and loops."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from trayecto.blueprint.saying import gettext as _
from trayecto.bpmn.errors import BpmnInvalid
from trayecto.bpmn.fold import Graph, Node, folded
from trayecto.bpmn.words import EXCLUSIVE, FLOW, MODEL, NODES, OURS, PARALLEL, SILENT, START, TASKS
from trayecto.conformance.blocks import REPEAT, Block, Part

MOST_BYTES = 5_000_000


@dataclass(frozen=True)
class Diagram:
    """A process of a file: its name, and its path over the names of its tasks."""

    name: str
    path: Part


def read_bpmn(data: bytes) -> Diagram:
    """The one process of a file. A task is named by the touchpoint it was written for, else by its name. Raises
    BpmnInvalid, in one sentence that names the element."""
    process = _process(_parsed(data))
    nodes, flows = {}, []
    for element in process:
        kind = _kind(element)
        if kind == FLOW:
            flows.append(element)
        elif kind in NODES:
            nodes[element.get("id", "")] = _node(kind, element)
        elif kind not in SILENT:
            message = _(
                "“%(kind)s” %(name)s is not read; a path has tasks, exclusive and parallel gateways only"
            )
            raise BpmnInvalid(message % {"kind": kind, "name": _name(element)})
    return Diagram(process.get("name") or "", folded(_graph(nodes, flows)))


def _graph(nodes: dict[str, Node], flows: list[Element]) -> Graph:
    graph = Graph(nodes)
    for flow in flows:
        ends = flow.get("sourceRef", ""), flow.get("targetRef", "")
        for end in ends:
            if end not in nodes:
                message = _("the flow “%(flow)s” leads to or from “%(end)s”, which is not in the process")
                raise BpmnInvalid(message % {"flow": flow.get("id", ""), "end": end})
        graph.add(*ends)
    return graph


# --- elements -----------------------------------------------------------------------------------------------------


def _node(kind: str, element: Element) -> Node:
    inner = next((one for one in element if _kind(one).endswith("EventDefinition")), None)
    if inner is not None and kind == START:
        inner = None  # what starts it does not matter to its order
    if inner is not None:
        message = _("“%(kind)s” in %(name)s is not read; end the path with a plain end event")
        raise BpmnInvalid(message % {"kind": _kind(inner), "name": _name(element)})
    if kind in TASKS:
        return Node(kind, _name(element), _again(element, _step(element)))
    return Node(kind if kind in (EXCLUSIVE, PARALLEL, START) else "endEvent", _name(element))


def _step(element: Element) -> str:
    """The touchpoint a task was written for, else its name."""
    for told in element.iter(f"{{{OURS}}}touchpoint"):
        if told.get("key"):
            return str(told.get("key"))
    step = " ".join((element.get("name") or "").split())
    if not step:
        message = _("the task “%(id)s” has no name; name it as its touchpoint is called")
        raise BpmnInvalid(message % {"id": element.get("id", "")})
    return step


def _again(element: Element, step: str) -> Part:
    """A task with the marker of a loop."""
    for inner in element:
        if _kind(inner) == "multiInstanceLoopCharacteristics":
            message = _(
                "the task %(name)s has several instances at once, which is not read; draw a way back instead"
            )
            raise BpmnInvalid(message % {"name": _name(element)})
        if _kind(inner) == "standardLoopCharacteristics":
            most = inner.get("loopMaximum")
            least = 0 if inner.get("testBefore") == "true" else 1
            return Block(REPEAT, (step,), least, max(1, int(most)) if most and most.isdecimal() else None)
    return step


def _name(element: Element) -> str:
    """The element for people: what it is called, else its id."""
    return f"“{element.get('name') or element.get('id') or ''}”"


def _kind(element: Element) -> str:
    space, _mark, name = element.tag.rpartition("}")
    return name if space.lstrip("{") == MODEL else f"?{name}"


# --- the file -----------------------------------------------------------------------------------------------------


def _process(root: Element) -> Element:
    if _kind(root) != "definitions":
        message = _("this is not BPMN 2.0: its root is <%(tag)s>, not <definitions>")
        raise BpmnInvalid(message % {"tag": root.tag.rpartition("}")[2]})
    found = [one for one in root if _kind(one) == "process" and any(_kind(part) in NODES for part in one)]
    if len(found) != 1:
        message = _("the file has %(count)s processes with tasks; keep the one that is the path")
        raise BpmnInvalid(message % {"count": len(found)})
    return found[0]


def _parsed(data: bytes) -> Element:
    """The root of the file. A document type is refused: with its entities a small file could fill the memory."""
    if len(data) > MOST_BYTES:
        message = _("the file has more than %(most)s MB")
        raise BpmnInvalid(message % {"most": MOST_BYTES // 1_000_000})
    parser = expat.ParserCreate(namespace_separator="}")
    builder = TreeBuilder()
    parser.StartElementHandler = lambda tag, found: builder.start(
        _full(tag), {_full(k): v for k, v in found.items()}
    )
    parser.EndElementHandler = lambda tag: builder.end(_full(tag))
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        message = _("this is not well-formed XML: line %(line)s, column %(column)s")
        raise BpmnInvalid(message % {"line": error.lineno, "column": error.offset + 1}) from error
    root: Element = builder.close()
    return root


def _full(name: str) -> str:
    return "{" + name if "}" in name else name


def _refuse(*_declared: object) -> None:
    raise BpmnInvalid(_("a document type (<!DOCTYPE>) is not read; save the diagram without one"))
