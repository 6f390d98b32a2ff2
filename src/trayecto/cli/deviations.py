"""``trayecto deviations``: how journeys leave the path that a blueprint designed, and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trayecto.cli import align, asked, output

if TYPE_CHECKING:
    from trayecto.deviations import Beside, DeviationFigures, DeviationsResult

SHOWN = 25


def deviations(
    log: asked.Log,
    blueprint: align.BlueprintFile = None,
    journeys: align.Journeys = None,
    where: asked.Where = None,
    json: asked.Json = False,
) -> None:
    """What is skipped, inserted, out of order, late or forbidden, beside journeys that go as designed."""
    from trayecto.deviations import ask

    opened = asked.open_log(log, where)
    result = ask(opened, *align.design_of(opened, blueprint, journeys))
    if json:
        output.give_json(result.to_dict())
        return
    _show(result)


def _show(result: DeviationsResult) -> None:
    head = (
        f"Fitness {result.fitness:.3f}; {result.conforming:,} of {result.judged:,} decided journeys go as designed, "
        f"in time and within the rules; {result.open:,} are open, {result.began_before:,} began before the log"
    )
    output.table(
        ("deviation", "department", "journeys", "share", "extra days", "90 %", "goal", "beside", "contacts", "beside"),
        [_row(one) for one in result.deviations[:SHOWN]], head, texts=(0, 1),
    )  # fmt: skip


def _row(one: DeviationFigures) -> tuple[object, ...]:
    said = one.deviation
    name = " ".join(part for part in (said.kind, said.step, said.rule, said.other) if part)
    days, goal, contacts = (one.beside.get(key) for key in ("days", "goal", "contacts"))
    extra = ("–", "no comparable") if days is None else (_days(days.difference.expected), _ends(days))
    return (
        name, one.department or "–", one.journeys, one.share.expected, *extra,
        *((None, None) if goal is None else (goal.deviating, goal.conforming)),
        *(("–", "–") if contacts is None else (f"{contacts.deviating:.2f}", f"{contacts.conforming:.2f}")),
    )  # fmt: skip


def _days(days: float) -> str:
    return f"{days:+.1f}"


def _ends(days: Beside) -> str:
    return f"{_days(days.difference.low)} … {_days(days.difference.high)}"
