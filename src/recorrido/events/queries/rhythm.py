"""How often a source usually tells us something, by weekday and hour: what makes a silence remarkable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from recorrido.events.models import SourceHour

WEEKS = 4
OLD_ENOUGH = timedelta(days=14)
_HOUR, _WEEK = timedelta(hours=1), timedelta(days=7)
_LONGEST = timedelta(days=14)  # a silence so long needs no more counting


@dataclass(frozen=True)
class Rhythm:
    """The hours of one source over the last weeks. ``hours``: events by hour (UTC, on the hour)."""

    hours: Mapping[datetime, int] = field(default_factory=dict)

    def usual(self, hour: datetime) -> float:
        """The median of that hour of that weekday in the weeks before; a week without any counts as none."""
        return median(self.hours.get(hour - _WEEK * week, 0) for week in range(1, WEEKS + 1))

    def missed(self, since: datetime, now: datetime) -> float:
        """How many events would usually have come in the whole hours between ``since`` and ``now``."""
        hour, missed = _on_the_hour(since) + _HOUR, 0.0
        while hour + _HOUR <= now and hour < since + _LONGEST:
            missed += self.usual(hour)
            hour += _HOUR
        return missed

    def known_since(self) -> datetime | None:
        return min(self.hours, default=None)

    def is_old_enough(self, now: datetime) -> bool:
        first = self.known_since()
        return first is not None and now - first >= OLD_ENOUGH


def rhythms(now: datetime) -> dict[int, Rhythm]:
    """The rhythm of each source, by its id."""
    rows = SourceHour.objects.filter(hour__gte=now - _WEEK * (WEEKS + 1))
    hours: dict[int, dict[datetime, int]] = {}
    for source_id, hour, events in rows.values_list("source_id", "hour", "events"):
        hours.setdefault(source_id, {})[hour] = events
    return {source_id: Rhythm(found) for source_id, found in hours.items()}


def _on_the_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
