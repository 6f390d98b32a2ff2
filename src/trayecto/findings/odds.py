"""How much higher the odds of something bad are in one set of attempts than in another, within strata."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trayecto.attempts.lives import Bools, Ints


@dataclass(frozen=True, slots=True)
class Odds:
    """``log``: of the common ratio of odds; ``error``: its standard error."""

    log: float
    error: float

    @property
    def low(self) -> float:
        """The ratio that 95 in 100 draws would exceed."""
        return float(np.exp(self.log - 1.645 * self.error))


def odds_of(bad: Bools, one: Bools, other: Bools, stratum: Ints) -> Odds:
    """The ratio of Mantel and Haenszel (1959) with the variance of Robins, Breslow and Greenland (1986). A half is added to both
    sides of the ratio, so that no cell needs to be filled."""
    size = int(stratum.max(initial=0)) + 1
    a, b = (np.bincount(stratum[one & told], minlength=size).astype(float) for told in (bad, ~bad))
    c, d = (np.bincount(stratum[other & told], minlength=size).astype(float) for told in (bad, ~bad))
    whole = np.maximum(a + b + c + d, 1)
    up, down = a * d / whole, b * c / whole
    agree, differ = (a + d) / whole, (b + c) / whole
    ups, downs = up.sum() + 0.5, down.sum() + 0.5
    variance = (
        (agree * up).sum() / (2 * ups**2)
        + (agree * down + differ * up).sum() / (2 * ups * downs)
        + (differ * down).sum() / (2 * downs**2)
    )
    return Odds(float(np.log(ups / downs)), float(np.sqrt(variance)))
