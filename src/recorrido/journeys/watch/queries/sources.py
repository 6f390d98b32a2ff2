"""How sources deliver: which are live, how promptly, and what they mostly tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from recorrido.journeys.watch.subjects import OWN_SOURCE
from recorrido.shared import sql

LIVE = timedelta(hours=48)  # so lately a source must have been live for its silence to be remarkable
LIVE_HOURS = 6
PROMPT = 0.95  # of the events of a source that is prompt
PROMPT_MINUTES, SLOW_MINUTES = 1, 15  # after which its minutes are complete


@dataclass(frozen=True)
class Delivery:
    """``main``: the touchpoint a source tells of most. ``live``: it sends as things happen. ``settled``: minutes after
    which what happened in a minute has come."""

    source: str
    main: str
    live: bool
    settled: int


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
