"""Reads of the live watch: counts as arrays, incidents and whom they touch."""

from recorrido.journeys.watch.queries.counts import count_before, read_counts
from recorrido.journeys.watch.queries.incidents import (
    Affected,
    affected_persons,
    count_affected,
    find_incident,
    find_incidents,
    incidents_together,
    open_by_subject,
    open_incidents,
)
from recorrido.journeys.watch.queries.sources import Delivery, count_beside, deliveries
from recorrido.journeys.watch.queries.subjects import WatchedRow, find_watched, watched_now

__all__ = [
    "Affected",
    "Delivery",
    "WatchedRow",
    "affected_persons",
    "count_affected",
    "count_before",
    "count_beside",
    "deliveries",
    "find_incident",
    "find_incidents",
    "find_watched",
    "incidents_together",
    "open_by_subject",
    "open_incidents",
    "read_counts",
    "watched_now",
]
