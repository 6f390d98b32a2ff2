"""How sources deliver: which are live, how promptly, and what they mostly tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Max, Q

from recorrido.events.models import Event
from recorrido.journeys.watch.subjects import OWN_SOURCE
from recorrido.shared import sql

LIVE = timedelta(hours=48)  # so lately a source must have been live for its silence to be remarkable
LIVE_HOURS = 6
PROMPT = 0.95  # of the events of a source that is prompt
LATEST = timedelta(hours=6)  # what comes later is a file, not a voice
AHEAD = timedelta(minutes=2)  # of our clock: as actions.counting
NEWEST = 50_000  # ledger ids
PROMPT_MINUTES, SLOW_MINUTES = 1, 15  # after which its minutes are complete


@dataclass(frozen=True)
class Delivery:
    """``main``: the touchpoint a source tells of most. ``live``: it sends as things happen. ``settled``: minutes after
    which what happened in a minute has come."""

    source: str
    main: str
    live: bool
    settled: int


def count_beside(source: str, *, since: datetime) -> int:
    """Events of a source that arrived since then and that no minute counts, as its clock is wrong or its queue late.

    An import of old history is not among them. Looks at the newest of the ledger only, along its key.
    """
    newest = Event.objects.aggregate(newest=Max("id"))["newest"] or 0
    late, ahead = F("received_at") - timedelta(minutes=SLOW_MINUTES), F("received_at") + AHEAD
    return (
        Event.objects.filter(id__gt=newest - NEWEST, source__name=source, received_at__gte=since)
        .filter(Q(at__lt=late, at__gte=F("received_at") - LATEST) | Q(at__gt=ahead))
        .count()
    )


def deliveries(now: datetime) -> dict[str, Delivery]:
    """Every source with events in the last weeks that anything is known of."""
    rows = sql.fetch(_SOURCES, now - LIVE, now - LIVE, now - LIVE, OWN_SOURCE)
    found = {}
    for source, main, fresh_hours, fresh, prompt in rows:
        is_prompt = fresh and prompt >= PROMPT * fresh
        settled = PROMPT_MINUTES if is_prompt else SLOW_MINUTES
        found[source] = Delivery(source, main, fresh_hours >= LIVE_HOURS, settled)
    return found


_SOURCES = """
    SELECT s.name, (array_agg(t.touchpoint ORDER BY (t.touchpoint = ''), t.events DESC))[1],
           max(l.hours), sum(t.fresh)::float8, sum(t.prompt)::float8
    FROM (SELECT source_id, touchpoint, sum(events) AS events,
                 coalesce(sum(fresh) FILTER (WHERE hour >= %s), 0) AS fresh,
                 coalesce(sum(prompt) FILTER (WHERE hour >= %s), 0) AS prompt
          FROM watch_hourcount WHERE hour >= (SELECT max(hour) FROM watch_hourcount) - interval '45 days'
          GROUP BY 1, 2) t
    JOIN LATERAL (SELECT count(DISTINCT hour) AS hours FROM watch_hourcount h
                  WHERE h.source_id = t.source_id AND h.fresh > 0 AND h.hour >= %s) l ON true
    JOIN events_source s ON s.id = t.source_id
    WHERE s.name <> %s GROUP BY s.name
"""
