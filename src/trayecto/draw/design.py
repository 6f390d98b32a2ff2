"""The journey as designed, as far as a picture needs it: columns, lanes, and the place of every step."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A phase or stage. Neighbouring columns with the same label share one heading; ``sub`` stands below it."""

    key: str
    label: str
    sub: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """The department that owns the steps drawn in this row."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class DesignStep:
    """A touchpoint of the blueprint; ``position`` orders it among all steps, ``column`` and ``lane`` are keys."""

    step: str
    label: str
    column: str
    lane: str
    position: int
    gate: bool = False
    exceptional: bool = False
    measured: bool = True


@dataclass(frozen=True, slots=True)
class Design:
    """What stays the same from one period to the next, and so fixes where everything is drawn."""

    steps: tuple[DesignStep, ...]
    columns: tuple[Column, ...]
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A remark at a step; the most painful ones (``pain`` 0…1) are drawn, at most three."""

    step: str
    title: str
    text: str
    pain: float = 1.0
