"""The shapes a flow may take from one step to another: chains of cubic curves, each with a price of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from trayecto.draw.scene import Point

Curve = tuple[Point, ...]  # first point, then three for each cubic
Shape = tuple[float, Curve]  # what the shape costs beside its way, and the curve

STEEP = 26.0  # less than this sideways: the two stand above each other
_BENDS = ((0.5, 0.5), (0.3, 0.3), (0.78, 0.22), (0.22, 0.78), (0.9, 0.5), (0.5, 0.9))


def shapes(start: Point, end: Point, edges: Sequence[float], reach: float, width: float) -> list[Shape]:
    """All ways from ``start`` to ``end`` worth a look; ``edges`` are the heights between rows near them."""
    sideways = end[0] - start[0]
    beside = max(5.0, 0.8 * width)
    channels = [edge + offset for edge in edges for offset in (0.0, -beside, beside)]
    found = list(_bridges(start, end, channels))
    if abs(sideways) < STEEP:
        return found + list(_upright(start, end, reach))
    found += _quarters(start, end)
    if sideways > 0:
        found += _swings(start, end)
        found += _detours(start, end, channels)
    return found


def _line(a: Point, b: Point) -> tuple[Point, Point, Point]:
    third = ((b[0] - a[0]) / 3, (b[1] - a[1]) / 3)
    return (a[0] + third[0], a[1] + third[1]), (b[0] - third[0], b[1] - third[1]), b


def _swing(a: Point, b: Point, leave: float = 0.5, arrive: float = 0.5) -> tuple[Point, Point, Point]:
    """From a to b, leaving and arriving level."""
    wide = b[0] - a[0]
    return (a[0] + leave * wide, a[1]), (b[0] - arrive * wide, b[1]), b


def _swings(a: Point, b: Point) -> Iterator[Shape]:
    """One curve with its bend early, in the middle or late; long ways run level before and after it."""
    wide, tall = b[0] - a[0], abs(b[1] - a[1])
    if tall < 2:
        yield 0.0, (a, *_line(a, b))
        return
    for leave, arrive in _BENDS:
        yield 4.0, (a, *_swing(a, b, leave, arrive))
    half = min(wide / 2, 34.0 + 0.3 * tall)
    if wide > 2.6 * half:
        for at in (0.0, 0.5, 1.0):
            left = a[0] + at * (wide - 2 * half)
            bend = ((left, a[1]), (left + 2 * half, b[1]))
            yield 4.0, (a, *_line(a, bend[0]), *_swing(*bend), *_line(bend[1], b))


def _quarters(a: Point, b: Point) -> Iterator[Shape]:
    """Leaving upright and arriving level, or the other way round."""
    wide, tall = b[0] - a[0], b[1] - a[1]
    if abs(tall) < 30:
        return
    # A back-edge may do so too: it then arrives from the right, which is seen as going back.
    extra = 14.0 if wide > 0 else 10.0
    yield extra, (a, (a[0], a[1] + 0.8 * tall), (b[0] - 0.8 * wide, b[1]), b)
    yield extra, (a, (a[0] + 0.8 * wide, a[1]), (b[0], b[1] - 0.8 * tall), b)


def _detours(a: Point, b: Point, channels: Sequence[float]) -> Iterator[Shape]:
    """Along a channel between rows, with a level start and end."""
    wide = b[0] - a[0]
    if wide < 90:
        return
    for y in channels:
        first, last = (min(wide / 2.1, 30.0 + 0.42 * abs(y - end)) for end in (a[1], b[1]))
        up, down = (a[0] + first, y), (b[0] - last, y)
        yield 22.0, (a, *_swing(a, up), *_line(up, down), *_swing(down, b))


def _bridges(a: Point, b: Point, channels: Sequence[float]) -> Iterator[Shape]:
    """Along a channel between rows, with an upright start and end: how a flow goes back."""
    wide = b[0] - a[0]
    turn = math.copysign(min(26.0, abs(wide) / 2), wide)
    for y in channels:
        up, down = (a[0] + turn, y), (b[0] - turn, y)
        first = ((a[0], a[1] + 0.85 * (y - a[1])), (a[0] + 0.15 * turn, y), up)
        last = ((b[0] - 0.15 * turn, y), (b[0], b[1] + 0.85 * (y - b[1])), b)
        yield 26.0, (a, *first, *_line(up, down), *last)


def _upright(a: Point, b: Point, reach: float) -> Iterator[Shape]:
    """Between two steps above each other: straight, or bowed to one side."""
    tall = b[1] - a[1]
    yield 4.0, (a, (a[0], a[1] + 0.5 * tall), (b[0], b[1] - 0.5 * tall), b)
    for bow in (2.2, 3.4):
        for side in (1, -1):
            out = side * reach * bow
            yield 8.0 * bow, (a, (a[0] + out, a[1]), (b[0] + out, b[1]), b)


def loops(at: Point, radius: float) -> list[Shape]:
    """A small loop at each corner of a step."""
    pull = (radius + 15.0) / 0.66
    found: list[Shape] = []
    for degrees in (-45, -135, 45, 135):
        angles = [math.radians(degrees + spread) for spread in (-36, 36)]
        out, back = ((at[0] + pull * math.cos(angle), at[1] + pull * math.sin(angle)) for angle in angles)
        found.append((0.0, (at, out, back, at)))
    return found
