"""Sets of journeys and persons side by side: ``trayecto cohorts``, ``compare`` and ``sankey``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trayecto.cli import asked, output
from trayecto.errors import BadValue

if TYPE_CHECKING:
    from trayecto.log.journeylog import JourneyLog
    from trayecto.questions.cohorts import Cohort
    from trayecto.questions.compare import Compared, Difference


def cohorts(
    log: asked.Log,
    by: Annotated[str, typer.Option("--by", help="month or week.")] = "month",
    step: Annotated[
        list[str] | None,
        typer.Option(
            "--step",
            help="A step that is an order; default: the anchors of the log's journeys, else their goal.",
            show_default=False,
        ),
    ] = None,
    periods: Annotated[
        int | None, typer.Option("--periods", min=0, help="So many periods after the first.")
    ] = None,
    tz: Annotated[
        str | None, typer.Option("--tz", help="Time zone of the periods; default: the blueprint's, else UTC.")
    ] = None,
    value: Annotated[
        str | None, typer.Option("--value", help="A journey attribute: what its order is worth.")
    ] = None,
    where: asked.Where = None,
    json: asked.Json = False,
) -> None:
    """Who orders again: persons by the period of their first order, and what they do in the periods after it."""
    opened = asked.open_log(log, where)
    designed = _designed(opened)
    steps = step or [one for one in designed[0] if one in opened.steps]
    if not steps:
        raise BadValue("Say which step is an order, with --step: the log knows no blueprint that would.")
    result = opened.cohorts(steps, by, periods=periods, tz=tz or designed[1], value=value or designed[2])
    if json:
        output.give_json(result.to_dict())
        return
    most = max((len(one.cells) for one in result.cohorts), default=0)
    head = f"{result.persons:,} persons, {result.orders:,} orders of {', '.join(result.steps)}; persons who order in the period"
    rows = [(one.start.isoformat(), one.persons, *_shares(one, most)) for one in result.cohorts]
    output.table((by, "persons", *(f"+{period}" for period in range(most))), rows, head)


def _designed(log: JourneyLog) -> tuple[tuple[str, ...], str, str | None]:
    """The steps that are an order, the time zone and the attribute of value, as the log's blueprint says, if it has one."""
    if "blueprint" not in log.texts:
        return (), "UTC", None
    from trayecto.designed import blueprint_of

    blueprint, kind = blueprint_of(log)
    anchors = kind.boundaries.anchor if kind.boundaries else ()
    value = kind.value if kind.value in log.attributes.column_names else None
    return tuple(anchors or kind.goal), blueprint.time_zone, value


def _shares(cohort: Cohort, most: int) -> list[object]:
    shares = [cell.retention.expected if cell.retention else None for cell in cohort.cells]
    return [*shares, *[None] * (most - len(shares))]


def compare(
    log: asked.Log,
    a: Annotated[
        str,
        typer.Option("--a", help="The one set: an expression of the filter language.", show_default=False),
    ],
    b: Annotated[
        str, typer.Option("--b", help="The other set; differences are this less the one.", show_default=False)
    ],
    where: asked.Where = None,
    top: Annotated[int, typer.Option("--top", min=0, help="How many variants are told.")] = 20,
    json: asked.Json = False,
    svg: asked.SvgFile = None,
    lang: asked.Language = "en",
    title: asked.Title = "",
) -> None:
    """Two sets of journeys side by side: shares and times of steps and flows, and which differences are no chance."""
    result = asked.open_log(log, where).compare(a, b, top=top)
    if not result.a.journeys or not result.b.journeys:
        output.note("One of the sets is empty: there is nothing to compare.")
    if svg is not None:
        from trayecto import draw

        output.save(draw.comparison(result, title=title, lang=lang), svg)
    if json:
        output.give_json(result.to_dict())
    elif svg is None:
        head = f"A: {result.a.journeys:,} journeys, B: {result.b.journeys:,}; {result.tests:,} tests, * = no chance (5 % false)"
        headings = ("", "in A", "in B", "share: B - A", "interval", "time A", "time B", "B - A", "interval")
        for kind, found in (
            ("step", result.steps),
            ("flow", result.flows[:30]),
            ("variant", result.variants),
        ):
            output.table((kind, *headings[1:]), map(_row, found), head)
            head = ""


def _row(one: Compared) -> tuple[object, ...]:
    times = (output.length(one.a.median), output.length(one.b.median))
    return (
        " → ".join(one.steps), one.a.share.expected, one.b.share.expected, _points(one.share),
        f"{100 * one.share.low:+.1f} … {100 * one.share.high:+.1f}", *times, *_seconds(one.seconds),
    )  # fmt: skip


def _points(found: Difference) -> str:
    return f"{100 * found.expected:+.1f}{'*' if found.significant else ' '}"


def _seconds(found: Difference | None) -> tuple[str, str]:
    if found is None:
        return "–", "–"
    low, middle, high = (_signed(value) for value in (found.low, found.expected, found.high))
    return f"{middle}{'*' if found.significant else ' '}", f"{low} … {high}"


def _signed(seconds: float) -> str:
    return ("-" if seconds < 0 else "+") + output.length(abs(seconds))


def sankey(
    log: asked.Log,
    around: Annotated[str, typer.Option("--around", help="The step in the middle.", show_default=False)],
    before: Annotated[int, typer.Option("--before", help="So many steps before it.")] = 3,
    after: Annotated[int, typer.Option("--after", help="So many steps after it.")] = 3,
    within: Annotated[
        str | None, typer.Option("--within", help="As long as they are that near, e.g. 7d (inclusive).")
    ] = None,
    top: Annotated[int, typer.Option("--top", help="So many steps of a level keep their name.")] = 8,
    last: Annotated[bool, typer.Option("--last", help="Around the last such step, not the first.")] = False,
    where: asked.Where = None,
    json: asked.Json = False,
    svg: asked.SvgFile = None,
    lang: asked.Language = "en",
    title: asked.Title = "",
) -> None:
    """The paths before and after a step."""
    result = asked.open_log(log, where).sankey(around, before, after, within, top, last=last)
    if svg is not None:
        from trayecto import draw

        output.save(draw.sankey(result, title=title, lang=lang), svg)
    if json:
        output.give_json(result.to_dict())
    elif svg is None:
        head = f"{result.taking_part:,} of {result.journeys:,} journeys have {around}"
        rows = [
            (one.level, one.source or "(others)", one.target or "(others)", one.journeys)
            for one in result.bands
        ]
        output.table(("level", "from", "to", "journeys"), rows, head, texts=(1, 2))
