"""Variants: each sequence of steps as a row of chips, with its share and the line where 80 % is covered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

from trayecto.draw import text, typeset
from trayecto.draw.design import Design
from trayecto.draw.markup import Svg, document, element, linked, write_label
from trayecto.draw.scene import Box
from trayecto.draw.typeset import SMALL, SUBTITLE, TITLE
from trayecto.draw.words import number, share, words

if TYPE_CHECKING:
    from trayecto.questions.variants import VariantFigures, VariantsResult

VariantHref = Callable[[int], str | None]

_MARGIN, _HEAD, _CHIP, _GAP, _BETWEEN = 24.0, 190.0, 22.0, 6.0, 12.0
_CHIP_ROOM = 140.0
_LINES = 3
_COLOURS = 8


@dataclass(frozen=True, slots=True)
class _Chip:
    label: str
    css: str
    box: Box


@dataclass(frozen=True)
class _Theme:
    """What steps are called and which colour they have."""

    labels: Mapping[str, str]
    colours: Mapping[str, int]
    lang: str
    said: Mapping[str, str]
    width: float
    weighted: bool
    names: Mapping[str, str] = field(default_factory=dict)

    def label(self, step: str) -> str:
        return text.clean(self.names[step]) if step in self.names else self.labels[step]

    def journeys(self, variant: VariantFigures) -> float:
        return float((variant.weighted_journeys if self.weighted else variant.journeys) or 0)

    def share(self, variant: VariantFigures) -> float:
        return float((variant.weighted_share if self.weighted else variant.share) or 0.0)


def variants(
    result: VariantsResult,
    *,
    design: Design | None = None,
    labels: Mapping[str, str] | None = None,
    top: int = 20,
    title: str = "",
    subtitle: str = "",
    href: VariantHref | None = None,
    lang: str = "es",
    standalone: bool = True,
    weighted: bool = False,
    width: float = 1200.0,
) -> Svg:
    """Draws the ``top`` most frequent variants.

    A step has one colour in all rows: that of its column when there is a ``design``. ``labels`` gives steps the
    names to show (default: those of the design). ``href(rank)`` (from 1) leads
    to the journeys of a variant. What is not listed is said in the last line. ``weighted`` shows the weighted
    figures of a log that has them. Raises BadValue for an unknown language.
    """
    shown = list(result.variants[:top])
    theme = replace(_theme(shown, design, lang, width, weighted), names=labels or {})
    heading, y = typeset.heading(((title, TITLE, "title"), (subtitle, SUBTITLE, "subtitle")), _MARGIN, width)
    body = [element("rect", class_="ground", width="100%", height="100%")]
    body += [write_label(label) for label in heading]
    most = max((theme.share(variant) for variant in shown), default=0.0)
    for variant in shown:
        chips = _chips(variant, theme, y)
        body.append(_row(variant, chips, most, theme, href))
        y = chips[-1].box.bottom + _BETWEEN
        if variant.rank == result.coverage_80.variants:
            body.append(_coverage_line(y, theme))
            y += _BETWEEN
    said = _captions(result, shown, theme)
    body.append(write_label(typeset.label(said, _MARGIN, y + 2, SMALL, "caption")))
    return document(
        body,
        width=width,
        height=y + typeset.leading(SMALL) * len(said) + 18.0,
        title=text.clean(title) or theme.said["variants"],
        description=" · ".join(said),
        lang=lang,
        css="jm-variants",
        linked=href is not None,
        standalone=standalone,
    )


def _theme(
    shown: Sequence[VariantFigures], design: Design | None, lang: str, width: float, weighted: bool
) -> _Theme:
    names = dict.fromkeys(step for variant in shown for step in variant.steps)
    labels = {name: text.clean(name) for name in names}
    colours = {name: place % _COLOURS for place, name in enumerate(names)}
    if design is not None:
        columns = {column.key: place % _COLOURS for place, column in enumerate(design.columns)}
        labels |= {step.step: text.clean(step.label) for step in design.steps}
        colours |= {step.step: columns[step.column] for step in design.steps if step.column in columns}
    return _Theme(labels, colours, lang, words(lang), width, weighted)


def _chips(variant: VariantFigures, theme: _Theme, top: float) -> list[_Chip]:
    """The chips of a variant, in at most a few lines; the last says how many steps have no room."""
    left, right = _MARGIN + _HEAD, theme.width - _MARGIN
    runs = [(step, len(list(group))) for step, group in groupby(variant.steps)]
    chips: list[_Chip] = []
    x, line = left, 0
    for place, (step, times) in enumerate(runs):
        label = text.ellipsed(theme.label(step), _CHIP_ROOM, SMALL) + (f" ×{times}" if times > 1 else "")
        wide = text.width(label, SMALL) + 16.0
        if x + wide > right - (60.0 if line == _LINES - 1 else 0.0):
            x, line = (x, line) if line == _LINES - 1 else (left, line + 1)
            if x > left:
                rest = sum(count for _, count in runs[place:])
                return [*chips, _chip(theme.said["more_steps"].format(n=rest), "rest", x, top, line)]
        chips.append(_chip(label, f"chip-{theme.colours[step]}", x, top, line))
        x += wide + _GAP
    return chips or [_chip("–", "rest", left, top, 0)]


def _chip(label: str, css: str, x: float, top: float, line: int) -> _Chip:
    return _Chip(label, css, Box(x, top + line * (_CHIP + _GAP), text.width(label, SMALL) + 16.0, _CHIP))


def _row(
    variant: VariantFigures, chips: Sequence[_Chip], most: float, theme: _Theme, href: VariantHref | None
) -> str:
    y = chips[0].box.y
    part = theme.share(variant)
    bar = 96.0 * part / most if most else 0.0
    figure = f"{share(part, theme.lang)} · {number(theme.journeys(variant), theme.lang)}"
    inside = [
        write_label(typeset.label([str(variant.rank)], _MARGIN + 22, y + 4, SMALL, "legend", anchor="end")),
        element("rect", class_="share", x=_MARGIN + 32, y=y + 15, width=max(bar, 1.5), height=6.0, rx=2),
        write_label(typeset.label([figure], _MARGIN + 32, y - 1, SMALL, "figure")),
        *(_write_chip(chip) for chip in chips),
    ]
    target = href(variant.rank) if href else None
    return linked(inside, (_sentence(variant, theme),), target, "variant", data_rank=variant.rank)


def _sentence(variant: VariantFigures, theme: _Theme) -> str:
    return theme.said["variant_says"].format(
        rank=variant.rank,
        journeys=number(theme.journeys(variant), theme.lang),
        share=share(theme.share(variant), theme.lang),
        steps=len(variant.steps),
        names=", ".join(theme.label(step) for step in variant.steps),
    )


def _write_chip(chip: _Chip) -> str:
    box = chip.box
    ground = element(
        "rect",
        class_=f"chip {chip.css}",
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        rx=box.height / 2,
    )
    middle = box.y + box.height / 2 - typeset.leading(SMALL) / 2
    return ground + write_label(
        typeset.label([chip.label], box.x + box.width / 2, middle, SMALL, "word", anchor="middle")
    )


def _coverage_line(y: float, theme: _Theme) -> str:
    """Where the fewest variants that cover 80 % end."""
    return element(
        "g",
        element("line", class_="cover", x1=_MARGIN, x2=theme.width - _MARGIN - 44, y1=y, y2=y),
        write_label(
            typeset.label(
                [share(0.8, theme.lang)], theme.width - _MARGIN, y - 7, SMALL, "legend", anchor="end"
            )
        ),
    )


def _captions(result: VariantsResult, shown: Sequence[VariantFigures], theme: _Theme) -> list[str]:
    """The coverage, and what is not listed."""
    if not result.journeys:
        return [theme.said["empty"]]
    covering = result.coverage_80
    said = [
        theme.said["coverage" if covering.variants != 1 else "coverage_one"].format(
            variants=number(covering.variants, theme.lang),
            distinct=number(result.distinct, theme.lang),
            share=share(covering.share, theme.lang),
        )
    ]
    others = result.distinct - len(shown)
    if others:
        left = 1.0 - sum(theme.share(variant) for variant in shown)
        word = theme.said["others" if others != 1 else "others_one"].format(n=number(others, theme.lang))
        said.append(f"{word}: {share(max(left, 0.0), theme.lang)}")
    return [*said, *([theme.said["weighted"]] if theme.weighted else [])]
