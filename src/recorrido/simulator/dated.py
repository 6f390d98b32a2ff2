"""The calendar of a simulated company, as its own people keep it: its promotions, and what its scenario says they wrote down.
It is read by analyses, so nothing of the truth is made into an entry."""

from __future__ import annotations

import yaml

from recorrido.simulator.scenario import Dated, Scenario


def entries_of(scenario: Scenario) -> list[Dated]:
    """By date: an entry for the first day of each promotion, and those of the scenario."""
    promotions = [
        Dated(date=one.starts, label=one.name, kind="promotion") for one in scenario.demand.promotions
    ]
    return sorted([*promotions, *scenario.calendar], key=lambda one: (one.date, one.label))


def calendar_text(scenario: Scenario) -> str:
    """YAML of ``trayecto changes --calendar``."""
    told = [{"date": one.date, "label": one.label, "kind": one.kind} for one in entries_of(scenario)]
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=110)
