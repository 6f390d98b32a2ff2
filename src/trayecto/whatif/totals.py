"""What changes move in all, with persons drawn anew and with the chance of one period on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trayecto.whatif.draws import Floats
from trayecto.whatif.moved import Moved

MODEL = 0.08  # standard deviation, as a share of an effect, of what the method simplifies


@dataclass(frozen=True, eq=False)
class Total:
    """Of orders kept, contacts and value kept: ``mean`` (3,) in the log as it is; ``persons`` (draws, 3) with persons drawn anew; ``spread``
    (draws, 3) with what chance adds in one period, and what the method simplifies."""

    mean: Floats
    persons: Floats
    spread: Floats


def total_of(found: Sequence[Moved], seed: int) -> Total:
    """The changes added up. The same seed gives the same draws."""
    whole = np.sum([one.change for one in found], axis=0)
    persons = whole[:, 1:].T
    return Total(whole[:, 0], persons, persons + _by_chance(found, len(persons), seed))


def _by_chance(found: Sequence[Moved], draws: int, seed: int) -> Floats:
    """(draws, 3). Orders and their value move together."""
    variance = np.sum([one.chance + (MODEL * one.change[:, 0]) ** 2 for one in found], axis=0)
    deviation = np.sqrt(variance)
    chance = np.random.default_rng((seed, 1))
    orders, contacts, amounts = chance.standard_normal((3, draws))
    worth = 0.9 * orders + np.sqrt(1 - 0.9**2) * amounts
    return np.stack([orders, contacts, worth], axis=1) * deviation
