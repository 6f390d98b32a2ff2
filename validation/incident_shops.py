"""Years of shops in which nothing is broken, counted by touchpoint, source and ten seconds.

The simulator's retailer in several sizes and scenarios; the same shop awake around the clock; the same with campaigns
that come at a stroke and traffic that wavers; and the real orders of Olist (Brazil, 2017–2018), as they came and denser.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
import msgspec
import numpy as np

from recorrido.journeys.blueprint import Blueprint, find_blueprint, load_blueprint
from recorrido.journeys.watch.detection import Kind
from recorrido.journeys.watch.judging import Counts, Pair, Subject
from recorrido.journeys.watch.rhythm import Hours, local_hours
from recorrido.journeys.watch.subjects import Named, possible
from recorrido.simulator.emit import tell
from recorrido.simulator.emit.blocks import Block
from recorrido.simulator.model import simulate
from recorrido.simulator.parsing import load_scenario
from recorrido.simulator.scenario import Promotion, Scenario, resized

MONTHS = 12
PARTS = 6  # of a minute: cells of ten seconds, as often as this proof looks
MORE_CAMPAIGNS = (
    Promotion(
        name="Black Friday", starts=datetime.date(2025, 11, 28), ends=datetime.date(2025, 11, 30), lift=3
    ),
    Promotion(name="Navidad", starts=datetime.date(2025, 12, 12), ends=datetime.date(2025, 12, 23), lift=1.6),
)
WEB = ("shop", "ads")  # sources that a campaign fills
WAVERS = 0.1  # by so much (one deviation), for a quarter of an hour at a time
OLIST_DENSER = 10.0  # minutes by which copies of an order are moved

Place = tuple[str, str]


@dataclass(frozen=True)
class Year:
    """``cells``: pairs of touchpoint and source × ten-second cells, from the hour ``first`` on. ``subjects`` are what is
    watched; None: what the blueprint says."""

    blueprint: Blueprint
    pairs: tuple[Place, ...]
    cells: np.ndarray
    first: int
    zone: str
    country: str
    subjects: tuple[Named, ...] | None = None

    @cached_property
    def minutes(self) -> np.ndarray:
        return self.cells.reshape(len(self.pairs), -1, PARTS).sum(axis=2, dtype=np.int32)

    @property
    def length(self) -> int:
        return int(self.cells.shape[1] // PARTS)

    @cached_property
    def hours(self) -> Hours:
        return local_hours(self.first, self.length // 60, ZoneInfo(self.zone))

    @cached_property
    def watched(self) -> list[Named]:
        if self.subjects is not None:
            return list(self.subjects)
        return possible(self.blueprint, {source: "" for _touchpoint, source in self.pairs})

    @cached_property
    def counts(self) -> Counts:
        return counts_of(self, self.minutes)

    def last(self, days: int) -> Year:
        """Only its last days."""
        hours = min(days * 24, len(self.hours))
        first = self.first + len(self.hours) - hours
        return replace(self, cells=self.cells[:, -hours * 60 * PARTS :], first=first)

    def moment(self, minute: int) -> datetime.datetime:
        """Local time of a minute."""
        second = (self.first * 60 + minute) * 60
        return datetime.datetime.fromtimestamp(second, ZoneInfo(self.zone))


def counts_of(year: Year, minutes: np.ndarray) -> Counts:
    hours = year.hours
    days, day = np.unique(hours.day, return_inverse=True)
    history = np.zeros((len(year.pairs), len(days), 24))
    by_hour = minutes.reshape(len(year.pairs), len(hours), 60).sum(axis=2)
    for pair, counted in enumerate(by_hour):
        np.add.at(history[pair], (day, hours.hour), counted)
    return Counts([Pair(*pair) for pair in year.pairs], hours, minutes, days, history, _free(year, days))


def _free(year: Year, days: np.ndarray) -> dict[int, bool]:
    dates = {int(day): datetime.date(1970, 1, 1) + datetime.timedelta(int(day)) for day in days}
    free = holidays.country_holidays(year.country, years=sorted({date.year for date in dates.values()}))
    return {day: date in free for day, date in dates.items()}


# The simulator's shops --------------------------------------------------------------------------------


def simulated(name: str, *, seed: int, times: float = 1) -> Year:
    """A year of a scenario, ``times`` as large."""
    scenario, blueprint = _scenario(name, seed, times), load_blueprint(find_blueprint("aromo"))
    zone = ZoneInfo(scenario.place.timezone)
    end = scenario.period.end + datetime.timedelta(1)
    first, last = _hour(scenario.first_day, zone), _hour(end, zone)
    parts = [
        (touchpoint, block.source, block.at[rows])
        for block in tell(simulate(scenario))
        for touchpoint, rows in _touchpoints(blueprint, block)
    ]
    pairs, cells = _cells(parts, first, last)
    return Year(blueprint, pairs, cells, first, scenario.place.timezone, scenario.place.country)


def _scenario(name: str, seed: int, times: float) -> Scenario:
    year = resized(load_scenario(name), months=MONTHS, seed=seed)
    year = resized(year, months=MONTHS, customers=round(year.customers.count * times))
    promotions = (*year.demand.promotions, *MORE_CAMPAIGNS)
    return msgspec.structs.replace(year, demand=msgspec.structs.replace(year.demand, promotions=promotions))


def _hour(day: datetime.date, zone: ZoneInfo) -> int:
    return int(datetime.datetime.combine(day, datetime.time(), zone).timestamp()) // 3600


def _cells(
    parts: list[tuple[str, str, np.ndarray]], first: int, last: int
) -> tuple[tuple[Place, ...], np.ndarray]:
    """Counts by ten seconds of what happened at ``at`` (UTC seconds), by touchpoint and source."""
    length = (last - first) * 60 * PARTS
    found: dict[Place, np.ndarray] = {}
    for touchpoint, source, at in parts:
        cell = (at - first * 3600) * PARTS // 60
        counted = np.bincount(cell[(cell >= 0) & (cell < length)], minlength=length).astype(np.uint16)
        place = (touchpoint, source)
        found[place] = found[place] + counted if place in found else counted
    return tuple(found), np.array(list(found.values()))


def _touchpoints(blueprint: Blueprint, block: Block) -> Iterator[tuple[str, np.ndarray]]:
    """The rows of a block by touchpoint: the first of the blueprint whose channels and values fit."""
    left = np.ones(len(block), dtype=bool)
    for touchpoint in sorted(blueprint.measured, key=lambda t: t.number):
        if touchpoint.event != block.type:
            continue
        fits = left.copy()
        if touchpoint.channels:
            channel = np.broadcast_to(np.asarray(block.channel, dtype=object), len(block)).astype(str)
            fits &= np.isin(channel, touchpoint.channels)
        for condition in touchpoint.when:
            fits &= np.isin(block.properties[condition.property].astype(str), condition.values)
        left &= ~fits
        yield touchpoint.key, np.flatnonzero(fits)
    yield "", np.flatnonzero(left)


def around_the_clock(year: Year) -> Year:
    """The same shop with customers in three parts of the world: as much by night as by day."""
    third = year.cells.shape[1] // year.length * 8 * 60
    cells = year.cells + np.roll(year.cells, third, axis=1) + np.roll(year.cells, 2 * third, axis=1)
    return replace(year, cells=cells)


# Traffic that wavers, and campaigns that come at a stroke ---------------------------------------------


def intensity(year: Year) -> np.ndarray:
    """The rate behind the counts, events a minute: weekday and hour over the whole year, times how busy the day was."""
    counts = year.counts
    weekdays, total = (counts.days + 3) % 7, counts.history.sum(axis=(0, 2))
    usual = np.array([total[weekdays == day].mean() for day in range(7)])
    busy = total / usual[weekdays]
    day = np.searchsorted(counts.days, counts.hours.day)
    rows = []
    for history in counts.history:
        profile = np.array([history[weekdays == weekday].mean(axis=0) for weekday in range(7)])
        rows.append(np.repeat(profile[counts.hours.weekday, counts.hours.hour] / 60 * busy[day], 60))
    return np.array(rows)


def wavering(
    year: Year,
    scale: float,
    chance: np.random.Generator,
    *,
    campaigns: int = 0,
    fine: Sequence[str] | None = None,
) -> Year:
    """A shop with these rates times ``scale``: its traffic wavers, and campaigns multiply that of the web at a stroke.

    ``fine``: the touchpoints that are needed by ten seconds, to save time; others stand in the first of their minute.
    """
    rates = scale * intensity(year) * _waver(year.length, chance)
    web = np.array([source in WEB for _touchpoint, source in year.pairs])
    rates[web] *= _campaigns(year, campaigns, chance)
    cells = np.zeros((len(year.pairs), year.length * PARTS), dtype=np.uint16)
    for row, (touchpoint, _source) in enumerate(year.pairs):
        if fine is None or touchpoint in fine:
            cells[row] = chance.poisson(np.repeat(rates[row] / PARTS, PARTS))
        else:
            cells[row, ::PARTS] = chance.poisson(rates[row])
    return replace(year, cells=cells)


def _waver(length: int, chance: np.random.Generator) -> np.ndarray:
    steps = chance.normal(0, WAVERS, length // 15 + 2)
    return np.exp(np.interp(np.arange(length), np.arange(len(steps)) * 15, steps))


def _campaigns(year: Year, count: int, chance: np.random.Generator) -> np.ndarray:
    """Mails to all, a spot on television, a sale that begins at midnight: two to eight times as many, and then fewer."""
    factor = np.ones(year.length)
    for number in range(count):
        hour = 0 if number % 5 == 0 else int(chance.integers(8, 23))
        start = int(chance.integers(20, year.length // 1440 - 1)) * 1440 + hour * 60
        length = int(chance.integers(20, 240))
        fading = np.exp(-np.arange(length) / (length / 2))
        factor[start : start + length] += chance.uniform(1, 7) * fading[: len(factor[start : start + length])]
    return factor


# Olist: real orders -----------------------------------------------------------------------------------

OLIST_EVENTS = {
    "order.placed": "order_purchase_timestamp",
    "payment.approved": "order_approved_at",
    "order.shipped": "order_delivered_carrier_date",
    "order.delivered": "order_delivered_customer_date",
}
OLIST_SOURCES = {"order.shipped": "seller", "order.delivered": "carrier"}
OLIST_SUBJECTS = (
    Named(Subject(Kind.SURGE, "review.bad", of="review"), "", "", ""),
    *(Named(Subject(Kind.SILENCE, source=name), name, name, "") for name in ("shop", "survey")),
    Named(Subject(Kind.DROP, "payment.approved", of="order.placed"), "", "", ""),
)


def olist(folder: Path, *, copies: int, chance: np.random.Generator) -> Year:
    """January 2017 to August 2018; ``copies`` of each order, moved by minutes, where there is more than one."""
    zone = ZoneInfo("America/Sao_Paulo")
    first, last = (_hour(day, zone) for day in (datetime.date(2017, 1, 1), datetime.date(2018, 8, 25)))
    parts = [
        (touchpoint, source, _copied(at, copies, chance))
        for touchpoint, source, at in _olist_events(folder, zone)
    ]
    pairs, cells = _cells(parts, first, last)
    blueprint = load_blueprint(find_blueprint("olist"))
    return Year(blueprint, pairs, cells, first, str(zone), "BR", OLIST_SUBJECTS)


def _olist_events(folder: Path, zone: ZoneInfo) -> Iterator[tuple[str, str, np.ndarray]]:
    orders = _table(folder / "olist_orders_dataset.csv")
    for touchpoint, column in OLIST_EVENTS.items():
        yield touchpoint, OLIST_SOURCES.get(touchpoint, "shop"), _seconds(orders, column, zone)
    reviews = _table(folder / "olist_order_reviews_dataset.csv")
    bad = reviews.filter(_is_bad(reviews))
    yield "review", "survey", _seconds(reviews, "review_answer_timestamp", zone)
    yield "review.bad", "survey", _seconds(bad, "review_answer_timestamp", zone)


def _table(path: Path):  # type: ignore[no-untyped-def]
    from pyarrow import csv

    return csv.read_csv(path, parse_options=csv.ParseOptions(newlines_in_values=True))


def _is_bad(reviews):  # type: ignore[no-untyped-def]
    import pyarrow.compute as pc

    return pc.less_equal(reviews["review_score"], 2)


def _seconds(table, column: str, zone: ZoneInfo) -> np.ndarray:  # type: ignore[no-untyped-def]
    """UTC seconds of a column of local times."""
    import pyarrow as pa
    import pyarrow.compute as pc

    local = pc.assume_timezone(
        table[column].drop_null().cast(pa.timestamp("s")),
        str(zone), ambiguous="earliest", nonexistent="latest",
    )  # fmt: skip
    return np.asarray(local.cast(pa.timestamp("s", "UTC")).cast(pa.int64()))


def _copied(at: np.ndarray, copies: int, chance: np.random.Generator) -> np.ndarray:
    if copies == 1:
        return at
    moved = chance.normal(0, OLIST_DENSER * 60, (copies, len(at)))
    return (at + moved).astype(np.int64).ravel()
