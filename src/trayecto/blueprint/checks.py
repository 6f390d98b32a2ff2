"""What only the whole blueprint can tell: names that point nowhere, touchpoints that can never happen."""

from __future__ import annotations

from trayecto.blueprint.design import Blueprint, Touchpoint
from trayecto.blueprint.fields import suggestion
from trayecto.blueprint.saying import gettext as _
from trayecto.blueprint.source import Document


def check_references(document: Document, blueprint: Blueprint) -> None:
    _check_promises(document, blueprint)
    _check_reachable(document, blueprint)
    _check_unmeasured(document, blueprint)
    _check_watches(document, blueprint)
    _check_gates(document, blueprint)


def _check_gates(document: Document, blueprint: Blueprint) -> None:
    steps = [touchpoint.key for touchpoint in blueprint.measured]
    for touchpoint in blueprint.touchpoints:
        rejected = touchpoint.gate.rejected if touchpoint.gate else None
        if rejected is not None and rejected not in steps:
            message = _("“%(word)s” is not a measured touchpoint%(mend)s")
            path = ("touchpoints", touchpoint.key, "gate", "rejected")
            document.note(path, message % {"word": rejected, "mend": suggestion(rejected, steps)})


def _check_watches(document: Document, blueprint: Blueprint) -> None:
    steps = [touchpoint.key for touchpoint in blueprint.measured]
    for touchpoint in blueprint.touchpoints:
        watch = touchpoint.watch
        if watch is None:
            continue
        place = ("touchpoints", touchpoint.key, "watch")
        if not touchpoint.measured and watch.kind != "off":
            document.note(place, _("only a touchpoint with events can be watched; name them with “event:”"))
        if watch.of is not None and (watch.of not in steps or watch.of == touchpoint.key):
            message = _("“%(word)s” is not another measured touchpoint%(mend)s")
            document.note((*place, "of"), message % {"word": watch.of, "mend": suggestion(watch.of, steps)})


def _check_promises(document: Document, blueprint: Blueprint) -> None:
    steps = [touchpoint.key for touchpoint in blueprint.measured]
    for touchpoint in blueprint.touchpoints:
        since = touchpoint.promise.since if touchpoint.promise else None
        if since is not None and since not in steps:
            message = _("“%(word)s” is not a measured touchpoint%(mend)s")
            path = ("touchpoints", touchpoint.key, "promise", "since")
            document.note(path, message % {"word": since, "mend": suggestion(since, steps)})


def _check_reachable(document: Document, blueprint: Blueprint) -> None:
    """The first touchpoint of the file that fits takes an event; one that comes after a wider one never fits."""
    by_file = sorted(blueprint.measured, key=lambda t: t.number)
    for number, later in enumerate(by_file):
        wider = next((earlier for earlier in by_file[:number] if _covers(earlier, later)), None)
        if wider is not None:
            message = _("no event can reach it, “%(wider)s” above takes them all; put this one first")
            document.note(("touchpoints", later.key), message % {"wider": wider.key})


def _covers(earlier: Touchpoint, later: Touchpoint) -> bool:
    if earlier.event != later.event or earlier.when:
        return False
    return not earlier.channels or (bool(later.channels) and set(later.channels) <= set(earlier.channels))


def _check_unmeasured(document: Document, blueprint: Blueprint) -> None:
    for touchpoint in blueprint.touchpoints:
        if touchpoint.event is None and (touchpoint.channels or touchpoint.when):
            message = _("channels and conditions belong to an event; name it with “event:”")
            document.note(("touchpoints", touchpoint.key), message)
