"""The questions that have a picture: ``trayecto map``, ``variants`` and ``funnel``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trayecto.cli import asked, output
from trayecto.errors import BadValue

if TYPE_CHECKING:
    from trayecto.questions.map import FlowFigures


def map_(
    log: asked.Log,
    where: asked.Where = None,
    json: asked.Json = False,
    svg: asked.SvgFile = None,
    lang: asked.Language = "en",
    title: asked.Title = "",
    mode: Annotated[
        str, typer.Option(help="The picture's figures: frequency, time or dropoff.")
    ] = "frequency",
    goal: Annotated[
        list[str] | None, typer.Option(help="With --mode dropoff: a step that reaches the goal.")
    ] = None,
    flows: Annotated[int | None, typer.Option(help="How many flows the picture shows.")] = None,
) -> None:
    """Steps and flows, with counts and durations."""
    asked.choice(mode, ("frequency", "time", "dropoff"), "--mode")
    if (mode == "dropoff") != bool(goal):
        raise BadValue("--mode dropoff and --goal STEP belong together: what is lost depends on the goal.")
    opened = asked.open_log(log, where)
    result = opened.map()
    if svg is not None:
        from trayecto import draw

        lost = {one.step: one.lost for one in opened.dropoff(goal).steps} if goal else None
        picture = draw.journey_map(result, mode=mode, lost=lost, title=title, lang=lang, flows_shown=flows)
        output.save(picture, svg)
    if json:
        output.give_json(result.to_dict())
    elif svg is None:
        steps = [(one.step, one.journeys, one.events, one.starts, one.ends) for one in result.steps]
        headings = ("step", "journeys", "events", "starts", "ends")
        output.table(headings, steps, f"{result.journeys:,} journeys, {result.events:,} events")
        print()
        rows = [_flow_row(one) for one in result.flows]
        output.table(("from", "to", "journeys", "events", "mean", "median", "p90"), rows, texts=(0, 1))


def _flow_row(flow: FlowFigures) -> tuple[object, ...]:
    took = map(output.length, (flow.seconds.mean, flow.seconds.median, flow.seconds.p90))
    return (flow.source, flow.target, flow.journeys, flow.events, *took)


def variants(
    log: asked.Log,
    top: Annotated[int, typer.Option(help="How many variants to list; 0 lists all.")] = 20,
    where: asked.Where = None,
    json: asked.Json = False,
    svg: asked.SvgFile = None,
    lang: asked.Language = "en",
    title: asked.Title = "",
) -> None:
    """The distinct sequences of steps, most frequent first."""
    if top < 0:
        raise BadValue(f"--top {top} is negative; give 0 for all variants.")
    result = asked.open_log(log, where).variants(top=top or None)
    if svg is not None:
        from trayecto import draw

        output.save(draw.variants(result, top=top or 200, title=title, lang=lang), svg)
    if json:
        output.give_json(result.to_dict())
    elif svg is None:
        rows = [
            (one.rank, one.journeys, one.share, output.length(one.median_seconds), " → ".join(one.steps))
            for one in result.variants
        ]
        covering = result.coverage_80
        said = f"{result.distinct:,} variants of {result.journeys:,} journeys"
        said += f"; {covering.variants:,} cover {100 * covering.share:.0f}%"
        output.table(("rank", "journeys", "share", "median", "steps"), rows, said, texts=(4,))


def funnel(
    log: asked.Log,
    steps: Annotated[list[str], typer.Argument(help="The steps, in order.", show_default=False)],
    within: Annotated[
        str | None, typer.Option(help="From the first step to the last, e.g. 7d (inclusive).")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Each step directly after the one before.")
    ] = False,
    where: asked.Where = None,
    json: asked.Json = False,
    svg: asked.SvgFile = None,
    lang: asked.Language = "en",
    title: asked.Title = "",
) -> None:
    """How many journeys take the steps in this order, and where they stop."""
    result = asked.open_log(log, where).funnel(steps, within=within, strict=strict)
    if svg is not None:
        from trayecto import draw

        output.save(draw.funnel(result, title=title, lang=lang), svg)
    if json:
        output.give_json(result.to_dict())
    elif svg is None:
        rows = [(one.step, one.journeys, one.share_of_first, one.share_of_previous) for one in result.steps]
        output.table(("step", "journeys", "of first", "of previous"), rows, f"{result.journeys:,} journeys")
