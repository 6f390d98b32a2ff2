"""The branches off the regular path: how many take each, and what it costs them beside the regular journeys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trayecto.blueprint.design import Exceptional
from trayecto.causes.features import Feature
from trayecto.comparable import Alike, alike, month_feature, traits, value_feature
from trayecto.comparable.alike import ENDS, LEAST, numbered, redrawn
from trayecto.conformance.blocks import path_of
from trayecto.flat import NEVER, Bools
from trayecto.money import Interval
from trayecto.regular.standing import Standing

Floats = NDArray[np.float64]
STEP, VARIANT, LOST = "step", "variant", "lost"
DRAWS = 400
HOUR = 3_600e6  # microseconds
ADJUSTED, NO_COMPARABLE = "adjusted", "no comparable"


@dataclass(frozen=True)
class Difference:
    """The mean among the branch's journeys, and how much more it is than among comparable regular ones (90 %)."""

    mean: float | None
    more: Interval | None

    def to_dict(self) -> dict[str, Any]:
        more = None if self.more is None else {k: round(v, 4) for k, v in self.more.to_dict().items()}
        return {"mean": None if self.mean is None else round(self.mean, 4), "more": more}


@dataclass(frozen=True, eq=False)
class Branch:
    """Journeys that leave the regular path in one way. ``kind``: a step; an exceptional variant that the design names; or
    lost without any such step. ``journeys`` take it, ``first`` leave the path by it; ``share`` of the decided journeys.
    ``differences``: hours to the goal, contacts, score, value."""

    kind: str
    name: str
    owner: str | None
    rows: Bools
    journeys: int
    first: int
    share: Interval
    reached: Interval
    differences: dict[str, Difference]
    alike: Alike

    @property
    def method(self) -> str:
        return ADJUSTED if self.alike.comparable else NO_COMPARABLE

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "name": self.name,
            "owner": self.owner,
            "journeys": self.journeys,
            "first": self.first,
            "share": _told(self.share),
            "reached": _told(self.reached),
            **{name: one.to_dict() for name, one in self.differences.items()},
            "comparable": self.alike.to_dict(),
            "method": self.method,
        }


def _told(one: Interval) -> dict[str, float]:
    return {name: round(value, 6) for name, value in one.to_dict().items()}


def branches_of(standing: Standing, features: Sequence[Feature]) -> list[Branch]:
    """Every way off the regular path that a decided journey took, the most frequent first; compared among those alike in
    the ``features`` (``circumstances``)."""
    measures = measures_of(standing)
    found = [_branch(standing, measures, features, *way) for way in _ways(standing)]
    return sorted(found, key=lambda one: (-one.journeys, one.name))


def _ways(standing: Standing) -> Iterator[tuple[str, str, Bools, Bools]]:
    """Kind, name, the journeys that take it, and those that leave the path by it."""
    decided, flat = standing.decided, standing.flat
    for step in standing.off_path:
        at = flat.first([step])
        taken = decided & (at < NEVER)
        if taken.any():
            yield STEP, step, taken, taken & (at == standing.leaves)
    for name, variant in standing.journey_type.exceptions.items():
        taken = decided & _fits(standing, variant)
        if taken.any():
            yield VARIANT, name, taken, taken & False
    lost = decided & ~standing.regular & (standing.leaves == NEVER)
    if lost.any():
        yield LOST, "lost", lost, lost


def rows_by_branch(standing: Standing) -> dict[tuple[str, str], Bools]:
    """(kind, name) → (rows,) the decided journeys that take the branch."""
    return {(kind, name): taken for kind, name, taken, _first in _ways(standing)}


def _fits(standing: Standing, variant: Exceptional) -> Bools:
    """(rows,) whether the journey is exactly what the named variant allows."""
    named = {key: key for key in standing.blueprint.steps(standing.journey_type)}
    whole = replace(standing.log, selection=None)
    costs = whole.alignments(path_of(variant.path, named)).costs
    return np.isin(whole.attributes["variant"].to_numpy(), np.flatnonzero(costs == 0))


