"""Which way each flow takes: the cheapest of its shapes on the ground, the largest flows choosing first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trayecto.draw.curves import Curve, Shape, loops, shapes
from trayecto.draw.ground import Ground
from trayecto.draw.scene import Arrow, Point

_SAMPLES = 14
_AT = np.linspace(0.0, 1.0, _SAMPLES)
_BERNSTEIN = np.stack([(1 - _AT) ** 3, 3 * _AT * (1 - _AT) ** 2, 3 * _AT**2 * (1 - _AT), _AT**3], axis=1)
_PICK = np.array([0, 1, 2, 3])


@dataclass(frozen=True, slots=True)
class Stop:
    """An end of a flow."""

    x: float
    y: float
    radius: float
    channels: tuple[float, float]  # heights of the row's edges

    @property
    def at(self) -> Point:
        return (self.x, self.y)


@dataclass(frozen=True, slots=True)
class Route:
    curve: Curve
    way: NDArray[np.float64]  # (n, 2) points along it
    start: int  # first point of the way that is outside the source
    end: int  # last point of the way that is outside the target

    def arrow_at_end(self, size: float) -> Arrow:
        (x0, y0), (x1, y1) = self.way[max(self.end - 2, 0)], self.way[self.end]
        return Arrow(float(x1), float(y1), float(np.arctan2(y1 - y0, x1 - x0)), size)

    def arrow_midway(self, size: float) -> Arrow:
        at = (self.start + self.end) // 2
        (x0, y0), (x1, y1) = self.way[max(at - 1, 0)], self.way[min(at + 1, len(self.way) - 1)]
        x, y = self.way[at]
        return Arrow(float(x), float(y), float(np.arctan2(y1 - y0, x1 - x0)), size)


def route(ground: Ground, source: Stop, target: Stop, width: float) -> Route:
    """The cheapest way on the ground; it is then itself part of the ground."""
    if source == target:
        found = loops(source.at, source.radius)
    else:
        channels = sorted({*source.channels, *target.channels})
        found = shapes(source.at, target.at, channels, max(source.radius, target.radius), width)
    best = _cheapest(ground, found, width, (source, target))
    way = _even(_points(found[best][1]))
    ground.put_line(way, _normals(way), width)
    return Route(found[best][1], way, *_outside(way, source, target))


def _cheapest(ground: Ground, found: Sequence[Shape], width: float, ends: tuple[Stop, Stop]) -> int:
    """Number of the shape with the least cost of way, sharp turns and own price."""
    curves = [np.array(curve) for _, curve in found]
    counts = np.array([(len(curve) - 1) // 3 for curve in curves])
    cubics = np.concatenate([_cubics(curve) for curve in curves])
    samples = _BERNSTEIN @ cubics  # (cubics, samples, 2)
    steps = np.diff(samples, axis=1)
    length = np.hypot(steps[..., 0], steps[..., 1])
    mids = (samples[:, 1:] + samples[:, :-1]) / 2
    price = np.where(_near(mids, ends), 1.0, _price(ground, mids, steps, length, width))
    cost = (price * length).sum(axis=1) + _kinks(steps, length, width)
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    total = np.add.reduceat(cost, first) + np.array([price for price, _ in found])
    return int(np.argmin(np.round(total, 3)))


def _near(points: NDArray[np.float64], ends: tuple[Stop, Stop]) -> NDArray[np.bool_]:
    """Which points lie on one of the two steps that the flow joins: they are no obstacle to it."""
    source, target = (
        np.hypot(points[..., 0] - end.x, points[..., 1] - end.y) < end.radius + 12.0 for end in ends
    )
    found: NDArray[np.bool_] = source | target
    return found


def _price(
    ground: Ground,
    mids: NDArray[np.float64],
    steps: NDArray[np.float64],
    length: NDArray[np.float64],
    width: float,
) -> NDArray[np.float64]:
    """Cost per pixel at each sample; of a thick line also at its two rims."""
    cost = ground.price(mids).astype(np.float64)
    if width < 6:
        return cost
    normal = np.stack([-steps[..., 1], steps[..., 0]], axis=-1) / np.maximum(length, 1e-6)[..., None]
    rims = [ground.price(mids + normal * side) for side in (-0.45 * width, 0.45 * width)]
    return (cost + rims[0] + rims[1]) / 2.0


def _kinks(steps: NDArray[np.float64], length: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """Cost of turning more sharply than a line of this width can without folding."""
    heading = np.arctan2(steps[..., 1], steps[..., 0])
    turned = np.abs(np.diff(heading, axis=1))
    turned = np.minimum(turned, 2 * np.pi - turned)
    sharp = turned / np.maximum(length[:, 1:], 1.0) * (width / 2 + 3.0)
    penalty: NDArray[np.float64] = 14.0 * np.maximum(sharp - 0.6, 0.0).sum(axis=1)
    return penalty


def _cubics(curve: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k, 4, 2) the cubics of a curve of 1 + 3k points."""
    starts = np.arange(0, len(curve) - 1, 3)
    found: NDArray[np.float64] = curve[starts[:, None] + _PICK]
    return found


def _points(curve: Curve) -> NDArray[np.float64]:
    found: NDArray[np.float64] = (_BERNSTEIN @ _cubics(np.array(curve))).reshape(-1, 2)
    return found


def _even(points: NDArray[np.float64], spacing: float = 3.0) -> NDArray[np.float64]:
    """The same way in points of equal distance."""
    far = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = np.linspace(0.0, far[-1], max(int(far[-1] / spacing), 8))
    return np.stack([np.interp(at, far, points[:, axis]) for axis in (0, 1)], axis=1)


def _normals(way: NDArray[np.float64]) -> NDArray[np.float64]:
    ahead = np.gradient(way, axis=0)
    long = np.maximum(np.hypot(ahead[:, 0], ahead[:, 1]), 1e-6)
    return np.stack([-ahead[:, 1], ahead[:, 0]], axis=1) / long[:, None]


def _outside(way: NDArray[np.float64], source: Stop, target: Stop) -> tuple[int, int]:
    """First and last point of the way that lie outside the circles of its ends."""
    from_source = np.hypot(way[:, 0] - source.x, way[:, 1] - source.y) > source.radius + 2.0
    from_target = np.hypot(way[:, 0] - target.x, way[:, 1] - target.y) > target.radius + 2.0
    start = int(np.argmax(from_source))
    end = len(way) - 1 - int(np.argmax(from_target[::-1]))
    return (start, end) if start < end else (0, len(way) - 1)
