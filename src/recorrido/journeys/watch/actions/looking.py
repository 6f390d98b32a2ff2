"""One look at the present: what is expected, what is seen, which incidents open and which are over.

A look is one transaction behind the lock of one row: two workers take turns, a crash undoes the whole, and the rows,
the events of the ledger and the mails of an incident come together or not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction

from recorrido.journeys.blueprint import Blueprint
from recorrido.journeys.watch import detection
from recorrido.journeys.watch.actions.incidents import Finding, Series, close, open_together, update
from recorrido.journeys.watch.actions.telling import tell_closed, tell_opened
from recorrido.journeys.watch.detection import Kind
from recorrido.journeys.watch.judging import FEWEST_DAYS, Counts, Court, Judged, known_days
from recorrido.journeys.watch.models import ClosedBy, Incident, WatchState
from recorrido.journeys.watch.queries import (
    Delivery,
    count_before,
    count_beside,
    deliveries,
    open_incidents,
    read_counts,
    watched_now,
)
from recorrido.journeys.watch.queries.sources import PROMPT_MINUTES, SLOW_MINUTES
from recorrido.journeys.watch.subjects import Named, quiet_touchpoints

HOURS = 6  # looked at, at least
BEFORE = 60  # minutes shown before an incident begins
LONGEST = timedelta(days=3)  # then an incident counts as the new usual
VOICE = 10  # minutes in which a silent source must have been heard, were it with a wrong clock
RECENT = (
    SLOW_MINUTES + 1
)  # minutes that may just have become what they are: who tells late is judged, though late
ASLEEP = timedelta(minutes=3)  # nobody looked for so long
REST = {ClosedBy.ITSELF: timedelta(0), ClosedBy.STAFF: timedelta(hours=1), ClosedBy.TIME: LONGEST}
LATELY = timedelta(hours=3)  # trouble that was over within this time and is back comes and goes


@dataclass(frozen=True)
class View:
    """What one look sees. Minutes of ``court`` after the present one are empty."""

    blueprint: Blueprint
    now: datetime
    court: Court
    known: dict[str, Delivery]
    awake_since: datetime
    sleeping: dict[str, datetime]  # subjects that begin anew after an incident, when
    returns: Mapping[str, int]  # subjects that were back to their rhythm lately, how often

    @property
    def last(self) -> int:
        """Index of the present minute."""
        return int(self.now.timestamp()) // 60 - self.court.counts.hours.first * 60

    def index(self, moment: datetime) -> int:
        return int(moment.timestamp()) // 60 - self.court.counts.hours.first * 60

    def minute(self, index: int) -> datetime:
        return self.now.replace(second=0, microsecond=0) + timedelta(minutes=int(index) - self.last)


@transaction.atomic
def look(*, blueprint: Blueprint, now: datetime) -> list[Incident]:
    """Open what has left its rhythm, close what is back; returns the incidents opened."""
    awake_since = _awake(now)
    present = {incident.subject: incident for incident in open_incidents()}
    known = deliveries(now)
    named = watched_now(blueprint, known)
    counts = read_counts(blueprint=blueprint, now=now, hours=_hours(present.values(), now))
    if known_days(counts) < FEWEST_DAYS:
        return []
    court = Court(_elapsed(counts, now), quiet_touchpoints(blueprint, named))
    closed = list(Incident.objects.filter(closed_at__gt=now - LONGEST))
    view = View(blueprint, now, court, known, awake_since, _sleeping(closed), _returns(closed, now))
    findings = []
    for one in named:
        incident = present.pop(one.subject.key, None)
        if incident is not None:
            _follow_up(view, one, incident)
        elif (finding := _finding(view, one)) is not None:
            findings.append(finding)
    for incident in present.values():  # no longer watched
        close(incident, by=ClosedBy.STAFF, now=now)
    tell_closed(now)
    opened = open_together(findings, now=now)
    tell_opened(opened, now)
    return opened


def _awake(now: datetime) -> datetime:
    """Take turns with other workers; since when the watch has been looking without a gap."""
    WatchState.objects.get_or_create(pk=1)
    state = WatchState.objects.select_for_update().get(pk=1)
    slept = state.looked_at is None or now - state.looked_at > ASLEEP or state.awake_since is None
    awake_since = now if slept or state.awake_since is None else state.awake_since
    WatchState.objects.filter(pk=1).update(looked_at=now, awake_since=awake_since)
    return awake_since


def _hours(incidents: Iterable[Incident], now: datetime) -> int:
    """So many that every open incident is seen from an hour before its beginning."""
    first = min((incident.first_minute for incident in incidents), default=now)
    return max(HOURS, int(min(now - first, LONGEST) / timedelta(hours=1)) + 2)


def _elapsed(counts: Counts, now: datetime) -> Counts:
    """The minutes up to the present one, of which a share has passed: what has not happened yet is not missing."""
    last = int(now.timestamp()) // 60 - counts.hours.first * 60
    minutes, passed = counts.minutes.copy(), np.ones(counts.minutes.shape[1])
    minutes[:, last + 1 :] = passed[last + 1 :] = 0
    passed[last] = max(now.second, 1) / 60
    return replace(counts, minutes=minutes, passed=passed)


def _returns(closed: Iterable[Incident], now: datetime) -> Counter[str]:
    return Counter(
        one.subject
        for one in closed
        if one.closed_by == ClosedBy.ITSELF and one.closed_at and one.closed_at > now - LATELY
    )


def _sleeping(closed: Iterable[Incident]) -> dict[str, datetime]:
    until: dict[str, datetime] = {}
    for incident in closed:
        if incident.closed_at is not None:
            rest = incident.closed_at + REST[ClosedBy(incident.closed_by)]
            until[incident.subject] = max(until.get(incident.subject, rest), rest)
    return until


def _begin(view: View, named: Named) -> int:
    """After an incident a subject begins anew; silence counts only while somebody listened."""
    begin = 0
    if named.subject.key in view.sleeping:
        begin = view.index(view.sleeping[named.subject.key])
    if named.subject.kind != Kind.SURGE:
        begin = max(begin, view.index(view.awake_since) + 1)
    return begin


def _end(view: View, named: Named) -> int:
    """Surges are seen while the minute runs; what is missing only when it should have come."""
    if named.subject.kind == Kind.SURGE:
        return view.last + 1
    return max(0, view.last - _settled(view, named))


def _finding(view: View, named: Named) -> Finding | None:
    end = _end(view, named)
    judged = view.court.judge(named.subject, begin=_begin(view, named), end=end)
    due = np.flatnonzero(judged.verdicts.due)
    if not len(due) or due[-1] < end - RECENT or not _is_live(view, named):
        return None
    since = int(judged.verdicts.since[due[-1]])
    stand, series = _stand(view, judged, since)
    if _speaks_beside(view, judged, since) or _is_usual_pause(view, judged, since):
        return None
    if due[-1] < end - 2 and detection.is_over(named.subject.kind, judged.counts, judged.bound, stand):
        return None
    return Finding(named, view.minute(since), _source_of(view, named), stand, series)


def _settled(view: View, named: Named) -> int:
    """Minutes after which what happened in a minute has come from all who tell of it."""
    sources = [named.subject.source] if named.subject.source else view.court.sources_of(named.subject)
    return max((view.known[name].settled for name in sources if name in view.known), default=1)


def _is_live(view: View, named: Named) -> bool:
    """Silence means something only of a source that speaks as things happen."""
    if named.subject.kind == Kind.SURGE:
        return True
    sources = [named.subject.source] if named.subject.source else view.court.sources_of(named.subject)
    return any(name in view.known and view.known[name].live for name in sources)


def _speaks_beside(view: View, judged: Judged, since: int) -> bool:
    """Whether a source that seems silent sends half of what it should, only with a wrong clock or much too late."""
    source, due = judged.subject.source, judged.bound[since:].sum() / 2
    return bool(source) and count_beside(source, since=view.minute(since)) >= max(due, 1.0)


def _is_usual_pause(view: View, judged: Judged, since: int) -> bool:
    """Whether as little came a week ago: hours are too coarse for shops that close at ten past eight."""
    subject, end = judged.subject, len(judged.counts)
    if subject.kind == Kind.SURGE:
        return False
    before = count_before(
        touchpoint=subject.touchpoint, source=subject.source, begin=view.minute(since), end=view.minute(end)
    )
    return before is not None and before < judged.bound[since:].sum() / 2


def _source_of(view: View, named: Named) -> str:
    if named.subject.source:
        return named.subject.source
    return next(iter(view.court.sources_of(named.subject)), "")


def _stand(view: View, judged: Judged, since: int) -> tuple[detection.Watched, Series]:
    """How things stand since a minute, and the series of the chart from an hour before."""
    counts, usual = judged.counts[since:], judged.usual[since:]
    stand = detection.Watched(
        seen=int(counts.sum()),
        expected=float(usual.sum()),
        minutes=max(len(counts), 1),
        peak=int(counts.max(initial=0)),
    )
    first = max(0, since - BEFORE)
    rows = np.stack([judged.counts, judged.usual, judged.bound], axis=1)[first:]
    start = view.court.counts.hours.first * 60 + first
    return stand, [[start + n, *(round(float(value), 3) for value in row)] for n, row in enumerate(rows)]


def _follow_up(view: View, named: Named, incident: Incident) -> None:
    """Bring an open incident up to date, and close it when it is over."""
    judged = view.court.judge(named.subject, end=_end(view, named))
    stand, series = _stand(view, judged, max(0, view.index(incident.first_minute)))
    update(incident, stand, series, now=view.now)
    if view.now - incident.first_minute >= LONGEST:
        close(incident, by=ClosedBy.TIME, now=view.now)
    elif _is_over(view, named, judged, incident, stand):
        close(incident, by=ClosedBy.ITSELF, now=view.now)


def _is_over(view: View, named: Named, judged: Judged, incident: Incident, stand: detection.Watched) -> bool:
    """Whether it is back to usual. Nothing of a slow source is over because its last minutes have not come yet."""
    counts, bound = judged.counts, judged.bound
    if _speaks_beside(view, judged, max(0, len(counts) - VOICE)):
        return True
    settled = _settled(view, named)
    if named.subject.kind == Kind.SURGE and settled > PROMPT_MINUTES:
        if view.now - incident.opened_at < timedelta(minutes=settled):
            return False
        counts, bound = counts[:-settled], bound[:-settled]
    returns = view.returns.get(incident.subject, 0)
    return detection.is_over(named.subject.kind, counts, bound, stand, returns=returns)
