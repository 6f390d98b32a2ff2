"""``trayecto leaving``: the open journeys that have left the regular path, or are likely to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trayecto.cli import asked, output

if TYPE_CHECKING:
    from trayecto.leaving import AtRisk

HEADINGS = ("journey", "state", "score", "stands at", "owner", "reasons")


def leaving(
    log: asked.Log,
    where: asked.Where = None,
    top: Annotated[int, typer.Option(min=0, help="How many to list; 0 = all.")] = 30,
    json: asked.Json = False,
) -> None:
    """Open journeys off the regular path or likely to leave it, with what raises each score."""
    from trayecto.leaving import leaving as ask

    found = ask(asked.open_log(log, where))
    if json:
        output.give_json(found.to_dict())
        return
    quality = found.card.quality
    title = (
        f"{len(found.journeys):,} of {found.open:,} open journeys; of later journeys {quality.share:.1%} left within "
        f"{found.card.days:g} days, Brier score {quality.brier:.4f} against {quality.base_brier:.4f}"
    )
    listed = found.journeys[: top or None]
    output.table(HEADINGS, [_row(one) for one in listed], title, texts=(0, 1, 3, 4, 5))
    said = [(f"{one.said:.1%}", f"{one.happened:.1%}", one.journeys) for one in quality.calibration]
    output.table(("said", "happened", "journeys"), said, "Held-out journeys, by tenths of the score")


def _row(one: AtRisk) -> tuple[object, ...]:
    reasons = "; ".join(f"{reason.feature}: {reason.value}" for reason in one.reasons) or (one.step or "")
    return one.journey, one.state, one.score, one.last_step, one.owner, reasons
