"""How many suffer a trouble for each who says so: from the scores of those who ask nothing.

Scores of the silent are a mixture of good experiences and of the trouble's. The largest share of the trouble's that fits is
the least ratio of how often each has a low score (mixture proportions; Blanchard, Lee and Scott, 2010). Good experiences have low
scores too: as many as a cumulative probit through their two next higher scores has (McCullagh, 1980). The share is the one at which both
together are as many low scores as there are, and never more than the largest. Where scores are few it is drawn towards what surveys of
complaining found: of those who have a trouble one in two says so to the company (TARP, 1986).
"""

from __future__ import annotations

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import Bools
from trayecto.attempts.promises import promises_of
from trayecto.whatif.compare import TINY
from trayecto.whatif.draws import Draws, Floats

LEAST, FEWEST = 8, 3  # low scores of those who say so, and of those who do not: fewer would say anything
USUAL, SPREAD = 1.0, 1.0  # silent ones for each who says so, believed before looking
MOST = 4.0  # silent ones for each who says so
WIDEST = 4.0  # times as wide as the draws
GRID = 101
RARE = 1e-6


def silent_sufferers(draws: Draws, said: Bools, others: Bools) -> Floats:
    """(n,) how many suffer for each who says so: 1 without scores."""
    facts = draws.facts
    score = _scores(facts)
    if score is None:
        return np.ones(draws.weights.shape[1])
    known = ~np.isnan(score)
    quiet = others & (facts.contacts == 0)
    calm = quiet & known & ~_disappointed(facts)
    steps = np.unique(score[known])
    told, heard = (_cumulated(draws, score, among, steps) for among in (said & known, calm))
    bounds = []
    for place, level in enumerate(steps[:-1]):
        low = known & (score <= level)
        if (said & low).sum() >= LEAST and (calm & low).sum() >= FEWEST:
            found = int((calm & low).sum())
            most = heard[place] / np.maximum(told[place], TINY)
            bounds.append((float(most[0] * (1 + np.sqrt(found + 1) / found)), place, most))
    if not bounds:
        return np.ones(draws.weights.shape[1])
    _least, place, most = min(bounds, key=lambda one: one[0])
    share = _beside_usual(told, heard, steps, place, np.minimum(most, 1.0))
    each = draws.count(quiet) / np.maximum(draws.count(said), TINY)
    low = int((calm & (score <= steps[place])).sum())
    chance = float(np.sqrt(low + 1) / max(calm.sum(), 1) / max(told[place][0], TINY) * each[0])
    return 1 + np.clip(_believed(share * each, chance), 0, MOST)


def _believed(unheard: Floats, chance: float) -> Floats:
    """Drawn towards one silent for each who says so by how uncertain it is, at least by ``chance``: draws alone say too little where it is
    next to nobody (empirical Bayes; Efron and Morris, 1975). The first becomes the mean of what is then believed, the others draws of it."""
    spread = max(float(np.std(unheard[1:])) if len(unheard) > 1 else 0.0, TINY)
    error = max(spread, chance)
    share = SPREAD**2 / (SPREAD**2 + error**2)
    wider = min(error / spread, WIDEST) * np.sqrt(share)
    return np.asarray(USUAL + share * (unheard[0] - USUAL) + wider * (unheard - unheard[0]))


def _cumulated(draws: Draws, score: Floats, among: Bools, steps: Floats) -> Floats:
    """(steps, n) the share of these with at most such a score."""
    whole = np.maximum(draws.count(among), TINY)
    return np.array([draws.count(among & (score <= step)) / whole for step in steps])


def _beside_usual(told: Floats, heard: Floats, steps: Floats, place: int, most: Floats) -> Floats:
    """(n,) the share of the troubled among the silent, from none to ``most``; ``most`` where scores end too soon to tell."""
    from scipy.special import ndtr, ndtri  # an eighth of a second to load: only who asks waits for it

    if place + 2 >= len(steps) - 1:
        return most
    share = np.linspace(0, 1, GRID)[:, None] * most
    good = [
        np.clip((heard[at] - share * told[at]) / np.maximum(1 - share, TINY), RARE, 1 - RARE)
        for at in (place + 1, place + 2)
    ]
    near, far = ndtri(good[0]), ndtri(good[1])
    slope = (steps[place + 1] - steps[place]) / (steps[place + 2] - steps[place + 1])
    usual = ndtr(near - (far - near) * slope)
    missed = np.abs((1 - share) * usual + share * told[place] - heard[place])
    return np.asarray(share[missed.argmin(axis=0), np.arange(share.shape[1])])


def _scores(facts: Facts) -> Floats | None:
    """(units,) the score of journeys that hold one attempt, else NaN."""
    name = facts.journey_type.satisfaction
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
