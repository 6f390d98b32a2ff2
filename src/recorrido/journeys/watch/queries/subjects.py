"""What is watched now, with its thresholds, for the watch itself and for the page that changes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recorrido.journeys.blueprint import Blueprint
from recorrido.journeys.queries import blueprint_in_force
from recorrido.journeys.watch.models import Incident, Sensitivity, Verdict, WatchSetting
from recorrido.journeys.watch.queries.sources import Delivery, deliveries
from recorrido.journeys.watch.subjects import Named, possible, watched


@dataclass(frozen=True)
class WatchedRow:
    """One line of the page: what is watched, how, and how its alarms were judged."""

    named: Named
    setting: WatchSetting
    live: bool
    alarms: int
    false_alarms: int

    @property
    def is_source(self) -> bool:
        return bool(self.named.subject.source)

    @property
    def sensitivity(self) -> str:
        return str(Sensitivity(self.setting.sensitivity).label)


def watched_now(blueprint: Blueprint, known: dict[str, Delivery]) -> list[Named]:
    """Everything watched, sources included, in force this moment."""
    sources = {name: delivery.main for name, delivery in known.items()}
    return watched(blueprint, sources, WatchSetting.objects.all())


def find_watched(words: str, now: datetime) -> list[WatchedRow]:
    """All that can be watched whose name holds the words; a company has dozens. Raises NoBlueprint."""
    blueprint = blueprint_in_force()[1]
    known = deliveries(now)
    settings = {setting.subject: setting for setting in WatchSetting.objects.all()}
    told = _judged()
    rows = []
    for named in possible(blueprint, {name: delivery.main for name, delivery in known.items()}):
        key = named.subject.key
        if words.lower() in f"{named.label_es} {named.label_en} {key}".lower():
            live = not named.subject.source or known[named.subject.source].live
            setting = settings.get(key) or WatchSetting(subject=key)
            rows.append(WatchedRow(named, setting, live, *told.get(key, (0, 0))))
    return rows


def _judged() -> dict[str, tuple[int, int]]:
    """By subject: incidents, and how many of them staff called false alarms."""
    found: dict[str, tuple[int, int]] = {}
    for subject, verdict in Incident.objects.values_list("subject", "verdict"):
        alarms, wrong = found.get(subject, (0, 0))
        found[subject] = alarms + 1, wrong + (verdict == Verdict.FALSE_ALARM)
    return found
