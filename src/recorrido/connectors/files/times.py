"""Times as files write them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def read_time(text: str, zone: ZoneInfo) -> tuple[datetime, bool]:
    """An ISO 8601 time, and whether it is a date without a time of day. A time without a zone is one of ``zone``.

    Raises ValueError.
    """
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=zone)), len(text) <= 10
