"""``trayecto findings``: what is wrong, by what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trayecto.cli import asked, output

if TYPE_CHECKING:
    from trayecto.findings import Finding


def findings(
    log: asked.Log,
    where: asked.Where = None,
    draws: Annotated[int, typer.Option(min=20, help="How often persons are drawn for the intervals.")] = 400,
    json: asked.Json = False,
) -> None:
    """What is wrong, where it is felt and born, whose it is, and what undoing it is worth in a month."""
    from trayecto.findings import findings as ask

    result = ask(asked.open_log(log, where), draws=draws)
    if json:
        output.give_json(result.to_list())
        return
    headings = (
        "finding",
        "step",
        "cause",
        "born at",
        "department",
        "since",
        "journeys",
        "money a month",
        "90 %",
        "method",
    )
    output.table(
        headings,
        [_row(one) for one in result.findings],
        _title(len(result.standing), result.tested),
        texts=(0, 1, 2, 3, 4, 5),
    )
    if result.total is not None:
        output.note(
            f"All together, each journey once: {result.total.expected:,.0f} {result.currency} a month."
        )


def _title(found: int, tested: int) -> str:
    return f"{found:,} findings of {tested:,} suspicions tested"


def _row(one: Finding) -> tuple[object, ...]:
    cause = f"{one.cause.attribute} = {one.cause.value}" if one.cause else None
    money, ends = None, None
    if one.money is not None:
        money = f"{one.money.expected:,.0f} {one.currency}"
        ends = f"{one.money.low:,.0f} … {one.money.high:,.0f}"
    kind = f"{one.kind} (seems, but is not)" if one.discarded else one.kind
    since = one.since.isoformat() if one.since else None
    return (kind, one.step, cause, one.born_at, one.department, since, one.journeys, money, ends, one.method)
