"""A design as its editor shows it: the rows and what can be chosen in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy

from recorrido.journeys.blueprint import PHASES, STAGES, Problem
from recorrido.journeys.drafting.editing import Row, rows_of, stages
from recorrido.journeys.drafting.text import Design, label_in, section

NATURES: tuple[tuple[str, str | Promise], ...] = (
    ("transaction", gettext_lazy("transaction")),
    ("advice", gettext_lazy("advice: wanted")),
    ("support", gettext_lazy("support: questioned")),
    ("internal", gettext_lazy("internal work")),
)
GATES: tuple[tuple[str, str | Promise], ...] = (
    ("", gettext_lazy("no requirement")),
    ("law", gettext_lazy("by law")),
    ("risk", gettext_lazy("because of risk")),
    ("policy", gettext_lazy("by policy")),
    ("custom", gettext_lazy("by custom")),
)
PROMISES: tuple[tuple[str, str | Promise], ...] = (
    ("", gettext_lazy("nothing promised")),
    ("within", gettext_lazy("within (24h, 3d, 2w)")),
    ("working_days", gettext_lazy("working days")),
    ("working_hours", gettext_lazy("working hours")),
    ("property", gettext_lazy("the date in the property")),
)


def table_of(design: Design, problems: Mapping[str, Sequence[Problem]]) -> dict[str, Any]:
    """The template's context."""
    language = (get_language() or "es")[:2]
    rows = rows_of(design)
    journeys = section(design, "journeys")
    return {
        "rows": [_shown(row, problems.get(row.key, ()), language) for row in rows],
        "journeys": [_journey(str(slug), kind or {}, language) for slug, kind in journeys.items()],
        "departments": _departments(design, language),
        "phases": _phases(language),
        "natures": NATURES,
        "gates": GATES,
        "promises": PROMISES,
        "steps": [(row.key, row.es if language == "es" else row.en) for row in rows if row.measured],
        "title": label_in(design.get("title"), language, str(design.get("blueprint") or "")),
        "time_zone": design.get("time_zone") or "UTC",
        "currency": design.get("currency") or "",
        "country": design.get("country") or "",
    }


def _shown(row: Row, problems: Sequence[Problem], language: str) -> dict[str, Any]:
    phase = PHASES.get(row.phase, {})
    return {
        "row": row,
        "phase": phase.get(language, ""),
        "problems": problems,
        "more": bool(row.gate or row.promise or row.nature != "transaction" or problems),
    }


def _journey(slug: str, kind: Design, language: str) -> dict[str, str]:
    label = kind.get("label")
    return {
        "slug": slug,
        "es": label_in(label, "es", slug),
        "en": label_in(label, "en", slug),
        "label": label_in(label, language, slug),
        "key": str(kind.get("key") or ""),
    }


def _departments(design: Design, language: str) -> list[tuple[str, str]]:
    found = section(design, "departments").items()
    return [(str(key), label_in((facts or {}).get("label"), language, str(key))) for key, facts in found]


def _phases(language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Stages in their phases: choosing a stage is choosing its phase."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for stage, phase in stages():
        groups.setdefault(PHASES[phase][language if language in ("es", "en") else "es"], []).append(
            (stage, STAGES[stage][language if language in ("es", "en") else "es"])
        )
    return list(groups.items())
