"""Persons drawn anew, all draws at once: sums over attempts for the log as it is and for every draw.

Persons are dealt into at most a thousand blocks, and blocks are drawn with replacement (a bootstrap over clusters; Davison and
Hinkley, 1997, section 3.8). A sum by block is made once; every draw is then a product with the blocks' weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import DAY, Bools, Ints

Floats = NDArray[np.float64]
BLOCKS = 1000
FORTNIGHT = 14 * DAY
MOST_CELLS = 1500  # more strata would take memory, and each would hold next to nobody


@dataclass(frozen=True, eq=False)
class Draws:
    """``block``: (units,) the block of each attempt's person; ``weights``: (blocks, draws + 1) how often each block is drawn. The
    first column is the log as it is."""

    facts: Facts
    block: Ints
    weights: Floats

    def sums(self, values: Floats | float, among: Bools, cell: Ints | None = None, size: int = 1) -> Floats:
        """(size, draws + 1) the sums of ``values`` by cell, over the attempts that are ``among``."""
        mine = np.flatnonzero(among)
        blocks = len(self.weights)
        key = self.block[mine] if cell is None else cell[mine] * blocks + self.block[mine]
        weight = None if isinstance(values, float) else values[mine]
        found = np.bincount(key, weight, size * blocks).reshape(size, blocks).astype(float)
        return np.asarray(found @ self.weights * (values if isinstance(values, float) else 1.0))

    def count(self, among: Bools) -> Floats:
        """(draws + 1,) how many attempts are ``among``."""
        return self.sums(1.0, among)[0]

    def total(self, values: Floats, among: Bools) -> Floats:
        """(draws + 1,) the sum of ``values`` over the attempts that are ``among``."""
        return self.sums(values, among)[0]

    @cached_property
    def period(self) -> Ints:
        """(units,) the fortnight in which the attempt began."""
        began = self.facts.units.began
        return (began - began.min()) // FORTNIGHT

    @cached_property
    def cell(self) -> Ints:
        """(units,) who compares with whom: the same circumstances in the same fortnight."""
        return self.cells(self.facts.stratum)

    def cells(self, stratum: Ints) -> Ints:
        """(units,) strata by fortnight, numbered from 0; the rare strata are taken together when there are many."""
        periods = int(self.period.max(initial=0)) + 1
        sizes = np.bincount(stratum)
        most = max(1, MOST_CELLS // periods)
        if len(sizes) > most:
            rank = np.argsort(np.argsort(-sizes, kind="stable"), kind="stable")
            stratum = np.minimum(rank, most - 1)[stratum]
        return np.unique(stratum * periods + self.period, return_inverse=True)[1].astype(np.int64)


def draws_of(facts: Facts, draws: int, seed: int) -> Draws:
    """The same seed gives the same draws."""
    chance = np.random.default_rng(seed)
    persons, of = np.unique(facts.units.person, return_inverse=True)
    blocks = min(BLOCKS, len(persons))
    block = chance.permutation(len(persons)) % blocks
    weights = chance.multinomial(blocks, np.full(blocks, 1 / blocks), size=draws).T
    return Draws(facts, block[of].astype(np.int64), np.column_stack([np.ones(blocks), weights]).astype(float))
