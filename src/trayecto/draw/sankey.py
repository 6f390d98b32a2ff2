"""Paths before and after a step: bands whose height is journeys, from one column of steps to the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trayecto.draw import text, typeset
from trayecto.draw.markup import Svg, document, element, linked, px, write_label
from trayecto.draw.theme import KINDS
from trayecto.draw.typeset import FIGURE, SMALL, STEP, SUBTITLE, TITLE
from trayecto.draw.words import number, share, words

if TYPE_CHECKING:
    from trayecto.questions.sankey import SankeyBand, SankeyNode, SankeyResult

NodeHref = Callable[[int, str | None], str | None]
BandHref = Callable[[int, str | None, str | None], str | None]

_MARGIN, _BAR, _TALL, _GAP, _LEAST = 24.0, 13.0, 380.0, 10.0, 1.5
_NAME = 132.0  # room for a step's name
_STUB = 26.0
_Key = tuple[int, str | None]


@dataclass
class _Place:
    """A step at a level, placed; ``into`` and ``out`` are where the next band joins it."""

    node: SankeyNode
    label: str
    x: float
    y: float
    height: float
    into: float = field(init=False)
    out: float = field(init=False)

    def __post_init__(self) -> None:
        self.into = self.out = self.y


@dataclass(frozen=True)
class _Frame:
    result: SankeyResult
    places: Mapping[_Key, _Place]
    colours: Mapping[str | None, str]
    scale: float  # pixels of a journey
    lang: str
    said: Mapping[str, str]
    bottom: float

    def journeys(self, count: float) -> str:
        return f"{number(count, self.lang)} ({share(count / (self.result.taking_part or 1), self.lang)})"


def sankey(
    result: SankeyResult,
    *,
    labels: Mapping[str, str] | None = None,
    title: str = "",
    subtitle: str = "",
    node_href: NodeHref | None = None,
    band_href: BandHref | None = None,
    lang: str = "es",
    standalone: bool = True,
    width: float = 1200.0,
) -> Svg:
    """Draws the paths around a step.

    ``labels`` gives steps the names to show. ``node_href(level, step)`` leads to the journeys with a step at a level,
    ``band_href(level, source, target)`` to those of a band; the rest is ``None``. Grey ends are journeys that go no
    further: because they end (or begin) there, or beyond the window. A picture of many levels is wider than ``width``.
    Raises BadValue for an unknown language.
    """
    heading, top = typeset.heading(
        ((title, TITLE, "title"), (subtitle, SUBTITLE, "subtitle")), _MARGIN, width
    )
    frame, width = _frame(result, labels or {}, width, top, lang)
    body = [element("rect", class_="ground", width="100%", height="100%")]
    body += [write_label(label) for label in heading]
    bands = [_band(frame, band, band_href) for band in result.bands]
    body += [*_ends(frame), *bands]
    body += [_node(frame, place, node_href) for place in frame.places.values()]
    caption = typeset.label([frame.said["sankey_caption"]], _MARGIN, frame.bottom + 12, SMALL, "caption")
    body.append(write_label(caption))
    return document(
        body, width=width, height=frame.bottom + 42.0, title=text.clean(title) or frame.said["sankey"],
        description=frame.said["sankey_says"].format(
            journeys=number(result.taking_part, lang), step=(labels or {}).get(result.around, result.around)
        ),
        lang=lang, css="jm-sankey", linked=node_href is not None or band_href is not None, standalone=standalone,
    )  # fmt: skip


def _frame(
    result: SankeyResult, labels: Mapping[str, str], width: float, top: float, lang: str
) -> tuple[_Frame, float]:
    said = words(lang)
    levels = result.before + result.after
    width = max(width, levels * (_NAME + 58.0) + 2 * _MARGIN + _BAR + _NAME)
    step = (width - 2 * _MARGIN - _BAR - _NAME - 8.0) / max(levels, 1)
    scale = _TALL / max(result.taking_part, 1)
    order = _orders(result)
    places: dict[_Key, _Place] = {}
    bottom = top + 60.0
    for level, nodes in order.items():
        y = top + 8.0
        for node in nodes:
            called = (
                said["sankey_rest"].format(n=node.kinds)
                if node.step is None
                else labels.get(node.step, node.step)
            )
            tall = max(scale * node.journeys, _LEAST)
            x = _MARGIN + (level + result.before) * step
            places[level, node.step] = _Place(node, text.clean(called), x, y, tall)
            y += max(tall, typeset.leading(STEP) + typeset.leading(FIGURE)) + _GAP
        bottom = max(bottom, y)
    return _Frame(result, places, _colours(result), scale, lang, said, bottom), width


def _colours(result: SankeyResult) -> dict[str | None, str]:
    """A colour for every step, the most frequent first; the rest and those beyond the last colour are plain."""
    counts: dict[str, int] = defaultdict(int)
    for node in result.nodes:
        if node.step is not None and node.step != result.around:
            counts[node.step] += node.journeys
    ranked = sorted(counts, key=lambda step: (-counts[step], step))
    found: dict[str | None, str] = {step: f"kind-{place}" for place, step in enumerate(ranked[:KINDS])}
    return {None: "plain", result.around: "centre", **dict.fromkeys(ranked[KINDS:], "plain"), **found}


def _orders(result: SankeyResult) -> dict[int, list[SankeyNode]]:
    """The steps of each level from the top: near those of the level before (towards the middle) that they come from."""
    found: dict[int, list[SankeyNode]] = {0: list(result.at(0))}
    pulls: dict[tuple[int, str | None, str | None], int] = {}
    for band in result.bands:
        pulls[band.level, band.source, band.target] = band.journeys
    for side, reach in ((1, result.after), (-1, result.before)):
        for away in range(1, reach + 1):
            level = side * away
            inner = {node.step: place for place, node in enumerate(found[level - side])}
            found[level] = sorted(result.at(level), key=lambda node: _rank(node, inner, pulls, side))
    return dict(sorted(found.items()))


def _rank(
    node: SankeyNode,
    inner: Mapping[str | None, int],
    pulls: Mapping[tuple[int, str | None, str | None], int],
    side: int,
) -> tuple[bool, float, int]:
    weight, at = 0, 0.0
    for step, place in inner.items():
        key = (node.level - 1, step, node.step) if side > 0 else (node.level, node.step, step)
        weight += pulls.get(key, 0)
        at += place * pulls.get(key, 0)
    return node.step is None, at / weight if weight else 0.0, -node.journeys


def _band(frame: _Frame, band: SankeyBand, href: BandHref | None) -> str:
    source, target = frame.places[band.level, band.source], frame.places[band.level + 1, band.target]
    tall = frame.scale * band.journeys
    x1, x2 = source.x + _BAR, target.x
    middle = (x1 + x2) / 2
    y1, y2 = source.out, target.into
    source.out += tall
    target.into += tall
    tall = max(tall, 0.8)
    shape = (
        f"M{px(x1)} {px(y1)}C{px(middle)} {px(y1)} {px(middle)} {px(y2)} {px(x2)} {px(y2)}V{px(y2 + tall)}"
        f"C{px(middle)} {px(y2 + tall)} {px(middle)} {px(y1 + tall)} {px(x1)} {px(y1 + tall)}Z"
    )
    outer = target if band.level >= 0 else source
    says = frame.said["sankey_band"].format(
        source=source.label, target=target.label, journeys=frame.journeys(band.journeys)
    )
    where = href(band.level, band.source, band.target) if href else None
    css = f"band-of {frame.colours[outer.node.step]}"
    return linked([element("path", class_="ribbon", d=shape)], (says,), where, css)


def _ends(frame: _Frame) -> list[str]:
    """The grey stubs of journeys that go no further, below the bands of their step."""
    found = []
    for place in frame.places.values():
        node = place.node
        if node.level >= 0 and node.ended + node.cut:
            found.append(_stub(frame, place, node.ended + node.cut, 1))
        before = node.ended + node.cut if node.level < 0 else node.began + node.cut_before
        if before and node.level <= 0:
            found.append(_stub(frame, place, before, -1))
    return found


def _stub(frame: _Frame, place: _Place, journeys: int, side: int) -> str:
    tall = frame.scale * journeys
    top = place.y + place.height - tall
    x = place.x + _BAR if side > 0 else place.x
    tip = x + side * _STUB
    shape = f"M{px(x)} {px(top)}L{px(tip)} {px(top + 0.35 * tall + 4)}V{px(top + 0.65 * tall + 4)}L{px(x)} {px(top + tall)}Z"
    said = "sankey_ended" if side > 0 else "sankey_began"
    return linked(
        [element("path", class_="stub", d=shape)],
        (frame.said[said].format(label=place.label, journeys=frame.journeys(journeys)),), None, "stub-of",
    )  # fmt: skip


def _node(frame: _Frame, place: _Place, href: NodeHref | None) -> str:
    node = place.node
    bar = element("rect", class_="post", x=place.x, y=place.y, width=_BAR, height=place.height, rx=2)
    lines = text.wrapped(place.label, _NAME, STEP, 1)
    x = place.x + _BAR + 5
    name = typeset.label(lines, x, place.y - 1, STEP, "step")
    figure = typeset.label(
        [frame.journeys(node.journeys)], x, place.y + typeset.leading(STEP) - 1, FIGURE, "figure"
    )
    where = href(node.level, node.step) if href else None
    css = f"post-of {frame.colours[node.step]}"
    return linked([bar, write_label(name), write_label(figure)], _says(frame, place), where, css)


def _says(frame: _Frame, place: _Place) -> tuple[str, ...]:
    node, said = place.node, frame.said
    found = [f"{place.label}: {frame.journeys(node.journeys)}"]
    facts: Sequence[tuple[str, int]] = (
        ("sankey_n_end" if node.level >= 0 else "sankey_n_begin", node.ended),
        ("sankey_n_cut", node.cut + node.cut_before),
        ("sankey_n_begin", node.began),
    )
    found += [said[name].format(n=number(count, frame.lang)) for name, count in facts if count]
    return tuple(found)
