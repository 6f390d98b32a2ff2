"""Looks for findings without a log: what the library would tell, written down."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from recorrido.improve.actions import take_in
from recorrido.improve.models import Finding, FindingRun

BEGIN = datetime(2026, 11, 2, 6, tzinfo=UTC)


@dataclass(frozen=True)
class _Log:
    as_of: datetime


@dataclass(frozen=True)
class _JourneyType:
    slug: str = "order"


@dataclass(frozen=True)
class _Study:
    """As much of a study as writing down asks for."""

    version: str
    log: _Log
    journey_type: _JourneyType = _JourneyType()


def told(step: str = "refund.paid", *, money: float | None = 24_000.0, **changes: Any) -> dict[str, Any]:
    """One finding, as ``trayecto findings --json`` prints it."""
    found: dict[str, Any] = {
        "kind": "late", "step": step, "cause": {"attribute": "carrier", "value": "Andes"}, "felt_at": step,
        "born_at": "return.received", "department": "finance", "journeys": 240, "journeys_per_month": 40.0,
        "money": None if money is None else {"low": money - 6e3, "expected": money, "high": money + 7e3, "currency": "EUR", "per": "month"},
        "method": "adjusted", "discarded": False, "since": None, "months": 6.0, "contacts": 90,
        "effects": {"contacts": {"low": -20.0, "expected": -15.0, "high": -11.0}},
        "lines": [{
            "what": "contacts saved", "quantity": {"low": 11.0, "expected": 15.0, "high": 20.0},
            "each": {"low": 4.0, "expected": 5.0, "high": 5.5, "source": "contrato", "date": "2026-10-31"},
            "total": {"low": 44.0, "expected": 75.0, "high": 110.0},
        }],
        "evidence": {
            "conditions": [["carrier", "Andes"]], "raw": 0.31, "comparable": ["period", "region"],
            "adjusted": {"low": 0.24, "expected": 0.29, "high": 0.33}, "late": 240, "of": 600,
        },
        "p": 0.00001, "overlaps": [], "sample": [],
    }  # fmt: skip
    found |= changes
    blamed = (found["cause"] or {}).values()
    name = json.dumps([found["kind"], found["step"], *blamed, found["department"]])
    return found | {"id": hashlib.sha256(name.encode()).hexdigest()[:16]}


def result(*findings: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What a look gives: the findings share no journeys unless ``atoms`` says so."""
    standing = [one for one in findings if not one["discarded"]]
    whole = {
        "findings": list(findings), "tested": 31, "months": 6.0, "total": None,
        "atoms": [{"findings": [one["id"]], "journeys": one["journeys"]} for one in standing],
        "summary": {
            "contacts": {"contacts": 900, "inside": {"low": 0.58, "expected": 0.62, "high": 0.66}},
            "regular": {"share": 0.71, "between": [0.7, 0.72], "journeys": 4_000, "target": 0.8, "query": "from=2026-10-01&to=2026-10-31"},
        },
    }  # fmt: skip
    return whole | changes


def look(*findings: dict[str, Any], day: int = 0, version: str = "", **changes: Any) -> FindingRun | None:
    """A look ``day`` days after BEGIN finds these."""
    study = _Study(version or f"v{day}", _Log(BEGIN + timedelta(days=day)))
    return take_in(study, result(*findings, **changes))  # type: ignore[arg-type]


def only() -> Finding:
    """The one finding there is."""
    return Finding.objects.select_related("last_run").get()
