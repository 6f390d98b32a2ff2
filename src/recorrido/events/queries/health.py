"""How the data is doing: each source's figures from its counters, and the findings that follow.

Nothing in here reads the ledger itself: a page over twenty million events costs what one over a thousand does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count

from recorrido.events.models import LAG_LIMITS, HealthThreshold, ImportRun, Quarantine, Source
from recorrido.events.queries.consumers import ConsumerState, consumers
from recorrido.events.queries.findings import Finding, Limits, findings_of_source
from recorrido.events.queries.quarantine import waiting_by_source
from recorrido.events.queries.rhythm import Rhythm, rhythms
from recorrido.shared import clock, sql

DAYS = 28
HISTORY = len(LAG_LIMITS)  # the bucket of events told a week late or more: history, no lag
BEHIND_EVENTS, BEHIND_TIME = 10_000, timedelta(minutes=10)
FAILED_FOR = timedelta(minutes=1)
IMPORT_WITHOUT_END = timedelta(hours=6)


@dataclass(frozen=True)
class Day:
    """What one source sent on one day, all its types together."""

    day: date
    events: int = 0
    nobody: int = 0
    ahead: int = 0
    violations: int = 0
    unread: int = 0
    sent: int = 0
    skewed: int = 0
    skew_seconds: float = 0.0
    lags: tuple[int, ...] = (0,) * (len(LAG_LIMITS) + 1)

    def __add__(self, other: Day) -> Day:
        return Day(
            self.day,
            self.events + other.events,
            self.nobody + other.nobody,
            self.ahead + other.ahead,
            self.violations + other.violations,
            self.unread + other.unread,
            self.sent + other.sent,
            self.skewed + other.skewed,
            self.skew_seconds + other.skew_seconds,
            tuple(a + b for a, b in zip(self.lags, other.lags, strict=True)),
        )

    @property
    def lag_limit(self) -> int | None:
        """Seconds within which half of the events of the present were told; None where there were none."""
        present = self.lags[:HISTORY]
        half, seen = sum(present) / 2, 0
        for limit, events in zip(LAG_LIMITS, present, strict=True):
            seen += events
            if seen and seen >= half:
                return limit
        return None

    @property
    def skew(self) -> float | None:
        """Mean seconds that clients' clocks are behind ours (negative: ahead), where they say when they sent."""
        return self.skew_seconds / self.sent if self.sent else None


@dataclass(frozen=True)
class SourceHealth:
    """One source. ``days`` are the last 28, oldest first, today last."""

    source: Source
    threshold: HealthThreshold | None
    last_received_at: datetime | None
    last_at: datetime | None
    days: Sequence[Day]
    refused_today: int
    refused_week: int
    waiting: int
    rhythm: Rhythm
    findings: Sequence[Finding] = field(default_factory=tuple)

    @property
    def today(self) -> Day:
        return self.days[-1]

    @property
    def week(self) -> Day:
        return sum(self.days[-7:-1], self.today)

    @property
    def usual_day(self) -> float:
        """The median of the days before today since its first one."""
        before = [day.events for day in self.days[:-1]]
        first = next((place for place, events in enumerate(before) if events), len(before))
        return median(before[first:]) if before[first:] else 0.0

    @property
    def worst(self) -> str:
        severities = [finding.severity for finding in self.findings]
        return "bad" if "bad" in severities else "warn" if severities else "good"


@dataclass(frozen=True)
class DataHealth:
    """Everything the page shows and the alarms are made of."""

    as_of: datetime
    sources: Sequence[SourceHealth]
    consumers: Sequence[ConsumerState]
    open_imports: Sequence[ImportRun]
    findings: Sequence[Finding]


def health() -> DataHealth:
    """The state of every source, consumer and import now, with what is wrong about them."""
    now = clock.now()
    sources, states, imports = _sources(now), consumers(), _open_imports(now)
    found = [finding for source in sources for finding in source.findings]
    found += [finding for state in states for finding in _of_consumer(state, now)]
    found += [_of_import(run) for run in imports]
    found.sort(key=lambda finding: (finding.severity, finding.subject))  # "bad" stands before "warn"
    return DataHealth(now, sources, states, imports, found)


