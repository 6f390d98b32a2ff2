"""A diagram folded into a path: node by node is taken out, and what led over it becomes one way.

Method. Every flow between two nodes carries a part of a path. Taking out an exclusive gateway joins each way in with each
way out, over its loop if it has one (Brzozowski and McCluskey, 1963, "Signal flow graph techniques for sequential
circuit state diagrams"); so any drawing of tasks and exclusive gateways has a path, also one whose loops overlap. A
parallel split whose ways all end in one parallel join becomes parts in any order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from trayecto.blueprint.saying import gettext as _
from trayecto.bpmn.errors import BpmnInvalid
from trayecto.bpmn.words import END, PARALLEL, START, TASKS
from trayecto.conformance.blocks import (
    ANY_ORDER,
    CHOICE,
    MOST_IN_ANY_ORDER,
    OPTIONAL,
    REPEAT,
    SEQUENCE,
    Block,
    Part,
)
from trayecto.conformance.layout import is_empty

EMPTY = Block(SEQUENCE, ())
FIRST, LAST = " start", " end"
MOST_PARTS = 20_000


@dataclass(frozen=True)
class Node:
    """``name``: what people call it; ``part``: what a task stands for."""

    kind: str
    name: str
    part: Part | None = None


@dataclass
class Graph:
    """Nodes by id, and the ways between them: (from, to) → what lies on them, one part per way."""

    nodes: dict[str, Node]
    ways: dict[tuple[str, str], list[Part]] = field(default_factory=dict)

    def add(self, source: str, target: str, part: Part = EMPTY) -> None:
        self.ways.setdefault((source, target), []).append(part)

    def into(self, node: str) -> list[tuple[str, Part]]:
        """Ways in, but for loops."""
        return [(s, part) for (s, t), parts in self.ways.items() if t == node != s for part in parts]

    def out_of(self, node: str) -> list[tuple[str, Part]]:
        """Ways out, but for loops."""
        return [(t, part) for (s, t), parts in self.ways.items() if s == node != t for part in parts]

    def loops(self, node: str) -> list[Part]:
        return self.ways.get((node, node), [])

    def drop(self, node: str) -> None:
        del self.nodes[node]
        self.ways = {ends: parts for ends, parts in self.ways.items() if node not in ends}

    def is_parallel(self, node: str) -> bool:
        return node in self.nodes and self.nodes[node].kind == PARALLEL


def folded(graph: Graph) -> Part:
    """The path of a diagram. Raises BpmnInvalid for one that is none."""
    _check(graph)
    _check_ways(graph)
    _with_one_start_and_end(graph)
    for node in [name for name, one in graph.nodes.items() if one.kind in TASKS]:
        _take_out(graph, node)
    while graph.nodes:
        _merge(graph)
        free = next(_free(graph), None)
        if free is not None:
            _take_out(graph, free)
        elif not _folded_parallel(graph):
            raise _tangled(graph)
    return neat(_either(graph.ways[FIRST, LAST]))


# --- before -------------------------------------------------------------------------------------------------------


def _check(graph: Graph) -> None:
    for key, node in graph.nodes.items():
        into, out = (
            len(graph.into(key)) + len(graph.loops(key)),
            len(graph.out_of(key)) + len(graph.loops(key)),
        )
        if (node.kind in TASKS or node.kind == START) and out > 1:
            message = _("%(name)s has several ways out; put an exclusive or a parallel gateway after it")
        elif node.kind != START and not into:
            message = _("nothing leads to %(name)s; connect it, or take it away")
        elif node.kind != END and not out:
            message = _(
                "nothing leads on from %(name)s; connect it with what comes next, or with an end event"
            )
        else:
            continue
        raise BpmnInvalid(message % {"name": node.name})
    for kind, word in ((START, _("start event")), (END, _("end event"))):
        if not any(node.kind == kind for node in graph.nodes.values()):
            raise BpmnInvalid(
                _("the diagram has no %(what)s; draw where the path begins and ends") % {"what": word}
            )


def _check_ways(graph: Graph) -> None:
    """Every node lies on a way from a start to an end."""
    starts = [key for key, node in graph.nodes.items() if node.kind == START]
    ends = [key for key, node in graph.nodes.items() if node.kind == END]
    there = _reached(starts, list(graph.ways)) & _reached(ends, [(t, s) for s, t in graph.ways])
    for key, node in graph.nodes.items():
        if key not in there:
            message = _("%(name)s lies on no way from a start to an end; connect it, or take it away")
            raise BpmnInvalid(message % {"name": node.name})


def _reached(nodes: Sequence[str], ways: Sequence[tuple[str, str]]) -> set[str]:
    found = set(nodes)
    while more := {target for source, target in ways if source in found} - found:
        found |= more
    return found


def _with_one_start_and_end(graph: Graph) -> None:
    """Several starts are a choice among them, and so are several ends; then both are gateways like others."""
    for key, node in list(graph.nodes.items()):
        if node.kind == START:
            graph.add(FIRST, key)
        elif node.kind == END:
            graph.add(key, LAST)


# --- taking out ---------------------------------------------------------------------------------------------------


def _merge(graph: Graph) -> None:
    """Several ways between two nodes are a choice; those of a parallel split or join are not."""
    for (source, target), parts in graph.ways.items():
        if len(parts) > 1 and not (graph.is_parallel(source) or graph.is_parallel(target)):
            graph.ways[source, target] = [_either(parts)]


def _free(graph: Graph) -> Iterator[str]:
    """Nodes that can be taken out, those first that are simply passed: no way of a parallel gateway may multiply."""
    found = []
    for key, node in graph.nodes.items():
        into, out = graph.into(key), graph.out_of(key)
        multiplied = (len(out) > 1 and any(graph.is_parallel(source) for source, _ in into)) or (
            len(into) > 1 and any(graph.is_parallel(target) for target, _ in out)
        )
        if node.kind != PARALLEL and not multiplied:
            found.append((len(into) * len(out), len(graph.loops(key)), key))
    yield from (key for _ways, _loops, key in sorted(found))


def _take_out(graph: Graph, node: str) -> None:
    own = graph.nodes[node].part
    into, out, loops = graph.into(node), graph.out_of(node), graph.loops(node)
    through: list[Part] = [] if own is None else [own]
    if loops:
        through.append(Block(REPEAT, (_in_turn([_either(loops), *through]),), 0, None))
    graph.drop(node)
    for source, before in into:
        for target, then in out:
            graph.add(source, target, _in_turn([before, *through, then]))
    if sum(_size(part) for parts in graph.ways.values() for part in parts) > MOST_PARTS:
        raise BpmnInvalid(
            _("the ways of this diagram cross too often to be written as a path; untangle its loops")
        )


def _size(part: Part) -> int:
    return 1 if isinstance(part, str) else 1 + sum(map(_size, part.parts))


def _folded_parallel(graph: Graph) -> bool:
    """One parallel split and the join that closes it, made one way."""
    for split in [key for key in graph.nodes if graph.is_parallel(key)]:
        into, out = graph.into(split), graph.out_of(split)
        joins = {target for target, _ in out}
        if len(joins) != 1 or not graph.is_parallel(join := joins.pop()):
            continue
        after = graph.out_of(join)
        closed = all(source == split for source, _ in graph.into(join))
        if len(into) == 1 and len(after) == 1 and closed and not graph.loops(split) and not graph.loops(join):
            parts = [part for _, part in out]
            _check_parts(graph.nodes[split], parts)
            graph.drop(split)
            graph.drop(join)
            whole = parts[0] if len(parts) == 1 else Block(ANY_ORDER, tuple(parts))
            graph.add(into[0][0], after[0][0], _in_turn([into[0][1], whole, after[0][1]]))
            return True
    return False


def _check_parts(split: Node, parts: Sequence[Part]) -> None:
    if sum(not is_empty(part) for part in parts) > MOST_IN_ANY_ORDER:
        message = _(
            "the parallel gateway %(name)s opens %(count)s ways; at most %(most)s parts may come in any order"
        )
        raise BpmnInvalid(message % {"name": split.name, "count": len(parts), "most": MOST_IN_ANY_ORDER})


def _tangled(graph: Graph) -> BpmnInvalid:
    node = next(node for node in graph.nodes.values() if node.kind == PARALLEL)
    message = _(
        "the ways of the parallel gateway %(name)s do not all meet in one parallel gateway; close it by its own"
    )
    return BpmnInvalid(message % {"name": node.name})


# --- parts --------------------------------------------------------------------------------------------------------


def _in_turn(parts: Sequence[Part]) -> Part:
    flat = [one for part in parts for one in _members(part)]
    return flat[0] if len(flat) == 1 else Block(SEQUENCE, tuple(flat))


def _members(part: Part) -> tuple[Part, ...]:
    return part.parts if isinstance(part, Block) and part.kind == SEQUENCE else (part,)


def _either(parts: Sequence[Part]) -> Part:
    distinct = list(dict.fromkeys(one for part in parts for one in _choices(part)))
    some = [part for part in distinct if not is_empty(part)]
    if not some:
        return EMPTY
    whole = some[0] if len(some) == 1 else Block(CHOICE, tuple(some))
    return whole if len(some) == len(distinct) else Block(OPTIONAL, (whole,))


def _choices(part: Part) -> tuple[Part, ...]:
    if isinstance(part, Block) and part.kind == CHOICE:
        return part.parts
    if isinstance(part, Block) and part.kind == OPTIONAL:
        return (*_choices(part.parts[0]), EMPTY)
    return (part,)


def neat(part: Part) -> Part:
    """The same path as a person would write it: once and then any number of times more is at least once."""
    if isinstance(part, str):
        return part
    parts = [neat(one) for one in part.parts]
    if part.kind == SEQUENCE:
        return _in_turn(_joined([one for inner in parts for one in _members(inner)]))
    if part.kind in (OPTIONAL, REPEAT):
        return _neat_around(part, parts[0])
    return Block(part.kind, tuple(parts), part.least, part.most)


def _neat_around(part: Block, inner: Part) -> Part:
    """An optional or repeated part: what may be nothing need not be optional again."""
    if is_empty(inner):
        return EMPTY
    kind = inner.kind if isinstance(inner, Block) else ""
    if isinstance(inner, Block) and (part.kind, kind) == (OPTIONAL, REPEAT) and inner.least <= 1:
        return Block(REPEAT, inner.parts, 0, inner.most)
    if isinstance(inner, Block) and (part.kind, kind) == (REPEAT, OPTIONAL):
        return Block(REPEAT, inner.parts, 0, part.most)
    return Block(part.kind, (inner,), part.least, part.most)


def _joined(parts: list[Part]) -> list[Part]:
    """``a, (a)*`` written as ``(a)+``, for an ``a`` of any number of steps."""
    found: list[Part] = []
    for part in parts:
        found.append(part)
        if isinstance(part, Block) and part.kind == REPEAT and part.most is None:
            inner = list(_members(part.parts[0]))
            least = part.least
            while inner and found[-1 - len(inner) : -1] == inner:
                del found[-1 - len(inner) : -1]
                least += 1
            found[-1] = Block(REPEAT, part.parts, least, None)
    return found
