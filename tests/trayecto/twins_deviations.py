"""The plain twin of comparing deviating journeys with conforming ones: loops over strata, journeys and persons."""

import math
from collections import defaultdict

from trayecto.deviations.beside import LEAST, LEAST_IN_STRATUM, Z


def beside_twin(values, sample, deviating, conforming):
    """Compared, mean, the mean of those beside them, low and high of the difference; None where too few compare."""
    known = [row for row in range(len(values)) if not math.isnan(values[row])]
    groups = defaultdict(lambda: ([], []))
    for row in known:
        if deviating[row]:
            groups[sample.strata[row]][0].append(row)
        elif conforming[row]:
            groups[sample.strata[row]][1].append(row)
    groups = {s: g for s, g in groups.items() if g[0] and len(g[1]) >= LEAST_IN_STRATUM}
    here = [row for own, _ in groups.values() for row in own]
    there = [row for _, others in groups.values() for row in others]
    if min(len(here), len(there)) < LEAST:
        return None
    whole = sum(sample.weights[row] for row in here)
    mean = sum(sample.weights[row] * values[row] for row in here) / whole
    shares = {s: sum(sample.weights[row] for row in own) / whole for s, (own, _) in groups.items()}
    usual = {s: average(others, values, sample.weights) for s, (_, others) in groups.items()}
    beside_them = sum(shares[s] * usual[s] for s in groups)
    influence = defaultdict(float)
    for s, (own, others) in groups.items():
        for row in own:
            influence[sample.persons[row]] += (
                sample.weights[row] * (values[row] - usual[s] - mean + beside_them) / whole
            )
        weight = sum(sample.weights[row] for row in others)
        for row in others:
            influence[sample.persons[row]] -= (
                shares[s] * sample.weights[row] * (values[row] - usual[s]) / weight
            )
    spread = math.sqrt(sum(one**2 for one in influence.values()))
    difference = mean - beside_them
    return len(here), mean, beside_them, difference - Z * spread, difference + Z * spread


def average(rows, values, weights):
    return sum(weights[row] * values[row] for row in rows) / sum(weights[row] for row in rows)
