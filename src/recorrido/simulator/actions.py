"""Feeds a simulated retailer into the ledger, through the door that every client uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from recorrido.events.actions import record_from_sources
from recorrido.events.records import MAX_GROUP, NewEvent
from recorrido.shared.streams import made_ahead
from recorrido.simulator.dated import entries_of
from recorrido.simulator.emit import tell
from recorrido.simulator.emit.blocks import Row
from recorrido.simulator.model import simulate
from recorrido.simulator.parsing import load_scenario
from recorrido.simulator.scenario import Dated, Scenario, Store
from recorrido.simulator.stream import in_time_order
from recorrido.simulator.truth import totals_of
from recorrido.simulator.valuing import values_text
from recorrido.simulator.writer import Progress

DEMO = "aromo"


@dataclass(frozen=True)
class FeedReport:
    """``events`` were handed in: ``recorded`` now, ``duplicates`` already there, ``quarantined`` not understood."""

    scenario: str
    events: int
    recorded: int
    duplicates: int
    quarantined: int


def feed(*, scenario: Scenario, without: Iterable[str] = (), progress: Progress | None = None) -> FeedReport:
    """Record the events of a run in short transactions, in time order. Interrupted, it is simply run again:
    the same run gives the same message ids, and what is there counts as duplicates."""
    blocks = tell(simulate(scenario, without))
    total = sum(len(block) for block in blocks)
    report = record_from_sources(
        events=made_ahead(_new_events(in_time_order(blocks)), size=MAX_GROUP),
        country=scenario.place.country,
        progress=_counting(progress, total) if progress else None,
    )
    return FeedReport(scenario.name, total, report.recorded, report.duplicates, report.quarantined)


def feed_demo(*, progress: Progress | None = None) -> FeedReport:
    """Record the demo's retailer, Calzados Aromo."""
    return feed(scenario=load_scenario(DEMO), progress=progress)


def demo_values() -> str:
    """What things are worth to the demo's retailer, as its accounting would say it: YAML of a value model."""
    scenario = load_scenario(DEMO)
    return values_text(scenario, totals_of(simulate(scenario)))


def demo_calendar() -> list[Dated]:
    """What the people of the demo's retailer wrote into their calendar."""
    return entries_of(load_scenario(DEMO))


def demo_stores() -> tuple[tuple[Store, str], ...]:
    """The stores of the demo's retailer, each with its country."""
    scenario = load_scenario(DEMO)
    return tuple((store, scenario.place.country) for store in scenario.stores)


def _new_events(rows: Iterator[tuple[str, Row]]) -> Iterator[tuple[str, NewEvent]]:
    for source, (message_id, type_, at, channel, identifiers, objects, properties, attributes) in rows:
        yield (
            source,
            NewEvent(
                message_id=message_id,
                type=type_,
                at=at,
                channel=channel,
                identifiers=identifiers,
                objects=objects,
                properties=properties,
                attributes=attributes,
            ),
        )


class _counting:  # noqa: N801 – reads as the function it is
    """Turns "so many more" into "so many of all"."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def __call__(self, more: int) -> None:
        self._done += more
        self._progress(self._done, self._total)
