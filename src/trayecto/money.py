"""Money as lines that can be read one by one and checked by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from trayecto.values.model import Amount


@dataclass(frozen=True)
class Interval:
    """``low`` ≤ ``expected`` ≤ ``high``."""

    low: float
    expected: float
    high: float

    def to_dict(self) -> dict[str, float]:
        return {"low": self.low, "expected": self.expected, "high": self.high}


@dataclass(frozen=True)
class Line:
    """``quantity`` of ``what``, each worth ``each``. Both may be uncertain; a quantity below zero is saved or lost."""

    what: str
    quantity: Interval
    each: Amount

    @property
    def total(self) -> Interval:
        """The expected product, between the least and the greatest product of the ends."""
        ends = [
            count * price
            for count in (self.quantity.low, self.quantity.high)
            for price in (self.each.low, self.each.high)
        ]
        return Interval(min(ends), self.quantity.expected * self.each.expected, max(ends))

    def to_dict(self) -> dict[str, Any]:
        each = {"low": self.each.low, "expected": self.each.expected, "high": self.each.high}
        date = self.each.date.isoformat() if self.each.date else None
        return {
            "what": self.what,
            "quantity": self.quantity.to_dict(),
            "each": {**each, "source": self.each.source, "date": date},
            "total": self.total.to_dict(),
        }


def exactly(count: float) -> Interval:
    """A quantity that is known."""
    return Interval(count, count, count)


def total_of(lines: Iterable[Line]) -> Interval:
    """The sum, end by end: as wide as if all lines erred to the same side, so never narrower than the truth."""
    totals = [line.total for line in lines]
    return Interval(
        sum(one.low for one in totals), sum(one.expected for one in totals), sum(one.high for one in totals)
    )
