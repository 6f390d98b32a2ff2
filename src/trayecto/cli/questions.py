"""The questions that answer in tables: durations, dropoff, rework, volume, delays."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from trayecto.cli import asked, output
from trayecto.errors import BadValue


def durations(
    log: asked.Log,
    source: Annotated[str, typer.Argument(help="The step from which time counts.", show_default=False)],
    target: Annotated[str, typer.Argument(help="The step up to which it counts.", show_default=False)],
    each: Annotated[
        bool, typer.Option("--each", help="Every pair, not only the first of a journey.")
    ] = False,
    where: asked.Where = None,
    json: asked.Json = False,
) -> None:
    """How long journeys take from one step to another."""
    result = asked.open_log(log, where).durations(source, target, which="each" if each else "first")
    if json:
        output.give_json(result.to_dict())
        return
    head = f"{source} → {target}: {result.journeys:,} journeys, {result.pairs:,} pairs"
    took = result.seconds
    rows = (
        [(name, output.length(getattr(took, name))) for name in ("min", "median", "mean", "p90", "max")]
        if took
        else []
    )
    output.table(("", "time"), rows, head)


def dropoff(
    log: asked.Log,
    goal: Annotated[
        list[str], typer.Option(help="A step that means the journey reached its goal.", show_default=False)
    ],
    limit: Annotated[
        list[str] | None, typer.Option(help="STEP=TIME after which a waiting journey is lost.")
    ] = None,
    where: asked.Where = None,
    json: asked.Json = False,
) -> None:
    """After which step journeys are lost."""
    limits = asked.pairs(limit or [], "--limit")
    result = asked.open_log(log, where).dropoff(goal, limits=limits or None)
    if json:
        output.give_json(result.to_dict())
        return
    head = f"{result.journeys:,} journeys: {result.reached:,} reached, {result.open:,} open, {result.lost:,} lost"
    rows = [
        (
            one.step,
            one.journeys,
            one.lost,
            one.open,
            output.length(one.limit_seconds),
            output.length(one.wait_median),
        )
        for one in result.steps
    ]
    output.table(("last step", "journeys", "lost", "open", "limit", "median wait"), rows, head)


def rework(log: asked.Log, where: asked.Where = None, json: asked.Json = False) -> None:
    """Which steps are repeated."""
    result = asked.open_log(log, where).rework()
    if json:
        output.give_json(result.to_dict())
        return
    head = f"{result.journeys_repeating:,} of {result.journeys:,} journeys repeat a step; {result.extra_events:,} extra events"
    rows = [
        (one.step, one.journeys, one.journeys_repeating, one.share_repeating, one.extra_events, one.direct_repeats, one.returns)
        for one in result.steps
    ]  # fmt: skip
    output.table(("step", "journeys", "repeat it", "share", "extra events", "at once", "later"), rows, head)


def volume(
    log: asked.Log,
    period: Annotated[str, typer.Option(help="day, week, month or quarter.")] = "month",
    tz: Annotated[str, typer.Option(help="The time zone of the periods, e.g. America/Santiago.")] = "UTC",
    where: asked.Where = None,
    json: asked.Json = False,
) -> None:
    """How much happens, by step and period."""
    result = asked.open_log(log, where).volume(period=period, tz=tz)
    if json:
        output.give_json(result.to_dict())
        return
    rows = [(one.start.isoformat(), one.events, one.journeys) for one in result.periods]
    output.table((period, "events", "journeys"), rows)
    print()
    steps = [(one.step, one.start.isoformat(), one.events, one.journeys) for one in result.steps]
    output.table(("step", period, "events", "journeys"), steps, texts=(0, 1))


def delays(
    log: asked.Log,
    promise: Annotated[
        list[str] | None, typer.Option(help="STEP=TIME that was promised, e.g. refund.paid=5d.")
    ] = None,
    since: Annotated[
        list[str] | None, typer.Option(help="STEP=EARLIER from which the promise counts.")
    ] = None,
    where: asked.Where = None,
    json: asked.Json = False,
) -> None:
    """Which steps come late, and what held them up."""
    from trayecto.questions.delays import Promise

    lengths, origins = asked.pairs(promise or [], "--promise"), asked.pairs(since or [], "--since")
    for step in origins:
        if step not in lengths:
            raise BadValue(f"--since '{step}' has no --promise {step}=TIME that it could belong to.")
    promises = {step: Promise(length, origins.get(step)) for step, length in lengths.items()}
    result = asked.open_log(log, where).delays(promises)
    if json:
        output.give_json(result.to_dict())
        return
    rows = [
        (one.step, one.journeys, one.late_journeys, one.share_late, output.length(_seconds(one.threshold)),
         output.length(one.median), *((one.cause.step, output.length(one.cause.excess_seconds)) if one.cause else "––"))
        for one in result.steps
    ]  # fmt: skip
    headings = ("step", "journeys", "late", "share", "late after", "median wait", "held up at", "excess")
    output.table(headings, rows, texts=(0, 6))


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()
