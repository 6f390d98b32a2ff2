"""How soon the live watch sees trouble, and how often it sees trouble where there is none.

The simulator's year (Calzados Aromo, twelve months, two more campaigns) becomes counts by minute, and the detector of the
product judges them minute by minute: the same functions, the same limits, the same blueprint. Nothing is broken in the
year, so every alarm is false. Then rates are multiplied at thousands of random moments, by day and by night.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from recorrido.journeys.blueprint import Blueprint, find_blueprint, load_blueprint
from recorrido.journeys.watch.detection import surge
from recorrido.journeys.watch.judging import FEWEST_DAYS, Counts, Court, Judged, Pair
from recorrido.journeys.watch.rhythm import local_hours
from recorrido.journeys.watch.subjects import Named, possible, quiet_touchpoints
from recorrido.simulator.emit import tell
from recorrido.simulator.emit.blocks import Block
from recorrido.simulator.model import simulate
from recorrido.simulator.parsing import load_scenario
from recorrido.simulator.scenario import Promotion, Scenario, resized

MONTHS = 12
MORE_CAMPAIGNS = (
    Promotion(
        name="Black Friday", starts=datetime.date(2025, 11, 28), ends=datetime.date(2025, 11, 30), lift=3
    ),
    Promotion(name="Navidad", starts=datetime.date(2025, 12, 12), ends=datetime.date(2025, 12, 23), lift=1.6),
)
APART = 360  # minutes without an alarm, after which the next one is another incident
RATES = (0.01, 0.03, 0.1, 0.3, 1, 2, 4, 6, 8, 12, 30, 100)
TIMES = (3, 5, 10, 30)
LOOKED_AT = 360  # minutes that a look of the product sees
JUMP = 60  # minutes for which a rate stays multiplied
SURGES = ("payment.refused", "checkout.failed", "search.empty", "call")


@dataclass(frozen=True)
class Year:
    """A simulated year in minutes: ``counts`` by pair of touchpoint and source, from the hour ``first`` on."""

    blueprint: Blueprint
    pairs: tuple[tuple[str, str], ...]
    counts: np.ndarray
    first: int

    @property
    def weeks(self) -> float:
        return float(self.counts.shape[1] / 1440 / 7)


def run(*, seeds: int, times: int) -> bool:
    """Print both tables; whether there was at most one false alarm a week."""
    blueprint = load_blueprint(find_blueprint("aromo"))
    print("False alarms in years in which nothing is broken\n")
    print("| shop | events a minute | weeks | false alarms | a week | at |\n|---|---:|---:|---:|---:|---|")
    small = [year_of(blueprint, seed, 1) for seed in range(1, seeds + 1)]
    worst = max(print_false_alarms(f"Aromo, seed {n}", year) for n, year in enumerate(small, 1))
    large = year_of(blueprint, 1909, times)
    worst = max(worst, print_false_alarms(f"{times} times as large", large))
    print("\nTime from the jump to the alarm, minutes: median (share within 3 minutes)\n")
    quick = print_detection(large)
    print(f"\nWorst: {worst:.2f} false alarms a week (at most 1 is wished).")
    print(
        f"A jump of 3 times is seen within 3 minutes in nine of ten cases from {quick:g} events a minute on."
    )
    return worst <= 1


# The year ---------------------------------------------------------------------------------------------


def year_of(blueprint: Blueprint, seed: int, times: int) -> Year:
    """A year of the shop, ``times`` as large."""
    scenario = _scenario(seed, times)
    zone = ZoneInfo(scenario.place.timezone)
    first, last = (
        _hour(day, zone) for day in (scenario.first_day, scenario.period.end + datetime.timedelta(1))
    )
    minutes = (last - first) * 60
    found: dict[tuple[str, str], np.ndarray] = {}
    for block in tell(simulate(scenario)):
        for touchpoint, rows in _touchpoints(blueprint, block):
            counted = np.bincount(block.at[rows] // 60 - first * 60, minlength=minutes)[:minutes]
            place = (touchpoint, block.source)
            found[place] = found.get(place, np.zeros(minutes, dtype=np.int32)) + counted.astype(np.int32)
    return Year(blueprint, tuple(found), np.array(list(found.values())), first)


def _scenario(seed: int, times: int) -> Scenario:
    year = resized(load_scenario("aromo"), months=MONTHS, seed=seed)
    year = resized(year, months=MONTHS, customers=year.customers.count * times)
    promotions = (*year.demand.promotions, *MORE_CAMPAIGNS)
    return msgspec.structs.replace(year, demand=msgspec.structs.replace(year.demand, promotions=promotions))


def _hour(day: datetime.date, zone: ZoneInfo) -> int:
    return int(datetime.datetime.combine(day, datetime.time(), zone).timestamp()) // 3600


def _touchpoints(blueprint: Blueprint, block: Block) -> Iterator[tuple[str, np.ndarray]]:
    """The rows of a block by touchpoint: the first of the blueprint whose channels and values fit."""
    left = np.ones(len(block), dtype=bool)
    for touchpoint in sorted(blueprint.measured, key=lambda t: t.number):
        if touchpoint.event != block.type:
            continue
        fits = left.copy()
        if touchpoint.channels:
            fits &= np.isin(
                np.broadcast_to(np.asarray(block.channel, dtype=object), len(block)).astype(str),
                touchpoint.channels,
            )
        for condition in touchpoint.when:
            fits &= np.isin(block.properties[condition.property].astype(str), condition.values)
        left &= ~fits
        yield touchpoint.key, np.flatnonzero(fits)
    yield "", np.flatnonzero(left)


def counts_of(year: Year) -> Counts:
    import holidays

    hours = local_hours(year.first, year.counts.shape[1] // 60, ZoneInfo(year.blueprint.time_zone))
    days, day = np.unique(hours.day, return_inverse=True)
    history = np.zeros((len(year.pairs), len(days), 24))
    by_hour = year.counts.reshape(len(year.pairs), len(hours), 60).sum(axis=2)
    for pair, counted in enumerate(by_hour):
        np.add.at(history[pair], (day, hours.hour), counted)
    free = holidays.country_holidays(year.blueprint.country or "", years=range(2025, 2027))
    known = {
        int(number): (datetime.date(1970, 1, 1) + datetime.timedelta(int(number))) in free for number in days
    }
    return Counts([Pair(*pair) for pair in year.pairs], hours, year.counts, days, history, known)


def watched(year: Year) -> list[Named]:
    return possible(year.blueprint, {source: "" for _touchpoint, source in year.pairs})


# False alarms -----------------------------------------------------------------------------------------


def print_false_alarms(name: str, year: Year) -> float:
    """A line of the table; returns the false alarms a week."""
    named = watched(year)
    court = Court(counts_of(year), quiet_touchpoints(year.blueprint, named))
    begin, end = (
        (FEWEST_DAYS + 7) * 1440,
        year.counts.shape[1] - 120,
    )  # the run is cut off, which looks like silence
    alarms = {one.subject.key: _alarms(court.judge(one.subject).verdicts.due[begin:end]) for one in named}
    total, weeks = sum(alarms.values()), year.weeks - (FEWEST_DAYS + 7) / 7
    places = ", ".join(
        f"{key.partition(':')[2]} {n}" for key, n in sorted(alarms.items(), key=lambda a: -a[1]) if n
    )
    rate = year.counts.sum() / year.counts.shape[1]
    print(
        f"| {name} | {rate:.1f} | {weeks:.0f} | {total} | {total / weeks:.2f} | {places or '–'} |", flush=True
    )
    return total / weeks


def _alarms(due: np.ndarray) -> int:
    at = np.flatnonzero(due)
    return int(len(at) > 0) + int((np.diff(at) > APART).sum())


# Detection --------------------------------------------------------------------------------------------


def print_detection(year: Year) -> float:
    """The table by usual rate and size of the jump; returns the rate from which 3 times is seen in 3 minutes."""
    delays: dict[tuple[int, int], list[np.ndarray]] = {}
    smooth = _intensity(year)
    chance = np.random.default_rng(1909)
    for scale in (0.3, 3, 30, 300):
        shop = replace(year, counts=chance.poisson(scale * smooth).astype(np.int32))
        for named in watched(year):
            if named.subject.touchpoint in SURGES:
                for times in TIMES:
                    rate, delay = _jumps(shop, named, times, scale * smooth, chance)
                    for band in range(len(RATES) - 1):
                        delays.setdefault((band, times), []).append(
                            delay[(rate >= RATES[band]) & (rate < RATES[band + 1])]
                        )
    return _print_table({place: np.concatenate(found) for place, found in delays.items()})


def _intensity(year: Year) -> np.ndarray:
    """The rate behind the counts: weekday and hour over the whole year, times how busy the day was."""
    counts = counts_of(year)
    weekdays, total = (counts.days + 3) % 7, counts.history.sum(axis=(0, 2))
    busy = total / np.array([total[weekdays == day].mean() for day in range(7)])[weekdays]
    day = np.searchsorted(counts.days, counts.hours.day)
    rows = []
    for history in counts.history:
        usual = np.array([history[weekdays == weekday].mean(axis=0) for weekday in range(7)])
        minutes = np.repeat(usual[counts.hours.weekday, counts.hours.hour] / 60 * busy[day], 60)
        rows.append(np.convolve(minutes, np.ones(21) / 21, mode="same"))
    return np.array(rows)


def _jumps(
    shop: Year, named: Named, times: int, rates: np.ndarray, chance: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Multiply a touchpoint's rate at random moments: (usual rate, minutes to the alarm) of each; inf = not in an hour."""
    chosen = [
        n for n, (touchpoint, _source) in enumerate(shop.pairs) if touchpoint == named.subject.touchpoint
    ]
    starts = np.arange(30 * 1440, shop.counts.shape[1] - 1440, 601)
    starts = starts + chance.integers(0, 200, len(starts))
    into = chance.random(len(starts))  # how far into its first minute the jump comes
    broken = shop.counts.copy()
    for start, share in zip(starts, into, strict=True):
        length = np.ones(JUMP)
        length[0] = 1 - share
        more = (times - 1) * rates[chosen, start : start + JUMP] * length
        broken[chosen, start : start + JUMP] += chance.poisson(more).astype(np.int32)
    counts = replace(counts_of(shop), minutes=broken)
    judged = Court(counts, quiet_touchpoints(shop.blueprint, watched(shop))).judge(named.subject)
    delay = np.array([_first_due(judged, int(start)) for start in starts]) - into
    return rates[chosen].sum(axis=0)[starts], delay


