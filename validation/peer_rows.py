"""A line of the table of ``validation peers``: what was compared on a log, and what differs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from math import isclose
from typing import Any


@dataclass
class Compared:
    """``figures`` were compared of ``logs`` logs; ``differences`` are sentences. ``seconds``: ours, theirs, where measured.
    ``explained``: why a difference is none of ours."""

    question: str
    log: str
    peer: str
    logs: int = 0
    figures: int = 0
    differences: list[str] = field(default_factory=list)
    seconds: tuple[float, float] = (0.0, 0.0)
    explained: str = ""

    @property
    def fails(self) -> bool:
        return bool(self.differences) and not self.explained

    def add(
        self, name: str, ours: Mapping[Hashable, Iterable[Any]], theirs: Mapping[Hashable, Iterable[Any]]
    ) -> None:
        """Compare two tables of figures, row by row; a row that one of them lacks differs."""
        self.logs += 1
        for key in {*ours, *theirs}:
            mine, other = list(ours.get(key, ())), list(theirs.get(key, ()))
            self.figures += max(len(mine), len(other))
            if len(mine) != len(other) or not all(map(_same, mine, other)):
                self.differences.append(f"{name}, {key}: {mine} here, {other} by {self.peer}")

    def line(self) -> str:
        verdict = f"{len(self.differences):,} rows differ" if self.differences else "all equal"
        ours, theirs = self.seconds
        times = f"{ours:.3f} s, {theirs:.1f} s ({theirs / ours:,.0f} ×)" if ours else ""
        return f"| {self.question} | {self.log} | {self.peer} | {self.logs} | {self.figures:,} | {verdict} | {times} |"


def _same(mine: Any, other: Any) -> bool:
    return mine == other or isclose(mine, other, rel_tol=1e-9, abs_tol=1e-9)
