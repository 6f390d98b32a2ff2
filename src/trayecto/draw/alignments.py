"""Journeys beside the design: each variant as a row of chips, as designed, done besides, or not done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from trayecto.draw import text, typeset
from trayecto.draw.markup import Svg, document, element, linked, write_label
from trayecto.draw.scene import Box, Label
from trayecto.draw.typeset import SMALL, SUBTITLE, TITLE
from trayecto.draw.words import number, words

if TYPE_CHECKING:
    from trayecto.questions.alignments import AlignedVariant, Move

PlaceHref = Callable[[int], str | None]

_MARGIN, _HEAD, _CHIP, _GAP, _BETWEEN, _ROOM, _LINES = 24.0, 170.0, 22.0, 6.0, 14.0, 150.0, 4
SIGNS = {"together": "", "inserted": "+ ", "skipped": "− "}


def alignments(
    variants: Sequence[AlignedVariant],
    *,
    labels: Mapping[str, str] | None = None,
    title: str = "",
    subtitle: str = "",
    href: PlaceHref | None = None,
    lang: str = "es",
    standalone: bool = True,
    width: float = 1200.0,
) -> Svg:
    """Draws aligned variants, one below the other. ``labels``: what steps are called; ``href(place)``, from 0, leads to
    the journeys of one. Raises BadValue for an unknown language."""
    said, names = words(lang), labels or {}
    heading, y = typeset.heading(((title, TITLE, "title"), (subtitle, SUBTITLE, "subtitle")), _MARGIN, width)
    body = [element("rect", class_="ground", width="100%", height="100%"), *map(write_label, heading)]
    body.append(_keys(said, y))
    y += _CHIP + 2 * _BETWEEN
    for place, variant in enumerate(variants):
        chips, bottom = _chips(variant.moves, names, y, width)
        body.append(_row(variant, chips, y, said, names, lang, href(place) if href else None))
        y = bottom + _BETWEEN
    return document(
        body,
        width=width,
        height=y + 10,
        title=text.clean(title) or said["alignments"],
        description=", ".join(said[kind] for kind in SIGNS),
        lang=lang,
        css="jm-alignments",
        linked=href is not None,
        standalone=standalone,
    )


def _keys(said: Mapping[str, str], y: float) -> str:
    x, drawn = _MARGIN, []
    for kind, sign in SIGNS.items():
        chip, right = _chip(sign + said[kind], kind, x, y)
        drawn.append(chip)
        x = right + 2 * _GAP
    return element("g", *drawn, aria_hidden="true")


def _chips(
    moves: Sequence[Move], names: Mapping[str, str], top: float, width: float
) -> tuple[list[str], float]:
    """The chips of one variant in a few lines, and where they end; what has no room is counted in the last."""
    left, right = _MARGIN + _HEAD, width - _MARGIN
    drawn: list[str] = []
    x, y = left, top
    for place, move in enumerate(moves):
        label = SIGNS[move.kind] + text.ellipsed(text.clean(names.get(move.step, move.step)), _ROOM, SMALL)
        if x + text.width(label, SMALL) + 16 > right:
            if y > top + (_LINES - 2) * (_CHIP + _GAP):
                drawn.append(_chip(f"+{len(moves) - place}", "rest", left, y + _CHIP + _GAP)[0])
                return drawn, y + 2 * _CHIP + _GAP
            x, y = left, y + _CHIP + _GAP
        chip, end = _chip(label, move.kind, x, y)
        drawn.append(chip)
        x = end + _GAP
    return drawn, y + _CHIP


def _chip(label: str, kind: str, x: float, y: float) -> tuple[str, float]:
    box = Box(x, y, text.width(label, SMALL) + 16, _CHIP)
    ground = element(
        "rect", class_=f"chip {kind}", x=x, y=y, width=box.width, height=box.height, rx=box.height / 2
    )
    word = typeset.label(
        [label],
        x + box.width / 2,
        y + (_CHIP - typeset.leading(SMALL)) / 2,
        SMALL,
        f"word {kind}",
        anchor="middle",
    )
    return ground + write_label(word), box.right


def _row(
    variant: AlignedVariant, chips: list[str], y: float, said: Mapping[str, str], names: Mapping[str, str],
    lang: str, href: str | None,
) -> str:  # fmt: skip
    journeys, fitness = number(variant.journeys, lang), _fitness(variant.fitness, lang)
    figure = said["aligned_figure"].format(journeys=journeys, fitness=fitness)
    moves = ", ".join(
        (f"{said[move.kind]}: " if SIGNS[move.kind] else "") + names.get(move.step, move.step)
        for move in variant.moves
    )
    says = said["aligned_says"].format(journeys=journeys, fitness=fitness, moves=moves)
    label: Label = typeset.label([figure], _MARGIN, y + 3, SMALL, "figure")
    return linked([write_label(label), *chips], (says,), href, "variant")


def _fitness(fitness: float, lang: str) -> str:
    shown = f"{fitness:.2f}"
    return shown.replace(".", ",") if lang == "es" else shown
