"""What a finding says, and how it is told as JSON."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trayecto.money import Interval, Line
from trayecto.whatif.changes import Change

GATE, LATE, DEMAND, CHANGED, EXCEPTION = "gate", "late", "failure demand", "changed", "exception"
ASSOCIATION, ADJUSTED, PROVED = "association", "adjusted", "proved"
SAMPLED = 20


@dataclass(frozen=True, slots=True)
class Blamed:
    """The attribute that raises the trouble, by its name and value."""

    attribute: str
    value: str

    def to_dict(self) -> dict[str, str]:
        return {"attribute": self.attribute, "value": self.value}


@dataclass(frozen=True, eq=False)
class Finding:
    """Something that is wrong.

    ``rows``: (journeys,) the rows of the log it concerns, sorted; ``sample``: up to 20 of these journeys by name, the same ones for
    the same log. ``money``: what undoing it is worth in a month (90 %), None without a value model; ``lines``: its arithmetic;
    ``effects``: the change of ``orders_kept``, ``contacts`` and ``value_kept`` in a month. ``since``: the day on which it began,
    None when it was there from the log's first day; ``months``: how long it was there. ``evidence``: the figures that
    speak for it. ``p``: how often chance alone would say as much. ``overlaps``: ids of findings that share journeys. ``undo``: the change that
    undoes it, of which ``money`` is what what-if says for a month; None where no words name whom it concerns.
    """

    kind: str
    step: str
    cause: Blamed | None
    felt_at: str
    born_at: str
    department: str | None
    rows: NDArray[np.int64]
    sample: tuple[str, ...]
    months: float
    method: str
    money: Interval | None = None
    currency: str | None = None
    lines: tuple[Line, ...] = ()
    effects: Mapping[str, Interval] = field(default_factory=dict)
    contacts: int = 0
    since: datetime.date | None = None
    p: float = 0.0
    discarded: bool = False
    evidence: Mapping[str, Any] = field(default_factory=dict)
    overlaps: tuple[str, ...] = ()
    undo: Change | None = None

    @property
    def id(self) -> str:
        """The same for the same trouble in every run: of kind, step, cause and department."""
        blamed = (self.cause.attribute, self.cause.value) if self.cause else (None, None)
        told = json.dumps([self.kind, self.step, *blamed, self.department], ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def journeys(self) -> int:
        """How many journeys it concerns."""
        return len(self.rows)

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "step": self.step,
            "cause": self.cause.to_dict() if self.cause else None,
            "felt_at": self.felt_at,
            "born_at": self.born_at,
            "department": self.department,
            "journeys": self.journeys,
            "journeys_per_month": round(self.journeys / self.months, 1),
            "money": None
            if self.money is None
            else {**self.money.to_dict(), "currency": self.currency, "per": "month"},
            "method": self.method,
            "discarded": self.discarded,
            "since": self.since.isoformat() if self.since else None,
            "months": round(self.months, 3),
            "contacts": self.contacts,
            "effects": {name: effect.to_dict() for name, effect in self.effects.items()},
            "lines": [line.to_dict() for line in self.lines],
            "evidence": dict(self.evidence),
            "undo": self.undo.to_dict() if self.undo else None,
            "p": self.p,
            "overlaps": list(self.overlaps),
            "sample": list(self.sample),
        }


@dataclass(frozen=True, eq=False)
class FindingsResult:
    """``findings``: most money first, look-alikes last. ``tested``: how many suspicions stood a test; ``total``: what all are worth
    in a month, every journey counted once (None without a value model)."""

    findings: tuple[Finding, ...]
    tested: int
    months: float
    total: Interval | None
    currency: str | None

    @property
    def standing(self) -> tuple[Finding, ...]:
        """Those that are no look-alikes."""
        return tuple(one for one in self.findings if not one.discarded)

    def to_list(self) -> list[dict[str, Any]]:
        """What ``trayecto findings --json`` prints."""
        return [one.to_dict() for one in self.findings]

    def to_dict(self) -> dict[str, Any]:
        total = None
        if self.total is not None:
            total = {**self.total.to_dict(), "currency": self.currency, "per": "month"}
        return {
            "findings": self.to_list(),
            "tested": self.tested,
            "months": round(self.months, 3),
            "total": total,
        }
