"""How many suffer a trouble for each who says so: from the scores of those who ask nothing.

Scores of the silent are a mixture of good experiences and of the trouble's. The largest share of the trouble's that fits is
the least ratio of how often each has a low score (mixture proportions; Blanchard, Lee and Scott, 2010).
"""

from __future__ import annotations

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import Bools
from trayecto.attempts.promises import promises_of
from trayecto.designed import journey_type_of
from trayecto.designed.build import JOURNEYS
from trayecto.whatif.compare import TINY
from trayecto.whatif.draws import Draws, Floats

LEAST, FEWEST = 8, 3  # low scores of those who say so, and of those who do not: fewer would say anything
MOST = 4.0  # silent ones for each who says so


def silent_sufferers(draws: Draws, said: Bools, others: Bools) -> Floats:
    """(n,) how many suffer for each who says so: 1 without scores."""
    facts = draws.facts
    score = _scores(facts)
    if score is None:
        return np.ones(draws.weights.shape[1])
    known = ~np.isnan(score)
    quiet = others & (facts.contacts == 0)
    calm = quiet & known & ~_disappointed(facts)
    shares = []
    for level in np.unique(score[said & known])[:-1]:
        low = known & (score <= level)
        if (said & low).sum() >= LEAST and (calm & low).sum() >= FEWEST:
            mine = draws.count(said & low) / np.maximum(draws.count(said & known), TINY)
            theirs = draws.count(calm & low) / np.maximum(draws.count(calm), TINY)
            found = int((calm & low).sum())
            shares.append((np.sqrt(found + 1) / found, theirs / np.maximum(mine, TINY)))
    if not shares:
        return np.ones(draws.weights.shape[1])
    least = min(shares, key=lambda one: float(one[1][0] * (1 + one[0])))[1]
    unheard = least * draws.count(quiet) / np.maximum(draws.count(said), TINY)
    return 1 + np.clip(unheard, 0, MOST)


def _scores(facts: Facts) -> Floats | None:
    """(units,) the score of journeys that hold one attempt, else NaN."""
    name = journey_type_of(facts.blueprint, facts.log.texts.get(JOURNEYS)).satisfaction
    if name is None or name not in facts.log.attributes.column_names:
        return None
    values = facts.log.attributes[name].to_numpy(zero_copy_only=False).astype(float)
    alone = np.bincount(facts.units.row, minlength=len(values))[facts.units.row] == 1
    return np.where(alone, values[facts.units.row], np.nan)


def _disappointed(facts: Facts) -> Bools:
    """(units,) whether something else went wrong that the log tells of: a broken promise, a gate, a return."""
    gates = [one.key for one in facts.blueprint.measured if one.gate is not None]
    wrong = (facts.units.count(facts.log, gates) > 0) | (facts.units.count(facts.log, facts.undone) > 0)
    for promise in promises_of(facts):
        wrong |= promise.failed
    return np.asarray(wrong)
