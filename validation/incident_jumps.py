"""How soon the live watch sees trouble: rates multiplied, and sources silenced, at random moments by day and by night."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np

from recorrido.journeys.watch.detection import Kind, surge
from recorrido.journeys.watch.judging import Court, Judged, Subject
from recorrido.journeys.watch.subjects import quiet_touchpoints
from validation.incident_shops import PARTS, Year, counts_of, intensity, wavering

RATES = (0.01, 0.03, 0.1, 0.3, 1, 2, 3, 4, 5, 6, 8, 12, 30, 100)
TIMES = (3, 5, 10, 30)
SCALES = (1, 10, 100, 300, 1000)  # times the shop as it is: many rates, and the small ones of nights
DAYS, KNOWN = 120, 50  # of which so many are known before anything is broken
LOOKED_AT = 360  # minutes that a look of the product sees
JUMP = 60  # minutes for which a rate stays multiplied
SILENT = 300  # minutes for which a source says nothing
LAG = 6 / 60  # minutes until an event is counted and looked at: measured, rounded up
NIGHT = (0, 7)  # hours


@dataclass(frozen=True)
class Tries:
    """Of each jump: the usual rate before it (events a minute), the minutes to the alarm (inf: none), the local hour."""

    rate: np.ndarray
    delay: np.ndarray
    hour: np.ndarray

    def where(self, chosen: np.ndarray) -> Tries:
        return Tries(self.rate[chosen], self.delay[chosen], self.hour[chosen])

    def band(self, low: float, high: float) -> Tries:
        return self.where((self.rate >= low) & (self.rate < high))

    def night(self) -> Tries:
        return self.where((self.hour >= NIGHT[0]) & (self.hour < NIGHT[1]))

    @classmethod
    def all(cls, parts: list[Tries]) -> Tries:
        return cls(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in ("rate", "delay", "hour"))
        )

    def __str__(self) -> str:
        """Median of the minutes, and the share seen within three."""
        if not len(self.delay):
            return "–"
        middle = float(np.median(self.delay))
        words = f"{middle:.1f}" if np.isfinite(middle) else "over 60"
        return f"{words} ({self.within(3):.0%})"

    def within(self, minutes: float) -> float:
        return float(np.mean(self.delay <= minutes)) if len(self.delay) else 0.0


# Jumps ------------------------------------------------------------------------------------------------


def jumps(year: Year, *, seed: int, per_year: int) -> dict[int, Tries]:
    """Jumps of every size at every surge subject of shops of several sizes, whose traffic wavers."""
    chance, year = np.random.default_rng(seed), year.last(DAYS)
    found: dict[int, list[Tries]] = {times: [] for times in TIMES}
    surges = [named.subject.touchpoint for named in year.watched if named.subject.kind == Kind.SURGE]
    for scale in SCALES:
        shop = wavering(year, scale, chance, fine=surges)
        rates = scale * intensity(year)
        court = Court(shop.counts, quiet_touchpoints(shop.blueprint, shop.watched))
        for named in shop.watched:
            if named.subject.kind == Kind.SURGE:
                judged = court.judge(named.subject)
                for times in TIMES:
                    found[times].append(_jumps(shop, judged, times, rates, chance, per_year))
    return {times: Tries.all(parts) for times, parts in found.items()}


def _jumps(
    shop: Year, judged: Judged, times: int, rates: np.ndarray, chance: np.random.Generator, per_year: int
) -> Tries:
    chosen = [
        n for n, (touchpoint, _source) in enumerate(shop.pairs) if touchpoint == judged.subject.touchpoint
    ]
    rate = rates[chosen].sum(axis=0)
    starts = chance.integers(KNOWN * 1440, shop.length - 1440, per_year)
    cells = shop.cells[chosen].sum(axis=0).reshape(-1, PARTS)
    delays = np.array([_delay(judged, cells, rate, times, int(start), chance) for start in starts])
    return Tries(rate[starts], delays, shop.hours.hour[starts // 60])


def _delay(
    judged: Judged, cells: np.ndarray, rate: np.ndarray, times: int, start: int, chance: np.random.Generator
) -> float:
    """Minutes from a jump somewhere in the minute ``start`` to the look that tells it; the rate that comes on top is
    proportional to what is there anyway."""
    into = chance.random()
    broken = cells[start : start + JUMP].copy()
    after = np.clip(np.arange(JUMP * PARTS).reshape(JUMP, PARTS) + 1 - into * PARTS, 0, 1)
    broken += chance.poisson((times - 1) * rate[start : start + JUMP, None] / PARTS * after).astype(
        cells.dtype
    )
    counts = judged.counts[start - LOOKED_AT : start + JUMP].copy()
    counts[LOOKED_AT:] = broken.sum(axis=1)
    bound = judged.bound[start - LOOKED_AT : start + JUMP]
    due = surge(counts, bound, judged.subject.limits).due[LOOKED_AT:]
    if not due.any():
        return float("inf")
    return _refined(counts, bound, broken, int(np.argmax(due)), into, judged.subject) - into + LAG


def _refined(
    counts: np.ndarray, bound: np.ndarray, broken: np.ndarray, found: int, into: float, subject: Subject
) -> float:
    """Looks in the middle of the minute in which it is found, and of the one before."""
    for minute in range(max(found - 1, 0), found + 1):
        for part in range(1, PARTS):
            if minute + part / PARTS <= into:
                continue
            end = LOOKED_AT + minute
            seen, expected = counts[: end + 1].copy(), bound[: end + 1].copy()
            seen[end], expected[end] = broken[minute, :part].sum(), bound[end] * part / PARTS
            if surge(seen, expected, subject.limits).due[-1]:
                return minute + part / PARTS
    return float(found + 1)


def print_jumps(tries: dict[int, Tries]) -> float:
    """The table by usual rate and size of the jump; returns the rate from which 3 times is seen in 3 minutes."""
    heads = " | ".join(f"{times} times" for times in TIMES)
    print(
        f"| usual events a minute | jumps | {heads} | 3 times, 0 to 7 h |\n|---|---:|{'---:|' * (len(TIMES) + 1)}"
    )
    quick = float("inf")
    for low, high in reversed(list(itertools.pairwise(RATES))):
        bands = [tries[times].band(low, high) for times in TIMES]
        cells = " | ".join(str(band) for band in bands)
        print(f"| {low:g} to {high:g} | {len(bands[0].rate)} | {cells} | {bands[0].night()} |")
        if len(bands[0].rate) and bands[0].within(3) >= 0.9 and quick in (float("inf"), high):
            quick = low
    return quick


# Silence ----------------------------------------------------------------------------------------------


def silences(year: Year, *, seed: int) -> Tries:
    """Sources of shops of several sizes fall silent at random moments."""
    chance, year = np.random.default_rng(seed), year.last(DAYS)
    found = []
    for scale in SCALES[::2]:
        shop = wavering(year, scale, chance, fine=())
        for named in shop.watched:
            if named.subject.kind == Kind.SILENCE:
                found.append(_silences(shop, named.subject, chance))
    return Tries.all(found)


def _silences(shop: Year, subject: Subject, chance: np.random.Generator) -> Tries:
    chosen = [n for n, (_touchpoint, source) in enumerate(shop.pairs) if source == subject.source]
    starts = np.arange(KNOWN * 1440, shop.length - 1440, 2003)
    starts = starts + chance.integers(0, 900, len(starts))
    minutes = shop.minutes.copy()
    for start in starts:
        minutes[chosen, start : start + SILENT] = 0
    counts = replace(counts_of(shop, minutes), history=shop.counts.history)
    court = Court(counts, quiet_touchpoints(shop.blueprint, shop.watched))
    judged = court.judge(subject)
    due = [judged.verdicts.due[start : start + SILENT] for start in starts]
    delay = np.array([float(np.argmax(one) + 2) if one.any() else np.inf for one in due])
    return Tries(judged.usual[starts], delay, shop.hours.hour[starts // 60])


def print_silences(tries: Tries) -> None:
    print("| usual events a minute | sources silenced | median | within 10 min | 30 min | 1 h | 5 h |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for low, high in ((30, 1000), (10, 30), (3, 10), (1, 3), (0.3, 1), (0.1, 0.3), (0.03, 0.1)):
        band = tries.band(low, high)
        shares = " | ".join(f"{band.within(minutes):.0%}" for minutes in (10, 30, 60, 300))
        middle = np.median(band.delay) if len(band.delay) else np.inf
        words = f"{middle:.0f} min" if np.isfinite(middle) else "never"
        print(f"| {low:g} to {high:g} | {len(band.delay)} | {words} | {shares} |")
