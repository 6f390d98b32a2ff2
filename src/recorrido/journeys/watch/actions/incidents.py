"""Opening, keeping up to date and closing incidents: row, event of the ledger and mail in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from recorrido.events.actions import ensure_source, record_events
from recorrido.events.records import NewEvent
from recorrido.journeys.watch.detection import Kind, Watched
from recorrido.journeys.watch.models import ClosedBy, Incident
from recorrido.journeys.watch.queries import count_affected, open_incidents
from recorrido.journeys.watch.subjects import OWN_SOURCE, Named

TOGETHER = timedelta(minutes=15)  # what begins within this time and has something in common is one trouble
MOST_TROUBLES = 3  # that are told one by one, within that time
FEWEST_PERSONS = 3  # one customer who tries a card ten times is no incident
POINTS = 480  # of a chart

Series = list[list[float]]


@dataclass(frozen=True)
class Finding:
    """A subject that has left its rhythm, since when, and how it stands."""

    named: Named
    first_minute: datetime
    source: str
    stand: Watched
    series: Series


def open_together(findings: Sequence[Finding], *, now: datetime) -> list[Incident]:
    """Open an incident per finding that touches enough people; related ones follow the first of them."""
    opened: list[Incident] = []
    for finding in findings:
        incident = _incident(finding, now)
        incident.persons = count_affected(incident, now=now)
        if incident.persons is not None and 0 < incident.persons < FEWEST_PERSONS:
            continue
        incident.leader = _leader(incident, now)
        incident.save()
        _record(incident, "opened", now)
        opened.append(incident)
    return opened


def _incident(finding: Finding, now: datetime) -> Incident:
    subject, stand = finding.named.subject, finding.stand
    return Incident(
        kind=subject.kind,
        subject=subject.key,
        touchpoint=subject.touchpoint,
        source=finding.source,
        of=subject.of,
        owner=finding.named.owner,
        label_es=finding.named.label_es,
        label_en=finding.named.label_en,
        first_minute=finding.first_minute,
        opened_at=now,
        seen=stand.seen,
        expected=stand.expected,
        minutes=stand.minutes,
        peak=stand.peak,
        series=_thinned(finding.series),
    )


def _leader(incident: Incident, now: datetime) -> Incident | None:
    """The first of the open incidents that it belongs to, of those that began or were found about when it was.

    Much that breaks at once has one cause, whether or not it shows: the fourth trouble joins the first.
    """
    lately = [
        one for one in sorted(open_incidents(), key=lambda one: one.pk) if _are_near(one, incident, now)
    ]
    related = [one for one in lately if _are_related(one, incident)]
    troubles = [one for one in lately if one.leader_id is None]
    if not related and len(troubles) >= MOST_TROUBLES:
        related = troubles
    return (related[0].leader or related[0]) if related else None


def _are_near(other: Incident, incident: Incident, now: datetime) -> bool:
    """What has few events is found late: its beginning counts as well."""
    return now - other.opened_at <= TOGETHER or abs(incident.first_minute - other.first_minute) <= TOGETHER


def _are_related(other: Incident, incident: Incident) -> bool:
    """They share the source or the touchpoint before them, or are both silent: what is down is often all of it."""
    if other.kind == incident.kind == Kind.SILENCE or other.source == incident.source:
        return True
    return bool(incident.of) and incident.of in (other.of, other.touchpoint)


def update(incident: Incident, stand: Watched, series: Series, *, now: datetime) -> None:
    """Write down how an open incident stands now."""
    incident.seen, incident.expected = stand.seen, stand.expected
    incident.minutes, incident.peak = stand.minutes, stand.peak
    incident.series = _thinned(series)
    incident.persons = count_affected(incident, now=now)
    incident.save(update_fields=["seen", "expected", "minutes", "peak", "series", "persons"])


def close(incident: Incident, *, by: ClosedBy, now: datetime) -> None:
    incident.closed_at, incident.closed_by = now, by
    incident.save(update_fields=["closed_at", "closed_by"])
    _record(incident, "closed", now)


def _record(incident: Incident, what: str, now: datetime) -> None:
    """What others follow: webhooks, analyses, the API."""
    event = NewEvent(
        message_id=f"incident:{incident.pk}:{what}",
        type=f"incident.{what}",
        at=now,
        objects=(("incident", str(incident.pk)),),
        properties=_properties(incident),
    )
    record_events(source=ensure_source(name=OWN_SOURCE), events=[event])


def _properties(incident: Incident) -> dict[str, object]:
    facts = {
        "kind": str(incident.kind),
        "touchpoint": incident.touchpoint,
        "source": incident.source,
        "owner": incident.owner,
        "label": incident.label_es,
        "first_minute": incident.first_minute.isoformat(),
        "seen": incident.seen,
        "expected": round(incident.expected, 2),
        "persons": incident.persons,
        "closed_by": str(incident.closed_by),
        "together_with": str(incident.leader_id or ""),
    }
    return {name: value for name, value in facts.items() if value not in ("", None)}


def _thinned(series: Series) -> Series:
    """At most so many points: several minutes become one, their events added up."""
    step = -(-len(series) // POINTS)
    if step <= 1:
        return series
    groups = [series[place : place + step] for place in range(0, len(series), step)]
    return [
        [group[0][0], *(round(sum(row[n] for row in group) / len(group), 3) for n in (1, 2, 3))]
        for group in groups
    ]
