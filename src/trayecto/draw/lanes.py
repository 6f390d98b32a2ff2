"""Placing steps by their design: columns are stages, rows are the departments that own the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from trayecto.draw import text
from trayecto.draw.design import Column, Design, DesignStep, Lane
from trayecto.draw.figures import in_order
from trayecto.draw.placement import FITS, Fit, Placement, Slot, settle
from trayecto.draw.scene import Band, Box, Track
from trayecto.draw.typeset import HEADING, LANE, SMALL, STEP, label, leading
from trayecto.errors import BadValue

_MARGIN = 24.0
_LANE_NAME = 116.0
_GUTTER = 4.0
_PAD = 12.0
_WORD = 112.0  # a word up to this width is not cut


def place(design: Design, room: float, top: float) -> Placement:
    """The airiest placement that is at most ``room`` pixels wide.

    A map that needs up to half as much again stays in single rows and is wider: going sideways is easier to follow
    than lanes of several rows.
    """
    _check(design)
    tried = _first([fit for fit in FITS if fit.subrows == 1], design, room)
    if tried.right + _MARGIN > 1.5 * room:
        tried = _first([fit for fit in FITS if fit.subrows > 1], design, 1.5 * room)
    return tried.placement(top)


def _first(fits: Sequence[Fit], design: Design, room: float) -> _Placing:
    """The first that fits, else the last."""
    for fit in fits:
        tried = _Placing(design, fit)
        if tried.right + _MARGIN <= room:
            break
    return tried


def _check(design: Design) -> None:
    columns = {column.key for column in design.columns}
    lanes = {lane.key for lane in design.lanes}
    for step in design.steps:
        if step.column not in columns:
            raise BadValue(f"Step {step.step!r} of the design stands in an unknown column {step.column!r}.")
        if step.lane not in lanes:
            raise BadValue(f"Step {step.step!r} of the design stands in an unknown lane {step.lane!r}.")


@dataclass
class _Row:
    """How far a row is filled."""

    x: float = -1e9
    right: float = -1e9


@dataclass
class _Placing:
    """One attempt: walks the steps in order and gives each the first free place to the right."""

    design: Design
    fit: Fit
    slots: list[Slot] = field(default_factory=list)
    spans: list[tuple[Column, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        used = {step.lane for step in self.design.steps}
        self.lanes = [lane for lane in self.design.lanes if lane.key in used]
        self.rank = {lane.key: place for place, lane in enumerate(self.lanes)}
        names = [text.wrapped(lane.label, _LANE_NAME, LANE, 2) for lane in self.lanes]
        widest = max((text.width(line, LANE) for lines in names for line in lines), default=0.0)
        self.left = _MARGIN + max(widest, 40.0) + 20.0
        self.rows = {
            (rank, sub): _Row() for rank in range(len(self.lanes)) for sub in range(self.fit.subrows)
        }
        self.steps = in_order(self.design)
        self.leans = _leanings(self.steps, self.rank)
        self.last = self.last_main = -1e9
        self._walk()

    def _walk(self) -> None:
        edge = self.left
        columns = {column.key: column for column in self.design.columns}
        for key, steps in groupby(self.steps, key=lambda step: step.column):
            floor = edge + _PAD + self.fit.reach
            right = max(self._put(step, floor) for step in steps) + self.fit.reach + _PAD
            right = max(right, edge + min(120.0, text.width(columns[key].sub, SMALL) + 2 * _PAD))
            self.spans.append((columns[key], edge, right))
            edge = right + _GUTTER
        self.right = max([edge - _GUTTER, *(row.right + 6 for row in self.rows.values())])
        if self.spans:
            column, start, _ = self.spans[-1]
            self.spans[-1] = (column, start, self.right)

    def _put(self, step: DesignStep, floor: float) -> float:
        """Gives the step its place and returns its x."""
        room = max(self.fit.label, min(text.longest_word(step.label, STEP, step.gate), _WORD))
        lines = text.wrapped(step.label, room, STEP, self.fit.lines, bold=step.gate)
        wide = max((text.width(line, STEP, bold=step.gate) for line in lines), default=0.0)
        toward, below = self.leans[step.step]
        lean = toward * max(0.0, wide / 2 - 8.0)
        before, after = max(wide / 2 - lean, self.fit.reach), max(wide / 2 + lean, self.fit.reach)
        main = not step.exceptional
        wish = max(floor, self.left + before + 4, self.last + self.fit.aside * self.fit.advance)
        if main:
            wish = max(wish, self.last_main + self.fit.advance)
        lane = self.rank[step.lane]
        free = [max(wish, self.rows[lane, sub].right + 10.0 + before) for sub in range(self.fit.subrows)]
        sub = free.index(min(free))
        x = free[sub]
        self.rows[lane, sub] = _Row(x, x + after)
        self.slots.append(Slot(step.step, x, lane * self.fit.subrows + sub, lines, lean, below))
        self.last = x
        self.last_main = x if main else self.last_main
        return x

    def placement(self, top: float) -> Placement:
        used = sorted({slot.row for slot in self.slots})
        dense = {row: place for place, row in enumerate(used)}
        slots = [Slot(s.step, s.x, dense[s.row], s.lines, s.lean, s.below) for s in self.slots]
        head = _heading_height(self.spans)
        places, edges = settle(slots, len(used), top + head, self.fit.reach)
        lanes = [self.lanes[row // self.fit.subrows] for row in used]
        chart = Box(self.left, top + head, self.right - self.left, edges[-1] - top - head)
        return Placement(
            tuple(places),
            tuple(_bands(self.spans, top, edges[-1])),
            tuple(_tracks(lanes, edges)),
            chart,
            self.fit.reach,
            tuple(edges),
        )


def _leanings(steps: Sequence[DesignStep], rank: dict[str, int]) -> dict[str, tuple[int, bool]]:
    """For each step, to which side its name leans (-1, 0, 1) and whether it stands below.

    The name keeps clear of the main line: a line that comes from above passes on the left of the step, one that
    goes up passes on its right; where both do, the name goes below.
    """
    leans = {step.step: (0, False) for step in steps}
    main = [step for step in steps if not step.exceptional and step.measured]
    heights = [rank[step.lane] for step in main]
    for place, step in enumerate(main):
        from_above = place > 0 and heights[place - 1] < heights[place]
        to_above = place + 1 < len(main) and heights[place + 1] < heights[place]
        leans[step.step] = (int(from_above) - int(to_above), from_above and to_above)
    return leans


def _heading_height(spans: Sequence[tuple[Column, float, float]]) -> float:
    lines = max((len(_sub_lines(column, left, right)) for column, left, right in spans), default=0)
    return 12.0 + leading(HEADING) + lines * leading(SMALL) + 6.0


def _sub_lines(column: Column, left: float, right: float) -> tuple[str, ...]:
    return text.wrapped(column.sub, right - left - _PAD, SMALL, 2) if column.sub else ()


def _bands(spans: Sequence[tuple[Column, float, float]], top: float, bottom: float) -> list[Band]:
    """The grounds of the columns; a heading spans neighbours of the same label."""
    bands = []
    for name, group in groupby(spans, key=lambda span: span[0].label):
        members = list(group)
        room = members[-1][2] - members[0][1] - _PAD
        head = text.ellipsed(text.clean(name), room, HEADING, bold=True)
        for place, (column, left, right) in enumerate(members):
            labels = []
            if place == 0 and head:
                labels.append(label([head], left + 10, top + 8, HEADING, "column", bold=True))
            if column.sub:
                lines = _sub_lines(column, left, right)
                labels.append(label(lines, left + 10, top + 10 + leading(HEADING), SMALL, "stage"))
            full = " · ".join(filter(None, (column.label, column.sub)))
            bands.append(Band(Box(left, top, right - left, bottom - top), tuple(labels), full))
    return bands


def _tracks(lanes: Sequence[Lane], edges: Sequence[float]) -> list[Track]:
    """One track per lane; the rows of a lane share its name."""
    tracks = []
    for lane, group in groupby(enumerate(lanes), key=lambda pair: pair[1]):
        rows = [place for place, _ in group]
        y, height = edges[rows[0]], edges[rows[-1] + 1] - edges[rows[0]]
        lines = text.wrapped(lane.label, _LANE_NAME, LANE, 2)
        middle = y + height / 2 - len(lines) * leading(LANE) / 2
        tracks.append(Track(y, height, label(lines, _MARGIN, middle, LANE, "lane"), lane.label))
    return tracks
