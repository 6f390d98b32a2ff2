"""``leaving``: the open journeys of a log that have left the regular path, or are likely to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trayecto.leaving.fit import fit
from trayecto.leaving.scorecard import Reason, Scorecard
from trayecto.leaving.snapshots import Watcher
from trayecto.log.journeylog import JourneyLog
from trayecto.regular.standing import Standing
from trayecto.units import to_microseconds

LEFT, LIKELY, STAYS = "left", "likely", "stays"


@dataclass(frozen=True, slots=True)
class AtRisk:
    """An open journey. ``state``: left the regular path (at ``step``), likely to, or neither. ``score`` None: it has left.
    ``last_step``: where it stands; ``owner``: the department of that step."""

    row: int
    journey: str
    person: str | None
    state: str
    score: float | None
    last_step: str
    owner: str | None
    step: str | None
    reasons: tuple[Reason, ...]

    def to_dict(self) -> dict[str, Any]:
        reasons = [
            {"feature": one.feature, "value": one.value, "points": round(one.points, 3)}
            for one in self.reasons
        ]
        return {
            "row": self.row,
            "journey": self.journey,
            "person": self.person,
            "state": self.state,
            "score": None if self.score is None else round(self.score, 4),
            "last_step": self.last_step,
            "owner": self.owner,
            "step": self.step,
            "reasons": reasons,
        }


@dataclass(frozen=True, eq=False)
class Leaving:
    """``open``: journeys under way; ``journeys``: those that left or are likely to, the likeliest first."""

    card: Scorecard
    open: int
    journeys: tuple[AtRisk, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "open": self.open,
            "score": self.card.to_dict(),
            "journeys": [one.to_dict() for one in self.journeys],
        }


def leaving(log: JourneyLog, card: Scorecard | None = None) -> Leaving:
    """Every open journey that has left the regular path or is likely to, by a card (None: fitted on this log's past).

    Raises BadValue where the log's past is too short to fit one.
    """
    card = card or fit(log)
    watcher = Watcher(Standing.of(log))
    at = to_microseconds(log.as_of)
    rows, gone = watcher.under_way(at), watcher.gone(at)
    scored = score_rows(watcher, card, rows, at)
    likely = sorted(
        (one for one in scored if one.state == LIKELY), key=lambda one: (-(one.score or 0), one.row)
    )
    return Leaving(card, len(rows) + len(gone), (*likely, *_left(watcher, gone, at)))


def score_rows(watcher: Watcher, card: Scorecard, rows: NDArray[np.int64], at: int) -> list[AtRisk]:
    """Each journey as it was at the moment (microseconds); nothing later is looked at."""
    if not len(rows):
        return []
    known = watcher.known(at, rows)
    scores = card.scores(known)
    log, blueprint = watcher.standing.log, watcher.standing.blueprint
    last = [log.step_names[code] for code in watcher.standing.flat.steps[watcher.last(at, rows)].tolist()]
    names, persons = _names(log, rows)
    reasons = card.reasons(known)
    found = []
    for place, score in enumerate(scores.tolist()):
        owner = blueprint.owner(last[place])
        found.append(
            AtRisk(
                int(rows[place]),
                names[place],
                persons[place],
                LIKELY if score >= card.likely else STAYS,
                score,
                last[place],
                owner.slug if owner else None,
                None,
                reasons[place],
            )
        )
    return found


def _names(log: JourneyLog, rows: NDArray[np.int64]) -> tuple[list[str], list[str | None]]:
    table = log.attributes.select(["journey", "person"]).take(rows)
    return table["journey"].to_pylist(), table["person"].to_pylist()


def _left(watcher: Watcher, rows: NDArray[np.int64], at: int) -> list[AtRisk]:
    """Those that have left, the latest first."""
    standing = watcher.standing
    if not len(rows):
        return []
    rows = rows[np.argsort(-standing.leaves[rows], kind="stable")]
    names, persons = _names(standing.log, rows)
    off = {step: standing.flat.first([step]) for step in standing.off_path}
    last = [standing.log.step_names[code] for code in standing.flat.steps[watcher.last(at, rows)].tolist()]
    found = []
    for place, row in enumerate(rows.tolist()):
        step = next(step for step, first in off.items() if first[row] == standing.leaves[row])
        owner = standing.blueprint.owner(last[place])
        found.append(
            AtRisk(
                row,
                names[place],
                persons[place],
                LEFT,
                None,
                last[place],
                owner.slug if owner else None,
                step,
                (),
            )
        )
    return found
