"""The designed path as a picture: from left to right, for whoever owns the process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from trayecto.conformance import layout
from trayecto.conformance.blocks import Part, steps_of
from trayecto.conformance.layout import Layout, Line, Shape, Sizes
from trayecto.draw import text, typeset
from trayecto.draw.markup import Svg, document, element, linked, px, write_label
from trayecto.draw.typeset import SMALL, STEP, SUBTITLE, TITLE
from trayecto.draw.words import words

StepHref = Callable[[str], str | None]

SIZES = Sizes(step=(136.0, 74.0), gate=20.0, end=16.0, across=34.0, down=36.0, margin=24.0)
_SHIFT = 16.0  # room above for what is said over the first way
_APART = 8.0  # between what is said over two gates that stand close together
_TIP = 7.0


@dataclass(frozen=True, slots=True)
class PathStep:
    """What a step is called, whose it is, what is told of it below (a figure), and whether it has events."""

    label: str
    owner: str = ""
    figure: str = ""
    measured: bool = True
    hurts: bool = False


@dataclass(frozen=True)
class _Theme:
    steps: Mapping[str, PathStep]
    href: StepHref | None
    said: Mapping[str, str]
    top: float
    over: Mapping[Shape, int]
    drawn: Layout = field(repr=False)

    def step(self, name: str) -> PathStep:
        return self.steps.get(name, PathStep(name))


def path(
    part: Part,
    steps: Mapping[str, PathStep] | None = None,
    *,
    title: str = "",
    subtitle: str = "",
    href: StepHref | None = None,
    lang: str = "es",
    standalone: bool = True,
) -> Svg:
    """Draws a designed path (``trayecto.conformance.blocks``). ``steps``: how each touchpoint is shown; ``href(step)``
    leads to what is known of it. Raises BadValue for an unknown language."""
    drawn, said = layout.layout_of(part, SIZES), words(lang)
    heading, top = typeset.heading(
        ((title, TITLE, "title"), (subtitle, SUBTITLE, "subtitle")), 24.0, drawn.width
    )
    over = _lines_over(drawn, said)
    room = _SHIFT + typeset.leading(SMALL) * max(over.values(), default=0)
    theme = _Theme(steps or {}, href, said, (top if title or subtitle else 0.0) + room, over, drawn)
    body = [element("rect", class_="ground", width="100%", height="100%"), *map(write_label, heading)]
    body += [_line(line, theme) for line in drawn.lines]
    body += [_shape(shape, theme) for shape in drawn.shapes]
    names = [theme.step(name).label for name in steps_of(part)]
    return document(
        body,
        width=drawn.width,
        height=drawn.height + theme.top,
        title=text.clean(title) or said["path"],
        description=said["path_describes"].format(steps=len(names), names=", ".join(names)),
        lang=lang,
        css="jm-path",
        linked=href is not None,
        standalone=standalone,
    )


def _lines_over(drawn: Layout, said: Mapping[str, str]) -> dict[Shape, int]:
    """How many lines higher the words over a gate stand, so that those of the gates to its right stay clear of them."""
    placed: dict[Shape, int] = {}
    spoken = [shape for shape in drawn.shapes if _word(shape)]
    for shape in sorted(spoken, key=lambda one: -one.x):
        end = shape.x + text.width(said[_word(shape)], SMALL) + _APART
        taken = {line for one, line in placed.items() if one.middle[1] == shape.middle[1] and one.x < end}
        placed[shape] = next(line for line in range(len(taken) + 1) if line not in taken)
    return placed


def _line(line: Line, theme: _Theme) -> str:
    points = [(x, y + theme.top) for x, y in line.points]
    d = "M" + "L".join(f"{px(x)} {px(y)}" for x, y in points)
    inside = [element("path", class_="way", d=d), element("path", class_="tip", d=_tip(points))]
    if line.repeats is not None:
        (x1, _), (x2, y) = points[1], points[2]
        inside.append(_said(_times(line.repeats, theme), (x1 + x2) / 2, y + 4))
    return element("g", *inside)


def _tip(points: list[layout.Point]) -> str:
    """A triangle at the end of a line, which is level or upright."""
    (x0, y0), (x, y) = points[-2], points[-1]
    if x != x0:
        back = x - _TIP if x > x0 else x + _TIP
        corners = ((x, y), (back, y - _TIP / 2), (back, y + _TIP / 2))
    else:
        back = y - _TIP if y > y0 else y + _TIP
        corners = ((x, y), (x - _TIP / 2, back), (x + _TIP / 2, back))
    return "M" + "L".join(f"{px(a)} {px(b)}" for a, b in corners) + "Z"


def _times(repeats: tuple[int, int | None], theme: _Theme) -> str:
    least, most = repeats
    if most is None:
        return theme.said["again" if least <= 1 else "times_least"].format(least=least)
    return theme.said["times_exactly" if least == most else "times"].format(least=least, most=most)


def _said(words_: str, x: float, y: float) -> str:
    return write_label(typeset.label([words_], x, y, SMALL, "legend", anchor="middle"))


def _shape(shape: Shape, theme: _Theme) -> str:
    if shape.kind == layout.STEP:
        return _step(shape, theme)
    x, y = shape.middle[0], shape.middle[1] + theme.top
    if shape.kind in (layout.START, layout.END):
        return element(
            "circle", class_="way" if shape.kind == layout.START else "turn", cx=x, cy=y, r=shape.width / 2
        )
    half = shape.width / 2
    d = f"M{px(x - half)} {px(y)}L{px(x)} {px(y - half)}L{px(x + half)} {px(y)}L{px(x)} {px(y + half)}Z"
    diamond = element("path", class_="turn", d=d)
    if shape not in theme.over:
        return diamond
    line = typeset.leading(SMALL)
    above = y - SIZES.step[1] / 2 - line * (1 + theme.over[shape]) - 3
    leader = element("line", class_="rule", x1=x, x2=x, y1=above + line + 1, y2=y - half)
    words_ = typeset.label([theme.said[_word(shape)]], shape.x, above, SMALL, "legend")
    return element("g", leader, diamond, write_label(words_))


def _word(shape: Shape) -> str:
    """The name of what is said over it; "" for none."""
    if shape.kind != layout.SPLIT:
        return ""
    named = {layout.PARALLEL: "any_order", layout.EXCLUSIVE: "one_of", layout.SKIPPABLE: "skippable"}
    return named.get(shape.how, "")


def _step(shape: Shape, theme: _Theme) -> str:
    step, y = theme.step(shape.step), shape.y + theme.top
    room = shape.width - 12
    lines = text.wrapped(step.label, room, STEP, 2)
    owner = [text.ellipsed(step.owner, room, SMALL)] if step.owner else []
    figure = [text.ellipsed(step.figure, room, SMALL, bold=True)] if step.figure else []
    tall = typeset.leading(STEP) * len(lines) + typeset.leading(SMALL) * len(owner + figure)
    x, at = shape.middle[0], y + (shape.height - tall) / 2
    box = element("rect", class_="box", x=shape.x, y=y, width=shape.width, height=shape.height, rx=8)
    labels = [typeset.label(lines, x, at, STEP, "strong", anchor="middle", bold=True)]
    for found, css in ((owner, "owner"), (figure, "figure strong inside")):
        if found:
            labels.append(typeset.label(found, x, labels[-1].box.bottom, SMALL, css, anchor="middle"))
    says = theme.said["path_says"].format(label=step.label, owner=step.owner) if step.owner else step.label
    css = " ".join(["step", *([] if step.measured else ["unmeasured"]), *(["pain-3"] if step.hurts else [])])
    told = tuple(one for one in (says, step.figure) if one)
    href = theme.href(shape.step) if theme.href else None
    return linked([box, *map(write_label, labels)], told, href, css, data_step=shape.step)
