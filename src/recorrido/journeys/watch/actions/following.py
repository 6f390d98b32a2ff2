"""The follower "watch": counts what is new and looks at it, every few seconds."""

from __future__ import annotations

import time
from datetime import timedelta

from recorrido.journeys.models import BlueprintVersion
from recorrido.journeys.watch.actions.counting import count_events
from recorrido.journeys.watch.actions.looking import look
from recorrido.journeys.watch.models import WatchState
from recorrido.shared import clock

PAUSE = 5.0  # seconds between two looks
BEHIND = timedelta(minutes=2)  # whoever counts events older than this looks when it has caught up

_looked = [0.0]  # when this process looked last


def follow() -> bool:
    """Count the next events; look, unless it was a moment ago. True if there may be more to count."""
    version = BlueprintVersion.objects.newest()
    if version is None:
        return False
    more = count_events(version=version)
    if time.monotonic() - _looked[0] >= PAUSE and not (more and _is_behind()):
        _looked[0] = time.monotonic()
        look(blueprint=version.read(), now=clock.now())
    return more


def _is_behind() -> bool:
    state = WatchState.objects.filter(pk=1).first()
    return state is not None and state.seen_until is not None and clock.now() - state.seen_until > BEHIND
