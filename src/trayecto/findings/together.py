"""Findings beside each other: which share journeys, and what they are worth together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from trayecto.findings.model import Finding
from trayecto.money import Interval

SHARED = 0.01  # of the smaller one's journeys: less is chance


def marked(found: Sequence[Finding]) -> list[Finding]:
    """The findings, each with the ids of the others that share journeys with it."""
    return [replace(one, overlaps=_overlapping(one, found)) for one in found]


def _overlapping(one: Finding, found: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(other.id for other in found if other is not one and _share(one, other))


def _share(one: Finding, other: Finding) -> bool:
    least = min(one.journeys, other.journeys)
    shared = len(np.intersect1d(one.rows, other.rows, assume_unique=True))
    return shared > 0 and shared >= SHARED * least


def union_of(found: Sequence[Finding]) -> Interval | None:
    """What findings are worth in a month together: a finding's money lies evenly on its journeys, and a journey that several
    share counts once, with the one that costs most there. Look-alikes count nothing; None where none has money."""
    worth = [one for one in found if one.money is not None and not one.discarded and one.journeys]
    if not worth:
        return None
    rows = np.unique(np.concatenate([one.rows for one in worth]))
    taken = np.full(len(rows), -1)
    for place in sorted(range(len(worth)), key=lambda place: _each(worth[place])):
        taken[np.searchsorted(rows, worth[place].rows)] = place
    counts = np.bincount(taken, minlength=len(worth)).tolist()
    shares = [count / one.journeys for count, one in zip(counts, worth, strict=True)]
    low, mid, high = (
        sum(share * getattr(one.money, end) for share, one in zip(shares, worth, strict=True))
        for end in ("low", "expected", "high")
    )
    return Interval(low, mid, high)


def _each(one: Finding) -> float:
    return one.money.expected / one.journeys if one.money else 0.0
