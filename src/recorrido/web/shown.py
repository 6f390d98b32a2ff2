"""What pages show of stored analyses: an interval, and a count that leads to its journeys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from recorrido.journeys.queries import Selection, Study

CLOSE = 0.1  # a standardised difference below this is called balanced


@dataclass(frozen=True)
class Interval:
    low: float
    expected: float
    high: float

    @classmethod
    def of(cls, told: Mapping[str, Any] | None) -> Interval | None:
        """The interval in a result, whatever stands beside its ends."""
        return None if told is None else cls(told["low"], told["expected"], told["high"])

    @property
    def is_sure(self) -> bool:
        """Whether it does not hold zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Count:
    """``journeys`` behind ``address``."""

    journeys: int
    address: str


def behind(study: Study, version: str, selection: Selection) -> str:
    """The journeys of a selection in the log version that counted them, whatever their period."""
    fields = {"type": study.journey_type.slug, "log": version, "sel": selection.encode()}
    return f"{reverse('journeys:list')}?{urlencode(fields)}"
