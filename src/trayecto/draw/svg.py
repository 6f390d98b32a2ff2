"""A map's scene, written as SVG: no inline style, colours by class, every text escaped."""

from __future__ import annotations

import math

from trayecto.draw.markup import Svg, document, element, linked, px, tooltip, write_label
from trayecto.draw.scene import Arrow, Band, Callout, FlowLine, Key, Label, Node, Point, Scene, Track


def write(scene: Scene, *, mode: str, standalone: bool) -> Svg:
    """The picture of a scene."""
    body = [element("rect", class_="ground", width=px(scene.width), height=px(scene.height))]
    body += [write_label(label) for label in scene.heading]
    body += [_band(band, place) for place, band in enumerate(scene.bands)]
    body += _tracks(scene)
    body.append(_group("flows", [_flow(flow) for flow in _bottom_first(scene)]))
    body.append(_group(f"nodes {mode}", [_node(node) for node in scene.nodes]))
    body += [_tag(flow.label) for flow in scene.flows if flow.label is not None]
    body += [_callout(callout) for callout in scene.callouts]
    body.append(_group("keys", [_key(key) for key in scene.legend]))
    body += [write_label(label) for label in scene.captions]
    linked = any(node.href for node in scene.nodes) or any(flow.href for flow in scene.flows)
    return document(
        body,
        width=scene.width,
        height=scene.height,
        title=scene.title,
        description=scene.description,
        lang=scene.lang,
        css="jm-map",
        linked=linked,
        standalone=standalone,
    )


def _group(css: str, inside: list[str]) -> str:
    return element("g", *inside, class_=css) if inside else ""


def _bottom_first(scene: Scene) -> list[FlowLine]:
    """The trunk below, thin lines above: they stay visible where they cross."""
    return sorted(scene.flows, key=lambda flow: (not flow.trunk, -flow.width))


def _band(band: Band, place: int) -> str:
    css = "band even" if place % 2 else "band"
    box = band.box
    ground = element("rect", class_=css, x=box.x, y=box.y, width=box.width, height=box.height, rx=6)
    return element("g", tooltip(band.full), ground, *map(write_label, band.labels))


def _tracks(scene: Scene) -> list[str]:
    if not scene.tracks:
        return []
    right = scene.width - 24.0
    parts = [_track(track, right) for track in scene.tracks]
    return [*parts, _rule(scene.tracks[-1].y + scene.tracks[-1].height, right)]


def _rule(y: float, right: float) -> str:
    return element("line", class_="rule", x1=24, x2=right, y1=y, y2=y)


def _track(track: Track, right: float) -> str:
    label = [write_label(track.label)] if track.label is not None else []
    return element("g", tooltip(track.full), _rule(track.y, right), *label)


def curve(points: tuple[Point, ...]) -> str:
    """The ``d`` of a chain of cubics."""
    shown = [f"{px(x)} {px(y)}" for x, y in points]
    cubics = [" ".join(shown[at : at + 3]) for at in range(1, len(shown), 3)]
    return f"M{shown[0]}" + "".join(f"C{cubic}" for cubic in cubics)


def _flow(flow: FlowLine) -> str:
    d = curve(flow.points)
    inside = [
        element("path", class_="hit", d=d) if flow.width < 12 else "",
        # A rim of ground keeps lines apart where they cross or run side by side.
        element("path", class_="case", d=d, stroke_width=flow.width + 2.4) if not flow.trunk else "",
        element("path", class_="line", d=d, stroke_width=flow.width),
        element("path", class_="head", d=_head(flow.arrow, "bold" in flow.css)),
    ]
    return linked(
        inside, flow.says, flow.href, f"flow {flow.css}", data_source=flow.source, data_target=flow.target
    )


def _tag(label: Label) -> str:
    """A flow's times, on a ground of their own."""
    box = label.box
    ground = {"x": box.x - 3, "y": box.y - 1, "width": box.width + 6, "height": box.height + 2}
    return element("g", element("rect", class_="tag", rx=4, **ground), write_label(label), aria_hidden="true")


