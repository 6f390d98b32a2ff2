"""Cohorts person by person, in plain Python."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from math import sqrt


def month_of(at):
    day = datetime.fromtimestamp(at / 1e6, UTC).date()
    return day.year * 12 + day.month - 1


def week_of(at):
    day = datetime.fromtimestamp(at / 1e6, UTC).date()
    return (day - timedelta(days=day.weekday())).toordinal() // 7


def orders_of(rows, steps):
    """``rows``: (person, journey, weight). person -> [(time, weight of the journey)], by time."""
    found = defaultdict(list)
    for person, journey, weight in rows:
        if person is not None:
            found[person] += [(at, weight) for step, at in journey if step in steps]
    return {person: sorted(orders, key=lambda one: one[0]) for person, orders in found.items() if orders}


def cells(rows, steps, period_of):
    """(cohort, periods since) -> persons who order in it; and likewise those whose second order came by then."""
    active, second, orders = defaultdict(set), defaultdict(set), defaultdict(int)
    for person, mine in orders_of(rows, steps).items():
        cohort = period_of(mine[0][0])
        for at, _weight in mine:
            active[cohort, period_of(at) - cohort].add(person)
            orders[cohort, period_of(at) - cohort] += 1
        if len(mine) > 1:
            for since in range(period_of(mine[1][0]) - cohort, 600):
                second[cohort, since].add(person)
    return active, second, orders


def wilson(part, whole, z=1.959963984540054):
    share = part / whole
    middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    spread = z * sqrt(share * (1 - share) / whole + z * z / (4 * whole**2)) / (1 + z * z / whole)
    return max(0.0, middle - spread), min(1.0, middle + spread)
