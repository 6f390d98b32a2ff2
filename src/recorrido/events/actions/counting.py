"""The counters of data health: each event counted once, in SQL, behind a bookmark of their own."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from recorrido.events.consumers import consume_range
from recorrido.events.models import LAG_LIMITS, SourceDay, SourceHour
from recorrido.shared import clock, sql

CONSUMER = "data-health"
STEP = 20_000  # ledger ids per transaction
HOURS_KEPT = timedelta(days=70)


def count_events() -> bool:
    """Count the next events; True if there may be more. The follower "data-health"."""
    return consume_range(consumer=CONSUMER, handle=_count, limit=STEP) == STEP


def forget_counts() -> None:
    """Empty the counters: whoever sets the bookmark back has everything counted anew."""
    SourceDay.objects.all().delete()
    SourceHour.objects.all().delete()


def forget_old_hours() -> int:
    """Delete the hours that no rhythm asks for any more; returns how many."""
    return SourceHour.objects.filter(hour__lt=clock.now() - HOURS_KEPT).delete()[0]


def _count(after: int, up_to: int) -> None:
    sql.execute(_DAYS, settings.TIME_ZONE, after, up_to)
    sql.execute(_HOURS, after, up_to)


_BUCKETS = ", ".join(f"count(*) FILTER (WHERE bucket = {number})" for number in range(len(LAG_LIMITS) + 1))
_LIMITS = ", ".join(str(seconds) for seconds in LAG_LIMITS)
_SUMS = ("events", "nobody", "ahead", "violations", "unread", "sent", "skewed", "skew_seconds")
_DAYS = f"""
    INSERT INTO events_sourceday
        (source_id, day, type_id, events, nobody, ahead, violations, unread, sent, skewed, skew_seconds, lags,
         first_at, last_at, last_received_at, first_id, last_id)
    SELECT source_id, (received_at AT TIME ZONE %s)::date, type_id, count(*),
           count(*) FILTER (WHERE leaf_id IS NULL),
           count(*) FILTER (WHERE at > received_at + interval '1 minute'),
           count(*) FILTER (WHERE jsonb_exists(properties, '$schema_violations')),
           count(*) FILTER (WHERE jsonb_exists(properties, '$unread_identifiers')),
           count(skew), count(*) FILTER (WHERE abs(skew) >= 60), coalesce(sum(skew), 0), ARRAY[{_BUCKETS}],
           min(at), max(at), max(received_at), min(id), max(id)
    FROM (SELECT e.*, extract(epoch FROM received_at - sent_at)::float8 AS skew,
                 CASE WHEN NOT date_only
                      THEN width_bucket(extract(epoch FROM received_at - at), ARRAY[{_LIMITS}]::numeric[]) END AS bucket
          FROM events_event e WHERE id > %s AND id <= %s) e
    GROUP BY 1, 2, 3
    ON CONFLICT (source_id, day, type_id) DO UPDATE SET
        {", ".join(f"{name} = events_sourceday.{name} + excluded.{name}" for name in _SUMS)},
        lags = ARRAY(SELECT a + b FROM unnest(events_sourceday.lags, excluded.lags) AS pair (a, b)),
        first_at = least(events_sourceday.first_at, excluded.first_at),
        last_at = greatest(events_sourceday.last_at, excluded.last_at),
        last_received_at = greatest(events_sourceday.last_received_at, excluded.last_received_at),
        first_id = least(events_sourceday.first_id, excluded.first_id),
        last_id = greatest(events_sourceday.last_id, excluded.last_id)
"""
_HOURS = """
    INSERT INTO events_sourcehour (source_id, hour, events)
    SELECT source_id, date_trunc('hour', received_at), count(*) FROM events_event WHERE id > %s AND id <= %s
    GROUP BY 1, 2
    ON CONFLICT (source_id, hour) DO UPDATE SET events = events_sourcehour.events + excluded.events
"""