def _head(arrow: Arrow, bold: bool) -> str:
    """A filled triangle with its tip at the arrow, or an open chevron around it."""
    spread = 0.75 if bold else 0.45
    tip = _polar(arrow, arrow.size * 0.5, 0.0) if bold else (arrow.x, arrow.y)
    left, right = (
        (tip[0] - arrow.size * math.cos(arrow.angle + s), tip[1] - arrow.size * math.sin(arrow.angle + s))
        for s in (spread, -spread)
    )
    middle, last = f"{px(tip[0])} {px(tip[1])}", f"{px(right[0])} {px(right[1])}"
    return f"M{px(left[0])} {px(left[1])}L{middle}L{last}" + ("" if bold else "Z")


def _polar(arrow: Arrow, reach: float, turn: float) -> Point:
    return arrow.x + reach * math.cos(arrow.angle + turn), arrow.y + reach * math.sin(arrow.angle + turn)


def _node(node: Node) -> str:
    inside = _gate(node) if node.shape == "gate" else _circle(node)
    if node.starts:
        inside.append(_start_mark(node.x - node.radius * 0.72, node.y + node.radius * 0.72))
    if node.ends:
        inside.append(_end_mark(node.x + node.radius * 0.72, node.y + node.radius * 0.72))
    inside.append(write_label(node.label))
    if node.figure is not None:
        inside.append(write_label(node.figure))
    return linked(inside, node.says, node.href, f"node {node.css}", data_step=node.step)


def _circle(node: Node) -> list[str]:
    inside = [
        element("circle", class_="under", cx=node.x, cy=node.y, r=node.radius + 2.5),
        element("circle", class_="body", cx=node.x, cy=node.y, r=node.radius),
    ]
    if node.arc > 0.002:
        inside.append(
            element(
                "circle",
                class_="lost",
                cx=node.x,
                cy=node.y,
                r=node.radius,
                pathLength=100,
                stroke_dasharray=f"{100 * node.arc:.1f} 100",
                transform=f"rotate(-90 {px(node.x)} {px(node.y)})",
            )
        )
    return inside


def _gate(node: Node) -> list[str]:
    """A double bar across the line."""
    tall = node.radius
    bars = [
        element("rect", class_="bar", x=node.x + side, y=node.y - tall, width=4.5, height=2 * tall, rx=1.2)
        for side in (-7.0, 2.5)
    ]
    hit = element("rect", class_="hit", x=node.x - 9, y=node.y - tall, width=18, height=2 * tall)
    return [*bars, hit]


def _start_mark(x: float, y: float) -> str:
    return element(
        "path", class_="mark", d=f"M{px(x - 4)} {px(y - 5)}L{px(x + 5)} {px(y)}L{px(x - 4)} {px(y + 5)}Z"
    )


def _end_mark(x: float, y: float) -> str:
    return element("rect", class_="mark", x=x - 4, y=y - 4, width=8, height=8, rx=1.5)


def _callout(callout: Callout) -> str:
    (x1, y1), (x2, y2) = callout.leader
    box = callout.box
    return element(
        "g",
        element("line", class_="leader", x1=x1, y1=y1, x2=x2, y2=y2),
        element("rect", class_="card", x=box.x, y=box.y, width=box.width, height=box.height, rx=6),
        *map(write_label, callout.labels),
        class_=f"callout {callout.css}",
        data_step=callout.step,
    )


def _key(key: Key) -> str:
    label = write_label(key.label) if any(key.label.lines) else ""
    return element("g", element("g", _sign(key), class_=key.css), label)


def _sign(key: Key) -> str:
    """The small drawing of a legend entry."""
    middle = key.x + key.width / 2
    if key.kind == "ring":
        return element("circle", class_="body", cx=middle, cy=key.y, r=6)
    if key.kind == "line":
        ends = {"x1": key.x, "x2": key.x + key.width, "y1": key.y, "y2": key.y}
        return element("line", class_=f"line key {key.css}", stroke_width=key.stroke, **ends)
    if key.kind == "gate":
        bars = [
            element("rect", class_="bar", x=middle + x, y=key.y - 7, width=3.5, height=14)
            for x in (-5.0, 1.5)
        ]
        return "".join(bars)
    if key.kind in ("start", "end"):
        return (_start_mark if key.kind == "start" else _end_mark)(middle, key.y)
    return ""
