"""Where every step stands: the common form of both ways of placing, and the heights of the rows.

Places come from the design's order (or, without one, from typical positions); how many journeys a step has never
moves it while its design stays the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trayecto.draw.scene import Band, Box, Track
from trayecto.draw.typeset import FIGURE, STEP, leading

CHANNEL = 6.0  # free height above and below each row, where flows may run
LABEL_GAP = 3.0
FIGURE_BELOW = 16.0  # no larger node carries its figure below


@dataclass(frozen=True, slots=True)
class Fit:
    """How tightly steps are set."""

    advance: float  # pixels from one step of the main line to the next
    label: float  # room for a step's name
    lines: int  # lines of a step's name
    subrows: int  # rows within a lane
    reach: float  # radius of the largest node
    aside: float = 0.42  # an exception stands this part of the advance further


FITS = (
    *(Fit(advance, 118.0, 2, 1, 21.0) for advance in (210.0, 180.0, 155.0, 135.0, 118.0)),
    *(Fit(advance, 104.0, 2, 1, 21.0) for advance in (104.0, 92.0, 80.0, 70.0)),
    *(Fit(advance, 88.0, 3, 1, 20.0) for advance in (74.0, 64.0, 54.0, 44.0)),
    *(Fit(44.0, 78.0, 3, 1, 18.0, aside) for aside in (0.42, 0.25, 0.1)),
    *(Fit(advance, 84.0, 3, 2, 17.0, 0.25) for advance in (52.0, 44.0, 36.0, 28.0)),
    *(Fit(advance, 78.0, 3, 3, 16.0, 0.1) for advance in (36.0, 26.0, 18.0)),
)
"""From airy to tight: the first that keeps the map within its width is taken."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One step's place before rows have heights."""

    step: str
    x: float
    row: int
    lines: tuple[str, ...]
    lean: float  # pixels the label's middle stands right of the step
    below: bool  # the label stands under the step


@dataclass(frozen=True, slots=True)
class Place:
    step: str
    x: float
    y: float
    lines: tuple[str, ...]
    lean: float
    below: bool


@dataclass(frozen=True, slots=True)
class Placement:
    """All places, with the ground they stand on. ``chart`` is the area of the rows."""

    places: tuple[Place, ...]
    bands: tuple[Band, ...]
    tracks: tuple[Track, ...]
    chart: Box
    reach: float
    channels: tuple[float, ...]  # heights at which flows may run between rows


def row_extent(slots: Sequence[Slot], reach: float) -> tuple[float, float]:
    """Pixels a row needs above and below the middle of its steps."""
    above = reach + 1
    below = max(reach, FIGURE_BELOW + leading(FIGURE)) + 1
    for slot in slots:
        tall = len(slot.lines) * leading(STEP) + LABEL_GAP
        if slot.below:
            below = max(below, max(reach, FIGURE_BELOW + leading(FIGURE)) + tall)
        else:
            above = max(above, reach + tall)
    return above, below


def settle(slots: Sequence[Slot], rows: int, top: float, reach: float) -> tuple[list[Place], list[float]]:
    """Places with heights, and the edges of the rows (``rows + 1`` values, the first is ``top``)."""
    edges = [top]
    middles = []
    for row in range(rows):
        above, below = row_extent([slot for slot in slots if slot.row == row], reach)
        middles.append(edges[-1] + CHANNEL + above)
        edges.append(middles[-1] + below + CHANNEL)
    places = [Place(s.step, s.x, middles[s.row], s.lines, s.lean, s.below) for s in slots]
    return places, edges
