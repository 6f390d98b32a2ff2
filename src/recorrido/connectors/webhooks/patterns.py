"""Which event types an endpoint is told about: whole names, or a beginning followed by a star."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from recorrido.connectors.webhooks import forms
from recorrido.connectors.webhooks.errors import BadEndpoint

MOST = 50
LONGEST = 120
_UNSENDABLE = re.compile(r"[^A-Za-z0-9_.]")


def checked(patterns: Iterable[str]) -> list[str]:
    """The patterns without repeats and outer spaces. Raises BadEndpoint for what is no pattern."""
    found = list(dict.fromkeys(pattern.strip(" \t\r\n") for pattern in patterns if pattern.strip(" \t\r\n")))
    if not found:
        raise BadEndpoint("event_types", _("Say at least one event type, or * for all of them."))
    if len(found) > MOST:
        raise BadEndpoint("event_types", _("Say at most %d event types; a star stands for many.") % MOST)
    for pattern in found:
        _check(pattern)
    return found


def _check(pattern: str) -> None:
    words = {"pattern": pattern[:LONGEST]}
    if "*" in pattern[:-1]:
        why = _("“%(pattern)s” has a star in the middle; it may only stand at the end, as in order.*")
        raise BadEndpoint("event_types", why % words)
    if len(pattern) > LONGEST or not re.fullmatch(forms.PATTERN, pattern):
        raise BadEndpoint("event_types", _("“%(pattern)s” is no event type.") % words)


def matches(pattern: str, event_type: str) -> bool:
    return event_type.startswith(pattern[:-1]) if pattern.endswith("*") else event_type == pattern


def sendable(event_type: str) -> str:
    """An event type in the characters that Standard Webhooks allows: ``Order Completed`` → ``Order_Completed``."""
    return _UNSENDABLE.sub("_", event_type)
