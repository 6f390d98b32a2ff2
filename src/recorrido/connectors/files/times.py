"""Times as files write them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _


class UnreadableTime(ValueError):
    """A text that is no time; the message says how one is written."""


def read_time(text: str, zone: ZoneInfo) -> tuple[datetime, bool]:
    """An ISO 8601 time, and whether it is a date without a time of day. A time without a zone is one of ``zone``.

    Raises UnreadableTime.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        message = _("“%s” is not a time; write it as 2026-03-01 or 2026-03-01 15:30:00")
        raise UnreadableTime(message % text[:60]) from None
    return (at if at.tzinfo else at.replace(tzinfo=zone)), len(text) <= 10
