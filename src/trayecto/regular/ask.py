"""``regular``: how many journeys keep to the regular path, and every way off it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from trayecto.errors import BadValue
from trayecto.log.journeylog import JourneyLog
from trayecto.money import Interval
from trayecto.regular.apart import Apart, known_before, told_apart
from trayecto.regular.branches import Branch, branches_of, circumstances, share
from trayecto.regular.standing import Standing

LOOKED_AT = 5  # branches for which what tells them apart is looked for: the most frequent ones


@dataclass(frozen=True, eq=False)
class Regular:
    """``decided``: begun and no longer open; ``regular`` of them keep to the path. ``apart``: what tells all that leave it
    apart, and by branch name what tells the journeys of the most frequent branches apart."""

    standing: Standing
    target: float
    decided: int
    regular: int
    share: Interval
    branches: tuple[Branch, ...]
    apart: Apart
    apart_by_branch: Mapping[str, Apart]

    def to_dict(self) -> dict[str, Any]:
        share = {name: round(value, 6) for name, value in self.share.to_dict().items()}
        return {
            "decided": self.decided,
            "regular": self.regular,
            "share": share,
            "target": self.target,
            "branches": [self._branch(one) for one in self.branches],
            "apart": self.apart.to_dict(),
        }

    def _branch(self, one: Branch) -> dict[str, Any]:
        found = self.apart_by_branch.get(one.name)
        return one.to_dict() | {"apart": found.to_dict() if found else None}


Progress = Callable[[float], None]


def regular(log: JourneyLog, progress: Progress = lambda share: None) -> Regular:
    """The share of the regular path beside its target, and every branch off it.

    The log must have been built by a blueprint. ``progress`` is told the share of the work that is done. Raises BadValue
    where its journeys have no goal.
    """
    standing = Standing.of(log)
    if not standing.goal:
        raise BadValue("No journey of this log reaches a goal of its blueprint, so none is regular.")
    progress(0.1)
    features = circumstances(standing)
    branches = branches_of(standing, features)
    progress(0.6)
    known = known_before(standing, features)
    return Regular(
        standing=standing,
        target=standing.blueprint.target,
        decided=int(standing.decided.sum()),
        regular=int(standing.regular.sum()),
        share=share(standing, standing.regular, standing.decided),
        branches=tuple(branches),
        apart=told_apart(standing, known, standing.decided & ~standing.regular),
        apart_by_branch={one.name: told_apart(standing, known, one.rows) for one in branches[:LOOKED_AT]},
    )
