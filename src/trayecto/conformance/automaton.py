"""A path as a finite automaton: the fewest states that accept exactly its sequences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trayecto.conformance.paths import NOTHING, Choice, Path, after, allows_end, next_steps, size_of
from trayecto.errors import BadValue

MOST_STATES = 20_000
MOST_WAYS = 100  # that may go on at once from one state: a repeat in a repeat doubts of each step which one it belongs to


@dataclass(frozen=True, eq=False)
class Automaton:
    """Deterministic, minimal, without dead states; state 0 is where a journey begins.

    The edges stand in the order of their states, and states are numbered in breadth, by the names of the steps: the
    same path gives the same automaton in every process.
    """

    steps: tuple[str, ...]  # by number, sorted
    sources: NDArray[np.int32]  # (edges,)
    labels: NDArray[np.int32]  # (edges,) numbers of steps
    targets: NDArray[np.int32]  # (edges,)
    accepting: NDArray[np.bool_]  # (states,)

    @property
    def states(self) -> int:
        return len(self.accepting)

    def accepts(self, journey: Sequence[str]) -> bool:
        """Whether the path allows the journey as it is."""
        state = 0
        for name in journey:
            moved = self._moves.get((state, name))
            if moved is None:
                return False
            state = moved
        return bool(self.accepting[state])

    @property
    def _moves(self) -> dict[tuple[int, str], int]:
        edges = zip(self.sources.tolist(), self.labels.tolist(), self.targets.tolist(), strict=True)
        return {(source, self.steps[label]): target for source, label, target in edges}


Table = list[dict[str, int]]  # per state: step → next state


def compiled(path: Path, most_states: int = MOST_STATES) -> Automaton:
    """The automaton of a path. Raises BadValue for one that allows nothing or is too large."""
    if path == NOTHING:
        raise BadValue("The design allows no journey at all.")
    moves, accepting = _explored(path, most_states)
    moves, accepting = _minimal(moves, accepting)
    steps = tuple(sorted({name for row in moves for name in row}))
    number = {name: place for place, name in enumerate(steps)}
    edges = [
        (source, number[name], target) for source, row in enumerate(moves) for name, target in row.items()
    ]
    sources, labels, targets = np.array(edges, np.int32).reshape(-1, 3).T.copy()
    return Automaton(steps, sources, labels, targets, np.array(accepting))


def _explored(path: Path, most_states: int) -> tuple[Table, list[bool]]:
    """Every path that may remain is a state."""
    if size_of(path) > most_states:
        raise _too_large(most_states)
    number = {path: 0}
    waiting, moves = [path], []
    for state in waiting:  # grows while it is walked
        row = {}
        for name in sorted(next_steps(state)):
            remains = after(state, name)
            if isinstance(remains, Choice) and len(remains.parts) > MOST_WAYS:
                raise _too_large(most_states)
            if remains not in number:
                number[remains] = len(number)
                waiting.append(remains)
            row[name] = number[remains]
        moves.append(row)
        if len(number) > most_states:
            raise _too_large(most_states)
    return moves, [allows_end(state) for state in waiting]


def _too_large(most_states: int) -> BadValue:
    return BadValue(
        f"The design needs more than {most_states:,} states: less may come in any order, or repeat by number."
    )


def _minimal(moves: Table, accepting: list[bool]) -> tuple[Table, list[bool]]:
    """States that accept the same endings are one."""
    return _numbered_in_breadth(moves, accepting, _classes(moves, accepting))


def _classes(moves: Table, accepting: list[bool]) -> list[int]:
    """A number for each state, equal for those that nothing tells apart (Hopcroft, 1971, "An n log n algorithm for
    minimizing states in a finite automaton"). States that begin with other steps are apart from the beginning, so that
    every step of a class leads somewhere."""
    kinds: dict[object, int] = {}
    of = [kinds.setdefault((final, *row), len(kinds)) for final, row in zip(accepting, moves, strict=True)]
    blocks: list[set[int]] = [set() for _ in kinds]
    arriving: list[list[tuple[str, int]]] = [[] for _ in moves]
    for state, row in enumerate(moves):
        blocks[of[state]].add(state)
        for name, target in row.items():
            arriving[target].append((name, state))
    waiting = set(range(len(blocks)))
    while waiting:
        for sources in _sources_of(blocks[waiting.pop()], arriving):
            waiting |= _split(sources, blocks, of)
    return of


def _sources_of(block: set[int], arriving: list[list[tuple[str, int]]]) -> Iterable[set[int]]:
    """By step, the states that lead into the block."""
    found: dict[str, set[int]] = {}
    for target in block:
        for name, source in arriving[target]:
            found.setdefault(name, set()).add(source)
    return found.values()


def _split(sources: set[int], blocks: list[set[int]], of: list[int]) -> set[int]:
    """Every block that has some of the sources and others too becomes two; the numbers of the smaller halves."""
    touched: dict[int, set[int]] = {}
    for state in sources:
        touched.setdefault(of[state], set()).add(state)
    made = set()
    for number, inside in touched.items():
        outside = len(blocks[number]) - len(inside)
        if not outside:
            continue
        smaller = inside if len(inside) <= outside else blocks[number] - inside
        blocks[number] -= smaller
        for state in smaller:
            of[state] = len(blocks)
        made.add(len(blocks))
        blocks.append(smaller)
    return made


def _numbered_in_breadth(moves: Table, accepting: list[bool], classes: list[int]) -> tuple[Table, list[bool]]:
    """One state per class; states are met in breadth already, so the first of each class gives the order."""
    firsts: dict[int, int] = {}
    for state, one in enumerate(classes):
        firsts.setdefault(one, state)
    order = {one: place for place, one in enumerate(firsts)}
    rows = [{name: order[classes[to]] for name, to in moves[state].items()} for state in firsts.values()]
    return rows, [accepting[state] for state in firsts.values()]
