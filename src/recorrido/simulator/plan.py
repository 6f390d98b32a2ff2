"""A scenario made ready to run: calendar, demand, draws, the faults that are switched on, look-up tables."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TypeVar

import numpy as np

from recorrido.simulator.calendar import DAY, Calendar, day_number
from recorrido.simulator.demand import Demand
from recorrido.simulator.errors import UnknownFault, nearest_hint
from recorrido.simulator.faults import Fault, Gate
from recorrido.simulator.randomness import Draws
from recorrido.simulator.scenario import Scenario

F = TypeVar("F", bound=Fault)
SHIP, PICKUP, COUNTER = 0, 1, 2
DELIVERIES = ("ship", "pickup", "counter")
ONLINE, AT_COUNTER, ASSISTED, EXTERNAL = "online", "counter", "assisted", "external"


class Plan:
    """``without`` names faults (by key) that are left out of the run; UnknownFault when there is none such."""

    def __init__(self, scenario: Scenario, without: Iterable[str] = ()) -> None:
        self.scenario = scenario
        self.without = frozenset(without)
        _check_known(scenario, self.without)
        self.draws = Draws(scenario.seed)
        self.demand = Demand(scenario)
        self.calendar = self._calendar()
        self.start = day_number(scenario.first_day) * DAY
        self.end = (day_number(scenario.period.end) + 1) * DAY

    def _calendar(self) -> Calendar:
        days = self.demand.days[[0, -1]].astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
        place = self.scenario.place
        return Calendar(place.country, place.timezone, (int(days[0]), int(days[1]) + 1), place.stores_shut_on)

    def active(self, kind: type[F]) -> list[F]:
        """The faults of a kind that are part of this run."""
        chosen = (fault for fault in self.scenario.faults if fault.key not in self.without)
        return [fault for fault in chosen if isinstance(fault, kind)]

    @cached_property
    def gates(self) -> list[Gate]:
        """Gates that stand, meant (``gates``) or planted as a fault, in this order."""
        meant = [gate for gate in self.scenario.gates if gate.key not in self.without]
        return meant + self.active(Gate)

    @cached_property
    def channel_names(self) -> list[str]:
        return [channel.name for channel in self.scenario.channels]

    @cached_property
    def carrier_names(self) -> list[str]:
        return [carrier.name for carrier in self.scenario.carriers]

    @cached_property
    def carrier_weights(self) -> np.ndarray:
        """Weights of carriers (columns) in each region (rows)."""
        rows = [[getattr(c, r.distance) for c in self.scenario.carriers] for r in self.scenario.regions]
        return np.array(rows, dtype=np.float64)

    @cached_property
    def store_weights(self) -> np.ndarray:
        """Weights of stores (columns) for customers of each region (rows): people go to a store near them."""
        rows = [
            [store.share * (50 if store.region == region.name else 1) for store in self.scenario.stores]
            for region in self.scenario.regions
        ]
        return np.array(rows, dtype=np.float64)

    def channels_that(self, how: str) -> list[int]:
        """Indexes of the channels that sell in this way."""
        return [index for index, channel in enumerate(self.scenario.channels) if channel.how == how]

    def sells(self, channel: np.ndarray, how: str) -> np.ndarray:
        return np.isin(channel, self.channels_that(how))

    def by_channel(self, field: str) -> np.ndarray:
        return np.array([getattr(channel, field) for channel in self.scenario.channels])

    def seen(self, wall: np.ndarray) -> np.ndarray:
        """Which moments fall into the period that is kept."""
        return (wall >= self.start) & (wall < self.end)


def _check_known(scenario: Scenario, without: frozenset[str]) -> None:
    known = [fault.key for fault in (*scenario.gates, *scenario.faults)]
    for key in sorted(without - set(known)):
        raise UnknownFault(
            f"--without {key}: '{scenario.name}' plants no such fault. {nearest_hint(key, known)}"
        )
