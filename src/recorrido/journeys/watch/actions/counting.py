"""Counting the ledger by minute and hour, each event once, in SQL, behind a bookmark of its own.

A minute holds only what arrived about when it happened: an import of last month's file fills the hours, from which the
rhythm is learnt, and raises no alarm.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import psycopg
from django.db import connection, transaction
from psycopg import sql

from recorrido.events.consumers import consume_range, move_bookmark
from recorrido.events.queries import event_relation
from recorrido.journeys.blueprint import Blueprint
from recorrido.journeys.matching import touchpoint_of_event
from recorrido.journeys.models import BlueprintVersion
from recorrido.journeys.watch.models import HourCount, MinuteCount, WatchState
from recorrido.shared import clock

CONSUMER = "watch"
STEP = 50_000  # ledger ids per transaction
MINUTES_KEPT = timedelta(days=8)  # queries.count_before asks for the same minutes a week ago
HOURS_KEPT = timedelta(days=400)
FRESH, PROMPT, AHEAD = "15 minutes", "1 minute", "2 minutes"


def count_events(*, version: BlueprintVersion) -> bool:
    """Count the next events as touchpoints of the blueprint; True if there may be more.

    A new blueprint names other touchpoints: everything is counted anew then.
    """
    _count_by(version)
    blueprint = version.read()
    return consume_range(consumer=CONSUMER, handle=partial(_count, blueprint), limit=STEP) == STEP


@transaction.atomic
def _count_by(version: BlueprintVersion) -> None:
    WatchState.objects.get_or_create(pk=1)
    if WatchState.objects.filter(pk=1, blueprint=version).exists():
        return
    WatchState.objects.select_for_update().get(pk=1)
    forget_counts()
    move_bookmark(consumer=CONSUMER, position=0)
    WatchState.objects.filter(pk=1).update(blueprint=version, counted_to=0)


def forget_counts() -> None:
    """Empty the counters, for everything to be counted anew."""
    MinuteCount.objects.all().delete()
    HourCount.objects.all().delete()


def forget_old_counts() -> int:
    """Delete minutes and hours that nothing asks for any more; returns how many."""
    now = clock.now()
    minutes = MinuteCount.objects.filter(minute__lt=now - MINUTES_KEPT).delete()[0]
    return minutes + HourCount.objects.filter(hour__lt=now - HOURS_KEPT).delete()[0]


def _count(blueprint: Blueprint, after: int, up_to: int) -> None:
    """Count the events of a span of ledger ids, but none that was counted before the bookmark was set back."""
    after = max(after, WatchState.objects.values_list("counted_to", flat=True).get(pk=1))
    if after < up_to:
        _count_span(blueprint, after, up_to)


def _count_span(blueprint: Blueprint, after: int, up_to: int) -> None:
    with connection.cursor():
        cursor = psycopg.Cursor(connection.connection)
        types = dict(cursor.execute("SELECT name, id FROM events_eventtype").fetchall())
        parts = {
            "touchpoint": touchpoint_of_event(blueprint, types),
            "relation": sql.Identifier(event_relation()),
            "after": sql.Literal(after),
            "up_to": sql.Literal(up_to),
            "since": sql.Literal(clock.now() - HOURS_KEPT),
            "minutes_since": sql.Literal(clock.now() - MINUTES_KEPT),
            "fresh": sql.Literal(FRESH),
            "prompt": sql.Literal(PROMPT),
            "ahead": sql.Literal(AHEAD),
        }
        ((seen_until,),) = cursor.execute(_COUNT.format(**parts)).fetchall()
    changes = {"counted_to": up_to} | ({"seen_until": seen_until} if seen_until else {})
    WatchState.objects.filter(pk=1).update(**changes)


_COUNT = sql.SQL("""
    WITH seen AS MATERIALIZED (
        SELECT e.source_id, coalesce({touchpoint}, '') AS touchpoint, e.at, e.received_at,
               e.received_at - e.at <= {fresh}::interval AND e.at - e.received_at <= {ahead}::interval AS fresh,
               e.received_at - e.at <= {prompt}::interval AS prompt
        FROM {relation} e
        WHERE e.id > {after} AND e.id <= {up_to} AND NOT e.date_only AND e.at > {since}
    ), hours AS (
        INSERT INTO watch_hourcount (hour, touchpoint, source_id, events, fresh, prompt)
        SELECT date_trunc('hour', at), touchpoint, source_id, count(*),
               count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE fresh AND prompt)
        FROM seen GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (hour, touchpoint, source_id) DO UPDATE SET
            events = watch_hourcount.events + excluded.events,
            fresh = watch_hourcount.fresh + excluded.fresh, prompt = watch_hourcount.prompt + excluded.prompt
    ), minutes AS (
        INSERT INTO watch_minutecount (minute, touchpoint, source_id, events)
        SELECT date_trunc('minute', at), touchpoint, source_id, count(*)
        FROM seen WHERE fresh AND at > {minutes_since} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (minute, touchpoint, source_id) DO UPDATE SET
            events = watch_minutecount.events + excluded.events
    )
    SELECT max(received_at) FROM seen
""")
