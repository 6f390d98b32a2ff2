"""The funnel: one bar for each step, and between them those who do not go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trayecto.draw import text, typeset
from trayecto.draw.markup import Svg, document, element, linked, px, write_label
from trayecto.draw.scene import Label
from trayecto.draw.typeset import SMALL, STEP, SUBTITLE, TITLE
from trayecto.draw.words import number, share, words

if TYPE_CHECKING:
    from trayecto.questions.funnel import FunnelResult

LevelHref = Callable[[int, str], str | None]

_MARGIN, _BAR, _FALL, _NAMES, _FIGURES = 24.0, 36.0, 34.0, 190.0, 190.0


@dataclass(frozen=True, slots=True)
class _Level:
    """One step of the funnel, placed."""

    rank: int
    step: str
    label: str
    journeys: float
    of_first: float
    of_previous: float
    y: float


@dataclass(frozen=True)
class _Frame:
    levels: tuple[_Level, ...]
    width: float
    most: float
    lang: str
    said: Mapping[str, str]

    @property
    def left(self) -> float:
        return _MARGIN + _NAMES + 16.0

    def bar(self, journeys: float) -> float:
        """Length of a bar."""
        room = self.width - self.left - _FIGURES - _MARGIN
        return room * journeys / self.most if self.most else 0.0


def funnel(
    result: FunnelResult,
    *,
    labels: Mapping[str, str] | None = None,
    title: str = "",
    subtitle: str = "",
    step_href: LevelHref | None = None,
    lost_href: LevelHref | None = None,
    lang: str = "es",
    standalone: bool = True,
    weighted: bool = False,
    width: float = 900.0,
) -> Svg:
    """Draws a funnel.

    ``labels`` gives steps the names to show. ``step_href(level, step)`` (levels from 1) leads to the journeys that
    reach a step, ``lost_href(level, step)`` to those that reach it and do not go on. ``weighted`` shows the
    weighted figures of a log that has them. Raises BadValue for an unknown language.
    """
    heading, top = typeset.heading(
        ((title, TITLE, "title"), (subtitle, SUBTITLE, "subtitle")), _MARGIN, width
    )
    frame = _frame(result, labels or {}, weighted, width, top, lang)
    body = [element("rect", class_="ground", width="100%", height="100%")]
    body += [write_label(label) for label in heading]
    body += [_fall(frame, place, lost_href) for place in range(len(frame.levels) - 1)]
    body += [_bar(frame, level, step_href) for level in frame.levels]
    bottom = frame.levels[-1].y + _BAR if frame.levels else top
    if weighted:
        body.append(
            write_label(typeset.label([frame.said["weighted"]], _MARGIN, bottom + 12, SMALL, "caption"))
        )
        bottom += 24
    return document(
        body,
        width=width,
        height=bottom + 20.0,
        title=text.clean(title) or frame.said["funnel"],
        description="; ".join(_sentence(frame, level) for level in frame.levels),
        lang=lang,
        css="jm-funnel",
        linked=step_href is not None or lost_href is not None,
        standalone=standalone,
    )


def _frame(
    result: FunnelResult, labels: Mapping[str, str], weighted: bool, width: float, top: float, lang: str
) -> _Frame:
    prefix = "weighted_" if weighted else ""
    levels = tuple(
        _Level(
            place + 1,
            one.step,
            text.clean(labels.get(one.step, one.step)),
            float(getattr(one, prefix + "journeys")),
            float(getattr(one, prefix + "share_of_first")),
            float(getattr(one, prefix + "share_of_previous")),
            top + place * (_BAR + _FALL),
        )
        for place, one in enumerate(result.steps)
    )
    most = max((level.journeys for level in levels), default=0.0)
    return _Frame(levels, width, most, lang, words(lang))


def _sentence(frame: _Frame, level: _Level) -> str:
    journeys = f"{number(level.journeys, frame.lang)} {frame.said['journeys']}"
    shares = frame.said["of_first"].format(share=share(level.of_first, frame.lang))
    return f"{level.rank}. {level.label}: {journeys}, {shares}"


def _bar(frame: _Frame, level: _Level, href: LevelHref | None) -> str:
    names = text.wrapped(level.label, _NAMES, STEP, 2)
    top = level.y + _BAR / 2 - typeset.leading(STEP) * len(names) / 2
    wide = frame.bar(level.journeys)
    inside = [
        element(
            "rect", class_="rail", x=frame.left, y=level.y, width=frame.bar(frame.most), height=_BAR, rx=4
        ),
        element(
            "rect", class_="share chip", x=frame.left, y=level.y, width=max(wide, 1.5), height=_BAR, rx=4
        ),
        write_label(typeset.label(names, _MARGIN + _NAMES, top, STEP, "step", anchor="end")),
        *map(write_label, _figures(frame, level)),
    ]
    target = href(level.rank, level.step) if href else None
    return linked(inside, (_sentence(frame, level),), target, "level", data_step=level.step)


def _figures(frame: _Frame, level: _Level) -> list[Label]:
    x = frame.width - _MARGIN - _FIGURES + 16.0
    first = frame.said["of_first"].format(share=share(level.of_first, frame.lang))
    shown = [typeset.label([number(level.journeys, frame.lang)], x, level.y + 1, 15.0, "strong", bold=True)]
    return [*shown, typeset.label([first], x, level.y + 20, SMALL, "legend")]


def _fall(frame: _Frame, place: int, href: LevelHref | None) -> str:
    """The narrowing from one bar to the next, with those who are lost between."""
    level, after = frame.levels[place], frame.levels[place + 1]
    gone = level.journeys - after.journeys
    says = frame.said["leave"].format(n=number(gone, frame.lang))
    says += f" ({share(gone / level.journeys if level.journeys else 0.0, frame.lang)})"
    top, bottom = level.y + _BAR, after.y
    left, wide, narrow = frame.left, frame.bar(level.journeys), frame.bar(after.journeys)
    shape = f"M{px(left)} {px(top)}H{px(left + wide)}L{px(left + narrow)} {px(bottom)}H{px(left)}Z"
    label = typeset.label([says], left + 10, (top + bottom) / 2 - typeset.leading(SMALL) / 2, SMALL, "figure")
    target = href(level.rank, level.step) if href else None
    return linked([element("path", class_="fall", d=shape), write_label(label)], (says,), target, "lost-here")
