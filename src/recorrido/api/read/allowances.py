"""How much a key may ask: a leaky bucket of one row per key, so that all processes count together."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from django.conf import settings

from recorrido.company.models import ApiKey
from recorrido.shared import clock, sql

BURST = 5  # a fifth of a minute's requests may come at once


def seconds_to_wait(key: ApiKey) -> int | None:
    """Spend one request of the key; None if it had one left, else after how many seconds it has."""
    if not settings.RECORRIDO_API_RATE:
        return None
    each = timedelta(minutes=1) / settings.RECORRIDO_API_RATE
    room = max(timedelta(minutes=1) / BURST, each)
    now = clock.now()
    if sql.fetch(_SPEND, key.pk, now + each, now, each, now, each, now + room):
        return None
    ((spent_until,),) = sql.fetch("SELECT spent_until FROM api_allowance WHERE key_id = %s", key.pk)
    return max(1, ceil((spent_until + each - now - room).total_seconds()))


_SPEND = """
    INSERT INTO api_allowance AS known (key_id, spent_until) VALUES (%s, %s)
    ON CONFLICT (key_id) DO UPDATE SET spent_until = greatest(known.spent_until, %s::timestamptz) + %s::interval
    WHERE greatest(known.spent_until, %s::timestamptz) + %s::interval <= %s::timestamptz
    RETURNING 1
"""