def today() -> date:
    """The day of the counters that is still being filled."""
    return clock.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def _sources(now: datetime) -> list[SourceHealth]:
    days, lasts = _days(today()), _lasts()
    refused_today, refused_week = _refused(now, 1), _refused(now, 7)
    waiting, hours = waiting_by_source(), rhythms(now)
    thresholds = {row.source_id: row for row in HealthThreshold.objects.all()}
    found = []
    for source in Source.objects.order_by("name"):
        last_received, last_at = lasts.get(source.id, (None, None))
        state = SourceHealth(
            source,
            thresholds.get(source.id),
            last_received,
            last_at,
            days.get(source.id, _no_days(today())),
            refused_today.get(source.id, 0),
            refused_week.get(source.id, 0),
            waiting.get(source.id, 0),
            hours.get(source.id, Rhythm()),
        )
        found.append(_judged(state, now))
    return found


def _judged(state: SourceHealth, now: datetime) -> SourceHealth:
    limits = Limits.of(state.threshold)
    findings = findings_of_source(state, limits, now)
    return SourceHealth(
        **{name: getattr(state, name) for name in state.__dataclass_fields__ if name != "findings"},
        findings=findings,
    )


def _no_days(last: date) -> list[Day]:
    return [Day(last - timedelta(days=back)) for back in range(DAYS - 1, -1, -1)]


def _days(last: date) -> dict[int, list[Day]]:
    rows = sql.fetch(_BY_DAY, last - timedelta(days=DAYS - 1), last)
    known: dict[int, dict[date, Day]] = {}
    for source_id, day, *figures, lags in rows:
        named = dict(zip(_FIGURES, figures, strict=True))
        known.setdefault(source_id, {})[day] = Day(day, **named, lags=tuple(lags))
    return {
        source_id: [found.get(empty.day, empty) for empty in _no_days(last)]
        for source_id, found in known.items()
    }


def _lasts() -> dict[int, tuple[datetime | None, datetime | None]]:
    return {source_id: (received, at) for source_id, received, at in sql.fetch(_LAST)}


def _refused(now: datetime, days: int) -> dict[int, int]:
    lately = Quarantine.objects.filter(created_at__gte=now - timedelta(days=days))
    return dict(lately.values_list("source_id").annotate(n=Count("id")).order_by())


def _open_imports(now: datetime) -> list[ImportRun]:
    rows = ImportRun.objects.filter(
        finished_at__isnull=True, error="", started_at__lt=now - IMPORT_WITHOUT_END
    )
    return list(rows.order_by("-id")[:20])


def _of_import(run: ImportRun) -> Finding:
    facts: dict[str, Any] = {"mapping": run.mapping, "run": run.id}
    return Finding("import_without_end", f"import {run.id}", "warn", run.started_at, facts)


def _of_consumer(state: ConsumerState, now: datetime) -> list[Finding]:
    if state.error and state.failed_at and now - state.failed_at >= FAILED_FOR and state.events_behind:
        facts: dict[str, Any] = {"consumer": state.consumer, "why": state.error}
        return [Finding("consumer_failed", state.consumer, "bad", state.failed_at, facts)]
    behind = state.time_behind
    if state.events_behind >= BEHIND_EVENTS and behind is not None and behind >= BEHIND_TIME:
        facts = {"consumer": state.consumer, "events": state.events_behind}
        return [Finding("consumer_behind", state.consumer, "warn", now - behind, facts)]
    return []


_FIGURES = ("events", "nobody", "ahead", "violations", "unread", "sent", "skewed", "skew_seconds")
_SUMS = ", ".join(f"sum({name})" + ("" if name == "skew_seconds" else "::bigint") for name in _FIGURES)
_LAGS = ", ".join(f"sum(lags[{place}])::bigint" for place in range(1, len(LAG_LIMITS) + 2))
_BY_DAY: Any = f"""
    SELECT source_id, day, {_SUMS}, ARRAY[{_LAGS}] FROM events_sourceday WHERE day BETWEEN %s AND %s GROUP BY source_id, day
"""
# The last day of each source by its key, rather than a walk over all days that ever were.
_LAST: Any = """
    SELECT s.id, last.received_at, last.at FROM events_source s, LATERAL (
        SELECT max(last_received_at) AS received_at, max(last_at) AS at FROM events_sourceday
        WHERE source_id = s.id AND day = (SELECT max(day) FROM events_sourceday WHERE source_id = s.id)
    ) last
"""
