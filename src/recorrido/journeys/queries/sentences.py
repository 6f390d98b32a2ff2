"""One true sentence about the journeys of a page: how many reached the goal, and how long half of them took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recorrido.journeys.queries.answers import kept
from recorrido.journeys.queries.counting import count, weight_of
from recorrido.journeys.queries.figures import Figure
from recorrido.journeys.queries.filters import Filters
from recorrido.journeys.queries.maps import map_figures
from recorrido.journeys.queries.selections import Selection, all_journeys, select
from recorrido.journeys.queries.study import Study

MINUTE, HOUR, DAY = 60, 3_600, 86_400
CLOCKS = 2 * HOUR  # a day in which the clocks change is an hour longer or shorter, and still a day
FEWEST = 5  # journeys with both steps; the median of fewer is an anecdote
HALF = 0.025  # so near to a half it is called one


@dataclass(frozen=True)
class Pace:
    """From the step where most journeys begin to the goal most of them reach: ``slower`` of ``both`` took
    ``seconds`` or longer, the median rounded down to what people say."""

    source: str
    target: str
    source_label: str
    target_label: str
    seconds: float
    slower: Figure
    share: float

    @property
    def half(self) -> bool:
        return abs(self.share - 0.5) <= HALF


@dataclass(frozen=True)
class Sentence:
    """``reached`` None: the goal never happened. ``pace`` None: there is no telling pair of steps."""

    filters: Filters
    journeys: Figure
    reached: Figure | None
    pace: Pace | None

    @property
    def share(self) -> float:
        return self.reached.share_of(self.journeys) if self.reached else 0.0


@kept
def sentence_on(study: Study, filters: Filters) -> Sentence:
    """Raises BadSelection for filters that cannot be read."""
    everyone = count(study, filters, all_journeys())
    reached = count(study, filters, Selection("reached")) if study.goal else None
    return Sentence(filters, everyone, reached, _pace(study, filters))


def _pace(study: Study, filters: Filters) -> Pace | None:
    steps = map_figures(study, filters)[0]
    source = max(steps, key=lambda step: step.starts.best, default=None)
    goals = [step for step in steps if step.step in study.goal]
    target = max(goals, key=lambda step: step.journeys.best, default=None)
    if source is None or target is None or source.step == target.step or not source.starts.count:
        return None
    taken = select(study, filters, all_journeys()).durations(source.step, target.step)
    if taken.seconds is None or taken.journeys < FEWEST or taken.seconds.median < MINUTE:
        return None
    dates = {source.step, target.step} & set(study.log.date_only_steps)
    seconds = _rounded_down(taken.seconds.median, dates=bool(dates))
    selection = Selection("took", (source.step, target.step, f"{seconds:.0f}"))
    slower = _figure(study, filters, selection)
    whole = taken.weighted_journeys or taken.journeys
    share = slower.best / whole
    return Pace(source.step, target.step, source.label, target.label, seconds, slower, share)


def _figure(study: Study, filters: Filters, selection: Selection) -> Figure:
    view: Any = select(study, filters, selection)
    return Figure(view.journey_count, selection, weight_of(view))


def _rounded_down(seconds: float, *, dates: bool) -> float:
    """To whole days, hours or minutes, so that what is said is also what is counted."""
    if dates:
        return max(1, round(seconds / DAY)) * DAY - CLOCKS
    unit = DAY if seconds >= 2 * DAY else HOUR if seconds >= 2 * HOUR else MINUTE
    return seconds // unit * unit


def length_said(seconds: float) -> str:
    """The length of a ``Pace`` in words: "9 días"."""
    if seconds + CLOCKS >= 2 * DAY or (seconds + CLOCKS) % DAY == 0:
        days = int((seconds + CLOCKS) // DAY)
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    if seconds >= 2 * HOUR:
        hours = int(seconds // HOUR)
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    minutes = int(seconds // MINUTE)
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


def things(key: str, number: int) -> str:
    """What journeys of such a key are called, in the number: "pedidos"."""
    words = {
        "order": ngettext("order", "orders", number),
        "return": ngettext("return", "returns", number),
        "case": ngettext("case", "cases", number),
        "shipment": ngettext("shipment", "shipments", number),
    }
    return words.get(key) or ngettext("journey", "journeys", number)


def title_of_pace(study: Study, source: str, target: str, seconds: str) -> str:
    """The heading of the list behind a ``Pace``."""
    facts = {
        "source": study.label(source),
        "target": study.label(target),
        "length": length_said(float(seconds)),
    }
    return _("Journeys that took %(length)s or longer from %(source)s to %(target)s") % facts
