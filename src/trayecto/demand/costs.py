"""What contacts cost: by channel, in the words of the value model, else as the blueprint says of the touchpoint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from trayecto.attempts.facts import Facts
from trayecto.blueprint import Blueprint
from trayecto.log.journeylog import JourneyLog
from trayecto.money import Interval, Line
from trayecto.values import Amount, Values, read_values

DESIGN = "the blueprint"
MONTH = 365.25 / 12 * 86_400_000_000  # microseconds


@dataclass(frozen=True)
class Prices:
    """``values`` None: only what the blueprint says."""

    blueprint: Blueprint
    values: Values | None

    @property
    def currency(self) -> str:
        return self.values.currency if self.values else self.blueprint.currency

    def of(self, step: str, channel: str | None) -> Amount | None:
        """The cost of one contact; None where nobody says."""
        told = self.values.contact(channel) if self.values else None
        return told or self.designed(step)

    def designed(self, step: str) -> Amount | None:
        """What the blueprint says one contact at a touchpoint costs."""
        touchpoint = self.blueprint.by_key.get(step)
        cost = touchpoint.cost if touchpoint else None
        return None if cost is None else Amount(cost, cost, cost, DESIGN)


def prices_of(log: JourneyLog, blueprint: Blueprint) -> Prices:
    """What the log's value model and its blueprint say."""
    text = log.texts.get("values")
    return Prices(blueprint, read_values(text) if text else None)


def months_of(facts: Facts) -> float:
    """The length of the log's time in months, from its first event."""
    at = facts.units.events.at
    return max(1 / 31, (facts.end - int(at.min())) / MONTH) if len(at) else 1.0


def lines_of(prices: Prices, counted: Mapping[tuple[str, str], int], monthly: Interval) -> list[Line]:
    """A line per channel and amount: contacts by (step, channel), in the proportion of ``monthly``. ``""``: no channel."""
    whole, sums = max(1, sum(counted.values())), Counter[tuple[str, Amount]]()
    for (step, channel), count in counted.items():
        each = prices.of(step, channel or None)
        if each is not None:
            sums[channel, each] += count
    lines = []
    for (channel, each), count in sorted(sums.items(), key=lambda one: (-one[1], one[0][0])):
        part = count / whole
        quantity = Interval(monthly.low * part, monthly.expected * part, monthly.high * part)
        lines.append(Line(channel, quantity, each))
    return lines
