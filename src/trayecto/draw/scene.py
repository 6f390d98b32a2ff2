"""A picture as pure geometry: what stands where. Tests check this; ``svg`` only writes it down."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def touches(self, other: Box, gap: float = 0.0) -> bool:
        """Whether the two come nearer than ``gap`` pixels to each other."""
        return (
            self.x < other.right + gap
            and other.x < self.right + gap
            and self.y < other.bottom + gap
            and other.y < self.bottom + gap
        )


@dataclass(frozen=True, slots=True)
class Label:
    """Lines of text; ``x`` is where the anchor stands, ``y`` the top of the first line."""

    lines: tuple[str, ...]
    x: float
    y: float
    anchor: str  # start, middle, end
    size: float
    css: str
    box: Box

    @property
    def leading(self) -> float:
        return self.box.height / max(len(self.lines), 1)


@dataclass(frozen=True, slots=True)
class Node:
    """One step: a circle, or a double bar for a gate."""

    step: str
    x: float
    y: float
    radius: float
    shape: str  # circle, gate
    css: str
    label: Label
    figure: Label | None
    starts: bool
    ends: bool
    arc: float  # share of the ring drawn as lost, 0…1
    says: tuple[str, ...]  # the figures in words, one sentence each
    href: str | None

    @property
    def box(self) -> Box:
        return Box(self.x - self.radius, self.y - self.radius, 2 * self.radius, 2 * self.radius)


@dataclass(frozen=True, slots=True)
class Arrow:
    x: float
    y: float
    angle: float  # radians, the way the flow goes
    size: float


@dataclass(frozen=True, slots=True)
class FlowLine:
    """One flow as a chain of cubic curves: the first point, then three points for each curve."""

    source: str
    target: str
    points: tuple[Point, ...]
    width: float
    css: str
    trunk: bool
    arrow: Arrow
    label: Label | None
    says: tuple[str, ...]
    href: str | None


@dataclass(frozen=True, slots=True)
class Callout:
    step: str
    box: Box
    labels: tuple[Label, ...]
    leader: tuple[Point, Point]
    css: str


@dataclass(frozen=True, slots=True)
class Band:
    """A column's tinted ground and its heading."""

    box: Box
    labels: tuple[Label, ...]
    full: str


@dataclass(frozen=True, slots=True)
class Track:
    """A lane: the line above it and the department's name."""

    y: float
    height: float
    label: Label | None
    full: str


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of the legend: a small drawing (``kind``) and its word."""

    kind: str
    css: str
    x: float
    y: float
    width: float
    label: Label
    stroke: float = 0.0


@dataclass(frozen=True, slots=True)
class Scene:
    width: float
    height: float
    lang: str
    title: str
    description: str
    heading: tuple[Label, ...]
    bands: tuple[Band, ...]
    tracks: tuple[Track, ...]
    flows: tuple[FlowLine, ...]
    nodes: tuple[Node, ...]
    callouts: tuple[Callout, ...]
    legend: tuple[Key, ...]
    captions: tuple[Label, ...]

    def solid(self) -> list[Box]:
        """Every box that no other may cover: nodes, their texts, flow labels, callouts, headings, legend."""
        boxes = [node.box for node in self.nodes]
        boxes += [node.label.box for node in self.nodes]
        boxes += [n.figure.box for n in self.nodes if n.figure is not None and "inside" not in n.figure.css]
        boxes += [flow.label.box for flow in self.flows if flow.label is not None]
        boxes += [callout.box for callout in self.callouts]
        boxes += [label.box for band in self.bands for label in band.labels]
        boxes += [track.label.box for track in self.tracks if track.label is not None]
        boxes += [label.box for label in (*self.heading, *self.captions)]
        return boxes + [key.label.box for key in self.legend]