def _first_due(judged: Judged, start: int) -> float:
    """Minutes to the alarm in the window that the product looks at: the six hours before, and the hour of the jump."""
    window = slice(start - LOOKED_AT, start + JUMP)
    due = surge(judged.counts[window], judged.bound[window], judged.subject.limits).due[LOOKED_AT:]
    return float(np.argmax(due) + 1) if due.any() else float("inf")


def _print_table(delays: dict[tuple[int, int], np.ndarray]) -> float:
    heads = " | ".join(f"{times} times" for times in TIMES)
    print(f"| usual events a minute | jumps | {heads} |\n|---|---:|{'---:|' * len(TIMES)}")
    quick = float("inf")
    for band in reversed(range(len(RATES) - 1)):
        cells = [_cell(delays[band, times]) for times in TIMES]
        print(f"| {RATES[band]:g} to {RATES[band + 1]:g} | {len(delays[band, 3])} | {' | '.join(cells)} |")
        if len(delays[band, 3]) and np.mean(delays[band, 3] <= 3) >= 0.9 and quick >= RATES[band + 1]:
            quick = RATES[band]
    return quick


def _cell(delays: np.ndarray) -> str:
    if not len(delays):
        return "–"
    middle = float(np.median(delays))
    words = f"{middle:.1f}" if np.isfinite(middle) else "over 60"
    return f"{words} ({np.mean(delays <= 3):.0%})"