def measures_of(standing: Standing) -> dict[str, Floats]:
    """(rows,) hours from the beginning to the goal, contacts, score, value; NaN where it is not known."""
    journey_type = standing.journey_type
    arrived = (standing.arrives < NEVER) & (standing.begins < NEVER)
    hours = np.full(standing.flat.rows, np.nan)
    hours[arrived] = (standing.arrives[arrived] - standing.begins[arrived]) / HOUR
    support = [one.key for one in standing.blueprint.measured if one.nature == "support"]
    found = {"hours": hours, "contacts": standing.flat.count(support).astype(float)}
    for name, attribute in (("score", journey_type.satisfaction), ("value", journey_type.value)):
        if attribute is not None and attribute in standing.log.attributes.column_names:
            found[name] = numbers(standing, attribute)
    return found


def numbers(standing: Standing, attribute: str) -> Floats:
    """(rows,) an attribute as numbers, NaN where it is none."""
    values = standing.log.attributes[attribute].to_numpy()
    try:
        return np.asarray(values.astype(np.float64))
    except (TypeError, ValueError):  # nobody ever told one: a column of nothing
        return np.full(len(values), np.nan)


def circumstances(standing: Standing) -> list[Feature]:
    """(rows,) what makes journeys comparable: period, value band, and the segments told by the order."""
    rows = np.arange(standing.flat.rows)
    begins = np.where(standing.begins < NEVER, standing.begins, 0)
    value = standing.journey_type.value
    by = [*standing.anchors] or [*standing.goal]
    found = [month_feature(begins, standing.blueprint)]
    if value is not None and value in standing.log.attributes.column_names:
        found.append(value_feature(numbers(standing, value)))
    return [*found, *traits(standing.log, standing.journey_type, rows, by)]


def _branch(
    standing: Standing,
    measures: dict[str, Floats],
    features: Sequence[Feature],
    kind: str,
    name: str,
    rows: Bools,
    first: Bools,
) -> Branch:
    found = alike(features, rows, standing.regular)
    unvalued = alike([one for one in features if one.name != "value"], rows, standing.regular)
    owner = standing.blueprint.owner(name) if kind == STEP else None
    difference = partial(_difference, standing, rows=rows)
    return Branch(
        kind=kind,
        name=name,
        owner=owner.slug if owner else None,
        rows=rows,
        journeys=int(rows.sum()),
        first=int(first.sum()),
        share=share(standing, rows, standing.decided),
        reached=share(standing, rows & (standing.arrives < NEVER), rows),
        differences={
            measure: difference(values, unvalued if measure == "value" else found)
            for measure, values in measures.items()
        },
        alike=found,
    )


def _difference(standing: Standing, values: Floats, found: Alike, rows: Bools) -> Difference:
    known = rows & ~np.isnan(values)
    mean = float(values[known].mean()) if known.any() else None
    if not found.comparable or min(known.sum(), (standing.regular & ~np.isnan(values)).sum()) < LEAST:
        return Difference(mean, None)
    expected = found.difference(values)
    drawn = found.drawn(values, standing.person, DRAWS)
    low, high = np.percentile(drawn, ENDS).tolist()
    return Difference(mean, Interval(min(low, expected), expected, max(high, expected)))


def share(standing: Standing, part: Bools, whole: Bools) -> Interval:
    """``part`` ÷ ``whole`` with 90 % of draws of persons; 0 where there is nobody."""
    if not whole.any():
        return Interval(0.0, 0.0, 0.0)
    people, of = numbered(standing.person[whole])
    sums = np.stack([np.bincount(of, part[whole], people), np.bincount(of, minlength=people)], axis=1)
    expected = float(sums[:, 0].sum() / sums[:, 1].sum())
    drawn = redrawn(sums.astype(float), DRAWS)
    low, high = np.percentile(drawn[:, 0] / np.maximum(drawn[:, 1], 1e-12), ENDS).tolist()
    return Interval(min(low, expected), expected, max(high, expected))
