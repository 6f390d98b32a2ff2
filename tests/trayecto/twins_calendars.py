"""Working time minute by minute."""

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo


def working_minutes(calendar, start, end, official=()):
    """Whole minutes between two UTC moments whose local time is a working one."""
    zone, minutes = ZoneInfo(calendar.tz), 0
    at = start.astimezone(UTC)
    while at < end:
        local = at.astimezone(zone)
        spans = calendar.week[local.weekday()]
        closed = local.date() in official or local.date() in calendar.holidays
        now = local.hour * 60 + local.minute
        minutes += not closed and any(low <= now < high for low, high in spans)
        at += timedelta(minutes=1)
    return minutes
