"""``trayecto drivers``: how much each step matters, and the weakest link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trayecto.cli import asked, output

if TYPE_CHECKING:
    from trayecto.drivers.results import Driver
    from trayecto.money import Interval


def drivers(
    log: asked.Log,
    outcome: Annotated[
        str, typer.Option("--outcome", help="What the table shows; default: money, else the first there is.")
    ] = "",
    within: Annotated[
        int | None, typer.Option("--repurchase-days", help="How soon another order counts as a repurchase.")
    ] = None,
    where: asked.Where = None,
    json: asked.Json = False,
) -> None:
    """What each step going badly does to outcomes, beside comparable journeys, and the weakest link."""
    from trayecto.drivers import drivers as ask

    result = ask(asked.open_log(log, where), within_days=within)
    if json:
        output.give_json(result.to_dict())
        return
    if not result.outcomes:
        output.note("Nothing to measure: the log has no outcome.")
        return
    shown = asked.choice(outcome or result.outcomes[-1], tuple(result.outcomes), "--outcome")
    weakest = result.weakest(shown)
    output.note(
        f"Weakest link for {shown}: {weakest.step} {weakest.kind}"
        if weakest
        else f"No step stands out from chance for {shown}."
    )
    output.table(
        (
            "step",
            "goes badly",
            "share",
            "people a month",
            "stated",
            "derived",
            "effect",
            "a month",
            "verdict",
        ),
        [_row(one, shown) for one in result.steps],
        f"{result.journeys:,} journeys, {result.tested} pairs of step and outcome tested",
        texts=(0, 1, 8),
    )


def _row(one: Driver, outcome: str) -> tuple[object, ...]:
    told = one.effects.get(outcome)
    stated = f"{one.stated:.2f}"
    head = (one.step, one.kind, one.share, f"{one.people.expected:,.0f}", stated)
    if outcome == "money":
        return (*head, "", "", _ends(one.money, ",.0f"), one.money_verdict)
    if told is None:
        return (*head, "", "", "", "decides it itself")
    derived = "" if told.importance is None else f"{told.importance:.2f}"
    return (*head, derived, _ends(told.effect, "+.3g"), _ends(told.extra, ",.1f"), told.verdict)


def _ends(one: Interval | None, form: str) -> str:
    return "–" if one is None else f"{one.expected:{form}} ({one.low:{form}} … {one.high:{form}})"
