"""Sizes of type, and the making of labels with their boxes."""

from __future__ import annotations

from collections.abc import Sequence

from trayecto.draw import text
from trayecto.draw.scene import Box, Label

TITLE, SUBTITLE, HEADING, LANE, STEP, NOTE = 20.0, 13.0, 13.0, 13.0, 12.0, 12.0
SMALL, FIGURE, INSIDE, FLOW = 11.5, 10.5, 9.5, 10.5
_LEADING = 1.18


def leading(size: float) -> float:
    """Height of one line of type."""
    return round(size * _LEADING, 2)


def label(
    lines: Sequence[str],
    x: float,
    y: float,
    size: float,
    css: str,
    *,
    anchor: str = "start",
    bold: bool = False,
) -> Label:
    """Lines of text with the box they take; ``y`` is the top."""
    wide = max((text.width(line, size, bold) for line in lines), default=0.0)
    left = {"start": x, "middle": x - wide / 2, "end": x - wide}[anchor]
    return Label(tuple(lines), x, y, anchor, size, css, Box(left, y, wide, leading(size) * len(lines)))


def heading(
    parts: Sequence[tuple[str, float, str]], margin: float, width: float
) -> tuple[list[Label], float]:
    """Title and subtitle (words, size, class; empty words are left out), and where what follows may begin."""
    labels: list[Label] = []
    y = 18.0
    for words, size, css in parts:
        lines = text.wrapped(words, width - 2 * margin, size, 2, css == "title")
        if lines:
            labels.append(label(lines, margin, y, size, css, bold=css == "title"))
            y = labels[-1].box.bottom + 5.0
    return labels, y + 8.0 if labels else 12.0
