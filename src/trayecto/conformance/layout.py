"""Where the parts of a path stand when it is drawn: from left to right, ways beside each other from top to bottom."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from trayecto.conformance.blocks import ANY_ORDER, CHOICE, OPTIONAL, REPEAT, SEQUENCE, Block, Part

Point = tuple[float, float]

START, END, STEP, SPLIT, JOIN = "start", "end", "step", "split", "join"
EXCLUSIVE, PARALLEL, LOOP, SKIPPABLE = "exclusive", "parallel", "loop", "skippable"


@dataclass(frozen=True, slots=True)
class Sizes:
    """Pixels. ``gate`` is the side of what splits and joins ways, ``end`` that of start and end."""

    step: Point = (100.0, 80.0)
    gate: float = 50.0
    end: float = 36.0
    across: float = 50.0  # between neighbours on a way
    down: float = 30.0  # between ways
    margin: float = 40.0


@dataclass(frozen=True, slots=True)
class Shape:
    """``kind`` is start, end, step, split or join; ``how`` (of split and join) exclusive, parallel, loop,
    or skippable: one of its two ways is empty."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    step: str = ""
    how: str = ""

    @property
    def middle(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Line:
    """From one shape to another (their places in ``Layout.shapes``). ``repeats``: least and most times, of the way back
    of a loop."""

    source: int
    target: int
    points: tuple[Point, ...]
    repeats: tuple[int, int | None] | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    shapes: tuple[Shape, ...]
    lines: tuple[Line, ...]
    width: float
    height: float


def layout_of(part: Part, sizes: Sizes | None = None) -> Layout:
    """Shapes and lines of a path, start and end included."""
    return _Drawing(sizes or Sizes()).whole(plain(part))


def plain(part: Part) -> Part:
    """The same path with what can be drawn only: a repeat that may not happen at all is an optional one."""
    if isinstance(part, str):
        return part
    parts = tuple(plain(one) for one in part.parts)
    if part.kind == SEQUENCE:
        parts = tuple(one for part in parts for one in _members(part))
        return parts[0] if len(parts) == 1 else Block(SEQUENCE, parts)
    if part.kind == REPEAT:
        return _repeated(parts[0], part.least, part.most)
    if part.kind in (CHOICE, ANY_ORDER) and len(parts) == 1:
        return parts[0]
    return Block(part.kind, parts)


def _members(part: Part) -> tuple[Part, ...]:
    return part.parts if isinstance(part, Block) and part.kind == SEQUENCE else (part,)


def _repeated(part: Part, least: int, most: int | None) -> Part:
    if is_empty(part):
        return part
    again = part if most == 1 else Block(REPEAT, (part,), max(least, 1), most)
    return again if least else Block(OPTIONAL, (again,))


def is_empty(part: Part) -> bool:
    """Whether there is nothing to draw in it."""
    return isinstance(part, Block) and part.kind == SEQUENCE and not part.parts


@dataclass(frozen=True, slots=True)
class _Room:
    """What a part needs: its width, and how far it reaches above and below its axis."""

    width: float
    above: float
    below: float


Ends = tuple[int, int] | None  # the first and last shape of a part; None where it is empty


@dataclass
class _Drawing:
    sizes: Sizes
    shapes: list[Shape] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def whole(self, part: Part) -> Layout:
        room, size = self.room(part), self.sizes
        axis = size.margin + max(room.above, size.end / 2)
        start = self._add(START, size.margin, axis, size.end, size.end)
        ends = self.place(part, self._right(start) + size.across, axis)
        left = self._right(start) + size.across + (room.width + size.across if ends else 0.0)
        end = self._add(END, left, axis, size.end, size.end)
        self._chain([(start, start), ends, (end, end)])
        height = axis + max(room.below, size.end / 2) + size.margin
        return Layout(tuple(self.shapes), tuple(self.lines), left + size.end + size.margin, height)

    # --- how much room ---

    def room(self, part: Part) -> _Room:
        size = self.sizes
        if isinstance(part, str):
            return _Room(size.step[0], size.step[1] / 2, size.step[1] / 2)
        if part.kind == SEQUENCE:
            rooms = [self.room(one) for one in part.parts]
            width = sum(room.width for room in rooms) + size.across * max(0, len(rooms) - 1)
            return _Room(
                width, max((r.above for r in rooms), default=0.0), max((r.below for r in rooms), default=0.0)
            )
        ways = self._ways(part)
        rooms = [self.room(way) for way in ways]
        width = max(room.width for room in rooms) + 2 * (size.gate + size.across)
        above, half = max(rooms[0].above, size.gate / 2), size.gate / 2
        below = max(rooms[0].below, half) + sum(self._tall(room) for room in rooms[1:])
        return _Room(width, above, below + (size.down if part.kind == REPEAT else 0.0))

    def _tall(self, room: _Room) -> float:
        return self.sizes.down + room.above + room.below

    @staticmethod
    def _ways(part: Block) -> Sequence[Part]:
        """The ways beside each other, from top to bottom; one that skips everything is the last."""
        if part.kind == OPTIONAL:
            return (part.parts[0], Block(SEQUENCE, ()))
        return sorted(part.parts, key=is_empty)

    # --- placing ---

    def place(self, part: Part, x: float, axis: float) -> Ends:
        if isinstance(part, str):
            width, height = self.sizes.step
            here = self._add(STEP, x, axis, width, height, step=part)
            return here, here
        if part.kind == SEQUENCE:
            return self._sequence(part, x, axis)
        how = {ANY_ORDER: PARALLEL, REPEAT: LOOP, OPTIONAL: SKIPPABLE}.get(part.kind, EXCLUSIVE)
        kinds = (JOIN, SPLIT) if part.kind == REPEAT else (SPLIT, JOIN)
        gate, width = self.sizes.gate, self.room(part).width
        first = self._add(kinds[0], x, axis, gate, gate, how=how)
        inner = list(self._placed_ways(part, x + gate + self.sizes.across, axis))
        last = self._add(kinds[1], x + width - gate, axis, gate, gate, how=how)
        for ends, y in inner:
            self._way(first, ends, last, y)
        if part.kind == REPEAT:
            self._back(first, last, axis + self.room(part).below, (part.least, part.most))
        return first, last

    def _sequence(self, part: Block, x: float, axis: float) -> Ends:
        placed = []
        for one in part.parts:
            placed.append(self.place(one, x, axis))
            x += self.room(one).width + self.sizes.across
        return self._chain(placed)

    def _placed_ways(self, part: Block, x: float, axis: float) -> Iterator[tuple[Ends, float]]:
        y, below = axis, 0.0
        for number, way in enumerate(self._ways(part)):
            room = self.room(way)
            if number:
                y += below + self.sizes.down + room.above
            yield self.place(way, x, y), y
            below = room.below if number else max(room.below, self.sizes.gate / 2)

    def _chain(self, parts: Sequence[Ends]) -> Ends:
        """Lines between neighbours on one axis."""
        there = [ends for ends in parts if ends is not None]
        for (_, before), (after, _) in itertools.pairwise(there):
            self._line(before, after, [self._right_of(before), self._left_of(after)])
        return (there[0][0], there[-1][1]) if there else None

    def _way(self, first: int, ends: Ends, last: int, y: float) -> None:
        """Lines from where ways part over one of them to where they meet."""
        leave, meet = self._leaving(first, y), self._leaving(last, y)
        if ends is None:
            corners = [(self.shapes[first].middle[0], y), (self.shapes[last].middle[0], y)]
            self._line(first, last, _bent([*leave[:1], *corners, *meet[:1]]))
            return
        self._line(first, ends[0], _bent([*leave, self._left_of(ends[0])]))
        self._line(ends[1], last, _bent([self._right_of(ends[1]), *reversed(meet)]))

    def _leaving(self, gate: int, y: float) -> list[Point]:
        """From a gate to the height of a way: sideways on its axis, else out of its bottom."""
        shape = self.shapes[gate]
        x, middle = shape.middle
        if y == middle:
            side = shape.x + shape.width if shape.kind == SPLIT and shape.how != LOOP else shape.x
            side = shape.x + shape.width if shape.kind == JOIN and shape.how == LOOP else side
            return [(side, y)]
        return [(x, shape.y + shape.height), (x, y)]

    def _back(self, first: int, last: int, y: float, repeats: tuple[int, int | None]) -> None:
        """The way back of a loop, below everything it repeats."""
        ends = [
            (self.shapes[one].middle[0], self.shapes[one].y + self.shapes[one].height)
            for one in (last, first)
        ]
        points = [ends[0], (ends[0][0], y), (ends[1][0], y), ends[1]]
        self.lines.append(Line(last, first, tuple(points), repeats))

    def _add(
        self, kind: str, x: float, axis: float, width: float, height: float, step: str = "", how: str = ""
    ) -> int:
        self.shapes.append(Shape(kind, x, axis - height / 2, width, height, step, how))
        return len(self.shapes) - 1

    def _line(self, source: int, target: int, points: Sequence[Point]) -> None:
        self.lines.append(Line(source, target, tuple(points)))

    def _right(self, place: int) -> float:
        return self.shapes[place].x + self.shapes[place].width

    def _right_of(self, place: int) -> Point:
        return self._right(place), self.shapes[place].middle[1]

    def _left_of(self, place: int) -> Point:
        return self.shapes[place].x, self.shapes[place].middle[1]


def _bent(points: Sequence[Point]) -> list[Point]:
    """Without points that repeat the one before."""
    return [point for place, point in enumerate(points) if not place or point != points[place - 1]]
