"""The journey map, drawn and described."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from trayecto.draw import layout, svg, text
from trayecto.draw.design import Design, Note
from trayecto.draw.figures import FlowKey
from trayecto.draw.lines import says as flow_says
from trayecto.draw.markup import Svg
from trayecto.draw.nodes import says as step_says
from trayecto.draw.options import FlowHref, Options, StepHref

if TYPE_CHECKING:
    from trayecto.questions.map import MapResult


def journey_map(
    result: MapResult,
    *,
    design: Design | None = None,
    mode: str = "frequency",
    pains: Mapping[str, float] | None = None,
    regular: Collection[FlowKey] | None = None,
    lost: Mapping[str, float] | None = None,
    notes: Sequence[Note] = (),
    title: str = "",
    subtitle: str = "",
    pain_means: str = "",
    step_href: StepHref | None = None,
    flow_href: FlowHref | None = None,
    lang: str = "es",
    standalone: bool = True,
    min_journeys: int = 30,
    flows_shown: int | None = None,
    steps_shown: int = 60,
    width: float = 1440.0,
    weighted: bool = False,
) -> Svg:
    """Draws the journey map.

    With a ``design`` its columns and lanes place the steps, whatever the counts; without one steps stand by their
    typical position, at most ``steps_shown`` of them. ``mode`` is "frequency" (widths and counts), "time" (median
    and p90 on the flows, colour by their share of all waiting) or "dropoff" (``lost`` journeys per step).

    ``pains`` gives each step a score 0…1, coloured in five classes (``PAIN_BREAKS``); ``pain_means`` says in the
    caption how the score is defined. Steps with fewer than ``min_journeys`` journeys are grey. ``regular`` names
    the flows of the trunk (default: the most usual path; empty: none). ``flows_shown`` limits the flows (default:
    two per step, none under a hundredth of the largest); the caption says what is left out. ``step_href(step)``
    and ``flow_href(source, target)`` return where a click leads, or None. ``width`` is what the picture should fit
    in, in pixels; a map that cannot is wider. ``weighted`` shows the weighted figures of a log that has them.

    ``standalone=True`` embeds the stylesheet; otherwise the page must carry ``STYLESHEET``.
    Raises BadValue for an unknown mode, language, or a design whose steps name unknown columns or lanes.
    """
    options = Options(
        design=design,
        mode=mode,
        pains=pains,
        regular=regular,
        lost=lost,
        notes=notes,
        title=title,
        subtitle=subtitle,
        pain_means=pain_means,
        step_href=step_href,
        flow_href=flow_href,
        lang=lang,
        min_journeys=min_journeys,
        flows_shown=flows_shown,
        steps_shown=steps_shown,
        width=width,
        weighted=weighted,
    )
    return svg.write(layout.scene(result, options), mode=mode, standalone=standalone)


def describe(
    result: MapResult,
    *,
    design: Design | None = None,
    pains: Mapping[str, float] | None = None,
    regular: Collection[FlowKey] | None = None,
    lost: Mapping[str, float] | None = None,
    lang: str = "es",
    min_journeys: int = 30,
    weighted: bool = False,
) -> list[str]:
    """The map in sentences: one for every step in drawing order, then one for every flow, drawn or not."""
    options = Options(
        design=design,
        pains=pains,
        regular=regular,
        lost=lost,
        lang=lang,
        min_journeys=min_journeys,
        weighted=weighted,
        steps_shown=10**9,
    )
    about = layout.subject(result, options)
    labels = {figures.step: text.clean(figures.step) for figures in result.steps}
    labels.update({item.step: text.clean(item.label) for item in about.steps})
    steps = ["; ".join(step_says(item, options)) for item in about.steps]
    trunk = about.chosen.trunk
    return steps + ["; ".join(flow_says(flow, labels, flow.key in trunk, options)) for flow in about.flows]
