"""``gates``: what every gate of the blueprint stops, what it costs, and whether it is worth its price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trayecto.attempts.facts import Facts, facts_of
from trayecto.blueprint import JourneyType, Touchpoint
from trayecto.designed import blueprint_of
from trayecto.gates.asking import Extra, extra_contacts
from trayecto.gates.options import REMOVE, Option, months_of, options_of, removal_of, rounded
from trayecto.gates.verdict import rejection_share, verdict_of
from trayecto.gates.visits import GAVE_UP, OPEN, PASSED, REJECTED, Visits, gates_of, visits_of
from trayecto.log.journeylog import JourneyLog
from trayecto.money import Interval
from trayecto.values import Values, read_values

HOUR = 3_600e6  # microseconds


@dataclass(frozen=True, eq=False)
class Gate:
    """One gate. ``money``: what it costs a month (90 %), None without a value model or comparables. ``waiting``: (median,
    90th percentile) hours until the decision, None while nothing is decided. ``months`` of the log in which it stood."""

    visits: Visits
    origin: str
    extra: Extra
    options: tuple[Option, ...]
    months: float
    currency: str | None
    verdict: str
    reasons: tuple[str, ...]
    method: str = "adjusted"

    @property
    def step(self) -> str:
        return self.visits.gate.key

    @property
    def comparable(self) -> bool:
        return self.extra.contacts is not None and self.removal is not None

    @property
    def money(self) -> Interval | None:
        return self.removal.money if self.removal and self.comparable else None

    @property
    def removal(self) -> Option | None:
        return next((one for one in self.options if one.name == REMOVE), None)

    @property
    def people(self) -> int:
        return len(np.unique(self.visits.person))

    @property
    def waiting(self) -> tuple[float, float] | None:
        waited = self.visits.waited
        if not len(waited):
            return None
        median, p90 = (np.quantile(waited, (0.5, 0.9)) / HOUR).tolist()
        return median, p90

    @property
    def rejection_share(self) -> float | None:
        return rejection_share(self.visits)

    def to_dict(self) -> dict[str, Any]:
        """The wanted keys first, then what stands behind them."""
        return {
            "step": self.step,
            "origin": self.origin,
            "reached": len(self.visits),
            "rejected": self.visits.count(REJECTED),
            "gave_up": self.visits.count(GAVE_UP),
            "extra_contacts": _number(self.extra.contacts),
            "money": self._money(),
            "verdict": self.verdict,
        } | self._behind()

    def _money(self) -> dict[str, Any] | None:
        if self.money is None:
            return None
        return {**rounded(self.money), "currency": self.currency, "per": "month"}

    def _behind(self) -> dict[str, Any]:
        contacts, removal = self.extra.contacts, self.removal
        return {
            "people": self.people,
            "passed": self.visits.count(PASSED),
            "open": self.visits.count(OPEN),
            "rejection_share": self.rejection_share,
            "waiting_hours": dict(zip(("median", "p90"), self.waiting, strict=True))
            if self.waiting
            else None,
            "extra_contacts_interval": rounded(contacts) if contacts else None,
            "orders_lost_per_month": rounded(removal.orders_kept) if removal and self.comparable else None,
            "loss_avoided_per_month": self.loss_avoided,
            "months": round(self.months, 3),
            "comparable": self.extra.alike.to_dict() if self.comparable else "no comparable",
            "balance": [one.to_dict() for one in self.extra.alike.balance],
            "options": [one.to_dict() for one in self.options] if self.comparable else [],
            "reasons": list(self.reasons),
            "method": self.method,
        }

    @property
    def loss_avoided(self) -> float | None:
        """What the rejections avoid a month, where the blueprint says what one avoids."""
        gate = self.visits.gate.gate
        if gate is None or not gate.avoids:
            return None
        return round(self.visits.count(REJECTED) * gate.avoids / self.months, 1)


def _number(one: Interval | None) -> float | None:
    return None if one is None else round(one.expected, 1)


def gates(log: JourneyLog) -> list[Gate]:
    """Every gate of the blueprint at which somebody was stopped, the dearest first.

    The log must have been built by a blueprint, of journeys that hold the gates and the orders: those of persons. Raises
    BadValue.
    """
    blueprint, journey_type = blueprint_of(log)
    facts = facts_of(log, blueprint, journey_type)
    text = log.texts.get("values")
    values = read_values(text) if text else None
    found = [gate_of(one, facts, journey_type, values) for one in gates_of(facts)]
    return sorted(found, key=lambda one: (-(one.money.expected if one.money else 0.0), one.step))


def gate_of(gate: Touchpoint, facts: Facts, journey_type: JourneyType, values: Values | None) -> Gate:
    """All that is known of one gate."""
    assert gate.gate is not None
    visits = visits_of(facts, gate)
    extra = extra_contacts(visits, journey_type)
    months = months_of(visits, facts)
    removal = removal_of(visits, months)
    options = options_of(visits, removal, values, months) if removal else []
    verdict, reasons = verdict_of(visits, options, extra.contacts is not None and bool(options))
    currency = values.currency if values else None
    return Gate(visits, gate.gate.origin, extra, tuple(options), months, currency, verdict, tuple(reasons))
